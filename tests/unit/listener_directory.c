/* SPDX-License-Identifier: MIT */
/* The listener and the directory: the test plays encvoyd-online's side of the private socket. */
#include "tests/unit/listener_fixture.h"
#include "tests/unit/tap.h"

#include "common/conf.h"
#include "common/proto_directory.h"
#include "common/str.h"
#include "encvoyd/blocked.h"
#include "sys/clock.h"
#include "sys/sock.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define is_err(got, want, ...) is_str(err_word(got), err_word(want), __VA_ARGS__)

#define COMMON "issuer = " ISSUER "\nclient_id = host\nallow = everyone\ndirectory_interval = 1d\n"
static const char api_conf[] = COMMON "directory = api\napi_applications = a\napi_client_id = c\n"
				      "api_user = s\napi_password_file = /p\n";
static const char fast_conf[] =
    "issuer = " ISSUER "\nclient_id = host\nallow = everyone\ndirectory_interval = 5\n"
    "directory = api\napi_applications = a\napi_client_id = c\napi_user = s\n"
    "api_password_file = /p\n";
static const char roster_conf[] =
    COMMON "directory = roster\nroster = /r\nroster_keys = /k\nroster_fleet = f\n"
	   "roster_grace = 1h\n";

static struct msg_person one; /* 40 KiB */

static struct msg_person *person(const char *sub, const char *login)
{
	one = (struct msg_person){0};
	(void)str_copy(one.sub, sizeof(one.sub), sub);
	(void)str_copy(one.login, sizeof(one.login), login);
	return &one;
}

static bool send_one(int fd, const struct msg_person *p)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, PROTO_MAX);
	proto_put_persons(&b);
	return proto_add_person(&b, p) && send_buf(fd, &b);
}

static bool send_end_msg(int fd, const struct msg_end *m)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, PROTO_MAX);
	proto_put_end(&b, m);
	return send_buf(fd, &b);
}

static bool send_end(int fd, enum err code)
{
	const struct msg_end m = {.code = code, .detail = "of the test"};

	return send_end_msg(fd, &m);
}

static struct msg_directory introduced;

/* Takes the connection and DIRECTORY. */
static int link_accept(const struct fixture *fx)
{
	int fd = online_accept(fx);

	ok(fd >= 0 && next(fd) == MSG_DIRECTORY &&
		proto_get_directory(&got.r, &introduced) == ERR_OK,
	    "the listener introduces itself");
	return fd;
}

static int link_sync(const struct fixture *fx)
{
	int fd = link_accept(fx);

	is_int(next(fd), MSG_SYNC, "and asks for everybody");
	return fd;
}

static char asked[LOGIN_MAX];

static bool takes_find(int fd)
{
	return next(fd) == MSG_FIND && proto_get_find(&got.r, asked) == ERR_OK;
}

/* Begins the verb; its result by result_of(). */
static int begin_verb(const struct fixture *fx, const char *verb)
{
	int fd = client(fx, 0);
	AUTO_BUF struct buf b = {0};

	buf_init(&b, PROTO_MAX);
	proto_put_admin(&b, verb, NULL, 0);
	send_buf(fd, &b);
	return fd;
}

static unsigned lookup(const struct fixture *fx, const char *name)
{
	int fd = client(fx, 0);
	unsigned type = send_lookup(fd, LOOKUP_PWNAM, name, 0) ? next(fd) : 0;

	close(fd);
	return type;
}

static enum err account(const struct fixture *fx, const char *user)
{
	const struct ask_login q = {.type = MSG_ACCOUNT, .user = user};

	return login_as(fx, 0, &q);
}

/* A pass of the people given (subs and logins in turn), on a link that was asked. */
static void answer_pass(int fd, const char *const *people)
{
	for (; people[0]; people += 2)
		send_one(fd, person(people[0], people[1]));
	send_end(fd, ERR_OK);
}
#define ANSWER(fd, ...) answer_pass(fd, (const char *const[]){__VA_ARGS__, NULL})

