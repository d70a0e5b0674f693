/* SPDX-License-Identifier: MIT */
/* Logins that bring the same token again and again, as a web server's do (SEC-10). */
#include "common/str.h"
#include "sys/clock.h"
#include "tests/unit/listener_fixture.h"
#include "tests/unit/tap.h"

#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#define TOKEN "a-token-of-alice-for-the-cloud"

static struct fixture fx;

static int ask_for(const char *user, const char *answer)
{
	const struct ask_login q = {
	    .user = user, .service = "nextcloud", .flags = LOGIN_HAS_ANSWER, .answer = answer};
	int fd = client(&fx, 0);

	if (fd < 0 || !send_login(fd, &q) || next(fd) != MSG_ACK)
		printf("# no login could be begun\n");
	return fd;
}

/* The outcome of a login that the online side is not asked about; ERR_COUNT when it is. */
static enum err cached(const char *user, const char *answer)
{
	int fd = ask_for(user, answer);
	enum err e = online_is_quiet(&fx) ? result_of(fd) : ERR_COUNT;

	close(fd);
	return e;
}

static void say_identity(int online, const char *sub, int64_t life)
{
	struct msg_identity m;

	fill_identity(&m, sub);
	m.method = METHOD_TOKEN;
	m.expires = life ? (uint64_t)(clock_unix() + life) : 0;
	(void)send_identity_msg(online, &m);
}

/* A login for which the online side says: the sub, or (NULL) that code. */
static enum err asked(const char *user, const char *answer, const char *sub, enum err code)
{
	int fd = ask_for(user, answer), online = online_job(&fx);
	enum err e;

	if (sub)
		say_identity(online, sub, 600);
	else
		(void)send_refusal(online, code, "");
	e = result_of(fd);
	close(fd);
	close(online);
	return e;
}

static void the_provider_is_asked_once(void)
{
	is_int(asked("encvoy-2", TOKEN, "2", 0), ERR_OK, "the first time the provider is asked");
	is_int(cached("encvoy-2", TOKEN), ERR_OK, "then its verdict is known");
	is_str(result.user, "encvoy-2", "and RESULT is as before");
	ok(fx_log_has(&fx, "verdict=fresh"), "the log tells");
	is_int(asked("encvoy-2", TOKEN "x", NULL, ERR_BAD_TOKEN), ERR_BAD_TOKEN,
	    "SEC-10: a longer answer is another question");
	is_int(asked("encvoy-3", TOKEN, "2", 0), ERR_WRONG_USER,
	    "SEC-01: so is the same one for another user");
	is_int(cached("encvoy-3", TOKEN), ERR_WRONG_USER, "SEC-01: who stays another one");
	is_int(cached("encvoy-2", TOKEN "x"), ERR_BAD_TOKEN, "a wrong answer is known, too");
	ok(!strstr(fx_log(&fx), TOKEN), "SEC-35: no answer is in the log");
}

static void other_services_know_nothing(void)
{
	const struct ask_login q = {
	    .user = "encvoy-2", .service = "badge", .flags = LOGIN_HAS_ANSWER, .answer = TOKEN};
	int fd = client(&fx, 0), online;

	send_login(fd, &q);
	online = online_job(&fx);
	(void)send_refusal(online, ERR_WRONG_NONCE, "");
	is_int(result_of(fd), ERR_WRONG_NONCE, "SEC-10: another service is asked about anew");
	close(fd);
	close(online);
	fd = client(&fx, 0);
	send_login(fd, &q);
	online = online_job(&fx);
	ok(online >= 0, "SEC-10: and without token_reuse each time");
	close(fd);
	close(online);
}

static void repeated_answers_are_one_failure(void)
{
	int64_t start = now_ms();

	is_int(asked("encvoy-2", "wrong-wrong-wrong-wrong", NULL, ERR_BAD_TOKEN), ERR_BAD_TOKEN,
	    "a wrong answer");
	for (int i = 0; i < 5; i++)
		(void)cached("encvoy-2", "wrong-wrong-wrong-wrong");
	is_int(asked("encvoy-2", TOKEN "-2", "2", 0), ERR_OK, "then a right one");
	ok(now_ms() - start < 1900, "SEC-26: the same one again is no further failure");
}

