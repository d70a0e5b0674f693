/* SPDX-License-Identifier: MIT */
/* What sshd needs to know before anybody signs in: it refuses whom NSS does not know, so who comes
 * for the first time needs an entry before there is one. */
#ifndef ENCVOY_ENCVOYD_SSHD_H
#define ENCVOY_ENCVOYD_SSHD_H

#include "common/conf.h"
#include "common/proto.h"
#include "encvoyd/decide.h"
#include "encvoyd/identity.h"

/* Whether the rules of service sshd, as they stand in the configuration, would let the person in,
 * were it not for the proof and the age of the last sign-in: that one is the account phase's. d is
 * filled in all cases. Errors of identity_account. */
enum err sshd_admits(
    struct identities *ids, const struct conf *conf, const char *name, struct decision *d);

/* The passwd entry that a person will have after the first sign-in: where the name follows from the
 * sub alone, and the uid, too, and the rules admit it. Nothing is written or kept, and nobody else
 * than sshd hears of it. ERR_NOT_FOUND for everybody else, also for who has an identity (or lost it
 * to a block): of those the look-ups tell. ERR_IO, ERR_NOMEM. */
enum err sshd_newcomer(
    struct identities *ids, const struct conf *conf, const char *name, struct msg_passwd *ret);

/* Whether sshd can have an entry for the name, the local ones of local_user included. For any other
 * user it goes on for appearances only, and no login by it is worth a question (ERR_UNKNOWN_USER).
 * ERR_IO, ERR_NOMEM. */
enum err sshd_knows(struct identities *ids, const struct conf *conf, const char *name);

#endif
