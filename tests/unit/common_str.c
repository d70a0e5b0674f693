/* SPDX-License-Identifier: MIT */
#include "common/str.h"
#include "tests/unit/tap.h"

static void slices(void)
{
	struct slice rest = slice_of(" a, b,,c\td ,"), one;
	struct slice none = {NULL, 0};

	ok(slice_is(slice_of("abc"), "abc"), "a slice equals a string");
	ok(!slice_is(slice_of("abc"), "ab"), "but no prefix of it");
	ok(!slice_is((struct slice){"abc", 2}, "abc"), "nor a longer one");
	ok(slice_is(none, ""), "the empty slice equals the empty string");
	ok(slice_is(slice_trim(slice_of(" \t x y \t")), "x y"), "blanks at both ends go");
	ok(slice_trim(slice_of("  ")).len == 0, "nothing but blanks");
	ok(slice_next(&rest, ",", &one) && slice_is(one, "a"), "first piece");
	ok(slice_next(&rest, ",", &one) && slice_is(one, "b"), "second piece, trimmed");
	ok(slice_next(&rest, ",", &one) && slice_is(one, "c\td"), "empty pieces are passed over");
	ok(!slice_next(&rest, ",", &one), "the end");
	rest = (struct slice){"a\0b", 3};
	ok(slice_next(&rest, ",", &one) && one.len == 3, "NUL is no separator");
}

static void strings(void)
{
	char dst[4] = "xyz";

	ok(str_starts("abc", "ab") && str_starts("abc", ""), "a prefix");
	ok(!str_starts("ab", "abc"), "no prefix is longer than the string");
	ok(str_copy(dst, sizeof(dst), "abc"), "a copy that just fits");
	is_str(dst, "abc", "is the string");
	ok(!str_copy(dst, sizeof(dst), "abcd"), "one byte more is refused");
	is_str(dst, "", "and leaves nothing, not a part");
	ok(!str_copy(dst, 0, ""), "nothing fits into no room");
}

static void utf8(void)
{
	static const char *const good[] = {"", "abc", "\xc3\xa9", "\xe2\x82\xac",
	    "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80", "\xdf\xbf"};
	static const char *const bad[] = {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3",
	    "\xc3\x28", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xe2\x82",
	    "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
	    "\xf0\x9f\x98", "\xfe", "\xff", "a\xffz", "\xf8\x88\x80\x80\x80", "\xe2\x28\xa1"};
	bool all = true;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(utf8_valid(good[i], strlen(good[i])), "good UTF-8 %zu", i);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!utf8_valid(bad[i], strlen(bad[i])), "bad UTF-8 %zu", i);
	/* every prefix of a good character alone is bad */
	for (size_t n = 1; n < 4; n++)
		all = all && !utf8_valid("\xf0\x9f\x98\x80", n);
	ok(all, "a cut character is bad");
}

static void shown(const char *in, const char *want, const char *name)
{
	AUTO_BUF struct buf b;

	buf_init(&b, 1000);
	str_printable(&b, in, strlen(in), 500);
	is_str(buf_cstr(&b), want, "SEC-25: %s", name);
}

static void printable(void)
{
	AUTO_BUF struct buf b;

	shown(
	    "plain text, Zo\xc3\xab \xe2\x82\xac", "plain text, Zo\xc3\xab \xe2\x82\xac", "plain");
	shown("\x1b[31mred", "\\x1b[31mred", "ESC");
	shown("a\nb\rc\td", "a\\x0ab\\x0dc\\x09d", "newline, return, tab");
	shown("\x7f", "\\x7f", "DEL");
	shown("a\\x0a", "a\\x5cx0a", "backslash: no text can imitate an escape");
	shown("\xc2\x9b"
	      "31m",
	    "\\xc2\\x9b31m", "C1 control sequence introducer");
	shown("\xe2\x80\xae"
	      "evil",
	    "\\xe2\\x80\\xaeevil", "right-to-left override");
	shown("\xe2\x81\xa6x", "\\xe2\\x81\\xa6x", "bidi isolate");
	shown("\xe2\x80\x8b", "\\xe2\\x80\\x8b", "zero-width space");
	shown("\xe2\x80\xa8", "\\xe2\\x80\\xa8", "line separator");
	shown("\xd8\x9c", "\\xd8\\x9c", "arabic letter mark");
	shown("\xef\xbb\xbf", "\\xef\\xbb\\xbf", "byte order mark");
	shown("\xc2\xad", "\\xc2\\xad", "soft hyphen");
	shown("\xe1\xa0\x8e", "\\xe1\\xa0\\x8e", "mongolian vowel separator");
	shown("\xf3\xa0\x81\xa1", "\\xf3\\xa0\\x81\\xa1", "tag characters");
	shown("\xff\xfe", "\\xff\\xfe", "bytes that are no UTF-8");
	shown("\xe2\x82", "\\xe2\\x82", "a cut character");
	buf_init(&b, 1000);
	str_printable(&b, "a\0b", 3, 10);
	is_str(buf_cstr(&b), "a\\x00b", "SEC-25: NUL");
	buf_reset(&b);
	str_printable(&b, "abcdef", 6, 3);
	is_str(buf_cstr(&b), "abc...", "a cut is marked");
	buf_reset(&b);
	str_printable(&b, "abc", 3, 3);
	is_str(buf_cstr(&b), "abc", "what fits is not");
}

/* What str_printable lets through unchanged, and only that, is printable (newlines apart). */
static void agreement(void)
{
	unsigned disagree = 0;

	for (uint32_t cp = 1; cp < 0x30000; cp++) {
		char c[5] = {0};
		AUTO_BUF struct buf b;

		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		if (cp < 0x80) {
			c[0] = (char)cp;
		} else if (cp < 0x800) {
			c[0] = (char)(0xc0 | cp >> 6);
			c[1] = (char)(0x80 | (cp & 63));
		} else if (cp < 0x10000) {
			c[0] = (char)(0xe0 | cp >> 12);
			c[1] = (char)(0x80 | (cp >> 6 & 63));
			c[2] = (char)(0x80 | (cp & 63));
		} else {
			c[0] = (char)(0xf0 | cp >> 18);
			c[1] = (char)(0x80 | (cp >> 12 & 63));
			c[2] = (char)(0x80 | (cp >> 6 & 63));
			c[3] = (char)(0x80 | (cp & 63));
		}
		buf_init(&b, 64);
		str_printable(&b, c, strlen(c), 4);
		if (cp != '\n' && cp != '\\' && (strcmp(buf_cstr(&b), c) == 0) != text_printable(c))
			disagree++;
	}
	is_int(disagree, 0, "text_printable and str_printable agree on every character");
	ok(text_printable("line\nline \\ \xe2\x96\x88"),
	    "newline, backslash and blocks may be shown");
	ok(!text_printable("\x1b") && !text_printable("\r") && !text_printable("\t"),
	    "SEC-25: ESC, return and tab may not");
	ok(!text_printable("\xff"), "SEC-25: nor what is no UTF-8");
}

int main(void)
{
	slices();
	strings();
	utf8();
	printable();
	agreement();
	return tap_done();
}