static enum err synced(const struct fixture *fx, int link, const char *const *people)
{
	int fd = begin_verb(fx, "sync");
	enum err e;

	is_int(next(link), MSG_SYNC, "sync has a pass begin");
	answer_pass(link, people);
	e = result_of(fd);
	close(fd);
	return e;
}
#define SYNCED(fx, link, ...) synced(fx, link, (const char *const[]){__VA_ARGS__, NULL})

/* The list of those whose sessions are to end. */
static const char *blocked_list(const struct fixture *fx)
{
	static char text[256];
	char path[256];
	AUTO_FD int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/" BLOCKED_FILE, fx->cache_dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
	text[n > 0 ? n : 0] = 0;
	return text;
}

static void passes(void)
{
	char value[128];
	struct fixture fx;
	int link;

	fx_start(&fx, api_conf);
	link = link_sync(&fx);
	is_int((int)introduced.serial, 0, "there is nothing yet");
	is_str(blocked_list(&fx), BLOCKED_HEAD "\n" BLOCKED_END "\n", "nobody is blocked");
	ANSWER(link, "2", "alice", "3", "bob");
	ok(fx_log_has(&fx, "directory result=ok persons=2 new=2 changed=0 dropped=0 refused=0"),
	    "one line for the pass");
	is_int(lookup(&fx, "alice"), MSG_PASSWD, "who is in it is served");
	is_err(account(&fx, "alice"), ERR_OK, "and admitted to the account phase");
	is_err(SYNCED(&fx, link, "2", "alice", "4", "root"), ERR_OK, "another pass");
	is_err(account(&fx, "bob"), ERR_DROPPED, "SEC-14: who is missing is refused");
	is_str(blocked_list(&fx), BLOCKED_HEAD "\n1879048195\n" BLOCKED_END "\n",
	    "SEC-14: and is on the list of those whose sessions end");
	is_int(lookup(&fx, "bob"), MSG_PASSWD, "and still has a name");
	ok(fx_log_has(&fx, "no name is bound sub=4 login=root reason=name-reserved"),
	    "SEC-16: who cannot have the name is logged");
	is_err(admin(&fx, "status", NULL, "unserved", value, sizeof(value)), ERR_OK, "status");
	is_str(value, "1", "counts it");
	is_err(admin(&fx, "unserved", NULL, "4", value, sizeof(value)), ERR_OK, "unserved");
	is_str(value, "root", "shows it");
	is_err(admin(&fx, "export", NULL, "2", value, sizeof(value)), ERR_OK, "export");
	is_str(value, "alice", "gives who is served");
	(void)str_copy(value, sizeof(value), "none");
	is_err(admin(&fx, "export", NULL, "3", value, sizeof(value)), ERR_OK, "export");
	is_str(value, "none", "but not who is dropped");
	(void)admin(&fx, "status", NULL, "block_account", value, sizeof(value));
	ok(strstr(value, "after at most 1729 minutes"), "how long a block may stay unseen");
	(void)admin(&fx, "status", NULL, "directory_result", value, sizeof(value));
	is_str(value, "ok", "and how the pass went");
	close(link);
	is_int(fx_stop(&fx), 0, "it ends");
}

