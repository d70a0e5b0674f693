/* SPDX-License-Identifier: MIT */
/* The rows of `status` that say how long a block at the provider may stay unseen, at most and over
 * all services of the configuration. PAM arguments are not known here. */
#include "encvoyd/evict.h"
#include "encvoyd/ids.h"
#include "encvoyd/status.h"

#include <stdio.h>
#include <string.h>

/* What a request of encvoyd-online takes at most (encvoyd/online/http.h). */
#define REQUEST_S 10

struct ages {
	uint64_t token;   /* token_max_age */
	uint64_t account; /* full_login_max_age, 0: the directory is asked */
	bool reuse;       /* some service has token_reuse */
};

static void take(struct ages *a, const struct service_conf *s)
{
	if (s->token_max_age > a->token)
		a->token = s->token_max_age;
	if (s->full_login_max_age > a->account)
		a->account = s->full_login_max_age;
	a->reuse |= s->token_reuse;
}

static enum err find_ages(const struct conf *conf, struct ages *ret)
{
	enum err e = ERR_OK;

	take(ret, &conf->service);
	for (size_t i = 0; e == ERR_OK && i < conf->n_settings; i++) {
		AUTO_SERVICE struct service_conf s = {0};
		struct conf_error why;

		e = conf_service(conf, conf->settings[i].section, NULL, 0, &s, &why);
		if (e == ERR_OK)
			take(ret, &s);
	}
	return e;
}

static enum err row(const struct admin *a, const char *key, const char *value)
{
	const char *fields[] = {key, value};

	return a->row(a->arg, fields, 2);
}

static enum err out_row(const struct admin *a, const char *key, uint64_t seconds, const char *more)
{
	char text[192];
	bool minutes = seconds >= 120;

	snprintf(text, sizeof(text), "a blocked user is out after at most %llu %s%s",
	    (unsigned long long)(minutes ? (seconds + 59) / 60 : seconds),
	    minutes ? "minutes" : "seconds", more);
	return row(a, key, text);
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* A directory tells of a block with its next pass; without one the provider refuses new sign-ins,
 * but goes on confirming the tokens it gave. */
static enum err rows_seen(const struct conf *conf, const struct admin *a, const struct ages *ages)
{
	static const char proviso[] = ", while the directory can be read";
	uint64_t pass = conf->directory_interval * 6 / 5 + REQUEST_S;
	enum err e =
	    out_row(a, "block_token", least(pass, ages->token), pass < ages->token ? proviso : "");

	if (e == ERR_OK && ages->reuse)
		e = out_row(a, "block_token_reuse", pass, proviso);
	if (e == ERR_OK && conf->passphrase)
		e = out_row(a, "block_passphrase", least(pass, conf->passphrase_max_age), proviso);
	if (e == ERR_OK)
		e = out_row(a, "block_account", pass, proviso);
	if (e != ERR_OK)
		return e;
	if (!conf->on_block)
		return row(a, "block_sessions", "open sessions stay (on_block = none)");
	return out_row(a, "block_sessions", pass + EVICT_S, proviso);
}

static enum err rows_unseen(const struct conf *conf, const struct admin *a, const struct ages *ages)
{
	uint64_t account = ages->account ? ages->account : FULL_LOGIN_MAX_AGE;
	enum err e = out_row(a, "block_token", ages->token, "");

	if (e == ERR_OK && ages->reuse)
		e = row(a, "block_token_reuse",
		    "a blocked user is out when the token ends: end the sessions at Encvoy ID");
	if (e == ERR_OK && conf->passphrase)
		e = out_row(a, "block_passphrase", conf->passphrase_max_age, "");
	if (e == ERR_OK)
		e = out_row(a, "block_account", account, "");
	return e == ERR_OK ? row(a, "block_sessions", "open sessions stay (directory = login)") : e;
}

enum err status_block_rows(const struct server *s, const struct admin *a)
{
	struct ages ages = {0};
	enum err e = find_ages(s->conf, &ages);

	if (e == ERR_OK)
		e = out_row(a, "block_device", REQUEST_S, "");
	if (e == ERR_OK)
		e = out_row(a, "block_browser", REQUEST_S, "");
	if (e != ERR_OK)
		return e;
	return has_directory(s->conf) ? rows_seen(s->conf, a, &ages)
				      : rows_unseen(s->conf, a, &ages);
}
