/* SPDX-License-Identifier: MIT */
/* The provider as encvoyctl's own sign-ins see it: connection, documents and flow in one piece. */
#ifndef ENCVOY_CTL_IDPLINK_H
#define ENCVOY_CTL_IDPLINK_H

#include "encvoyd/online/documents.h"
#include "encvoyd/online/http.h"
#include "encvoyd/online/idp.h"

struct idplink {
	struct trust trust;
	struct http *http;
	struct documents documents;
	struct idp idp; /* for idp_open, which nobody has called yet */
};

/* Refers to conf and to itself: *ret stays where it is. ERR_CONFIG: the CA file cannot be used.
 * Close in all cases. */
enum err idplink_open(const struct conf *conf, int64_t deadline, struct idplink *ret);
void idplink_close(struct idplink *l);

#define AUTO_IDPLINK CLEANUP(idplink_close)

#endif
