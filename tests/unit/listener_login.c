/* SPDX-License-Identifier: MIT */
/* A login's conversation through the listener: who decides, and every way it can end. */
#include "tests/unit/listener_fixture.h"
#include "tests/unit/tap.h"

#include <unistd.h>

static struct fixture fx;

static void the_whole_conversation(void)
{
	int fd = begin_login(&fx, "encvoy-2", "10.0.0.1");
	char id[WORD_MAX];
	int online;

	ok(proto_get_ack(&got.r, id, sizeof(id)) == ERR_OK && strlen(id) == 8,
	    "ACK carries a login id");
	online = online_job(&fx);
	is_str(job_id, id, "the job has the same id");
	is_str(job.user, "encvoy-2", "and the user");
	is_str(job.service, "ssh", "and the service");
	is_str(job.rhost, "10.0.0.1", "and the remote host");
	send_show(online, "Open https://id.example.test/x");
	is_int(next(fd), MSG_SHOW, "SHOW goes up");
	send_ask(online, ASK_PASTE, "Paste:");
	is_int(next(fd), MSG_ASK, "ASK goes up");
	send_answer(fd, "the-code");
	ok(next(online) == MSG_ANSWER && got.len == 2 + 4 + 8 &&
		memcmp(got.bytes + 6, "the-code", 8) == 0,
	    "ANSWER goes down");
	send_identity(online, "2");
	is_int(result_of(fd), ERR_OK, "IDENTITY of the right person: granted");
	is_str(result.user, "encvoy-2", "RESULT names the user asked for");
	is_str(result.login_id, id, "and the login id");
	ok(is_closed(online), "the online side is closed");
	ok(fx_log_has(&fx, "user=encvoy-2 sub=2 service=ssh rhost=10.0.0.1 tty=\"\" access=root "
			   "peer=0 method=browser result=granted reason=ok rule=sub:2 at="),
	    "one log line says who, how, and the rule with its place");
	close(fd);
	close(online);
}

static void only_the_right_person(void)
{
	is_int(whole_login(&fx, "encvoy-2", "3"), ERR_WRONG_USER,
	    "SEC-01: alice asked for, bob signed in: wrong-user");
	is_str(result.user, "", "SEC-01: and RESULT names nobody");
	is_int(whole_login(&fx, "encvoy-5", "5"), ERR_NOT_ALLOWED,
	    "a person without allow rule: not-allowed");
	ok(fx_log_has(&fx, "sub=5 service=ssh rhost=10.0.0.1 tty=\"\" access=root peer=0 "
			   "method=browser result=refused reason=not-allowed rule=none"),
	    "the refusal's log line has sub, reason and rule");
}

static void foreign_issuer(void)
{
	int fd = begin_login(&fx, "encvoy-2", "");
	int online = online_job(&fx);
	struct msg_identity m;

	fill_identity(&m, "2");
	(void)snprintf(m.issuer, sizeof(m.issuer), "https://evil.example.test");
	send_identity_msg(online, &m);
	is_int(result_of(fd), ERR_WRONG_ISSUER, "SEC-47: another issuer's person: refused");
	close(fd);
	close(online);
}

static void method_of_identity(void)
{
	int fd = begin_login(&fx, "encvoy-2", "");
	int online = online_job(&fx);
	struct msg_identity m;

	fill_identity(&m, "2");
	m.method = METHOD_TOKEN;
	m.single_use = true;
	send_identity_msg(online, &m);
	is_int(result_of(fd), ERR_INTERNAL,
	    "SEC-47: a method that the service does not have: refused");
	close(fd);
	close(online);
}

static void reusable_token(void)
{
	const struct ask_login q = {
	    .user = "encvoy-2", .service = "badge", .flags = LOGIN_INTERACTIVE};
	struct msg_identity m;
	int fd = client(&fx, 0), online;

	send_login(fd, &q);
	online = online_job(&fx);
	fill_identity(&m, "2");
	m.method = METHOD_TOKEN;
	send_identity_msg(online, &m);
	is_int(result_of(fd), ERR_INTERNAL,
	    "SEC-10: a token that is not single-use, in a service without token_reuse: refused");
	close(fd);
	close(online);
}

