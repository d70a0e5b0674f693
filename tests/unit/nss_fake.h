/* SPDX-License-Identifier: MIT */
/* A daemon for the module's tests: a process that takes one connection after the other and has one
 * canned answer. And Anna, about whom it is asked. */
#ifndef ENCVOY_TESTS_UNIT_NSS_FAKE_H
#define ENCVOY_TESTS_UNIT_NSS_FAKE_H

#include "common/proto.h"
#include "tests/unit/nss_ground.h"

#include <stdatomic.h>

#define SOCKET RUN "/socket"

enum behaviour {
	ANSWER,     /* sends the packet */
	SILENCE,    /* reads, and says nothing until the client goes */
	HANG_UP,    /* closes without an answer */
	HALF_CLOSE, /* shuts its sending side down */
};

/* In memory that both processes share. */
struct fake {
	enum behaviour behaviour;
	uint8_t packet[PROTO_MAX + 64];
	size_t len;
	atomic_uint asked;
	struct msg_lookup question; /* the latest */
};
extern struct fake *fake;

void fake_start(void);
void fake_stop(void);
/* What it answers from now on. */
void answer_with(const struct buf *b);
void answer_user(const char *name, uint32_t uid, uint32_t gid, const char *home);
void answer_anna(void);

/* The latest look-up in this process. */
struct last {
	struct passwd pw;
	struct group gr;
	char buf[4096];
	int err;
	unsigned asked; /* questions that reached the daemon */
	int64_t ms;
};
extern struct last last;

/* Anna is ID_FLOOR + 5, team is ID_FLOOR + 6. */
enum nss_status ask_anna(void);
enum nss_status ask_anna_uid(void);
enum nss_status ask_team(void);
enum nss_status ask_team_gid(void);
/* SUCCESS only with exactly two more groups, any other status only with none. */
enum nss_status ask_groups(void);

#endif
