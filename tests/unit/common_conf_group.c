/* SPDX-License-Identifier: MIT */
/* [group NAME] sections, and what a directory must bring along. */
#include "common/conf.h"
#include "common/conf_table.h"
#include "common/record.h"
#include "common/role.h"
#include "tests/unit/tap.h"

#define HEAD "issuer = https://id.example.org\nclient_id = host\n"
#define ROSTER HEAD "directory = roster\nroster = /r\nroster_keys = /k\nroster_fleet = f\n"

static enum err load(struct conf *c, const char *text, struct conf_error *e)
{
	enum err code = conf_init(c);

	*e = (struct conf_error){0};
	if (code == ERR_OK)
		code = conf_parse(c, text, strlen(text), "test.conf", e);
	return code == ERR_OK ? conf_finish(c, e) : code;
}

static void taken(void)
{
	AUTO_CONF struct conf c = {0};
	struct conf_error e;

	is_int(load(&c,
		   ROSTER "[group crew]\ngid = 2147352575\nroles = EDITOR app/USER\n"
			  "users = sub:3 user:alice\n[service x]\nmethods = token\n"
			  "[group team.a]\ngid=2147287040\napplication = app\n",
		   &e),
	    ERR_OK, "two groups and a service: %s", e.text);
	is_int(c.n_groups, 2, "two groups");
	if (c.n_groups != 2)
		return;
	is_str(c.groups[0].name, "crew", "the name");
	is_int(c.groups[0].gid, ID_CEILING, "the gid");
	is_str(c.groups[0].roles, "EDITOR app/USER", "roles");
	ok(!c.groups[0].application && c.groups[0].users.n == 2, "listed users, no application");
	is_str(c.groups[1].application, "app", "an application");
	is_int(c.n_settings, 1, "and a setting of the service between them");
	is_str(c.service.user_name, "%{login}", "a directory names people by login");
}

static void refused(const char *text, unsigned line, const char *part)
{
	AUTO_CONF struct conf c = {0};
	struct conf_error e;

	is_int(load(&c, text, &e), ERR_CONFIG, "refused: %s", part);
	ok(e.line == line && strstr(e.text, part), "%s:%u: %s", e.file, e.line, e.text);
}

static void refusals(void)
{
	refused(HEAD "[group A]\n", 3, "not a group name");
	refused(HEAD "[group ]\n", 3, "must be [service NAME]");
	refused(HEAD "[groups x]\n", 3, "must be [service NAME] or [group NAME]");
	refused(HEAD "[group sudo]\ngid = 2147352575\n", 3, "reserved");
	refused(HEAD "[group x]\n", 3, "has no gid");
	refused(HEAD "[group x]\ngid = 27\n", 4, "must be a number from");
	refused(HEAD "[group x]\ngid = 2147287039\n", 4, "must be a number from");
	refused(HEAD "[group x]\ncolour = red\n", 4, "unknown option of a group");
	refused(HEAD "[group x]\nusers = everyone\n", 4, "must be a list of sub:SUB or user:NAME");
	refused(HEAD "[group x]\ngid = 2147352575\nroles = r\n", 3, "need a directory");
	refused(HEAD "[group x]\ngid = 2147352575\napplication = a\n", 3, "need a directory");
	refused(HEAD "[group x]\ngid=2147352575\n[group x]\ngid=2147352574\n", 5, "there twice");
	refused(HEAD "[group x]\ngid=2147352575\n[group y]\ngid=2147352575\n", 5, "has this gid");
	refused(HEAD "allow = role:x\n", 3, "needs a directory that knows roles");
	refused(HEAD "local_group = x:y\n", 0, "needs a directory that knows roles");
	refused(HEAD "directory = roster\n", 0, "is needed with directory = roster");
	refused(HEAD "directory = api\n", 0, "is needed with directory = api");
}

static void roles(void)
{
	static const char some[] = "EDITOR\napp/EDITOR\nother/NONE\n";

	ok(roles_have(some, "EDITOR") && roles_have(some, "app/EDITOR"), "roles that are there");
	ok(!roles_have(some, "EDIT") && !roles_have(some, "editor") && !roles_have("", "EDITOR"),
	    "and that are not");
	ok(roles_have_application(some, "app"), "a member of an application");
	ok(!roles_have_application(some, "other"), "NONE is no membership");
	ok(!roles_have_application(some, "ap") && !roles_have_application(some, "EDITOR"),
	    "no part of a name");
	ok(role_ok(slice_of("a/b-c.d")) && !role_ok(slice_of("a:b")) && !role_ok(slice_of("")) &&
		!role_ok(slice_of("a b")) && !role_ok(slice_of("a\nb")),
	    "what a role may be");
}

int main(void)
{
	taken();
	refusals();
	roles();
	return tap_done();
}
