/* SPDX-License-Identifier: MIT */
/* An identity as NSS shows it. The map and the answers to look-ups come from here alone. */
#ifndef ENCVOY_ENCVOYD_SERVED_H
#define ENCVOY_ENCVOYD_SERVED_H

#include "common/conf.h"
#include "common/proto.h"
#include "encvoyd/entry.h"
#include "encvoyd/ids.h"

/* Fills ret, whose rec then points into it. The reasons for not serving an entry are those of
 * publish_left_out (publish.h); rec.name is valid or NULL then. */
enum err served_record(struct identities *ids, const struct conf *conf, const struct entry *entry,
    struct msg_passwd *ret);
/* The same, and whether the directory chose a home or shell for the person that is not allowed: the
 * configuration's holds then. */
enum err served_record_and_refused(struct identities *ids, const struct conf *conf,
    const struct entry *entry, struct msg_passwd *ret, bool *ret_refused);

#endif
