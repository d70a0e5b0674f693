/* SPDX-License-Identifier: MIT */
/* What a passwd or group entry of ours may contain. The publisher checks before it writes and the
 * modules check again what they read, by the same pure functions: a broken daemon may lie about
 * Encvoy users, never about root or a local user. */
#ifndef ENCVOY_COMMON_RECORD_H
#define ENCVOY_COMMON_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The range that systemd's UIDS-GIDS document leaves unassigned. Numeric subs map to the first
 * 2^27 ids, everybody else gets an id from the ledger behind them. */
#define ID_FLOOR 1879048192U
#define ID_SUB_SPAN (1U << 27)
#define ID_CEILING 2147352575U
/* The last ids are for groups of the configuration; the ledger gives the ones before. */
#define ID_GROUP_FLOOR (ID_CEILING - 65535U)

#define RECORD_TEXT_MAX 1024 /* gecos, home, shell: bytes each */

struct user_record {
	const char *name;
	const char *gecos;
	const char *home;
	const char *shell;
	uint32_t uid;
	uint32_t gid;
};

/* Inside our range: never 0, a system id, nobody, -1, or a container's. */
bool id_ok(uint32_t id);
/* A uid that an account of /etc/passwd must have to be signed in to by Encvoy ID (local_user): no
 * system account, nobody, or -1. */
bool local_uid_ok(uint32_t uid);
/* Printable UTF-8 (text_printable) without ':' or newline. */
bool gecos_ok(const char *text);
/* An absolute path of plain components (no "." or ".."), not "/" itself, without ':'. */
bool path_ok(const char *path);
/* Every rule for a passwd entry of ours. */
bool user_record_ok(const struct user_record *r);
/* Name and gid of a group of ours; members are checked one by one with name_ok. */
bool group_record_ok(const char *name, uint32_t gid);

#endif
