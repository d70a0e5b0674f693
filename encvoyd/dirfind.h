/* SPDX-License-Identifier: MIT */
/* People whom the database does not know yet, asked of the directory by name where it can be asked
 * (directory = api). However many want the same name, it is one question; who wants it waits here
 * for a moment. That a name is nobody's is remembered for a while. */
#ifndef ENCVOY_ENCVOYD_DIRFIND_H
#define ENCVOY_ENCVOYD_DIRFIND_H

#include "common/name.h"
#include "common/proto_directory.h"
#include "encvoyd/dirstage.h"
#include "encvoyd/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct server;
struct find;

/* Part of its owner's struct, zeroed before first use. */
struct find_waiter {
	LIST_ENTRY(find_waiter) link;
	struct find *find; /* NULL: waits for nothing */
	bool patient;      /* a login: five seconds instead of 400 ms */
	/* The answer is in the database, or it takes too long; no longer waiting. */
	void (*done)(struct find_waiter *w);
	void *owner;
};

#define FINDS_MAX 256
#define ABSENT_SETS 1024
#define ABSENT_WAYS 4

struct absent {
	char name[NAME_MAX_LEN + 1];
	int64_t until; /* clock_mono_ms() */
};

struct dirfind {
	STAILQ_HEAD(, find) queue; /* its head is asked first */
	size_t n;
	uint64_t asked; /* questions so far, for status */
	uint64_t seed;
	struct dirstage stage;
	enum err spoiled;
	size_t found;
	char sub[SUB_MAX_LEN + 1]; /* of who was found */
	struct absent absent[ABSENT_SETS][ABSENT_WAYS];
};

void dirfind_init(struct server *s);
/* Asks for a name that the database does not know, or joins who asks already: true when w->done
 * will be called, later. False when the directory cannot help, or not soon; the question may be
 * asked all the same, for the next one. */
bool dirfind_wait(struct server *s, const char *name, struct find_waiter *w);
/* The waiter goes. */
void dirfind_leave(struct find_waiter *w);

/* For dirlink.c: the login to ask for next (NULL: none), its answer, its failure (of all that wait:
 * there is nobody to ask). */
const char *dirfind_next(struct server *s);
enum err dirfind_persons(struct server *s, struct reader *r);
void dirfind_end(struct server *s, const struct msg_end *m);
void dirfind_failed(struct server *s, enum err why);

#endif
