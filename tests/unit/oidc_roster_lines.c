/* SPDX-License-Identifier: MIT */
/* The line records of a roster: made of people, read in pieces of any size, refused with the line,
 * and in little memory however many they are. */
#include "common/cleanup.h"
#include "oidc/roster_build.h"
#include "oidc/roster_lines.h"
#include "oidc/roster_person.h"
#include "tests/unit/tap.h"

#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGx7b2mS4Xl5w5u1r1g1q0m0o2p3q4r5s6t7u8v9w0x1 me@x"

struct seen {
	unsigned n;
	struct msg_person last;
	enum err answer;
};

static enum err see(void *arg, const struct msg_person *p)
{
	struct seen *s = arg;

	s->n++;
	s->last = *p;
	return s->answer;
}

static struct roster_manifest manifest_of(const char *text, uint64_t count)
{
	struct roster_manifest m = {.serial = 1, .size = strlen(text), .count = count};

	if (digest_sha256(text, strlen(text), m.hash) != ERR_OK)
		abort();
	return m;
}

/* All of the text in pieces of so many bytes. */
static enum err read_pieces(const struct roster_manifest *m, const char *text, size_t piece,
    struct seen *seen, char detail[160])
{
	AUTO_ROSTER_LINES struct roster_lines *r = NULL;
	size_t len = strlen(text);
	enum err e;

	if (roster_lines_new(m, see, seen, &r) != ERR_OK)
		abort();
	for (size_t i = 0; i < len; i += piece)
		(void)roster_lines_put(r, text + i, len - i < piece ? len - i : piece);
	e = roster_lines_end(r);
	snprintf(detail, 160, "%s", roster_lines_detail(r));
	return e;
}

static enum err read_text(const char *text, uint64_t count, char detail[160])
{
	struct roster_manifest m = manifest_of(text, count);
	struct seen seen = {0};

	return read_pieces(&m, text, 4096, &seen, detail);
}

static const char three[] =
    "{\"sub\":\"2\",\"name\":\"bob\",\"gecos\":\"Bob \\u00dc\",\"locale\":\"de\","
    "\"roles\":[\"staff\",\"app/dev\",\"staff\"],\"ssh_keys\":[\"" KEY "\",\"k2\"],"
    "\"id\":2013265920,\"blocked\":true}\n"
    "{\"sub\":\"10\"}\n"
    "{\"name\":\"carl\",\"sub\":\"abc\",\"blocked\":false}\n";

static void members(void)
{
	struct msg_person p;
	const char *why = NULL;

	is_int(roster_person_parse(three, strcspn(three, "\n"), &p, &why), ERR_OK, "a full line");
	is_str(p.sub, "2", "sub");
	is_str(p.login, "bob", "name");
	is_str(p.gecos, "Bob \xc3\x9c", "gecos");
	is_str(p.locale, "de", "locale");
	is_str(p.roles, "app/dev\nstaff", "roles, sorted and each once");
	is_str(p.ssh_keys, KEY "\nk2", "ssh_keys in their order");
	is_int(p.id, 2013265920, "id");
	ok(p.blocked && !p.deleted && !*p.shell && !*p.home, "blocked, and nothing else");
	is_int(roster_person_parse("{\"sub\":\"x\"}", 11, &p, &why), ERR_OK, "only a sub");
	ok(!p.blocked && !p.id && !*p.login && !*p.roles && !*p.ssh_keys, "means just that");
}

static void any_pieces(void)
{
	struct roster_manifest m = manifest_of(three, 3);
	char detail[160];
	unsigned good = 0;

	for (size_t piece = 1; piece <= strlen(three) + 1; piece++) {
		struct seen seen = {0};

		if (read_pieces(&m, three, piece, &seen, detail) == ERR_OK && seen.n == 3 &&
		    strcmp(seen.last.login, "carl") == 0)
			good++;
	}
	is_int(good, (long long)strlen(three) + 1, "pieces of every size give the same three");
	m = manifest_of("", 0);
	is_int(read_text("", 0, detail), ERR_OK, "a roster of nobody");
}

