/* SPDX-License-Identifier: MIT */
#include "ctl/sshd_conf.h"

#include "common/str.h"
#include "ctl/command.h"
#include "sys/file.h"

#include <string.h>

#define TEXT_MAX_BYTES 65536

static const char mark[] = "# Written by \"encvoyctl enroll --ssh\"";

void sshd_conf_text(const struct sshd_wishes *w, struct buf *out)
{
	buf_text(out, mark);
	buf_text(out, "; \"encvoyctl enroll --ssh --undo\" removes it.\n\n"
		      "# People are shown an address and a code; only this way of asking can do "
		      "that.\n"
		      "KbdInteractiveAuthentication yes\n"
		      "UsePAM yes\n\n"
		      "# Longer than login_timeout in encvoy.conf, so that who waited too long is "
		      "told so.\n");
	buf_printf(out, "LoginGraceTime %u\n", w->grace);
	if (w->keys)
		buf_text(out,
		    "\n# The SSH keys that the directory has for people.\n"
		    "AuthorizedKeysCommand " ENCVOY_BINDIR "/encvoyctl authorized-keys %u\n"
		    "AuthorizedKeysCommandUser nobody\n");
}

enum err sshd_dropin_read(struct buf *ret_text, enum sshd_dropin *ret)
{
	enum err e;

	buf_init(ret_text, TEXT_MAX_BYTES);
	e = file_read(SSHD_DROPIN, 0, FILE_PUBLIC, ret_text);
	if (e == ERR_NOT_FOUND) {
		*ret = DROPIN_NONE;
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	*ret = ret_text->len >= strlen(mark) && memcmp(ret_text->data, mark, strlen(mark)) == 0
		   ? DROPIN_OURS
		   : DROPIN_FOREIGN;
	return ERR_OK;
}

const char *sshd_path(void)
{
	static const char *const places[] = {
	    "/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

/* -t tells of everything that would keep sshd from starting, -T what holds in the end. */
enum err sshd_check(struct buf *said)
{
	const char *sshd = sshd_path();
	enum err e = sshd ? ERR_OK : ERR_NOT_FOUND;

	buf_init(said, TEXT_MAX_BYTES);
	if (e == ERR_OK)
		e = command_run((const char *const[]){sshd, "-t", NULL}, said);
	if (e != ERR_OK)
		return e;
	buf_reset(said);
	return command_run((const char *const[]){sshd, "-T", NULL}, said);
}

const char *sshd_value(struct buf *said, const char *key, size_t *ret_len)
{
	struct slice rest = {(const char *)said->data, said->len}, line;
	size_t n = strlen(key);

	while (slice_next(&rest, "\n", &line)) {
		if (line.len < n + 2 || memcmp(line.p, key, n) != 0 || line.p[n] != ' ')
			continue;
		*ret_len = line.len - n - 1;
		return line.p + n + 1;
	}
	return NULL;
}