/* A pass that does not come to a good end changes nothing. */
static void failures(void)
{
	struct fixture fx;
	int link, waiting;

	fx_start(&fx, api_conf);
	link = link_sync(&fx);
	ANSWER(link, "2", "alice");
	ok(fx_log_has(&fx, "persons=1"), "a good pass");
	waiting = begin_verb(&fx, "sync");
	is_int(next(link), MSG_SYNC, "the next one");
	send_one(link, person("9", "eve"));
	close(link);
	is_err(result_of(waiting), ERR_CLOSED, "SEC-47: the connection is lost in the middle");
	close(waiting);
	link = link_sync(&fx);
	send_one(link, person("9", "eve"));
	send_end(link, ERR_PROVIDER_UNREACHABLE);
	ok(fx_log_has(&fx, "directory result=provider-unreachable detail=\"of the test\""),
	    "a pass whose end is bad");
	waiting = begin_verb(&fx, "sync");
	is_int(next(link), MSG_SYNC, "the link stays");
	send_one(link, person("9", "eve"));
	send_one(link, person("10", "e\nve"));
	send_end(link, ERR_OK);
	is_err(result_of(waiting), ERR_SYNTAX, "SEC-47: somebody malformed");
	close(waiting);
	ok(fx_log_has(&fx, "sub=10 field=login reason=bad-syntax"), "is named");
	ok(is_closed(link), "and the other side has to begin anew");
	close(link);
	waiting = begin_verb(&fx, "sync");
	link = link_sync(&fx);
	send_one(link, person("9", "eve"));
	send_bytes(link, "\1\65\377\377\377\377", 6);
	ok(is_closed(link), "SEC-47: a malformed message ends the connection");
	is_err(result_of(waiting), ERR_PROTOCOL, "and the pass");
	close(waiting);
	close(link);
	link = link_sync(&fx);
	send_show(link, "a message of another kind");
	ok(is_closed(link), "SEC-47: so does one out of place");
	close(link);
	link = link_sync(&fx);
	send_one(link, person("9", "eve"));
	fx_write_conf(&fx, roster_conf);
	kill(fx.pid, SIGHUP);
	ok(is_closed(link), "a reload gives it up");
	close(link);
	link = link_sync(&fx);
	is_int(lookup(&fx, "eve"), MSG_NOT_FOUND, "SEC-47: nothing of all that was taken");
	is_err(account(&fx, "alice"), ERR_OK, "and nothing was lost");
	close(link);
	is_int(fx_stop(&fx), 0, "it ends");
}

static void blocks(void)
{
	struct fixture fx;
	int link;

	fx_start(&fx, api_conf);
	link = link_sync(&fx);
	ANSWER(link, "2", "alice");
	ok(fx_log_has(&fx, "persons=1"), "a good pass");
	is_err(whole_login(&fx, "alice", "2"), ERR_OK, "she can sign in");
	begin_verb(&fx, "sync");
	is_int(next(link), MSG_SYNC, "the next pass");
	person("2", "alice")->blocked = true;
	send_one(link, &one);
	send_end(link, ERR_OK);
	ok(fx_log_has(&fx, "persons=1 new=0 changed=1"), "she is blocked");
	is_err(account(&fx, "alice"), ERR_BLOCKED, "SEC-14: at the account phase");
	is_err(whole_login(&fx, "alice", "2"), ERR_BLOCKED, "SEC-14: and at the next login");
	close(link);
	is_int(fx_stop(&fx), 0, "it ends");
}

/* A login of alice's with a token of her own, about which the online side is asked. */
static enum err by_token(const struct fixture *fx)
{
	const struct ask_login q = {.user = "alice",
	    .service = "cloud",
	    .flags = LOGIN_HAS_ANSWER,
	    .answer = "a-token-of-alice-for-the-cloud"};
	int fd = client(fx, 0), online;
	struct msg_identity m;
	enum err e;

	send_login(fd, &q);
	online = online_job(fx);
	fill_identity(&m, "2");
	m.method = METHOD_TOKEN;
	m.expires = (uint64_t)clock_unix() + 600;
	send_identity_msg(online, &m);
	e = result_of(fd);
	close(fd);
	close(online);
	return e;
}

static void pass_about_alice(const struct fixture *fx, int link, bool blocked)
{
	int fd = begin_verb(fx, "sync");

	is_int(next(link), MSG_SYNC, "a pass");
	person("2", "alice")->blocked = blocked;
	send_one(link, &one);
	send_end(link, ERR_OK);
	is_err(result_of(fd), ERR_OK, "that counts");
	close(fd);
}