static void not_what_was_signed(void)
{
	struct roster_manifest m = manifest_of(three, 3);
	struct seen seen = {0};
	char detail[160], text[sizeof(three) + 16];

	snprintf(text, sizeof(text), "%.*s", (int)strlen(three) - 1, three);
	is_int(read_pieces(&m, text, 7, &seen, detail), ERR_BAD_DIGEST, "SEC-48: truncated by one");
	is_str(detail, "there is less than was signed", "and said so");
	*strrchr(text, '{') = 0;
	is_int(read_pieces(&m, text, 7, &seen, detail), ERR_BAD_DIGEST,
	    "SEC-48: truncated between lines");
	snprintf(text, sizeof(text), "%s\n", three);
	is_int(read_pieces(&m, text, 7, &seen, detail), ERR_BAD_DIGEST, "SEC-48: one byte more");
	is_str(detail, "there is more than was signed", "and said so");
	snprintf(text, sizeof(text), "%s", three);
	memcpy(strstr(text, "carl"), "karl", 4);
	is_int(read_pieces(&m, text, 7, &seen, detail), ERR_BAD_DIGEST, "SEC-48: a changed byte");
	is_int(read_text(three, 2, detail), ERR_BAD_DIGEST, "SEC-48: fewer people signed");
	is_int(read_text(three, 4, detail), ERR_BAD_DIGEST, "SEC-48: more people signed");
	is_int(read_text("{\"sub\":\"1\"}", 1, detail), ERR_BAD_DIGEST, "SEC-48: no last newline");
}

static void bad_lines(void)
{
	static const struct {
		const char *text;
		enum err want;
		const char *detail;
	} cases[] = {
	    {"{\"sub\":\"1\"}\n\n", ERR_BAD_JSON, "line 2 is not a strict JSON object"},
	    {"{\"sub\":\"1\"}\n[]\n", ERR_BAD_JSON, "line 2 is not a strict JSON object"},
	    {"{\"sub\":\"1\",\"\\u0073ub\":\"2\"}\n", ERR_BAD_JSON,
		"line 1 is not a strict JSON object"},
	    {"{\"sub\":\"1\"} {\"sub\":\"2\"}\n", ERR_BAD_JSON,
		"line 1 is not a strict JSON object"},
	    {"{\"sub\":\"1\\u0000\"}\n", ERR_BAD_JSON, "line 1 is not a strict JSON object"},
	    {"{\"sub\":\"1\"}\n{\"sub\":\"1\"}\n", ERR_EXISTS,
		"line 2 has the sub of the line before"},
	    {"{\"sub\":\"10\"}\n{\"sub\":\"9\"}\n", ERR_SYNTAX,
		"line 2 is not in the order of the subs"},
	    {"{\"sub\":\"a\"}\n{\"sub\":\"9\"}\n", ERR_SYNTAX,
		"line 2 is not in the order of the subs"},
	    {"{}\n", ERR_BAD_CLAIM, "line 1 has no usable sub"},
	    {"{\"sub\":17}\n", ERR_BAD_CLAIM, "line 1 has a sub that is no text or too long"},
	    {"{\"sub\":\"\"}\n", ERR_BAD_CLAIM, "line 1 has no usable sub"},
	    {"{\"sub\":\"a b\"}\n", ERR_BAD_CLAIM, "line 1 has no usable sub"},
	    {"{\"sub\":\"1\",\"uid\":0}\n", ERR_BAD_CLAIM, "line 1 has an unknown member"},
	    {"{\"sub\":\"1\",\"shell\":\"/bin/sh\"}\n", ERR_BAD_CLAIM,
		"line 1 has an unknown member"},
	    {"{\"sub\":\"1\",\"name\":null}\n", ERR_BAD_CLAIM,
		"line 1 has a name that is no text or too long"},
	    {"{\"sub\":\"1\",\"locale\":\"0123456789012345678901234567890x\"}\n", ERR_BAD_CLAIM,
		"line 1 has a locale that is no text or too long"},
	    {"{\"sub\":\"1\",\"id\":0}\n", ERR_BAD_CLAIM,
		"line 1 has an id that is no number of our range"},
	    {"{\"sub\":\"1\",\"id\":1000}\n", ERR_BAD_CLAIM,
		"line 1 has an id that is no number of our range"},
	    {"{\"sub\":\"1\",\"id\":4294967296}\n", ERR_BAD_CLAIM,
		"line 1 has an id that is no number of our range"},
	    {"{\"sub\":\"1\",\"blocked\":\"false\"}\n", ERR_BAD_CLAIM,
		"line 1 has a blocked that is neither true nor false"},
	    {"{\"sub\":\"1\",\"blocked\":0}\n", ERR_BAD_CLAIM,
		"line 1 has a blocked that is neither true nor false"},
	    {"{\"sub\":\"1\",\"roles\":\"a\"}\n", ERR_BAD_CLAIM,
		"line 1 has roles that are not a list of usable roles"},
	    {"{\"sub\":\"1\",\"roles\":[\"a b\"]}\n", ERR_BAD_CLAIM,
		"line 1 has roles that are not a list of usable roles"},
	    {"{\"sub\":\"1\",\"roles\":[1]}\n", ERR_BAD_CLAIM,
		"line 1 has roles that are not a list of usable roles"},
	    {"{\"sub\":\"1\",\"ssh_keys\":[\"a\\nb\"]}\n", ERR_BAD_CLAIM,
		"line 1 has ssh_keys that are not a list of lines of printable text"},
	    {"{\"sub\":\"1\",\"ssh_keys\":[\"\"]}\n", ERR_BAD_CLAIM,
		"line 1 has ssh_keys that are not a list of lines of printable text"},
	};
	char detail[160];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		is_int(read_text(cases[i].text, 1, detail), cases[i].want, "SEC-06: %.*s",
		    (int)strcspn(cases[i].text, "\n"), cases[i].text);
		is_str(detail, cases[i].detail, "and the line and member are told");
	}
}

