/* SPDX-License-Identifier: MIT */
#include "common/buf.h"
#include "tests/unit/tap.h"

#include <fcntl.h>

static void writing(void)
{
	AUTO_BUF struct buf b;
	static const uint8_t want[] = {1, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12, 8, 7, 6, 5, 4, 3, 2,
	    1, 2, 0, 0, 0, 'a', 'b', 0, 0, 0, 0};

	buf_init(&b, 100);
	buf_put_u8(&b, 1);
	buf_put_u16(&b, 0x1234);
	buf_put_u32(&b, 0x12345678);
	buf_put_u64(&b, 0x0102030405060708);
	buf_put_str(&b, "ab");
	buf_put_str(&b, NULL);
	is_int(b.err, ERR_OK, "writing succeeds");
	ok(b.len == sizeof(want) && memcmp(b.data, want, sizeof(want)) == 0,
	    "numbers are little-endian, strings counted, NULL is the empty string");
	buf_reset(&b);
	is_int(b.len, 0, "reset empties");
}

static void bounds(void)
{
	AUTO_BUF struct buf b;
	char big[1000] = {0};

	buf_init(&b, 10);
	buf_put(&b, "0123456789", 10);
	is_int(b.err, ERR_OK, "exactly the maximum fits");
	buf_put_u8(&b, 1);
	is_int(b.err, ERR_TOO_LONG, "one byte more does not");
	is_int(b.len, 10, "and nothing of it was written");
	buf_put(&b, NULL, 0);
	is_int(b.err, ERR_TOO_LONG, "the error sticks");
	ok(buf_cstr(&b) == NULL, "no string from a failed buffer");
	buf_reset(&b);
	buf_put(&b, big, sizeof(big));
	is_int(b.err, ERR_TOO_LONG, "a piece beyond the maximum at once");
	buf_put(&b, "x", 1);
	is_int(b.len, 0, "nothing is written after a failure");
	buf_free(&b);
	buf_init(&b, 100000);
	for (int i = 0; i < 100; i++)
		buf_put(&b, big, sizeof(big));
	ok(b.err == ERR_OK && b.len == 100000, "grows to its maximum");
	buf_put_bytes(&b, big, 0);
	is_int(b.err, ERR_TOO_LONG, "and no further");
}

static void fixed(void)
{
	char storage[8];
	struct buf b;

	memset(storage, 'x', sizeof(storage));
	buf_init_fixed(&b, storage, 4);
	buf_put(&b, "abc", 3);
	is_str(buf_cstr(&b), "abc", "fixed: a string with its terminator fits");
	buf_put(&b, "d", 1);
	ok(b.err == ERR_OK && !buf_cstr(&b), "fixed: no room for a terminator is no string");
	ok(storage[4] == 'x', "fixed: not a byte beyond");
	buf_free(&b);
	buf_init_fixed(&b, storage, 0);
	buf_put_u8(&b, 1);
	is_int(b.err, ERR_TOO_LONG, "fixed: size 0 holds nothing");
	buf_free(&b);
	ok(storage[0] == 'a', "fixed: free leaves the caller's storage alone");
}

static void text(void)
{
	AUTO_BUF struct buf b;
	char *s;

	buf_init(&b, 64);
	buf_text(&b, "a");
	buf_printf(&b, "-%d-%s", 7, "z");
	is_str(buf_cstr(&b), "a-7-z", "text and printf append");
	s = buf_take_str(&b);
	is_str(s, "a-7-z", "taken");
	is_int(b.len, 0, "and gone from the buffer");
	free(s);
	buf_put(&b, "a\0b", 3);
	ok(buf_cstr(&b) == NULL, "no string with a NUL inside");
	ok(buf_take_str(&b) == NULL, "nor by taking");
	is_str(buf_cstr(&b), "", "an empty buffer is the empty string");
	buf_printf(&b, "%0100d", 1);
	is_int(b.err, ERR_TOO_LONG, "printf beyond the maximum fails");
	is_int(b.len, 0, "and writes nothing");
	buf_free(NULL);
	buf_free(&(struct buf){0});
	ok(true, "freeing NULL and an untouched buffer is harmless");
}

/* The heap under a growing or freed buffer must not keep a secret; free() leaves the bytes where
 * they are except the first few, so the old storage can be looked at. */
