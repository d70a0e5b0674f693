/* SPDX-License-Identifier: MIT */
#include "oidc/reply.h"

#include "oidc/token.h"

#include <string.h>

#define SECONDS_MAX (10LL * 366 * 24 * 3600)

enum err reply_parse(const void *bytes, size_t len, struct json **ret)
{
	enum err e = json_parse_object(bytes, len, REPLY_MAX_LEN, ret);

	return e == ERR_BAD_JSON ? ERR_PROVIDER_ERROR : e;
}

bool reply_visible(const char *text)
{
	if (!*text)
		return false;
	for (; *text; text++)
		if (*text <= 0x20 || *text >= 0x7f)
			return false;
	return true;
}

enum err reply_secret(const struct json *j, const char *name, size_t max, struct secret **ret)
{
	const char *text = NULL;
	struct secret *s;
	enum err e = json_get_str(j, name, max, &text);

	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e != ERR_OK || !reply_visible(text))
		return ERR_PROVIDER_ERROR;
	s = secret_new(text, strlen(text));
	if (!s)
		return ERR_NOMEM;
	*ret = s;
	return ERR_OK;
}

enum err reply_seconds(const struct json *j, const char *name, uint64_t *ret)
{
	int64_t v = 0;
	enum err e = json_get_int(j, name, 0, SECONDS_MAX, &v);

	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return ERR_PROVIDER_ERROR;
	*ret = (uint64_t)v;
	return ERR_OK;
}
