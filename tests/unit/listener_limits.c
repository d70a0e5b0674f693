/* SPDX-License-Identifier: MIT */
/* What is bounded: connections, waiting logins, time, memory for slow readers, repeated failures
 * (SEC-22, SEC-26). */
#include "tests/unit/listener_fixture.h"
#include "tests/unit/tap.h"

#include <unistd.h>

static void close_all(int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		close(fds[i]);
}

/* Logins of encvoy-100, -101 ... that stay waiting; the online side never accepts. */
static void begin_many(const struct fixture *fx, const char *rhost, size_t n, int *fds)
{
	for (size_t i = 0; i < n; i++) {
		char user[32];

		snprintf(user, sizeof(user), "encvoy-%zu", 100 + i);
		fds[i] = begin_login(fx, user, rhost);
	}
}

static void waiting_logins(void)
{
	struct listener_limits limits = listener_limits_default;
	struct ask_login q = {
	    .user = "encvoy-500", .rhost = "10.0.0.1", .flags = LOGIN_INTERACTIVE};
	struct fixture fx;
	int fds[24];

	fx_start(&fx, base_conf);
	begin_many(&fx, "10.0.0.1", 16, fds);
	is_int(login_as(&fx, 0, &q), ERR_TOO_MANY, "SEC-22: the 17th from one remote host");
	fds[16] = begin_login(&fx, "encvoy-500", "10.0.0.2");
	ok(is_quiet(fds[16]), "SEC-22: another remote host's waits");
	close(fds[3]);
	(void)fx_log_has(&fx, "reason=cancelled");
	fds[3] = begin_login(&fx, "encvoy-501", "10.0.0.1");
	ok(is_quiet(fds[3]), "SEC-22: one that ended makes room");
	close_all(fds, 17);
	fx_stop(&fx);

	limits.logins = 8;
	limits.logins_kept = 3;
	fx_start_limited(&fx, base_conf, &limits);
	is_int(whole_login(&fx, "encvoy-2", "2"), ERR_OK, "encvoy-2 becomes known");
	begin_many(&fx, "", 5, fds);
	is_int(login_as(&fx, 0, &q), ERR_TOO_MANY,
	    "SEC-22: the machine's slots for people unknown so far are used up");
	for (size_t i = 5; i < 8; i++) {
		static const char *const rhosts[] = {"a", "b", "c"};

		fds[i] = begin_login(&fx, "encvoy-2", rhosts[i - 5]);
		ok(is_quiet(fds[i]), "SEC-22: slots kept for known users: %zu", i - 4);
	}
	q.user = "encvoy-2";
	is_int(login_as(&fx, 0, &q), ERR_TOO_MANY, "SEC-22: then the machine is full");
	close_all(fds, 8);
	fx_stop(&fx);
}

static void one_user_for_itself(void)
{
	struct listener_limits limits = listener_limits_default;
	struct ask_login q = {.user = "encvoy-2", .service = "kde"};
	struct fixture fx;
	int fds[4];

	limits.logins_per_self = 3;
	fx_start_limited(&fx, base_conf, &limits);
	(void)whole_login(&fx, "encvoy-2", "2");
	for (size_t i = 0; i < 3; i++) {
		fds[i] = client(&fx, UID_OF(2));
		send_login(fds[i], &q);
		(void)next(fds[i]);
	}
	is_int(login_as(&fx, UID_OF(2), &q), ERR_TOO_MANY,
	    "a user cannot use up the machine's slots by itself");
	close_all(fds, 3);
	fx_stop(&fx);
}

