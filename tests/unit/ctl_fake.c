/* SPDX-License-Identifier: MIT */
/* A daemon that says what a script tells it to, for tests of encvoyctl.
 *
 *   ctl_fake paths            the directories compiled in: configuration, run, cache
 *   ctl_fake serve FILE       listens in the run directory; prints each question as
 *                             "VERB|ARG|ARG" ("login|USER|SERVICE", "answer|TEXT")
 *
 * FILE is read anew for each question: "verb NAME" begins an answer (NAME "login" and "keys" stand
 * for those messages), made of lines "row A|B|C" (\\n in it is a line break), "show TEXT",
 * "ask TEXT", "secret TEXT" (a question without echo), "result WORD [TEXT]", "lines FILE" (a TEXT
 * with what the file holds), "not-found", "silence", "close", "garbage". */
#include "common/proto.h"
#include "common/str.h"
#include "sys/clock.h"
#include "sys/sock.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static uint8_t packet[PROTO_MAX];
static char script[65536];

static void say(int fd, struct buf *b)
{
	(void)sock_send(fd, b, clock_mono_ms() + 1000);
	buf_free(b);
}

static bool hear(int fd, struct reader *r, enum msg_type *type)
{
	size_t len = 0;

	return sock_recv(fd, packet, sizeof(packet), SOCK_FOREVER, &len) == ERR_OK &&
	       proto_open(packet, len, r, type) == ERR_OK;
}

static char *with_breaks(char *field)
{
	for (char *p = field; (p = strstr(p, "\\n")); p++) {
		*p = '\n';
		memmove(p + 1, p + 2, strlen(p + 2) + 1);
	}
	return field;
}

static void say_row(int fd, char *text)
{
	const char *fields[FIELDS_MAX];
	struct buf b;
	size_t n = 0;

	for (char *p = text; p && n < FIELDS_MAX;)
		fields[n++] = with_breaks(strsep(&p, "|"));
	buf_init(&b, PROTO_MAX);
	proto_begin(&b, MSG_ROW);
	proto_put_row(&b, fields, n);
	say(fd, &b);
}

static enum err code_of(const char *word)
{
	for (unsigned i = 0; i < ERR_COUNT; i++)
		if (strcmp(err_word((enum err)i), word) == 0)
			return (enum err)i;
	return ERR_INTERNAL;
}

static void say_result(int fd, char *text, const char *user)
{
	struct msg_result m = {.login_id = "login-1"};
	const char *word = strsep(&text, " ");
	struct buf b;

	m.code = code_of(word);
	(void)str_copy(m.reason, sizeof(m.reason), word);
	(void)str_copy(m.user, sizeof(m.user), user);
	(void)str_copy(m.text, sizeof(m.text), text ? text : "");
	buf_init(&b, PROTO_MAX);
	proto_begin(&b, MSG_RESULT);
	proto_put_result(&b, &m);
	say(fd, &b);
}

static void say_show(int fd, const char *text)
{
	struct buf b;

	buf_init(&b, PROTO_MAX);
	proto_begin(&b, MSG_SHOW);
	proto_put_show(&b, text, "");
	say(fd, &b);
}

static void ask(int fd, const char *text, bool echo)
{
	struct secret *answer = NULL;
	enum msg_type type;
	struct reader r;
	struct buf b;

	buf_init(&b, PROTO_MAX);
	proto_begin(&b, MSG_ASK);
	proto_put_ask(&b, ASK_PASTE, echo, text);
	say(fd, &b);
	if (hear(fd, &r, &type) && type == MSG_ANSWER && proto_get_answer(&r, &answer) == ERR_OK)
		printf("answer|%s\n", secret_str(answer));
	secret_free(answer);
}

static void say_garbage(int fd)
{
	struct buf b;

	buf_init(&b, 64);
	buf_text(&b, "\001\377garbage");
	say(fd, &b);
}

