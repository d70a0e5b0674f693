/* SPDX-License-Identifier: MIT */
/* The whole wire protocol between the modules, encvoyctl and encvoyd, and between encvoyd and
 * encvoyd-online. Sockets are AF_UNIX SOCK_SEQPACKET: one packet is one message of at most
 * PROTO_MAX bytes: u8 version, u8 type, then the fields below in order (common/buf: little-endian
 * numbers, u32-counted strings without NUL). A message that is truncated, too long, of another
 * version or has bytes left over is refused whole.
 *
 * One connection is one conversation; the client speaks first:
 *
 *   look-up   LOOKUP                    -> PASSWD | GROUP | GROUPS | TEXT | NOT_FOUND
 *                                          | RESULT (an error)
 *   login     LOGIN -> ACK, then (SHOW | ASK -> ANSWER)* and one RESULT. Closing cancels.
 *   account   ACCOUNT                   -> RESULT
 *   session   SESSION                   -> RESULT
 *   grace     GRACE                     -> RESULT
 *   admin     ADMIN                     -> ROW* and one RESULT
 *
 * Between encvoyd and encvoyd-online (one connection per login, opened by encvoyd):
 *
 *   JOB -> (SHOW | ASK -> ANSWER)* and one IDENTITY (verified) or RESULT (refused). RESULT with
 *   ERR_OK is not for the online side to send. RENEWED, a refresh token, may come once before
 *   IDENTITY where the job asked for one. Closing cancels; a closed side is a failure.
 *
 *   DIRECTORY -> (SYNC | FIND -> PERSONS* END)*   common/proto_directory.h
 *
 *   On both of these encvoyd-online may say TIMES    common/proto_times.h
 *
 * Inside encvoyd-online, login child to keys child:
 *
 *   KEYS_GET -> KEYS | RESULT (an error)
 */
#ifndef ENCVOY_COMMON_PROTO_H
#define ENCVOY_COMMON_PROTO_H

#include "common/buf.h"
#include "common/err.h"
#include "common/name.h"
#include "common/record.h"
#include "common/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROTO_VERSION 1
#define PROTO_MAX 65536

enum msg_type {
	MSG_LOOKUP = 1,
	MSG_PASSWD = 2,
	MSG_GROUP = 3,
	MSG_GROUPS = 4,
	MSG_NOT_FOUND = 5,
	MSG_TEXT = 6,
	MSG_LOGIN = 10,
	MSG_ACK = 11,
	MSG_SHOW = 12,
	MSG_ASK = 13,
	MSG_ANSWER = 14,
	MSG_RESULT = 15,
	MSG_ACCOUNT = 16,
	MSG_SESSION = 17, /* a login session has begun */
	MSG_GRACE = 18,   /* may this session's sudo go without a question (sudo_grace)? */
	MSG_ADMIN = 20,
	MSG_ROW = 21,
	MSG_JOB = 30,
	MSG_IDENTITY = 31,
	MSG_RENEWED = 32,
	MSG_KEYS_GET = 40,
	MSG_KEYS = 41,
	MSG_DIRECTORY = 50, /* to MSG_END: common/proto_directory.h */
	MSG_SYNC = 51,
	MSG_FIND = 52,
	MSG_PERSONS = 53,
	MSG_END = 54,
	MSG_TIMES = 60, /* common/proto_times.h */
};

/* Starts a message in b, and reads the start of one. proto_open fails with ERR_PROTOCOL or
 * ERR_VERSION; the reader then stands before the fields. */
void proto_begin(struct buf *b, enum msg_type type);
enum err proto_open(const void *packet, size_t len, struct reader *r, enum msg_type *ret_type);

#define USER_MAX 256 /* as typed; longer ones are refused before any message */
#define WORD_MAX 64  /* service, tty, method, login id ... */
#define HOST_MAX 256
#define LANG_MAX 32
#define TEXT_MAX 16384
#define ANSWER_MAX 32768
#define ARGS_MAX 16
#define ARG_LEN_MAX 1024 /* limits.h has an ARG_MAX */
#define FIELDS_MAX 32