static void known_tokens_are_not_slowed_down(void)
{
	int64_t start;

	for (int i = 0; i < 3; i++) {
		char guess[] = "guess-guess-guess-guess-0";

		guess[sizeof(guess) - 2] = (char)('0' + i);
		(void)asked("encvoy-2", guess, NULL, ERR_BAD_TOKEN);
	}
	start = now_ms();
	is_int(cached("encvoy-2", TOKEN "-2"), ERR_OK, "somebody guesses; a known token is taken");
	ok(now_ms() - start < 1500, "at once");
	start = now_ms();
	is_int(asked("encvoy-2", "guess-guess-guess-guess-9", NULL, ERR_BAD_TOKEN), ERR_BAD_TOKEN,
	    "another guess");
	ok(now_ms() - start >= 1990, "SEC-26: still waits");
	(void)asked("encvoy-2", TOKEN "-3", "2", 0);
}

static void together(void)
{
	int fds[10], online;
	bool good = true;

	for (size_t i = 0; i < 10; i++)
		fds[i] = ask_for("encvoy-2", TOKEN "-together");
	online = online_job(&fx);
	ok(online_is_quiet(&fx), "ten with one token at a time are one question");
	say_identity(online, "2", 600);
	for (size_t i = 0; i < 10; i++) {
		good = result_of(fds[i]) == ERR_OK && good;
		close(fds[i]);
	}
	ok(good, "and its answer is for all of them");
	close(online);
	for (size_t i = 0; i < 4; i++)
		fds[i] = ask_for("encvoy-2", TOKEN "-together-wrong");
	online = online_job(&fx);
	fds[4] = ask_for("encvoy-2", TOKEN "-another");
	close(online_job(&fx));
	is_int(result_of(fds[4]), ERR_INTERNAL, "SEC-37: another token's question does not wait");
	(void)send_refusal(online, ERR_TOKEN_INACTIVE, "");
	for (size_t i = 0; i < 4; i++)
		good = result_of(fds[i]) == ERR_TOKEN_INACTIVE && good;
	ok(good, "so is a refusal");
	for (size_t i = 0; i < 5; i++)
		close(fds[i]);
	close(online);
}

static void the_one_that_asks_leaves(void)
{
	int first = ask_for("encvoy-2", TOKEN "-left");
	int online = online_job(&fx);
	int second = ask_for("encvoy-2", TOKEN "-left");
	int third = ask_for("encvoy-2", TOKEN "-left");

	ok(online_is_quiet(&fx), "two wait for a third one's question");
	close(first);
	ok(is_closed(online), "who leaves");
	close(online);
	online = online_job(&fx);
	is_str(secret_str(job.answer), TOKEN "-left", "the next one asks");
	ok(online_is_quiet(&fx), "and nobody else");
	say_identity(online, "2", 600);
	ok(result_of(second) == ERR_OK && result_of(third) == ERR_OK, "both are in");
	close(second);
	close(third);
	close(online);
	first = ask_for("encvoy-2", TOKEN "-died");
	online = online_job(&fx);
	second = ask_for("encvoy-2", TOKEN "-died");
	(void)online_is_quiet(&fx);
	close(online);
	ok(result_of(first) == ERR_INTERNAL && result_of(second) == ERR_INTERNAL,
	    "SEC-47: the death of the one asked refuses all of them");
	close(first);
	close(second);
}

static void decided_anew(const char *conf)
{
	is_int(asked("encvoy-2", TOKEN "-anew", "2", 0), ERR_OK, "alice's verdict is known");
	fx_write_conf(&fx, conf);
	kill(fx.pid, SIGHUP);
	(void)fx_log_has(&fx, "configuration reloaded");
	is_int(asked("encvoy-2", TOKEN "-anew", "2", 0), ERR_NOT_ALLOWED,
	    "SEC-13: a reload forgets it, and the new rules count");
	is_int(cached("encvoy-2", TOKEN "-anew"), ERR_NOT_ALLOWED, "also for a person known again");
	is_int(asked("encvoy-3", TOKEN "-bob", "3", 0), ERR_OK, "bob's verdict is known");
	is_int(admin(&fx, "flush", NULL, NULL, NULL, 0), ERR_OK, "flush");
	is_int(asked("encvoy-3", TOKEN "-bob", "3", 0), ERR_OK, "forgets it");
	is_int(cached("encvoy-3", TOKEN "-bob"), ERR_OK, "it is known again");
	is_int(admin(&fx, "user remove", "encvoy-3", NULL, NULL, 0), ERR_OK, "bob is removed");
	is_int(asked("encvoy-3", TOKEN "-bob", NULL, ERR_TOKEN_INACTIVE), ERR_TOKEN_INACTIVE,
	    "SEC-14: and with him what was known");
}

