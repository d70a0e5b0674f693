/* SPDX-License-Identifier: MIT */
/* What Encvoy ID's REST directory answers (/api/v1/clients/{client}/users). Texts that people write
 * themselves never make an answer bad: one that cannot be used reads as "", so that nobody can stop
 * the directory by his own profile. Everything else must be as recorded. All pointers are borrowed
 * from the tree. */
#ifndef ENCVOY_OIDC_APIDIR_H
#define ENCVOY_OIDC_APIDIR_H

#include "oidc/json.h"

#define APIDIR_MAX_LEN (256 * 1024)

/* An element of a listing. */
struct apidir_row {
	int64_t id; /* the user's number, which is the sub */
	bool blocked;
	bool deleted; /* a purge date is set */
	const char *role;
	const char *given_name;
	const char *family_name;
	const char *nickname;
};

/* Parses a listing. ERR_PROVIDER_ERROR (also for what is no array), ERR_TOO_LONG, ERR_NOMEM. The
 * caller frees *ret with json_free; json_count tells how many there are. */
enum err apidir_list(const void *bytes, size_t len, struct json **ret);
/* The i-th element. ERR_PROVIDER_ERROR unless it is complete. */
enum err apidir_row(const struct json *list, size_t i, struct apidir_row *ret);

/* The names of the custom fields that matter; "" where none does. */
struct apidir_fields {
	const char *ssh_keys;
	const char *shell;
	const char *home;
};

struct apidir_details {
	int64_t id;
	const char *login;
	const char *locale;
	const char *ssh_keys; /* any text */
	const char *shell;
	const char *home;
};

/* Reads one user's details out of a parsed answer. ERR_PERMISSION when the provider hides the login
 * from us, ERR_PROVIDER_ERROR. */
enum err apidir_details(
    const struct json *j, const struct apidir_fields *fields, struct apidir_details *ret);

/* The message of an error answer, made printable and cut to fit; "" when there is none. */
void apidir_message(const void *bytes, size_t len, char *ret, size_t size);

/* Appends the filter that finds exactly this login, as JSON. */
void apidir_login_filter(const char *login, struct buf *out);

#endif
