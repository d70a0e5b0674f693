/* SPDX-License-Identifier: MIT */
#include "common/sshkey.h"

#include <string.h>
#include <strings.h>

#define BLOB_MAX 4096
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 16384
#define APPLICATION_MAX 256

enum shape {
	SHAPE_ED25519, /* 32 bytes */
	SHAPE_ECDSA,   /* curve, point */
	SHAPE_RSA,     /* e, n */
};

static const struct key_type {
	const char *name;
	enum shape shape;
	bool application; /* a security key's ends with one */
	const char *curve;
	size_t point_len;
} types[] = {
    {"ssh-ed25519", SHAPE_ED25519, false, NULL, 0},
    {"ecdsa-sha2-nistp256", SHAPE_ECDSA, false, "nistp256", 65},
    {"ecdsa-sha2-nistp384", SHAPE_ECDSA, false, "nistp384", 97},
    {"ecdsa-sha2-nistp521", SHAPE_ECDSA, false, "nistp521", 133},
    {"ssh-rsa", SHAPE_RSA, false, NULL, 0},
    {"sk-ssh-ed25519@openssh.com", SHAPE_ED25519, true, NULL, 0},
    {"sk-ecdsa-sha2-nistp256@openssh.com", SHAPE_ECDSA, true, "nistp256", 65},
};

static const struct key_type *type_find(struct slice word)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (slice_is(word, types[i].name))
			return &types[i];
	return NULL;
}

static int sextet(char c)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

/* Canonical only: whole quanta, padding at the end alone, no spare bits. */
static enum err base64_decode(struct slice text, struct buf *ret)
{
	size_t pad = 0;
	uint32_t bits = 0;

	while (pad < 2 && pad < text.len && text.p[text.len - 1 - pad] == '=')
		pad++;
	if (text.len == 0 || text.len % 4)
		return ERR_BAD_BASE64;
	for (size_t i = 0; i < text.len; i++) {
		int v = i < text.len - pad ? sextet(text.p[i]) : 0;

		if (v < 0)
			return ERR_BAD_BASE64;
		bits = (bits << 6 | (uint32_t)v) & 0xffffff;
		if (i % 4 != 3)
			continue;
		buf_put_u8(ret, (uint8_t)(bits >> 16));
		buf_put_u8(ret, (uint8_t)(bits >> 8));
		buf_put_u8(ret, (uint8_t)bits);
	}
	if (ret->err != ERR_OK)
		return ERR_TOO_LONG;
	for (size_t i = 0; i < pad; i++)
		if (ret->data[--ret->len])
			return ERR_BAD_BASE64;
	return ERR_OK;
}

/* The next string of an SSH blob: a big-endian length and bytes. */
static bool next_string(struct slice *rest, struct slice *ret)
{
	const unsigned char *p = (const unsigned char *)rest->p;
	uint32_t len;

	if (rest->len < 4)
		return false;
	len = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	if (len > rest->len - 4)
		return false;
	*ret = (struct slice){rest->p + 4, len};
	*rest = (struct slice){rest->p + 4 + len, rest->len - 4 - len};
	return true;
}

/* A positive number in its shortest form; returns its bits, 0 for anything else. */
static size_t number_bits(struct slice n)
{
	const unsigned char *p = (const unsigned char *)n.p;
	size_t zero = n.len && p[0] == 0, bits;

	if (n.len == zero || (!zero && p[0] & 0x80) || (zero && !(p[1] & 0x80)))
		return 0;
	bits = (n.len - zero) * 8;
	for (unsigned top = p[zero]; !(top & 0x80); top <<= 1)
		bits--;
	return bits;
}

static bool is_odd(struct slice n)
{
	return (unsigned char)n.p[n.len - 1] & 1;
}

static bool rsa_ok(struct slice *rest)
{
	struct slice e, n;
	size_t bits;

	if (!next_string(rest, &e) || !next_string(rest, &n))
		return false;
	bits = number_bits(e);
	if (bits < 2 || bits > 64 || !is_odd(e))
		return false;
	bits = number_bits(n);
	return bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX && is_odd(n);
}

static bool ecdsa_ok(const struct key_type *t, struct slice *rest)
{
	struct slice curve, point;

	return next_string(rest, &curve) && slice_is(curve, t->curve) &&
	       next_string(rest, &point) && point.len == t->point_len && point.p[0] == 4;
}

static bool ed25519_ok(struct slice *rest)
{
	struct slice point;

	return next_string(rest, &point) && point.len == 32;
}

