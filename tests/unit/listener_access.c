/* SPDX-License-Identifier: MIT */
/* Who may ask what, by SO_PEERCRED (SEC-31). */
#include "tests/unit/listener_fixture.h"
#include "tests/unit/tap.h"

#include "sys/sock.h"

#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#define STRANGER 65533

static struct fixture fx;

static void strangers(void)
{
	struct ask_login q = {.user = "encvoy-2", .flags = LOGIN_INTERACTIVE};

	is_int(login_as(&fx, STRANGER, &q), ERR_PERMISSION, "SEC-31: LOGIN by a stranger: refused");
	q.user = "nobody-here";
	is_int(login_as(&fx, STRANGER, &q), ERR_PERMISSION,
	    "SEC-31: also for a name nobody has: nothing to learn");
	ok(online_is_quiet(&fx), "SEC-31: and the online side hears nothing");
	q = (struct ask_login){.type = MSG_ACCOUNT, .user = "encvoy-2"};
	is_int(
	    login_as(&fx, STRANGER, &q), ERR_PERMISSION, "SEC-31: ACCOUNT by a stranger: refused");
	ok(fx_log_has(&fx, "access=none peer=65533 result=refused reason=permission-denied"),
	    "SEC-31: the log names the peer");
}

static void users_themselves(void)
{
	struct ask_login q = {.user = "encvoy-2",
	    .service = "kde",
	    .rhost = "",
	    .flags = LOGIN_INTERACTIVE,
	    .args = {"methods=token", "allow=everyone"}};
	int fd = client(&fx, UID_OF(2)), online;

	send_login(fd, &q);
	online = online_job(&fx);
	is_str(job.service, "kde", "a user asks for itself: forwarded");
	is_int(job.n_args, 0, "SEC-31: without its arguments, which count from uid 0 only");
	send_identity(online, "2");
	is_int(result_of(fd), ERR_OK, "and granted");
	close(fd);
	close(online);
	q.user = "encvoy-3";
	is_int(login_as(&fx, UID_OF(2), &q), ERR_PERMISSION,
	    "SEC-31: a user asks for somebody else: refused");
	q.type = MSG_ACCOUNT;
	is_int(login_as(&fx, UID_OF(2), &q), ERR_PERMISSION, "SEC-31: ACCOUNT, too");
	q.user = "encvoy-2";
	is_int(login_as(&fx, UID_OF(2), &q), ERR_OK, "ACCOUNT for itself");
}

static void login_clients(uid_t www)
{
	const struct ask_login q = {.user = "encvoy-2",
	    .service = "ssh",
	    .rhost = "192.0.2.7",
	    .flags = LOGIN_INTERACTIVE | LOGIN_SSHD,
	    .args = {"methods=device", "client_id=other", "allow=everyone"}};
	const struct ask_login account = {.type = MSG_ACCOUNT, .user = "encvoy-3"};
	int fd = client(&fx, www), online;

	send_login(fd, &q);
	(void)next(fd);
	online = online_job(&fx);
	is_str(job.service, "nextcloud", "SEC-31: a login client's service is the server's");
	is_str(job.rhost, "", "SEC-31: its remote host is ignored");
	ok(job.n_args == 1 && strcmp(job.args[0], "methods=token") == 0,
	    "SEC-31: its arguments are replaced by the methods it may use");
	is_int(job.flags, LOGIN_INTERACTIVE, "SEC-31: it is no sshd");
	send_ask(online, ASK_TOKEN, "Token:");
	is_int(next(fd), MSG_ASK, "it may be asked for a token");
	close(fd);
	close(online);

	fd = client(&fx, www);
	send_login(fd, &q);
	online = online_job(&fx);
	send_ask(online, ASK_PASTE, "Paste:");
	is_int(result_of(fd), ERR_INTERNAL, "SEC-31: and for nothing else");
	close(fd);
	close(online);
	is_int(login_as(&fx, www, &account), ERR_LOGIN_TOO_OLD,
	    "its ACCOUNT is asked for its service");
	ok(fx_log_has(&fx, " user=encvoy-3 sub=3 service=nextcloud"), "and logged so");
}

