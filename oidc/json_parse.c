/* SPDX-License-Identifier: MIT */
/* The parser. json-c is only the container: its tokener takes the last of duplicate members, ends
 * strings at NUL and reads Infinity, and a checker in front of it would be a second opinion about
 * the same bytes. Here what was checked is what was stored. */
#include "oidc/json_internal.h"

#include "common/num.h"
#include "common/str.h"

#include <string.h>

static bool parse_value(struct json_parser *ps, struct json_object **ret);

static void skip_blanks(struct json_parser *ps)
{
	while (ps->p < ps->end &&
	       (*ps->p == ' ' || *ps->p == '\t' || *ps->p == '\n' || *ps->p == '\r'))
		ps->p++;
}

static bool parse_string(struct json_parser *ps, struct json_object **ret)
{
	AUTO_BUF struct buf text = {0};

	/* what is unescaped is never longer than what is left */
	buf_init_secret(&text, (size_t)(ps->end - ps->p));
	if (!json_take_string(ps, &text))
		return false;
	*ret = json_object_new_string_len(text.len ? (const char *)text.data : "", (int)text.len);
	return *ret || json_fail(ps, ERR_NOMEM);
}

static size_t take_digits(struct json_parser *ps)
{
	const char *from = ps->p;

	while (ps->p < ps->end && *ps->p >= '0' && *ps->p <= '9')
		ps->p++;
	return (size_t)(ps->p - from);
}

/* An integer of int64 range keeps its value. Any other number is stored as a real number without
 * its value: no getter reads one, only its type counts. */
static struct json_object *number_of(const char *digits, size_t len, bool negative, bool is_integer)
{
	uint64_t v = 0;
	uint64_t max = (uint64_t)INT64_MAX + (negative ? 1 : 0);

	if (!is_integer || num_parse(digits, len, max, &v) != ERR_OK)
		return json_object_new_double(0);
	return json_object_new_int64(negative ? (int64_t)(0 - v) : (int64_t)v);
}

static bool parse_number(struct json_parser *ps, struct json_object **ret)
{
	bool negative = json_take(ps, '-');
	bool is_integer = true;
	const char *digits = ps->p;
	size_t len = take_digits(ps);

	if (len == 0 || (len > 1 && digits[0] == '0'))
		return json_bad(ps);
	if (json_take(ps, '.')) {
		is_integer = false;
		if (take_digits(ps) == 0)
			return json_bad(ps);
	}
	if (json_take(ps, 'e') || json_take(ps, 'E')) {
		is_integer = false;
		if (!json_take(ps, '+'))
			(void)json_take(ps, '-');
		if (take_digits(ps) == 0)
			return json_bad(ps);
	}
	*ret = number_of(digits, len, negative, is_integer);
	return *ret || json_fail(ps, ERR_NOMEM);
}

static bool take_word(struct json_parser *ps, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(ps->end - ps->p) < len || memcmp(ps->p, word, len) != 0)
		return false;
	ps->p += len;
	return true;
}

static bool parse_word(struct json_parser *ps, struct json_object **ret)
{
	if (take_word(ps, "null")) {
		*ret = NULL; /* json-c's null */
		return true;
	}
	if (take_word(ps, "true"))
		*ret = json_object_new_boolean(1);
	else if (take_word(ps, "false"))
		*ret = json_object_new_boolean(0);
	else
		return json_bad(ps);
	return *ret || json_fail(ps, ERR_NOMEM);
}

static bool parse_element(struct json_parser *ps, struct json_object *array)
{
	AUTO_OBJECT struct json_object *value = NULL;

	if (!parse_value(ps, &value))
		return false;
	if (json_object_array_add(array, value) != 0)
		return json_fail(ps, ERR_NOMEM);
	value = NULL;
	return true;
}

static bool parse_array(struct json_parser *ps, struct json_object **ret)
{
	AUTO_OBJECT struct json_object *array = json_object_new_array_ext(4);

	if (!array)
		return json_fail(ps, ERR_NOMEM);
	if (!json_take(ps, ']')) {
		do {
			if (!parse_element(ps, array))
				return false;
		} while (json_take(ps, ','));
		if (!json_take(ps, ']'))
			return json_bad(ps);
	}
	*ret = TAKE_PTR(array);
	return true;
}

