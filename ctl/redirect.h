/* SPDX-License-Identifier: MIT */
/* Redirect addresses on this machine, where a native application may choose the port. */
#ifndef ENCVOY_CTL_REDIRECT_H
#define ENCVOY_CTL_REDIRECT_H

#include "common/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct redirect {
	char host[16];  /* "127.0.0.1" or "localhost" */
	uint16_t port;  /* 0: any */
	char path[256]; /* "/cb" */
};

/* True for http://127.0.0.1[:PORT]/PATH and the same with localhost: what a browser on this
 * machine can be received at. */
bool redirect_is_here(const char *uri, struct redirect *ret);
/* Appends the address with this port. */
void redirect_put(struct buf *out, const struct redirect *r, uint16_t port);

#endif
