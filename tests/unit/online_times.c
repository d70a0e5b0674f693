/* SPDX-License-Identifier: MIT */
/* The page of figures that the children of encvoyd-online share. */
#include "encvoyd/online/talk.h"
#include "encvoyd/online/times.h"
#include "tests/unit/tap.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 8
#define EACH 2000

/* The main kind and, in between, another, as a device login does it. */
static void be_child(uint64_t own)
{
	times_are(TIMES_DIRECTORY);
	for (unsigned i = 0; i < EACH; i++)
		times_add((int64_t)own, i % 2);
	times_are(TIMES_DEVICE);
	times_add(3, true);
	_exit(0);
}

static bool get(struct msg_times *ret)
{
	AUTO_BUF struct buf b;
	enum msg_type type = 0;
	struct reader r;

	buf_init(&b, PROTO_MAX);
	return times_put(&b) && proto_open(b.data, b.len, &r, &type) == ERR_OK &&
	       type == MSG_TIMES && proto_get_times(&r, ret) == ERR_OK;
}

static void many_children(void)
{
	struct msg_times m = {0};
	int status = 0, bad = 0;

	for (uint64_t i = 1; i <= CHILDREN; i++)
		if (fork() == 0)
			be_child(i);
	while (wait(&status) > 0)
		bad |= status;
	is_int(bad, 0, "children add at the same time");
	ok(get(&m), "the figures of all");
	is_int(m.of[TIMES_DIRECTORY].requests, CHILDREN * EACH, "every request is counted");
	is_int(m.of[TIMES_DIRECTORY].failed, CHILDREN * EACH / 2, "and those that failed");
	is_int(m.of[TIMES_DIRECTORY].ms, EACH * CHILDREN * (CHILDREN + 1) / 2, "and their time");
	is_int(m.of[TIMES_DIRECTORY].max_ms, CHILDREN, "the longest");
	ok(m.of[TIMES_DIRECTORY].last_ms >= 1 && m.of[TIMES_DIRECTORY].last_ms <= CHILDREN,
	    "the last is one of them");
	is_int(m.of[TIMES_DEVICE].requests, CHILDREN, "another kind by itself");
	is_int(m.of[TIMES_TOKEN].requests, 0, "and one of which there was none");
}

static void is_sent(void)
{
	char packet[1024];
	struct msg_times m, got = {0};
	enum msg_type type = 0;
	struct reader r;
	int pair[2];
	ssize_t n;

	times_are(TIMES_TOKEN);
	times_add(-5, true);
	ok(get(&m) && m.of[TIMES_TOKEN].requests == 1 && m.of[TIMES_TOKEN].ms == 0,
	    "a clock that jumps back adds no time");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return;
	is_int(talk_times(&(struct talk){.fd = pair[0]}), ERR_OK, "sent to the listener");
	n = recv(pair[1], packet, sizeof(packet), MSG_DONTWAIT);
	ok(n > 0 && proto_open(packet, (size_t)n, &r, &type) == ERR_OK && type == MSG_TIMES &&
		proto_get_times(&r, &got) == ERR_OK && memcmp(&got, &m, sizeof(m)) == 0,
	    "as they are");
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	struct msg_times m;

	times_add(1, true);
	ok(!get(&m), "without the page nothing is counted");
	is_int(talk_times(&(struct talk){.fd = -1}), ERR_OK, "and nothing sent");
	is_int(times_share(), ERR_OK, "the page");
	ok(get(&m) && m.run > 0, "it has the run's number");
	many_children();
	is_sent();
	return tap_done();
}
