/* SPDX-License-Identifier: MIT */
/* The option table (conf_table.c) and the parsers it names; private to common/conf*. */
#ifndef ENCVOY_COMMON_CONF_TABLE_H
#define ENCVOY_COMMON_CONF_TABLE_H

#include "common/conf.h"

enum option_scope {
	SCOPE_GLOBAL = 1,  /* encvoy.conf, outside sections */
	SCOPE_SERVICE = 2, /* [service NAME] */
	SCOPE_PAM = 4,     /* PAM argument */
};
#define SCOPE_ALL (SCOPE_GLOBAL | SCOPE_SERVICE | SCOPE_PAM)

struct origin {
	const char *file;
	unsigned line;
};

struct option;
/* Checks a value and stores it at field. On failure writes a sentence to why. */
typedef enum err (*option_parser)(const struct option *o, struct slice value,
    const struct origin *from, void *field, struct buf *why);

/* How the field is stored, which is all that copying and freeing need to know. */
enum option_kind {
	KIND_STRING, /* char *, owned */
	KIND_NUMBER, /* uint64_t */
	KIND_BOOL,
	KIND_METHODS,
	KIND_RULES,
};

struct option {
	const char *name;
	enum option_kind kind;
	option_parser parse;
	unsigned scope;
	bool in_service; /* offset counts from struct service_conf */
	size_t offset;
	const char *fallback; /* default, parsed like any value; NULL leaves zero */
	uint64_t min, max;    /* for numbers, durations and templates' fields */
};

/* Keeps a copy of a value in a char *field; ERR_NOMEM. */
enum err conf_store_string(struct slice value, char **field);
/* https://host[:port][/path] in plain ASCII; with origin_only nothing behind the origin. */
bool conf_url_ok(struct slice value, bool origin_only);
/* conf_lists.c */
#define LIST_PARSER(name)                                                      \
	enum err conf_parse_##name(const struct option *o, struct slice value, \
	    const struct origin *from, void *field, struct buf *why)
LIST_PARSER(origins);
LIST_PARSER(names);
LIST_PARSER(login_clients);
LIST_PARSER(local_user);
LIST_PARSER(local_group);
LIST_PARSER(roster);
LIST_PARSER(paths);
LIST_PARSER(words);

extern const struct option conf_options[];
extern const size_t conf_options_count;

const struct option *option_find(struct slice name);
void rules_free(struct rules *r);
/* Adds a list of rules to *r. */
enum err rules_parse(
    struct slice value, const struct origin *from, struct rules *r, struct buf *why);

/* Describes an error in *e and returns code. The key is made printable, values are never shown. */
enum err conf_fail(struct conf_error *e, const struct origin *from, struct slice key,
    const char *why, enum err code);
/* "key = value", or a bare "key" for yes; false without a key. */
bool conf_split(struct slice line, struct slice *key, struct slice *value);
/* What every key must pass, wherever it is written. */
enum err conf_lookup(struct slice key, unsigned scope, const struct origin *from,
    const struct option **ret, struct conf_error *e);
/* Parses a value into its field. */
enum err conf_apply(const struct option *o, struct slice value, const struct origin *from,
    void *field, struct conf_error *e);
void conf_field_free(const struct option *o, void *field);
/* What the directory's source needs is there. */
enum err conf_check_directory(const struct conf *c, struct conf_error *e);
/* With directory = login nobody but the provider's numbering may name people. */
enum err conf_check_service(
    const struct conf *c, const struct service_conf *s, const char *service, struct conf_error *e);

#endif