static void verdicts_about_the_blocked(void)
{
	char conf[1024], value[64] = "";
	struct fixture fx;
	int link;

	snprintf(conf, sizeof(conf), "%s[service cloud]\nmethods = token\ntoken_reuse = yes\n",
	    api_conf);
	fx_start(&fx, conf);
	link = link_sync(&fx);
	send_one(link, person("2", "alice"));
	send_end(link, ERR_OK);
	ok(fx_log_has(&fx, "persons=1 new=1"), "alice is there");
	is_err(by_token(&fx), ERR_OK, "her token is good");
	(void)admin(&fx, "status", NULL, "verdicts", value, sizeof(value));
	is_str(value, "1", "and known");
	pass_about_alice(&fx, link, true);
	(void)admin(&fx, "status", NULL, "verdicts", value, sizeof(value));
	is_str(value, "0", "SEC-14: blocked: what was known of her token is forgotten");
	pass_about_alice(&fx, link, false);
	is_err(by_token(&fx), ERR_OK, "SEC-14: let in again: the provider is asked anew");
	close(link);
	is_int(fx_stop(&fx), 0, "it ends");
}

static void roster_end(int link, uint64_t serial, int64_t expires, bool unchanged)
{
	const struct msg_end m = {
	    .unchanged = unchanged, .serial = serial, .expires = (uint64_t)expires, .hash = {7, 7}};

	send_end_msg(link, &m);
}

static void rosters(void)
{
	int64_t now = clock_unix(), until;
	char value[64];
	struct fixture fx;
	int link, waiting;

	fx_start(&fx, roster_conf);
	link = link_sync(&fx);
	roster_end(link, 8, now + 900, true);
	ok(is_closed(link), "SEC-48: unchanged from what?");
	close(link);
	link = link_sync(&fx);
	send_one(link, person("2", "alice"));
	roster_end(link, 8, now + 900, false);
	ok(fx_log_has(&fx, "persons=1"), "a roster");
	waiting = begin_verb(&fx, "sync");
	is_int(next(link), MSG_SYNC, "again");
	roster_end(link, 9, now + 1000, true);
	is_err(result_of(waiting), ERR_OK, "the same with a new serial");
	close(waiting);
	waiting = begin_verb(&fx, "sync");
	is_int(next(link), MSG_SYNC, "again");
	send_one(link, person("3", "bob"));
	roster_end(link, 8, now + 900, false);
	is_err(result_of(waiting), ERR_OLD_SERIAL, "SEC-48: a lower serial");
	close(waiting);
	close(link);
	is_int(fx_end(&fx, SIGTERM), 0, "a restart");
	fx_run(&fx);
	link = link_sync(&fx);
	is_int((int)introduced.serial, 9, "forgets nothing");
	send_one(link, person("3", "bob"));
	roster_end(link, 8, now + 900, false);
	ok(fx_log_has(&fx, "directory result=old-serial"), "SEC-48: also after a restart");
	close(link);
	waiting = begin_verb(&fx, "sync");
	link = link_sync(&fx);
	send_one(link, person("3", "bob"));
	roster_end(link, 10, now - 3700, false);
	is_err(result_of(waiting), ERR_DIRECTORY_EXPIRED, "SEC-48: expired beyond its grace");
	close(waiting);
	close(link);
	waiting = begin_verb(&fx, "sync");
	link = link_sync(&fx);
	send_one(link, person("3", "bob"));
	roster_end(link, 11, now + 900, true);
	is_err(result_of(waiting), ERR_PROTOCOL, "SEC-48: unchanged, and yet somebody");
	close(waiting);
	close(link);
	is_int(lookup(&fx, "bob"), MSG_NOT_FOUND, "SEC-48: the last good one stays");
	is_err(account(&fx, "alice"), ERR_OK, "and holds");
	link = link_sync(&fx);
	send_one(link, person("2", "alice"));
	/* the end of the grace of an hour: time enough for what follows */
	until = clock_unix() + 8;
	roster_end(link, 11, until - 3600, false);
	ok(fx_log_has(&fx, "persons=1 new=0 changed=0"), "one within its grace");
	(void)admin(&fx, "status", NULL, "directory_state", value, sizeof(value));
	is_str(value, "expired, within its grace", "status says so");
	is_err(account(&fx, "alice"), ERR_OK, "it holds");
	close(link); /* the connection is idle */
	waiting = begin_verb(&fx, "sync");
	link = link_sync(&fx);
	is_int((int)introduced.serial, 11, "another encvoyd-online hears the serial");
	is_int(introduced.hash[1], 7, "and the hash");
	while (clock_unix() <= until)
		usleep(100000);
	is_err(account(&fx, "alice"), ERR_DIRECTORY_EXPIRED, "SEC-48: until the grace is over");
	is_err(whole_login(&fx, "alice", "2"), ERR_DIRECTORY_EXPIRED, "SEC-48: at login, too");
	is_int(lookup(&fx, "alice"), MSG_PASSWD, "look-ups go on");
	close(waiting);
	close(link);
	is_int(fx_stop(&fx), 0, "it ends");
}

