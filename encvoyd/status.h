/* SPDX-License-Identifier: MIT */
#ifndef ENCVOY_ENCVOYD_STATUS_H
#define ENCVOY_ENCVOYD_STATUS_H

#include "encvoyd/admin.h"
#include "encvoyd/server.h"

/* The rows of `status`: key and value. */
enum err status_rows(struct server *s, const struct admin *a);
/* The directory's part of them. */
enum err status_directory_rows(const struct server *s, const struct admin *a);
/* What requests to the provider took. */
enum err status_times_rows(const struct server *s, const struct admin *a);
/* How soon a blocked user is out, by each way in. */
enum err status_block_rows(const struct server *s, const struct admin *a);

#endif
