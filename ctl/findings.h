/* SPDX-License-Identifier: MIT */
/* What `doctor` and `enroll` found. A code is stable: scripts and the manual use it. */
#ifndef ENCVOY_CTL_FINDINGS_H
#define ENCVOY_CTL_FINDINGS_H

#include "common/cleanup.h"

#include <stdbool.h>
#include <stddef.h>

/* Doctor's exit status is the worst: 0 for the first two, 1, 2. */
enum severity {
	FOUND_OK,
	FOUND_REMARK, /* good to know; nothing is wrong */
	FOUND_WARNING,
	FOUND_FAILURE,
};

struct finding {
	const char *code;
	enum severity severity;
	char *text;      /* a sentence, printable */
	const char *fix; /* what to do, "" when nothing */
};

struct findings {
	struct finding *v;
	size_t n;
	enum severity worst;
	bool lost; /* memory was short: the list is not complete */
};
void findings_free(struct findings *f);

/* code and fix are literals; arguments may hold text from elsewhere. */
void found(struct findings *f, enum severity severity, const char *code, const char *fix,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
#define found_ok(f, code, ...) found((f), FOUND_OK, (code), "", __VA_ARGS__)

/* Whether everything that failed has this code. */
bool findings_fail_only(const struct findings *f, const char *code);
/* All of them as text (verbose: also what is well), or as one JSON object; returns the exit
 * status. */
int findings_print(const struct findings *f, bool json);
/* Those that are at least so grave, as progress on standard error. */
void findings_remark(const struct findings *f, enum severity least);

#define AUTO_FINDINGS CLEANUP(findings_free)

#endif