static void newer_supersedes_older(void)
{
	const struct ask_login answered = {
	    .user = "encvoy-2", .rhost = "10.0.0.1", .flags = LOGIN_HAS_ANSWER, .answer = "x"};
	struct fixture fx;
	int old, new, other_host, other_user, no_person, online;

	fx_start(&fx, base_conf);
	old = begin_login(&fx, "encvoy-2", "10.0.0.1");
	online = online_job(&fx);
	other_host = begin_login(&fx, "encvoy-2", "10.0.0.2");
	other_user = begin_login(&fx, "encvoy-3", "10.0.0.1");
	no_person = client(&fx, 0);
	send_login(no_person, &answered);
	(void)next(no_person);
	ok(is_quiet(old), "a login without a person does not supersede");
	new = begin_login(&fx, "encvoy-2", "10.0.0.1");
	is_int(result_of(old), ERR_SUPERSEDED, "SEC-22: the older one gets superseded");
	ok(is_closed(online), "SEC-22: and its online side is closed");
	ok(is_quiet(new) && is_quiet(other_host) && is_quiet(other_user) && is_quiet(no_person),
	    "SEC-22: the newer one and all others go on");
	close(old);
	close(new);
	close(other_host);
	close(other_user);
	close(no_person);
	close(online);
	fx_stop(&fx);
}

static void connections(void)
{
	struct listener_limits limits = listener_limits_default;
	struct fixture fx;
	int fds[16];
	int64_t start = now_ms();

	limits.conns = 12;
	limits.conns_kept = 4;
	limits.conns_per_uid = 5;
	limits.idle_ms = 700;
	fx_start_limited(&fx, base_conf, &limits);
	for (size_t i = 0; i < 5; i++)
		fds[i] = client(&fx, 1001);
	fds[5] = client(&fx, 1001);
	ok(is_closed(fds[5]), "the 6th connection of one uid is closed at once");
	for (size_t i = 6; i < 9; i++)
		fds[i] = client(&fx, 1002);
	fds[9] = client(&fx, 1003);
	ok(is_closed(fds[9]), "so is one beyond what is there for everybody");
	fds[10] = client(&fx, 0);
	send_lookup(fds[10], LOOKUP_PWNAM, "nobody-here", 0);
	is_int(next(fds[10]), MSG_NOT_FOUND, "uid 0 still gets through");
	ok(is_closed(fds[0]) && is_closed(fds[6]) && now_ms() - start >= 600,
	    "a connection that says nothing is closed after a while");
	ok(is_closed(fds[10]), "also one that stops asking");
	close_all(fds, 11);
	fds[0] = client(&fx, 1001);
	send_lookup(fds[0], LOOKUP_PWNAM, "nobody-here", 0);
	is_int(next(fds[0]), MSG_NOT_FOUND, "and then there is room again");
	close(fds[0]);
	fx_stop(&fx);
}

static void a_client_that_does_not_read(void)
{
	static char text[TEXT_MAX];
	struct fixture fx;
	int fd, online, lookup;
	size_t sent = 0;

	memset(text, 'x', sizeof(text) - 1);
	fx_start(&fx, base_conf);
	fd = begin_login(&fx, "encvoy-2", "");
	online = online_job(&fx);
	while (sent < 1000 && send_show(online, text))
		sent++;
	ok(sent < 1000, "a client that does not read is given up (after %zu messages)", sent);
	ok(fx_log_has(&fx, "result=refused reason=cancelled"), "and its login ends");
	lookup = client(&fx, 0);
	send_lookup(lookup, LOOKUP_PWNAM, "nobody-here", 0);
	is_int(next(lookup), MSG_NOT_FOUND, "others are served meanwhile");
	close(lookup);
	close(fd);
	close(online);
	fx_stop(&fx);
}

/* One that asks and asks and reads no answer. */
static void look_ups_without_end(void)
{
	struct fixture fx;
	int fd, other;
	size_t sent = 0;

	fx_start(&fx, base_conf);
	fd = client(&fx, 1001);
	while (sent < 100000 && send_lookup(fd, LOOKUP_PWNAM, "nobody-here", 0))
		sent++;
	ok(sent < 100000, "look-ups without reading: given up (after %zu)", sent);
	other = client(&fx, 1001);
	send_lookup(other, LOOKUP_PWNAM, "nobody-here", 0);
	is_int(next(other), MSG_NOT_FOUND, "and the same user's next connection is served");
	close(other);
	close(fd);
	fx_stop(&fx);
}

