/* SPDX-License-Identifier: MIT */
#ifndef ENCVOY_ONLINE_REHEARSAL_H
#define ENCVOY_ONLINE_REHEARSAL_H

#include "common/err.h"

/* Verifies an ID token that is part of the source, so that code, memory and OpenSSL's algorithms
 * are in their places when the first real one comes. ERR_OK, or idtoken_verify's error: where the
 * system's policy allows no RS256 nothing is lost but time. */
enum err rehearse(void);

#endif
