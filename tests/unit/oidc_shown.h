/* SPDX-License-Identifier: MIT */
/* Hostile text in the name of a check, made printable. Valid until the next call. */
#ifndef ENCVOY_TESTS_UNIT_OIDC_SHOWN_H
#define ENCVOY_TESTS_UNIT_OIDC_SHOWN_H

#include "common/str.h"

#include <string.h>

static inline const char *shown(const char *text)
{
	static char name[512];
	struct buf b;
	const char *s;

	buf_init_fixed(&b, name, sizeof(name));
	str_printable(&b, text, strlen(text), 100);
	s = buf_cstr(&b);
	return s ? s : "(long)";
}

#endif
