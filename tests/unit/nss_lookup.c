/* SPDX-License-Identifier: MIT */
/* The module's functions over a map, as glibc calls them. */
#include "tests/unit/nss_ground.h"
#include "tests/unit/tap.h"
#include "tests/unit/temp.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#define PEOPLE 500U
#define TEAMS 3

static void test_users(void)
{
	unsigned bad = 0;
	struct passwd pw;

	for (unsigned i = 0; i < PEOPLE; i++) {
		struct person p = person(i, 0);

		errno = 4711;
		bad += ask_name(p.name, &pw) != NSS_STATUS_SUCCESS || !is_person(&pw, i, 0);
		bad += ask_uid(p.uid, &pw) != NSS_STATUS_SUCCESS || !is_person(&pw, i, 0);
		bad += errno != 4711;
	}
	is_int(bad, 0, "users by name and uid, errno untouched");
}

static bool in_buffer(const void *p, size_t len, const char *buf, size_t size)
{
	const char *c = p;

	return c >= buf && len <= size && (size_t)(c - buf) <= size - len;
}

static bool str_in_buffer(const char *s, const char *buf, size_t size)
{
	return s >= buf && s < buf + size && in_buffer(s, strnlen(s, size) + 1, buf, size);
}

static unsigned first_enough; /* the smallest buffer that was enough */

/* One size and misalignment: an exact answer or ERANGE, nothing beyond the buffer. */
static bool user_fits_or_erange(size_t size, size_t shift, unsigned i)
{
	char room[512];
	char *buf = room + 64 + shift;
	struct person p = person(i, 0);
	struct passwd pw;
	int err = 4711;
	enum nss_status st;

	memset(room, '#', sizeof(room));
	st = _nss_encvoy_getpwnam_r(p.name, &pw, buf, size, &err);
	for (char *c = room; c < room + sizeof(room); c++)
		if ((c < buf || c >= buf + size) && *c != '#')
			return false;
	if (st == NSS_STATUS_TRYAGAIN)
		return err == ERANGE;
	first_enough = first_enough ? first_enough : (unsigned)size;
	return st == NSS_STATUS_SUCCESS && err == 4711 && is_person(&pw, i, 0) &&
	       str_in_buffer(pw.pw_name, buf, size) && str_in_buffer(pw.pw_passwd, buf, size) &&
	       str_in_buffer(pw.pw_gecos, buf, size) && str_in_buffer(pw.pw_dir, buf, size) &&
	       str_in_buffer(pw.pw_shell, buf, size);
}

static void test_user_buffers(void)
{
	unsigned bad = 0;

	for (size_t shift = 0; shift < 8; shift++) {
		struct person p = person(4, 0);
		size_t need =
		    strlen(p.name) + strlen(p.gecos) + strlen(p.home) + strlen(p.shell) + 6;

		first_enough = 0;
		for (size_t size = 0; size < 200; size++)
			bad += !user_fits_or_erange(size, shift, 4);
		bad += first_enough != need;
	}
	is_int(bad, 0, "SEC-39: users: ERANGE from 0 bytes up to exactly enough, misaligned, too");
}

static bool group_is_right(const struct group *gr, unsigned t, const char *buf, size_t size)
{
	char name[64];
	unsigned n = 0;

	group_name(name, sizeof(name), t);
	if ((uintptr_t)gr->gr_mem % sizeof(char *) || strcmp(gr->gr_name, name) != 0 ||
	    strcmp(gr->gr_passwd, "*") != 0 || gr->gr_gid != group_gid(t) ||
	    !str_in_buffer(gr->gr_name, buf, size) || !str_in_buffer(gr->gr_passwd, buf, size))
		return false;
	for (unsigned i = 0; i < PEOPLE; i += t + 2, n++) {
		struct person p = person(i, 0);

		if (!in_buffer(&gr->gr_mem[n], sizeof(char *), buf, size) || !gr->gr_mem[n] ||
		    !str_in_buffer(gr->gr_mem[n], buf, size) || strcmp(gr->gr_mem[n], p.name) != 0)
			return false;
	}
	return in_buffer(&gr->gr_mem[n], sizeof(char *), buf, size) && !gr->gr_mem[n];
}

static bool group_fits_or_erange(size_t size, size_t shift, unsigned t)
{
	static char room[32768];
	char *buf = room + 64 + shift;
	struct group gr;
	char name[64];
	int err = 4711;
	enum nss_status st;

	memset(room, '#', sizeof(room));
	group_name(name, sizeof(name), t);
	st = size % 2 ? _nss_encvoy_getgrnam_r(name, &gr, buf, size, &err)
		      : _nss_encvoy_getgrgid_r(group_gid(t), &gr, buf, size, &err);
	for (char *c = room; c < room + sizeof(room); c++)
		if ((c < buf || c >= buf + size) && *c != '#')
			return false;
	if (st == NSS_STATUS_TRYAGAIN)
		return err == ERANGE;
	first_enough = first_enough ? first_enough : (unsigned)size;
	return st == NSS_STATUS_SUCCESS && err == 4711 && group_is_right(&gr, t, buf, size);
}

static void test_group_buffers(void)
{
	unsigned bad = 0;

	for (size_t shift = 0; shift < 8; shift++) {
		first_enough = 0;
		for (size_t size = 0; size < 6000; size += size < 300 || size > 5500 ? 1 : 37)
			bad += !group_fits_or_erange(size, shift, 2);
		bad += first_enough == 0 || first_enough > 5500;
	}
	is_int(bad, 0, "SEC-39: a group of %u: ERANGE until it fits, pointers aligned and inside",
	    (PEOPLE + 3) / 4);
}

