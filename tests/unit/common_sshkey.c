/* SPDX-License-Identifier: MIT */
/* SEC-21, SEC-25: lines of SSH keys, good ones of every type and what must not pass. */
#include "common/sshkey.h"
#include "tests/unit/tap.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void put_base64(struct buf *out, const struct buf *in)
{
	for (size_t i = 0; i < in->len; i += 3) {
		size_t n = in->len - i < 3 ? in->len - i : 3;
		uint32_t v = (uint32_t)in->data[i] << 16;

		v |= n > 1 ? (uint32_t)in->data[i + 1] << 8 : 0;
		v |= n > 2 ? in->data[i + 2] : 0;
		for (size_t k = 0; k < 4; k++)
			buf_put_u8(
			    out, k <= n ? (uint8_t)alphabet[v >> (18 - 6 * k) & 63] : (uint8_t)'=');
	}
}

static void put_string(struct buf *b, const void *bytes, size_t len)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_put_u8(b, (uint8_t)(len >> shift));
	buf_put(b, bytes, len);
}

static void put_text(struct buf *b, const char *text)
{
	put_string(b, text, strlen(text));
}

/* A number of so many bits, and odd; beginning with that byte before it when it is not 256. */
static void put_number(struct buf *b, size_t bits, unsigned before, unsigned last)
{
	static uint8_t bytes[4100];
	size_t n = (bits + 7) / 8, zero = bits % 8 == 0;

	memset(bytes, 0x55, sizeof(bytes));
	bytes[0] = 0;
	bytes[zero] = (uint8_t)(1U << ((bits - 1) % 8));
	bytes[zero + n - 1] = (uint8_t)(bytes[zero + n - 1] & ~1U) | (uint8_t)last;
	if (before == 256) {
		put_string(b, bytes, zero + n);
		return;
	}
	memmove(bytes + 1, bytes, zero + n);
	bytes[0] = (uint8_t)before;
	put_string(b, bytes, zero + n + 1);
}

/* A key under construction: the line says `type`, the blob begins with `inner`. */
static struct buf blob;
static struct buf line;

static void begin(const char *inner)
{
	buf_free(&blob);
	buf_init(&blob, 8192);
	put_text(&blob, inner);
}

static void end(const char *before, const char *type, const char *after)
{
	buf_free(&line);
	buf_init(&line, 32768);
	buf_text(&line, before);
	buf_text(&line, type);
	buf_text(&line, " ");
	put_base64(&line, &blob);
	buf_text(&line, after);
}

static enum err parse(struct sshkey *key)
{
	return sshkey_parse((struct slice){(char *)line.data, line.len}, key);
}

static enum err parsed(void)
{
	struct sshkey unused;

	return parse(&unused);
}

static enum err parse_text(const char *text)
{
	struct sshkey unused;

	return sshkey_parse(slice_of(text), &unused);
}

static void put_ed25519(size_t len)
{
	uint8_t point[64] = {1, 2, 3};

	put_string(&blob, point, len);
}

static void put_ecdsa(const char *curve, size_t len, uint8_t form)
{
	uint8_t point[160] = {form, 2, 3};

	put_text(&blob, curve);
	put_string(&blob, point, len);
}

static void begin_ed25519(void)
{
	begin("ssh-ed25519");
	put_ed25519(32);
}

static void good_types(void)
{
	static const struct {
		const char *type;
		const char *curve;
		size_t point;
	} ecdsa[] = {{"ecdsa-sha2-nistp256", "nistp256", 65},
	    {"ecdsa-sha2-nistp384", "nistp384", 97}, {"ecdsa-sha2-nistp521", "nistp521", 133}};

	begin_ed25519();
	end("", "ssh-ed25519", "");
	is_int(parsed(), ERR_OK, "ssh-ed25519");
	for (size_t i = 0; i < 3; i++) {
		begin(ecdsa[i].type);
		put_ecdsa(ecdsa[i].curve, ecdsa[i].point, 4);
		end("", ecdsa[i].type, " comment");
		is_int(parsed(), ERR_OK, "%s", ecdsa[i].type);
	}
	begin("sk-ssh-ed25519@openssh.com");
	put_ed25519(32);
	put_text(&blob, "ssh:");
	end("", "sk-ssh-ed25519@openssh.com", "");
	is_int(parsed(), ERR_OK, "sk-ssh-ed25519@openssh.com");
	begin("sk-ecdsa-sha2-nistp256@openssh.com");
	put_ecdsa("nistp256", 65, 4);
	put_text(&blob, "ssh:");
	end("", "sk-ecdsa-sha2-nistp256@openssh.com", "");
	is_int(parsed(), ERR_OK, "sk-ecdsa-sha2-nistp256@openssh.com");
}

static enum err rsa(size_t e_bits, unsigned e_last, size_t n_bits, unsigned before, unsigned n_last)
{
	begin("ssh-rsa");
	put_number(&blob, e_bits, 256, e_last);
	put_number(&blob, n_bits, before, n_last);
	end("", "ssh-rsa", "");
	return parsed();
}