/* verdict_ttl = 0: the provider is asked each time, as it is a minute later otherwise. */
static void outages(void)
{
	int fds[3], online;

	is_int(asked("encvoy-2", TOKEN, "2", 0), ERR_OK, "verdict_ttl = 0: the provider is asked");
	is_int(asked("encvoy-2", TOKEN, "2", 0), ERR_OK, "each time");
	is_int(asked("encvoy-2", TOKEN, NULL, ERR_PROVIDER_UNREACHABLE), ERR_OK,
	    "SEC-10: it is away: what was known still counts");
	ok(fx_log_has(&fx, "verdict=provider-away"), "and the log says so");
	is_int(cached("encvoy-2", TOKEN), ERR_OK, "and for a while it is not asked");
	is_int(asked("encvoy-2", TOKEN "-new", NULL, ERR_PROVIDER_UNREACHABLE),
	    ERR_PROVIDER_UNREACHABLE, "SEC-10: a token never seen before is refused meanwhile");
	is_int(asked("encvoy-2", TOKEN "-new", "2", 0), ERR_OK, "not for longer than the outage");

	is_int(asked("encvoy-3", TOKEN, "3", 0), ERR_OK, "bob's token");
	for (size_t i = 0; i < 3; i++)
		fds[i] = ask_for("encvoy-3", TOKEN);
	online = online_job(&fx);
	(void)send_refusal(online, ERR_PROVIDER_ERROR, "");
	ok(result_of(fds[0]) == ERR_OK && result_of(fds[1]) == ERR_OK &&
		result_of(fds[2]) == ERR_OK,
	    "SEC-10: those that wait together are served together");
	for (size_t i = 0; i < 3; i++)
		close(fds[i]);
	close(online);

	is_int(asked("encvoy-2", TOKEN "-4", "2", 0), ERR_OK, "a token");
	is_int(asked("encvoy-2", TOKEN "-4", NULL, ERR_TOKEN_INACTIVE), ERR_TOKEN_INACTIVE,
	    "SEC-10: that is no longer good");
	is_int(cached("encvoy-2", TOKEN "-4"), ERR_TOKEN_INACTIVE, "is not");
	is_int(asked("encvoy-2", TOKEN "-5", "2", 0), ERR_OK, "a token");
	is_int(asked("encvoy-2", TOKEN "-5", NULL, ERR_INTERNAL), ERR_INTERNAL,
	    "SEC-03: an error of our own grants nothing");
	close(fx.online_fd);
	fx.online_fd = -1;
	unlink(fx.online);
	fds[0] = ask_for("encvoy-2", TOKEN "-5");
	is_int(result_of(fds[0]), ERR_OK, "without encvoyd-online what is known counts");
	close(fds[0]);
	fds[0] = ask_for("encvoy-2", TOKEN "-6");
	is_int(result_of(fds[0]), ERR_NO_DAEMON, "SEC-03: and what is not known is refused");
	close(fds[0]);
}

static void a_web_server(void)
{
	const struct passwd *pw = getpwnam("www-data");
	const struct ask_login q = {.user = "encvoy-2",
	    .service = "ssh",
	    .rhost = "10.0.0.1",
	    .flags = LOGIN_HAS_ANSWER,
	    .answer = TOKEN "-web"};
	int fd, online;

	if (!pw) {
		tap_skip("a login client", "there is no www-data");
		return;
	}
	fd = client(&fx, pw->pw_uid);
	send_login(fd, &q);
	online = online_job(&fx);
	is_str(job.service, "nextcloud", "SEC-31: a login client's service is the server's");
	say_identity(online, "2", 600);
	is_int(result_of(fd), ERR_OK, "its token is good");
	close(fd);
	close(online);
	fd = client(&fx, pw->pw_uid);
	send_login(fd, &q);
	ok(online_is_quiet(&fx) && result_of(fd) == ERR_OK, "and known from then on");
	close(fd);
}

int main(void)
{
	if (!fx_possible())
		return 0;
	fx_start(&fx, base_conf);
	the_provider_is_asked_once();
	other_services_know_nothing();
	repeated_answers_are_one_failure();
	known_tokens_are_not_slowed_down();
	together();
	the_one_that_asks_leaves();
	a_web_server();
	decided_anew("issuer = " ISSUER "\nclient_id = host\nallow = sub:3\n"
		     "[service nextcloud]\nmethods = token\ntoken_reuse = yes\n");
	is_int(fx_stop(&fx), 0, "the listener ends well");
	fx_start(&fx, "issuer = " ISSUER "\nclient_id = host\nallow = sub:2 sub:3\n"
		      "[service nextcloud]\nmethods = token\ntoken_reuse = yes\nverdict_ttl = 0\n");
	outages();
	is_int(fx_stop(&fx), 0, "the listener ends well");
	return tap_done();
}
