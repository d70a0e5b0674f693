/* SPDX-License-Identifier: MIT */
#include "pam/phase.h"

#include "common/conf.h"
#include "pam/converse.h"
#include "pam/request.h"
#include "pam/ui.h"

#include <pthread.h>
#include <security/pam_ext.h>
#include <unistd.h>

static const char socket_path[] = ENCVOY_RUNDIR "/socket";

/* Whatever else the answer is, the person is asked. */
static bool has_grace(struct request *q)
{
	struct msg_result unused;

	return service_is_sudo(q->m.service) &&
	       converse_once(socket_path, MSG_GRACE, &q->m, &unused) == ERR_OK;
}

static enum err authenticate(struct request *q)
{
	const struct converse_ui ui = {.show = ui_show, .ask = ui_ask, .data = q};
	enum err e;

	if (has_grace(q))
		return ERR_OK;
	if (!q->token_only)
		return converse_login(socket_path, &q->m, &ui, &q->result);
	e = ui_token(q, &q->m.answer);
	if (e != ERR_OK)
		return e;
	q->m.flags |= LOGIN_HAS_ANSWER;
	return converse_login(socket_path, &q->m, NULL, &q->result);
}

static enum err account(struct request *q)
{
	return converse_once(socket_path, MSG_ACCOUNT, &q->m, &q->result);
}

/* encvoyd hears of it, for sudo_grace; whether it has does not matter to the session. */
static enum err open_session(struct request *q)
{
	struct msg_result unused;

	if (geteuid() == 0 && request_items(q) == ERR_OK)
		(void)converse_once(socket_path, MSG_SESSION, &q->m, &unused);
	return ERR_OK;
}

/* There is nothing to set up or take down. */
static enum err succeed(struct request *q)
{
	(void)q;
	return ERR_OK;
}

/* The old one is not asked for: what stands before a new passphrase is a full login. */
static enum err change_passphrase(struct request *q)
{
	const struct converse_ui ui = {.show = ui_show, .ask = ui_ask, .data = q};

	q->m.flags |= LOGIN_SET_PASSPHRASE | LOGIN_INTERACTIVE;
	return converse_login(socket_path, &q->m, &ui, &q->result);
}

/* PAM calls twice: everybody is asked first whether it could be done. That the daemon is there is
 * what can be said then. */
static enum err password(struct request *q)
{
	if (q->flags & PAM_PRELIM_CHECK)
		return converse_reach(socket_path);
	return change_passphrase(q);
}

static const struct {
	enum err (*work)(struct request *q);
	bool asks_daemon; /* then the arguments matter */
} phases[PHASE_COUNT] = {
    [PHASE_AUTH] = {authenticate, true},
    [PHASE_CRED] = {succeed, false},
    [PHASE_ACCOUNT] = {account, true},
    [PHASE_SESSION] = {open_session, false},
    [PHASE_CLOSE] = {succeed, false},
    [PHASE_PASSWORD] = {password, true},
};

static enum err work(struct request *q, int argc, const char **argv)
{
	enum err e = ERR_OK;

	if (phases[q->phase].asks_daemon) {
		e = request_args(q, argc, argv);
		if (e == ERR_OK)
			e = request_items(q);
	}
	return e == ERR_OK ? phases[q->phase].work(q) : e;
}

/* The person gets the sentence, and the id under which an administrator finds the rest. */
static void tell(const struct request *q)
{
	const struct msg_result *r = &q->result;
	char text[sizeof(r->text) + sizeof(r->login_id) + 16];
	struct buf b;

	buf_init_fixed(&b, text, sizeof(text));
	buf_text(&b, r->text);
	if (r->text[0] && r->login_id[0])
		buf_printf(&b, " (login %s)", r->login_id);
	if (buf_cstr(&b))
		ui_error(q, buf_cstr(&b));
}

/* Only about users that may be ours, so the name is printable; so is what the daemon said. */
static void report(const struct request *q, enum err e)
{
	const struct msg_result *r = &q->result;
	int level = result_level(e);

	if (level >= 0)
		pam_syslog(q->pamh, level, "%s: %s (%s)%s%s", q->m.user,
		    r->reason[0] ? r->reason : err_word(e), err_text(e),
		    r->login_id[0] ? " login " : "", r->login_id);
	if (e != ERR_OK)
		tell(q);
}

static int run(struct request *q, int argc, const char **argv)
{
	const char *name = NULL;
	int rc = pam_get_user(q->pamh, &name, NULL);
	enum err e;

	if (rc == PAM_CONV_AGAIN)
		return PAM_INCOMPLETE;
	if (rc != PAM_SUCCESS || !name)
		return result_code(ERR_NO_ANSWER, q->phase);
	e = request_user(q, name);
	if (e == ERR_OK)
		e = work(q, argc, argv);
	report(q, e);
	request_free(q);
	rc = result_code(e, q->phase);
	/* what cannot be done now is not said to have failed before it was tried */
	return rc == PAM_AUTHTOK_ERR && (q->flags & PAM_PRELIM_CHECK) ? PAM_TRY_AGAIN : rc;
}

int phase_run(pam_handle_t *pamh, enum phase phase, int flags, int argc, const char **argv)
{
	struct request q = {.pamh = pamh,
	    .phase = phase,
	    .flags = (unsigned)flags,
	    .silent = ((unsigned)flags & PAM_SILENT) != 0};
	int state, rc;

	/* a thread that is cancelled in here would leave descriptors and secrets behind (SEC-41) */
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	rc = run(&q, argc, argv);
	(void)pthread_setcancelstate(state, NULL);
	return rc;
}
