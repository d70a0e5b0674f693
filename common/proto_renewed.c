/* SPDX-License-Identifier: MIT */
#include "common/proto.h"

#define TOKEN_MAX 4096

void proto_put_renewed(struct buf *b, const struct secret *token)
{
	proto_begin(b, MSG_RENEWED);
	buf_put_bytes(b, secret_str(token), secret_len(token));
}

enum err proto_get_renewed(struct reader *r, struct secret **ret)
{
	size_t len = 0;
	const char *p = get_bytes(r, &len);

	if (!p || !len || len > TOKEN_MAX || !reader_done(r))
		return ERR_PROTOCOL;
	*ret = secret_new(p, len);
	return *ret ? ERR_OK : ERR_NOMEM;
}
