/* SPDX-License-Identifier: MIT */
/* TIMES: what requests to the provider took, from a child of encvoyd-online to encvoyd, at any time
 * before the end of a login, a pass or a look-up. The figures are those of all its children since
 * it started, and only grow. They are for `status`: nothing is decided by them. */
#ifndef ENCVOY_COMMON_PROTO_TIMES_H
#define ENCVOY_COMMON_PROTO_TIMES_H

#include "common/proto.h"

enum times_kind {
	TIMES_TOKEN,     /* a sign-in's own: token, introspection, userinfo, pushed request */
	TIMES_DEVICE,    /* device code: the start, and asking whether it is decided */
	TIMES_KEYS,      /* discovery and keys */
	TIMES_DIRECTORY, /* roster or REST directory */
	TIMES_KINDS,
};
/* "token" ... */
const char *times_word(enum times_kind kind);

#define TIMES_MAX (UINT64_C(1) << 48) /* of any figure */

struct times {
	uint64_t requests;
	uint64_t failed; /* of these: no answer, or none that could be used */
	uint64_t ms;     /* of all together */
	uint64_t last_ms;
	uint64_t max_ms;
};

struct msg_times {
	uint64_t run; /* grows with each start of encvoyd-online */
	struct times of[TIMES_KINDS];
};
void proto_put_times(struct buf *b, const struct msg_times *m);
enum err proto_get_times(struct reader *r, struct msg_times *ret);

#endif