static void test_private_groups(void)
{
	unsigned bad = 0;

	for (unsigned i = 0; i < PEOPLE; i++) {
		struct person p = person(i, 0);
		struct group gr;
		char buf[128];
		int err = 4711;

		errno = 4711;
		bad += _nss_encvoy_getgrgid_r(p.uid, &gr, buf, sizeof(buf), &err) !=
			   NSS_STATUS_SUCCESS ||
		       strcmp(gr.gr_name, p.name) != 0 || gr.gr_gid != p.uid || gr.gr_mem[0];
		bad += _nss_encvoy_getgrnam_r(p.name, &gr, buf, sizeof(buf), &err) !=
			   NSS_STATUS_SUCCESS ||
		       gr.gr_gid != p.uid || gr.gr_mem[0] || errno != 4711 || err != 4711;
	}
	is_int(bad, 0, "private groups by gid and name");
}

static void test_unknown(void)
{
	static const char *const names[] = {"nobody-here", "root", "sudo", "", "Anna", "an na",
	    "a/../b", "-x", "a23456789012345678901234567890123", "\xc3\xa9", "systemd-network"};
	static const uint32_t ids[] = {
	    0, 1, 1000, 65534, ID_FLOOR - 1, ID_CEILING + 1, UINT32_MAX, ID_FLOOR + PEOPLE};
	unsigned bad = 0;
	struct passwd pw;
	struct group gr;
	char buf[512];
	int err;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		err = 0;
		bad += _nss_encvoy_getpwnam_r(names[i], &pw, buf, sizeof(buf), &err) !=
			   NSS_STATUS_NOTFOUND ||
		       err != ENOENT;
		bad += _nss_encvoy_getgrnam_r(names[i], &gr, buf, sizeof(buf), &err) !=
		       NSS_STATUS_NOTFOUND;
	}
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		bad += _nss_encvoy_getpwuid_r(ids[i], &pw, buf, sizeof(buf), &err) !=
		       NSS_STATUS_NOTFOUND;
		bad += _nss_encvoy_getgrgid_r(ids[i], &gr, buf, sizeof(buf), &err) !=
		       NSS_STATUS_NOTFOUND;
	}
	is_int(bad, 0, "what a complete map does not have is not found");
}

/* The groups of a person beyond the first `before` entries of the list. */
static enum nss_status groups_of(
    const char *name, gid_t primary, long before, long room, long limit, gid_t **ret, long *ret_n)
{
	long start = before, size = room;
	gid_t *gids = calloc((size_t)room + 1, sizeof(*gids));
	int err = 4711;
	enum nss_status st =
	    _nss_encvoy_initgroups_dyn(name, primary, &start, &size, &gids, limit, &err);

	*ret = gids;
	*ret_n = start;
	return st;
}

static void test_initgroups(void)
{
	unsigned bad = 0;
	gid_t *gids;
	long n;

	for (unsigned i = 0; i < PEOPLE; i++) {
		struct person p = person(i, 0);
		long want = 1;

		for (unsigned t = 0; t < TEAMS; t++)
			want += i % (t + 2) == 0;
		bad +=
		    groups_of(p.name, p.uid, 1, 1, 0, &gids, &n) != NSS_STATUS_SUCCESS || n != want;
		for (long k = 1; k < n; k++)
			bad += gids[k] <= group_gid(TEAMS);
		free(gids);
	}
	is_int(bad, 0, "initgroups adds everybody's groups, and grows the list");
	ok(groups_of("user12", group_gid(0), 0, 0, 0, &gids, &n) == NSS_STATUS_SUCCESS && n == 2,
	    "but not the primary one");
	free(gids);
	ok(groups_of("user12", 1, 5, 6, 7, &gids, &n) == NSS_STATUS_SUCCESS && n == 7,
	    "and stops at the limit");
	free(gids);
	ok(groups_of("user12", 1, 7, 7, 7, &gids, &n) == NSS_STATUS_SUCCESS && n == 7,
	    "also when it is reached before");
	free(gids);
	ok(groups_of("nobody-here", 1, 1, 4, 0, &gids, &n) == NSS_STATUS_NOTFOUND && n == 1,
	    "nobody: not found");
	free(gids);
	ok(groups_of("root", 0, 1, 4, 0, &gids, &n) == NSS_STATUS_NOTFOUND && n == 1,
	    "SEC-19: root gets nothing from us");
	free(gids);
}

/* Changes are seen by the very next look-up. */
static void test_changes(void)
{
	struct passwd pw;
	unsigned bad = 0;

	for (unsigned version = 1; version <= 60; version++) {
		ground_publish(20 + version, 1, true, version);
		bad +=
		    ask_name("user19", &pw) != NSS_STATUS_SUCCESS || !is_person(&pw, 19, version);
		bad += ask_uid(ID_FLOOR + 19 + version, &pw) != NSS_STATUS_SUCCESS;
		bad += ask_uid(ID_FLOOR + 20 + version, &pw) != NSS_STATUS_NOTFOUND;
	}
	is_int(bad, 0, "each of 60 new maps is in use at once");
}

int main(void)
{
	ground_enter();
	ground_publish(PEOPLE, TEAMS, true, 0);
	test_users();
	test_user_buffers();
	test_group_buffers();
	test_private_groups();
	test_unknown();
	test_initgroups();
	test_changes();
	return tap_done();
}