static bool application_ok(struct slice *rest)
{
	struct slice a;

	return next_string(rest, &a) && a.len && a.len <= APPLICATION_MAX && slice_printable(a);
}

static bool blob_ok(const struct key_type *t, struct slice rest)
{
	struct slice name;
	bool good = false;

	if (!next_string(&rest, &name) || !slice_is(name, t->name))
		return false;
	switch (t->shape) {
	case SHAPE_ED25519:
		good = ed25519_ok(&rest);
		break;
	case SHAPE_ECDSA:
		good = ecdsa_ok(t, &rest);
		break;
	case SHAPE_RSA:
		good = rsa_ok(&rest);
		break;
	}
	return good && (!t->application || application_ok(&rest)) && rest.len == 0;
}

/* The byte behind the one at i, or behind an escaped quote there, as sshd counts quotes. */
static size_t step(struct slice s, size_t i, bool *quoted)
{
	if (s.p[i] == '\\' && i + 1 < s.len && s.p[i + 1] == '"')
		return i + 2;
	if (s.p[i] == '"')
		*quoted = !*quoted;
	return i + 1;
}

/* The next word; in options blanks between quotes belong to it. False when a quote does not end. */
static bool next_word(struct slice *rest, struct slice *ret)
{
	bool quoted = false;
	size_t n = 0;

	while (n < rest->len && (quoted || rest->p[n] != ' '))
		n = step(*rest, n, &quoted);
	*ret = (struct slice){rest->p, n};
	*rest = slice_trim((struct slice){rest->p + n, rest->len - n});
	return !quoted;
}

static bool has_control(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	return false;
}

/* sshd knows options in any case. Stripped of this one, an authority would be a key that logs in;
 * with it, it would speak for others. */
static bool is_authority(struct slice options)
{
	static const char word[] = "cert-authority";
	const size_t len = sizeof(word) - 1;
	bool quoted = false, start = true;

	for (size_t i = 0; i < options.len;) {
		if (start && options.len - i >= len && strncasecmp(options.p + i, word, len) == 0)
			return true;
		start = !quoted && options.p[i] == ',';
		i = step(options, i, &quoted);
	}
	return false;
}

/* Takes options and type off the line. */
static const struct key_type *take_type(struct slice *rest, struct slice *ret_options)
{
	struct slice word;
	const struct key_type *t;

	if (!next_word(rest, &word))
		return NULL;
	t = type_find(word);
	if (t)
		return t;
	*ret_options = word;
	return slice_printable(word) && next_word(rest, &word) ? type_find(word) : NULL;
}

static enum err check(const struct key_type *t, const struct sshkey *key)
{
	uint8_t storage[BLOB_MAX];
	struct buf blob;
	enum err e;

	buf_init_fixed(&blob, storage, sizeof(storage));
	e = base64_decode(key->base64, &blob);
	if (e != ERR_OK)
		return e;
	if (is_authority(key->options) ||
	    !blob_ok(t, (struct slice){(const char *)blob.data, blob.len}))
		return ERR_BAD_KEY;
	return ERR_OK;
}

enum err sshkey_parse(struct slice line, struct sshkey *ret)
{
	struct slice rest = slice_trim(line);
	struct sshkey key = {0};
	const struct key_type *t;
	enum err e;

	if (line.len > SSHKEY_LINE_MAX)
		return ERR_TOO_LONG;
	if (has_control(line))
		return ERR_SYNTAX;
	if (!rest.len || rest.p[0] == '#')
		return ERR_NOT_FOUND;
	t = take_type(&rest, &key.options);
	if (!t)
		return ERR_SYNTAX;
	key.type = t->name;
	key.base64.p = rest.p;
	while (key.base64.len < rest.len && rest.p[key.base64.len] != ' ')
		key.base64.len++;
	key.comment =
	    slice_trim((struct slice){rest.p + key.base64.len, rest.len - key.base64.len});
	e = check(t, &key);
	if (e == ERR_OK)
		*ret = key;
	return e;
}

void sshkey_put(struct buf *out, const struct sshkey *key, bool with_options)
{
	if (with_options && key->options.len) {
		buf_put(out, key->options.p, key->options.len);
		buf_text(out, " ");
	}
	buf_text(out, key->type);
	buf_text(out, " ");
	buf_put(out, key->base64.p, key->base64.len);
	if (!key->comment.len)
		return;
	buf_text(out, " ");
	str_printable(out, key->comment.p, key->comment.len, SSHKEY_COMMENT_MAX);
}
