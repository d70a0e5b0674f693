/* SPDX-License-Identifier: MIT */
/* Many people at consoles at once, for scripts: each a conversation with encvoyd as pam_encvoy
 * holds it, all of them in one process.
 *
 *   online_crowd login SOCKET FIRST COUNT   user FIRST to FIRST + COUNT - 1, named userN
 *   online_crowd look SOCKET FIRST COUNT TIMES
 *
 * login prints "CODE user code", "RESULT user reason" and "LEFT user", each with the time behind it
 * (milliseconds since 1970), and takes the lines "leave USER" from standard input: that person's
 * connection is closed. It ends with the last conversation.
 *
 * look asks TIMES times for these users, by NSS and by the socket, and prints the medians and 99th
 * percentiles in microseconds: "nss P50 P99 socket P50 P99 wrong N". */
#include "common/proto.h"
#include "common/str.h"
#include "sys/clock.h"
#include "sys/sock.h"

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PER_ADDRESS 16 /* SEC-22 allows as many */
#define CODE "enter this code: "
#define PACE 8 /* that many may begin before somebody is answered */

struct person {
	char name[32];
	bool waiting; /* for the first word of the daemon */
};

static struct person *people;
static struct pollfd *fds; /* of each person, and standard input behind them */
static unsigned count, begun, talking, unanswered;

static void die(const char *what)
{
	fprintf(stderr, "online_crowd: %s: %s\n", what, strerror(errno));
	exit(99);
}

static unsigned number(const char *text)
{
	unsigned long n = strtoul(text, NULL, 10);

	if (!n || n > 1000000)
		die(text);
	return (unsigned)n;
}

