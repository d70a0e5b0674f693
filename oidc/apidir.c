/* SPDX-License-Identifier: MIT */
#include "oidc/apidir.h"

#include "common/proto_directory.h"

#include <string.h>

enum err apidir_list(const void *bytes, size_t len, struct json **ret)
{
	AUTO_JSON struct json *j = NULL;
	size_t at = 0;
	enum err e = json_parse(bytes, len, APIDIR_MAX_LEN, &j);

	if (e != ERR_OK)
		return e == ERR_BAD_JSON ? ERR_PROVIDER_ERROR : e;
	/* well-formed: behind the blanks its first character tells what it is */
	while (at < len && strchr(" \t\r\n", ((const char *)bytes)[at]))
		at++;
	if (((const char *)bytes)[at] != '[')
		return ERR_PROVIDER_ERROR;
	*ret = TAKE_PTR(j);
	return ERR_OK;
}

/* A text that people write: one line of at most max bytes. False when it is neither text nor null.
 */
static bool get_text(const struct json *j, const char *name, size_t max, const char **ret)
{
	const char *text = "";
	enum err e = json_get_str(j, name, max, &text);

	*ret = e == ERR_OK && slice_printable(slice_of(text)) ? text : "";
	return e != ERR_BAD_JSON || json_is_null(j, name);
}

static bool get_deleted(const struct json *user, bool *ret)
{
	const char *date;

	*ret = json_get_str(user, "deleted", 64, &date) == ERR_OK;
	return *ret || json_is_null(user, "deleted");
}

enum err apidir_row(const struct json *list, size_t i, struct apidir_row *ret)
{
	const struct json *row = json_at(list, i);
	const struct json *user = NULL;

	if (json_get_object(row, "user", &user) != ERR_OK ||
	    json_get_int(user, "id", 1, INT64_MAX, &ret->id) != ERR_OK ||
	    json_get_bool(user, "blocked", &ret->blocked) != ERR_OK ||
	    !get_deleted(user, &ret->deleted) ||
	    json_get_str(row, "role", ROLE_MAX_LEN, &ret->role) != ERR_OK ||
	    !role_ok(slice_of(ret->role)))
		return ERR_PROVIDER_ERROR;
	if (!get_text(user, "given_name", RECORD_TEXT_MAX, &ret->given_name) ||
	    !get_text(user, "family_name", RECORD_TEXT_MAX, &ret->family_name) ||
	    !get_text(user, "nickname", RECORD_TEXT_MAX, &ret->nickname))
		return ERR_PROVIDER_ERROR;
	return ERR_OK;
}

/* Custom fields hold what their users put there. */
static const char *field(const struct json *fields, const char *name, size_t max)
{
	const char *text = "";

	if (!*name || json_get_str(fields, name, max, &text) != ERR_OK)
		return "";
	return text;
}

static const char *line_field(const struct json *fields, const char *name)
{
	const char *text = field(fields, name, RECORD_TEXT_MAX);

	return slice_printable(slice_of(text)) ? text : "";
}

enum err apidir_details(
    const struct json *j, const struct apidir_fields *fields, struct apidir_details *ret)
{
	const struct json *user = NULL, *custom = NULL;

	if (json_get_object(j, "user", &user) != ERR_OK ||
	    json_get_int(user, "id", 1, INT64_MAX, &ret->id) != ERR_OK)
		return ERR_PROVIDER_ERROR;
	if (!json_has(user, "login"))
		return ERR_PERMISSION;
	if (!get_text(user, "login", LOGIN_MAX - 1, &ret->login) ||
	    !get_text(user, "locale", sizeof(((struct msg_person *)0)->locale) - 1, &ret->locale))
		return ERR_PROVIDER_ERROR;
	if (json_get_object(user, "custom_fields", &custom) == ERR_BAD_JSON &&
	    !json_is_null(user, "custom_fields"))
		return ERR_PROVIDER_ERROR;
	ret->ssh_keys = field(custom, fields->ssh_keys, SSH_KEYS_MAX);
	ret->shell = line_field(custom, fields->shell);
	ret->home = line_field(custom, fields->home);
	return ERR_OK;
}

void apidir_message(const void *bytes, size_t len, char *ret, size_t size)
{
	AUTO_JSON struct json *j = NULL;
	const char *text = "";
	struct buf out;

	ret[0] = 0;
	if (json_parse_object(bytes, len, APIDIR_MAX_LEN, &j) != ERR_OK ||
	    json_get_str(j, "message", 1024, &text) != ERR_OK)
		return;
	buf_init_fixed(&out, ret, size);
	str_printable(&out, text, strlen(text), size / 5);
	if (!buf_cstr(&out))
		ret[0] = 0;
}

void apidir_login_filter(const char *login, struct buf *out)
{
	buf_text(out, "{\"AND\":[{\"user\":{\"login\":\"");
	for (; *login; login++) {
		uint8_t c = (uint8_t)*login;

		if (c == '"' || c == '\\')
			buf_put_u8(out, '\\');
		if (c < 0x20)
			buf_printf(out, "\\u%04x", c);
		else
			buf_put_u8(out, c);
	}
	buf_text(out, "\"}}]}");
}
