/* SPDX-License-Identifier: MIT */
/* SEC-03: whatever fails inside, nothing is granted by it. The module is linked into this program,
 * so that its calls of libc and libpam can be made to fail one by one, and by chance. */
#include "sys/clock.h"
#include "tests/unit/fault.h"
#include "tests/unit/pam_fake.h"
#include "tests/unit/pam_ground.h"
#include "tests/unit/tap.h"

#include <security/pam_modules.h>
#include <unistd.h>

#define SOCKET "socket"
#ifdef ENCVOY_SANITIZED
#define CHANCES 2000
#else
#define CHANCES 12000
#endif

static const struct step granting[] = {{.kind = STEP_ACK}, {STEP_SHOW, 0, "Hello", "##"},
    {STEP_ASK, ASK_PASTE, "Paste: ", NULL}, {STEP_RESULT, ERR_OK, USER, NULL}, {.kind = STEP_END}};
static const struct step refusing[] = {{.kind = STEP_ACK}, {STEP_SHOW, 0, "Hello", ""},
    {STEP_ASK, ASK_PASTE, "Paste: ", NULL}, {STEP_RESULT, ERR_WRONG_USER, USER, "No."},
    {.kind = STEP_END}};
static const struct step foreign[] = {
    {.kind = STEP_ACK}, {STEP_RESULT, ERR_OK, "encvoy-3", NULL}, {.kind = STEP_END}};
static const struct step vanishing[] = {{.kind = STEP_ACK}, {STEP_SHOW, 0, "Hello", ""},
    {STEP_LOSE, ASK_ENTER, "Enter: ", NULL}, {.kind = STEP_END}};
static const struct step account_yes[] = {{STEP_RESULT, ERR_OK, USER, NULL}, {.kind = STEP_END}};
static const struct step account_no[] = {
    {STEP_RESULT, ERR_BLOCKED, USER, "Blocked."}, {.kind = STEP_END}};

typedef int (*entry)(pam_handle_t *pamh, int flags, int argc, const char **argv);

static const struct scenario {
	const char *name;
	const char *user;
	entry call;
	const struct step *script;
	const char *arg;
	int normally;
} scenarios[] = {
    {"granted", USER, pam_sm_authenticate, granting, NULL, PAM_SUCCESS},
    {"granted by token", USER, pam_sm_authenticate, granting + 3, "methods=token", PAM_SUCCESS},
    {"account granted", USER, pam_sm_acct_mgmt, account_yes, NULL, PAM_SUCCESS},
    {"setcred", USER, pam_sm_setcred, NULL, NULL, PAM_SUCCESS},
    {"open session", USER, pam_sm_open_session, NULL, NULL, PAM_SUCCESS},
    {"close session", USER, pam_sm_close_session, NULL, NULL, PAM_SUCCESS},
    {"chauthtok", USER, pam_sm_chauthtok, NULL, NULL, PAM_AUTHTOK_ERR},
    {"refused", USER, pam_sm_authenticate, refusing, NULL, PAM_AUTH_ERR},
    {"refused token", USER, pam_sm_authenticate, refusing + 3, "methods=token", PAM_AUTH_ERR},
    {"foreign grant", USER, pam_sm_authenticate, foreign, NULL, PAM_SYSTEM_ERR},
    {"vanishing daemon", USER, pam_sm_authenticate, vanishing, NULL, PAM_AUTHINFO_UNAVAIL},
    {"account refused", USER, pam_sm_acct_mgmt, account_no, "allow=sub:1", PAM_PERM_DENIED},
    {"bad argument", USER, pam_sm_authenticate, granting, "x", PAM_SERVICE_ERR},
    {"no daemon", USER, pam_sm_authenticate, NULL, NULL, PAM_AUTHINFO_UNAVAIL},
    {"local user", "joe", pam_sm_authenticate, granting, NULL, PAM_USER_UNKNOWN},
    {"local user, account", "joe", pam_sm_acct_mgmt, account_yes, NULL, PAM_USER_UNKNOWN},
    {"local user, session", "joe", pam_sm_open_session, NULL, NULL, PAM_USER_UNKNOWN},
    {"root", "root", pam_sm_authenticate, granting, "frobnicate", PAM_USER_UNKNOWN},
};
#define N_SCENARIOS (sizeof(scenarios) / sizeof(scenarios[0]))

