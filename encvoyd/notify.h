/* SPDX-License-Identifier: MIT */
#ifndef ENCVOY_ENCVOYD_NOTIFY_H
#define ENCVOY_ENCVOYD_NOTIFY_H

/* Tells the service manager about a change of state ("READY=1", "STOPPING=1") by the protocol of
 * sd_notify(3). Does nothing without NOTIFY_SOCKET and never waits. */
void notify_manager(const char *state);
/* "RELOADING=1" with the time that Type=notify-reload asks for. */
void notify_reloading(void);

#endif