static void value_is(const struct fixture *fx, const char *verb, const char *key, const char *want)
{
	char value[64] = "none";

	is_err(admin(fx, verb, NULL, key, value, sizeof(value)), ERR_OK, "%s", verb);
	is_str(value, want, "tells %s", key);
}

/* A host that starts anew, or reads its configuration anew, looks at everybody and has nobody sent.
 */
static void known_people(void)
{
	static const char reserved[] =
	    COMMON "directory = roster\nroster = /r\nroster_keys = /k\nroster_fleet = f\n"
		   "roster_grace = 1h\nreserved_names = carol\n";
	int64_t now = clock_unix();
	struct fixture fx;
	int link;

	fx_start(&fx, reserved);
	link = link_sync(&fx);
	send_one(link, person("2", "alice"));
	send_one(link, person("4", "root"));
	send_one(link, person("5", "carol"));
	roster_end(link, 8, now + 900, false);
	ok(fx_log_has(&fx, "persons=3"), "a roster");
	value_is(&fx, "unserved", "5", "carol");
	close(link);
	is_int(fx_end(&fx, SIGTERM), 0, "a restart");
	fx_run(&fx);
	link = link_sync(&fx);
	is_int((int)introduced.serial, 8, "tells what it has");
	is_int(introduced.hash[1], 7, "with its hash");
	roster_end(link, 8, now + 900, true);
	ok(fx_log_has(&fx, "directory result=ok unchanged=yes"), "so that nobody has to be sent");
	value_is(&fx, "status", "directory_persons", "3");
	value_is(&fx, "unserved", "4", "root");
	value_is(&fx, "unserved", "5", "carol");
	fx_write_conf(&fx, roster_conf);
	kill(fx.pid, SIGHUP);
	ok(is_closed(link), "a reload");
	close(link);
	link = link_sync(&fx);
	is_int((int)introduced.serial, 8, "neither");
	is_int(lookup(&fx, "carol"), MSG_NOT_FOUND, "before the pass");
	roster_end(link, 8, now + 900, true);
	for (int64_t end = now_ms() + LONG_MS;
	     lookup(&fx, "carol") != MSG_PASSWD && now_ms() < end;)
		;
	is_int(lookup(&fx, "carol"), MSG_PASSWD, "what the new configuration allows is done");
	is_int(lookup(&fx, "alice"), MSG_PASSWD, "everybody else stays");
	close(link);
	is_int(fx_stop(&fx), 0, "it ends");
}

#define CROWD 200

/* Many ask for the same name at once. */
static void crowd(const struct fixture *fx, int link, const char *name, bool found)
{
	static int fds[CROWD];
	unsigned passwd = 0, absent = 0;

	for (unsigned i = 0; i < CROWD; i++) {
		fds[i] = client(fx, 0);
		send_lookup(fds[i], LOOKUP_PWNAM, name, 0);
	}
	ok(takes_find(link), "the directory is asked");
	is_str(asked, name, "by login");
	if (found)
		send_one(link, person("7", name));
	send_end(link, ERR_OK);
	for (unsigned i = 0; i < CROWD; i++) {
		unsigned type = next(fds[i]);

		passwd += type == MSG_PASSWD;
		absent += type == MSG_NOT_FOUND;
		close(fds[i]);
	}
	is_int(passwd, found ? CROWD : 0, "everybody gets the answer");
	is_int(absent, found ? 0 : CROWD, "and the same");
	ok(is_quiet(link), "of one question");
}

