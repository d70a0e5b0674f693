/* SPDX-License-Identifier: MIT */
#include "oidc/token.h"

#include "oidc/json.h"
#include "oidc/jws.h"
#include "oidc/reply.h"

#include <string.h>
#include <strings.h>

#define TOKEN_MAX_LEN JWS_MAX_LEN
#define SCOPE_MAX_LEN 4096

void token_reply_free(struct token_reply *r)
{
	if (!r)
		return;
	secret_free(r->access_token);
	secret_free(r->id_token);
	secret_free(r->refresh_token);
	free(r->scope);
	*r = (struct token_reply){0};
}

static enum err read_scope(const struct json *j, char **ret)
{
	const char *scope = NULL;
	enum err e = json_get_str(j, "scope", SCOPE_MAX_LEN, &scope);

	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return ERR_PROVIDER_ERROR;
	*ret = strdup(scope);
	return *ret ? ERR_OK : ERR_NOMEM;
}

static enum err read_tokens(const struct json *j, struct token_reply *r)
{
	const char *type = NULL;
	enum err e;

	if (json_get_str(j, "token_type", 32, &type) != ERR_OK || strcasecmp(type, "Bearer") != 0)
		return ERR_PROVIDER_ERROR;
	e = reply_secret(j, "access_token", TOKEN_MAX_LEN, &r->access_token);
	if (e == ERR_OK && !r->access_token)
		e = ERR_PROVIDER_ERROR;
	if (e == ERR_OK)
		e = reply_secret(j, "id_token", TOKEN_MAX_LEN, &r->id_token);
	if (e == ERR_OK)
		e = reply_secret(j, "refresh_token", TOKEN_MAX_LEN, &r->refresh_token);
	if (e == ERR_OK)
		e = reply_seconds(j, "expires_in", &r->expires_in);
	if (e == ERR_OK)
		e = read_scope(j, &r->scope);
	return e;
}

enum err token_reply_parse(const void *bytes, size_t len, struct token_reply *ret)
{
	AUTO_JSON struct json *j = NULL;
	AUTO_TOKEN_REPLY struct token_reply r = {0};
	enum err e = reply_parse(bytes, len, &j);

	if (e == ERR_OK)
		e = read_tokens(j, &r);
	if (e != ERR_OK)
		return e;
	*ret = r;
	r = (struct token_reply){0};
	return ERR_OK;
}

static const struct {
	const char *word;
	enum oauth_error error;
	enum err err;
} errors[] = {
    {"invalid_request", OAUTH_INVALID_REQUEST, ERR_PROVIDER_ERROR},
    {"invalid_client", OAUTH_INVALID_CLIENT, ERR_BAD_CLIENT},
    {"invalid_grant", OAUTH_INVALID_GRANT, ERR_BAD_CODE},
    {"unauthorized_client", OAUTH_UNAUTHORIZED_CLIENT, ERR_BAD_CLIENT},
    {"unsupported_grant_type", OAUTH_UNSUPPORTED_GRANT_TYPE, ERR_PROVIDER_ERROR},
    {"invalid_scope", OAUTH_INVALID_SCOPE, ERR_PROVIDER_ERROR},
    {"invalid_token", OAUTH_INVALID_TOKEN, ERR_TOKEN_INACTIVE},
    {"access_denied", OAUTH_ACCESS_DENIED, ERR_ACCESS_DENIED},
    {"authorization_pending", OAUTH_AUTHORIZATION_PENDING, ERR_PROVIDER_ERROR},
    {"slow_down", OAUTH_SLOW_DOWN, ERR_PROVIDER_ERROR},
    {"expired_token", OAUTH_EXPIRED_TOKEN, ERR_CODE_EXPIRED},
};
#define ERRORS_LEN (sizeof(errors) / sizeof(errors[0]))

enum oauth_error oauth_error_word(const char *word)
{
	for (size_t i = 0; i < ERRORS_LEN; i++)
		if (strcmp(errors[i].word, word) == 0)
			return errors[i].error;
	return OAUTH_OTHER;
}

enum oauth_error oauth_error_parse(const void *bytes, size_t len)
{
	AUTO_JSON struct json *j = NULL;
	const char *word = NULL;

	if (reply_parse(bytes, len, &j) != ERR_OK || json_get_str(j, "error", 64, &word) != ERR_OK)
		return OAUTH_OTHER;
	return oauth_error_word(word);
}

enum err oauth_error_err(enum oauth_error e)
{
	for (size_t i = 0; i < ERRORS_LEN; i++)
		if (errors[i].error == e)
			return errors[i].err;
	return ERR_PROVIDER_ERROR;
}
