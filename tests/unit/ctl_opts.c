/* SPDX-License-Identifier: MIT */
/* encvoyctl's option tables. */
#include "ctl/opts.h"
#include "tests/unit/tap.h"

#include <fcntl.h>
#include <stdint.h>

static const struct verb verb = {"test verb", "ARG", "Does nothing.", NULL};

struct values {
	bool flag;
	const char *text;
	uint64_t number;
	struct buf words;
	int args;
	char *argv[16];
	char *owned[16];
};

static void values_free(struct values *v)
{
	buf_free(&v->words);
	for (size_t i = 0; i < 16; i++)
		free(v->owned[i]);
	*v = (struct values){0};
}

/* Parses the words up to NULL, with one to two arguments allowed. */
static enum opts_result parse(struct values *v, const char *const *words)
{
	const struct opt table[] = {
	    {"flag", OPT_FLAG, &v->flag, NULL, ""},
	    {"text", OPT_TEXT, &v->text, "TEXT", ""},
	    {"number", OPT_NUMBER, &v->number, "N", ""},
	    {"words", OPT_WORDS, &v->words, "WORDS", ""},
	};
	int argc = 0;

	values_free(v);
	buf_init(&v->words, 1024);
	for (; words[argc]; argc++)
		v->argv[argc] = v->owned[argc] = strdup(words[argc]);
	return opts_parse(&verb, OPTS(table, 1, 2), argc, v->argv, &v->args);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void good_command_lines(void)
{
	CLEANUP(values_free) struct values v = {0};

	is_int(parse(&v, WORDS("one")), OPTS_GO, "one argument");
	is_int(v.args, 1, "is counted");
	is_int(parse(&v, WORDS("--flag", "one", "--text", "x y", "two", "--number=7")), OPTS_GO,
	    "options stand anywhere");
	ok(v.flag && v.number == 7, "flag and number are taken");
	is_str(v.text, "x y", "a value may hold blanks");
	is_str(v.argv[0], "one", "first argument in its place");
	is_str(v.argv[1], "two", "second argument in its place");
	is_int(parse(&v, WORDS("--text=--flag", "--", "--number")), OPTS_GO, "-- ends the options");
	is_str(v.text, "--flag", "a value may look like an option");
	is_str(v.argv[0], "--number", "and so may an argument then");
	ok(!v.flag, "neither is taken for one");
	is_int(
	    parse(&v, WORDS("--words", "a b", "-", "--words=c")), OPTS_GO, "a list, given twice");
	is_str(buf_cstr(&v.words), "a b c", "adds up");
	is_str(v.argv[0], "-", "a single dash is an argument");
	is_int(parse(&v, WORDS("--help")), OPTS_HELP, "--help needs nothing else");
}

static void bad_command_lines(void)
{
	const struct {
		const char *const *words;
		const char *name;
	} cases[] = {
	    {(const char *const[]){NULL}, "no argument"},
	    {WORDS("1", "2", "3"), "too many arguments"},
	    {WORDS("1", "--unknown"), "an unknown option"},
	    {WORDS("1", "--fla"), "an abbreviated option"},
	    {WORDS("1", "--flag=yes"), "a flag with a value"},
	    {WORDS("1", "--text"), "a missing value"},
	    {WORDS("1", "--text", ""), "an empty value"},
	    {WORDS("1", "--text="), "an empty value behind ="},
	    {WORDS("1", "--text", "a", "--text", "b"), "an option given twice"},
	    {WORDS("1", "--flag", "--flag"), "a flag given twice"},
	    {WORDS("1", "--text", "a\nallow = everyone"), "a value with a line break"},
	    {WORDS("1", "--text", "a\033[2J"), "a value with an escape sequence"},
	    {WORDS("1", "--number", "-1"), "a negative number"},
	    {WORDS("1", "--number", "0x10"), "a number with a prefix"},
	    {WORDS("1", "--number", "99999999999999999999"), "a number out of range"},
	    {WORDS("1", "-f"), "a short option"},
	    {WORDS("1", "--"), NULL},
	};

	for (size_t i = 0; cases[i].name; i++) {
		CLEANUP(values_free) struct values v = {0};

		is_int(parse(&v, cases[i].words), OPTS_BAD, "%s is refused", cases[i].name);
	}
	is_int(opts_exit(OPTS_BAD), 2, "and ends with 2");
}

int main(void)
{
	int null = open("/dev/null", O_WRONLY);

	/* the complaints are not what is looked at here */
	if (null >= 0)
		dup2(null, STDERR_FILENO);
	good_command_lines();
	bad_command_lines();
	return tap_done();
}
