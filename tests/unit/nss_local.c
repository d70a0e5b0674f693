/* SPDX-License-Identifier: MIT */
/* Local groups in initgroups: only those that root lists, and never those of root, whatever map and
 * daemon say. */
#include "sys/locallists.h"
#include "tests/unit/nss_fake.h"
#include "tests/unit/tap.h"
#include "tests/unit/temp.h"

#include <sys/stat.h>

#define TEAM (ID_CEILING - 1)

static const char group_file[] = "root:x:0:\ndisk:x:16:\nshadow:x:15:\nadm:x:104:syslog\n"
				 "docker1:x:998:\ntwin:x:15:\nsix:x:6:\nvideo:x:44:\n"
				 "bad:x:1x:\nhuge:x:4294967296:\nminus:x:4294967295:\n";

static void write_list(const char *text, mode_t mode)
{
	unlink("local-groups");
	if (!text)
		return;
	temp_write("local-groups", text);
	(void)chmod("local-groups", mode);
}

static void publish(void)
{
	static const uint32_t locals[] = {104, 998, 16, 15, 44, 4000};
	const char *members[] = {"anna"};
	AUTO_MAP_BUILDER struct map_builder *b = NULL;
	const struct user_record anna = {
	    "anna", "Anna", "/home/anna", "/bin/sh", ID_FLOOR + 5, ID_FLOOR + 5};
	uint64_t generation = 0;
	enum err e = map_builder_new(&b);

	if (e == ERR_OK)
		e = map_builder_add_user(b, &anna);
	if (e == ERR_OK)
		e = map_builder_add_group(b, "team", TEAM, members, 1);
	for (size_t i = 0; e == ERR_OK && i < sizeof(locals) / sizeof(locals[0]); i++)
		e = map_builder_add_local(b, "anna", locals[i]);
	if (e == ERR_OK)
		e = map_builder_publish(b, CACHE, true, &generation);
	ground_need(e == ERR_OK, err_text(e));
}

/* An empty map that does not say that it is whole. */
static void publish_nothing(void)
{
	AUTO_MAP_BUILDER struct map_builder *b = NULL;
	uint64_t generation = 0;
	enum err e = map_builder_new(&b);

	if (e == ERR_OK)
		e = map_builder_publish(b, CACHE, false, &generation);
	ground_need(e == ERR_OK, err_text(e));
}

static const char *ask_gids(void)
{
	static char text[256];
	long start = 1, size = 1;
	gid_t *gids = calloc(1, sizeof(*gids));
	int err = 0;
	size_t len = 0;

	text[0] = 0;
	if (_nss_encvoy_initgroups_dyn("anna", ID_FLOOR + 5, &start, &size, &gids, 0, &err) !=
	    NSS_STATUS_SUCCESS)
		snprintf(text, sizeof(text), "failed");
	else
		for (long i = 1; i < start; i++)
			len += (size_t)snprintf(
			    text + len, sizeof(text) - len, "%s%u", i > 1 ? " " : "", gids[i]);
	free(gids);
	return text;
}

static const struct {
	const char *list;
	mode_t mode;
	const char *want;
	const char *what;
} cases[] = {
    {NULL, 0, "2147352574", "no list: no local group, and the rest is given"},
    {"adm\n", 0644, "104 2147352574", "one that is listed"},
    {"998\n# adm\n\n  adm  \n", 0644, "104 998 2147352574", "by number, by name with blanks"},
    {"docker1", 0600, "998 2147352574", "without a newline at the end"},
    {"root\ndisk\nshadow\n0\n15\n16\n6\ntwin\nsix\n", 0644, "2147352574",
	"SEC-20: root, shadow and disk cannot be listed, nor what has their number"},
    {"4000\n", 0644, "2147352574", "SEC-20: a number that is no group's"},
    {"adm\n", 0664, "2147352574", "SEC-34: a list that others can write"},
    {"ad\nadmi\nadm x\nadm:\n#adm\n", 0644, "2147352574", "lines that are something else"},
};

static void maps(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_list(cases[i].list, cases[i].mode);
		publish();
		is_str(ask_gids(), cases[i].want, "%s", cases[i].what);
	}
	write_list("adm\n", 0644);
	is_str(ask_gids(), "2147352574", "a list is read when a map is mapped");
	publish();
	is_str(ask_gids(), "104 2147352574", "so it counts from the next generation on");
	(void)!chown("local-groups", 12345, 0);
	publish();
	is_str(ask_gids(), "2147352574", "SEC-34: a list of somebody else");
	unlink("group");
	write_list("104\n", 0644);
	publish();
	is_str(ask_gids(), "2147352574", "SEC-20: without /etc/group nothing is known");
	temp_write("group", group_file);
}

static const char *ask_daemon(const uint32_t *gids, size_t n)
{
	AUTO_BUF struct buf b;

	buf_init(&b, PROTO_MAX);
	proto_put_groups(&b, gids, n);
	answer_with(&b);
	return ask_gids();
}

static void daemons(void)
{
	static const uint32_t gids[] = {ID_FLOOR + 5, 104, 998, 15, 16, 44, ID_FLOOR + 9};
	static const uint32_t barred[] = {ID_FLOOR + 5, 42};

	publish_nothing();
	fake_start();
	write_list("adm\n16\n15\n", 0644);
	is_str(ask_daemon(gids, 7), "104 1879048201", "SEC-20: the daemon's word counts as little");
	write_list(NULL, 0);
	is_str(ask_daemon(gids, 7), "1879048201", "and without a list for none");
	is_str(ask_daemon(barred, 2), "failed", "SEC-20: one that says shadow is not believed");
	fake_stop();
}

static void many(void)
{
	struct local_gids found;
	char list[8192] = "", groups[8192] = "";
	size_t a = 0, b = 0;

	for (unsigned i = 0; i < 100; i++) {
		a += (size_t)snprintf(list + a, sizeof(list) - a, "g%u\n", i);
		b += (size_t)snprintf(
		    groups + b, sizeof(groups) - b, "g%u:x:%u:%0100d\n", i, 1000 + i, 0);
		if (b > sizeof(groups) - 256)
			break;
	}
	temp_write("many", list);
	temp_write("many-groups", groups);
	is_int(local_groups_read("many", "many-groups", &found), ERR_OK, "a list beyond its size");
	ok(found.n > 60 && found.n <= LOCAL_GIDS_MAX, "gives its beginning (%u)", found.n);
	is_int(local_groups_read("none", "many-groups", &found), ERR_NOT_FOUND, "no list");
	is_int(found.n, 0, "gives nothing");
	is_int(local_users_have("many", "g7"), ERR_OK, "a name");
	is_int(local_users_have("many", "g"), ERR_NOT_FOUND, "is a whole line");
	is_int(local_users_have("none", "g"), ERR_NOT_FOUND, "no list of users");
	temp_link("many", "link");
	is_int(local_users_have("link", "g7"), ERR_UNSAFE_FILE, "SEC-34: a link");
}

int main(void)
{
	if (geteuid() != 0) {
		printf("1..0 # SKIP needs root: only root's lists count\n");
		return 0;
	}
	ground_enter();
	temp_write("group", group_file);
	maps();
	daemons();
	many();
	return tap_done();
}
