/* SPDX-License-Identifier: MIT */
/* Publishing: the generation only grows, users.gen is repaired where it lies, and whoever is killed
 * at it leaves the old map or the new one. */
#include "tests/unit/nss_ground.h"
#include "tests/unit/tap.h"
#include "tests/unit/temp.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define MAP CACHE "/" USERS_MAP
#define GEN CACHE "/" USERS_GEN
#define PEOPLE 40

static uint64_t last_generation;

/* Publishes and makes sure that the generation grew. */
static bool publish_grows(unsigned version)
{
	uint64_t generation = ground_publish(PEOPLE, 1, true, version);
	bool grown = generation > last_generation;

	last_generation = generation;
	return grown;
}

static uint64_t gen_word(const struct map_gen *g)
{
	return __atomic_load_n(&g->generation, __ATOMIC_ACQUIRE);
}

static const struct map_gen *map_gen_file(void)
{
	int fd = open(GEN, O_RDONLY | O_CLOEXEC);
	void *p = mmap(NULL, MAP_GEN_SIZE, PROT_READ, MAP_SHARED, fd, 0);

	close(fd);
	ground_need(p != MAP_FAILED, "cannot map users.gen");
	return p;
}

/* The version of the map in place, or -1 when it is not whole. */
static int version_in_place(unsigned versions)
{
	size_t size;
	unsigned char *bytes = ground_read_map(&size);
	struct map map;
	int found = -1;

	for (unsigned v = 0; map_open(&map, bytes, size) == ERR_OK && v < versions; v++) {
		unsigned good = 0;

		for (unsigned i = 0; i < PEOPLE; i++) {
			struct person p = person(i, v);
			struct user_record r;
			char buf[1024];

			good += map_user_by_uid(&map, p.uid, buf, sizeof(buf), &r) == ERR_OK &&
				strcmp(r.home, p.home) == 0;
		}
		if (good == PEOPLE)
			found = (int)v;
	}
	free(bytes);
	return found;
}

static void test_generation(void)
{
	const struct map_gen *mapped;
	uint64_t users = 0;
	struct stat st;

	is_int(mapfile_verify(CACHE, &users), ERR_NOT_FOUND, "no map: not found");
	ok(publish_grows(0), "a first generation");
	mapped = map_gen_file();
	is_int(gen_word(mapped), last_generation, "is in users.gen");
	ok(publish_grows(1) && gen_word(mapped) == last_generation, "and grows where it is mapped");
	ok(stat(MAP, &st) == 0 && (st.st_mode & 0777) == 0644, "users.map is 0644");
	ok(stat(GEN, &st) == 0 && (st.st_mode & 0777) == 0644 && st.st_size == MAP_GEN_SIZE,
	    "users.gen is 0644 and a page");
	ok(chmod(GEN, 0600) == 0 && publish_grows(2) && stat(GEN, &st) == 0 &&
		(st.st_mode & 0777) == 0644,
	    "and is made so again");
	is_int(mapfile_verify(CACHE, &users), ERR_OK, "the daemon's check passes");
}

/* Overwrites users.gen from an offset on, in place. */
static void damage(off_t offset, const void *bytes, size_t len, off_t new_size)
{
	int fd = open(GEN, O_WRONLY | O_CLOEXEC);

	ground_need(fd >= 0 && pwrite(fd, bytes, len, offset) == (ssize_t)len &&
			ftruncate(fd, new_size) == 0,
	    "cannot damage users.gen");
	close(fd);
}

static void test_damaged_generation(void)
{
	const struct map_gen *mapped = map_gen_file();
	uint64_t zero = 0, users = 0;
	struct stat before, after;

	ok(stat(GEN, &before) == 0, "users.gen");
	damage(0, "garbage!", 8, MAP_GEN_SIZE);
	is_int(mapfile_verify(CACHE, &users), ERR_SYNTAX, "SEC-33: bad magic is noticed");
	ok(publish_grows(0) && gen_word(mapped) == last_generation, "and repaired in place");
	damage(16, &zero, 8, MAP_GEN_SIZE);
	is_int(mapfile_verify(CACHE, &users), ERR_SYNTAX, "SEC-33: another generation is noticed");
	ok(publish_grows(1) && gen_word(mapped) == last_generation, "and grows beyond the map's");
	damage(0, "", 1, 100);
	is_int(mapfile_verify(CACHE, &users), ERR_SYNTAX, "SEC-33: a short file is noticed");
	ok(publish_grows(2) && gen_word(mapped) == last_generation, "and made long again");
	damage(0, "E", 1, 10000);
	ok(publish_grows(0) && gen_word(mapped) == last_generation, "one too long is cut");
	ok(stat(GEN, &after) == 0 && before.st_ino == after.st_ino && after.st_size == MAP_GEN_SIZE,
	    "all that in the same file, because every process has it mapped");
	ok(unlink(GEN) == 0 && mapfile_verify(CACHE, &users) == ERR_SYNTAX, "without it: damaged");
	ok(publish_grows(1), "a new one grows beyond the map's generation");
	ok(unlink(GEN) == 0 && unlink(MAP) == 0 && publish_grows(2), "and when both are lost, too");
	ok(unlink(GEN) == 0 && symlink("/etc/passwd", GEN) == 0 && publish_grows(0) &&
		lstat(GEN, &after) == 0 && S_ISREG(after.st_mode),
	    "SEC-34: a link in its place is replaced, not followed");
	is_int(mapfile_verify(CACHE, &users), ERR_OK, "the daemon's check passes again");
}