static bool parse_member(struct json_parser *ps, struct json_object *object)
{
	AUTO_BUF struct buf key = {0};
	AUTO_OBJECT struct json_object *value = NULL;
	const char *name;

	buf_init_secret(&key, (size_t)(ps->end - ps->p) + 1);
	skip_blanks(ps);
	if (!json_take_string(ps, &key))
		return false;
	skip_blanks(ps);
	if (!json_take(ps, ':'))
		return json_bad(ps);
	if (!parse_value(ps, &value))
		return false;
	if (ps->grammar_only)
		return true;
	name = buf_cstr(&key);
	if (!name)
		return json_fail(ps, key.err == ERR_NOMEM ? ERR_NOMEM : ERR_BAD_JSON);
	if (json_object_object_get_ex(object, name, NULL))
		return json_bad(ps);
	if (json_object_object_add(object, name, value) != 0)
		return json_fail(ps, ERR_NOMEM);
	value = NULL;
	return true;
}

static bool parse_object(struct json_parser *ps, struct json_object **ret)
{
	AUTO_OBJECT struct json_object *object = json_object_new_object();

	if (!object)
		return json_fail(ps, ERR_NOMEM);
	if (!json_take(ps, '}')) {
		do {
			if (!parse_member(ps, object))
				return false;
		} while (json_take(ps, ','));
		if (!json_take(ps, '}'))
			return json_bad(ps);
	}
	*ret = TAKE_PTR(object);
	return true;
}

/* Behind the opening bracket. */
static bool parse_container(struct json_parser *ps, bool is_object, struct json_object **ret)
{
	if (++ps->depth > JSON_MAX_DEPTH || ++ps->containers > JSON_MAX_CONTAINERS)
		return json_fail(ps, ERR_TOO_LONG);
	skip_blanks(ps);
	if (!(is_object ? parse_object(ps, ret) : parse_array(ps, ret)))
		return false;
	ps->depth--;
	return true;
}

/* A value and the blanks around it. */
static bool parse_value(struct json_parser *ps, struct json_object **ret)
{
	bool done;

	if (++ps->values > JSON_MAX_VALUES)
		return json_fail(ps, ERR_TOO_LONG);
	skip_blanks(ps);
	if (ps->p == ps->end)
		return json_bad(ps);
	if (json_take(ps, '{'))
		done = parse_container(ps, true, ret);
	else if (json_take(ps, '['))
		done = parse_container(ps, false, ret);
	else if (*ps->p == '"')
		done = parse_string(ps, ret);
	else if (*ps->p == '-' || (*ps->p >= '0' && *ps->p <= '9'))
		done = parse_number(ps, ret);
	else
		done = parse_word(ps, ret);
	skip_blanks(ps);
	return done;
}

static enum err parse(
    const void *bytes, size_t len, size_t max, bool grammar_only, struct json_object **ret)
{
	struct json_parser ps = {.p = bytes, .grammar_only = grammar_only};

	if (len > max || len >= INT32_MAX)
		return ERR_TOO_LONG;
	if (len == 0 || !utf8_valid(bytes, len))
		return ERR_BAD_JSON;
	ps.end = ps.p + len;
	if (!parse_value(&ps, ret))
		return ps.err;
	return ps.p == ps.end ? ERR_OK : ERR_BAD_JSON;
}

enum err json_check_grammar(const void *bytes, size_t len, size_t max)
{
	AUTO_OBJECT struct json_object *o = NULL;

	return parse(bytes, len, max, true, &o);
}

enum err json_parse(const void *bytes, size_t len, size_t max, struct json **ret)
{
	AUTO_OBJECT struct json_object *o = NULL;
	enum err e = parse(bytes, len, max, false, &o);

	if (e == ERR_OK)
		*ret = json_outer(TAKE_PTR(o));
	return e;
}

enum err json_parse_object(const void *bytes, size_t len, size_t max, struct json **ret)
{
	AUTO_OBJECT struct json_object *o = NULL;
	enum err e = parse(bytes, len, max, false, &o);

	if (e != ERR_OK)
		return e;
	if (!json_object_is_type(o, json_type_object))
		return ERR_BAD_JSON;
	*ret = json_outer(TAKE_PTR(o));
	return ERR_OK;
}