static void rsa_keys(void)
{
	is_int(rsa(17, 1, 2048, 256, 1), ERR_OK, "ssh-rsa of 2048 bits");
	is_int(rsa(17, 1, 3071, 256, 1), ERR_OK, "ssh-rsa of 3071 bits");
	is_int(rsa(2, 1, 16384, 256, 1), ERR_OK, "ssh-rsa of 16384 bits");
	is_int(rsa(17, 1, 2047, 256, 1), ERR_BAD_KEY, "one bit too few");
	is_int(rsa(17, 1, 16385, 256, 1), ERR_BAD_KEY, "one bit too many");
	is_int(rsa(17, 0, 2048, 256, 1), ERR_BAD_KEY, "an even exponent");
	is_int(rsa(1, 1, 2048, 256, 1), ERR_BAD_KEY, "an exponent of one");
	is_int(rsa(65, 1, 2048, 256, 1), ERR_BAD_KEY, "an endless exponent");
	is_int(rsa(17, 1, 2048, 256, 0), ERR_BAD_KEY, "an even modulus");
	is_int(rsa(17, 1, 3071, 0, 1), ERR_BAD_KEY, "a zero byte too many");
	is_int(rsa(17, 1, 3071, 0x80, 1), ERR_BAD_KEY, "a negative number");
	begin("ssh-rsa");
	put_text(&blob, "");
	put_text(&blob, "");
	end("", "ssh-rsa", "");
	is_int(parsed(), ERR_BAD_KEY, "empty numbers");
}

static void bad_blobs(void)
{
	begin("ssh-rsa");
	put_ed25519(32);
	end("", "ssh-ed25519", "");
	is_int(parsed(), ERR_BAD_KEY, "SEC-21: the blob is of another type than the line says");
	begin("ssh-ed25519");
	put_ed25519(31);
	end("", "ssh-ed25519", "");
	is_int(parsed(), ERR_BAD_KEY, "a point too short");
	begin_ed25519();
	buf_put_u8(&blob, 0);
	end("", "ssh-ed25519", "");
	is_int(parsed(), ERR_BAD_KEY, "a byte behind the key");
	begin("ecdsa-sha2-nistp256");
	put_ecdsa("nistp384", 65, 4);
	end("", "ecdsa-sha2-nistp256", "");
	is_int(parsed(), ERR_BAD_KEY, "another curve");
	begin("ecdsa-sha2-nistp256");
	put_ecdsa("nistp256", 65, 2);
	end("", "ecdsa-sha2-nistp256", "");
	is_int(parsed(), ERR_BAD_KEY, "a compressed point");
	begin("sk-ssh-ed25519@openssh.com");
	put_ed25519(32);
	end("", "sk-ssh-ed25519@openssh.com", "");
	is_int(parsed(), ERR_BAD_KEY, "a security key without application");
	put_text(&blob, "ssh:\x1b[2J");
	end("", "sk-ssh-ed25519@openssh.com", "");
	is_int(parsed(), ERR_BAD_KEY, "SEC-25: an application with control characters");
	begin("ssh-ed25519");
	buf_put(&blob, "\xff\xff\xff\xff", 4);
	end("", "ssh-ed25519", "");
	is_int(parsed(), ERR_BAD_KEY, "a length of 2^32-1");
	begin_ed25519();
	for (size_t n = 0; n < blob.len; n++) {
		struct buf whole = blob;

		blob.len = n;
		end("", "ssh-ed25519", "");
		blob = whole;
		if (n && parsed() != ERR_BAD_KEY) {
			ok(false, "a blob of %zu bytes", n);
			return;
		}
	}
	ok(true, "no part of a blob is a key");
}

static void other_types(void)
{
	static const char *const names[] = {"ssh-dss", "ssh-ed25519-cert-v01@openssh.com",
	    "ssh-rsa-cert-v01@openssh.com", "rsa-sha2-256", "SSH-ED25519", "ssh-ed25519,ssh-rsa",
	    "ecdsa-sha2-nistp256-cert-v01@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		begin(names[i]);
		put_ed25519(32);
		end("", names[i], "");
		is_int(parsed(), ERR_SYNTAX, "SEC-21: no key of type %s", names[i]);
	}
	is_int(parse_text("ssh-ed25519"), ERR_BAD_BASE64, "a type alone");
	is_int(parse_text("2048 65537 1234567890"), ERR_SYNTAX, "a key of protocol 1");
	is_int(parse_text(""), ERR_NOT_FOUND, "an empty line is none");
	is_int(parse_text("   "), ERR_NOT_FOUND, "nor is a blank one");
	is_int(parse_text(" # ssh-ed25519 AAAA"), ERR_NOT_FOUND, "nor is a comment");
}