static struct fake fake;

/* The call inside a fault plan that the caller has armed; it is disarmed afterwards. */
static int run(const struct scenario *s, pam_handle_t *pamh)
{
	const char *argv[] = {s->arg, NULL};
	int rc = s->call(pamh, 0, s->arg ? 1 : 0, argv);

	(void)fault_stop();
	return rc;
}

static int converse(int n, const struct pam_message **msg, struct pam_response **ret, void *data)
{
	int rc;

	fault_pause(true);
	rc = person_converse(n, msg, ret, data);
	fault_pause(false);
	return rc;
}

static pam_handle_t *begin(const struct scenario *s, struct person *p)
{
	static struct pam_conv conv = {converse, NULL};
	pam_handle_t *pamh = NULL;

	*p = (struct person){.answers = {"answer", "answer"}};
	conv.appdata_ptr = p;
	if (pam_start_confdir("plain", s->user, &conv, "pam.d", &pamh) != PAM_SUCCESS) {
		printf("Bail out! pam_start\n");
		exit(99);
	}
	if (s->script)
		fake_start(&fake, SOCKET, s->script, 1);
	return pamh;
}

static void end(const struct scenario *s, pam_handle_t *pamh)
{
	if (s->script)
		fake_stop(&fake, SOCKET);
	pam_end(pamh, 0);
}

static struct person person;

static void normal(void)
{
	for (size_t i = 0; i < N_SCENARIOS; i++) {
		pam_handle_t *pamh = begin(&scenarios[i], &person);

		fault_at(0, FAULT_HARD);
		is_int(run(&scenarios[i], pamh), scenarios[i].normally, "without faults: %s",
		    scenarios[i].name);
		end(&scenarios[i], pamh);
	}
}

static bool acceptable(const struct scenario *s, int rc, bool harmless)
{
	/* that a session begins is only told: whether somebody hears it decides nothing */
	if (rc == PAM_SUCCESS)
		return (harmless || s->call == pam_sm_open_session) && s->normally == PAM_SUCCESS;
	if (rc == PAM_IGNORE)
		return false;
	/* for a user of ours never "unknown": the next module must not be asked because of a fault
	 */
	return rc != PAM_USER_UNKNOWN || s->normally == PAM_USER_UNKNOWN;
}

static void complain(const struct scenario *s, int rc, unsigned n, const char *what)
{
	ok(false, "SEC-03: %s: %s: %s failing (%u) gives %d", s->name, what, fault_name(), n, rc);
}

/* Each call in its turn fails, once. */
static void each_call(enum fault_flavour flavour, const char *name)
{
	unsigned runs = 0, bad = 0;

	for (size_t i = 0; i < N_SCENARIOS; i++) {
		unsigned misses = 0;

		/* softer flavours pass over calls that do not know them */
		for (unsigned n = 1; misses < 60; n++, runs++) {
			pam_handle_t *pamh = begin(&scenarios[i], &person);
			unsigned fired;
			int rc;

			fault_at(n, flavour);
			rc = run(&scenarios[i], pamh);
			fired = fault_stop();
			misses = fired ? 0 : misses + 1;
			if (!acceptable(&scenarios[i], rc,
				!fired || flavour == FAULT_SOFT || fault_harmless())) {
				bad++;
				complain(&scenarios[i], rc, n, name);
			}
			end(&scenarios[i], pamh);
		}
	}
	is_int(bad, 0, "SEC-03: each call failing once, %s: no grant (%u runs)", name, runs);
}

/* SEC-03: "each allocation, each entry point". */
static void each_allocation(void)
{
	unsigned bad = 0, failed = 0;

	for (size_t i = 0; i < N_SCENARIOS; i++) {
		unsigned fired = 1;

		for (unsigned n = 1; fired; n++) {
			pam_handle_t *pamh = begin(&scenarios[i], &person);
			int rc;

			fault_alloc(n);
			rc = run(&scenarios[i], pamh);
			fired = fault_stop();
			failed += fired;
			if (!acceptable(&scenarios[i], rc, !fired)) {
				bad++;
				complain(&scenarios[i], rc, n, "allocation");
			}
			end(&scenarios[i], pamh);
		}
	}
	is_int(bad, 0, "SEC-03: each allocation in each entry point: no grant (%u failed)", failed);
}

