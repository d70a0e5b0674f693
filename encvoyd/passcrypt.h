/* SPDX-License-Identifier: MIT */
/* What a passphrase is turned into. yescrypt's output is stored nowhere: it only keys two HMACs, of
 * which one is the check that is stored and the other the key that a refresh token is encrypted
 * under. So a copy of the database opens no token, and a login costs one derivation, not two. */
#ifndef ENCVOY_ENCVOYD_PASSCRYPT_H
#define ENCVOY_ENCVOYD_PASSCRYPT_H

#include "common/buf.h"
#include "common/err.h"
#include "common/secret.h"

#include <stddef.h>
#include <stdint.h>

#define PASS_MAX 256 /* bytes of a passphrase */
#define PASS_SETTING_MAX 192
#define PASS_CHECK_LEN 32
#define PASS_KEY_LEN 32
#define PASS_TOKEN_MAX 4096
#define PASS_SEALED_MAX (PASS_TOKEN_MAX + 28)

/* A fresh salt with yescrypt's parameters for a cost of 1 to 11 (crypt(5)). ERR_RANGE, ERR_IO. */
enum err passcrypt_setting(unsigned cost, char setting[PASS_SETTING_MAX]);
/* ERR_TOO_LONG, ERR_SYNTAX for a setting that is not yescrypt's, ERR_NOMEM. The caller frees the
 * key. */
enum err passcrypt_derive(const struct secret *passphrase, const char *setting,
    uint8_t check[PASS_CHECK_LEN], struct secret **ret_key);

/* AES-256-GCM with a random nonce in front and the tag behind. `about` is bound to the text: what
 * was sealed for one person opens for no other. Appends to out; ERR_TOO_LONG, ERR_INTERNAL. */
enum err passcrypt_seal(
    const struct secret *key, const char *about, const struct secret *token, struct buf *out);
/* ERR_BAD_KEY for anything but what passcrypt_seal made with this key and about. */
enum err passcrypt_open(const struct secret *key, const char *about, const void *sealed, size_t len,
    struct secret **ret);

#endif
