/* SPDX-License-Identifier: MIT */
/* The quick checks of the map's reader never say yes where the full rules say no. */
#include "common/map_check.h"

#include "common/map.h"
#include "tests/unit/tap.h"

#include <stdint.h>

static uint64_t noise = 88172645463325252U;

static unsigned any_of(unsigned n)
{
	noise ^= noise << 13;
	noise ^= noise >> 7;
	noise ^= noise << 17;
	return (unsigned)(noise % n);
}

static char odd_byte(void)
{
	static const char bytes[] = "abz059_-..//::AZ@`{ ~!\x01\x1f\x7f\x80\xc3\xff\n";

	return bytes[any_of(sizeof(bytes))]; /* its NUL, too */
}

static bool agrees(const char *name)
{
	struct map_name n;
	bool want = name_ok(name, strlen(name)) && !name_reserved(name);

	return map_name_set(&n, name) == want && (!want || n.len == strlen(name));
}

static void test_names(void)
{
	static const char *const reserved[] = {"root", "sudo", "systemd-x", "lp", "www-data",
	    "encvoy-online", "administrator", "adm", "wheel"};
	unsigned bad = 0;

	for (unsigned i = 1; i < 65536; i++) {
		char name[3] = {(char)(i & 0xff), (char)(i >> 8), 0};

		bad += name[0] && !agrees(name);
	}
	is_int(bad, 0, "SEC-15: every name of one and two bytes is judged as name_ok does");
	for (unsigned i = 0; i < 400000; i++) {
		char name[48];
		unsigned len = any_of(40), odd = any_of(3);

		for (unsigned k = 0; k < len; k++)
			name[k] = (char)('a' + any_of(26));
		while (odd-- && len)
			name[any_of(len)] = odd_byte();
		name[len] = 0;
		bad += !agrees(name);
	}
	is_int(bad, 0, "SEC-15: and 400,000 odd ones");
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		bad += agrees(reserved[i]) ? 0 : 1;
	is_int(bad, 0, "SEC-16: and reserved ones");
}

static void test_hash(void)
{
	unsigned same = 0;
	struct map_words w;

	/* names that differ in one byte, at every length: their words differ, so their hashes do */
	for (unsigned len = 1; len <= NAME_MAX_LEN; len++) {
		char name[NAME_MAX_LEN + 1];
		uint64_t first;

		memset(name, 'a', sizeof(name));
		w = map_words(name, len);
		first = map_hash_name(7, &w, len);
		for (unsigned i = 0; i < len; i++) {
			name[i] = 'b';
			w = map_words(name, len);
			same += map_hash_name(7, &w, len) == first;
			name[i] = 'a';
		}
	}
	is_int(same, 0, "each byte of a name counts in its hash");
}

/* A block as in the map: four strings and padding, with some odd bytes, in buf. */
struct block {
	unsigned char bytes[1024] __attribute__((aligned(8)));
	struct map_user_head h;
	size_t len;
};

static void add(struct block *b, const char *text)
{
	memcpy(b->bytes + b->len, text, strlen(text) + 1);
	b->len += strlen(text) + 1;
}

static void make_block(struct block *b, unsigned odd)
{
	char text[128];
	size_t start;

	memset(b, 0, sizeof(*b));
	snprintf(text, sizeof(text), "user%u", any_of(100000));
	add(b, text);
	b->h.name_len = (uint8_t)(b->len - 1);
	start = b->len;
	snprintf(text, sizeof(text), "%.*s", (int)any_of(70),
	    "Somebody with a name as long as names can be, and some remarks beside it");
	add(b, text);
	b->h.gecos_len = (uint16_t)(b->len - start - 1);
	start = b->len;
	snprintf(text, sizeof(text), "/home%.*s", (int)any_of(20), "/abcdefg/hijklmnopqrstu");
	add(b, text);
	b->h.home_len = (uint16_t)(b->len - start - 1);
	start = b->len;
	snprintf(text, sizeof(text), "/bin/%.*s", 1 + (int)any_of(6), "bash-x");
	add(b, text);
	b->h.shell_len = (uint16_t)(b->len - start - 1);
	while (odd--)
		b->bytes[any_of((unsigned)b->len)] = (unsigned char)odd_byte();
}

/* The rules, for a copy: every string as long as the head says, and acceptable. */
static bool rules_hold(const struct map_user_head *h, const char *s)
{
	const char *gecos = s + h->name_len + 1;
	const char *home = gecos + h->gecos_len + 1;
	const char *shell = home + h->home_len + 1;

	return strlen(s) == h->name_len && strlen(gecos) == h->gecos_len &&
	       strlen(home) == h->home_len && strlen(shell) == h->shell_len && gecos_ok(gecos) &&
	       path_ok(home) && path_ok(shell);
}

/* What map_user.c looks at beside: terminators in place, and both paths absolute and no "/". */
static bool frame_holds(const struct map_user_head *h, const char *s)
{
	const char *gecos = s + h->name_len + 1;
	const char *home = gecos + h->gecos_len + 1;
	const char *shell = home + h->home_len + 1;

	return !gecos[-1] && !home[-1] && !shell[-1] && !shell[h->shell_len] && home[0] == '/' &&
	       h->home_len > 1 && shell[0] == '/' && h->shell_len > 1;
}

static void test_strings(void)
{
	unsigned wrong_yes = 0, wrong_copy = 0, wrong_sum = 0, beyond = 0, yes = 0;
	const unsigned n = 400000;

	for (unsigned i = 0; i < n; i++) {
		struct block b;
		char dst[1024 + 1];
		struct map_user_sum sum;
		size_t room;
		bool plain;

		make_block(&b, any_of(3));
		room = b.len + any_of(40);
		memset(dst, '#', sizeof(dst));
		sum = map_user_sum_begin(3, 64, &b.h);
		plain = map_copy_strings(dst, room, b.bytes, b.len, &sum);
		yes += plain;
		wrong_copy += memcmp(dst, b.bytes, b.len) != 0;
		beyond += dst[room] != '#';
		wrong_sum += map_user_sum_end(&sum) != map_user_sum(3, 64, &b.h, b.bytes);
		if (plain && frame_holds(&b.h, dst))
			wrong_yes += !rules_hold(&b.h, dst);
	}
	is_int(wrong_yes, 0, "what is called plain keeps every rule of record.h (%u of %u are)",
	    yes, n);
	is_int(wrong_copy, 0, "strings are copied as they are");
	is_int(beyond, 0, "SEC-39: never beyond the buffer");
	is_int(wrong_sum, 0, "with the sum that they have in place");
	ok(yes > n / 3, "the usual ones are plain");
}

static void test_lists(void)
{
	static const char good[] = "abcxyz019_-\0";
	unsigned wrong = 0;

	for (unsigned i = 0; i < 200000; i++) {
		char list[80];
		size_t len = any_of(sizeof(list));
		bool plain = len >= 16;

		for (size_t k = 0; k < len; k++) {
			list[k] = any_of(60) ? good[any_of(12)] : odd_byte();
			plain = plain && (list[k] == 0 || strchr("_-", list[k]) ||
					     (list[k] >= 'a' && list[k] <= 'z') ||
					     (list[k] >= '0' && list[k] <= '9'));
		}
		wrong += map_list_plain(list, len) != plain;
	}
	is_int(wrong, 0, "lists of names: exactly letters, digits, '_' and '-' are plain");
}

int main(void)
{
	test_names();
	test_hash();
	test_strings();
	test_lists();
	return tap_done();
}
