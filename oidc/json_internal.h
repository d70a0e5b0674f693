/* SPDX-License-Identifier: MIT */
/* A struct json is a json_object under another name, so that nobody reaches for json-c's own
 * converting getters; private to oidc/json*.c. */
#ifndef ENCVOY_OIDC_JSON_INTERNAL_H
#define ENCVOY_OIDC_JSON_INTERNAL_H

#include "oidc/json.h"

#include <json-c/json.h>

static inline struct json_object *json_inner(const struct json *j)
{
	/* json-c's readers are not const-correct; nothing here writes through this pointer */
	return (struct json_object *)(uintptr_t)j;
}

static inline struct json *json_outer(struct json_object *o)
{
	return (struct json *)o;
}

/* Wipes the strings of a tree and drops it; NULL (which is also JSON's null) is fine. */
void json_drop(struct json_object *o);

static inline void json_dropp(struct json_object **o)
{
	json_drop(*o);
}

struct json_parser {
	const char *p;
	const char *end;
	unsigned depth;
	unsigned values;
	unsigned containers;
	bool grammar_only;
	enum err err; /* the first one */
};

/* Both always return false. */
bool json_fail(struct json_parser *ps, enum err e);
bool json_bad(struct json_parser *ps);
/* Takes one character if it is the next one. */
bool json_take(struct json_parser *ps, char c);
/* Takes a string and appends it, unescaped; false when it is none. */
bool json_take_string(struct json_parser *ps, struct buf *out);

#define AUTO_OBJECT CLEANUP(json_dropp)

#endif
