/* SPDX-License-Identifier: MIT */
/* The signed roster: a manifest, which is a compact JWS, over a file of line records
 * (roster_lines.h). The manifest is all that is signed; it names the file by the digest of its
 * content, so the file never changes under its name and may come from anywhere. HACKING.md, "The
 * roster", describes the format. */
#ifndef ENCVOY_OIDC_ROSTER_H
#define ENCVOY_OIDC_ROSTER_H

#include "common/err.h"
#include "oidc/digest.h"
#include "oidc/jwk.h"
#include "oidc/jws.h"

#include <stddef.h>
#include <stdint.h>

#define ROSTER_TYP "encvoy-roster+jws"
#define ROSTER_MANIFEST_MAX JWS_MAX_LEN
#define ROSTER_SIZE_MAX                                                                           \
	INT64_C(0x7fffffff)                  /* bytes of the line records, whatever is configured \
					      */
#define ROSTER_FILE_LEN (2 * SHA256_LEN + 6) /* 64 hexadecimal digits and ".lines" */
#define ROSTER_LEEWAY 60                     /* seconds by which the maker's clock may be ahead */

struct roster_manifest {
	uint64_t serial; /* never 0 */
	int64_t issued;  /* seconds since 1970 */
	int64_t expires;
	uint64_t size; /* of the line records, in bytes */
	uint64_t count;
	uint8_t hash[SHA256_LEN];
	char file[ROSTER_FILE_LEN + 1]; /* follows from hash */
};

/* What this host takes. */
struct roster_expect {
	const char *issuer;
	const char *fleet;
	uint64_t serial;     /* the one in use, 0: none */
	const uint8_t *hash; /* of its line records; not looked at without a serial */
	int64_t now;
};

/* Verifies a manifest. Errors are those of jws_verify, and ERR_BAD_HEADER (another typ),
 * ERR_BAD_JSON, ERR_BAD_CLAIM (a member missing, unknown or unusable), ERR_WRONG_ISSUER,
 * ERR_WRONG_FLEET, ERR_NOT_YET_VALID, ERR_OLD_SERIAL (below the one in use, or the same one over
 * other records). That it has expired is no error here: the caller looks at expires. *ret is
 * written only on success. */
enum err roster_verify(const struct jwks *keys, const struct roster_expect *expect,
    const char *manifest, size_t len, struct roster_manifest *ret);

/* The name that a file of line records has by its digest. */
void roster_file_name(const uint8_t hash[SHA256_LEN], char ret[ROSTER_FILE_LEN + 1]);

#endif
