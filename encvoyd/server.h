/* SPDX-License-Identifier: MIT */
/* What the listener's files share: its whole state, in one struct that listener.c owns. */
#ifndef ENCVOY_ENCVOYD_SERVER_H
#define ENCVOY_ENCVOYD_SERVER_H

#include "common/conf.h"
#include "encvoyd/clients.h"
#include "encvoyd/dirfind.h"
#include "encvoyd/dirlink.h"
#include "encvoyd/dirsync.h"
#include "encvoyd/grace.h"
#include "encvoyd/identity.h"
#include "encvoyd/listener.h"
#include "encvoyd/loop.h"
#include "encvoyd/passpool.h"
#include "encvoyd/publish.h"
#include "encvoyd/throttle.h"
#include "encvoyd/times.h"
#include "encvoyd/told.h"
#include "encvoyd/uidcount.h"
#include "encvoyd/verdicts.h"
#include "sys/catalogs.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

struct conn;
struct login;

/* Since the start, for `status`. */
struct counters {
	uint64_t turned_away; /* connections beyond a limit */
	uint64_t lookups;
	uint64_t found;             /* of these, somebody or something */
	uint64_t logins[ERR_COUNT]; /* by their result */
	uint64_t accounts;
	uint64_t cached; /* logins that the provider was not asked about */
};

struct server {
	const struct listener_options *o;
	struct loop loop;
	struct conf *conf; /* replaced by a reload */
	struct login_clients clients;
	struct catalogs catalogs;
	struct identities *ids;
	int64_t started; /* seconds since 1970, as the next two */
	int64_t conf_loaded;
	int64_t online_heard; /* the last message of encvoyd-online, 0: none yet */
	bool blocked_stale;   /* the list of blocked users could not be written */
	struct publish_state published;
	uint64_t map_users;
	uint64_t map_groups;   /* [group] sections */
	uint64_t map_left_out; /* people and groups that are not served */
	uint64_t map_generation;
	struct listener_limits limits; /* as the descriptors allow */
	struct watch listen;
	struct watch signals;
	struct timer accept_again; /* armed while there are no descriptors left */
	struct timer stop_now;
	struct timer watchdog; /* armed where a service manager watches */
	LIST_HEAD(, conn) conns;
	size_t n_conns;
	struct uid_counts per_uid;
	LIST_HEAD(, login) logins;
	size_t n_logins;
	struct throttle throttle;
	struct verdicts verdicts;
	struct grace grace;
	struct passpool passpool;
	struct dirlink dirlink;
	struct dirsync dirsync;
	struct dirfind dirfind;
	struct told told;
	struct counters count;
	struct provider_times times;
	bool stopping;
};

#endif