static void long_lines(void)
{
	static char text[2 * ROSTER_LINE_MAX];
	char detail[160];
	int n = snprintf(text, sizeof(text), "{\"sub\":\"1\"}");

	memset(text + n, ' ', ROSTER_LINE_MAX - (size_t)n);
	text[ROSTER_LINE_MAX] = '\n';
	is_int(read_text(text, 1, detail), ERR_OK, "a line of 64 KiB");
	text[ROSTER_LINE_MAX] = ' ';
	text[ROSTER_LINE_MAX + 1] = '\n';
	is_int(read_text(text, 1, detail), ERR_TOO_LONG, "SEC-48: a longer one");
	is_str(detail, "line 1 is too long", "and said so");
	text[ROSTER_LINE_MAX + 1] = ' ';
	is_int(read_text(text, 1, detail), ERR_TOO_LONG, "SEC-48: one without end");
}

static void too_much_of_one(void)
{
	static char text[ROSTER_LINE_MAX];
	struct buf b;
	char detail[160];

	buf_init_fixed(&b, text, sizeof(text));
	buf_text(&b, "{\"sub\":\"1\",\"roles\":[\"a\"");
	for (unsigned i = 0; i < 1000; i++)
		buf_printf(&b, ",\"role-%u\"", i);
	buf_text(&b, "]}\n");
	is_int(read_text(buf_cstr(&b), 1, detail), ERR_BAD_CLAIM, "too many roles: refused");
	buf_reset(&b);
	buf_text(&b, "{\"sub\":\"1\",\"ssh_keys\":[\"a\"");
	for (unsigned i = 0; i < 300; i++)
		buf_text(&b, ",\"" KEY "\"");
	buf_text(&b, "]}\n");
	is_int(read_text(buf_cstr(&b), 1, detail), ERR_OK, "the same key often: once");
	buf_reset(&b);
	buf_text(&b, "{\"sub\":\"1\",\"ssh_keys\":[\"a\"");
	for (unsigned i = 0; i < 300; i++)
		buf_printf(&b, ",\"" KEY "%u\"", i);
	buf_text(&b, "]}\n");
	is_int(read_text(buf_cstr(&b), 1, detail), ERR_BAD_CLAIM, "too many keys: refused");
}

static void errors_stay(void)
{
	struct roster_manifest m = manifest_of(three, 3);
	struct seen seen = {.answer = ERR_CANCELLED};
	char detail[160];

	is_int(read_pieces(&m, three, 7, &seen, detail), ERR_CANCELLED, "the taker's error");
	is_int(seen.n, 1, "ends the reading");
}

static void order(void)
{
	static const char *const ascending[] = {"0", "1", "9", "10", "99", "18446744073709551615",
	    "18446744073709551616", "-1", "00", "01", "1a", "a", "aa", "b"};
	enum { N = sizeof(ascending) / sizeof(ascending[0]) };
	unsigned bad = 0;

	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++) {
			int o = roster_sub_order(ascending[i], ascending[j]);

			bad += (o > 0) - (o < 0) != (i > j) - (i < j);
		}
	is_int(bad, 0, "numbers by their value, then the others by their bytes");
}

static struct msg_person person(const char *sub, const char *login)
{
	struct msg_person p = {0};

	snprintf(p.sub, sizeof(p.sub), "%s", sub);
	snprintf(p.login, sizeof(p.login), "%s", login);
	return p;
}

