/* SPDX-License-Identifier: MIT */
/* The provider's two documents, discovery and keys, fetched straight from it: for encvoyctl, and
 * the rules for everybody who reads them. Logins ask the keys child instead (keys_client.h). */
#ifndef ENCVOY_ONLINE_DOCUMENTS_H
#define ENCVOY_ONLINE_DOCUMENTS_H

#include "common/conf.h"
#include "encvoyd/online/network.h"
#include "oidc/discovery.h"

/* What a discovery document must satisfy by this configuration; borrows from it. */
void documents_rules(const struct conf *conf, struct discovery_rules *ret);
/* One GET of a document; ERR_PROVIDER_ERROR unless the status is 200. */
enum err documents_get(
    const struct network *net, const char *url, int64_t deadline, struct buf *ret);

/* A source that asks the provider each time. Both pointers must outlive it. */
struct documents {
	const struct conf *conf;
	const struct network *net;
};
struct source documents_source(struct documents *d);

#endif
