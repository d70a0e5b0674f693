/* SPDX-License-Identifier: MIT */
/* Every message: encode, decode, compare; then every prefix, a byte too many, and noise. */
#include "common/proto.h"
#include "tests/unit/tap.h"

#include <stdint.h>

static bool same; /* the last decoded message equals the sample */

static const struct user_record record = {"encvoy-2", "Alice", "/home/encvoy-2", "/bin/bash", 7, 8};

static void put_lookup(struct buf *b)
{
	proto_put_lookup(b, &(struct msg_lookup){LOOKUP_GRGID, "alice", 4711});
}

static enum err get_lookup(struct reader *r)
{
	struct msg_lookup m;
	enum err e = proto_get_lookup(r, &m);

	same = e == ERR_OK && m.kind == LOOKUP_GRGID && !strcmp(m.name, "alice") && m.id == 4711;
	return e;
}

static void put_passwd(struct buf *b)
{
	proto_put_passwd(b, &record);
}

static enum err get_passwd(struct reader *r)
{
	struct msg_passwd m;
	enum err e = proto_get_passwd(r, &m);

	same = e == ERR_OK && !strcmp(m.rec.name, record.name) && m.rec.uid == 7 &&
	       m.rec.gid == 8 && !strcmp(m.rec.gecos, record.gecos) &&
	       !strcmp(m.rec.home, record.home) && !strcmp(m.rec.shell, record.shell);
	return e;
}

static void put_group(struct buf *b)
{
	proto_put_group(b, "staff-x", 99, (const char *const[]){"a", "bc"}, 2);
}

static enum err get_group(struct reader *r)
{
	char name[33], one[33], two[33];
	uint32_t gid = 0, n = 0;
	enum err e = proto_get_group_head(r, name, sizeof(name), &gid, &n);

	if (e != ERR_OK)
		return e;
	get_str(r, one, sizeof(one));
	get_str(r, two, sizeof(two));
	same = gid == 99 && n == 2 && !strcmp(name, "staff-x") && !strcmp(one, "a") &&
	       !strcmp(two, "bc");
	return reader_end(r);
}

static void put_groups(struct buf *b)
{
	proto_put_groups(b, (const uint32_t[]){5, 6}, 2);
}

static enum err get_groups(struct reader *r)
{
	uint32_t n = 0, a, b;
	enum err e = proto_get_groups_head(r, &n);

	if (e != ERR_OK)
		return e;
	a = get_u32(r);
	b = get_u32(r);
	same = n == 2 && a == 5 && b == 6;
	return reader_end(r);
}

static struct msg_login sample_login(void)
{
	static char one[] = "methods=token", two[] = "token_reuse";
	struct msg_login m = {.user = "alice",
	    .service = "sshd",
	    .rhost = "192.0.2.1",
	    .tty = "pts/3",
	    .lang = "fr_FR.UTF-8",
	    .flags = LOGIN_SSHD | LOGIN_HAS_ANSWER,
	    .n_args = 2,
	    .args = {one, two}};

	m.answer = secret_new("tok\0en", 6);
	return m;
}

static bool is_sample_login(const struct msg_login *m)
{
	return !strcmp(m->user, "alice") && !strcmp(m->service, "sshd") &&
	       !strcmp(m->rhost, "192.0.2.1") && !strcmp(m->tty, "pts/3") &&
	       !strcmp(m->lang, "fr_FR.UTF-8") && m->flags == (LOGIN_SSHD | LOGIN_HAS_ANSWER) &&
	       m->n_args == 2 && !strcmp(m->args[0], "methods=token") &&
	       !strcmp(m->args[1], "token_reuse") && secret_len(m->answer) == 6 &&
	       !memcmp(secret_str(m->answer), "tok\0en", 6);
}

static void put_login(struct buf *b)
{
	struct msg_login m = sample_login();

	proto_put_login(b, MSG_LOGIN, &m);
	secret_free(m.answer);
}

static void put_account(struct buf *b)
{
	struct msg_login m = sample_login();

	proto_put_login(b, MSG_ACCOUNT, &m);
	secret_free(m.answer);
}

static enum err get_login(struct reader *r)
{
	AUTO_LOGIN struct msg_login m = {0};
	enum err e = proto_get_login(r, &m);

	same = e == ERR_OK && is_sample_login(&m);
	return e;
}

static void put_job(struct buf *b)
{
	struct msg_login m = sample_login();

	proto_put_job(b, "abcdefgh", &m);
	secret_free(m.answer);
}

static enum err get_job(struct reader *r)
{
	AUTO_LOGIN struct msg_login m = {0};
	char id[WORD_MAX];
	enum err e = proto_get_job(r, id, sizeof(id), &m);

