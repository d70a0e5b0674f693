/* SPDX-License-Identifier: MIT */
/* Configuration and map of the running listener. */
#ifndef ENCVOY_ENCVOYD_RELOAD_H
#define ENCVOY_ENCVOYD_RELOAD_H

#include "encvoyd/server.h"

#include <stdbool.h>

/* Reads the configuration and puts it in place of the former one; a bad one is logged with file
 * and line, and the former stays. Logins that wait keep the settings they began with. */
enum err server_load_conf(struct server *s);
/* Publishes users.map; a failure is logged, and look-ups then come to us. tell: logs who is left
 * out. */
enum err server_publish(struct server *s, bool tell);
/* The same for what may have changed for one sub; "": for anybody. */
enum err server_publish_change(struct server *s, const char *sub);
/* Says in the cache directory whose sessions have to end (blocked.h); logs why not. */
void server_write_blocked(struct server *s);
/* All of this, with the service manager told. */
void server_reload(struct server *s);

/* "FILE:LINE: TEXT" of a refused configuration, to the log. */
struct conf_error;
void log_conf_refused(const struct conf_error *e);

#endif