/* Without token among the methods there is nothing for it. */
static void login_client_without_method(uid_t www)
{
	static const char conf[] = "issuer = " ISSUER "\nclient_id = host\nallow = everyone\n"
				   "login_clients = www-data:shell, nosuchaccount:other\n";
	const struct ask_login q = {.user = "encvoy-2", .flags = LOGIN_INTERACTIVE};

	fx_write_conf(&fx, conf);
	kill(fx.pid, SIGHUP);
	ok(fx_log_has(&fx, "login_clients: no local account nosuchaccount"),
	    "a login client that does not exist is logged and left out");
	is_int(login_as(&fx, www, &q), ERR_NO_METHOD,
	    "SEC-31: a login client's service without token: no-method");
}

static void arguments_of_root(void)
{
	struct ask_login q = {
	    .user = "encvoy-2", .flags = LOGIN_INTERACTIVE, .args = {"methods=token"}};
	int fd = client(&fx, 0), online;

	send_login(fd, &q);
	online = online_job(&fx);
	ok(job.n_args == 1 && strcmp(job.args[0], "methods=token") == 0,
	    "arguments from uid 0 go to the online side");
	close(fd);
	close(online);
	q.args[0] = "no_such_option=1";
	is_int(login_as(&fx, 0, &q), ERR_CONFIG, "a bad argument: bad-configuration");
	ok(fx_log_has(&fx, "refused settings service=ssh file=\"PAM argument\" line=1"),
	    "and the log says which");
	ok(online_is_quiet(&fx), "and the online side hears nothing");
	q.args[0] = "allow=sub:9";
	fd = client(&fx, 0);
	send_login(fd, &q);
	online = online_job(&fx);
	send_identity(online, "2");
	is_int(result_of(fd), ERR_NOT_ALLOWED, "an allow argument replaces the file's rules");
	close(fd);
	close(online);
}

static void service_names(void)
{
	static const char *const bad[] = {"", "../x", "a b", "a\nb", ".hidden", "\xc3\xa4"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct ask_login q = {
		    .user = "encvoy-2", .service = bad[i], .flags = LOGIN_INTERACTIVE};

		is_int(login_as(&fx, 0, &q), ERR_PROTOCOL, "service name %zu is none: refused", i);
	}
}

static void look_ups(void)
{
	int fd = client(&fx, STRANGER);
	struct msg_passwd pw;
	char name[64];
	uint32_t gid = 0, n = 0;

	send_lookup(fd, LOOKUP_PWNAM, "encvoy-2", 0);
	ok(next(fd) == MSG_PASSWD && proto_get_passwd(&got.r, &pw) == ERR_OK, "look-up by name");
	is_int(pw.rec.uid, UID_OF(2), "gives the uid");
	send_lookup(fd, LOOKUP_PWUID, NULL, UID_OF(2));
	ok(next(fd) == MSG_PASSWD && proto_get_passwd(&got.r, &pw) == ERR_OK, "look-up by uid");
	is_str(pw.rec.name, "encvoy-2", "gives the name");
	send_lookup(fd, LOOKUP_GRNAM, "encvoy-2", 0);
	ok(next(fd) == MSG_GROUP &&
		proto_get_group_head(&got.r, name, sizeof(name), &gid, &n) == ERR_OK &&
		gid == UID_OF(2) && n == 0,
	    "the private group by name");
	send_lookup(fd, LOOKUP_GRGID, NULL, UID_OF(2));
	is_int(next(fd), MSG_GROUP, "and by gid");
	send_lookup(fd, LOOKUP_INITGROUPS, "encvoy-2", 0);
	ok(next(fd) == MSG_GROUPS && proto_get_groups_head(&got.r, &n) == ERR_OK && n == 1 &&
		get_u32(&got.r) == UID_OF(2),
	    "initgroups gives that group");
	send_lookup(fd, LOOKUP_PWNAM, "joe", 0);
	is_int(next(fd), MSG_NOT_FOUND, "a local user is not ours");
	send_lookup(fd, LOOKUP_PWUID, NULL, 0);
	is_int(next(fd), MSG_NOT_FOUND, "nor is uid 0");
	close(fd);
	fd = client(&fx, ONLINE_UID);
	send_lookup(fd, LOOKUP_PWNAM, "encvoy-2", 0);
	is_int(next(fd), MSG_NOT_FOUND, "SEC-42: the daemon's own users find nobody");
	close(fd);
}

