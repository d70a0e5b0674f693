/* SPDX-License-Identifier: MIT */
/* There is no password, and no shadow entry to look for one. It goes into the caller's buffer, too:
 * some programs overwrite it. */
#ifndef ENCVOY_NSS_NO_PASSWORD_H
#define ENCVOY_NSS_NO_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define NO_PASSWORD "*"

/* Puts it first, and tells what is left of the buffer; false when there is no room. */
static inline bool no_password_put(char *buffer, size_t buflen, char **ret_rest, size_t *ret_size)
{
	if (buflen < sizeof(NO_PASSWORD))
		return false;
	memcpy(buffer, NO_PASSWORD, sizeof(NO_PASSWORD));
	*ret_rest = buffer + sizeof(NO_PASSWORD);
	*ret_size = buflen - sizeof(NO_PASSWORD);
	return true;
}

/* Of a string in the caller's buffer. */
static inline char *writable(const char *in_buffer)
{
	return (char *)(size_t)in_buffer;
}

#endif