static void nothing_but_identity_grants(void)
{
	int fd = begin_login(&fx, "encvoy-2", "");
	int online = online_job(&fx);

	send_refusal(online, ERR_OK, "");
	is_int(result_of(fd), ERR_INTERNAL, "SEC-47: RESULT{ok} of the online side grants nothing");
	ok(is_closed(online), "SEC-47: and ends the connection");
	close(fd);
	close(online);

	fd = begin_login(&fx, "encvoy-2", "");
	online = online_job(&fx);
	close(online);
	is_int(result_of(fd), ERR_INTERNAL, "SEC-03: the online side dies: refused as internal");
	close(fd);

	fd = begin_login(&fx, "encvoy-2", "");
	online = online_job(&fx);
	send_bytes(online, "GET / HTTP/1.1\r\n", 16);
	is_int(result_of(fd), ERR_INTERNAL, "SEC-03: garbage from the online side: internal");
	close(fd);
	close(online);

	fd = begin_login(&fx, "encvoy-2", "");
	online = online_job(&fx);
	send_identity(online, "2");
	send_identity(online, "2");
	is_int(result_of(fd), ERR_OK, "IDENTITY twice: the first one counts");
	ok(is_quiet(fd), "SEC-03: and there is one RESULT");
	close(fd);
	close(online);
}

static void refusals_pass(void)
{
	int fd = begin_login(&fx, "encvoy-2", "");
	int online = online_job(&fx);

	send_refusal(online, ERR_EXPIRED, "The code has expired.");
	is_int(result_of(fd), ERR_EXPIRED, "the online side's refusal reaches the client");
	is_str(result.reason, "expired", "with its word");
	is_str(result.text, "The code has expired.", "and its sentence");
	close(fd);
	close(online);

	fd = begin_login(&fx, "encvoy-2", "");
	online = online_job(&fx);
	send_refusal(online, ERR_PROVIDER_ERROR, "bad \033]0;title\007");
	is_int(result_of(fd), ERR_PROVIDER_ERROR, "a refusal with controls in its sentence");
	ok(result.text[0] && !strpbrk(result.text, "\033\007") && !strstr(result.text, "bad"),
	    "SEC-25: the sentence is dropped, one of our own takes its place");
	close(fd);
	close(online);
}

static void texts_are_checked(void)
{
	static const char *const bad[] = {"\033[2J", "a\rb", "\xe2\x80\xae", "\xff", "\xc2\x9b"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int fd = begin_login(&fx, "encvoy-2", "");
		int online = online_job(&fx);

		send_show(online, bad[i]);
		is_int(result_of(fd), ERR_INTERNAL, "SEC-25: SHOW with control %zu: refused", i);
		close(fd);
		close(online);
		fd = begin_login(&fx, "encvoy-2", "");
		online = online_job(&fx);
		send_ask(online, ASK_ENTER, bad[i]);
		is_int(result_of(fd), ERR_INTERNAL, "SEC-25: ASK with control %zu: refused", i);
		close(fd);
		close(online);
	}
}

static void logs_are_printable(void)
{
	const struct ask_login q = {.user = "x\033[31m\nlogin id=fake result=granted",
	    .service = "ssh",
	    .rhost = "a b\"c",
	    .tty = "\xe2\x80\xaepts",
	    .flags = LOGIN_INTERACTIVE};
	int fd = client(&fx, 0);

	send_login(fd, &q);
	is_int(result_of(fd), ERR_UNKNOWN_USER, "a name full of controls is nobody");
	ok(fx_log_has(&fx, "user=\"x\\x1b[31m\\x0alogin id=fake result=granted\""),
	    "SEC-25: and stays one value of one log line");
	ok(fx_log_has(&fx, "rhost=\"a b\\x22c\" tty=\\xe2\\x80\\xaepts"),
	    "SEC-25: as remote host and terminal do");
	ok(!strstr(fx_log(&fx), "\033") && !strstr(fx_log(&fx), "\nlogin id=fake"),
	    "SEC-25: no control reaches the log");
	close(fd);
}

static void unknown_names_cost_nothing(void)
{
	static const char *const names[] = {
	    "nobody-here", "joe", "root", "encvoy-", "Encvoy-2", "", "encvoy-02"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct ask_login q = {.user = names[i], .flags = LOGIN_INTERACTIVE};
		enum err e = login_as(&fx, 0, &q);

		ok(e == ERR_UNKNOWN_USER || e == ERR_LOCAL_USER,
		    "SEC-26: \"%s\" is refused at once", names[i]);
	}
	ok(online_is_quiet(&fx), "SEC-26: and the online side hears nothing of it");
}

