/* SPDX-License-Identifier: MIT */
#include "oidc/json.h"

#include "oidc/json_internal.h"

#include <string.h>

static void wipe_string(struct json_object *o)
{
	/* json-c hands out its own storage as const; nobody else refers to it any more */
	void *text = (void *)(uintptr_t)json_object_get_string(o);

	explicit_bzero(text, (size_t)json_object_get_string_len(o));
}

static void wipe(struct json_object *o)
{
	if (json_object_is_type(o, json_type_string)) {
		wipe_string(o);
	} else if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(o); i++)
			wipe(json_object_array_get_idx(o, i));
	} else if (json_object_is_type(o, json_type_object)) {
		struct json_object_iterator i = json_object_iter_begin(o);
		struct json_object_iterator end = json_object_iter_end(o);

		for (; !json_object_iter_equal(&i, &end); json_object_iter_next(&i))
			wipe(json_object_iter_peek_value(&i));
	}
}

void json_drop(struct json_object *o)
{
	wipe(o);
	json_object_put(o);
}

void json_free(struct json *j)
{
	json_drop(json_inner(j));
}

static enum err find(
    const struct json *j, const char *name, enum json_type type, struct json_object **ret)
{
	struct json_object *value = NULL;

	if (!json_is_object(j) || !json_object_object_get_ex(json_inner(j), name, &value))
		return ERR_NOT_FOUND;
	if (!json_object_is_type(value, type))
		return ERR_BAD_JSON;
	*ret = value;
	return ERR_OK;
}

enum err json_get_str(const struct json *j, const char *name, size_t max, const char **ret)
{
	struct json_object *value = NULL;
	enum err e = find(j, name, json_type_string, &value);

	if (e != ERR_OK)
		return e;
	if ((size_t)json_object_get_string_len(value) > max)
		return ERR_RANGE;
	*ret = json_object_get_string(value);
	return ERR_OK;
}

enum err json_get_int(
    const struct json *j, const char *name, int64_t min, int64_t max, int64_t *ret)
{
	struct json_object *value = NULL;
	enum err e = find(j, name, json_type_int, &value);
	int64_t v;

	if (e != ERR_OK)
		return e;
	v = json_object_get_int64(value);
	if (v < min || v > max)
		return ERR_RANGE;
	*ret = v;
	return ERR_OK;
}

enum err json_get_bool(const struct json *j, const char *name, bool *ret)
{
	struct json_object *value = NULL;
	enum err e = find(j, name, json_type_boolean, &value);

	if (e == ERR_OK)
		*ret = json_object_get_boolean(value);
	return e;
}

static enum err get_part(
    const struct json *j, const char *name, enum json_type type, const struct json **ret)
{
	struct json_object *value = NULL;
	enum err e = find(j, name, type, &value);

	if (e == ERR_OK)
		*ret = json_outer(value);
	return e;
}

enum err json_get_object(const struct json *j, const char *name, const struct json **ret)
{
	return get_part(j, name, json_type_object, ret);
}

enum err json_get_array(const struct json *j, const char *name, const struct json **ret)
{
	return get_part(j, name, json_type_array, ret);
}

bool json_has(const struct json *j, const char *name)
{
	return json_is_object(j) && json_object_object_get_ex(json_inner(j), name, NULL);
}

bool json_is_null(const struct json *j, const char *name)
{
	struct json_object *value = NULL;

	return find(j, name, json_type_null, &value) == ERR_OK;
}

bool json_is_object(const struct json *j)
{
	return json_object_is_type(json_inner(j), json_type_object);
}

size_t json_members(const struct json *j)
{
	if (!json_is_object(j))
		return 0;
	return (size_t)json_object_object_length(json_inner(j));
}

size_t json_count(const struct json *j)
{
	if (!json_object_is_type(json_inner(j), json_type_array))
		return 0;
	return json_object_array_length(json_inner(j));
}

const struct json *json_at(const struct json *j, size_t i)
{
	if (i >= json_count(j))
		return NULL;
	return json_outer(json_object_array_get_idx(json_inner(j), i));
}

const char *json_str_at(const struct json *j, size_t i)
{
	const struct json *value = json_at(j, i);

	if (!json_object_is_type(json_inner(value), json_type_string))
		return NULL;
	return json_object_get_string(json_inner(value));
}

bool json_lists(const struct json *j, const char *text)
{
	for (size_t i = 0; i < json_count(j); i++) {
		const char *s = json_str_at(j, i);

		if (s && strcmp(s, text) == 0)
			return true;
	}
	return false;
}
