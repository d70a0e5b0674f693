/* SPDX-License-Identifier: MIT */
/* Strict JSON (RFC 8259), read once into an owned tree. Refused as ERR_BAD_JSON before any value
 * can be used: duplicate members (compared after unescaping), NUL in any form, invalid UTF-8, lone
 * surrogates, a byte order mark, trailing bytes. Numbers are integers of int64 range or not usable
 * at all. A tree's memory is wiped when it is freed. */
#ifndef ENCVOY_OIDC_JSON_H
#define ENCVOY_OIDC_JSON_H

#include "common/buf.h"
#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_MAX_DEPTH 32
/* A tree takes up to 200 times the memory of its text ("{},{},..."): these keep it below 1 MiB
 * beside the strings. */
#define JSON_MAX_VALUES 4096
#define JSON_MAX_CONTAINERS 512

struct json;

/* Parses a document whose top level is an object. ERR_TOO_LONG above max bytes or one of the limits
 * above; ERR_BAD_JSON, ERR_NOMEM. The caller frees with json_free. */
enum err json_parse_object(const void *bytes, size_t len, size_t max, struct json **ret);
/* The same for any top level; a bare null gives NULL. */
enum err json_parse(const void *bytes, size_t len, size_t max, struct json **ret);
/* Only the grammar of RFC 8259, for the JSON test suite: duplicate members and \u0000 pass. */
enum err json_check_grammar(const void *bytes, size_t len, size_t max);
/* Wipes and frees a parsed tree; NULL is fine. Never for a borrowed part of a tree. */
void json_free(struct json *j);

/* The getters below read one member of an object. They answer ERR_OK, ERR_NOT_FOUND (no such
 * member, or j is no object), ERR_BAD_JSON (a value of another type, null included) or ERR_RANGE
 * (the right type, but too long or out of range). Strings and parts are borrowed from the tree. */

/* A string of at most max bytes; it holds no NUL. An empty one is ERR_OK. */
enum err json_get_str(const struct json *j, const char *name, size_t max, const char **ret);
/* A number written without fraction and exponent, from min to max. */
enum err json_get_int(
    const struct json *j, const char *name, int64_t min, int64_t max, int64_t *ret);
enum err json_get_bool(const struct json *j, const char *name, bool *ret);
enum err json_get_object(const struct json *j, const char *name, const struct json **ret);
enum err json_get_array(const struct json *j, const char *name, const struct json **ret);

/* Whether there is a member of that name, whatever its type. */
bool json_has(const struct json *j, const char *name);
/* Whether it is there, and null. */
bool json_is_null(const struct json *j, const char *name);
bool json_is_object(const struct json *j);
/* Members of an object: when it is as many as the known ones that are there, it has no others. */
size_t json_members(const struct json *j);
/* Elements of an array: 0 for anything else, NULL behind the end. */
size_t json_count(const struct json *j);
const struct json *json_at(const struct json *j, size_t i);
/* An element as a borrowed string; NULL when it is none. */
const char *json_str_at(const struct json *j, size_t i);
/* True when j is an array that holds this string. */
bool json_lists(const struct json *j, const char *text);

/* Appends a valid JSON text with everything outside printable ASCII and line breaks written as
 * \uXXXX, so that it cannot control a terminal. ERR_BAD_JSON when the bytes are no UTF-8. */
enum err json_to_ascii(struct buf *out, const void *bytes, size_t len);

/* Appends a text as a JSON string; valid UTF-8 stays as it is. */
void json_put_str(struct buf *out, const char *text);

static inline void json_freep(struct json **j)
{
	json_free(*j);
}

#define AUTO_JSON CLEANUP(json_freep)

#endif
