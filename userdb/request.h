/* SPDX-License-Identifier: MIT */
/* A call of systemd's io.systemd.UserDatabase interface: Varlink, which is a JSON object and a NUL
 * on a stream socket. Pure on bytes. */
#ifndef ENCVOY_USERDB_REQUEST_H
#define ENCVOY_USERDB_REQUEST_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define USERDB_SERVICE "io.encvoy.UserDatabase"
#define REQUEST_MAX 8192
#define REQUEST_NAME_MAX 256

enum userdb_method {
	USERDB_USER,
	USERDB_GROUP,
	USERDB_MEMBERSHIPS,
};

struct userdb_request {
	enum userdb_method method;
	bool more;     /* several replies are wanted */
	bool oneway;   /* none is */
	bool has_id;   /* uid or gid, whichever the method takes */
	bool has_user; /* a name may be given and empty: nobody's */
	bool has_group;
	uint32_t id;
	char user[REQUEST_NAME_MAX];
	char group[REQUEST_NAME_MAX];
	const char *fault; /* the name of the error to reply instead, or NULL; static */
};

/* Reads a message without its NUL. An error means that the other side speaks something else, and
 * that no reply can be given. */
enum err userdb_request_parse(const void *bytes, size_t len, struct userdb_request *ret);

#endif
