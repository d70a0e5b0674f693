/* SPDX-License-Identifier: MIT */
/* fill passwd|group|ldif|import N: on standard output, what a peer is filled from.
 * fill userdb N DIR: drop-in files of systemd's user database. */
#include "bench/people.h"

#include "common/cleanup.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static void passwd(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct person p = person_of(i);

		printf("%s:*:%u:%u:%s:%s:%s\n", p.name, p.id, p.id, p.gecos, p.home, SHELL);
	}
}

static void group(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct person p = person_of(i);

		printf("%s:*:%u:\n", p.name, p.id);
	}
	for (unsigned k = 0; k <= 2 * teams_of(n); k++) {
		struct team t = team_of(n, k);

		printf("%s:*:%u:", t.name, t.id);
		for (unsigned j = 0; j < t.n; j++)
			printf("%s%s", j ? "," : "", person_of(team_member(&t, j)).name);
		putchar('\n');
	}
}

static void ldif_group(const char *name, unsigned id)
{
	printf("\ndn: cn=%s,ou=groups,dc=bench\nobjectClass: posixGroup\ncn: %s\ngidNumber: %u\n",
	    name, name, id);
}

static void ldif(unsigned n)
{
	printf("dn: dc=bench\nobjectClass: dcObject\nobjectClass: organization\no: bench\ndc: "
	       "bench\n");
	printf("\ndn: ou=people,dc=bench\nobjectClass: organizationalUnit\nou: people\n");
	printf("\ndn: ou=groups,dc=bench\nobjectClass: organizationalUnit\nou: groups\n");
	for (unsigned i = 0; i < n; i++) {
		struct person p = person_of(i);

		printf("\ndn: uid=%s,ou=people,dc=bench\nobjectClass: account\n"
		       "objectClass: posixAccount\nuid: %s\ncn: %s\ngecos: %s\nuidNumber: %u\n"
		       "gidNumber: %u\nhomeDirectory: %s\nloginShell: %s\n",
		    p.name, p.name, p.gecos, p.gecos, p.id, p.id, p.home, SHELL);
		ldif_group(p.name, p.id);
	}
	for (unsigned k = 0; k <= 2 * teams_of(n); k++) {
		struct team t = team_of(n, k);

		ldif_group(t.name, t.id);
		for (unsigned j = 0; j < t.n; j++)
			printf("memberUid: %s\n", person_of(team_member(&t, j)).name);
	}
}

static void import(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct person p = person_of(i);

		printf("%u %s %s\n", i + 1, p.name, p.gecos);
	}
}

/* One file of the directory, and a second name for it when there is one. */
static void drop_in(int dir, const char *name, const char *text, const char *alias)
{
	AUTO_FD int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	size_t len = strlen(text);

	if (fd < 0 || write(fd, text, len) != (ssize_t)len)
		give_up(name);
	if (alias[0] && symlinkat(name, dir, alias) != 0)
		give_up(alias);
}

static void userdb_group(int dir, const char *name, unsigned id)
{
	char file[64], alias[64], text[128];

	snprintf(file, sizeof(file), "%s.group", name);
	snprintf(alias, sizeof(alias), "%u.group", id);
	snprintf(text, sizeof(text), "{\"groupName\":\"%s\",\"gid\":%u}\n", name, id);
	drop_in(dir, file, text, alias);
}

static void userdb_user(int dir, const struct person *p)
{
	char file[64], alias[64], text[256];

	snprintf(file, sizeof(file), "%s.user", p->name);
	snprintf(alias, sizeof(alias), "%u.user", p->id);
	snprintf(text, sizeof(text),
	    "{\"userName\":\"%s\",\"uid\":%u,\"gid\":%u,\"realName\":\"%s\","
	    "\"homeDirectory\":\"%s\",\"shell\":\"%s\"}\n",
	    p->name, p->id, p->id, p->gecos, p->home, SHELL);
	drop_in(dir, file, text, alias);
	userdb_group(dir, p->name, p->id);
}

static void userdb(unsigned n, const char *path)
{
	AUTO_FD int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char file[64];

	if (dir < 0)
		give_up(path);
	for (unsigned i = 0; i < n; i++) {
		struct person p = person_of(i);

		userdb_user(dir, &p);
	}
	for (unsigned k = 0; k <= 2 * teams_of(n); k++) {
		struct team t = team_of(n, k);

		userdb_group(dir, t.name, t.id);
		for (unsigned j = 0; j < t.n; j++) {
			snprintf(file, sizeof(file), "%s:%s.membership",
			    person_of(team_member(&t, j)).name, t.name);
			drop_in(dir, file, "{}\n", ""); /* an empty one counts as masked */
		}
	}
}

int main(int argc, char **argv)
{
	unsigned n = argc > 2 ? number_arg(argv[2], USERS_MAX) : 0;

	if (argc == 3 && strcmp(argv[1], "passwd") == 0)
		passwd(n);
	else if (argc == 3 && strcmp(argv[1], "group") == 0)
		group(n);
	else if (argc == 3 && strcmp(argv[1], "ldif") == 0)
		ldif(n);
	else if (argc == 3 && strcmp(argv[1], "import") == 0)
		import(n);
	else if (argc == 4 && strcmp(argv[1], "userdb") == 0)
		userdb(n, argv[3]);
	else {
		fprintf(stderr, "usage: fill passwd|group|ldif|import N | fill userdb N DIR\n");
		return 2;
	}
	if (fflush(stdout) != 0)
		give_up("standard output");
	return 0;
}
