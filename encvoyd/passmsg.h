/* SPDX-License-Identifier: MIT */
/* What encvoyd and its passphrase children say to each other: the same fields both ways, one packet
 * each. Used between processes of one program only, which trust each other's numbers but not their
 * lengths. */
#ifndef ENCVOY_ENCVOYD_PASSMSG_H
#define ENCVOY_ENCVOYD_PASSMSG_H

#include "common/proto.h"
#include "encvoyd/passcrypt.h"

enum pass_op {
	/* passphrase, setting, check, sealed -> key, token (none when nothing is sealed).
	 * ERR_BAD_PASSPHRASE. */
	PASS_OPEN = 1,
	/* key, token -> sealed */
	PASS_SEAL,
	/* passphrase, cost, user, token -> setting, check, sealed. ERR_BAD_PASSPHRASE with a text:
	 * it is too weak. */
	PASS_MAKE,
};

struct pass_msg {
	enum pass_op op;
	enum err err; /* in an answer */
	unsigned cost;
	char user[USER_MAX];
	char about[512 + SUB_MAX_LEN + 2]; /* what a sealed token is bound to */
	char setting[PASS_SETTING_MAX];
	char text[256];
	uint8_t check[PASS_CHECK_LEN];
	size_t sealed_len;
	uint8_t sealed[PASS_SEALED_MAX];
	struct secret *passphrase;
	struct secret *key;
	struct secret *token;
};

/* The buffer should be one for secrets. */
void passmsg_put(struct buf *b, const struct pass_msg *m);
/* ERR_PROTOCOL, ERR_NOMEM; passmsg_free in all cases. */
enum err passmsg_get(const void *packet, size_t len, struct pass_msg *ret);
/* Wipes all of it, and frees the secrets; a zeroed one is fine. */
void passmsg_free(struct pass_msg *m);
#define AUTO_PASSMSG CLEANUP(passmsg_free)

#endif
