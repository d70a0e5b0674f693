/* SPDX-License-Identifier: MIT */
#include "ctl/terminal.h"

#include "ctl/input.h"

#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#define ANSWER_MAX_BYTES 16384

static const int fatal[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static struct termios saved;

/* However the question ends, the terminal echoes afterwards. */
static void on_signal(int sig)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	signal(sig, SIG_DFL);
	raise(sig);
}

static bool echo_off(void)
{
	struct termios quiet;

	if (tcgetattr(STDIN_FILENO, &saved) != 0)
		return false;
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		signal(fatal[i], on_signal);
	quiet = saved;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	return tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
}

static void echo_on(void)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		signal(fatal[i], SIG_DFL);
	putchar('\n');
}

enum err terminal_ask(const char *question, bool echo, struct secret **ret)
{
	AUTO_BUF struct buf line = {0};
	bool quiet;
	enum err e;

	buf_init_secret(&line, ANSWER_MAX_BYTES);
	printf("%s ", question);
	fflush(stdout);
	quiet = !echo && echo_off();
	e = input_line(STDIN_FILENO, &line);
	if (quiet)
		echo_on();
	if (e != ERR_OK)
		return e == ERR_CLOSED ? ERR_CANCELLED : e;
	*ret = secret_new(line.data ? (const char *)line.data : "", line.len);
	return *ret ? ERR_OK : ERR_NOMEM;
}
