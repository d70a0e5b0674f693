/* SPDX-License-Identifier: MIT */
/* The uids whose sessions and processes have to end, as the listener writes them and encvoyd-evict
 * reads them: a file of lines in the cache directory,
 *
 *	encvoy-blocked 1
 *	1879048197
 *	...
 *	end
 *
 * in ascending order, each once, all of our range. It tells a state, not events: nothing is lost
 * while the reader is away. */
#ifndef ENCVOY_ENCVOYD_BLOCKED_H
#define ENCVOY_ENCVOYD_BLOCKED_H

#include "common/buf.h"
#include "common/conf.h"
#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLOCKED_FILE "users.blocked"
#define BLOCKED_HEAD "encvoy-blocked 1"
#define BLOCKED_END "end"
#define BLOCKED_MAX (64UL * 1024 * 1024) /* bytes */

struct identities;

/* Writes the file anew when it would differ: everybody whom the directory blocks, deleted or
 * dropped, or nobody with on_block = none. ERR_IO, ERR_NOMEM. */
enum err blocked_write(struct identities *ids, const struct conf *conf, const char *cache_dir);

struct blocked {
	uint32_t *uids; /* ascending */
	size_t n;
};
/* The whole of a file, or nothing: ERR_SYNTAX for anything that the listener would not write
 * (a uid of another range above all), ERR_NOMEM. The caller frees with blocked_free. */
enum err blocked_parse(const char *text, size_t len, struct blocked *ret);
void blocked_free(struct blocked *b);
bool blocked_has(const struct blocked *b, uint32_t uid);
#define AUTO_BLOCKED CLEANUP(blocked_free)

#endif
