/* SPDX-License-Identifier: MIT */
/* The directory part of the wire protocol (common/proto.h), between encvoyd and the directory child
 * of encvoyd-online; one connection, opened by encvoyd, for as long as both live:
 *
 *   DIRECTORY                 what encvoyd has, once
 *   SYNC -> PERSONS* END      one pass over the whole directory
 *   FIND -> PERSONS? END      one person by login, where the source can be asked (directory = api)
 *
 * encvoyd asks one question at a time and owns the timer. A pass counts only with its END of
 * ERR_OK: whatever came before another END, or before the connection broke, is forgotten. The
 * child keeps ETags, tokens and connections in its memory; encvoyd keeps what must last. */
#ifndef ENCVOY_COMMON_PROTO_DIRECTORY_H
#define ENCVOY_COMMON_PROTO_DIRECTORY_H

#include "common/proto.h"
#include "common/role.h"

#define LOGIN_MAX 256      /* bytes of a login claim with its NUL */
#define SSH_KEYS_MAX 24576 /* bytes of all keys of a person */
#define DIRECTORY_HASH_LEN 32

/* What the directory says of one person. Everything is unchecked but for its form; absent texts are
 * "". The two flags are about the person at the provider, not about this host. */
struct msg_person {
	char sub[SUB_MAX_LEN + 1];
	char login[LOGIN_MAX];
	char gecos[RECORD_TEXT_MAX + 1]; /* a display name */
	char locale[32];
	char shell[RECORD_TEXT_MAX + 1];
	char home[RECORD_TEXT_MAX + 1];
	char roles[ROLES_MAX + 1];       /* common/role.h */
	char ssh_keys[SSH_KEYS_MAX + 1]; /* a key per line, as in authorized_keys */
	uint32_t id; /* from the ledger of who made the roster; 0: follows from sub */
	bool blocked;
	bool deleted;
};

/* PERSONS: u32 count, then the persons. proto_put_persons starts the message, proto_add_person adds
 * one (false, and nothing added, when it would not fit any more into a packet). */
void proto_put_persons(struct buf *b);
bool proto_add_person(struct buf *b, const struct msg_person *p);
/* The count; then proto_get_person exactly that often. ERR_PROTOCOL for a malformed one; after the
 * last one reader_done must hold. */
enum err proto_get_persons_head(struct reader *r, uint32_t *ret_count);
enum err proto_get_person(struct reader *r, struct msg_person *ret);

/* DIRECTORY: the last roster that was taken. serial 0: none. */
struct msg_directory {
	uint64_t serial;
	uint8_t hash[DIRECTORY_HASH_LEN]; /* of its line records */
};
void proto_put_directory(struct buf *b, const struct msg_directory *m);
enum err proto_get_directory(struct reader *r, struct msg_directory *ret);

void proto_put_sync(struct buf *b);
enum err proto_get_sync(struct reader *r);
void proto_put_find(struct buf *b, const char *login);
enum err proto_get_find(struct reader *r, char login[LOGIN_MAX]);

/* END of a pass or a question. code ERR_OK: with unchanged set nobody was sent and everybody stays
 * as he was; else the persons sent are the whole directory (SYNC), or the answer (FIND, where none
 * sent means that there is nobody). serial, expires and hash are a roster's, else 0. detail is for
 * the log, printable. */
struct msg_end {
	enum err code;
	bool unchanged;
	uint64_t serial;
	uint64_t expires; /* seconds since 1970 */
	uint8_t hash[DIRECTORY_HASH_LEN];
	char detail[256];
};
void proto_put_end(struct buf *b, const struct msg_end *m);
enum err proto_get_end(struct reader *r, struct msg_end *ret);

#endif
