/* SPDX-License-Identifier: MIT */
#include "pam/request.h"

#include "common/catalog.h"
#include "common/conf.h"
#include "common/name.h"
#include "common/str.h"
#include "sys/localdb.h"
#include "sys/locallists.h"
#include "sys/program.h"

#include <security/pam_ext.h>
#include <string.h>
#include <syslog.h>

/* What the daemon would say about a local account counts only where root has listed it; of root and
 * system accounts not even that is asked. A password of such an account is not ours (SEC-46). */
static bool may_sign_in(const struct request *q, const char *name, const struct local_user *account)
{
	return q->phase != PHASE_PASSWORD && local_uid_ok(account->uid) &&
	       local_users_have(LOCAL_USERS_FILE, name) == ERR_OK;
}

enum err request_user(struct request *q, const char *name)
{
	struct local_user account;
	enum err e;

	/* a reserved name is never ours: root gets past us even without a readable /etc/passwd */
	if (!name_ok(name, strlen(name)) || name_reserved(name) ||
	    !str_copy(q->m.user, sizeof(q->m.user), name))
		return ERR_UNKNOWN_USER;
	e = localdb_user(name, &account);
	if (e == ERR_OK)
		return may_sign_in(q, name, &account) ? ERR_OK : ERR_LOCAL_USER;
	return e == ERR_NOT_FOUND ? ERR_OK : ERR_IO;
}

static enum err take_args(struct msg_login *m, size_t n, const char *const *args)
{
	for (size_t i = 0; i < n; i++) {
		m->args[i] = strdup(args[i]);
		if (!m->args[i])
			return ERR_NOMEM;
		m->n_args = i + 1;
	}
	return ERR_OK;
}

static bool fit_message(size_t n, const char *const *args)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(args[i]) > ARG_LEN_MAX)
			return false;
	return n <= ARGS_MAX;
}

enum err request_args(struct request *q, int argc, const char *const *argv)
{
	size_t n = argc > 0 ? (size_t)argc : 0;
	unsigned methods = 0;
	struct conf_error ce;
	enum err e;

	if (!fit_message(n, argv)) {
		pam_syslog(q->pamh, LOG_ERR, "too many or too long arguments");
		return ERR_CONFIG;
	}
	e = conf_check_args(argv, n, &methods, &ce);
	if (e == ERR_CONFIG)
		pam_syslog(q->pamh, LOG_ERR, "argument %u: %s", ce.line, ce.text);
	if (e != ERR_OK)
		return e;
	q->token_only = methods && !(methods & ~(unsigned)(METHOD_TOKEN | METHOD_PASSPHRASE));
	q->prompt = methods == METHOD_TOKEN  ? N_("Token: ")
		    : methods & METHOD_TOKEN ? N_("Token or passphrase: ")
					     : N_("Passphrase: ");
	return take_args(&q->m, n, argv);
}

/* What PAM's own environment says of the language (pam_env, or the program); that of the process is
 * not looked at (SEC-43). It chooses among translations, and nothing else. */
static void copy_language(struct request *q)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = pam_getenv(q->pamh, names[i]);

		if (value && *value) {
			(void)str_copy(q->m.lang, sizeof(q->m.lang), value);
			return;
		}
	}
}

/* Items that are not set are "". */
static enum err copy_item(const struct request *q, int item, char *dst, size_t size)
{
	const void *value = NULL;

	if (pam_get_item(q->pamh, item, &value) != PAM_SUCCESS)
		return ERR_INTERNAL;
	return str_copy(dst, size, value ? value : "") ? ERR_OK : ERR_TOO_LONG;
}

enum err request_items(struct request *q)
{
	struct msg_login *m = &q->m;
	enum err e = copy_item(q, PAM_SERVICE, m->service, sizeof(m->service));

	if (e == ERR_OK)
		e = copy_item(q, PAM_RHOST, m->rhost, sizeof(m->rhost));
	if (e != ERR_OK)
		return e;
	copy_language(q);
	/* for display only: one that is too long is left out */
	(void)copy_item(q, PAM_TTY, m->tty, sizeof(m->tty));
	m->flags = (q->token_only ? 0U : LOGIN_INTERACTIVE) | (q->silent ? LOGIN_SILENT : 0U) |
		   (program_is_sshd() ? LOGIN_SSHD : 0U);
	return ERR_OK;
}
