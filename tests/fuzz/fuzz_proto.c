/* SPDX-License-Identifier: MIT */
/* Every message of the wire, in both directions: what is decoded is encoded again to the same
 * bytes, so nothing is read that was not sent, and nothing sent that was not read. */
#include "common/proto.h"
#include "common/proto_times.h"
#include "common/str.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static bool lookup(struct reader *r, struct buf *b)
{
	struct msg_lookup m;

	if (proto_get_lookup(r, &m) != ERR_OK)
		return false;
	proto_put_lookup(b, &m);
	return true;
}

static bool passwd(struct reader *r, struct buf *b)
{
	struct msg_passwd m;

	if (proto_get_passwd(r, &m) != ERR_OK)
		return false;
	proto_put_passwd(b, &m.rec);
	(void)user_record_ok(&m.rec);
	return true;
}

static bool group(struct reader *r, struct buf *b)
{
	char name[NAME_MAX_LEN + 1], member[NAME_MAX_LEN + 1];
	uint32_t gid, n;

	if (proto_get_group_head(r, name, sizeof(name), &gid, &n) != ERR_OK)
		return false;
	proto_put_group(b, name, gid, NULL, 0);
	b->len -= sizeof(uint32_t);
	buf_put_u32(b, n);
	for (uint32_t i = 0; i < n && !r->bad; i++) {
		get_str(r, member, sizeof(member));
		buf_put_str(b, member);
	}
	return reader_done(r);
}

static bool groups(struct reader *r, struct buf *b)
{
	uint32_t n;

	if (proto_get_groups_head(r, &n) != ERR_OK)
		return false;
	proto_put_groups(b, NULL, 0);
	b->len -= sizeof(uint32_t);
	buf_put_u32(b, n);
	for (uint32_t i = 0; i < n; i++)
		buf_put_u32(b, get_u32(r));
	return reader_done(r);
}

static bool not_found(struct reader *r, struct buf *b)
{
	proto_begin(b, MSG_NOT_FOUND);
	return reader_done(r);
}

static bool text(struct reader *r, struct buf *b)
{
	AUTO_FREE char *lines = NULL;

	if (proto_get_text(r, &lines) != ERR_OK)
		return false;
	proto_put_text(b, lines);
	return true;
}

static bool login(struct reader *r, struct buf *b)
{
	AUTO_LOGIN struct msg_login m = {0};

	if (proto_get_login(r, &m) != ERR_OK)
		return false;
	MUST(secret_len(m.answer) <= ANSWER_MAX && m.n_args <= ARGS_MAX);
	proto_put_login(b, MSG_LOGIN, &m);
	return true;
}

static bool account(struct reader *r, struct buf *b)
{
	bool good = login(r, b);

	if (good)
		b->data[1] = MSG_ACCOUNT;
	return good;
}

static bool ack(struct reader *r, struct buf *b)
{
	char id[WORD_MAX];

	if (proto_get_ack(r, id, sizeof(id)) != ERR_OK)
		return false;
	proto_put_ack(b, id);
	return true;
}

static bool show(struct reader *r, struct buf *b)
{
	AUTO_SHOW struct msg_show m = {0};

	if (proto_get_show(r, &m) != ERR_OK)
		return false;
	(void)text_printable(m.text);
	proto_put_show(b, m.text, m.qr);
	return true;
}

static bool ask(struct reader *r, struct buf *b)
{
	AUTO_ASK struct msg_ask m = {0};

	if (proto_get_ask(r, &m) != ERR_OK)
		return false;
	proto_put_ask(b, m.kind, m.echo, m.text);
	return true;
}

static bool answer(struct reader *r, struct buf *b)
{
	AUTO_SECRET struct secret *s = NULL;

	if (proto_get_answer(r, &s) != ERR_OK)
		return false;
	proto_put_answer(b, secret_str(s), secret_len(s));
	return true;
}

static bool result(struct reader *r, struct buf *b)
{
	uint16_t code = r->left >= 2 ? (uint16_t)(r->p[0] | r->p[1] << 8) : 0;
	struct msg_result m;

	if (proto_get_result(r, &m) != ERR_OK)
		return false;
	MUST((m.code == ERR_OK) == (code == ERR_OK));
	if (code >= ERR_COUNT)
		return false;
	proto_put_result(b, &m);
	return true;
}

static bool admin(struct reader *r, struct buf *b)
{
	AUTO_ADMIN struct msg_admin m = {0};

	if (proto_get_admin(r, &m) != ERR_OK)
		return false;
	proto_put_admin(b, m.verb, (const char *const *)m.args, m.n_args);
	return true;
}

static bool row(struct reader *r, struct buf *b)
{
	AUTO_ROW struct msg_row m = {0};

	if (proto_get_row(r, &m) != ERR_OK)
		return false;
	proto_put_row(b, (const char *const *)m.fields, m.n);
	return true;
}

static bool job(struct reader *r, struct buf *b)
{
	AUTO_LOGIN struct msg_login m = {0};
	char id[WORD_MAX];

	if (proto_get_job(r, id, sizeof(id), &m) != ERR_OK)
		return false;
	proto_put_job(b, id, &m);
	return true;
}

static bool identity(struct reader *r, struct buf *b)
{
	struct msg_identity m;

	if (proto_get_identity(r, &m) != ERR_OK)
		return false;
	proto_put_identity(b, &m);
	return true;
}

static bool keys_get(struct reader *r, struct buf *b)
{
	enum keys_what what;
	char kid[256];

	if (proto_get_keys_get(r, &what, kid, sizeof(kid)) != ERR_OK)
		return false;
	proto_put_keys_get(b, what, kid);
	return true;
}

static bool keys(struct reader *r, struct buf *b)
{
	const char *document;
	size_t len = 0;

	if (proto_get_keys(r, &document, &len) != ERR_OK)
		return false;
	proto_put_keys(b, document, len);
	return true;
}

static bool times(struct reader *r, struct buf *b)
{
	struct msg_times m;

	if (proto_get_times(r, &m) != ERR_OK)
		return false;
	proto_put_times(b, &m);
	return true;
}

static const struct {
	enum msg_type type;
	bool (*again)(struct reader *r, struct buf *b);
} kinds[] = {{MSG_LOOKUP, lookup}, {MSG_PASSWD, passwd}, {MSG_GROUP, group}, {MSG_GROUPS, groups},
    {MSG_NOT_FOUND, not_found}, {MSG_TEXT, text}, {MSG_LOGIN, login}, {MSG_ACCOUNT, account},
    {MSG_ACK, ack}, {MSG_SHOW, show}, {MSG_ASK, ask}, {MSG_ANSWER, answer}, {MSG_RESULT, result},
    {MSG_ADMIN, admin}, {MSG_ROW, row}, {MSG_JOB, job}, {MSG_IDENTITY, identity},
    {MSG_KEYS_GET, keys_get}, {MSG_KEYS, keys}, {MSG_TIMES, times}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_BUF struct buf b;
	enum msg_type type;
	struct reader r;

	buf_init(&b, (size_t)PROTO_MAX * 2);
	if (proto_open(data, size, &r, &type) != ERR_OK)
		return 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == type && kinds[i].again(&r, &b))
			MUST(b.err == ERR_OK && b.len == size && memcmp(b.data, data, size) == 0);
	return 0;
}
