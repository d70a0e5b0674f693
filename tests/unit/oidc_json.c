/* SPDX-License-Identifier: MIT */
#include "oidc/json.h"
#include "tests/unit/oidc_vectors.h"
#include "tests/unit/tap.h"

#include <dirent.h>

#define MAX_LEN (1024 * 1024)

static enum err check_bytes(const void *bytes, size_t len)
{
	AUTO_JSON struct json *j = NULL;

	return json_parse_object(bytes, len, MAX_LEN, &j);
}

static enum err check(const char *text)
{
	return check_bytes(text, strlen(text));
}

static struct json *object(const char *text)
{
	struct json *j = NULL;

	if (json_parse_object(text, strlen(text), MAX_LEN, &j) != ERR_OK)
		abort();
	return j;
}

static void hostile_texts_are_refused(void)
{
	static const struct {
		const char *text;
		const char *what;
	} bad[] = {
	    {"{\"a\":1,\"a\":2}", "duplicate member"},
	    {"{\"alg\":1,\"\\u0061lg\":2}", "duplicate member by an escape"},
	    {"{\"\\u00e9\":1,\"\xc3\xa9\":2}", "duplicate member, raw and escaped"},
	    {"{\"x\":{\"a\":1,\"b\":2,\"a\":1}}", "duplicate member further down"},
	    {"{\"\":1,\"\":2}", "duplicate empty name"},
	    {"{\"sub\":\"root\\u0000x\"}", "NUL by an escape"},
	    {"{\"sub\\u0000\":\"x\"}", "NUL in a name"},
	    {"{\"a\":NaN}", "NaN"},
	    {"{\"a\":Infinity}", "Infinity"},
	    {"{\"a\":-Infinity}", "-Infinity"},
	    {"{\"a\":01}", "leading zero"},
	    {"{\"a\":+1}", "plus sign"},
	    {"{\"a\":1.}", "a point without digits"},
	    {"{\"a\":.5}", "a point in front"},
	    {"{\"a\":0x10}", "hexadecimal"},
	    {"{\"a\":tRUE}", "a word in other case"},
	    {"{\"a\":'b'}", "single quotes"},
	    {"{a:1}", "a name without quotes"},
	    {"{\"a\":1,}", "trailing comma"},
	    {"{\"a\":[1,]}", "trailing comma in an array"},
	    {"{\"a\" 1}", "no colon"},
	    {"{\"a\":1} x", "trailing bytes"},
	    {"{\"a\":1}{\"b\":2}", "two values"},
	    {"{\"a\":1}/* */", "a comment"},
	    {"\xef\xbb\xbf{\"a\":1}", "a byte order mark"},
	    {"{\"a\":\"\xff\"}", "bad UTF-8"},
	    {"{\"a\":\"\xc0\xaf\"}", "overlong UTF-8"},
	    {"{\"a\":\"\xed\xa0\x80\"}", "a surrogate as UTF-8"},
	    {"{\"a\":\"\\ud800\"}", "a lone high surrogate"},
	    {"{\"a\":\"\\udc00\"}", "a lone low surrogate"},
	    {"{\"a\":\"\\ud800\\u0041\"}", "half a pair"},
	    {"{\"a\":\"\\ud800\\ud800\"}", "two high surrogates"},
	    {"{\"a\":\"\\u12g4\"}", "a bad escape"},
	    {"{\"a\":\"\\x41\"}", "an unknown escape"},
	    {"{\"a\":\"b\nc\"}", "a raw line break"},
	    {"{\"a\":\"b\x1b\"}", "a raw control character"},
	    {"{\"a\":\"b", "an open string"},
	    {"{\"a\":\"b\\", "an open escape"},
	    {"{\"a\":\"\\u00", "an open \\u"},
	    {"{\"a\":", "an open object"},
	    {"", "nothing"},
	    {" ", "blanks only"},
	    {"[]", "an array on top"},
	    {"null", "null on top"},
	    {"\"a\"", "a string on top"},
	    {"1", "a number on top"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(check(bad[i].text), ERR_BAD_JSON, "SEC-06: %s refused", bad[i].what);
	is_int(check_bytes("{\"a\":1}\0", 8), ERR_BAD_JSON, "SEC-06: NUL behind refused");
	is_int(check_bytes("{\"a\":\"b\0c\"}", 11), ERR_BAD_JSON, "SEC-06: raw NUL refused");
}

/* depth arrays inside one object */
static enum err nested(unsigned depth)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, MAX_LEN);
	buf_text(&b, "{\"a\":");
	for (unsigned i = 0; i < depth; i++)
		buf_text(&b, "[");
	for (unsigned i = 0; i < depth; i++)
		buf_text(&b, "]");
	buf_text(&b, "}");
	return check_bytes(b.data, b.len);
}