enum lookup_kind {
	LOOKUP_PWNAM = 1,
	LOOKUP_PWUID = 2,
	LOOKUP_GRNAM = 3,
	LOOKUP_GRGID = 4,
	LOOKUP_INITGROUPS = 5,
	LOOKUP_KEYS = 6, /* by name; answered by TEXT: lines of SSH keys, not yet believed */
	LOOKUP_SSHD = 7, /* PWNAM, asked by sshd: from uid 0 also about who may sign in at first */
};

struct msg_lookup {
	enum lookup_kind kind;
	char name[USER_MAX]; /* for the kinds by name */
	uint32_t id;         /* for the kinds by id */
};
void proto_put_lookup(struct buf *b, const struct msg_lookup *m);
enum err proto_get_lookup(struct reader *r, struct msg_lookup *ret);

/* rec.name and so on point at the arrays behind it: not to be copied. */
struct msg_passwd {
	struct user_record rec;
	char name[NAME_MAX_LEN + 1];
	char gecos[RECORD_TEXT_MAX + 1];
	char home[RECORD_TEXT_MAX + 1];
	char shell[RECORD_TEXT_MAX + 1];
};
void proto_put_passwd(struct buf *b, const struct user_record *rec);
enum err proto_get_passwd(struct reader *r, struct msg_passwd *ret);

/* Group: name, gid, u32 count, then the members' names; the members are read one by one with
 * get_str. Groups: u32 count, then u32 gids. */
void proto_put_group(
    struct buf *b, const char *name, uint32_t gid, const char *const *members, size_t n);
enum err proto_get_group_head(
    struct reader *r, char *name, size_t size, uint32_t *ret_gid, uint32_t *ret_count);
void proto_put_groups(struct buf *b, const uint32_t *gids, size_t n);
enum err proto_get_groups_head(struct reader *r, uint32_t *ret_count);

/* Lines of text, as they came from a directory. The caller frees. */
#define KEY_LINES_MAX 24576
void proto_put_text(struct buf *b, const char *text);
enum err proto_get_text(struct reader *r, char **ret);

enum login_flags {
	LOGIN_INTERACTIVE = 1, /* the client can show and ask */
	LOGIN_HAS_ANSWER = 2,  /* the answer field counts */
	LOGIN_SSHD = 4,        /* the program is sshd: texts appear only with a prompt */
	LOGIN_SILENT = 8,
	LOGIN_SET_PASSPHRASE = 16, /* a full login, and then a new passphrase */
	/* in a JOB only */
	LOGIN_OFFLINE = 32, /* ask for a refresh token, too */
	LOGIN_REFRESH = 64, /* the answer is a refresh token: use it, and nothing else */
};

/* A login, account, session or grace request. The args are PAM arguments ("methods=token"); they
 * count only from uid 0. The answer is a secret: free with msg_login_free. */
struct msg_login {
	char user[USER_MAX];
	char service[WORD_MAX];
	char rhost[HOST_MAX];
	char tty[WORD_MAX];
	char lang[LANG_MAX]; /* a locale's name, for messages; "": nothing is known */
	uint32_t flags;
	size_t n_args;
	char *args[ARGS_MAX];
	struct secret *answer; /* NULL when there is none */
};
void proto_put_login(struct buf *b, enum msg_type type, const struct msg_login *m);
enum err proto_get_login(struct reader *r, struct msg_login *ret);
void msg_login_free(struct msg_login *m);

void proto_put_ack(struct buf *b, const char *login_id);
enum err proto_get_ack(struct reader *r, char *login_id, size_t size);

/* Text for people, printable already; qr is a ready block of text lines, or "". One SHOW is one
 * PAM message. Owned strings: free with msg_show_free. */
struct msg_show {
	char *text;
	char *qr;
};
void proto_put_show(struct buf *b, const char *text, const char *qr);
enum err proto_get_show(struct reader *r, struct msg_show *ret);
void msg_show_free(struct msg_show *m);