	same = e == ERR_OK && is_sample_login(&m) && !strcmp(id, "abcdefgh");
	return e;
}

static void put_ack(struct buf *b)
{
	proto_put_ack(b, "abcdefgh");
}

static enum err get_ack(struct reader *r)
{
	char id[WORD_MAX];
	enum err e = proto_get_ack(r, id, sizeof(id));

	same = e == ERR_OK && !strcmp(id, "abcdefgh");
	return e;
}

static void put_show(struct buf *b)
{
	proto_put_show(b, "Open this:\nhttps://x", "##\n##");
}

static enum err get_show(struct reader *r)
{
	AUTO_SHOW struct msg_show m = {0};
	enum err e = proto_get_show(r, &m);

	same = e == ERR_OK && !strcmp(m.text, "Open this:\nhttps://x") && !strcmp(m.qr, "##\n##");
	return e;
}

static void put_ask(struct buf *b)
{
	proto_put_ask(b, ASK_PASTE, true, "Paste: ");
}

static enum err get_ask(struct reader *r)
{
	AUTO_ASK struct msg_ask m = {0};
	enum err e = proto_get_ask(r, &m);

	same = e == ERR_OK && m.kind == ASK_PASTE && m.echo && !strcmp(m.text, "Paste: ");
	return e;
}

static void put_answer(struct buf *b)
{
	proto_put_answer(b, "a\0b", 3);
}

static enum err get_answer(struct reader *r)
{
	AUTO_SECRET struct secret *s = NULL;
	enum err e = proto_get_answer(r, &s);

	same = e == ERR_OK && secret_len(s) == 3 && !memcmp(secret_str(s), "a\0b", 3);
	return e;
}

static void put_result(struct buf *b)
{
	proto_put_result(
	    b, &(struct msg_result){ERR_NOT_ALLOWED, "not-allowed", "alice", "abcdefgh", "Sorry."});
}

static enum err get_result(struct reader *r)
{
	struct msg_result m;
	enum err e = proto_get_result(r, &m);

	same = e == ERR_OK && m.code == ERR_NOT_ALLOWED && !strcmp(m.reason, "not-allowed") &&
	       !strcmp(m.user, "alice") && !strcmp(m.login_id, "abcdefgh") &&
	       !strcmp(m.text, "Sorry.");
	return e;
}

static void put_admin(struct buf *b)
{
	proto_put_admin(b, "user add", (const char *const[]){"2", "alice", ""}, 3);
}

static enum err get_admin(struct reader *r)
{
	AUTO_ADMIN struct msg_admin m = {0};
	enum err e = proto_get_admin(r, &m);

	same = e == ERR_OK && !strcmp(m.verb, "user add") && m.n_args == 3 &&
	       !strcmp(m.args[0], "2") && !strcmp(m.args[1], "alice") && !strcmp(m.args[2], "");
	return e;
}

static void put_row(struct buf *b)
{
	proto_put_row(b, (const char *const[]){"uid", "4711"}, 2);
}

static enum err get_row(struct reader *r)
{
	AUTO_ROW struct msg_row m = {0};
	enum err e = proto_get_row(r, &m);

	same =
	    e == ERR_OK && m.n == 2 && !strcmp(m.fields[0], "uid") && !strcmp(m.fields[1], "4711");
	return e;
}

static void put_text(struct buf *b)
{
	proto_put_text(b, "ssh-rsa AAAA\nssh-ed25519 BBBB\n");
}

static enum err get_text(struct reader *r)
{
	AUTO_FREE char *text = NULL;
	enum err e = proto_get_text(r, &text);

	same = e == ERR_OK && !strcmp(text, "ssh-rsa AAAA\nssh-ed25519 BBBB\n");
	return e;
}

static const struct msg_identity identity = {.issuer = "https://id.example",
    .sub = "17",
    .method = 4,
    .full = true,
    .single_use = true,
    .token_hash = {1, 2, 3, [31] = 32},
    .auth_time = 1700000000,
    .expires = UINT64_MAX,
    .name = "Alice",
    .locale = "fr"};

static void put_identity(struct buf *b)
{
	proto_put_identity(b, &identity);
}

static enum err get_identity(struct reader *r)
{
	struct msg_identity m;
	enum err e = proto_get_identity(r, &m);

	same = e == ERR_OK && !strcmp(m.issuer, identity.issuer) && !strcmp(m.sub, "17") &&
	       m.method == 4 && m.full && m.single_use && m.auth_time == 1700000000 &&
	       !memcmp(m.token_hash, identity.token_hash, 32) && m.expires == UINT64_MAX &&
	       !strcmp(m.name, "Alice") && !strcmp(m.locale, "fr");
	return e;
}

