/* SPDX-License-Identifier: MIT */
/* The real listener in a child process over temporary directories, with the test playing its
 * clients and encvoyd-online. Needs root: the configuration must belong to root, and clients of
 * other uids are part of what is tested. */
#ifndef ENCVOY_TESTS_UNIT_LISTENER_FIXTURE_H
#define ENCVOY_TESTS_UNIT_LISTENER_FIXTURE_H

#include "common/conf.h"
#include "common/proto.h"
#include "encvoyd/listener.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ISSUER "https://id.example.test"
#define ONLINE_UID 64321 /* plays encvoyd-online's */
#define UID_OF(sub) (1879048192U + (sub))
#define SHORT_MS 100  /* for what must not come */
#define LONG_MS 20000 /* for what must come */

struct fixture {
	char dir[64];
	char conf_dir[128], run_dir[128], state_dir[128], cache_dir[128];
	char socket[128], online[128], log[128], passwd[128], group[128];
	struct daemon_paths paths;
	struct listener_limits limits;
	int listen_fd; /* kept open, as a supervisor does */
	int online_fd; /* the listening socket of the online side; -1: closed */
	pid_t pid;
};

/* The configuration all tests begin with: subs 2 and 3 may log in. */
extern const char base_conf[];

/* False (with a TAP skip line) without root. */
bool fx_possible(void);
void fx_start(struct fixture *fx, const char *conf);
void fx_start_limited(struct fixture *fx, const char *conf, const struct listener_limits *limits);
/* Forks the listener anew over the same directories. */
void fx_run(struct fixture *fx);
void fx_write_conf(const struct fixture *fx, const char *conf);
/* Sends a signal and returns the exit status (128 + signal for a death by one). */
int fx_end(struct fixture *fx, int sig);
/* fx_end(SIGTERM) and removal of everything; returns the status. */
int fx_stop(struct fixture *fx);
/* The log as far as it is written. Static storage. */
const char *fx_log(const struct fixture *fx);
/* Waits until the log holds the text. */
bool fx_log_has(const struct fixture *fx, const char *text);

/* A packet received, or what came instead. */
struct got {
	enum err err; /* ERR_OK, ERR_CLOSED, ERR_TIMEOUT ... */
	enum msg_type type;
	struct reader r;
	size_t len;
	uint8_t bytes[PROTO_MAX];
};
/* The type, or 0 when no message came. Packets land in `got`. */
unsigned receive(int fd, int64_t ms, struct got *got);
/* Receives into a static struct. */
extern struct got got;
unsigned next(int fd);
bool is_closed(int fd); /* within LONG_MS, with nothing before the end */
bool is_quiet(int fd);  /* nothing for SHORT_MS */
/* True when no login reaches the online side for SHORT_MS. */
bool online_is_quiet(const struct fixture *fx);
bool send_buf(int fd, const struct buf *b);
bool send_bytes(int fd, const void *bytes, size_t len);

/* Clients. */
int client(const struct fixture *fx, uid_t uid); /* -1 when the connection fails */
struct ask_login {
	enum msg_type type; /* 0: MSG_LOGIN */
	const char *user, *service, *rhost, *tty;
	uint32_t flags;
	const char *args[4];
	const char *answer; /* NULL: none */
};
void put_login(struct buf *b, const struct ask_login *q);
bool send_login(int fd, const struct ask_login *q);
/* A login by this uid from LOGIN to RESULT, the online side not asked: its code. */
enum err login_as(const struct fixture *fx, uid_t uid, const struct ask_login *q);
/* Connects as root, sends an interactive LOGIN of service ssh, takes the ACK. */
int begin_login(const struct fixture *fx, const char *user, const char *rhost);
bool send_answer(int fd, const char *answer);
bool send_lookup(int fd, enum lookup_kind kind, const char *name, uint32_t id);
/* Takes everything up to RESULT: its code, or ERR_COUNT when none came. The message is in `result`.
 */
extern struct msg_result result;
enum err result_of(int fd);
/* Runs a verb as root and keeps the value of `key`; returns RESULT's code. */
enum err admin(const struct fixture *fx, const char *verb, const char *arg, const char *key,
    char *value, size_t size);

/* The online side. */
int online_accept(const struct fixture *fx); /* -1 when nobody comes */
/* Accepts and takes the JOB (kept in `job`, freed with the next). */
extern struct msg_login job;
extern char job_id[WORD_MAX];
int online_job(const struct fixture *fx);
void fill_identity(struct msg_identity *m, const char *sub);
bool send_identity(int fd, const char *sub);
bool send_identity_msg(int fd, const struct msg_identity *m);
bool send_refusal(int fd, enum err code, const char *text);
bool send_show(int fd, const char *text);
bool send_ask(int fd, enum ask_kind kind, const char *text);

/* A whole login of the sub: begins it, plays both sides, returns RESULT's code. */
enum err whole_login(const struct fixture *fx, const char *user, const char *sub);
int64_t now_ms(void);

#endif
