/* SPDX-License-Identifier: MIT */
/* SEC-44: many threads of one process at once, as in a web server; then the same process again and
 * again, without growth. */
#include "tests/unit/pam_fake.h"
#include "tests/unit/pam_ground.h"
#include "tests/unit/tap.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOCKET "socket"
#define THREADS 64

/* libpam's own calls of libaudit, which has a static buffer. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
	return "called_from_lib:libaudit.so.1\n";
}

static struct fake fake;
static struct person people[THREADS];
static const char *services[] = {"plain", "token"};

static const struct step granted[] = {{.kind = STEP_ACK}, {STEP_SHOW, 0, "Hello", "##"},
    {STEP_RESULT, ERR_OK, USER, NULL}, {.kind = STEP_END}};
static const struct step refused[] = {
    {.kind = STEP_ACK}, {STEP_RESULT, ERR_WRONG_USER, "", "No."}, {.kind = STEP_END}};

struct work {
	pthread_t thread;
	unsigned number;
	unsigned rounds;
	int want;
	unsigned wrong;
	unsigned late; /* unavailable: not acknowledged within a second, on a busy machine */
};

static void *log_in(void *data)
{
	struct work *w = data;
	struct person *p = &people[w->number];
	int rc;

	for (unsigned i = 0; i < w->rounds; i++) {
		*p = (struct person){.answers = {"token"}};
		rc = ground_call(services[w->number % 2], USER, p, pam_authenticate, 0);
		w->late += rc == PAM_AUTHINFO_UNAVAIL;
		w->wrong += rc != w->want && rc != PAM_AUTHINFO_UNAVAIL;
		if (ground_call("plain", w->number % 3 ? "joe" : "root", p, pam_authenticate, 0) !=
		    PAM_USER_UNKNOWN)
			w->wrong++;
	}
	return NULL;
}

static unsigned together(const struct step *script, int want, unsigned rounds)
{
	static struct work work[THREADS];
	unsigned wrong = 0, late = 0;

	fake_start(&fake, SOCKET, script, 16);
	for (unsigned i = 0; i < THREADS; i++) {
		work[i] = (struct work){.number = i, .rounds = rounds, .want = want};
		pthread_create(&work[i].thread, NULL, log_in, &work[i]);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(work[i].thread, NULL);
		wrong += work[i].wrong;
		late += work[i].late;
	}
	if (late)
		printf("# %u of %u came too late\n", late, THREADS * rounds);
	wrong += late > THREADS * rounds / 2;
	fake_stop(&fake, SOCKET);
	return wrong;
}

static unsigned long resident_kib(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[128];
	unsigned long kib = 0;

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "VmRSS:", 6) == 0)
			kib = strtoul(line + 6, NULL, 10);
	if (f)
		fclose(f);
	return kib;
}

static unsigned descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (d && readdir(d))
		n++;
	closedir(d);
	return n;
}

static void no_growth(void)
{
	unsigned long before, after;
	unsigned fds;

	(void)together(granted, PAM_SUCCESS, 2);
	fds = descriptors();
	before = resident_kib();
	is_int(together(granted, PAM_SUCCESS, 20), 0, "SEC-44: 1,280 logins more");
	after = resident_kib();
	is_int(descriptors(), fds, "SEC-41: leave no descriptor open");
#ifdef ENCVOY_SANITIZED
	(void)before, (void)after;
	tap_skip("SEC-44: nor memory behind", "a sanitizer keeps what was freed");
#else
	ok(after < before + 2048, "SEC-44: nor memory behind (%lu KiB, then %lu)", before, after);
#endif
}

int main(void)
{
	ground_enter();
	ground_service("plain", "");
	ground_service("token", "methods=token");
	is_int(together(granted, PAM_SUCCESS, 3), 0, "SEC-44: 64 threads log in at once");
	is_int(together(refused, PAM_AUTH_ERR, 3), 0, "SEC-44: and are refused at once");
	no_growth();
	return tap_done();
}