static double micros(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static void print_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	printf(" %lld\n", (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

static void begin(const char *path, unsigned i)
{
	struct msg_login m = {.flags = LOGIN_INTERACTIVE};
	AUTO_BUF struct buf packet = {0};
	unsigned address = i / PER_ADDRESS;

	snprintf(m.user, sizeof(m.user), "%s", people[i].name);
	snprintf(m.service, sizeof(m.service), "console");
	snprintf(m.rhost, sizeof(m.rhost), "198.18.%u.%u", address / 250, address % 250 + 1);
	snprintf(m.tty, sizeof(m.tty), "tty%u", i + 1);
	buf_init(&packet, PROTO_MAX);
	proto_put_login(&packet, MSG_LOGIN, &m);
	if (sock_connect(path, &fds[i].fd) != ERR_OK ||
	    sock_check_server(fds[i].fd, path) != ERR_OK ||
	    sock_send(fds[i].fd, &packet, clock_mono_ms() + 5000) != ERR_OK)
		die("cannot begin");
	people[i].waiting = true;
	unanswered++;
	talking++;
}

static void end(unsigned i, const char *word, const char *reason)
{
	printf("%s %s%s%s", word, people[i].name, *reason ? " " : "", reason);
	print_time();
	close_fd(&fds[i].fd);
	talking--;
}

static void answered(struct person *p)
{
	unanswered -= p->waiting;
	p->waiting = false;
}

static void take_show(unsigned i, struct reader *r)
{
	AUTO_SHOW struct msg_show m = {0};
	const char *code = NULL;

	if (proto_get_show(r, &m) != ERR_OK || !(code = strstr(m.text, CODE)))
		die("a text without a code");
	code += strlen(CODE);
	printf("CODE %s %.*s", people[i].name, (int)strcspn(code, "\n"), code);
	print_time();
	answered(&people[i]);
}

static void take_result(unsigned i, struct reader *r)
{
	struct msg_result m;

	if (proto_get_result(r, &m) != ERR_OK)
		die("RESULT");
	if (m.code == ERR_OK && strcmp(m.user, people[i].name) != 0)
		die("somebody else's RESULT");
	answered(&people[i]);
	end(i, "RESULT", m.reason);
}

static void hear(unsigned i)
{
	static char packet[PROTO_MAX];
	char login_id[WORD_MAX];
	struct reader r;
	enum msg_type type = 0;
	size_t len = 0;

	if (sock_recv(fds[i].fd, packet, sizeof(packet), clock_mono_ms(), &len) != ERR_OK ||
	    proto_open(packet, len, &r, &type) != ERR_OK) {
		answered(&people[i]);
		end(i, "RESULT", "closed");
	} else if (type == MSG_SHOW) {
		take_show(i, &r);
	} else if (type == MSG_RESULT) {
		take_result(i, &r);
	} else if (type != MSG_ACK || proto_get_ack(&r, login_id, sizeof(login_id)) != ERR_OK) {
		die("a message out of place");
	}
}

static void obey(void)
{
	char line[64];
	const char *user = line + strlen("leave ");

	if (!fgets(line, sizeof(line), stdin)) {
		fds[count].fd = -1;
		return;
	}
	line[strcspn(line, "\n")] = 0;
	if (!str_starts(line, "leave "))
		die(line);
	for (unsigned i = 0; i < begun; i++)
		if (fds[i].fd >= 0 && strcmp(people[i].name, user) == 0)
			end(i, "LEFT", "");
}

static int converse(const char *path)
{
	do {
		while (begun < count && unanswered < PACE)
			begin(path, begun++);
		fflush(stdout);
		if (poll(fds, count + 1, -1) < 0)
			die("poll");
		for (unsigned i = 0; i < begun; i++)
			if (fds[i].revents)
				hear(i);
		if (fds[count].revents)
			obey();
	} while (talking || begun < count);
	return 0;
}

/* Whether NSS knows the user, by the map or by whatever it takes. */
static bool ask_nss(const char *name)
{
	const struct passwd *pw = getpwnam(name);

	return pw && strcmp(pw->pw_name, name) == 0;
}

static bool ask_socket(const char *path, const char *name)
{
	static char packet[PROTO_MAX];
	struct msg_lookup query = {.kind = LOOKUP_PWNAM};
	AUTO_BUF struct buf question = {0};
	AUTO_FD int fd = -1;
	struct msg_passwd found;
	struct reader r;
	enum msg_type type = 0;
	size_t len = 0;

	snprintf(query.name, sizeof(query.name), "%s", name);
	buf_init(&question, PROTO_MAX);
	proto_put_lookup(&question, &query);
	return sock_connect(path, &fd) == ERR_OK &&
	       sock_send(fd, &question, clock_mono_ms() + 10000) == ERR_OK &&
	       sock_recv(fd, packet, sizeof(packet), clock_mono_ms() + 10000, &len) == ERR_OK &&
	       proto_open(packet, len, &r, &type) == ERR_OK && type == MSG_PASSWD &&
	       proto_get_passwd(&r, &found) == ERR_OK && strcmp(found.name, name) == 0;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_quantiles(const char *what, double *v, size_t n)
{
	qsort(v, n, sizeof(*v), compare);
	printf("%s %.1f %.1f ", what, v[n / 2], v[n * 99 / 100]);
}

static int look(const char *path, unsigned times)
{
	double *nss = calloc(times, sizeof(*nss)), *sock = calloc(times, sizeof(*sock));
	unsigned wrong = 0;

	if (!nss || !sock)
		die("memory");
	for (unsigned i = 0; i < times; i++) {
		const char *name = people[i % count].name;
		double start = micros();

		wrong += !ask_nss(name);
		nss[i] = micros() - start;
		start = micros();
		wrong += !ask_socket(path, name);
		sock[i] = micros() - start;
	}
	print_quantiles("nss", nss, times);
	print_quantiles("socket", sock, times);
	printf("wrong %u\n", wrong);
	free(nss);
	free(sock);
	return 0;
}

int main(int argc, char **argv)
{
	setvbuf(stdin, NULL, _IONBF, 0);
	if (argc < 5)
		die("usage: see the source");
	count = number(argv[4]);
	people = calloc(count, sizeof(*people));
	fds = calloc(count + 1, sizeof(*fds));
	if (!people || !fds)
		die("memory");
	for (unsigned i = 0; i < count; i++) {
		snprintf(people[i].name, sizeof(people[i].name), "user%u", number(argv[3]) + i);
		fds[i] = (struct pollfd){.fd = -1, .events = POLLIN};
	}
	fds[count] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
	if (strcmp(argv[1], "login") == 0)
		return converse(argv[2]);
	return argc > 5 ? look(argv[2], number(argv[5])) : 2;
}
