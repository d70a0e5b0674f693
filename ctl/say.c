/* SPDX-License-Identifier: MIT */
#include "ctl/ctl.h"

#include "common/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void complain(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("encvoyctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int complain_err(const char *what, enum err e)
{
	if (e == ERR_NO_DAEMON) {
		complain("%s: %s: encvoyd does not answer at %s/socket; is it started? "
			 "(systemctl status encvoyd)",
		    what, err_word(e), ENCVOY_RUNDIR);
		return EXIT_NO_DAEMON;
	}
	complain("%s: %s: %s", what, err_word(e), err_text(e));
	return EXIT_REFUSED;
}

void remark(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

const char *shown(struct buf *storage, const char *text, size_t max)
{
	const char *s;

	buf_reset(storage);
	str_printable(storage, text, strlen(text), max);
	s = buf_cstr(storage);
	return s ? s : "";
}

int finish_output(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	complain("standard output: %s", strerror(errno));
	return status == EXIT_DONE ? EXIT_REFUSED : status;
}
