/* SPDX-License-Identifier: MIT */
/* The directory child: answers the listener's questions about people (common/proto_directory.h)
 * from the configured source until either side ends. It has no alarm as a login has: each request
 * and each pass has its deadline, and a listener that leaves ends it at once. SIGHUP ends it, too;
 * the listener's next connection gets one with the new configuration. */
#ifndef ENCVOY_ONLINE_DIRECTORY_H
#define ENCVOY_ONLINE_DIRECTORY_H

#include "common/conf.h"
#include "common/proto_directory.h"
#include "encvoyd/online/trust.h"

/* fd: to the listener. */
void directory_child(
    int fd, const struct msg_directory *have, const struct conf *conf, const struct trust *trust);

#endif
