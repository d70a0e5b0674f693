/* SPDX-License-Identifier: MIT */
/* A verb's options as a table: "--name VALUE", "--name=VALUE" or "--name", anywhere among the other
 * arguments; "--" ends them. Nothing is abbreviated and nothing given twice. */
#ifndef ENCVOY_CTL_OPTS_H
#define ENCVOY_CTL_OPTS_H

#include "ctl/ctl.h"

#include <stdbool.h>

enum opt_kind {
	OPT_FLAG,   /* bool */
	OPT_TEXT,   /* const char *, borrowed from argv */
	OPT_WORDS,  /* struct buf: may be given again, pieces are joined with blanks */
	OPT_NUMBER, /* uint64_t */
};

struct opt {
	const char *name; /* without dashes */
	enum opt_kind kind;
	void *to;
	const char *value; /* what its value is called in the usage, NULL for flags */
	const char *help;
};

struct opts {
	const struct opt *v;
	size_t n;
	int min_args;
	int max_args;
};

#define OPTS(table, min, max) \
	(&(const struct opts){(table), sizeof(table) / sizeof((table)[0]), (min), (max)})

enum opts_result {
	OPTS_GO,
	OPTS_HELP, /* --help: the usage was printed */
	OPTS_BAD,  /* a complaint was printed */
};

/* Fills in what the table points at and leaves the other arguments, *ret_args of them, at the start
 * of argv, followed by NULL where there is room. */
enum opts_result opts_parse(
    const struct verb *verb, const struct opts *opts, int argc, char **argv, int *ret_args);
/* The exit status of the two results that end a verb. */
int opts_exit(enum opts_result r);

#endif
