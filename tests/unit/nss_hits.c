/* SPDX-License-Identifier: MIT */
/* For nss_hits.t: look-ups between two marks that a trace shows. */
#include "tests/unit/nss_ground.h"

#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	struct passwd pw;
	struct group gr;
	char buf[4096];
	gid_t *gids;
	unsigned good = 0, listed = 0;

	ground_enter();
	ground_publish(100, 2, MAP_COMPLETE | MAP_ENUMERATE, 0);
	ground_change(20, 0);
	gids = calloc(64, sizeof(*gids));
	ground_need(gids && ask_name("user1", &pw) == NSS_STATUS_SUCCESS, "the first hit");
	ground_need(_nss_encvoy_getpwent_r(&pw, buf, sizeof(buf), &(int){0}) == NSS_STATUS_SUCCESS,
	    "the first of all");
	ground_need(ask_name("nobody-here", &pw) == NSS_STATUS_NOTFOUND, "the first miss");
	syscall(SYS_getppid);
	for (unsigned i = 0; i < 100; i++) {
		struct person p = person(i, 0);
		long start = 1, size = 64;
		int err;

		good += ask_name(p.name, &pw) == NSS_STATUS_SUCCESS && is_person(&pw, i, 0);
		good += ask_uid(p.uid, &pw) == NSS_STATUS_SUCCESS && is_person(&pw, i, 0);
		good += _nss_encvoy_getgrgid_r(p.uid, &gr, buf, sizeof(buf), &err) ==
			NSS_STATUS_SUCCESS;
		good += _nss_encvoy_getgrnam_r("team-1", &gr, buf, sizeof(buf), &err) ==
			NSS_STATUS_SUCCESS;
		good += _nss_encvoy_initgroups_dyn(p.name, 1, &start, &size, &gids, 0, &err) ==
			NSS_STATUS_SUCCESS;
		good += ask_uid(p.uid + 1000, &pw) == NSS_STATUS_NOTFOUND;
		good += ask_name("nobody-else", &pw) == NSS_STATUS_NOTFOUND;
	}
	for (unsigned i = 1; i < 100; i++) {
		int err;

		listed += _nss_encvoy_getpwent_r(&pw, buf, sizeof(buf), &err) == NSS_STATUS_SUCCESS;
	}
	syscall(SYS_getppid);
	ground_need(listed == 99, "all of them are listed");
	printf("%u\n", good);
	return 0;
}