static void administration(void)
{
	char value[64] = "";
	int fd = client(&fx, STRANGER);
	AUTO_BUF struct buf b = {0};

	buf_init(&b, PROTO_MAX);
	proto_put_admin(&b, "status", NULL, 0);
	send_buf(fd, &b);
	is_int(result_of(fd), ERR_PERMISSION, "SEC-31: ADMIN by a stranger: refused");
	close(fd);
	fd = client(&fx, UID_OF(2));
	send_buf(fd, &b);
	is_int(result_of(fd), ERR_PERMISSION, "SEC-31: ADMIN by a user of ours: refused");
	close(fd);
	is_int(
	    admin(&fx, "status", NULL, "issuer", value, sizeof(value)), ERR_OK, "status by root");
	is_str(value, ISSUER, "its rows have the issuer");
	(void)admin(&fx, "status", NULL, "logins_granted", value, sizeof(value));
	is_str(value, "2", "and the logins granted");
	(void)admin(&fx, "status", NULL, "online_reachable", value, sizeof(value));
	is_str(value, "yes", "and whether encvoyd-online can be reached");
	ok(online_is_quiet(&fx), "which costs it nothing");
	is_int(admin(&fx, "flush", NULL, NULL, NULL, 0), ERR_OK, "flush");
	is_int(admin(&fx, "user list", NULL, NULL, NULL, 0), ERR_OK, "user list");
	is_int(admin(&fx, "no such verb", NULL, NULL, NULL, 0), ERR_PROTOCOL, "an unknown verb");
}

static bool send_verb(int fd, const char *verb, const char *const *args, size_t n)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, PROTO_MAX);
	proto_put_admin(&b, verb, args, n);
	return send_buf(fd, &b);
}

/* Rows go out as they are read: a list far longer than a socket's buffer arrives whole. */
static void long_lists(void)
{
	int fd = client(&fx, 0);
	unsigned rows = 0, type;
	bool good = true;

	for (unsigned i = 0; i < 3000 && good; i++) {
		char sub[16], name[16];
		const char *args[] = {sub, name, "Somebody with a long display name"};

		snprintf(sub, sizeof(sub), "%u", 100000 + i);
		snprintf(name, sizeof(name), "person%u", i);
		good = send_verb(fd, "user import", args, 3) && result_of(fd) == ERR_OK;
	}
	ok(good, "3,000 lines of user import on one connection");
	ok(send_verb(fd, "user import commit", NULL, 0) && result_of(fd) == ERR_OK,
	    "are committed as a whole");
	send_verb(fd, "user list", NULL, 0);
	usleep(100000); /* the listener fills what fits and goes on when it is read */
	while ((type = next(fd)) == MSG_ROW)
		rows++;
	ok(type == MSG_RESULT && rows >= 3001, "user list gives all of them (%u rows)", rows);
	close(fd);
}

/* The online socket must be uid 0's or encvoyd-online's: SO_PEERCRED shows who called listen(). */
static void foreign_online_side(void)
{
	const struct ask_login q = {.user = "encvoy-2", .flags = LOGIN_INTERACTIVE};

	close(fx.online_fd);
	fx.online_fd = -1;
	if (chown(fx.run_dir, STRANGER, (gid_t)-1) != 0 || seteuid(STRANGER) != 0)
		return;
	if (sock_listen(fx.online, 0666, (uid_t)-1, (gid_t)-1, &fx.online_fd) != ERR_OK)
		fx.online_fd = -1;
	if (seteuid(0) != 0)
		return;
	ok(fx.online_fd >= 0, "a stranger took over the online side's path");
	is_int(login_as(&fx, 0, &q), ERR_NO_DAEMON, "SEC-43: no login goes there");
	ok(fx_log_has(&fx, "belongs to a stranger"), "SEC-43: and the log says so");
}

int main(void)
{
	const struct passwd *www = getpwnam("www-data");

	if (!fx_possible())
		return 0;
	fx_start(&fx, base_conf);
	is_int(whole_login(&fx, "encvoy-2", "2"), ERR_OK, "encvoy-2 becomes known");
	strangers();
	users_themselves();
	if (www)
		login_clients(www->pw_uid);
	else
		tap_skip("SEC-31: login clients", "there is no www-data here");
	service_names();
	look_ups();
	administration();
	long_lists();
	arguments_of_root();
	if (www)
		login_client_without_method(www->pw_uid);
	foreign_online_side();
	is_int(fx_stop(&fx), 0, "the listener ends with status 0");
	return tap_done();
}