/* Milliseconds until the login is refused. */
static int64_t failing_login(const struct fixture *fx, const char *user, const char *service)
{
	const struct ask_login q = {
	    .user = user, .service = service, .rhost = "10.0.0.1", .flags = LOGIN_INTERACTIVE};
	int fd = client(fx, 0), online;
	int64_t start;

	send_login(fd, &q);
	online = online_job(fx);
	start = now_ms();
	send_refusal(online, ERR_BAD_TOKEN, "");
	ok(result_of(fd) == ERR_BAD_TOKEN, "a failure of %s for %s", user, service);
	close(fd);
	close(online);
	return now_ms() - start;
}

static void repeated_failures(void)
{
	struct fixture fx;
	int fd, online, lookup;
	int64_t took, start;

	fx_start(&fx, base_conf);
	for (int i = 1; i <= 3; i++) {
		took = failing_login(&fx, "encvoy-2", "ssh");
		ok(took < 1000, "SEC-26: failure %d is answered at once (%lld ms)", i,
		    (long long)took);
	}
	took = failing_login(&fx, "encvoy-2", "ssh");
	ok(took >= 1990 && took < 4000, "SEC-26: the 4th after 2 s (%lld ms)", (long long)took);
	took = failing_login(&fx, "encvoy-2", "sudo");
	ok(took < 1000, "SEC-26: not in another service");
	took = failing_login(&fx, "encvoy-3", "ssh");
	ok(took < 1000, "SEC-26: not for another user of the same remote host");

	fd = begin_login(&fx, "encvoy-2", "10.0.0.9");
	online = online_job(&fx);
	start = now_ms();
	send_identity(online, "2");
	ok(is_closed(online) && now_ms() - start < 1000,
	    "SEC-26: while a RESULT is delayed the online side is free already");
	lookup = client(&fx, 0);
	send_lookup(lookup, LOOKUP_PWNAM, "encvoy-2", 0);
	ok(next(lookup) == MSG_PASSWD && now_ms() - start < 1000, "SEC-26: and look-ups go on");
	is_int(result_of(fd), ERR_OK, "SEC-26: the right person gets in all the same");
	ok(now_ms() - start >= 1990, "SEC-26: after the delay");
	close(fd);
	close(online);
	took = failing_login(&fx, "encvoy-2", "ssh");
	ok(took < 1000, "SEC-26: a success wipes the slate");
	close(lookup);
	fx_stop(&fx);
}

/* The configuration allows no less than 10 s. */
static void login_timeout(void)
{
	static const char conf[] = "issuer = " ISSUER "\nclient_id = host\nallow = everyone\n"
				   "login_timeout = 10\n";
	struct fixture fx;
	int64_t start = now_ms(), took;
	int fd, online;

	fx_start(&fx, conf);
	fd = begin_login(&fx, "encvoy-2", "");
	online = online_job(&fx);
	is_int(result_of(fd), ERR_TIMEOUT, "a login that nobody finishes: timeout");
	took = now_ms() - start;
	ok(took >= 9900 && took < 12000, "after login_timeout (%lld ms)", (long long)took);
	ok(is_closed(online), "and the online side is closed");
	ok(fx_log_has(&fx, "result=refused reason=timeout"), "and logged");
	close(fd);
	close(online);
	fx_stop(&fx);
}

int main(void)
{
	if (!fx_possible())
		return 0;
	waiting_logins();
	one_user_for_itself();
	newer_supersedes_older();
	connections();
	a_client_that_does_not_read();
	look_ups_without_end();
	repeated_failures();
	login_timeout();
	return tap_done();
}
