/* SPDX-License-Identifier: MIT */
#include "oidc/hostnonce.h"

#include "common/secret.h"
#include "common/str.h"
#include "oidc/b64url.h"

#include <string.h>

static const char prefix[] = "h1.";
#define PREFIX_LEN (sizeof(prefix) - 1)
#define LABEL_MAX 63
#define RANDOM_TEXT_LEN B64URL_LEN(HOSTNONCE_RANDOM_LEN)

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_label_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool host_ok(struct slice host)
{
	size_t label = 0;

	if (host.len > HOSTNONCE_HOST_MAX)
		return false;
	for (size_t i = 0; i < host.len; i++) {
		if (host.p[i] == '.') {
			if (label == 0)
				return false;
			label = 0;
		} else if (!is_label_char(lower(host.p[i])) || ++label > LABEL_MAX) {
			return false;
		}
	}
	return label > 0;
}

/* dst has room for HOSTNONCE_HOST_MAX + 1 bytes. */
static bool copy_host(struct slice host, char *dst)
{
	if (!host_ok(host))
		return false;
	for (size_t i = 0; i < host.len; i++)
		dst[i] = lower(host.p[i]);
	dst[host.len] = 0;
	return true;
}

enum err hostnonce_make(const char *host, const uint8_t random[HOSTNONCE_RANDOM_LEN], char *ret)
{
	char name[HOSTNONCE_HOST_MAX + 1];
	struct buf b;

	if (!copy_host(slice_of(host), name))
		return ERR_BAD_NAME;
	buf_init_fixed(&b, ret, HOSTNONCE_SIZE);
	buf_text(&b, prefix);
	buf_text(&b, name);
	buf_text(&b, ".");
	b64url_encode(&b, random, HOSTNONCE_RANDOM_LEN);
	return buf_cstr(&b) ? ERR_OK : ERR_INTERNAL;
}

static bool random_ok(const char *text)
{
	uint8_t bytes[HOSTNONCE_RANDOM_LEN];
	struct buf b;

	buf_init_fixed(&b, bytes, sizeof(bytes));
	return b64url_decode(&b, text, RANDOM_TEXT_LEN) == ERR_OK && b.len == HOSTNONCE_RANDOM_LEN;
}

enum err hostnonce_check(const char *nonce, const char *host)
{
	char named[HOSTNONCE_HOST_MAX + 1];
	char here[HOSTNONCE_HOST_MAX + 1];
	size_t len = nonce ? strlen(nonce) : 0;
	struct slice middle;

	if (len <= PREFIX_LEN + 1 + RANDOM_TEXT_LEN || !str_starts(nonce, prefix) ||
	    nonce[len - RANDOM_TEXT_LEN - 1] != '.' || !random_ok(nonce + len - RANDOM_TEXT_LEN))
		return ERR_WRONG_NONCE;
	middle = (struct slice){nonce + PREFIX_LEN, len - PREFIX_LEN - 1 - RANDOM_TEXT_LEN};
	if (!copy_host(middle, named))
		return ERR_WRONG_NONCE;
	if (!copy_host(slice_of(host), here) ||
	    !secret_equal(named, strlen(named), here, strlen(here)))
		return ERR_WRONG_HOST;
	return ERR_OK;
}
