/* SPDX-License-Identifier: MIT */
#include "encvoyd/passmsg.h"

#include <string.h>

static void put_secret(struct buf *b, const struct secret *s)
{
	buf_put_bytes(b, secret_str(s), secret_len(s));
}

void passmsg_put(struct buf *b, const struct pass_msg *m)
{
	buf_put_u8(b, (uint8_t)m->op);
	buf_put_u32(b, (uint32_t)m->err);
	buf_put_u32(b, m->cost);
	buf_put_str(b, m->user);
	buf_put_str(b, m->about);
	buf_put_str(b, m->setting);
	buf_put_str(b, m->text);
	buf_put(b, m->check, sizeof(m->check));
	buf_put_bytes(b, m->sealed, m->sealed_len);
	put_secret(b, m->passphrase);
	put_secret(b, m->key);
	put_secret(b, m->token);
}

static enum err get_secret(struct reader *r, size_t max, struct secret **ret)
{
	size_t len = 0;
	const char *p = get_bytes(r, &len);

	if (!p || len > max)
		return ERR_PROTOCOL;
	if (!len)
		return ERR_OK;
	*ret = secret_new(p, len);
	return *ret ? ERR_OK : ERR_NOMEM;
}

static enum err get_sealed(struct reader *r, struct pass_msg *m)
{
	size_t len = 0;
	const char *p = get_bytes(r, &len);

	if (!p || len > sizeof(m->sealed))
		return ERR_PROTOCOL;
	memcpy(m->sealed, p, len);
	m->sealed_len = len;
	return ERR_OK;
}

enum err passmsg_get(const void *packet, size_t len, struct pass_msg *ret)
{
	struct reader r;
	enum err e;

	*ret = (struct pass_msg){0};
	reader_init(&r, packet, len);
	ret->op = (enum pass_op)get_u8(&r);
	ret->err = err_from_wire(get_u32(&r));
	ret->cost = get_u32(&r);
	get_str(&r, ret->user, sizeof(ret->user));
	get_str(&r, ret->about, sizeof(ret->about));
	get_str(&r, ret->setting, sizeof(ret->setting));
	get_str(&r, ret->text, sizeof(ret->text));
	for (size_t i = 0; i < sizeof(ret->check); i++)
		ret->check[i] = get_u8(&r);
	e = get_sealed(&r, ret);
	if (e == ERR_OK)
		e = get_secret(&r, PASS_MAX, &ret->passphrase);
	if (e == ERR_OK)
		e = get_secret(&r, PASS_KEY_LEN, &ret->key);
	if (e == ERR_OK)
		e = get_secret(&r, PASS_TOKEN_MAX, &ret->token);
	if (e == ERR_OK && (!reader_done(&r) || ret->op < PASS_OPEN || ret->op > PASS_MAKE))
		e = ERR_PROTOCOL;
	return e;
}

void passmsg_free(struct pass_msg *m)
{
	secret_free(m->passphrase);
	secret_free(m->key);
	secret_free(m->token);
	explicit_bzero(m, sizeof(*m));
}