static void order_of_messages(void)
{
	int fd = begin_login(&fx, "encvoy-2", "");
	int online = online_job(&fx);

	send_answer(fd, "unasked");
	ok(is_closed(fd), "an ANSWER nobody asked for ends the connection");
	ok(is_closed(online), "and the online side's");
	close(fd);
	close(online);

	fd = begin_login(&fx, "encvoy-2", "");
	online = online_job(&fx);
	send_ask(online, ASK_ENTER, "Enter:");
	(void)next(fd);
	send_answer(fd, "");
	(void)next(online);
	send_answer(fd, "second");
	ok(is_closed(fd) && is_closed(online), "so does a second ANSWER to one ASK");
	close(fd);
	close(online);

	fd = begin_login(&fx, "encvoy-2", "");
	online = online_job(&fx);
	send_ask(online, ASK_ENTER, "Enter:");
	send_ask(online, ASK_ENTER, "Enter again:");
	is_int(result_of(fd), ERR_INTERNAL, "ASK while an ASK is open: internal");
	close(fd);
	close(online);

	fd = begin_login(&fx, "encvoy-2", "");
	online = online_job(&fx);
	send_ask(online, ASK_ENTER, "Enter:");
	is_int(next(fd), MSG_ASK, "an ASK is open");
	send_identity(online, "2");
	is_int(result_of(fd), ERR_OK, "IDENTITY may come while it is open");
	send_answer(fd, "late");
	ok(is_quiet(fd), "and the late ANSWER does no harm");
	close(fd);
	close(online);
}

static void not_interactive(void)
{
	const struct ask_login q = {
	    .user = "encvoy-2", .flags = LOGIN_HAS_ANSWER, .answer = "canary-in-login"};
	int fd = client(&fx, 0), online;

	send_login(fd, &q);
	online = online_job(&fx);
	is_str(secret_str(job.answer), "canary-in-login", "the answer in LOGIN reaches the job");
	send_ask(online, ASK_PASTE, "Paste:");
	is_int(result_of(fd), ERR_NO_ANSWER, "ASK for a client that cannot ask: no-answer");
	close(fd);
	close(online);
}

static void no_secret_in_the_log(void)
{
	int fd = begin_login(&fx, "encvoy-2", "");
	int online = online_job(&fx);

	send_ask(online, ASK_TOKEN, "Token:");
	(void)next(fd);
	send_answer(fd, "canary-in-answer");
	(void)next(online);
	send_refusal(online, ERR_BAD_TOKEN, "");
	(void)result_of(fd);
	ok(fx_log_has(&fx, "reason=bad-token"), "a refused token is logged");
	ok(!strstr(fx_log(&fx), "canary"), "SEC-35: no answer is in the log");
	close(fd);
	close(online);
}

static void a_client_that_leaves(void)
{
	int fd = begin_login(&fx, "encvoy-2", "");
	int online = online_job(&fx);
	int64_t start = now_ms();

	close(fd);
	ok(is_closed(online) && now_ms() - start < 1000,
	    "closing cancels: the online side is closed at once");
	ok(fx_log_has(&fx, "result=refused reason=cancelled"), "and the log says cancelled");
	close(online);
}

static void nobody_online(void)
{
	int fd;

	close(fx.online_fd);
	fx.online_fd = -1;
	fd = begin_login(&fx, "encvoy-2", "");
	is_int(result_of(fd), ERR_NO_DAEMON, "SEC-03: encvoyd-online not running: refused at once");
	close(fd);
}

int main(void)
{
	if (!fx_possible())
		return 0;
	fx_start(&fx, base_conf);
	the_whole_conversation();
	only_the_right_person();
	foreign_issuer();
	method_of_identity();
	reusable_token();
	nothing_but_identity_grants();
	refusals_pass();
	texts_are_checked();
	logs_are_printable();
	unknown_names_cost_nothing();
	order_of_messages();
	not_interactive();
	no_secret_in_the_log();
	a_client_that_leaves();
	nobody_online();
	is_int(fx_stop(&fx), 0, "the listener ends on SIGTERM with status 0");
	return tap_done();
}
