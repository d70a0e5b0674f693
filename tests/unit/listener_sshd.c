/* SPDX-License-Identifier: MIT */
/* Who comes for the first time by ssh: what sshd is told, what nobody else is, and what it costs.
 */
#include "tests/unit/listener_fixture.h"
#include "tests/unit/tap.h"

#include <unistd.h>

#define STRANGER 65533
#define HEAD "issuer = " ISSUER "\nclient_id = host\n"

static struct fixture fx;

static unsigned ask(uid_t uid, enum lookup_kind kind, const char *name, uint32_t id)
{
	int fd = client(&fx, uid);
	unsigned type;

	send_lookup(fd, kind, name, id);
	type = next(fd);
	close(fd);
	return type;
}

static void entry_of_newcomer(void)
{
	struct msg_passwd pw;

	ok(ask(0, LOOKUP_SSHD, "encvoy-2", 0) == MSG_PASSWD &&
		proto_get_passwd(&got.r, &pw) == ERR_OK,
	    "sshd gets an entry for somebody who never was here");
	is_int(pw.rec.uid, UID_OF(2), "SEC-19: with the uid of the sub");
	is_int(pw.rec.gid, UID_OF(2), "SEC-19: and its group");
	is_str(pw.name, "encvoy-2", "the name");
	is_str(pw.home, "/home/encvoy-2", "and the home of later on");
}

static void nobody_else(void)
{
	char value[64] = "", before[64] = "";

	(void)admin(&fx, "status", NULL, "map_generation", before, sizeof(before));
	is_int(ask(STRANGER, LOOKUP_SSHD, "encvoy-2", 0), MSG_NOT_FOUND,
	    "SEC-31: not for another uid than 0, whatever it says it is");
	is_int(
	    ask(ONLINE_UID, LOOKUP_SSHD, "encvoy-2", 0), MSG_NOT_FOUND, "SEC-42: nor for our own");
	is_int(
	    ask(0, LOOKUP_PWNAM, "encvoy-2", 0), MSG_NOT_FOUND, "not for other programs of root");
	is_int(ask(0, LOOKUP_PWUID, NULL, UID_OF(2)), MSG_NOT_FOUND, "not by uid");
	is_int(ask(0, LOOKUP_GRNAM, "encvoy-2", 0), MSG_NOT_FOUND, "no group");
	is_int(ask(0, LOOKUP_INITGROUPS, "encvoy-2", 0), MSG_NOT_FOUND, "no groups");
	is_int(ask(0, LOOKUP_KEYS, "encvoy-2", 0), MSG_NOT_FOUND, "no keys");
	(void)admin(&fx, "status", NULL, "map_generation", value, sizeof(value));
	is_str(value, before, "nothing was published");
	(void)admin(&fx, "status", NULL, "map_users", value, sizeof(value));
	is_str(value, "0", "SEC-22: and nobody became known");
}

static void not_everybody(void)
{
	static const char *const names[] = {"encvoy-9", "encvoy-02", "encvoy-", "encvoy-2x",
	    "encvoy--2", "encvoy-134217728", "encvoy-abc", "alice", "joe", "root", "ENCVOY-2",
	    "encvoy-2 ", ""};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		is_int(
		    ask(0, LOOKUP_SSHD, names[i], 0), MSG_NOT_FOUND, "no entry: \"%s\"", names[i]);
	ok(online_is_quiet(&fx), "and nothing of it reached the online side");
}

/* Users that sshd does not know go through PAM all the same. */
static void logins(void)
{
	static const char *const names[] = {"encvoy-9", "encvoy-99999", "alice"};
	struct ask_login q = {.service = "sshd", .flags = LOGIN_INTERACTIVE | LOGIN_SSHD};
	int fd, online;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		q.user = names[i];
		is_int(login_as(&fx, 0, &q), ERR_UNKNOWN_USER,
		    "a login by sshd of %s, whom it does not know: refused", names[i]);
	}
	ok(online_is_quiet(&fx), "without a question to the provider");
	q.user = "encvoy-2";
	fd = client(&fx, 0);
	send_login(fd, &q);
	online = online_job(&fx);
	is_str(job.user, "encvoy-2", "of somebody with an entry: the provider is asked");
	send_identity(online, "2");
	is_int(result_of(fd), ERR_OK, "and it is granted");
	close(fd);
	close(online);
	is_int(ask(0, LOOKUP_PWNAM, "encvoy-2", 0), MSG_PASSWD, "after which everybody has it");
	is_int(ask(0, LOOKUP_SSHD, "encvoy-2", 0), MSG_PASSWD, "sshd, too");
	fd = client(&fx, 0);
	send_login(fd, &q);
	online = online_job(&fx);
	ok(online >= 0, "who is known goes on being asked about");
	close(fd);
	close(online);
}

/* Whether the name gets an entry where this is the configuration. */
static void under(const char *conf, const char *name, bool wanted, const char *what)
{
	fx_start(&fx, conf);
	is_int(ask(0, LOOKUP_SSHD, name, 0), wanted ? MSG_PASSWD : MSG_NOT_FOUND, "%s", what);
	fx_stop(&fx);
}

static void configurations(void)
{
	under(HEAD, "encvoy-2", false, "SEC-13: without rules nobody gets an entry");
	under(HEAD "allow = everyone\n", "encvoy-9", true, "with everyone, everybody");
	under(HEAD "allow = everyone\nrequire_numeric_sub = no\n", "encvoy-abc", false,
	    "SEC-18: but not one whose id nobody can know yet");
	under(HEAD "allow = everyone\n[service sshd]\nallow = sub:3\n", "encvoy-2", false,
	    "the rules are those of service sshd");
	under(HEAD "allow = sub:3\n[service sshd]\nallow = sub:2\n", "encvoy-2", true,
	    "whatever the others are");
	under(HEAD "allow = everyone\nuser_name = p%{sub}\n", "p2", true, "another template");
	under(HEAD "allow = everyone\nuser_name = p%{sub}\n", "encvoy-2", false,
	    "and no name of another form");
	under(HEAD "allow = everyone\nreserved_names = encvoy-2\n", "encvoy-2", false,
	    "SEC-16: no reserved name");
}

int main(void)
{
	if (!fx_possible())
		return 0;
	fx_start(&fx, base_conf);
	entry_of_newcomer();
	nobody_else();
	not_everybody();
	logins();
	is_int(fx_stop(&fx), 0, "the listener ends with status 0");
	configurations();
	return tap_done();
}
