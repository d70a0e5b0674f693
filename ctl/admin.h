/* SPDX-License-Identifier: MIT */
/* Questions that only root may ask encvoyd ("admin" in common/proto.h; the verbs and their rows are
 * in HACKING.md). */
#ifndef ENCVOY_CTL_ADMIN_H
#define ENCVOY_CTL_ADMIN_H

#include "common/proto.h"

struct rows {
	struct msg_row *v;
	size_t n;
};
void rows_free(struct rows *r);
/* The value of a row "KEY VALUE", borrowed; "" when there is none. */
const char *rows_value(const struct rows *r, const char *key);

/* A connection to encvoyd, whose credentials were checked. */
enum err admin_open(int *ret_fd);
/* Asks and gathers the answer's rows, which the caller frees. Returns the result's code; *result
 * then says more. When encvoyd says nothing for five seconds (sync, and the
 * end of an import: 15 minutes): ERR_TIMEOUT. */
enum err admin_ask(int fd, const char *verb, const char *const *args, size_t n,
    struct rows *ret_rows, struct msg_result *ret_result);
/* Opens, asks and complains: EXIT_DONE or another exit status. */
int admin_call(const char *verb, const char *const *args, size_t n, struct rows *ret_rows);
/* Says why an answer was no, and returns the exit status for it. */
int admin_complain(const char *what, enum err e, const struct msg_result *result);

#define AUTO_ROWS CLEANUP(rows_free)

#endif
