/* SPDX-License-Identifier: MIT */
/* The unit tests' whole framework: a TAP line per check, a plan at the end. A test function is
 * named after what must hold; the SEC numbers it covers stand in the name of its checks. */
#ifndef ENCVOY_TESTS_UNIT_TAP_H
#define ENCVOY_TESTS_UNIT_TAP_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tap_count;
static int tap_failed;

__attribute__((format(printf, 4, 5))) static inline bool tap_ok(
    bool ok, const char *file, int line, const char *fmt, ...)
{
	char name[512];
	__builtin_va_list ap;

	__builtin_va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	__builtin_va_end(ap);
	tap_count++;
	printf("%sok %d - %s\n", ok ? "" : "not ", tap_count, name);
	if (!ok) {
		tap_failed++;
		printf("# at %s:%d\n", file, line);
	}
	fflush(stdout);
	return ok;
}

/* ok(condition, "name, printf style") */
#define ok(cond, ...) tap_ok((cond), __FILE__, __LINE__, __VA_ARGS__)

#define is_str(got, want, ...)                                                                \
	do {                                                                                  \
		const char *got_ = (got), *want_ = (want);                                    \
		if (!tap_ok(got_ && want_ && strcmp(got_, want_) == 0, __FILE__, __LINE__,    \
			__VA_ARGS__))                                                         \
			printf("# got \"%s\", want \"%s\"\n", got_ ? got_ : "(null)", want_); \
	} while (0)

#define is_int(got, want, ...)                                                \
	do {                                                                  \
		long long got_ = (long long)(got), want_ = (long long)(want); \
		if (!tap_ok(got_ == want_, __FILE__, __LINE__, __VA_ARGS__))  \
			printf("# got %lld, want %lld\n", got_, want_);       \
	} while (0)

/* A check that this machine cannot make; says why. */
static inline void tap_skip(const char *name, const char *why)
{
	printf("ok %d - %s # SKIP %s\n", ++tap_count, name, why);
}

static inline int tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