/* n times the same text as elements of an array */
static enum err repeated(const char *text, unsigned n)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, MAX_LEN);
	buf_text(&b, "{\"a\":[");
	for (unsigned i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i ? "," : "", text);
	buf_text(&b, "]}");
	return check_bytes(b.data, b.len);
}

static void limits_hold(void)
{
	AUTO_JSON struct json *j = NULL;

	is_int(nested(JSON_MAX_DEPTH - 1), ERR_OK, "SEC-06: depth 32 passes");
	is_int(nested(JSON_MAX_DEPTH), ERR_TOO_LONG, "SEC-06: depth 33 refused");
	is_int(nested(100000), ERR_TOO_LONG, "SEC-06: depth 100,000 refused");
	is_int(repeated("{}", JSON_MAX_CONTAINERS - 2), ERR_OK, "as many containers as allowed");
	is_int(repeated("{}", JSON_MAX_CONTAINERS - 1), ERR_TOO_LONG, "one container too many");
	is_int(repeated("1", JSON_MAX_VALUES - 2), ERR_OK, "as many values as allowed");
	is_int(repeated("1", JSON_MAX_VALUES - 1), ERR_TOO_LONG, "one value too many");
	is_int(json_parse_object("{\"a\":1}", 7, 7, &j), ERR_OK, "as many bytes as allowed");
	json_free(j);
	j = NULL;
	is_int(json_parse_object("{\"a\":1}", 7, 6, &j), ERR_TOO_LONG, "one byte too many");
	ok(j == NULL, "and nothing written");
}

static void strings_come_out_unescaped(void)
{
	AUTO_JSON struct json *j =
	    object("{\"a\":\"x\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00"
		   "\\u20ac\",\"b\":\"\",\"c\":\"\xc3\xa9\"}");
	const char *s = "untouched";

	is_int(json_get_str(j, "a", 99, &s), ERR_OK, "a string with every escape");
	is_str(s, "x\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80\xe2\x82\xac", "is right");
	is_int(json_get_str(j, "b", 0, &s), ERR_OK, "an empty string");
	is_str(s, "", "is empty");
	is_int(json_get_str(j, "c", 2, &s), ERR_OK, "just short enough");
	is_int(json_get_str(j, "c", 1, &s), ERR_RANGE, "too long");
	is_int(json_get_str(j, "d", 1, &s), ERR_NOT_FOUND, "absent");
	is_str(s, "\xc3\xa9", "a failure leaves the result alone");
}

static void types_are_never_converted(void)
{
	AUTO_JSON struct json *j =
	    object("{\"s\":\"5\",\"n\":5,\"t\":true,\"z\":null,\"f\":\"false\",\"d\":5.0,"
		   "\"o\":{\"a\":1},\"l\":[\"x\",2,null,[],{}]}");
	const struct json *part = NULL;
	const char *s = NULL;
	int64_t n = 0;
	bool b = false;

	is_int(
	    json_get_int(j, "s", 0, 9, &n), ERR_BAD_JSON, "SEC-06: a number in a string refused");
	is_int(json_get_int(j, "t", 0, 9, &n), ERR_BAD_JSON, "SEC-06: true is no number");
	is_int(json_get_int(j, "z", 0, 9, &n), ERR_BAD_JSON, "SEC-06: null is no number");
	is_int(json_get_int(j, "d", 0, 9, &n), ERR_BAD_JSON, "SEC-06: 5.0 is no integer");
	is_int(json_get_str(j, "n", 9, &s), ERR_BAD_JSON, "SEC-06: a number is no string");
	is_int(json_get_str(j, "z", 9, &s), ERR_BAD_JSON, "SEC-06: null is no string");
	is_int(json_get_str(j, "l", 9, &s), ERR_BAD_JSON, "SEC-06: an array is no string");
	is_int(json_get_bool(j, "f", &b), ERR_BAD_JSON, "SEC-06: \"false\" is no boolean");
	is_int(json_get_bool(j, "n", &b), ERR_BAD_JSON, "SEC-06: 5 is no boolean");
	is_int(json_get_array(j, "o", &part), ERR_BAD_JSON, "SEC-06: an object is no array");
	is_int(json_get_object(j, "l", &part), ERR_BAD_JSON, "SEC-06: an array is no object");
	is_int(json_get_bool(j, "t", &b), ERR_OK, "a boolean");
	ok(b, "is true");
	is_int(json_get_object(j, "o", &part), ERR_OK, "an object");
	is_int(json_get_int(part, "a", 0, 9, &n), ERR_OK, "has members");
	is_int(json_get_array(j, "l", &part), ERR_OK, "an array");
	is_int(json_count(part), 5, "has elements");
	is_str(json_str_at(part, 0), "x", "a string among them");
	ok(!json_str_at(part, 1) && !json_str_at(part, 2) && !json_str_at(part, 9), "others not");
	ok(json_lists(part, "x") && !json_lists(part, "2"), "json_lists compares strings only");
	ok(json_is_object(json_at(part, 4)) && !json_is_object(json_at(part, 3)), "json_at");
	is_int(json_get_str(part, "a", 9, &s), ERR_NOT_FOUND, "an array has no members");
	is_int(json_count(j), 0, "an object has no elements");
	ok(json_has(j, "z") && !json_has(j, "y") && !json_has(NULL, "z"), "json_has");
}

