/* SPDX-License-Identifier: MIT */
/* Where a roster lies: a file on this host, which only root or we may have written, or an https
 * address. Nothing here judges what it holds. */
#ifndef ENCVOY_ONLINE_ROSTER_PLACE_H
#define ENCVOY_ONLINE_ROSTER_PLACE_H

#include "common/buf.h"
#include "encvoyd/online/http.h"

struct roster_place {
	const char *address; /* of the manifest, as in the configuration */
	struct http *http;
};

/* Appends the manifest. With an etag ("" for none) that still holds: *ret_same and nothing is
 * appended; ret_etag gets the one that came, or "". Errors of sys/file and http. */
enum err roster_place_manifest(const struct roster_place *p, const char *etag, struct buf *ret,
    char ret_etag[HTTP_ETAG_MAX], bool *ret_same);
/* Streams the file of that name beside the manifest, at most so many bytes, as struct http_stream
 * has it. */
enum err roster_place_lines(
    const struct roster_place *p, const char *name, const struct http_stream *to);

/* The address of a file beside the manifest's; a query does not belong to it. ERR_TOO_LONG. */
enum err roster_place_beside(const char *address, const char *name, char *dst, size_t size);

#endif