static void put_keys_get(struct buf *b)
{
	proto_put_keys_get(b, KEYS_JWKS, "key1");
}

static enum err get_keys_get(struct reader *r)
{
	enum keys_what what = KEYS_DISCOVERY;
	char kid[64];
	enum err e = proto_get_keys_get(r, &what, kid, sizeof(kid));

	same = e == ERR_OK && what == KEYS_JWKS && !strcmp(kid, "key1");
	return e;
}

static void put_keys(struct buf *b)
{
	proto_put_keys(b, "{\0}", 3);
}

static enum err get_keys(struct reader *r)
{
	const char *p = NULL;
	size_t len = 0;
	enum err e = proto_get_keys(r, &p, &len);

	same = e == ERR_OK && len == 3 && !memcmp(p, "{\0}", 3);
	return e;
}

static void put_nothing(struct buf *b)
{
	proto_begin(b, MSG_NOT_FOUND);
}

static enum err get_nothing(struct reader *r)
{
	same = reader_done(r);
	return same ? ERR_OK : ERR_PROTOCOL;
}

static const struct kind {
	const char *name;
	enum msg_type type;
	void (*put)(struct buf *b);
	enum err (*get)(struct reader *r);
} kinds[] = {
    {"LOOKUP", MSG_LOOKUP, put_lookup, get_lookup},
    {"PASSWD", MSG_PASSWD, put_passwd, get_passwd},
    {"GROUP", MSG_GROUP, put_group, get_group},
    {"GROUPS", MSG_GROUPS, put_groups, get_groups},
    {"NOT_FOUND", MSG_NOT_FOUND, put_nothing, get_nothing},
    {"TEXT", MSG_TEXT, put_text, get_text},
    {"LOGIN", MSG_LOGIN, put_login, get_login},
    {"ACCOUNT", MSG_ACCOUNT, put_account, get_login},
    {"ACK", MSG_ACK, put_ack, get_ack},
    {"SHOW", MSG_SHOW, put_show, get_show},
    {"ASK", MSG_ASK, put_ask, get_ask},
    {"ANSWER", MSG_ANSWER, put_answer, get_answer},
    {"RESULT", MSG_RESULT, put_result, get_result},
    {"ADMIN", MSG_ADMIN, put_admin, get_admin},
    {"ROW", MSG_ROW, put_row, get_row},
    {"JOB", MSG_JOB, put_job, get_job},
    {"IDENTITY", MSG_IDENTITY, put_identity, get_identity},
    {"KEYS_GET", MSG_KEYS_GET, put_keys_get, get_keys_get},
    {"KEYS", MSG_KEYS, put_keys, get_keys},
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* The bytes stand at the very end of their allocation, so that a sanitizer sees a step beyond. */
static enum err decode(const struct kind *k, const void *bytes, size_t len)
{
	AUTO_FREE uint8_t *copy = malloc(len ? len : 1);
	enum msg_type type;
	struct reader r;
	enum err e;

	if (len)
		memcpy(copy, bytes, len);
	same = false;
	e = proto_open(copy, len, &r, &type);
	if (e == ERR_OK && type != k->type)
		return ERR_PROTOCOL;
	return e == ERR_OK ? k->get(&r) : e;
}

static void round_trips(void)
{
	for (size_t i = 0; i < N_KINDS; i++) {
		const struct kind *k = &kinds[i];
		AUTO_BUF struct buf b;
		bool prefixes = true;

		buf_init(&b, PROTO_MAX);
		k->put(&b);
		is_int(decode(k, b.data, b.len), ERR_OK, "%s is decoded", k->name);
		ok(same, "%s arrives as it was sent", k->name);
		for (size_t n = 0; n < b.len; n++)
			prefixes = prefixes && decode(k, b.data, n) != ERR_OK;
		ok(prefixes, "SEC-32: %s: every prefix is refused", k->name);
		buf_put_u8(&b, 0);
		is_int(
		    decode(k, b.data, b.len), ERR_PROTOCOL, "SEC-32: %s: a byte too many", k->name);
	}
}

static uint32_t noise_state = 20240229;

static uint32_t noise(void)
{
	noise_state ^= noise_state << 13;
	noise_state ^= noise_state >> 17;
	noise_state ^= noise_state << 5;
	return noise_state;
}

/* Whatever the outcome: nothing is read out of bounds and nothing leaks. */
static void noisy(void)
{
	for (size_t i = 0; i < N_KINDS; i++) {
		AUTO_BUF struct buf b;
		uint8_t bytes[64];

		for (int run = 0; run < 2000; run++) {
			size_t len = noise() % sizeof(bytes);

			for (size_t j = 0; j < len; j++)
				bytes[j] = noise() % 3 ? 0 : (uint8_t)noise();
			bytes[0] = PROTO_VERSION;
			bytes[1] = (uint8_t)kinds[i].type;
			(void)decode(&kinds[i], bytes, len);
		}
		buf_init(&b, PROTO_MAX);
		for (int run = 0; run < 2000; run++) {
			buf_reset(&b);
			kinds[i].put(&b);
			for (int j = 0; j < 3; j++)
				b.data[noise() % b.len] = (uint8_t)noise();
			(void)decode(&kinds[i], b.data, b.len);
		}
	}
	ok(true, "SEC-32: noise and flipped bytes do no harm");
}

static void opening(void)
{
	static uint8_t big[PROTO_MAX + 1] = {PROTO_VERSION, MSG_KEYS};
	struct reader r;
	enum msg_type type;

	is_int(proto_open(big, PROTO_MAX + 1, &r, &type), ERR_PROTOCOL, "SEC-32: too long");
	is_int(proto_open((const uint8_t[]){9, 1}, 2, &r, &type), ERR_VERSION, "another version");
	is_int(proto_open("", 0, &r, &type), ERR_PROTOCOL, "SEC-32: an empty packet");
}

static enum err decoded(const struct kind *k, const struct buf *b)
{
	return decode(k, b->data, b->len);
}

static const struct kind *kind_of(enum msg_type type)
{
	for (size_t i = 0; i < N_KINDS; i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

static void begin(struct buf *b, enum msg_type type)
{
	buf_free(b);
	buf_init(b, PROTO_MAX);
	proto_begin(b, type);
}

/* Values outside what an enum, a flag or a count may be. */
static void hostile_values(void)
{
	AUTO_BUF struct buf b = {0};
	AUTO_BUF struct buf id = {0};

	begin(&b, MSG_LOOKUP);
	buf_put_u8(&b, LOOKUP_SSHD + 1);
	buf_put_str(&b, "a");
	buf_put_u32(&b, 0);
	is_int(
	    decoded(kind_of(MSG_LOOKUP), &b), ERR_PROTOCOL, "SEC-32: an unknown kind of look-up");
	for (int kind = 0; kind < 6; kind += 5) {
		begin(&b, MSG_ASK);
		buf_put_u8(&b, (uint8_t)kind);
		buf_put_u8(&b, 0);
		buf_put_str(&b, "");
		is_int(decoded(kind_of(MSG_ASK), &b), ERR_PROTOCOL, "SEC-32: ASK of kind %d", kind);
	}
	begin(&b, MSG_ASK);
	buf_put_u8(&b, ASK_TOKEN);
	buf_put_u8(&b, 2);
	buf_put_str(&b, "");
	is_int(decoded(kind_of(MSG_ASK), &b), ERR_PROTOCOL, "SEC-32: echo is yes or no");
	begin(&b, MSG_KEYS_GET);
	buf_put_u8(&b, 3);
	buf_put_str(&b, "");
	is_int(decoded(kind_of(MSG_KEYS_GET), &b), ERR_PROTOCOL, "SEC-32: KEYS_GET of what");
	begin(&b, MSG_GROUPS);
	buf_put_u32(&b, 0x40000000);
	is_int(decoded(kind_of(MSG_GROUPS), &b), ERR_PROTOCOL,
	    "SEC-32: a count that overflows when multiplied");
	begin(&b, MSG_GROUP);
	buf_put_str(&b, "g");
	buf_put_u32(&b, 1);
	buf_put_u32(&b, 0xffffffff);
	is_int(decoded(kind_of(MSG_GROUP), &b), ERR_PROTOCOL, "SEC-32: 2^32-1 members");
	buf_init(&id, PROTO_MAX);
	put_identity(&id);
	/* full and single_use stand behind issuer, sub and method */
	for (size_t i = 0; i < 2; i++) {
		size_t at = 2 + 4 + strlen(identity.issuer) + 4 + strlen(identity.sub) + 4 + i;

		id.data[at] = 2;
		is_int(decoded(kind_of(MSG_IDENTITY), &id), ERR_PROTOCOL,
		    "SEC-32: flag %zu of an identity is yes or no", i);
		id.data[at] = 1;
	}
	is_int(decoded(kind_of(MSG_IDENTITY), &id), ERR_OK, "as it is otherwise");
}

/* Strings at and beyond their maximum, lists beyond theirs. */
static void hostile_sizes(void)
{
	static char big[ANSWER_MAX + 2];
	AUTO_BUF struct buf b = {0};
	struct msg_login m = {.user = "u"};

	memset(big, 'x', sizeof(big) - 1);
	for (size_t len = WORD_MAX - 1; len <= WORD_MAX; len++) {
		begin(&b, MSG_ACK);
		buf_put_bytes(&b, big, len);
		is_int(decoded(kind_of(MSG_ACK), &b), len < WORD_MAX ? ERR_OK : ERR_PROTOCOL,
		    "SEC-32: a login id of %zu bytes", len);
	}
	for (size_t len = ANSWER_MAX; len <= ANSWER_MAX + 1; len++) {
		begin(&b, MSG_ANSWER);
		buf_put_bytes(&b, big, len);
		is_int(decoded(kind_of(MSG_ANSWER), &b), len <= ANSWER_MAX ? ERR_OK : ERR_PROTOCOL,
		    "SEC-11: an answer of %zu bytes", len);
	}
	for (size_t len = TEXT_MAX; len <= TEXT_MAX + 1; len++) {
		begin(&b, MSG_SHOW);
		buf_put_bytes(&b, big, len);
		buf_put_str(&b, "");
		is_int(decoded(kind_of(MSG_SHOW), &b), len <= TEXT_MAX ? ERR_OK : ERR_PROTOCOL,
		    "SEC-32: a text of %zu bytes", len);
	}
	for (size_t len = KEY_LINES_MAX; len <= KEY_LINES_MAX + 1; len++) {
		begin(&b, MSG_TEXT);
		buf_put_bytes(&b, big, len);
		is_int(decoded(kind_of(MSG_TEXT), &b), len <= KEY_LINES_MAX ? ERR_OK : ERR_PROTOCOL,
		    "SEC-32: lines of %zu bytes", len);
	}
	for (uint16_t n = FIELDS_MAX; n <= FIELDS_MAX + 1; n++) {
		begin(&b, MSG_ROW);
		buf_put_u16(&b, n);
		for (uint16_t i = 0; i < n; i++)
			buf_put_str(&b, "f");
		is_int(decoded(kind_of(MSG_ROW), &b), n <= FIELDS_MAX ? ERR_OK : ERR_PROTOCOL,
		    "SEC-32: %u fields", n);
	}
	m.args[0] = big;
	m.n_args = 1;
	big[ARG_LEN_MAX] = 0;
	begin(&b, MSG_LOGIN);
	proto_put_login(&b, MSG_LOGIN, &m);
	is_int(decoded(kind_of(MSG_LOGIN), &b), ERR_OK, "an argument of ARG_LEN_MAX bytes");
	big[ARG_LEN_MAX] = 'x';
	big[ARG_LEN_MAX + 1] = 0;
	proto_put_login(&b, MSG_LOGIN, &m);
	is_int(decoded(kind_of(MSG_LOGIN), &b), ERR_PROTOCOL, "SEC-32: one byte more");
}

/* A login without an answer costs no secret, and the largest one fits into a packet. */
static void answers(void)
{
	static char big[ANSWER_MAX], arg[ARG_LEN_MAX + 1];
	AUTO_BUF struct buf b;
	AUTO_LOGIN struct msg_login got = {0};
	struct msg_login m = {.flags = LOGIN_HAS_ANSWER};
	enum msg_type type;
	struct reader r;

	buf_init(&b, PROTO_MAX);
	proto_put_login(&b, MSG_LOGIN, &m);
	(void)proto_open(b.data, b.len, &r, &type);
	is_int(proto_get_login(&r, &got), ERR_OK, "a login without an answer");
	ok(got.answer == NULL, "has none behind the wire either");
	memset(m.user, 'u', sizeof(m.user) - 1);
	memset(m.rhost, 'r', sizeof(m.rhost) - 1);
	memset(m.service, 's', sizeof(m.service) - 1);
	memset(m.tty, 't', sizeof(m.tty) - 1);
	memset(arg, 'a', ARG_LEN_MAX);
	for (m.n_args = 0; m.n_args < ARGS_MAX; m.n_args++)
		m.args[m.n_args] = arg;
	m.answer = secret_new(big, sizeof(big));
	proto_put_login(&b, MSG_LOGIN, &m);
	is_int(b.err, ERR_OK, "the largest login fits into a packet");
	secret_free(m.answer);
}

int main(void)
{
	round_trips();
	noisy();
	opening();
	hostile_values();
	hostile_sizes();
	answers();
	return tap_done();
}
