/* SPDX-License-Identifier: MIT */
#include "common/proto.h"

#include <string.h>

void proto_begin(struct buf *b, enum msg_type type)
{
	buf_reset(b);
	buf_put_u8(b, PROTO_VERSION);
	buf_put_u8(b, (uint8_t)type);
}

enum err proto_open(const void *packet, size_t len, struct reader *r, enum msg_type *ret_type)
{
	uint8_t version, type;

	reader_init(r, packet, len);
	version = get_u8(r);
	type = get_u8(r);
	if (r->bad || len > PROTO_MAX)
		return ERR_PROTOCOL;
	if (version != PROTO_VERSION)
		return ERR_VERSION;
	*ret_type = (enum msg_type)type;
	return ERR_OK;
}

void proto_put_lookup(struct buf *b, const struct msg_lookup *m)
{
	proto_begin(b, MSG_LOOKUP);
	buf_put_u8(b, (uint8_t)m->kind);
	buf_put_str(b, m->name);
	buf_put_u32(b, m->id);
}

enum err proto_get_lookup(struct reader *r, struct msg_lookup *ret)
{
	*ret = (struct msg_lookup){.kind = (enum lookup_kind)get_u8(r)};
	get_str(r, ret->name, sizeof(ret->name));
	ret->id = get_u32(r);
	if (ret->kind < LOOKUP_PWNAM || ret->kind > LOOKUP_SSHD)
		return ERR_PROTOCOL;
	return reader_end(r);
}

void proto_put_passwd(struct buf *b, const struct user_record *rec)
{
	proto_begin(b, MSG_PASSWD);
	buf_put_str(b, rec->name);
	buf_put_u32(b, rec->uid);
	buf_put_u32(b, rec->gid);
	buf_put_str(b, rec->gecos);
	buf_put_str(b, rec->home);
	buf_put_str(b, rec->shell);
}

enum err proto_get_passwd(struct reader *r, struct msg_passwd *ret)
{
	get_str(r, ret->name, sizeof(ret->name));
	ret->rec.uid = get_u32(r);
	ret->rec.gid = get_u32(r);
	get_str(r, ret->gecos, sizeof(ret->gecos));
	get_str(r, ret->home, sizeof(ret->home));
	get_str(r, ret->shell, sizeof(ret->shell));
	ret->rec.name = ret->name;
	ret->rec.gecos = ret->gecos;
	ret->rec.home = ret->home;
	ret->rec.shell = ret->shell;
	return reader_end(r);
}

void proto_put_group(
    struct buf *b, const char *name, uint32_t gid, const char *const *members, size_t n)
{
	proto_begin(b, MSG_GROUP);
	buf_put_str(b, name);
	buf_put_u32(b, gid);
	buf_put_u32(b, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		buf_put_str(b, members[i]);
}

/* Each counted item takes at least item_size bytes: a count beyond that is a lie. */
static enum err get_count(struct reader *r, size_t item_size, uint32_t *ret)
{
	uint32_t n = get_u32(r);

