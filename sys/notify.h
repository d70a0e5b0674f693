/* SPDX-License-Identifier: MIT */
#ifndef ENCVOY_SYS_NOTIFY_H
#define ENCVOY_SYS_NOTIFY_H

#include <stdint.h>

/* Tells the service manager about a change of state ("READY=1", "STOPPING=1") by the protocol of
 * sd_notify(3). Does nothing without NOTIFY_SOCKET and never waits. */
void notify_manager(const char *state);
/* "RELOADING=1" with the time that Type=notify-reload asks for. */
void notify_reloading(void);
/* Keeps what the environment says of the manager, for a process that is about to forget it. */
void notify_keep(void);
/* How often the manager wants "WATCHDOG=1" of this process, in milliseconds (half of what it
 * allows); 0: never. */
int64_t notify_watchdog_ms(void);

#endif
