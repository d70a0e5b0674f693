/* SPDX-License-Identifier: MIT */
/* One person of a roster: a JSON object on a line of its own, with the members sub (needed), name
 * (the login), gecos, locale, roles, ssh_keys, id and blocked. */
#ifndef ENCVOY_OIDC_ROSTER_PERSON_H
#define ENCVOY_OIDC_ROSTER_PERSON_H

#include "common/buf.h"
#include "common/proto_directory.h"

#define ROSTER_LINE_MAX 65536 /* bytes, without the newline */

/* Reads a line (without its newline). ERR_BAD_JSON, ERR_TOO_LONG, ERR_NOMEM, or ERR_BAD_CLAIM for a
 * member that is missing, unknown or unusable; *ret_why then says which, as the end of a sentence
 * (static), and *ret holds nothing. Roles come out sorted and each once. */
enum err roster_person_parse(
    const char *line, size_t len, struct msg_person *ret, const char **ret_why);
/* Appends the line of a person with its newline. What the line cannot hold (shell, home, deleted)
 * is left out; a failure sticks in the buffer. */
void roster_person_write(struct buf *out, const struct msg_person *p);

/* The order of the lines, like strcmp's: decimal subs by number, then all others byte by byte. It
 * is 0 only for equal ones. */
int roster_sub_order(const char *a, const char *b);

#endif
