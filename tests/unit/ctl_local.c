/* SPDX-License-Identifier: MIT */
/* doctor about local_group and local_user, with an /etc of the test's own. */
#include "ctl/checks.h"
#include "sys/locallists.h"
#include "tests/unit/private.h"
#include "tests/unit/tap.h"

#include <sys/stat.h>

static const char passwd[] = "root:x:0:0::/root:/bin/sh\nsvc:x:999:999::/:/bin/sh\n"
			     "joe:x:1000:1000::/home/joe:/bin/sh\n";
static const char group[] = "root:x:0:\nshadow:x:42:\nadm:x:104:\ndocker1:x:998:\n";

static void write_list(const char *path, const char *text, mode_t mode)
{
	unlink(path);
	if (text && (!private_write(path, text) || chmod(path, mode) != 0)) {
		printf("Bail out! cannot write %s\n", path);
		exit(99);
	}
}

/* What is found about a pair, by severity and code. */
static void finds(const char *groups, const char *users, int worst, size_t n, const char *what)
{
	AUTO_FINDINGS struct findings f = {0};
	AUTO_CONF struct conf conf = {0};

	if (conf_init(&conf) != ERR_OK)
		return;
	free(conf.local_group);
	free(conf.local_user);
	conf.local_group = strdup(groups);
	conf.local_user = strdup(users);
	check_local(&f, &conf);
	ok((int)f.worst == worst && f.n == n, "%s (%zu findings)", what, f.n);
}

int main(void)
{
	if (strncmp(ENCVOY_SYSCONFDIR, "/etc/", 5) != 0 || !private_etc()) {
		printf("1..0 # SKIP needs --sysconfdir=/etc, and root or a user namespace\n");
		return 0;
	}
	umask(022);
	(void)mkdir(ENCVOY_SYSCONFDIR, 0755);
	write_list("/etc/passwd", passwd, 0644);
	write_list("/etc/group", group, 0644);
	finds("", "", FOUND_OK, 0, "nothing configured, nothing found");
	finds("R:adm", "2:joe", FOUND_FAILURE, 2, "no lists");
	write_list(LOCAL_GROUPS_FILE, "adm\nshadow\n", 0644);
	write_list(LOCAL_USERS_FILE, "joe\nsvc\n", 0644);
	finds("R:adm", "2:joe", FOUND_OK, 2, "both are listed");
	finds("R:adm S:docker1", "", FOUND_FAILURE, 2, "SEC-20: a group that is not listed");
	finds("R:shadow", "", FOUND_FAILURE, 1, "SEC-20: a group that never is given");
	finds("R:gone", "3:gone", FOUND_WARNING, 2, "neither group nor user are there");
	finds("", "4:svc", FOUND_FAILURE, 1, "SEC-46: a system account");
	write_list(LOCAL_GROUPS_FILE, "adm\n", 0666);
	finds("R:adm", "", FOUND_FAILURE, 2, "SEC-34: a list that others can write");
	return tap_done();
}
