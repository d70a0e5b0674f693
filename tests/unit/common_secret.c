/* SPDX-License-Identifier: MIT */
#include "common/secret.h"
#include "tests/unit/tap.h"

#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef ENCVOY_SANITIZED
#define IS_LOCKED(flags) ((void)(flags), true) /* they make mlock do nothing */
#else
#define IS_LOCKED(flags) (strstr((flags), " lo") != NULL)
#endif

/* The flags of the mapping that holds p, from /proc/self/smaps ("" when not found). */
static void mapping_flags(const void *p, char *dst, size_t size)
{
	FILE *f = fopen("/proc/self/smaps", "re");
	char line[256];
	bool here = false;

	dst[0] = 0;
	while (f && fgets(line, sizeof(line), f)) {
		char *dash, *end;
		uintptr_t from = strtoul(line, &dash, 16);

		if (*dash == '-') {
			uintptr_t to = strtoul(dash + 1, &end, 16);

			here = (uintptr_t)p >= from && (uintptr_t)p < to;
		}
		line[strcspn(line, "\n")] = 0;
		if (here && strncmp(line, "VmFlags:", 8) == 0)
			snprintf(dst, size, "%.200s", line + 8);
	}
	if (f)
		fclose(f);
}

static void content(void)
{
	struct secret *s = secret_new("tok\0en", 6);
	struct secret *empty = secret_new("", 0);

	is_int(secret_len(s), 6, "the length counts every byte");
	ok(memcmp(secret_data(s), "tok\0en", 7) == 0, "the content, and a terminator behind it");
	is_str(secret_str(empty), "", "an empty secret");
	is_str(secret_str(NULL), "", "no secret reads as the empty one");
	is_int(secret_len(NULL), 0, "with length 0");
	ok(secret_alloc((size_t)-1) == NULL, "a length that overflows is refused");
	ok(secret_alloc((size_t)-40) == NULL, "also just below");
	secret_free(s);
	secret_free(empty);
	secret_free(NULL);
}

static void is_protected(const struct secret *s, const char *what)
{
	char flags[256];

	mapping_flags(secret_str(s), flags, sizeof(flags));
	if (!*flags) {
		tap_skip("SEC-35: left out of core dumps", "the kernel does not show VmFlags");
		tap_skip("SEC-35: locked", "the kernel does not show VmFlags");
		return;
	}
	ok(strstr(flags, " dd") != NULL, "SEC-35: %s: left out of core dumps (%s)", what, flags);
	ok(IS_LOCKED(flags), "SEC-35: %s: locked", what);
}

static bool is_zero(const struct secret *s)
{
	for (size_t i = 0; i <= secret_len(s); i++)
		if (secret_str(s)[i])
			return false;
	return true;
}

/* A lock is not inherited: what a parent has freed is not for its child. */
static int in_child(void)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		struct secret *s = secret_alloc(4000);
		char flags[256];

		mapping_flags(secret_str(s), flags, sizeof(flags));
		_exit(is_zero(s) && (!*flags || IS_LOCKED(flags)) ? 0 : 1);
	}
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

/* What a freed one leaves behind is used again. */
static void protection(void)
{
	struct secret *s = secret_new("secret", 6), *other = secret_new("other", 5);

	is_protected(s, "the first one");
	secret_free(s);
	secret_free(other);
	s = secret_alloc(4000);
	ok(is_zero(s), "SEC-35: nothing is left of who was there before");
	is_protected(s, "the next one");
	secret_free(s);
	is_int(in_child(), 0, "SEC-35: nor in a child, whose own is locked");
	s = secret_alloc(100000);
	ok(is_zero(s), "a long one");
	is_protected(s, "a long one");
	secret_free(s);
}

static void comparison(void)
{
	ok(secret_equal("abc", 3, "abc", 3), "equal");
	ok(!secret_equal("abc", 3, "abd", 3), "the last byte differs");
	ok(!secret_equal("xbc", 3, "abc", 3), "the first byte differs");
	ok(!secret_equal("abc", 3, "abcd", 4), "the lengths differ");
	ok(!secret_equal("12", 2, "123", 3), "a prefix is not equal");
	ok(secret_equal("", 0, "", 0), "two empty ones are equal");
}

static void strings(void)
{
	AUTO_SECRET_STR char *s = strdup("password");
	AUTO_SECRET struct secret *none = NULL;

	secret_free_str(NULL);
	ok(s && !none, "owned locals clean up after themselves");
}

int main(void)
{
	content();
	protection();
	comparison();
	strings();
	return tap_done();
}
