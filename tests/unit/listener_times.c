/* SPDX-License-Identifier: MIT */
/* What requests to the provider took: from encvoyd-online's messages to the rows of status. */
#include "encvoyd/times.h"
#include "tests/unit/listener_fixture.h"
#include "tests/unit/tap.h"

#include <stdlib.h>
#include <unistd.h>

static struct msg_times times(uint64_t run, uint64_t requests, uint64_t ms, uint64_t max_ms)
{
	struct msg_times m = {.run = run};

	m.of[TIMES_TOKEN] = (struct times){requests, requests / 2, ms, ms / 2, max_ms};
	return m;
}

static void adds_up(void)
{
	struct provider_times t = {0};
	struct times *token = &t.total[TIMES_TOKEN];
	struct msg_times m = times(5, 10, 1000, 300);

	provider_times_take(&t, &m);
	is_int(token->requests, 10, "the first message");
	provider_times_take(&t, &m);
	is_int(token->requests, 10, "the same once more adds nothing");
	m = times(5, 12, 1100, 200);
	provider_times_take(&t, &m);
	ok(token->requests == 12 && token->failed == 6 && token->ms == 1100, "what is new does");
	ok(token->last_ms == 550 && token->max_ms == 300,
	    "the last is the last, the most the most");
	m = times(5, 11, 1050, 900);
	provider_times_take(&t, &m);
	ok(token->requests == 12 && token->ms == 1100 && token->last_ms == 550,
	    "one that was overtaken adds nothing");
	m = times(9, 3, 30, 20);
	provider_times_take(&t, &m);
	ok(token->requests == 15 && token->ms == 1130, "a new run begins with nothing");
	m = times(5, 100, 10000, 20);
	provider_times_take(&t, &m);
	is_int(token->requests, 15, "and the run before has ended");
	for (uint64_t run = 10; run < 100000; run++) {
		m = times(run, TIMES_MAX, TIMES_MAX, TIMES_MAX);
		provider_times_take(&t, &m);
	}
	ok(token->requests == UINT64_C(1) << 62 && token->ms == UINT64_C(1) << 62,
	    "nonsense ends at a limit");
}

static struct fixture fx;

static bool send_times(int fd, const struct msg_times *m)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, PROTO_MAX);
	proto_put_times(&b, m);
	return send_buf(fd, &b);
}

static const char *status_of(const char *key)
{
	static char value[64];

	value[0] = 0;
	(void)admin(&fx, "status", NULL, key, value, sizeof(value));
	return value;
}

static void is_shown(void)
{
	struct msg_times m = times(1, 4, 900, 500);
	int fd = begin_login(&fx, "encvoy-2", "10.0.0.1"), online = online_job(&fx);

	is_str(status_of("provider_requests:token"), "", "nothing was asked yet: no rows");
	ok(send_times(online, &m) && send_identity(online, "2"),
	    "a child tells, and then who it is");
	is_int(result_of(fd), ERR_OK, "which does not touch the sign-in");
	is_str(status_of("provider_requests:token"), "4", "status: requests");
	is_str(status_of("provider_failed:token"), "2", "failures");
	is_str(status_of("provider_ms:token"), "900", "time");
	is_str(status_of("provider_last_ms:token"), "450", "the last");
	is_str(status_of("provider_max_ms:token"), "500", "the longest");
	is_str(status_of("provider_requests:directory"), "", "of what there was, no more");
	close(online);
	close(fd);
}

static void is_checked(void)
{
	static const char rest[] = {0, 1};
	AUTO_BUF struct buf b = {0};
	int fd = begin_login(&fx, "encvoy-2", "10.0.0.1"), online = online_job(&fx);

	buf_init(&b, PROTO_MAX);
	proto_begin(&b, MSG_TIMES);
	buf_put(&b, rest, sizeof(rest));
	ok(send_buf(online, &b), "half a message");
	is_int(result_of(fd), ERR_INTERNAL, "SEC-32: ends the sign-in");
	ok(fx_log_has(&fx, "broke the protocol"), "and is logged");
	is_str(status_of("provider_requests:token"), "4", "and counts for nothing");
	close(online);
	close(fd);
}

int main(void)
{
	adds_up();
	if (!fx_possible())
		return 0;
	fx_start(&fx, base_conf);
	is_shown();
	is_checked();
	is_int(fx_stop(&fx), 0, "the listener ends with status 0");
	return tap_done();
}
