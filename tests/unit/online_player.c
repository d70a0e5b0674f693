/* SPDX-License-Identifier: MIT */
/* Plays the listener towards encvoyd-online, for scripts.
 *
 *   online_player listen SOCKET UID PROGRAM [ARGS]   binds SOCKET and becomes PROGRAM as UID, with
 *                                                    the socket by systemd's protocol
 *   online_player login SOCKET USER SERVICE FLAGS [PAM ARGUMENTS]
 *
 * login prints one line per message (SHOW, ASK, IDENTITY, RESULT, CLOSED; backslashes and line
 * breaks escaped) and takes one answer per line of standard input; "@answer TEXT" in place of an
 * argument puts TEXT into the JOB. Who wants the connection closed kills it. */
#include "common/conf.h"
#include "common/proto.h"
#include "sys/clock.h"
#include "sys/sock.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(const char *what)
{
	fprintf(stderr, "online_player: %s: %s\n", what, strerror(errno));
	return 99;
}

static int be_listener(char **argv)
{
	uid_t uid = (uid_t)strtoul(argv[3], NULL, 10);
	char pid[32];
	int fd = -1;

	if (sock_listen(argv[2], 0600, (uid_t)-1, (gid_t)-1, &fd) != ERR_OK)
		return fail(argv[2]);
	if (fd != 3 && dup2(fd, 3) != 3)
		return fail("dup2");
	if (fd == 3 && dup3(3, 4, 0) == 4)
		(void)dup2(4, 3);
	(void)close(4);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", pid, 1);
	if (uid && (setgroups(0, NULL) != 0 || setresgid(uid, uid, uid) != 0 ||
		       setresuid(uid, uid, uid) != 0))
		return fail("setuid");
	execv(argv[4], argv + 4);
	return fail(argv[4]);
}

static void print_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", stdout);
		else if (*text == '\\')
			fputs("\\\\", stdout);
		else
			putchar(*text);
	}
}

static void print_show(struct reader *r)
{
	AUTO_SHOW struct msg_show m = {0};

	if (proto_get_show(r, &m) != ERR_OK) {
		puts("BAD SHOW");
		return;
	}
	fputs("SHOW ", stdout);
	print_text(m.text);
	putchar('\n');
	if (*m.qr) {
		fputs("QR ", stdout);
		print_text(m.qr);
		putchar('\n');
	}
}

static void print_ask(struct reader *r)
{
	AUTO_ASK struct msg_ask m = {0};

	if (proto_get_ask(r, &m) != ERR_OK) {
		puts("BAD ASK");
		return;
	}
	printf("ASK %d %s ", (int)m.kind, m.echo ? "echo" : "hidden");
	print_text(m.text);
	putchar('\n');
}

static void print_identity(struct reader *r)
{
	struct msg_identity m;

	if (proto_get_identity(r, &m) != ERR_OK) {
		puts("BAD IDENTITY");
		return;
	}
	printf("IDENTITY issuer=%s sub=%s method=%s full=%d single_use=%d hash=%02x%02x "
	       "auth_time=%llu expires=%llu\n",
	    m.issuer, m.sub, method_word(m.method), m.full, m.single_use, m.token_hash[0],
	    m.token_hash[1], (unsigned long long)m.auth_time, (unsigned long long)m.expires);
}

static void print_result(struct reader *r)
{
	struct msg_result m;

	if (proto_get_result(r, &m) != ERR_OK) {
		puts("BAD RESULT");
		return;
	}
	printf("RESULT %s %s: %s\n", err_word(m.code), m.reason, m.text);
}

/* True when the conversation is over. */
static bool take_message(int fd)
{
	static char packet[PROTO_MAX];
	struct reader r;
	enum msg_type type = 0;
	size_t len = 0;
	enum err e = sock_recv(fd, packet, sizeof(packet), clock_mono_ms(), &len);

	if (e == ERR_CLOSED || proto_open(packet, len, &r, &type) != ERR_OK) {
		puts("CLOSED");
		return true;
	}
	switch (type) {
	case MSG_SHOW:
		print_show(&r);
		return false;
	case MSG_ASK:
		print_ask(&r);
		return false;
	case MSG_IDENTITY:
		print_identity(&r);
		return true;
	case MSG_RESULT:
		print_result(&r);
		return true;
	case MSG_TIMES:
		return false;
	default:
		printf("UNEXPECTED %d\n", (int)type);
		return true;
	}
}

static bool send_answer(int fd)
{
	static char line[ANSWER_MAX + 2];
	AUTO_BUF struct buf packet = {0};
	size_t len;

	if (!fgets(line, sizeof(line), stdin))
		return false;
	len = strcspn(line, "\n");
	buf_init_secret(&packet, PROTO_MAX);
	proto_put_answer(&packet, line, len);
	return sock_send(fd, &packet, clock_mono_ms() + 1000) == ERR_OK;
}

static int converse(int fd)
{
	bool input = true;

	for (;;) {
		struct pollfd p[2] = {{.fd = fd, .events = POLLIN},
		    {.fd = input ? STDIN_FILENO : -1, .events = POLLIN}};

		fflush(stdout);
		if (poll(p, 2, -1) < 0)
			return fail("poll");
		if (p[0].revents && take_message(fd))
			return 0;
		if (p[1].revents && !send_answer(fd))
			input = false;
	}
}

static void put_job(struct buf *out, char **argv)
{
	struct msg_login m = {.flags = (uint32_t)strtoul(argv[5], NULL, 10)};

	snprintf(m.user, sizeof(m.user), "%s", argv[3]);
	snprintf(m.service, sizeof(m.service), "%s", argv[4]);
	snprintf(m.rhost, sizeof(m.rhost), "192.0.2.7");
	for (char **a = argv + 6; *a && m.n_args < ARGS_MAX; a++) {
		if (strcmp(*a, "@answer") == 0 && a[1]) {
			a++;
			m.flags |= LOGIN_HAS_ANSWER;
			m.answer = secret_new(*a, strlen(*a));
		} else {
			m.args[m.n_args++] = *a;
		}
	}
	proto_put_job(out, "test-1", &m);
	secret_free(m.answer);
}

static int be_login(char **argv)
{
	AUTO_FD int fd = -1;
	AUTO_BUF struct buf job = {0};

	if (sock_connect(argv[2], &fd) != ERR_OK)
		return fail(argv[2]);
	buf_init_secret(&job, PROTO_MAX);
	put_job(&job, argv);
	/* a failure shows in what follows */
	(void)sock_send(fd, &job, clock_mono_ms() + 1000);
	return converse(fd);
}

int main(int argc, char **argv)
{
	setvbuf(stdin, NULL, _IONBF, 0);
	if (argc >= 5 && strcmp(argv[1], "listen") == 0)
		return be_listener(argv);
	if (argc >= 6 && strcmp(argv[1], "login") == 0)
		return be_login(argv);
	fprintf(stderr, "usage: see the source\n");
	return 2;
}