static void say_lines(int fd, const char *file)
{
	static char text[KEY_LINES_MAX + 2];
	FILE *f = fopen(file, "re");
	struct buf b;

	memset(text, 0, sizeof(text));
	if (f) {
		(void)!fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	buf_init(&b, PROTO_MAX);
	proto_put_text(&b, text);
	say(fd, &b);
}

static void say_not_found(int fd)
{
	struct buf b;

	buf_init(&b, 64);
	proto_begin(&b, MSG_NOT_FOUND);
	say(fd, &b);
}

/* True when the connection is to be closed. */
static bool obey(int fd, char *line, const char *user)
{
	char *rest = line;
	const char *word = strsep(&rest, " ");

	if (!rest)
		rest = line + strlen(line);
	if (strcmp(word, "row") == 0)
		say_row(fd, rest);
	else if (strcmp(word, "show") == 0)
		say_show(fd, rest);
	else if (strcmp(word, "ask") == 0 || strcmp(word, "secret") == 0)
		ask(fd, rest, word[0] == 'a');
	else if (strcmp(word, "result") == 0)
		say_result(fd, rest, user);
	else if (strcmp(word, "lines") == 0)
		say_lines(fd, rest);
	else if (strcmp(word, "not-found") == 0)
		say_not_found(fd);
	else if (strcmp(word, "garbage") == 0)
		say_garbage(fd);
	else if (strcmp(word, "silence") == 0)
		sleep(8);
	else if (strcmp(word, "close") == 0)
		return true;
	return false;
}

static bool answer(int fd, const char *file, const char *verb, const char *user)
{
	FILE *f = fopen(file, "re");
	size_t len = f ? fread(script, 1, sizeof(script) - 1, f) : 0;
	bool ours = false;

	if (f)
		fclose(f);
	script[len] = 0;
	for (char *p = script; p;) {
		char *line = strsep(&p, "\n");

		if (strncmp(line, "verb ", 5) == 0)
			ours = strcmp(line + 5, verb) == 0;
		else if (ours && *line && obey(fd, line, user))
			return true;
	}
	return false;
}

static bool serve_admin(int fd, struct reader *r, const char *file)
{
	struct msg_admin m = {0};
	bool close_it = true;

	if (proto_get_admin(r, &m) == ERR_OK) {
		printf("%s", m.verb);
		for (size_t i = 0; i < m.n_args; i++)
			printf("|%s", m.args[i]);
		putchar('\n');
		close_it = answer(fd, file, m.verb, "");
	}
	msg_admin_free(&m);
	return close_it;
}

static bool serve_login(int fd, struct reader *r, const char *file)
{
	struct msg_login m = {0};
	bool close_it = true;
	struct buf b;

	if (proto_get_login(r, &m) == ERR_OK) {
		printf("login|%s|%s|flags=%u\n", m.user, m.service, (unsigned)m.flags);
		buf_init(&b, PROTO_MAX);
		proto_begin(&b, MSG_ACK);
		proto_put_ack(&b, "login-1");
		say(fd, &b);
		close_it = answer(fd, file, "login", m.user);
	}
	msg_login_free(&m);
	return close_it;
}

static bool serve_lookup(int fd, struct reader *r, const char *file)
{
	struct msg_lookup m;

	if (proto_get_lookup(r, &m) != ERR_OK)
		return true;
	if (m.kind == LOOKUP_KEYS) {
		printf("keys|%s\n", m.name);
		return answer(fd, file, "keys", "");
	}
	puts("lookup");
	say_not_found(fd);
	return false;
}

static void serve(int fd, const char *file)
{
	bool over = false;
	enum msg_type type;
	struct reader r;

	while (!over && hear(fd, &r, &type)) {
		over = true;
		if (type == MSG_ADMIN)
			over = serve_admin(fd, &r, file);
		if (type == MSG_LOGIN)
			over = serve_login(fd, &r, file);
		if (type == MSG_LOOKUP)
			(void)serve_lookup(fd, &r, file);
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	int listen_fd = -1;

	if (argc == 2 && strcmp(argv[1], "paths") == 0) {
		puts(ENCVOY_SYSCONFDIR "\n" ENCVOY_RUNDIR "\n" ENCVOY_CACHEDIR);
		return 0;
	}
	if (argc != 3)
		return 2;
	mkdir(ENCVOY_RUNDIR, 0755);
	if (sock_listen(ENCVOY_RUNDIR "/socket", 0666, (uid_t)-1, (gid_t)-1, &listen_fd) != ERR_OK)
		return 1;
	puts("ready");
	fflush(stdout);
	for (;;) {
		int fd;

		(void)sock_wait(listen_fd, SOCK_FOREVER);
		fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			serve(fd, argv[2]);
		close(fd);
	}
}
