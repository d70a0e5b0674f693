/* SPDX-License-Identifier: MIT */
/* An allocator that wipes what it frees. curl and OpenSSL copy form bodies, headers and TLS records
 * around in their own memory: with it no token or client secret survives there (SEC-35). */
#ifndef ENCVOY_ONLINE_WIPEMEM_H
#define ENCVOY_ONLINE_WIPEMEM_H

#include "common/err.h"

#include <stddef.h>

void *wipe_malloc(size_t len);
void *wipe_calloc(size_t n, size_t len);
/* Always moves: realloc(3) could leave a copy behind. */
void *wipe_realloc(void *p, size_t len);
char *wipe_strdup(const char *s);
void wipe_free(void *p);

/* Makes OpenSSL use it, too; ERR_INTERNAL when OpenSSL has allocated something before. */
enum err wipemem_install(void);

#endif