/* Faults by chance, several in a run. Where the daemon grants, a run may succeed if what failed was
 * tried again; where it does not grant, no run ever may. */
static void by_chance(void)
{
	unsigned runs = 0, bad = 0, faults = 0;

	for (uint32_t seed = 1; runs < CHANCES; seed++) {
		const struct scenario *s = &scenarios[seed % N_SCENARIOS];
		pam_handle_t *pamh;
		int rc;

		if (s->normally == PAM_SUCCESS)
			continue;
		pamh = begin(s, &person);
		fault_random(seed, 2 + seed / N_SCENARIOS % 12);
		rc = run(s, pamh);
		faults += fault_stop();
		runs++;
		if (!acceptable(s, rc, false)) {
			bad++;
			complain(s, rc, seed, "by chance");
		}
		end(s, pamh);
	}
	is_int(bad, 0, "SEC-03: %u runs with %u faults: no grant", runs, faults);
}

/* What libpam does not let through its files: arguments beyond the wire's sizes. */
static void arguments(void)
{
	static char longest[1100];
	const char *many[20], *odd[] = {longest};
	struct scenario s = scenarios[0];
	pam_handle_t *pamh = begin(&s, &person);

	memset(longest, 'x', sizeof(longest) - 1);
	memcpy(longest, "client_id=", 10);
	for (size_t i = 0; i < 20; i++)
		many[i] = "token_reuse";
	is_int(pam_sm_authenticate(pamh, 0, 1, odd), PAM_SERVICE_ERR, "an argument of 1,099 bytes");
	is_int(pam_sm_authenticate(pamh, 0, 17, many), PAM_SERVICE_ERR, "17 arguments");
	is_int(pam_sm_acct_mgmt(pamh, 0, 17, many), PAM_SERVICE_ERR, "in the account phase");
	is_int(pam_sm_authenticate(pamh, 0, -1, NULL), PAM_SUCCESS, "fewer than none are none");
	end(&s, pamh);
	pamh = begin(&s, &person);
	longest[1024] = 0;
	is_int(pam_sm_authenticate(pamh, 0, 1, odd), PAM_SUCCESS, "an argument of 1,024 bytes");
	end(&s, pamh);
}

/* A thread that is told to end while it waits for the daemon ends behind the module, not inside:
 * its connection is closed then, or the daemon would hang on. */
static const struct step slow[] = {{.kind = STEP_ACK}, {STEP_SLEEP, 200, NULL, NULL},
    {STEP_RESULT, ERR_OK, USER, NULL}, {.kind = STEP_HANG}, {.kind = STEP_END}};

static void *log_in_slowly(void *pamh)
{
	(void)pam_sm_authenticate(pamh, 0, 0, NULL);
	pthread_testcancel();
	return NULL;
}

static void cancelled(void)
{
	struct scenario s = scenarios[0];
	int64_t start = clock_mono_ms();
	void *how = NULL;
	pam_handle_t *pamh;
	pthread_t thread;

	s.script = slow;
	pamh = begin(&s, &person);
	pthread_create(&thread, NULL, log_in_slowly, pamh);
	usleep(50000);
	pthread_cancel(thread);
	pthread_join(thread, &how);
	ok(how == PTHREAD_CANCELED && clock_mono_ms() - start >= 200,
	    "SEC-41: a cancelled thread ends when its login has ended");
	end(&s, pamh);
	ok(clock_mono_ms() - start < 2000, "SEC-41: with its connection closed");
}

int main(void)
{
	ground_enter();
	ground_service("plain", "");
	normal();
	each_call(FAULT_HARD, "broken");
	each_call(FAULT_SOFT, "interrupted");
	each_call(FAULT_SHORT, "cut short");
	each_allocation();
	by_chance();
	arguments();
	cancelled();
	return tap_done();
}
