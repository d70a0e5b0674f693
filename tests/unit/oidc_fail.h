/* SPDX-License-Identifier: MIT */
/* An allocator that fails when told to. Without a sanitizer it stands in for malloc and its
 * relatives in the whole process, libcrypto and json-c included; with one, which has its own, only
 * this project's calls are caught (by the linker's --wrap), and leaks are seen. mmap, which secrets
 * use, counts too. */
#ifndef ENCVOY_TESTS_UNIT_OIDC_FAIL_H
#define ENCVOY_TESTS_UNIT_OIDC_FAIL_H

#include <stdbool.h>

/* The n-th allocation from now on fails (1 is the next), and those behind it when also_later. */
void fail_at(unsigned n, bool also_later);
/* Stops failing; returns how many allocations there were since fail_at. */
unsigned fail_stop(void);

#endif
