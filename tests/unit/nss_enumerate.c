/* SPDX-License-Identifier: MIT */
/* getpwent and getgrent: everybody once, with changes, small buffers and new maps meanwhile. */
#include "tests/unit/nss_ground.h"
#include "tests/unit/tap.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define PEOPLE 200
#define ALL (MAP_COMPLETE | MAP_ENUMERATE)

static unsigned char times[PEOPLE + 100];
static char buf[8192];
static int err;

/* Lists all users from here to the end; how many there were. */
static unsigned list_users(unsigned version, unsigned *ret_wrong)
{
	struct passwd pw;
	unsigned n = 0;

	for (; _nss_encvoy_getpwent_r(&pw, buf, sizeof(buf), &err) == NSS_STATUS_SUCCESS; n++) {
		unsigned i = pw.pw_uid - ID_FLOOR;

		*ret_wrong += i >= sizeof(times) || times[i]++ || !is_person(&pw, i, version);
	}
	return n;
}

static void begin(void)
{
	memset(times, 0, sizeof(times));
	_nss_encvoy_setpwent(0);
	_nss_encvoy_setgrent(0);
}

static void test_users(void)
{
	struct passwd pw;
	unsigned wrong = 0;

	begin();
	is_int(list_users(0, &wrong), PEOPLE, "everybody is listed");
	is_int(wrong, 0, "once, and as they are");
	is_int(_nss_encvoy_getpwent_r(&pw, buf, sizeof(buf), &err), NSS_STATUS_NOTFOUND,
	    "then there is an end");
	is_int(err, ENOENT, "that says so");
	begin();
	for (size_t size = 0; size < 60; size++)
		wrong += _nss_encvoy_getpwent_r(&pw, buf, size, &err) == NSS_STATUS_TRYAGAIN
			     ? err != ERANGE
			     : 1;
	is_int(wrong, 0, "SEC-39: a buffer too small is told");
	is_int(list_users(0, &wrong), PEOPLE, "SEC-39: and nobody is lost by it");
	is_int(wrong, 0, "nor changed");
	_nss_encvoy_endpwent();
}

static void test_groups(void)
{
	struct group gr;
	unsigned teams = 0, private = 0, wrong = 0;

	begin();
	while (_nss_encvoy_getgrent_r(&gr, buf, sizeof(buf), &err) == NSS_STATUS_SUCCESS) {
		unsigned i = gr.gr_gid - ID_FLOOR;

		if (i >= PEOPLE) {
			teams++;
			wrong += strncmp(gr.gr_name, "team-", 5) != 0 || !gr.gr_mem[0];
			continue;
		}
		private++;
		wrong += times[i]++ || gr.gr_mem[0] != NULL;
	}
	is_int(teams, 3, "groups are listed");
	is_int(private, PEOPLE, "private ones, too");
	is_int(wrong, 0, "once, and as they are");
	_nss_encvoy_endgrent();
}

static void test_changes(void)
{
	AUTO_MAP_CHANGES struct map_changes *c = ground_changes();
	struct person fresh = person(PEOPLE + 50, 0), gone = person(7, 0), same = person(9, 0);
	struct user_record r = record_of_person(&fresh), s = record_of_person(&same);
	struct group gr;
	unsigned wrong = 0, n = 0;
	uint64_t generation;
	enum err e = map_changes_add_user(c, &r);

	if (e == ERR_OK)
		e = map_changes_add_group(c, r.name, r.uid, NULL, 0);
	if (e == ERR_OK)
		e = map_changes_add_user(c, &s);
	if (e == ERR_OK)
		e = map_changes_add_group(c, s.name, s.uid, NULL, 0);
	if (e == ERR_OK)
		e = map_changes_gone_user(c, gone.name, gone.uid);
	if (e == ERR_OK)
		e = map_changes_gone_group(c, gone.name, gone.uid);
	if (e == ERR_OK)
		e = map_changes_publish(c, CACHE, ALL, &generation);
	is_int(e, ERR_OK, "one new, one removed, one replaced");
	begin();
	is_int(list_users(0, &wrong), PEOPLE, "the changes are listed with the rest");
	ok(!wrong && !times[7] && times[9] == 1 && times[PEOPLE + 50] == 1, "each once");
	while (_nss_encvoy_getgrent_r(&gr, buf, sizeof(buf), &err) == NSS_STATUS_SUCCESS) {
		wrong += gr.gr_gid == gone.uid;
		n++;
	}
	is_int(n, PEOPLE + 3, "groups as well");
	is_int(wrong, 0, "without the removed one");
}

static void test_replaced(void)
{
	struct passwd pw;
	unsigned wrong = 0;

	ground_publish(PEOPLE, 3, ALL, 0);
	begin();
	ok(_nss_encvoy_getpwent_r(&pw, buf, sizeof(buf), &err) == NSS_STATUS_SUCCESS, "begun");
	ground_publish(10, 0, ALL, 1);
	is_int(list_users(0, &wrong), PEOPLE - 1, "a new map meanwhile: the old one to its end");
	is_int(wrong, 0, "everybody once");
	begin();
	is_int(list_users(1, &wrong), 10, "the next time it is the new one");
	ground_publish(PEOPLE, 3, MAP_COMPLETE, 0);
	begin();
	is_int(_nss_encvoy_getpwent_r(&pw, buf, sizeof(buf), &err), NSS_STATUS_NOTFOUND,
	    "nobody is listed when the map does not say so");
	unlink(CACHE "/" USERS_MAP);
	begin();
	is_int(_nss_encvoy_getpwent_r(&pw, buf, sizeof(buf), &err), NSS_STATUS_UNAVAIL,
	    "without a map nothing is known");
	_nss_encvoy_endpwent();
}

int main(void)
{
	alarm(120);
	ground_enter();
	ground_publish(PEOPLE, 3, ALL, 0);
	test_users();
	test_groups();
	test_changes();
	test_replaced();
	return tap_done();
}
