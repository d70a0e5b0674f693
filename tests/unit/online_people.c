/* SPDX-License-Identifier: MIT */
/* Plays the listener towards the directory child, for scripts.
 *
 *   online_people child CONF    the child's real code in a process of its own, with this
 *                               configuration; the first line printed is its pid
 *   online_people socket PATH   encvoyd-online's socket
 *
 * Commands on standard input: "sync", "find LOGIN", "leave MS" (a sync that the listener does not
 * wait for: prints LEFT and how long the child lived on). A pass is printed only when it ends well:
 * a line per person, tab-separated (sub, login, gecos, roles, shell, home, locale, blocked,
 * deleted, keys; line breaks as \n), then END with the error's word, the count and the detail.
 * CLOSED: the child is gone. */
#include "encvoyd/log.h"
#include "encvoyd/online/directory.h"
#include "encvoyd/online/http.h"
#include "encvoyd/online/wipemem.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/sock.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

static pid_t child;

static void die(const char *what)
{
	fprintf(stderr, "online_people: %s\n", what);
	exit(99);
}

static void be_child(int fd, const char *path)
{
	static const struct msg_directory have;
	struct conf conf = {0};
	struct conf_error why = {0};
	struct trust trust = {0};
	struct buf text;

	buf_init(&text, 65536);
	if (wipemem_install() != ERR_OK || http_init() != ERR_OK || conf_init(&conf) != ERR_OK)
		die("cannot begin");
	if (file_read(path, geteuid(), FILE_PUBLIC, &text) != ERR_OK ||
	    conf_parse(&conf, (const char *)text.data, text.len, path, &why) != ERR_OK ||
	    conf_finish(&conf, &why) != ERR_OK)
		die(why.text);
	if (trust_load(conf.ca_file, &trust) != ERR_OK)
		die("no trust store");
	log_open("online_people", true);
	directory_child(fd, &have, &conf, &trust);
	trust_free(&trust);
	conf_free(&conf);
	buf_free(&text);
	exit(0);
}

static int fork_child(const char *path)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
		die("socketpair");
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		(void)close(pair[0]);
		be_child(pair[1], path);
	}
	(void)close(pair[1]);
	printf("%d\n", (int)child);
	return pair[0];
}

static int connect_to(const char *path)
{
	struct msg_directory have = {0};
	struct buf packet;
	int fd = -1;

	buf_init(&packet, PROTO_MAX);
	proto_put_directory(&packet, &have);
	if (sock_connect(path, &fd) != ERR_OK ||
	    sock_send(fd, &packet, clock_mono_ms() + 5000) != ERR_OK)
		die(path);
	buf_free(&packet);
	return fd;
}

static void put_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", out);
		else
			putc(*text, out);
	}
	putc('\t', out);
}

static void put_persons(FILE *out, struct reader *r, unsigned *count)
{
	static struct msg_person p;
	uint32_t n = 0;

	if (proto_get_persons_head(r, &n) != ERR_OK)
		die("malformed PERSONS");
	for (; n; n--, ++*count) {
		if (proto_get_person(r, &p) != ERR_OK)
			die("malformed person");
		put_text(out, p.sub);
		put_text(out, p.login);
		put_text(out, p.gecos);
		put_text(out, p.roles);
		put_text(out, p.shell);
		put_text(out, p.home);
		put_text(out, p.locale);
		fprintf(out, "%d\t%d\t", p.blocked, p.deleted);
		put_text(out, p.ssh_keys);
		putc('\n', out);
	}
	if (!reader_done(r))
		die("PERSONS with more");
}

/* One question's answer; what came before a bad END is forgotten, as by the listener. */
static bool take_answer(int fd)
{
	static char packet[PROTO_MAX];
	char *text = NULL;
	size_t size = 0, len = 0;
	FILE *out = open_memstream(&text, &size);
	struct msg_end end;
	struct reader r;
	enum msg_type type = 0;
	unsigned count = 0;

	do {
		if (sock_recv(fd, packet, sizeof(packet), clock_mono_ms() + 300000, &len) !=
			ERR_OK ||
		    proto_open(packet, len, &r, &type) != ERR_OK) {
			puts("CLOSED");
			return false;
		}
		if (type == MSG_PERSONS)
			put_persons(out, &r, &count);
		else if (type != MSG_END || proto_get_end(&r, &end) != ERR_OK)
			die("another message");
	} while (type != MSG_END);
	fclose(out);
	if (end.code == ERR_OK)
		fputs(text, stdout);
	free(text);
	printf("END %s %u %s\n", err_word(end.code), count, end.detail);
	return true;
}

static void leave(int fd, const char *ms)
{
	int64_t left;

	usleep((useconds_t)(strtoul(ms, NULL, 10) * 1000));
	(void)close(fd);
	left = clock_mono_ms();
	if (child)
		(void)waitpid(child, NULL, 0);
	printf("LEFT %lld\n", (long long)(clock_mono_ms() - left));
}

/* False when there is nothing left to talk to. */
static bool obey(int fd, const char *line)
{
	struct buf packet;
	bool sent;

	buf_init(&packet, PROTO_MAX);
	if (strncmp(line, "find ", 5) == 0)
		proto_put_find(&packet, line + 5);
	else
		proto_put_sync(&packet);
	sent = sock_send(fd, &packet, clock_mono_ms() + 5000) == ERR_OK;
	buf_free(&packet);
	if (!sent) {
		puts("CLOSED");
		return false;
	}
	if (strncmp(line, "leave ", 6) != 0)
		return take_answer(fd);
	leave(fd, line + 6);
	return false;
}

int main(int argc, char **argv)
{
	char line[1024];
	int fd;

	setvbuf(stdin, NULL, _IONBF, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc != 3)
		die("usage: see the source");
	fd = strcmp(argv[1], "child") == 0 ? fork_child(argv[2]) : connect_to(argv[2]);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		if (!obey(fd, line))
			break;
	}
	return 0;
}
