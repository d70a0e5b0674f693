/* SPDX-License-Identifier: MIT */
#include "ctl/checks.h"

#include "encvoyd/mapfile.h"
#include "encvoyd/paths.h"
#include "sys/clock.h"
#include "sys/localdb.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define MAP_PATH ENCVOY_CACHEDIR "/users.map"

/* How old the map is, in words; "" when there is none. */
static const char *age_of(char *storage, size_t size)
{
	struct stat st;
	long long age;

	if (lstat(MAP_PATH, &st) != 0)
		return "";
	age = (long long)(clock_unix() - st.st_mtime);
	if (age < 120)
		snprintf(storage, size, ", written %lld seconds ago", age);
	else if (age < 7200)
		snprintf(storage, size, ", written %lld minutes ago", age / 60);
	else
		snprintf(storage, size, ", written %lld hours ago", age / 3600);
	return storage;
}

static void check_file(struct findings *f)
{
	struct stat st;

	if (lstat(MAP_PATH, &st) != 0) {
		found(f, FOUND_FAILURE, "map", "start encvoyd, which writes it", "%s: %s", MAP_PATH,
		    strerror(errno));
		return;
	}
	if (!S_ISREG(st.st_mode) || (st.st_mode & 022))
		found(f, FOUND_FAILURE, "map-rights", "remove the file and run encvoyctl flush",
		    "%s can be written by others", MAP_PATH);
	else if (!(st.st_mode & 004))
		found(f, FOUND_FAILURE, "map-rights", "chmod 0644 " MAP_PATH,
		    "%s cannot be read by everybody: programs do not see our users", MAP_PATH);
	else if ((int64_t)st.st_mtime > clock_unix() + 60)
		found(f, FOUND_WARNING, "map-age", "set this machine's clock",
		    "%s is from the future", MAP_PATH);
}

void check_map(struct findings *f)
{
	struct local_user listener = {0};
	uint64_t users = 0;
	char age[64];
	enum err e;

	check_file(f);
	(void)localdb_user(LISTENER_USER, &listener);
	e = mapfile_verify_of(ENCVOY_CACHEDIR, listener.uid, &users);
	if (e == ERR_OK)
		found_ok(f, "map", "the map of %llu users is whole%s", (unsigned long long)users,
		    age_of(age, sizeof(age)));
	else if (e != ERR_NOT_FOUND)
		found(f, FOUND_FAILURE, "map", "run encvoyctl flush, which writes it anew",
		    "%s cannot be used: %s (%s)", MAP_PATH, err_text(e), err_word(e));
}
