/* SPDX-License-Identifier: MIT */
#include "common/proto_directory.h"

#include <string.h>

#define COUNT_AT 2 /* behind version and type */

void proto_put_persons(struct buf *b)
{
	proto_begin(b, MSG_PERSONS);
	buf_put_u32(b, 0);
}

static size_t person_len(const struct msg_person *p)
{
	const char *const texts[] = {
	    p->sub, p->login, p->gecos, p->locale, p->shell, p->home, p->roles, p->ssh_keys};
	size_t len = sizeof(uint32_t) + 2;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		len += sizeof(uint32_t) + strlen(texts[i]);
	return len;
}

/* The count stands in front of the persons, little-endian as all numbers. */
static void count_one_more(struct buf *b)
{
	for (size_t i = COUNT_AT; i < COUNT_AT + sizeof(uint32_t); i++)
		if (++b->data[i])
			return;
}

bool proto_add_person(struct buf *b, const struct msg_person *p)
{
	if (b->err != ERR_OK || person_len(p) > b->max - b->len)
		return false;
	buf_put_str(b, p->sub);
	buf_put_str(b, p->login);
	buf_put_str(b, p->gecos);
	buf_put_str(b, p->locale);
	buf_put_str(b, p->shell);
	buf_put_str(b, p->home);
	buf_put_str(b, p->roles);
	buf_put_str(b, p->ssh_keys);
	buf_put_u32(b, p->id);
	buf_put_u8(b, p->blocked);
	buf_put_u8(b, p->deleted);
	if (b->err != ERR_OK)
		return false;
	count_one_more(b);
	return true;
}

enum err proto_get_persons_head(struct reader *r, uint32_t *ret_count)
{
	uint32_t n = get_u32(r);

	if (r->bad)
		return ERR_PROTOCOL;
	*ret_count = n;
	return ERR_OK;
}

enum err proto_get_person(struct reader *r, struct msg_person *ret)
{
	get_str(r, ret->sub, sizeof(ret->sub));
	get_str(r, ret->login, sizeof(ret->login));
	get_str(r, ret->gecos, sizeof(ret->gecos));
	get_str(r, ret->locale, sizeof(ret->locale));
	get_str(r, ret->shell, sizeof(ret->shell));
	get_str(r, ret->home, sizeof(ret->home));
	get_str(r, ret->roles, sizeof(ret->roles));
	get_str(r, ret->ssh_keys, sizeof(ret->ssh_keys));
	ret->id = get_u32(r);
	ret->blocked = get_bool(r);
	ret->deleted = get_bool(r);
	return r->bad ? ERR_PROTOCOL : ERR_OK;
}

static void get_hash(struct reader *r, uint8_t hash[DIRECTORY_HASH_LEN])
{
	for (size_t i = 0; i < DIRECTORY_HASH_LEN; i++)
		hash[i] = get_u8(r);
}

void proto_put_directory(struct buf *b, const struct msg_directory *m)
{
	proto_begin(b, MSG_DIRECTORY);
	buf_put_u64(b, m->serial);
	buf_put(b, m->hash, sizeof(m->hash));
}

enum err proto_get_directory(struct reader *r, struct msg_directory *ret)
{
	*ret = (struct msg_directory){.serial = get_u64(r)};
	get_hash(r, ret->hash);
	return reader_end(r);
}

void proto_put_sync(struct buf *b)
{
	proto_begin(b, MSG_SYNC);
}

enum err proto_get_sync(struct reader *r)
{
	return reader_end(r);
}

void proto_put_find(struct buf *b, const char *login)
{
	proto_begin(b, MSG_FIND);
	buf_put_str(b, login);
}

enum err proto_get_find(struct reader *r, char login[LOGIN_MAX])
{
	get_str(r, login, LOGIN_MAX);
	return reader_end(r);
}

void proto_put_end(struct buf *b, const struct msg_end *m)
{
	proto_begin(b, MSG_END);
	buf_put_u32(b, (uint32_t)m->code);
	buf_put_u8(b, m->unchanged);
	buf_put_u64(b, m->serial);
	buf_put_u64(b, m->expires);
	buf_put(b, m->hash, sizeof(m->hash));
	buf_put_str(b, m->detail);
}

enum err proto_get_end(struct reader *r, struct msg_end *ret)
{
	*ret = (struct msg_end){.code = err_from_wire(get_u32(r))};
	ret->unchanged = get_bool(r);
	ret->serial = get_u64(r);
	ret->expires = get_u64(r);
	get_hash(r, ret->hash);
	get_str(r, ret->detail, sizeof(ret->detail));
	return reader_end(r);
}
