/* SPDX-License-Identifier: MIT */
#include "tests/unit/nss_fake.h"

#include "sys/clock.h"
#include "sys/sock.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct fake *fake;
static pid_t pid;
struct last last;

static void serve(int fd)
{
	uint8_t packet[1024];
	struct reader r;
	enum msg_type type;
	size_t len;

	if (sock_recv(fd, packet, sizeof(packet), clock_mono_ms() + 5000, &len) != ERR_OK)
		return;
	if (proto_open(packet, len, &r, &type) == ERR_OK && type == MSG_LOOKUP)
		(void)proto_get_lookup(&r, &fake->question);
	atomic_fetch_add(&fake->asked, 1);
	if (fake->behaviour == ANSWER)
		(void)send(fd, fake->packet, fake->len, MSG_NOSIGNAL);
	if (fake->behaviour == HALF_CLOSE)
		shutdown(fd, SHUT_WR);
	if (fake->behaviour == SILENCE || fake->behaviour == HALF_CLOSE)
		(void)sock_wait(fd, clock_mono_ms() + 5000);
}

static void fake_main(int listener)
{
	for (;;) {
		AUTO_FD int fd = -1;

		if (sock_wait(listener, SOCK_FOREVER) != ERR_OK)
			_exit(1);
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			serve(fd);
	}
}

static void share(void)
{
	fake = mmap(NULL, sizeof(*fake), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ground_need(fake != MAP_FAILED, "no shared memory");
}

void fake_start(void)
{
	AUTO_FD int listener = -1;
	pid_t parent;

	if (!fake)
		share();
	ground_need(sock_listen(SOCKET, 0666, (uid_t)-1, (gid_t)-1, &listener) == ERR_OK,
	    "no socket for a daemon");
	parent = getpid();
	pid = fork();
	ground_need(pid >= 0, "no process for a daemon");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			fake_main(listener);
		_exit(1);
	}
}

void fake_stop(void)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

void answer_with(const struct buf *b)
{
	fake->behaviour = ANSWER;
	memcpy(fake->packet, b->data, b->len);
	fake->len = b->len;
}

void answer_user(const char *name, uint32_t uid, uint32_t gid, const char *home)
{
	AUTO_BUF struct buf b;
	struct user_record r = {name, "Anna Example", home, "/bin/sh", uid, gid};

	buf_init(&b, PROTO_MAX);
	proto_put_passwd(&b, &r);
	answer_with(&b);
}

void answer_anna(void)
{
	answer_user("anna", ID_FLOOR + 5, ID_FLOOR + 5, "/home/anna");
}

enum nss_status ask_anna(void)
{
	unsigned before = atomic_load(&fake->asked);
	int64_t start = clock_mono_ms();
	enum nss_status st;

	last.err = 4711;
	st = _nss_encvoy_getpwnam_r("anna", &last.pw, last.buf, sizeof(last.buf), &last.err);
	last.ms = clock_mono_ms() - start;
	last.asked = atomic_load(&fake->asked) - before;
	return st;
}

enum nss_status ask_anna_uid(void)
{
	return _nss_encvoy_getpwuid_r(
	    ID_FLOOR + 5, &last.pw, last.buf, sizeof(last.buf), &last.err);
}

enum nss_status ask_team(void)
{
	return _nss_encvoy_getgrnam_r("team", &last.gr, last.buf, sizeof(last.buf), &last.err);
}

enum nss_status ask_team_gid(void)
{
	return _nss_encvoy_getgrgid_r(
	    ID_FLOOR + 6, &last.gr, last.buf, sizeof(last.buf), &last.err);
}

enum nss_status ask_groups(void)
{
	long start = 1, size = 1;
	gid_t *gids = calloc(1, sizeof(*gids));
	enum nss_status st =
	    _nss_encvoy_initgroups_dyn("anna", 1, &start, &size, &gids, 0, &last.err);

	/* all or nothing */
	if ((st == NSS_STATUS_SUCCESS) != (start == 3))
		st = NSS_STATUS_RETURN;
	free(gids);
	return st;
}
