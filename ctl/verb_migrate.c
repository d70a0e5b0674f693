/* SPDX-License-Identifier: MIT */
#include "common/name.h"
#include "common/num.h"
#include "common/record.h"
#include "ctl/migrate.h"
#include "ctl/opts.h"
#include "sys/conffile.h"

#include <inttypes.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#define LINE_ROOM (1024 * 1024)
#define SYSTEM_UIDS_END 1000
#define NOBODY 65534

static void close_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

void account_free(struct account *a)
{
	free(a->name);
	free(a->home);
}

/* The file alone: NSS would tell of users that are not local. */
enum err account_find(const char *name, struct account *ret)
{
	CLEANUP(close_file) FILE *f = fopen("/etc/passwd", "re");
	AUTO_FREE char *line = malloc(LINE_ROOM);
	struct passwd pw, *found = NULL;

	if (!f)
		return ERR_IO;
	if (!line)
		return ERR_NOMEM;
	while (fgetpwent_r(f, &pw, line, LINE_ROOM, &found) == 0 && found) {
		if (strcmp(pw.pw_name, name) != 0)
			continue;
		*ret =
		    (struct account){strdup(pw.pw_name), strdup(pw.pw_dir), pw.pw_uid, pw.pw_gid};
		return ret->name && ret->home ? ERR_OK : ERR_NOMEM;
	}
	return ferror(f) ? ERR_IO : ERR_NOT_FOUND;
}

static void print_account(const struct account *a)
{
	AUTO_BUF struct buf text = {0};

	buf_init(&text, 8192);
	printf("User %s: uid %u, gid %u, home %s\n", a->name, a->uid, a->gid,
	    shown(&text, a->home, 1024));
}

static void print_owned(const struct owned_list *l)
{
	AUTO_BUF struct buf text = {0};

	buf_init(&text, 8192);
	puts("Files on local file systems:");
	for (size_t i = 0; i < l->n; i++) {
		const struct owned *o = &l->v[i];

		printf("  %s: %" PRIu64 " of the user (%" PRIu64 " bytes), %" PRIu64
		       " of the group (%" PRIu64 " bytes)%s\n",
		    shown(&text, o->mount, 1024), o->files, o->bytes, o->group_files,
		    o->group_bytes, o->partly ? "; not all of it could be read" : "");
	}
	if (!l->n)
		puts("  none");
}

struct settings {
	uint64_t uid_base;
	char home[RECORD_TEXT_MAX + 1]; /* of the new user */
};

/* What encvoy.conf says about uid and home; a host that has none yet gets the defaults. */
static enum err read_settings(const char *name, const char *sub, struct settings *ret)
{
	AUTO_CONF struct conf conf = {0};
	struct conf_error why = {0};
	enum err e = conffile_load(ENCVOY_SYSCONFDIR, &conf, &why);

	if (e != ERR_OK) {
		remark("encvoy.conf cannot be used (%s); this goes by the defaults", why.text);
		conf_free(&conf);
		e = conf_init(&conf);
	}
	if (e != ERR_OK)
		return e;
	ret->uid_base = conf.uid_base;
	if (template_expand(conf.home, &(struct template_values){.sub = sub, .user = name},
		ret->home, sizeof(ret->home)) != ERR_OK)
		ret->home[0] = 0;
	return ERR_OK;
}

static enum err find_target(
    const struct account *a, const char *sub, struct settings *s, struct target *ret)
{
	uint64_t number = 0;
	enum err e = read_settings(a->name, sub, s);

	if (e != ERR_OK)
		return e;
	*ret = (struct target){.sub = sub, .new_home = strcmp(s->home, a->home) ? s->home : ""};
	if (!sub)
		return ERR_OK;
	if (num_parse(sub, strlen(sub), ID_SUB_SPAN - 1, &number) == ERR_OK && number) {
		ret->new_uid = (uid_t)(s->uid_base + number);
		printf("Under Encvoy ID: sub %s, uid and gid %u\n", sub, ret->new_uid);
	} else {
		printf("Under Encvoy ID: sub %s, uid and gid from the ledger of this host\n", sub);
	}
	return ERR_OK;
}

static int print_plan(const struct account *a, const char *sub)
{
	AUTO_OWNED struct owned_list owned = {0};
	struct traces traces = {0};
	struct settings s = {0};
	struct target t;
	enum err e;

	print_account(a);
	e = find_target(a, sub, &s, &t);
	if (e == ERR_OK)
		e = owned_find(a, &owned);
	if (e != ERR_OK)
		return complain_err("migrate", e);
	print_owned(&owned);
	traces_print(a, &traces);
	plan_print(a, &t, &owned, &traces);
	return finish_output(EXIT_DONE);
}

static int migrate(const char *name, const char *sub)
{
	AUTO_ACCOUNT struct account a = {0};
	char storage[256];
	struct buf text;
	enum err e;

	buf_init_fixed(&text, storage, sizeof(storage));
	if (geteuid() != 0) {
		complain("migrate: only root sees all files; run it as root");
		return EXIT_REFUSED;
	}
	e = account_find(name, &a);
	if (e == ERR_NOT_FOUND) {
		complain("migrate: there is no local user \"%s\"", shown(&text, name, 40));
		return EXIT_REFUSED;
	}
	if (e != ERR_OK)
		return complain_err("migrate: /etc/passwd", e);
	if (a.uid < SYSTEM_UIDS_END || a.uid == NOBODY) {
		complain("migrate: %s is a system account (uid %u), which Encvoy ID leaves alone",
		    shown(&text, name, 40), a.uid);
		return EXIT_REFUSED;
	}
	if (!name_ok(name, strlen(name))) {
		complain(
		    "migrate: \"%s\" cannot be a user name of Encvoy ID", shown(&text, name, 40));
		return EXIT_REFUSED;
	}
	return print_plan(&a, sub);
}

int verb_migrate(const struct verb *self, int argc, char **argv)
{
	const char *sub = NULL;
	bool dry_run = false;
	const struct opt table[] = {
	    {"dry-run", OPT_FLAG, &dry_run, NULL, "print the plan and change nothing"},
	    {"sub", OPT_TEXT, &sub, "SUB", "the user's ID at Encvoy ID"},
	};
	enum opts_result r;
	int n = 0;

	r = opts_parse(self, OPTS(table, 1, 1), argc, argv, &n);
	if (r != OPTS_GO)
		return opts_exit(r);
	if (sub && !sub_ok(sub, strlen(sub))) {
		complain("migrate: --sub is no subject identifier");
		return EXIT_USAGE;
	}
	if (!dry_run) {
		complain("migrate: there is only the plan yet, and nothing that carries it out: "
			 "add --dry-run");
		return EXIT_REFUSED;
	}
	return migrate(argv[0], sub);
}