static void questions(void)
{
	static const char *const not_asked[] = {
	    "root", "joe", "Alice", "a/b", "docker", "nosuch", "-x", ""};
	char value[64];
	struct fixture fx;
	int64_t start;
	int link, fd, other;

	fx_start(&fx, api_conf);
	link = link_sync(&fx);
	ANSWER(link, "2", "alice");
	ok(fx_log_has(&fx, "persons=1"), "a good pass");
	crowd(&fx, link, "newcomer", true);
	crowd(&fx, link, "nosuch", false);
	for (size_t i = 0; i < sizeof(not_asked) / sizeof(not_asked[0]); i++)
		is_int(lookup(&fx, not_asked[i]), MSG_NOT_FOUND, "\"%s\" is nobody", not_asked[i]);
	fd = client(&fx, 0);
	send_lookup(fd, LOOKUP_PWUID, NULL, UID_OF(99));
	is_int(next(fd), MSG_NOT_FOUND, "neither is an id");
	close(fd);
	ok(is_quiet(link), "SEC-16: and the directory was not asked for any of them");
	start = now_ms();
	is_int(lookup(&fx, "slow"), MSG_NOT_FOUND, "SEC-37: a program does not wait long");
	ok(now_ms() - start < 2000, "SEC-37: less than its own patience, or nearly");
	start = now_ms();
	is_int(lookup(&fx, "slow"), MSG_NOT_FOUND, "SEC-37: the next one not at all");
	is_int(lookup(&fx, "slower"), MSG_NOT_FOUND, "SEC-37: nor behind a slow question");
	ok(now_ms() - start < 600, "SEC-37: at once");
	ok(takes_find(link), "the question goes on");
	send_one(link, person("8", "slow"));
	send_end(link, ERR_OK);
	ok(takes_find(link), "so does the next");
	send_end(link, ERR_PROVIDER_UNREACHABLE);
	is_int(lookup(&fx, "slow"), MSG_PASSWD, "its answer is for later");
	fd = begin_login(&fx, "fresh", "10.0.0.1");
	ok(takes_find(link), "a login of somebody unknown asks, too");
	send_one(link, person("9", "fresh"));
	send_end(link, ERR_OK);
	other = online_job(&fx);
	send_identity(other, "9");
	is_err(result_of(fd), ERR_OK, "and goes on");
	close(other);
	close(fd);
	fd = begin_login(&fx, "ghost", "10.0.0.1");
	ok(takes_find(link), "another one");
	send_end(link, ERR_OK);
	is_err(result_of(fd), ERR_UNKNOWN_USER, "is unknown there as well");
	close(fd);
	fd = begin_login(&fx, "vanish", "10.0.0.1");
	ok(takes_find(link), "one that leaves");
	close(fd);
	send_one(link, person("11", "somebody-else"));
	ok(is_closed(link), "SEC-47: an answer about somebody else ends the connection");
	is_int(lookup(&fx, "somebody-else"), MSG_NOT_FOUND, "SEC-47: and is not taken");
	close(link);
	(void)admin(&fx, "status", NULL, "map_users", value, sizeof(value));
	is_str(value, "4", "whom it found is published");
	is_int(fx_stop(&fx), 0, "it ends");
}

static void timing(void)
{
	struct fixture fx;
	int64_t start;
	int link;

	fx_start(&fx, fast_conf);
	link = link_sync(&fx);
	start = now_ms();
	ANSWER(link, "2", "alice");
	is_int(next(link), MSG_SYNC, "the next pass");
	ok(now_ms() - start >= 3900 && now_ms() - start < 9000,
	    "comes after 5 s, 20 %% more or less");
	close(link);
	start = now_ms();
	link = link_sync(&fx);
	ok(now_ms() - start >= 700 && now_ms() - start < 5000,
	    "a lost connection rests for a second");
	close(link);
	start = now_ms();
	link = link_sync(&fx);
	ok(now_ms() - start >= 1500 && now_ms() - start < 8000, "then longer");
	close(link);
	is_int(fx_stop(&fx), 0, "it ends");
}