enum ask_kind {
	ASK_ENTER = 1,      /* any answer, also an empty one, goes on */
	ASK_PASTE = 2,      /* a code, an address or a token */
	ASK_TOKEN = 3,      /* a token, not echoed */
	ASK_PASSPHRASE = 4, /* asked by encvoyd itself, not echoed */
};
struct msg_ask {
	enum ask_kind kind;
	bool echo;
	char *text;
};
void proto_put_ask(struct buf *b, enum ask_kind kind, bool echo, const char *text);
enum err proto_get_ask(struct reader *r, struct msg_ask *ret);
void msg_ask_free(struct msg_ask *m);

void proto_put_answer(struct buf *b, const char *answer, size_t len);
/* The caller frees the secret. */
enum err proto_get_answer(struct reader *r, struct secret **ret);

/* The end of a conversation. reason is err_word(code) or a newer side's word; identity is
 * "issuer sub" when known, else "". */
struct msg_result {
	enum err code;
	char reason[WORD_MAX];
	char user[USER_MAX];
	char login_id[WORD_MAX];
	char text[512]; /* a sentence for the person, may be "" */
};
void proto_put_result(struct buf *b, const struct msg_result *m);
enum err proto_get_result(struct reader *r, struct msg_result *ret);

/* verb is "status", "user list" ...; args as on encvoyctl's command line. */
struct msg_admin {
	char verb[WORD_MAX];
	size_t n_args;
	char *args[ARGS_MAX];
};
void proto_put_admin(struct buf *b, const char *verb, const char *const *args, size_t n);
enum err proto_get_admin(struct reader *r, struct msg_admin *ret);
void msg_admin_free(struct msg_admin *m);

/* A row of fields; what they mean is the verb's affair (docs in encvoyd/admin.c). */
struct msg_row {
	size_t n;
	char *fields[FIELDS_MAX];
};
void proto_put_row(struct buf *b, const char *const *fields, size_t n);
enum err proto_get_row(struct reader *r, struct msg_row *ret);
void msg_row_free(struct msg_row *m);

/* listener -> login child: a LOGIN already authorised; args are those that count. */
void proto_put_job(struct buf *b, const char *login_id, const struct msg_login *login);
enum err proto_get_job(struct reader *r, char *login_id, size_t size, struct msg_login *ret);

/* login child -> listener: who signed in, verified against the provider's keys or answers. */
struct msg_identity {
	char issuer[512];
	char sub[SUB_MAX_LEN + 1];
	uint32_t method; /* enum method */
	bool full;       /* the person signed in at the provider just now */
	bool single_use; /* token_hash must be unused, and is used up by this login */
	uint8_t token_hash[32];
	uint64_t auth_time; /* 0: unknown */
	uint64_t expires;   /* when a token ends, 0: does not apply */
	char name[256];     /* display only, printable, may be "" */
	char locale[32];
};
void proto_put_identity(struct buf *b, const struct msg_identity *m);
enum err proto_get_identity(struct reader *r, struct msg_identity *ret);

/* login child -> listener: the refresh token that is good from now on. The caller frees. */
void proto_put_renewed(struct buf *b, const struct secret *token);
enum err proto_get_renewed(struct reader *r, struct secret **ret);

enum keys_what {
	KEYS_DISCOVERY = 1,
	KEYS_JWKS = 2,
};
/* kid: the key that is missing, or "" for whatever is at hand. */
void proto_put_keys_get(struct buf *b, enum keys_what what, const char *kid);
enum err proto_get_keys_get(struct reader *r, enum keys_what *ret, char *kid, size_t size);
/* The document as the provider sent it; the receiver parses it. */
void proto_put_keys(struct buf *b, const void *document, size_t len);
enum err proto_get_keys(struct reader *r, const char **ret_document, size_t *ret_len);

#define AUTO_LOGIN CLEANUP(msg_login_free)
#define AUTO_SHOW CLEANUP(msg_show_free)
#define AUTO_ASK CLEANUP(msg_ask_free)
#define AUTO_ADMIN CLEANUP(msg_admin_free)
#define AUTO_ROW CLEANUP(msg_row_free)

#endif
