/* SPDX-License-Identifier: MIT */
/* What the module does for sudo_grace: it says when a session begins, and sudo is asked about
 * before the person is. */
#include "tests/unit/pam_fake.h"
#include "tests/unit/pam_ground.h"
#include "tests/unit/tap.h"

#define SOCKET "socket"

static struct fake fake;
static struct person person;

static const struct step yes[] = {{STEP_RESULT, ERR_OK, USER, NULL}, {.kind = STEP_END}};
static const struct step no[] = {{STEP_RESULT, ERR_NO_ANSWER, "", NULL}, {.kind = STEP_END}};
static const struct step foreign[] = {{STEP_RESULT, ERR_OK, "encvoy-3", NULL}, {.kind = STEP_END}};
static const struct step denying[] = {{STEP_RESULT, ERR_PERMISSION, "", NULL}, {.kind = STEP_END}};
static const struct step broken[] = {{STEP_RAW, 3, "\x01\x0fx", NULL}, {.kind = STEP_END}};
static const struct step hanging[] = {{.kind = STEP_HANG}, {.kind = STEP_END}};
static const struct step leaving[] = {{.kind = STEP_END}};

static int against(const struct step *script, const char *service, pam_call call)
{
	int rc;

	person = (struct person){.answers = {"typed"}};
	fake_start(&fake, SOCKET, script, 1);
	rc = ground_call(service, USER, &person, call, 0);
	fake_stop(&fake, SOCKET);
	return rc;
}

static void granted(const char *service)
{
	is_int(against(yes, service, pam_authenticate), PAM_SUCCESS, "%s: not asked", service);
	is_int(fake.type, MSG_GRACE, "%s: because the daemon says so", service);
	is_str(fake.request.tty, "pts/9", "%s: which hears the terminal", service);
	is_int(fake.connections, 1, "%s: and nothing else is said", service);
	is_str(person.text, "", "%s: the person sees nothing", service);
}

/* Whatever the first answer is, it opens nothing and ends nothing. */
static void not_granted(void)
{
	static const struct {
		const struct step *script;
		int want;
		const char *what;
	} others[] = {
	    {no, PAM_AUTH_ERR, "no grace"},
	    {foreign, PAM_SYSTEM_ERR, "SEC-01: a grace for another user"},
	    {denying, PAM_CRED_INSUFFICIENT, "no right"},
	    {broken, PAM_SYSTEM_ERR, "SEC-32: no message"},
	    {leaving, PAM_AUTHINFO_UNAVAIL, "a daemon that leaves"},
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		is_int(against(others[i].script, "sudo", pam_authenticate), others[i].want,
		    "%s: a login as ever", others[i].what);
		is_int(fake.connections, 2, "%s: which is asked for", others[i].what);
		is_int(fake.type, MSG_LOGIN, "%s: by LOGIN", others[i].what);
		is_int(person.asked, 1, "%s: with the one question", others[i].what);
	}
	is_int(against(yes, "su", pam_authenticate), PAM_SUCCESS, "another program");
	is_int(fake.type, MSG_LOGIN, "never asks for it");
}

static void sessions(void)
{
	static const struct {
		const struct step *script;
		const char *what;
	} daemons[] = {{yes, "noted"}, {no, "refused"}, {broken, "garbled"}, {leaving, "left"},
	    {hanging, "hanging"}};

	for (size_t i = 0; i < sizeof(daemons) / sizeof(daemons[0]); i++) {
		is_int(against(daemons[i].script, "sudo", pam_open_session), PAM_SUCCESS,
		    "a session begins, %s", daemons[i].what);
		is_int(fake.type, MSG_SESSION, "which the daemon hears");
		is_str(person.text, "", "and nobody sees");
	}
	is_int(against(yes, "sudo", pam_close_session), PAM_SUCCESS, "a session ends");
	is_int(fake.connections, 0, "which nobody hears");
	person = (struct person){0};
	fake_start(&fake, SOCKET, yes, 1);
	is_int(ground_call("sudo", "joe", &person, pam_open_session, 0), PAM_USER_UNKNOWN,
	    "SEC-46: a local user's session");
	fake_stop(&fake, SOCKET);
	is_int(fake.connections, 0, "SEC-46: is not ours to speak of");
}

int main(void)
{
	ground_enter();
	ground_service("sudo", "methods=token");
	ground_service("sudo-i", "");
	ground_service("su", "methods=token");
	granted("sudo");
	granted("sudo-i");
	not_granted();
	sessions();
	return tap_done();
}
