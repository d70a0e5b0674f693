/* SPDX-License-Identifier: MIT */
/* What a user or group name may be: a rule, not a repair. A name that does not fit is refused
 * unchanged, never stripped or folded (SEC-15). */
#ifndef ENCVOY_COMMON_NAME_H
#define ENCVOY_COMMON_NAME_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>

#define NAME_MAX_LEN 32 /* bytes, as utmp and many tools have it */
#define SUB_MAX_LEN 255 /* OIDC Core 2 */

/* ^[a-z_][a-z0-9_-]*(\.[a-z0-9_-]+)*$ and at most NAME_MAX_LEN bytes. */
bool name_ok(const char *name, size_t len);
/* A well-known privileged or system name (root, admin, sudo, docker ...), whatever the
 * configuration says. */
bool name_reserved(const char *name);
/* The same for a name of known length, with a NUL behind it. */
bool name_reserved_len(const char *name, size_t len);
/* 1 to SUB_MAX_LEN printable ASCII bytes without blanks, ':', '/' or '\\'. */
bool sub_ok(const char *sub, size_t len);

/* True for a template that takes only %{sub} (and no claim that a user can edit). */
bool template_is_sub_only(const char *tpl);
/* ERR_CONFIG unless every %{...} is sub, login, user or uid (as the mask allows). */
enum template_field {
	TEMPLATE_SUB = 1,
	TEMPLATE_LOGIN = 2,
	TEMPLATE_USER = 4,
	TEMPLATE_UID = 8,
};
enum err template_check(const char *tpl, unsigned allowed_fields);

struct template_values {
	const char *sub;
	const char *login;
	const char *user;
	const char *uid;
};
/* Writes the expansion; ERR_NO_NAME when a value is missing, ERR_TOO_LONG when it does not fit. */
enum err template_expand(
    const char *tpl, const struct template_values *values, char *dst, size_t size);
/* The inverse for a template with one %{sub}: writes the sub that would give this name.
 * ERR_NOT_FOUND when the name is not of the template's form. */
enum err template_match(const char *tpl, const char *name, char *ret_sub, size_t size);

#endif
