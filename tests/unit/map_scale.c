/* SPDX-License-Identifier: MIT */
/* A million users, a group of ten thousand, and one change beside them. Times are printed; what
 * fails here is what is wrong at any speed. */
#include "tests/unit/nss_ground.h"
#include "tests/unit/tap.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#ifdef ENCVOY_SANITIZED
#define PEOPLE 100000U
#else
#define PEOPLE 1000000U
#endif
#define MEMBERS 10000U

static double now(void)
{
	struct timespec ts;

	/* of the processor: others may be at work */
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static enum err add_people(struct map_builder *b)
{
	enum err e = ERR_OK;

	for (unsigned i = 0; e == ERR_OK && i < PEOPLE; i++) {
		struct person p = person(i, 0);
		struct user_record r = record_of_person(&p);

		e = map_builder_add_user(b, &r);
		if (e == ERR_OK)
			e = map_builder_add_group(b, p.name, p.uid, NULL, 0);
	}
	return e;
}

static void build(void)
{
	AUTO_MAP_BUILDER struct map_builder *b = NULL;
	const char **members = calloc(MEMBERS, sizeof(*members));
	struct person *people = calloc(MEMBERS, sizeof(*people));
	uint64_t generation;
	double begin = now();
	enum err e = members && people ? map_builder_new(&b) : ERR_NOMEM;

	for (unsigned i = 0; e == ERR_OK && i < MEMBERS; i++) {
		people[i] = person(i, 0);
		members[i] = people[i].name;
	}
	if (e == ERR_OK)
		e = add_people(b);
	if (e == ERR_OK)
		e = map_builder_add_group(b, "many", ID_CEILING, members, MEMBERS);
	if (e == ERR_OK)
		e = map_builder_publish(b, CACHE, MAP_COMPLETE | MAP_ENUMERATE, &generation);
	is_int(e, ERR_OK, "%u users are published", PEOPLE);
	printf("# built and written in %.2f s\n", now() - begin);
	free(members);
	free(people);
}

static void look_up(void)
{
	unsigned wrong = 0;
	struct passwd pw;
	double begin;

	for (unsigned i = 0; i < PEOPLE; i += 101) {
		struct person p = person(i, 0);

		wrong += ask_name(p.name, &pw) != NSS_STATUS_SUCCESS || !is_person(&pw, i, 0);
		wrong += ask_uid(p.uid, &pw) != NSS_STATUS_SUCCESS || !is_person(&pw, i, 0);
	}
	is_int(wrong, 0, "everybody is found");
	begin = now();
	for (unsigned i = 0; i < PEOPLE; i++)
		wrong += ask_uid(ID_FLOOR + (i * 7919) % PEOPLE, &pw) != NSS_STATUS_SUCCESS;
	printf("# %.0f ns each, by uid, all over the map\n", (now() - begin) * 1e9 / PEOPLE);
	is_int(wrong, 0, "again");
}

static void list(void)
{
	static char buf[4096];
	unsigned n = 0;
	struct passwd pw;
	double begin = now();
	int err;

	while (_nss_encvoy_getpwent_r(&pw, buf, sizeof(buf), &err) == NSS_STATUS_SUCCESS)
		n++;
	printf("# listed in %.0f ms\n", (now() - begin) * 1000);
	is_int(n, PEOPLE, "everybody is listed");
	_nss_encvoy_setpwent(0);
	begin = now();
	while (_nss_encvoy_getpwent_r(&pw, buf, sizeof(buf), &err) == NSS_STATUS_SUCCESS)
		n++;
	printf("# and again in %.0f ms\n", (now() - begin) * 1000);
	_nss_encvoy_endpwent();
}

static void large_group(void)
{
	size_t size = 1024;
	char *buf = NULL;
	unsigned wrong = 0;
	struct group gr;
	enum nss_status st;
	int err = 0;
	double begin = now();

	do {
		size *= 2;
		free(buf);
		buf = malloc(size);
		ground_need(buf != NULL, "memory");
		st = _nss_encvoy_getgrnam_r("many", &gr, buf, size, &err);
	} while (st == NSS_STATUS_TRYAGAIN && err == ERANGE);
	printf("# a group of %u, with growing buffers: %.0f us\n", MEMBERS, (now() - begin) * 1e6);
	ok(st == NSS_STATUS_SUCCESS, "the large group is found");
	for (unsigned i = 0; st == NSS_STATUS_SUCCESS && i < MEMBERS; i++) {
		struct person p = person(i, 0);

		wrong += strcmp(gr.gr_mem[i], p.name) != 0;
	}
	ok(!wrong && !gr.gr_mem[MEMBERS], "with all members");
	free(buf);
}

static void change(void)
{
	double begin = now(), took;
	struct passwd pw;

	ground_change(256, 1);
	took = now() - begin;
	/* most of it is reading the base into memory, which the daemon does not do */
	printf("# 256 changes: %.1f ms with the test's own reading of the map\n", took * 1000);
	ok(ask_uid(ID_FLOOR + 255, &pw) == NSS_STATUS_SUCCESS && is_person(&pw, 255, 1),
	    "a change is seen at once");
	ok(ask_uid(ID_FLOOR + 256, &pw) == NSS_STATUS_SUCCESS && is_person(&pw, 256, 0),
	    "the rest is as before");
}

int main(void)
{
	alarm(300);
	ground_enter();
	build();
	look_up();
	list();
	large_group();
	change();
	return tap_done();
}
