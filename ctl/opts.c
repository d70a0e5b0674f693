/* SPDX-License-Identifier: MIT */
#include "ctl/opts.h"

#include "common/num.h"
#include "common/str.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define OPTS_MAX 16

static void print_usage(const struct verb *verb, const struct opts *opts)
{
	printf("usage: encvoyctl %s%s%s\n\n%s\n", verb->words, *verb->args ? " " : "", verb->args,
	    verb->help);
	if (opts->n)
		putchar('\n');
	for (size_t i = 0; i < opts->n; i++) {
		const struct opt *o = &opts->v[i];
		char head[64];

		snprintf(head, sizeof(head), "--%s%s%s", o->name, o->value ? " " : "",
		    o->value ? o->value : "");
		printf("  %-28s %s\n", head, o->help);
	}
}

static enum opts_result bad(const struct verb *verb, const char *what, const char *word)
{
	struct buf text;
	char storage[256];

	buf_init_fixed(&text, storage, sizeof(storage));
	complain("%s: %s%s (see encvoyctl %s --help)", verb->words, what,
	    word ? shown(&text, word, 60) : "", verb->words);
	return OPTS_BAD;
}

static const struct opt *find(const struct opts *opts, struct slice name)
{
	for (size_t i = 0; i < opts->n; i++)
		if (slice_is(name, opts->v[i].name))
			return &opts->v[i];
	return NULL;
}

/* A value that a line of encvoy.conf, a header or an address could not carry is nobody's intention.
 */
static bool clean(const char *value)
{
	for (; *value; value++)
		if ((unsigned char)*value < 0x20 || *value == 0x7f)
			return false;
	return true;
}

static bool store(const struct opt *o, const char *value)
{
	struct buf *words = o->to;

	if (!value && o->kind != OPT_FLAG)
		return false;
	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)o->to = true;
		return true;
	case OPT_TEXT:
		*(const char **)o->to = value;
		return true;
	case OPT_NUMBER:
		return num_parse(value, strlen(value), INT64_MAX, o->to) == ERR_OK;
	case OPT_WORDS:
		if (words->len)
			buf_text(words, " ");
		buf_text(words, value);
		return words->err == ERR_OK;
	}
	return false;
}

struct scan {
	const struct verb *verb;
	const struct opts *opts;
	bool seen[OPTS_MAX];
};

/* One option at argv[*i]; takes the next argument where the option needs it. */
static enum opts_result take(struct scan *s, int argc, char **argv, int *i)
{
	const char *word = argv[*i] + 2;
	const char *eq = strchr(word, '=');
	struct slice name = {word, eq ? (size_t)(eq - word) : strlen(word)};
	const struct opt *o = find(s->opts, name);
	const char *value = eq ? eq + 1 : NULL;
	size_t at;

	if (!o)
		return bad(s->verb, "unknown option ", argv[*i]);
	at = (size_t)(o - s->opts->v);
	if (at >= OPTS_MAX || (s->seen[at] && o->kind != OPT_WORDS))
		return bad(s->verb, "given twice: --", o->name);
	s->seen[at] = true;
	if (o->kind == OPT_FLAG && value)
		return bad(s->verb, "takes no value: --", o->name);
	if (o->kind != OPT_FLAG && !value) {
		if (*i + 1 >= argc)
			return bad(s->verb, "needs a value: --", o->name);
		value = argv[++*i];
	}
	if (value && (!*value || !clean(value)))
		return bad(s->verb, "has an empty or unprintable value: --", o->name);
	if (!store(o, value))
		return bad(s->verb, "has a value that cannot be used: --", o->name);
	return OPTS_GO;
}

enum opts_result opts_parse(
    const struct verb *verb, const struct opts *opts, int argc, char **argv, int *ret_args)
{
	struct scan s = {.verb = verb, .opts = opts};
	bool ended = false;
	int n = 0;

	for (int i = 0; i < argc; i++) {
		enum opts_result r;

		if (ended || argv[i][0] != '-' || !argv[i][1]) {
			argv[n++] = argv[i];
			continue;
		}
		if (strcmp(argv[i], "--") == 0) {
			ended = true;
			continue;
		}
		if (strcmp(argv[i], "--help") == 0) {
			print_usage(verb, opts);
			return OPTS_HELP;
		}
		if (argv[i][1] != '-')
			return bad(verb, "unknown option ", argv[i]);
		r = take(&s, argc, argv, &i);
		if (r != OPTS_GO)
			return r;
	}
	if (n < opts->min_args)
		return bad(verb, "too few arguments", NULL);
	if (n > opts->max_args)
		return bad(verb, "too many arguments: ", argv[opts->max_args]);
	if (n < argc)
		argv[n] = NULL;
	*ret_args = n;
	return OPTS_GO;
}

int opts_exit(enum opts_result r)
{
	return r == OPTS_HELP ? finish_output(EXIT_DONE) : EXIT_USAGE;
}
