/* SPDX-License-Identifier: MIT */
#include "oidc/introspect.h"

#include "common/name.h"
#include "oidc/form.h"
#include "oidc/idtoken.h"
#include "oidc/json.h"
#include "oidc/reply.h"

#include <string.h>
#include <strings.h>

#define TEXT_MAX 1024
#define TIME_MAX 253402300799 /* the year 9999 */

struct introspection {
	char sub[SUB_MAX_LEN + 1];
	uint64_t exp;
	uint64_t iat;
};

struct userinfo {
	struct json *tree;
	const char *sub; /* the tree's */
};

void introspect_body(const struct client *client, const struct secret *token, struct buf *out)
{
	form_put(out, "token", secret_str(token));
	form_put(out, "token_type_hint", "access_token");
	client_put(out, client);
}

/* Active, of the one kind we take, and made for us by our issuer. */
static enum err check_origin(const struct json *j, const struct introspect_expect *x)
{
	bool active = false;
	const char *text = NULL;
	enum err e;

	if (json_get_bool(j, "active", &active) != ERR_OK)
		return ERR_PROVIDER_ERROR;
	if (!active)
		return ERR_TOKEN_INACTIVE;
	if (json_get_str(j, "token_type", TEXT_MAX, &text) != ERR_OK ||
	    strcasecmp(text, "Bearer") != 0)
		return ERR_TOKEN_KIND;
	if (json_get_str(j, "client_id", TEXT_MAX, &text) != ERR_OK ||
	    strcmp(text, x->client_id) != 0)
		return ERR_WRONG_AUDIENCE;
	e = json_get_str(j, "iss", TEXT_MAX, &text);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	return e == ERR_OK && strcmp(text, x->issuer) == 0 ? ERR_OK : ERR_WRONG_ISSUER;
}

static enum err check_times(
    const struct json *j, const struct introspect_expect *x, struct introspection *ret)
{
	int64_t exp = 0;
	int64_t iat = 0;
	enum err e = json_get_int(j, "iat", 0, TIME_MAX, &iat);

	if ((e != ERR_OK && e != ERR_NOT_FOUND) ||
	    json_get_int(j, "exp", 0, TIME_MAX, &exp) != ERR_OK)
		return ERR_BAD_CLAIM;
	ret->exp = (uint64_t)exp;
	ret->iat = (uint64_t)iat;
	if (x->now >= ret->exp + IDTOKEN_LEEWAY)
		return ERR_EXPIRED;
	return ret->iat > x->now + IDTOKEN_LEEWAY ? ERR_NOT_YET_VALID : ERR_OK;
}

static enum err check_subject(const struct json *j, struct introspection *ret)
{
	const char *sub = NULL;

	if (json_get_str(j, "sub", TEXT_MAX, &sub) != ERR_OK)
		return ERR_BAD_CLAIM;
	if (!sub_ok(sub, strlen(sub)) || !str_copy(ret->sub, sizeof(ret->sub), sub))
		return ERR_BAD_SUB;
	return ERR_OK;
}

enum err introspect_parse(const void *bytes, size_t len, const struct introspect_expect *expect,
    struct introspection **ret)
{
	AUTO_JSON struct json *j = NULL;
	AUTO_INTROSPECTION struct introspection *i = NULL;
	enum err e = reply_parse(bytes, len, &j);

	if (e != ERR_OK)
		return e;
	i = calloc(1, sizeof(*i));
	if (!i)
		return ERR_NOMEM;
	e = check_origin(j, expect);
	if (e == ERR_OK)
		e = check_times(j, expect, i);
	if (e == ERR_OK)
		e = check_subject(j, i);
	if (e == ERR_OK)
		*ret = TAKE_PTR(i);
	return e;
}

void introspection_free(struct introspection *i)
{
	free(i);
}

const char *introspection_sub(const struct introspection *i)
{
	return i->sub;
}

uint64_t introspection_exp(const struct introspection *i)
{
	return i->exp;
}

uint64_t introspection_iat(const struct introspection *i)
{
	return i->iat;
}

enum err userinfo_parse(
    const void *bytes, size_t len, const struct introspection *i, struct userinfo **ret)
{
	AUTO_JSON struct json *j = NULL;
	struct userinfo *u;
	const char *sub = NULL;
	enum err e = reply_parse(bytes, len, &j);

	if (e != ERR_OK)
		return e;
	if (json_get_str(j, "sub", TEXT_MAX, &sub) != ERR_OK)
		return ERR_BAD_CLAIM;
	if (strcmp(sub, i->sub) != 0)
		return ERR_SUB_MISMATCH;
	u = calloc(1, sizeof(*u));
	if (!u)
		return ERR_NOMEM;
	u->tree = TAKE_PTR(j);
	u->sub = sub;
	*ret = u;
	return ERR_OK;
}

void userinfo_free(struct userinfo *u)
{
	if (!u)
		return;
	json_free(u->tree);
	free(u);
}

const char *userinfo_sub(const struct userinfo *u)
{
	return u->sub;
}

const char *userinfo_str(const struct userinfo *u, const char *name)
{
	const char *text = NULL;

	(void)json_get_str(u->tree, name, TEXT_MAX, &text);
	return text;
}