static void integers_keep_their_range(void)
{
	static const struct {
		const char *text;
		enum err e;
		int64_t v;
	} cases[] = {{"0", ERR_OK, 0}, {"-0", ERR_OK, 0}, {"-1", ERR_OK, -1},
	    {"9223372036854775807", ERR_OK, INT64_MAX}, {"-9223372036854775808", ERR_OK, INT64_MIN},
	    {"9223372036854775808", ERR_BAD_JSON, 0}, {"-9223372036854775809", ERR_BAD_JSON, 0},
	    {"99999999999999999999999999", ERR_BAD_JSON, 0}, {"1e2", ERR_BAD_JSON, 0},
	    {"1E400", ERR_BAD_JSON, 0}, {"1e300", ERR_BAD_JSON, 0}, {"1.0", ERR_BAD_JSON, 0},
	    {"1.5e-3", ERR_BAD_JSON, 0}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[64];
		AUTO_JSON struct json *j = NULL;
		int64_t v = 0;

		snprintf(text, sizeof(text), "{\"a\":%s}", cases[i].text);
		j = object(text);
		is_int(json_get_int(j, "a", INT64_MIN, INT64_MAX, &v), cases[i].e,
		    "SEC-06: %s as an integer", cases[i].text);
		is_int(v, cases[i].v, "its value");
	}
}

static void ascii_output_is_harmless(void)
{
	static const char text[] =
	    "{\"a\":\"\xc3\xa9\xf0\x9f\x98\x80\x7f\xe2\x80\xae\",\r\n\t\"b\":1}";
	AUTO_BUF struct buf out = {0};

	buf_init(&out, 256);
	is_int(json_to_ascii(&out, text, strlen(text)), ERR_OK, "json_to_ascii");
	is_str(buf_cstr(&out), "{\"a\":\"\\u00e9\\ud83d\\ude00\\u007f\\u202e\", \n \"b\":1}",
	    "SEC-25: nothing but printable ASCII and line breaks");
	is_int(json_to_ascii(&out, "\xff", 1), ERR_BAD_JSON, "bad UTF-8 refused");
}

static void suite(void)
{
	AUTO_FREE char *dir = vector_path("jsontestsuite/test_parsing");
	DIR *d = dir ? opendir(dir) : NULL;
	unsigned right[2] = {0, 0};
	struct dirent *entry;

	if (!d) {
		tap_skip("the JSON parsing test suite", "its files are not here");
		return;
	}
	while ((entry = readdir(d))) {
		AUTO_BUF struct buf text = {0};
		AUTO_FREE char *path = NULL;
		bool accepted;

		buf_init(&text, MAX_LEN);
		if (asprintf(&path, "%s/%s", dir, entry->d_name) < 0 || entry->d_name[1] != '_' ||
		    !vector_read(path, &text))
			continue;
		accepted = json_check_grammar(text.data, text.len, MAX_LEN) == ERR_OK;
		if (entry->d_name[0] == 'y' && !ok(accepted, "%s accepted", entry->d_name))
			continue;
		if (entry->d_name[0] == 'n' && !ok(!accepted, "%s refused", entry->d_name))
			continue;
		right[0] += entry->d_name[0] == 'y';
		right[1] += entry->d_name[0] == 'n';
	}
	closedir(d);
	is_int(right[0], 95, "SEC-06: all of the suite's good files accepted");
	is_int(right[1], 188, "SEC-06: all of the suite's bad files refused");
}

int main(void)
{
	hostile_texts_are_refused();
	limits_hold();
	strings_come_out_unescaped();
	types_are_never_converted();
	integers_keep_their_range();
	ascii_output_is_harmless();
	suite();
	return tap_done();
}