/* A host that boots asks before it has a network. */
static void missed(void)
{
	struct fixture fx;
	int link;

	fx_start(&fx, roster_conf);
	link = link_sync(&fx);
	send_end(link, ERR_PROVIDER_UNREACHABLE);
	is_int(next(link), MSG_SYNC, "a pass without a server is made up for, not a day later");
	send_end(link, ERR_BAD_SIGNATURE);
	ok(is_quiet(link), "an answer that is refused waits for the next one");
	close(link);
	is_int(fx_stop(&fx), 0, "it ends");
}

static void strangers(void)
{
	struct fixture fx;
	int fd;

	fx_start(&fx, "issuer = " ISSUER "\nclient_id = host\nallow = everyone\n");
	fd = begin_verb(&fx, "sync");
	is_err(result_of(fd), ERR_CONFIG, "directory = login: there is nothing to read");
	close(fd);
	ok(online_is_quiet(&fx), "and nobody is asked");
	fx_write_conf(&fx, api_conf);
	close(fx.online_fd);
	fx.online_fd = -1;
	kill(fx.pid, SIGHUP);
	ok(fx_log_has(&fx, "directory result=daemon-unreachable"), "nobody to ask");
	is_int(lookup(&fx, "alice"), MSG_NOT_FOUND, "SEC-37: look-ups are answered at once");
	fd = begin_login(&fx, "alice", "10.0.0.1");
	is_err(result_of(fd), ERR_UNKNOWN_USER, "SEC-37: logins, too");
	close(fd);
	is_int(fx_stop(&fx), 0, "it ends");
}

#ifdef ENCVOY_SANITIZED
#define MANY 5000U
#else
#define MANY 100000U
#endif

/* While a hundred thousand arrive, look-ups are answered. */
static void large(void)
{
	const unsigned n = MANY;
	char last[16];
	int64_t start, slowest = 0, took;
	AUTO_BUF struct buf b = {0};
	struct fixture fx;
	unsigned k = 1, unanswered = 0;
	int link;

	snprintf(last, sizeof(last), "user%u", n);
	fx_start(&fx, api_conf);
	link = link_sync(&fx);
	start = now_ms();
	while (k <= n) {
		buf_free(&b);
		buf_init(&b, PROTO_MAX);
		proto_put_persons(&b);
		for (; k <= n; k++) {
			char sub[16], login[16];

			snprintf(sub, sizeof(sub), "%u", k);
			snprintf(login, sizeof(login), "user%u", k);
			if (!proto_add_person(&b, person(sub, login)))
				break;
		}
		if (!send_buf(link, &b))
			break;
		if (k % 7 == 0 && k < n) {
			took = now_ms();
			unanswered += lookup(&fx, "root") != MSG_NOT_FOUND;
			took = now_ms() - took;
			slowest = took > slowest ? took : slowest;
		}
	}
	printf("# %u persons sent in %lld ms, the slowest look-up meanwhile %lld ms\n", n,
	    (long long)(now_ms() - start), (long long)slowest);
	is_int(unanswered, 0, "SEC-37: look-ups go on while persons arrive");
	start = now_ms();
	send_end(link, ERR_OK);
	took = 0;
	while (lookup(&fx, last) != MSG_PASSWD && now_ms() - start < LONG_MS)
		took = now_ms() - start;
	printf(
	    "# everybody served and published %lld ms after END\n", (long long)(now_ms() - start));
	is_int(lookup(&fx, last), MSG_PASSWD, "everybody is served");
	close(link);
	is_int(fx_stop(&fx), 0, "it ends");
}

int main(void)
{
	if (!fx_possible())
		return 0;
	passes();
	failures();
	blocks();
	verdicts_about_the_blocked();
	rosters();
	known_people();
	questions();
	timing();
	missed();
	strangers();
	large();
	return tap_done();
}
