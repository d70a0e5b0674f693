/* SPDX-License-Identifier: MIT */
/* What encvoyd's keys mean, in one table: their kind for people and JSON, and what Prometheus calls
 * them. A key that is not in it is a text. */
#ifndef ENCVOY_CTL_FIGURES_H
#define ENCVOY_CTL_FIGURES_H

#include <stddef.h>
#include <stdint.h>

enum figure_kind {
	FIGURE_TEXT, /* also ids that may consist of digits */
	FIGURE_NUMBER,
	FIGURE_TIME, /* seconds since 1970, 0: never */
	FIGURE_TRUTH,
};

/* A key that ends in a colon stands for all that begin with it. */
struct figure {
	const char *key;
	enum figure_kind kind;
	const char *name;  /* at Prometheus, behind "encvoy_"; NULL: not there */
	const char *label; /* ready, or "": none; of a key with colon the name of the label whose
			      value is what stands behind the colon */
	const char *type;  /* of a summary the names end in _sum and _count */
	const char *help;  /* NULL: more of the name before */
	uint32_t scale;    /* the value divided by 1000 when it is 1000; else 0 */
};

/* In groups of one name, as Prometheus wants them. */
extern const struct figure figures[];
extern const size_t figures_count;

enum figure_kind figure_kind(const char *key);
/* What a row's key is behind the key of f: "" for f's own, NULL for a key that f does not mean. */
const char *figure_match(const struct figure *f, const char *key);

#endif