static void test_leftovers(void)
{
	temp_write(MAP ".Ab3dE6", "half a map");
	temp_write(MAP ".keep", "something else");
	publish_grows(1);
	ok(access(MAP ".Ab3dE6", F_OK) != 0, "what a killed publisher left is removed");
	ok(access(MAP ".keep", F_OK) == 0, "and nothing else");
}

/* A child that publishes version 1 over version 0 once its parent lets it. */
static pid_t publisher(void)
{
	pid_t pid = fork();

	ground_need(pid >= 0, "no fork");
	if (pid)
		return pid;
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 || raise(SIGSTOP) != 0)
		_exit(98);
	ground_publish(PEOPLE, 1, true, 1);
	_exit(0);
}

/* Runs a publisher up to its nth stop at a system call and kills it there; false when it ended
 * before, or when that is forbidden here (*ret_forbidden). */
static bool killed_at(unsigned n, bool *ret_forbidden)
{
	pid_t pid = publisher();
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status)) {
		*ret_forbidden = true;
		return false;
	}
	for (unsigned i = 0; i <= n; i++) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) != 0 ||
		    waitpid(pid, &status, 0) != pid || WIFEXITED(status))
			return false;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return true;
}

static void test_killed(void)
{
	unsigned kills = 0, olds = 0, news = 0, mixed = 0, unhealed = 0;
	bool forbidden = false;
	uint64_t users;

	publish_grows(0);
	while (killed_at(kills, &forbidden)) {
		int version = version_in_place(2);
		enum err e = mapfile_verify(CACHE, &users);

		kills++;
		olds += version == 0;
		news += version == 1;
		mixed += version < 0 || (e != ERR_OK && e != ERR_SYNTAX);
		unhealed += !publish_grows(0) || mapfile_verify(CACHE, &users) != ERR_OK;
	}
	if (forbidden) {
		tap_skip("SEC-33: killed at every system call", "ptrace is not allowed here");
		return;
	}
	printf("# killed at %u stops: %u times the old map, %u times the new one\n", kills, olds,
	    news);
	ok(kills > 20 && olds > 0 && news > 0, "SEC-33: killed at every system call");
	is_int(mixed, 0, "SEC-33: leaves the old map or the new one");
	is_int(unhealed, 0, "SEC-33: and the next publication makes all well");
}

static void nothing(int sig)
{
	(void)sig;
}

/* As on a full disk: the write fails half-way. */
static void test_no_room(void)
{
	AUTO_MAP_BUILDER struct map_builder *b = NULL;
	struct rlimit old, small = {.rlim_cur = 4096, .rlim_max = RLIM_INFINITY};
	struct person p = person(1, 1);
	uint64_t generation = 0, users = 0;
	enum err e = map_builder_new(&b);

	publish_grows(0);
	for (unsigned i = 0; i < 200 && e == ERR_OK; i++) {
		struct user_record r;

		p = person(i, 1);
		r = record_of_person(&p);
		e = map_builder_add_user(b, &r);
	}
	ground_need(e == ERR_OK && getrlimit(RLIMIT_FSIZE, &old) == 0, "cannot prepare");
	small.rlim_max = old.rlim_max;
	signal(SIGXFSZ, nothing);
	setrlimit(RLIMIT_FSIZE, &small);
	e = map_builder_publish(b, CACHE, true, &generation);
	setrlimit(RLIMIT_FSIZE, &old);
	is_int(e, ERR_IO, "SEC-33: no room: an error");
	is_int(generation, 0, "and no generation");
	is_int(version_in_place(2), 0, "SEC-33: the old map stays");
	is_int(mapfile_verify(CACHE, &users), ERR_OK, "and is sound");
	ok(map_builder_publish(b, CACHE, true, &generation) == ERR_OK &&
		generation > last_generation && mapfile_verify(CACHE, &users) == ERR_OK &&
		users == 200,
	    "the same builder publishes when there is room again");
	last_generation = generation;
	is_int(map_builder_publish(b, "no/such/directory", true, &generation), ERR_IO,
	    "no directory: an error");
}

static void test_unsafe(void)
{
	uint64_t users;

	publish_grows(0);
	ok(chmod(MAP, 0666) == 0, "a map that all may write to");
	is_int(mapfile_verify(CACHE, &users), ERR_UNSAFE_FILE, "SEC-34: is refused");
	ok(unlink(MAP) == 0 && symlink("/etc/passwd", MAP) == 0, "a link");
	is_int(mapfile_verify(CACHE, &users), ERR_UNSAFE_FILE, "SEC-34: is refused");
	ok(publish_grows(0) && mapfile_verify(CACHE, &users) == ERR_OK, "and replaced");
}

int main(void)
{
	ground_enter();
	test_generation();
	test_damaged_generation();
	test_leftovers();
	test_killed();
	test_no_room();
	test_unsafe();
	return tap_done();
}
