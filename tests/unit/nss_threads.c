/* SPDX-License-Identifier: MIT */
/* 64 threads look up while map and changes are published anew, children are forked and threads are
 * cancelled: every answer is whole, and as new as the map that was in place when it was asked for.
 */
#include "tests/unit/nss_ground.h"
#include "tests/unit/tap.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 64
#ifdef ENCVOY_SANITIZED
#define VERSIONS (getenv("ENCVOY_TEST_LONG") ? 1000U : 100U)
#else
#define VERSIONS 1000U
#endif
#define PEOPLE 40

static atomic_uint published; /* the version that is in place for sure */
static atomic_bool stop;
static atomic_ulong lookups;
static atomic_uint torn, stale, missed;

static unsigned next_noise(uint64_t *noise)
{
	*noise = *noise * 6364136223846793005U + 1442695040888963407U;
	return (unsigned)(*noise >> 33);
}

/* The version that an answer is of. */
static bool version_of(const struct passwd *pw, unsigned i, unsigned *ret)
{
	char *end = NULL;

	*ret = (unsigned)strtoul(pw->pw_dir + strlen("/home/"), &end, 10);
	return *end == '/' && is_person(pw, i, *ret);
}

/* One look-up of somebody who is in every map. */
static void look_up_once(uint64_t *noise)
{
	unsigned i = next_noise(noise) % PEOPLE, version;
	unsigned least = atomic_load(&published);
	struct passwd pw;
	enum nss_status st;

	if (next_noise(noise) % 2) {
		struct person p = person(i, 0);

		st = ask_name(p.name, &pw);
	} else {
		st = ask_uid(ID_FLOOR + i, &pw);
	}
	if (st != NSS_STATUS_SUCCESS)
		atomic_fetch_add(&missed, 1);
	else if (!version_of(&pw, i, &version))
		atomic_fetch_add(&torn, 1);
	else if (version < least)
		atomic_fetch_add(&stale, 1);
	atomic_fetch_add(&lookups, 1);
}

static void *looker(void *arg)
{
	uint64_t noise = (uintptr_t)arg;

	for (unsigned n = 1; !atomic_load(&stop); n++) {
		look_up_once(&noise);
		if (n % 64 == 0) /* leave the publisher some time */
			usleep(3000);
	}
	return NULL;
}

/* Nobody tells AddressSanitizer that a cancelled thread left its functions: it would take their
 * marks on the stack for good, and stumble over them itself when it ends the thread. */
void __asan_handle_no_return(void) __attribute__((weak));

static void unwound(void *arg)
{
	(void)arg;
	if (__asan_handle_no_return)
		__asan_handle_no_return();
}

/* Cancelled as it comes, in the middle of whatever it does. */
static void *victim(void *arg)
{
	uint64_t noise = (uintptr_t)arg;

	pthread_cleanup_push(unwound, NULL);
	for (;;) {
		look_up_once(&noise);
		pthread_testcancel();
	}
	pthread_cleanup_pop(0);
	return NULL;
}

static void *canceller(void *arg)
{
	for (uintptr_t n = 0; !atomic_load(&stop); n++) {
		pthread_t t;

		if (pthread_create(&t, NULL, victim, (void *)n) != 0)
			continue;
		for (uintptr_t k = 0; k < n % 50; k++)
			sched_yield();
		pthread_cancel(t);
		pthread_join(t, NULL);
	}
	return arg;
}

static atomic_uint forks, bad_children;

/* Forks while others are inside; the child looks up, with the counts of all of them left behind. */
static void *forker(void *arg)
{
	while (!atomic_load(&stop)) {
		pid_t pid = fork();
		int status = -1;

		if (pid == 0) {
			uint64_t noise = (uintptr_t)getpid();
			unsigned before =
			    atomic_load(&torn) + atomic_load(&stale) + atomic_load(&missed);

			alarm(300);
			for (unsigned i = 0; i < 50; i++) {
				look_up_once(&noise);
				usleep(100);
			}
			_exit(atomic_load(&torn) + atomic_load(&stale) + atomic_load(&missed) !=
			      before);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
			atomic_fetch_add(&bad_children, 1);
		atomic_fetch_add(&forks, 1);
		usleep(3000);
	}
	return arg;
}

/* How many times users.map is mapped into this process. */
static unsigned mappings(void)
{
	FILE *f = fopen("/proc/self/maps", "re");
	char line[512];
	unsigned n = 0;

	while (f && fgets(line, sizeof(line), f))
		n += strstr(line, USERS_MAP) != NULL;
	if (f)
		fclose(f);
	return n;
}

static unsigned descriptors(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void run(void)
{
	pthread_t threads[THREADS + 2];
	size_t n = 0;

	for (; n < THREADS; n++)
		ground_need(
		    pthread_create(&threads[n], NULL, looker, (void *)(n + 1)) == 0, "threads");
	ground_need(pthread_create(&threads[n++], NULL, canceller, NULL) == 0, "threads");
	ground_need(pthread_create(&threads[n++], NULL, forker, NULL) == 0, "threads");
	for (unsigned version = 1; version <= VERSIONS; version++) {
		/* whole maps and changes in turn */
		if (version % 4 == 0)
			ground_publish(PEOPLE, 0, true, version);
		else
			ground_change(PEOPLE, version);
		atomic_store(&published, version);
		usleep(2000);
	}
	atomic_store(&stop, true);
	while (n)
		pthread_join(threads[--n], NULL);
}

int main(void)
{
	uint64_t noise = 1;
	unsigned before;

	alarm(300 + VERSIONS * 4); /* 64 threads under ThreadSanitizer take their time */
	ground_enter();
	ground_publish(PEOPLE, 0, true, 0);
	before = descriptors();
	run();
	printf("# %lu look-ups, %u forks, %u maps\n", atomic_load(&lookups), atomic_load(&forks),
	    VERSIONS);
	is_int(atomic_load(&torn), 0, "SEC-44: no torn answer while the map is replaced");
	is_int(atomic_load(&missed), 0, "SEC-44: no missing one");
	is_int(atomic_load(&stale), 0, "and none older than the map in place");
	ok(atomic_load(&forks) > 10, "SEC-41: children were forked meanwhile");
	is_int(atomic_load(&bad_children), 0, "SEC-41: and look up as they should");
	ground_publish(PEOPLE, 0, true, VERSIONS);
	look_up_once(&noise);
	ground_publish(PEOPLE, 0, true, VERSIONS);
	look_up_once(&noise);
	is_int(descriptors(), before, "SEC-44: as many descriptors as before");
	is_int(mappings(), 1, "SEC-44: in the end one map is mapped, cancelled threads or not");
	return tap_done();
}
