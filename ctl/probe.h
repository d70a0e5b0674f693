/* SPDX-License-Identifier: MIT */
/* The checks' own requests to the provider, by the daemon's HTTP rules. */
#ifndef ENCVOY_CTL_PROBE_H
#define ENCVOY_CTL_PROBE_H

#include "common/conf.h"
#include "encvoyd/online/http.h"
#include "oidc/client.h"

struct probe {
	struct trust trust;
	struct http *http;
};

/* ERR_CONFIG: the CA file cannot be used. Free with probe_close in all cases. */
enum err probe_open(const struct conf *conf, struct probe *ret);
void probe_close(struct probe *p);

/* A GET, or a POST of a form as this client. Free the answer in all cases. */
enum err probe_get(struct probe *p, const char *url, struct http_answer *ret);
enum err probe_post(struct probe *p, const char *url, const struct client *client,
    const struct buf *form, struct http_answer *ret);

#define AUTO_PROBE CLEANUP(probe_close)

#endif