static void encodings(void)
{
	size_t last;

	begin_ed25519(); /* 51 bytes: no padding */
	end("", "ssh-ed25519", "");
	last = line.len - 1;
	is_int(parsed(), ERR_OK, "whole quanta");
	buf_text(&line, "=");
	is_int(parsed(), ERR_BAD_BASE64, "padding that does not belong there");
	end("", "ssh-ed25519", "");
	line.data[last] = '-';
	is_int(parsed(), ERR_BAD_BASE64, "the alphabet of URLs");
	line.data[last] = '=';
	is_int(parsed(), ERR_BAD_KEY, "a byte less by padding is not this key");
	line.len--;
	is_int(parsed(), ERR_BAD_BASE64, "a quantum cut");
	begin("sk-ssh-ed25519@openssh.com");
	put_ed25519(32);
	put_text(&blob, "ssh");
	end("", "sk-ssh-ed25519@openssh.com", "");
	last = line.len - 1;
	ok(line.data[last] == '=' && line.data[last - 1] == '=', "one byte in the last quantum");
	line.data[last - 2] = (uint8_t)(line.data[last - 2] + 1);
	is_int(parsed(), ERR_BAD_BASE64, "spare bits");
	end("", "sk-ssh-ed25519@openssh.com", "");
	line.data[last] = 'A';
	is_int(parsed(), ERR_BAD_BASE64, "padding in the middle");
	line.len -= 2;
	is_int(parsed(), ERR_BAD_BASE64, "padding left out");
}

static void is_written(const char *before, bool with, const char *want_before, const char *after,
    const char *want_after, const char *name)
{
	AUTO_BUF struct buf got, want;
	struct sshkey key;

	begin_ed25519();
	end(before, "ssh-ed25519", after);
	buf_init(&got, 32768);
	buf_init(&want, 32768);
	buf_text(&want, want_before);
	buf_text(&want, "ssh-ed25519 ");
	put_base64(&want, &blob);
	buf_text(&want, want_after);
	if (parse(&key) == ERR_OK)
		sshkey_put(&got, &key, with);
	is_str(buf_cstr(&got), buf_cstr(&want), "%s", name);
}

static void options(void)
{
	static const char command[] = "restrict,command=\"echo \\\"a b\\\" ssh-rsa\",no-pty ";
	static const char *const refused[] = {"cert-authority ", "no-pty,CERT-Authority,x ",
	    "command=\"x\\\\\",cert-authority,a=\"b\" ", "cert-authority,principals=\"root\" "};

	is_written("", true, "", "", "", "a plain key");
	is_written(command, true, command, "", "", "options are kept where that is configured");
	is_written(command, false, "", "", "", "SEC-21: and stripped otherwise");
	is_written(
	    "command=\"cert-authority\" ", false, "", "", "", "what stands in quotes is no option");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		begin_ed25519();
		end(refused[i], "ssh-ed25519", "");
		ok(parsed() != ERR_OK, "SEC-21: no authority: %s", refused[i]);
	}
	begin_ed25519();
	end("command=\"echo ", "ssh-ed25519", "");
	is_int(parsed(), ERR_SYNTAX, "a quote that does not end");
	end("no-pty restrict ", "ssh-ed25519", "");
	is_int(parsed(), ERR_SYNTAX, "two words of options");
	end("a=\"\xe2\x80\xae\" ", "ssh-ed25519", "");
	is_int(parsed(), ERR_SYNTAX, "SEC-25: options that turn the text around");
}

static void comments(void)
{
	static char longest[300], cut[300];

	memset(longest, 'c', sizeof(longest) - 1);
	longest[0] = ' ';
	memcpy(cut, longest, SSHKEY_COMMENT_MAX + 1);
	memcpy(cut + SSHKEY_COMMENT_MAX + 1, "...", 4);
	is_written("", false, "", " anna@host of anna  ", " anna@host of anna", "a comment");
	is_written("", false, "", " Zo\xc3\xab \xe2\x80\xae", " Zo\xc3\xab \\xe2\\x80\\xae",
	    "SEC-25: made printable");
	is_written("", false, "", longest, cut, "and cut");
	begin_ed25519();
	for (unsigned c = 0; c < 0x20; c++) {
		end("", "ssh-ed25519", " a");
		buf_put_u8(&line, (uint8_t)c);
		buf_text(&line, "b");
		if (parsed() != ERR_SYNTAX) {
			ok(false, "SEC-25: control character %u", c);
			return;
		}
	}
	ok(true, "SEC-25: control characters refuse the line");
	end("", "ssh-ed25519", " \x7f");
	is_int(parsed(), ERR_SYNTAX, "SEC-25: so does DEL");
}

static void long_lines(void)
{
	begin_ed25519();
	end("", "ssh-ed25519", " ");
	while (line.len < SSHKEY_LINE_MAX)
		buf_text(&line, "c");
	is_int(parsed(), ERR_OK, "the longest line");
	buf_text(&line, "c");
	is_int(parsed(), ERR_TOO_LONG, "one byte more");
	begin("ssh-rsa");
	for (int i = 0; i < 5000; i++)
		buf_put_u8(&blob, 1);
	end("", "ssh-rsa", "");
	is_int(parsed(), ERR_TOO_LONG, "a blob larger than any key");
}

int main(void)
{
	good_types();
	rsa_keys();
	bad_blobs();
	other_types();
	encodings();
	options();
	comments();
	long_lines();
	buf_free(&blob);
	buf_free(&line);
	return tap_done();
}
