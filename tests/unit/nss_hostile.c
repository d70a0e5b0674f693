/* SPDX-License-Identifier: MIT */
/* What a broken or hostile daemon says: never believed, and never taken for "not found". */
#include "tests/unit/nss_fake.h"
#include "tests/unit/private.h"
#include "tests/unit/tap.h"

#include <sys/wait.h>

/* A fresh process each time, because an unhappy one leaves the daemon alone for a while. */
static enum nss_status as_child(enum nss_status (*ask)(void))
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit((int)ask() + 10);
	ground_need(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status), "a child");
	return (enum nss_status)(WEXITSTATUS(status) - 10);
}

/* One hostile answer to a question: UNAVAIL, never believed, never "not found". */
static void refused(const char *what, enum nss_status (*ask)(void))
{
	is_int(as_child(ask), NSS_STATUS_UNAVAIL, "SEC-32: %s: unavailable", what);
}

static void test_hostile_users(void)
{
	static const struct {
		const char *what, *name, *home;
		uint32_t uid, gid;
	} cases[] = {
	    {"uid 0", "anna", "/home/anna", 0, ID_FLOOR},
	    {"gid 0", "anna", "/home/anna", ID_FLOOR + 5, 0},
	    {"uid 1000", "anna", "/home/anna", 1000, 1000},
	    {"a uid below the range", "anna", "/home/anna", ID_FLOOR - 1, ID_FLOOR},
	    {"a uid above the range", "anna", "/home/anna", ID_CEILING + 1, ID_FLOOR},
	    {"uid -1", "anna", "/home/anna", UINT32_MAX, ID_FLOOR},
	    {"root", "root", "/root", ID_FLOOR, ID_FLOOR},
	    {"somebody else", "berta", "/home/berta", ID_FLOOR + 5, ID_FLOOR + 5},
	    {"a home with ..", "anna", "/home/../root", ID_FLOOR + 5, ID_FLOOR + 5},
	    {"a home with a colon", "anna", "/home/a:b", ID_FLOOR + 5, ID_FLOOR + 5},
	    {"the home /", "anna", "/", ID_FLOOR + 5, ID_FLOOR + 5},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		answer_user(cases[i].name, cases[i].uid, cases[i].gid, cases[i].home);
		refused(cases[i].what, ask_anna);
	}
	answer_user("berta", ID_FLOOR + 6, ID_FLOOR + 6, "/home/berta");
	refused("another uid than asked for", ask_anna_uid);
}

static void answer_group(const char *name, uint32_t gid, const char *member)
{
	AUTO_BUF struct buf b;

	buf_init(&b, PROTO_MAX);
	proto_put_group(&b, name, gid, &member, 1);
	answer_with(&b);
}

static void test_hostile_groups(void)
{
	static const uint32_t gids[][2] = {{ID_FLOOR, 0}, {6, ID_FLOOR}, {ID_FLOOR, 42}};
	AUTO_BUF struct buf b;

	answer_group("team", 0, "anna");
	refused("gid 0", ask_team);
	answer_group("sudo", ID_FLOOR + 6, "anna");
	refused("the name sudo", ask_team_gid);
	answer_group("team", ID_FLOOR + 7, "anna");
	refused("another gid", ask_team_gid);
	answer_group("team", ID_FLOOR + 6, "An na");
	refused("a member with a blank", ask_team);
	answer_group("team", ID_FLOOR + 6, "");
	refused("a member without a name", ask_team);
	buf_init(&b, PROTO_MAX);
	for (size_t i = 0; i < 3; i++) {
		proto_put_groups(&b, gids[i], 2);
		answer_with(&b);
		refused("the gid of root, disk or shadow among somebody's groups", ask_groups);
	}
}

/* Every shortened form of a good answer, and one byte more. */
static void test_malformed(void)
{
	unsigned bad = 0;
	size_t len;

	answer_anna();
	len = fake->len;
	for (fake->len = 1; fake->len < len; fake->len++)
		bad += as_child(ask_anna) != NSS_STATUS_UNAVAIL;
	is_int(bad, 0, "SEC-32: an answer cut anywhere is none");
	fake->packet[len] = 0;
	fake->len = len + 1;
	refused("a byte too many", ask_anna);
	fake->len = sizeof(fake->packet);
	refused("a packet that is too long", ask_anna);
	fake->len = len;
	fake->packet[1] = MSG_GROUP;
	refused("another type", ask_anna);
	fake->packet[1] = 99;
	refused("an unknown type", ask_anna);
	fake->packet[1] = MSG_PASSWD;
	fake->packet[0] = PROTO_VERSION + 1;
	refused("another version", ask_anna);
	fake->packet[0] = PROTO_VERSION;
	memset(fake->packet + 2, 0xff, 4);
	refused("a string longer than the packet", ask_anna);
	memset(fake->packet, 0xff, 4000);
	fake->len = 4000;
	refused("garbage", ask_anna);
	fake->behaviour = HANG_UP;
	refused("no answer but the end", ask_anna);
	fake->behaviour = HALF_CLOSE;
	refused("a half-closed connection", ask_anna);
}

static void test_result(void)
{
	AUTO_BUF struct buf b;
	struct msg_result m = {.code = ERR_OK};

	buf_init(&b, PROTO_MAX);
	proto_put_result(&b, &m);
	answer_with(&b);
	refused("a result, even a good one", ask_anna);
	proto_begin(&b, MSG_NOT_FOUND);
	buf_put_u8(&b, 1);
	answer_with(&b);
	refused("a \"not found\" with something behind it", ask_anna);
}

int main(void)
{
	if (!private_user()) {
		printf("1..0 # SKIP needs to be root, or a user namespace\n");
		return 0;
	}
	ground_enter();
	fake_start();
	answer_anna();
	ground_need(as_child(ask_anna) == NSS_STATUS_SUCCESS, "a good answer is not believed");
	test_hostile_users();
	test_hostile_groups();
	test_malformed();
	test_result();
	fake_stop();
	return tap_done();
}