	if (r->bad || n > r->left / item_size)
		return ERR_PROTOCOL;
	*ret = n;
	return ERR_OK;
}

enum err proto_get_group_head(
    struct reader *r, char *name, size_t size, uint32_t *ret_gid, uint32_t *ret_count)
{
	get_str(r, name, size);
	*ret_gid = get_u32(r);
	return get_count(r, 4, ret_count);
}

void proto_put_groups(struct buf *b, const uint32_t *gids, size_t n)
{
	proto_begin(b, MSG_GROUPS);
	buf_put_u32(b, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		buf_put_u32(b, gids[i]);
}

enum err proto_get_groups_head(struct reader *r, uint32_t *ret_count)
{
	return get_count(r, 4, ret_count);
}

void proto_put_text(struct buf *b, const char *text)
{
	proto_begin(b, MSG_TEXT);
	buf_put_str(b, text);
}

enum err proto_get_text(struct reader *r, char **ret)
{
	AUTO_FREE char *text = get_str_dup(r, KEY_LINES_MAX);

	if (reader_done(r))
		*ret = TAKE_PTR(text);
	return reader_end(r);
}

static void put_list(struct buf *b, char *const *items, size_t n)
{
	buf_put_u16(b, (uint16_t)n);
	for (size_t i = 0; i < n; i++)
		buf_put_str(b, items[i]);
}

static void get_list(struct reader *r, char **items, size_t max, size_t *ret_n)
{
	size_t n = get_u16(r);

	*ret_n = 0;
	if (n > max)
		r->bad = true;
	for (size_t i = 0; i < n && !r->bad; i++) {
		items[i] = get_str_dup(r, ARG_LEN_MAX);
		if (items[i])
			*ret_n = i + 1;
	}
}

static void free_list(char **items, size_t *n)
{
	for (size_t i = 0; i < *n; i++)
		free(items[i]);
	*n = 0;
}

static struct secret *get_secret(struct reader *r)
{
	size_t len = 0;
	const char *p = get_bytes(r, &len);
	struct secret *s = p && len <= ANSWER_MAX ? secret_new(p, len) : NULL;

	if (!s)
		r->bad = true;
	return s;
}

/* The answer of a login: none of no bytes. */
static struct secret *get_answer(struct reader *r)
{
	struct reader ahead = *r;

	if (get_u32(&ahead) == 0 && !ahead.bad) {
		*r = ahead;
		return NULL;
	}
	return get_secret(r);
}

static void put_login_fields(struct buf *b, const struct msg_login *m)
{
	buf_put_str(b, m->user);
	buf_put_str(b, m->service);
	buf_put_str(b, m->rhost);
	buf_put_str(b, m->tty);
	buf_put_str(b, m->lang);
	buf_put_u32(b, m->flags);
	put_list(b, m->args, m->n_args);
	buf_put_bytes(b, secret_str(m->answer), secret_len(m->answer));
}

static enum err get_login_fields(struct reader *r, struct msg_login *ret)
{
	*ret = (struct msg_login){0};
	get_str(r, ret->user, sizeof(ret->user));
	get_str(r, ret->service, sizeof(ret->service));
	get_str(r, ret->rhost, sizeof(ret->rhost));
	get_str(r, ret->tty, sizeof(ret->tty));
	get_str(r, ret->lang, sizeof(ret->lang));
	ret->flags = get_u32(r);
	get_list(r, ret->args, ARGS_MAX, &ret->n_args);
	ret->answer = get_answer(r);
	return reader_end(r);
}

void proto_put_login(struct buf *b, enum msg_type type, const struct msg_login *m)
{
	proto_begin(b, type);
	put_login_fields(b, m);
}

enum err proto_get_login(struct reader *r, struct msg_login *ret)
{
	return get_login_fields(r, ret);
}

void msg_login_free(struct msg_login *m)
{
	free_list(m->args, &m->n_args);
	secret_free(m->answer);
	m->answer = NULL;
}

void proto_put_ack(struct buf *b, const char *login_id)
{
	proto_begin(b, MSG_ACK);
	buf_put_str(b, login_id);
}

enum err proto_get_ack(struct reader *r, char *login_id, size_t size)
{
	get_str(r, login_id, size);
	return reader_end(r);
}

void proto_put_show(struct buf *b, const char *text, const char *qr)
{
	proto_begin(b, MSG_SHOW);
	buf_put_str(b, text);
	buf_put_str(b, qr);
}

enum err proto_get_show(struct reader *r, struct msg_show *ret)
{
	*ret = (struct msg_show){0};
	ret->text = get_str_dup(r, TEXT_MAX);
	ret->qr = get_str_dup(r, TEXT_MAX);
	return reader_end(r);
}

void msg_show_free(struct msg_show *m)
{
	free(m->text);
	free(m->qr);
	*m = (struct msg_show){0};
}

void proto_put_ask(struct buf *b, enum ask_kind kind, bool echo, const char *text)
{
	proto_begin(b, MSG_ASK);
	buf_put_u8(b, (uint8_t)kind);
	buf_put_u8(b, echo);
	buf_put_str(b, text);
}

enum err proto_get_ask(struct reader *r, struct msg_ask *ret)
{
	*ret = (struct msg_ask){.kind = (enum ask_kind)get_u8(r)};
	ret->echo = get_bool(r);
	ret->text = get_str_dup(r, TEXT_MAX);
	if (ret->kind < ASK_ENTER || ret->kind > ASK_PASSPHRASE)
		return ERR_PROTOCOL;
	return reader_end(r);
}

void msg_ask_free(struct msg_ask *m)
{
	free(m->text);
	m->text = NULL;
}

void proto_put_answer(struct buf *b, const char *answer, size_t len)
{
	proto_begin(b, MSG_ANSWER);
	buf_put_bytes(b, answer, len);
}

enum err proto_get_answer(struct reader *r, struct secret **ret)
{
	AUTO_SECRET struct secret *s = get_secret(r);

	if (!reader_done(r))
		return ERR_PROTOCOL;
	*ret = TAKE_PTR(s);
	return ERR_OK;
}

void proto_put_result(struct buf *b, const struct msg_result *m)
{
	proto_begin(b, MSG_RESULT);
	buf_put_u16(b, (uint16_t)m->code);
	buf_put_str(b, m->reason);
	buf_put_str(b, m->user);
	buf_put_str(b, m->login_id);
	buf_put_str(b, m->text);
}

enum err proto_get_result(struct reader *r, struct msg_result *ret)
{
	*ret = (struct msg_result){.code = err_from_wire(get_u16(r))};
	get_str(r, ret->reason, sizeof(ret->reason));
	get_str(r, ret->user, sizeof(ret->user));
	get_str(r, ret->login_id, sizeof(ret->login_id));
	get_str(r, ret->text, sizeof(ret->text));
	return reader_end(r);
}

void proto_put_admin(struct buf *b, const char *verb, const char *const *args, size_t n)
{
	proto_begin(b, MSG_ADMIN);
	buf_put_str(b, verb);
	buf_put_u16(b, (uint16_t)n);
	for (size_t i = 0; i < n; i++)
		buf_put_str(b, args[i]);
}

enum err proto_get_admin(struct reader *r, struct msg_admin *ret)
{
	*ret = (struct msg_admin){0};
	get_str(r, ret->verb, sizeof(ret->verb));
	get_list(r, ret->args, ARGS_MAX, &ret->n_args);
	return reader_end(r);
}

void msg_admin_free(struct msg_admin *m)
{
	free_list(m->args, &m->n_args);
}

void proto_put_row(struct buf *b, const char *const *fields, size_t n)
{
	proto_begin(b, MSG_ROW);
	buf_put_u16(b, (uint16_t)n);
	for (size_t i = 0; i < n; i++)
		buf_put_str(b, fields[i]);
}

enum err proto_get_row(struct reader *r, struct msg_row *ret)
{
	*ret = (struct msg_row){0};
	get_list(r, ret->fields, FIELDS_MAX, &ret->n);
	return reader_end(r);
}

void msg_row_free(struct msg_row *m)
{
	free_list(m->fields, &m->n);
}

void proto_put_job(struct buf *b, const char *login_id, const struct msg_login *login)
{
	proto_begin(b, MSG_JOB);
	buf_put_str(b, login_id);
	put_login_fields(b, login);
}

enum err proto_get_job(struct reader *r, char *login_id, size_t size, struct msg_login *ret)
{
	get_str(r, login_id, size);
	return get_login_fields(r, ret);
}

void proto_put_identity(struct buf *b, const struct msg_identity *m)
{
	proto_begin(b, MSG_IDENTITY);
	buf_put_str(b, m->issuer);
	buf_put_str(b, m->sub);
	buf_put_u32(b, m->method);
	buf_put_u8(b, m->full);
	buf_put_u8(b, m->single_use);
	buf_put(b, m->token_hash, sizeof(m->token_hash));
	buf_put_u64(b, m->auth_time);
	buf_put_u64(b, m->expires);
	buf_put_str(b, m->name);
	buf_put_str(b, m->locale);
}

enum err proto_get_identity(struct reader *r, struct msg_identity *ret)
{
	*ret = (struct msg_identity){0};
	get_str(r, ret->issuer, sizeof(ret->issuer));
	get_str(r, ret->sub, sizeof(ret->sub));
	ret->method = get_u32(r);
	ret->full = get_bool(r);
	ret->single_use = get_bool(r);
	for (size_t i = 0; i < sizeof(ret->token_hash); i++)
		ret->token_hash[i] = get_u8(r);
	ret->auth_time = get_u64(r);
	ret->expires = get_u64(r);
	get_str(r, ret->name, sizeof(ret->name));
	get_str(r, ret->locale, sizeof(ret->locale));
	return reader_end(r);
}

void proto_put_keys_get(struct buf *b, enum keys_what what, const char *kid)
{
	proto_begin(b, MSG_KEYS_GET);
	buf_put_u8(b, (uint8_t)what);
	buf_put_str(b, kid);
}

enum err proto_get_keys_get(struct reader *r, enum keys_what *ret, char *kid, size_t size)
{
	uint8_t what = get_u8(r);

	get_str(r, kid, size);
	if (what != KEYS_DISCOVERY && what != KEYS_JWKS)
		return ERR_PROTOCOL;
	*ret = (enum keys_what)what;
	return reader_end(r);
}

void proto_put_keys(struct buf *b, const void *document, size_t len)
{
	proto_begin(b, MSG_KEYS);
	buf_put_bytes(b, document, len);
}

enum err proto_get_keys(struct reader *r, const char **ret_document, size_t *ret_len)
{
	*ret_document = get_bytes(r, ret_len);
	return reader_end(r);
}
