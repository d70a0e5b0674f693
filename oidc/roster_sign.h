/* SPDX-License-Identifier: MIT */
/* The maker's side of a roster: its key, and the signature over a manifest. */
#ifndef ENCVOY_OIDC_ROSTER_SIGN_H
#define ENCVOY_OIDC_ROSTER_SIGN_H

#include "common/buf.h"
#include "oidc/roster.h"

#define ROSTER_SEED_LEN 32
#define ROSTER_PEM_MAX 4096

/* An Ed25519 key pair. */
struct roster_key;

/* From random bytes, which are all that is secret of it. ERR_NOMEM, ERR_INTERNAL. */
enum err roster_key_new(const uint8_t seed[ROSTER_SEED_LEN], struct roster_key **ret);
/* From the PEM text of an unencrypted private key (PKCS #8). ERR_BAD_KEY. */
enum err roster_key_load(const void *pem, size_t len, struct roster_key **ret);
/* Appends the PEM texts; the private one into a secret buffer. */
enum err roster_key_private_pem(const struct roster_key *k, struct buf *out);
enum err roster_key_public_pem(const struct roster_key *k, struct buf *out);
/* NULL is fine. */
void roster_key_free(struct roster_key *k);

/* Appends the manifest: issuer, fleet and what *m says. ERR_RANGE when no host would take it
 * (serial, times), ERR_TOO_LONG, ERR_NOMEM, ERR_INTERNAL. */
enum err roster_sign(const struct roster_key *k, const char *issuer, const char *fleet,
    const struct roster_manifest *m, struct buf *out);

static inline void roster_key_freep(struct roster_key **k)
{
	roster_key_free(*k);
}

#define AUTO_ROSTER_KEY CLEANUP(roster_key_freep)

#endif