static void built(void)
{
	AUTO_ROSTER_BUILD struct roster_build *b = NULL;
	struct msg_person one = person("10", "bob"), two = person("9", "a\"\\\x01");
	AUTO_BUF struct buf out = {0};
	struct roster_manifest m = {0};
	struct roster_twins twins = {0};
	struct seen seen = {0};
	const char *why = NULL;
	char detail[160];

	buf_init(&out, 65536);
	snprintf(one.roles, sizeof(one.roles), "a\nb");
	snprintf(one.ssh_keys, sizeof(one.ssh_keys), KEY "\nk2");
	one.blocked = true;
	one.id = 2013265921;
	is_int(roster_build_new(&b), ERR_OK, "a builder");
	is_int(roster_build_add(b, &one, 1, &why), ERR_OK, "takes one");
	is_int(roster_build_add(b, &two, 2, &why), ERR_OK, "and another");
	is_int(roster_build_end(b, &out, &m, &twins), ERR_OK, "and makes lines");
	is_str(buf_cstr(&out),
	    "{\"sub\":\"9\",\"name\":\"a\\\"\\\\\\u0001\"}\n"
	    "{\"sub\":\"10\",\"name\":\"bob\",\"roles\":[\"a\",\"b\"],\"ssh_keys\":[\"" KEY
	    "\",\"k2\"],\"id\":2013265921,\"blocked\":true}\n",
	    "in the order of the subs");
	ok(m.count == 2 && m.size == out.len, "with their number and size");
	is_int(read_pieces(&m, buf_cstr(&out), 5, &seen, detail), ERR_OK, "which a host reads");
	ok(memcmp(&seen.last, &one, sizeof(one)) == 0, "as they were");
}

static void not_built(void)
{
	AUTO_ROSTER_BUILD struct roster_build *b = NULL;
	struct msg_person p = person("7", "x"), bad = person("a b", "x");
	AUTO_BUF struct buf out = {0};
	struct roster_manifest m = {0};
	struct roster_twins twins = {0};
	const char *why = NULL;

	buf_init(&out, 65536);
	if (roster_build_new(&b) != ERR_OK)
		abort();
	is_int(roster_build_add(b, &bad, 1, &why), ERR_BAD_CLAIM, "a bad sub is not taken");
	is_str(why, "has no usable sub", "and said so");
	bad = person("8", "\xff");
	is_int(roster_build_add(b, &bad, 2, &why), ERR_BAD_JSON, "bad UTF-8 neither");
	is_int(roster_build_add(b, &p, 3, &why), ERR_OK, "a good one is");
	is_int(roster_build_add(b, &p, 4, &why), ERR_OK, "also twice");
	is_int(roster_build_end(b, &out, &m, &twins), ERR_EXISTS, "but then nothing is made");
	ok(twins.sub && strcmp(twins.sub, "7") == 0 && twins.first == 3 && twins.second == 4,
	    "and the two are named");
}

#define MANY 100000
static char many_line[512];

static size_t one_of_many(unsigned i)
{
	return (size_t)snprintf(many_line, sizeof(many_line),
	    "{\"sub\":\"%u\",\"name\":\"user%u\",\"gecos\":\"Person Number %u\",\"locale\":\"en\","
	    "\"roles\":[\"app/dev\",\"app/ops\",\"staff\"],\"ssh_keys\":[\"" KEY "\"]}\n",
	    i + 1, i + 1, i + 1);
}

/* KiB that reading took at the peak, or -1. */
static long read_many(struct roster_manifest *m)
{
	AUTO_ROSTER_LINES struct roster_lines *r = NULL;
	struct rusage before, after;
	struct seen seen = {0};

	getrusage(RUSAGE_SELF, &before);
	if (roster_lines_new(m, see, &seen, &r) != ERR_OK)
		return -1;
	for (unsigned i = 0; i < MANY; i++)
		(void)roster_lines_put(r, many_line, one_of_many(i));
	getrusage(RUSAGE_SELF, &after);
	return roster_lines_end(r) == ERR_OK && seen.n == MANY ? after.ru_maxrss - before.ru_maxrss
							       : -1;
}

static void memory(void)
{
	struct roster_manifest m = {.serial = 1, .count = MANY};
	AUTO_SHA256 struct sha256 *hash = NULL;
	struct rusage u;
	long kib;

	if (sha256_new(&hash) != ERR_OK)
		abort();
	for (unsigned i = 0; i < MANY; i++) {
		size_t n = one_of_many(i);

		m.size += n;
		sha256_put(hash, many_line, n);
	}
	if (sha256_end(hash, m.hash) != ERR_OK)
		abort();
	kib = read_many(&m);
	getrusage(RUSAGE_SELF, &u);
	printf("# %d people in %" PRIu64 " bytes: %ld KiB more, %ld KiB in all\n", MANY, m.size,
	    kib, u.ru_maxrss);
	ok(kib >= 0, "a roster of 100,000 is read");
#ifdef ENCVOY_SANITIZED
	tap_skip("memory", "a sanitizer counts as well");
#else
	ok(kib < 1024, "in less than 1 MiB");
	ok(u.ru_maxrss <= 64 * 1024, "the process in less than 64 MiB");
#endif
}

int main(void)
{
	memory();
	members();
	any_pieces();
	not_what_was_signed();
	bad_lines();
	long_lines();
	too_much_of_one();
	errors_stay();
	order();
	built();
	not_built();
	return tap_done();
}