static void secrets_are_wiped(void)
{
	struct buf b;
	const uint8_t *old;
	char fill[300];
	bool clean = true;

	memset(fill, 'S', sizeof(fill));
	buf_init_secret(&b, 4096);
	buf_put(&b, fill, 200);
	old = b.data;
	buf_reset(&b);
	for (size_t i = 0; i < 200; i++)
		clean = clean && old[i] == 0;
	ok(clean, "SEC-35: reset wipes a secret buffer");
	buf_free(&b);
	ok(b.secret, "SEC-35: a secret buffer stays one after it was freed");
	buf_init(&b, 16);
	buf_free(&b);
	ok(!b.secret, "and another does not become one");
}

static void reading(void)
{
	static const uint8_t in[] = {1, 0x34, 0x12, 2, 0, 0, 0, 'h', 'i', 0, 0, 0, 0};
	struct reader r;
	char s[8];
	char *dup;

	reader_init(&r, in, sizeof(in));
	is_int(get_u8(&r), 1, "u8");
	is_int(get_u16(&r), 0x1234, "u16");
	get_str(&r, s, sizeof(s));
	is_str(s, "hi", "a string");
	dup = get_str_dup(&r, 0);
	is_str(dup, "", "the empty string");
	free(dup);
	ok(reader_done(&r), "all consumed");
	is_int(get_u8(&r), 0, "beyond the end: 0");
	ok(r.bad && !reader_done(&r), "and the failure sticks");
	is_int(get_u64(&r), 0, "every later read gives 0");
	ok(get_str_dup(&r, 10) == NULL, "and NULL");
}

static void hostile_lengths(void)
{
	static const uint8_t huge[] = {0xff, 0xff, 0xff, 0xff, 'a'};
	static const uint8_t one[] = {2, 0, 0, 0, 'a'};
	static const uint8_t nul[] = {3, 0, 0, 0, 'a', 0, 'b'};
	static const uint8_t four[] = {4, 0, 0, 0, 'a', 'b', 'c', 'd'};
	static const uint8_t flags[] = {0, 1, 2};
	struct reader r;
	size_t len = 77;
	char s[4] = "zzz";

	reader_init(&r, huge, sizeof(huge));
	ok(get_bytes(&r, &len) == NULL && r.bad && len == 77, "SEC-32: length 2^32-1 is refused");
	reader_init(&r, one, sizeof(one));
	ok(get_bytes(&r, &len) == NULL && r.bad, "SEC-32: a length beyond the end");
	reader_init(&r, nul, sizeof(nul));
	get_str(&r, s, sizeof(s));
	ok(r.bad && !*s, "SEC-32: a string with NUL inside is refused");
	reader_init(&r, nul, sizeof(nul));
	ok(get_str_dup(&r, 10) == NULL && r.bad, "SEC-32: also as a copy");
	reader_init(&r, four, sizeof(four));
	get_str(&r, s, sizeof(s));
	ok(r.bad && !*s, "SEC-32: a string that leaves no room for its terminator");
	reader_init(&r, four, sizeof(four));
	ok(get_str_dup(&r, 3) == NULL && r.bad, "SEC-32: a copy above its maximum");
	reader_init(&r, four, 3);
	is_int(get_u32(&r), 0, "SEC-32: a number cut in its middle");
	ok(r.bad, "fails");
	reader_init(&r, flags, sizeof(flags));
	ok(!get_bool(&r) && get_bool(&r) && !r.bad, "no and yes");
	ok(!get_bool(&r) && r.bad, "SEC-32: and nothing else");
	is_int(reader_end(&r), ERR_PROTOCOL, "which is an error at the end");
	reader_init(&r, NULL, 0);
	ok(reader_done(&r) && reader_end(&r) == ERR_OK, "nothing is well-formed nothing");
}

static void descriptors(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int copy = fd, none = -1;
	int taken = take_fd(&copy);

	ok(taken == fd && copy == -1, "take_fd moves");
	close_fd(&taken);
	ok(taken == -1 && fcntl(fd, F_GETFD) == -1, "close_fd closes and forgets");
	close_fd(&none);
	is_int(none, -1, "close_fd of none is harmless");
}

int main(void)
{
	writing();
	bounds();
	fixed();
	text();
	secrets_are_wiped();
	reading();
	hostile_lengths();
	descriptors();
	return tap_done();
}
