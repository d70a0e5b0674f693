/* SPDX-License-Identifier: MIT */
#include "oidc/json.h"
#include "tests/fuzz/fuzz.h"

#define MAX_LEN 65536

static void read_all(const struct json *j)
{
	static const char *const names[] = {"a", "b", "sub", ""};
	const char *s = NULL;
	const struct json *part = NULL;
	int64_t n = 0;
	bool b = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)json_get_str(j, names[i], 16, &s);
		(void)json_get_int(j, names[i], -5, 5, &n);
		(void)json_get_bool(j, names[i], &b);
		if (json_get_object(j, names[i], &part) == ERR_OK)
			read_all(part);
		if (json_get_array(j, names[i], &part) == ERR_OK)
			(void)json_lists(part, "x");
	}
	MUST(n >= -5 && n <= 5);
}

/* What json_to_ascii writes is the same document. */
static void rewrite(const uint8_t *data, size_t size)
{
	AUTO_BUF struct buf out = {0};
	AUTO_JSON struct json *j = NULL;

	buf_init(&out, 6 * MAX_LEN);
	MUST(json_to_ascii(&out, data, size) == ERR_OK);
	for (size_t i = 0; i < out.len; i++)
		MUST(out.data[i] == '\n' || (out.data[i] >= 0x20 && out.data[i] < 0x7f));
	MUST(json_parse(out.data, out.len, 6 * MAX_LEN, &j) == ERR_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_JSON struct json *any = NULL;
	AUTO_JSON struct json *object = NULL;
	enum err e = json_parse(data, size, MAX_LEN, &any);

	if (e == ERR_OK) {
		MUST(json_check_grammar(data, size, MAX_LEN) == ERR_OK);
		rewrite(data, size);
		read_all(any);
	}
	MUST((json_parse_object(data, size, MAX_LEN, &object) == ERR_OK) == json_is_object(any));
	return 0;
}
