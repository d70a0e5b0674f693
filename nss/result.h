/* SPDX-License-Identifier: MIT */
/* From our errors to what glibc wants to hear. */
#ifndef ENCVOY_NSS_RESULT_H
#define ENCVOY_NSS_RESULT_H

#include "common/err.h"

#include <errno.h>
#include <nss.h>

/* The total table. Only what is proven is NOTFOUND; *errnop is left alone on success, and is no
 * errno that reads as "not found" when nothing is known. */
static inline enum nss_status nss_result(enum err e, int *errnop)
{
	switch (e) {
	case ERR_OK:
		return NSS_STATUS_SUCCESS;
	case ERR_NOT_FOUND:
		*errnop = ENOENT;
		return NSS_STATUS_NOTFOUND;
	case ERR_TOO_LONG:
		*errnop = ERANGE;
		return NSS_STATUS_TRYAGAIN;
	case ERR_TOO_MANY:
		*errnop = EAGAIN;
		return NSS_STATUS_TRYAGAIN;
	case ERR_NOMEM:
		*errnop = ENOMEM;
		return NSS_STATUS_TRYAGAIN;
	default:
		*errnop = EIO;
		return NSS_STATUS_UNAVAIL;
	}
}

#endif
