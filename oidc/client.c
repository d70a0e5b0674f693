/* SPDX-License-Identifier: MIT */
#include "oidc/client.h"

#include "common/str.h"
#include "oidc/form.h"

#include <openssl/evp.h>

#include <string.h>

#define CREDENTIALS_MAX 4096

/* "Basic " and plain base64 of both parts, each form-encoded first (RFC 6749, 2.3.1). */
enum err client_authorization(const struct client *c, struct secret **ret)
{
	static const char scheme[] = "Basic ";
	size_t n = sizeof(scheme) - 1;
	AUTO_BUF struct buf pair = {0};
	struct secret *header;

	buf_init_secret(&pair, CREDENTIALS_MAX);
	if (!c->secret) {
		*ret = NULL;
		return ERR_OK;
	}
	form_escape(&pair, slice_of(c->id));
	buf_put_u8(&pair, ':');
	form_escape(&pair, (struct slice){secret_str(c->secret), secret_len(c->secret)});
	if (pair.err != ERR_OK)
		return pair.err;
	header = secret_alloc(n + (pair.len + 2) / 3 * 4);
	if (!header)
		return ERR_NOMEM;
	memcpy(secret_data(header), scheme, n);
	EVP_EncodeBlock((unsigned char *)secret_data(header) + n, pair.data, (int)pair.len);
	*ret = header;
	return ERR_OK;
}

void client_put(struct buf *body, const struct client *c)
{
	if (!c->secret)
		form_put(body, "client_id", c->id);
}
