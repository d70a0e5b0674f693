/* SPDX-License-Identifier: MIT */
#include "oidc/b64url.h"
#include "tests/unit/oidc_shown.h"
#include "tests/unit/tap.h"

static enum err decode(const char *text, struct buf *ret)
{
	buf_reset(ret);
	return b64url_decode(ret, text, strlen(text));
}

static void known_pairs_agree(void)
{
	/* RFC 4648, 10 without padding, and the bytes of RFC 7515, appendix C */
	static const struct {
		const char *text;
		const char *bytes;
	} pairs[] = {{"", ""}, {"Zg", "f"}, {"Zm8", "fo"}, {"Zm9v", "foo"}, {"Zm9vYg", "foob"},
	    {"Zm9vYmE", "fooba"}, {"Zm9vYmFy", "foobar"}, {"A-z_4ME", "\x03\xec\xff\xe0\xc1"}};
	AUTO_BUF struct buf out = {0};

	buf_init(&out, 64);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		is_int(decode(pairs[i].text, &out), ERR_OK, "decodes \"%s\"", pairs[i].text);
		is_str(buf_cstr(&out), pairs[i].bytes, "to the right bytes");
		buf_reset(&out);
		b64url_encode(&out, pairs[i].bytes, strlen(pairs[i].bytes));
		is_str(buf_cstr(&out), pairs[i].text, "and encodes back");
	}
}

static void every_length_survives_a_round_trip(void)
{
	uint8_t bytes[256];
	unsigned good = 0;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37 + 11);
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		AUTO_BUF struct buf text = {0};
		AUTO_BUF struct buf back = {0};

		buf_init(&text, 1024);
		buf_init(&back, 1024);
		b64url_encode(&text, bytes, len);
		good += text.len == B64URL_LEN(len) &&
			b64url_decode(&back, (const char *)text.data, text.len) == ERR_OK &&
			back.len == len && (len == 0 || memcmp(back.data, bytes, len) == 0);
	}
	is_int(good, 257, "0 to 256 bytes come back as they were");
}

static void anything_not_canonical_is_refused(void)
{
	static const char *const bad[] = {"Zg==", "Zm8=", "Zg=", "=", "Zm9v\n", " Zm9v", "Zm 9v",
	    "Zm9v ", "+_8A", "/_8A", "Z", "Zm9vY", "Zh", "Zm9", "Zn", "Zm-", "Zm\xc3\xa4", "Zm.v"};
	AUTO_BUF struct buf out = {0};

	buf_init(&out, 64);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		is_int(
		    decode(bad[i], &out), ERR_BAD_BASE64, "SEC-08: \"%s\" refused", shown(bad[i]));
		is_int(out.len, 0, "and nothing written");
	}
	is_int(b64url_decode(&out, "Zg\0", 3), ERR_BAD_BASE64, "SEC-08: NUL refused");
}

/* Of all two- and three-character texts just those decode that an encoder would write. */
static void each_byte_string_has_one_encoding(void)
{
	unsigned two = 0;
	unsigned three = 0;
	char text[3];
	AUTO_BUF struct buf out = {0};

	buf_init(&out, 8);
	for (unsigned i = 0; i < 1U << 24; i++) {
		text[0] = (char)(i & 0xff);
		text[1] = (char)(i >> 8 & 0xff);
		text[2] = (char)(i >> 16);
		buf_reset(&out);
		if (i < 1U << 16)
			two += b64url_decode(&out, text, 2) == ERR_OK;
		buf_reset(&out);
		three += b64url_decode(&out, text, 3) == ERR_OK;
	}
	is_int(two, 256, "SEC-08: 256 of 65,536 two-character texts decode");
	is_int(three, 65536, "SEC-08: 65,536 of 2^24 three-character texts decode");
}

static void limits_hold(void)
{
	uint8_t storage[2];
	struct buf out;

	buf_init_fixed(&out, storage, sizeof(storage));
	is_int(b64url_decode(&out, "Zm9v", 4), ERR_TOO_LONG, "a full buffer is an error");
}

int main(void)
{
	known_pairs_agree();
	every_length_survives_a_round_trip();
	anything_not_canonical_is_refused();
	each_byte_string_has_one_encoding();
	limits_hold();
	return tap_done();
}
