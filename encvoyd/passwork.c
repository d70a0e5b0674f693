/* SPDX-License-Identifier: MIT */
#include "encvoyd/passwork.h"

#include "common/catalog.h"
#include "common/str.h"

#include <pwquality.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* What looks like a token would be taken for one where both may be typed. */
static bool is_odd(const struct secret *s)
{
	for (const char *p = secret_str(s); *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return true;
	return !secret_len(s) || secret_len(s) > PASS_MAX || str_like_token(secret_str(s));
}

/* libpwquality's own words are in the language of the process. These are put into the person's by
 * whoever shows them. */
static const char *weakness(int rc)
{
	switch (rc) {
	case PWQ_ERROR_MIN_LENGTH:
		return N_("The passphrase is too short.");
	case PWQ_ERROR_USER_CHECK:
	case PWQ_ERROR_GECOS_CHECK:
		return N_("The passphrase contains the user name.");
	case PWQ_ERROR_BAD_WORDS:
	case PWQ_ERROR_CRACKLIB_CHECK:
		return N_("The passphrase is too close to a word of a dictionary.");
	case PWQ_ERROR_MIN_DIGITS:
	case PWQ_ERROR_MIN_UPPERS:
	case PWQ_ERROR_MIN_LOWERS:
	case PWQ_ERROR_MIN_OTHERS:
	case PWQ_ERROR_MIN_CLASSES:
		return N_("The passphrase needs further kinds of characters: capitals, digits, "
			  "others.");
	case PWQ_ERROR_PALINDROME:
	case PWQ_ERROR_MAX_CONSECUTIVE:
	case PWQ_ERROR_MAX_CLASS_REPEAT:
	case PWQ_ERROR_MAX_SEQUENCE:
		return N_("The passphrase repeats itself, or is a mere sequence.");
	default:
		return N_("The passphrase is too easy to guess.");
	}
}

/* Without its dictionary libpwquality takes every passphrase for a word of it: also this one. */
static bool has_dictionary(pwquality_settings_t *settings)
{
	pwquality_settings_t *plain = pwquality_default_settings();
	const char *path = NULL;
	void *aux = NULL;
	bool has = false;

	if (!plain)
		return false;
	if (pwquality_get_str_value(settings, PWQ_SETTING_DICT_PATH, &path) == 0 &&
	    (!path || pwquality_set_str_value(plain, PWQ_SETTING_DICT_PATH, path) == 0))
		has = pwquality_check(plain, "fR7#kQz2!mVx9@Lw4pT", NULL, NULL, &aux) !=
		      PWQ_ERROR_CRACKLIB_CHECK;
	pwquality_free_settings(plain);
	return has;
}

static enum err judge(pwquality_settings_t *settings, struct pass_msg *m)
{
	void *aux = NULL;
	int rc = pwquality_check(settings, secret_str(m->passphrase), NULL, m->user, &aux);

	if (rc >= 0)
		return ERR_OK;
	if (rc == PWQ_ERROR_MEM_ALLOC)
		return ERR_NOMEM;
	if (rc == PWQ_ERROR_CRACKLIB_CHECK && !has_dictionary(settings)) {
		(void)str_copy(m->text, sizeof(m->text),
		    "libpwquality finds no dictionary (package cracklib-runtime)");
		return ERR_CONFIG;
	}
	(void)str_copy(m->text, sizeof(m->text), weakness(rc));
	return ERR_BAD_PASSPHRASE;
}

/* By the administrator's pwquality.conf. */
static enum err check_strength(struct pass_msg *m)
{
	pwquality_settings_t *settings = pwquality_default_settings();
	enum err e = ERR_CONFIG;
	void *aux = NULL;

	if (!settings)
		return ERR_NOMEM;
	if (pwquality_read_config(settings, NULL, &aux) == 0)
		e = judge(settings, m);
	else
		(void)str_copy(m->text, sizeof(m->text), "pwquality.conf cannot be used");
	pwquality_free_settings(settings);
	return e;
}

static enum err seal(struct pass_msg *m)
{
	struct buf out;
	enum err e;

	buf_init_fixed(&out, m->sealed, sizeof(m->sealed));
	e = passcrypt_seal(m->key, m->about, m->token, &out);
	m->sealed_len = e == ERR_OK ? out.len : 0;
	return e;
}

static enum err make(struct pass_msg *m)
{
	enum err e;

	if (is_odd(m->passphrase)) {
		(void)str_copy(
		    m->text, sizeof(m->text), N_("This cannot be used as a passphrase."));
		return ERR_BAD_PASSPHRASE;
	}
	e = check_strength(m);
	if (e == ERR_OK)
		e = passcrypt_setting(m->cost, m->setting);
	if (e == ERR_OK)
		e = passcrypt_derive(m->passphrase, m->setting, m->check, &m->key);
	return e == ERR_OK ? seal(m) : e;
}

static enum err open_token(struct pass_msg *m)
{
	uint8_t check[PASS_CHECK_LEN];
	enum err e = passcrypt_derive(m->passphrase, m->setting, check, &m->key);

	if (e == ERR_TOO_LONG)
		return ERR_BAD_PASSPHRASE;
	if (e != ERR_OK)
		return e;
	if (!secret_equal(check, sizeof(check), m->check, sizeof(m->check))) {
		secret_free(m->key);
		m->key = NULL;
		return ERR_BAD_PASSPHRASE;
	}
	return passcrypt_open(m->key, m->about, m->sealed, m->sealed_len, &m->token);
}

void passwork_do(struct pass_msg *m)
{
	m->text[0] = 0;
	if (m->op == PASS_OPEN)
		m->err = open_token(m);
	else if (m->op == PASS_SEAL)
		m->err = seal(m);
	else
		m->err = make(m);
	secret_free(m->passphrase);
	m->passphrase = NULL;
}

static bool work_once(int fd, struct secret *room)
{
	AUTO_PASSMSG struct pass_msg m = {0};
	AUTO_BUF struct buf answer = {0};
	ssize_t n = recv(fd, secret_data(room), secret_len(room), 0);

	if (n <= 0 || passmsg_get(secret_data(room), (size_t)n, &m) != ERR_OK)
		return false;
	explicit_bzero(secret_data(room), (size_t)n);
	passwork_do(&m);
	buf_init_secret(&answer, PROTO_MAX);
	passmsg_put(&answer, &m);
	return answer.err == ERR_OK &&
	       send(fd, answer.data, answer.len, MSG_NOSIGNAL) == (ssize_t)answer.len;
}

_Noreturn void passwork_run(int fd)
{
	struct secret *room;
	sigset_t none;

	sigemptyset(&none);
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGHUP, SIG_IGN);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)prctl(PR_SET_NAME, "encvoyd-pass");
	if (passwork_confine(&fd) != ERR_OK)
		_exit(1);
	room = secret_alloc(PROTO_MAX);
	while (room && work_once(fd, room))
		continue;
	_exit(room ? 0 : 1);
}
