/* SPDX-License-Identifier: MIT */
#ifndef ENCVOY_CTL_CHECK_CLIENT_H
#define ENCVOY_CTL_CHECK_CLIENT_H

#include "ctl/checks.h"
#include "ctl/probe.h"
#include "oidc/discovery.h"

/* Whether the provider knows this client and takes its secret and redirect address, found out by a
 * request that changes nothing there: a pushed authorization request, or else the introspection of
 * something that is no token. */
void check_client(struct findings *f, struct probe *p, const struct provider *provider,
    const struct conf *conf, const struct client *client);

#endif
