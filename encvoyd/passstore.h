/* SPDX-License-Identifier: MIT */
/* The passphrases that people have set on this host. What is stored opens nothing by itself
 * (passcrypt.h). A person who is blocked, deleted, dropped or removed loses it: triggers of the
 * database see to that. */
#ifndef ENCVOY_ENCVOYD_PASSSTORE_H
#define ENCVOY_ENCVOYD_PASSSTORE_H

#include "common/conf.h"
#include "common/name.h"
#include "common/proto.h"
#include "encvoyd/identity.h"
#include "encvoyd/passcrypt.h"

struct pass_record {
	char sub[SUB_MAX_LEN + 1];
	char setting[PASS_SETTING_MAX];
	uint8_t check[PASS_CHECK_LEN];
	size_t sealed_len;
	uint8_t sealed[PASS_SEALED_MAX];
	char service[WORD_MAX]; /* whose client the refresh token was given to */
	bool refused;           /* the provider does not take the token any more */
	int64_t full_login;     /* the person's last one here */
};

/* ERR_NOT_FOUND when the person has set none. */
enum err passstore_get(
    struct identities *ids, const struct conf *conf, const char *sub, struct pass_record *ret);
/* Sets or replaces, durably when it returns ERR_OK. ERR_NOT_FOUND for nobody of ours, or one who is
 * blocked. */
enum err passstore_put(
    struct identities *ids, const struct conf *conf, const struct pass_record *record, int64_t now);
/* Stores another refresh token behind the same passphrase, durably. ERR_NOT_FOUND when the
 * passphrase was forgotten or replaced meanwhile. */
enum err passstore_renew(struct identities *ids, const struct conf *conf,
    const struct pass_record *record, const void *sealed, size_t len);
/* Notes that the provider refused the token that the record holds, unless it has another by now. */
enum err passstore_refused(
    struct identities *ids, const struct conf *conf, const struct pass_record *record);

#endif
