/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/http_rules.h"

#include <string.h>
#include <strings.h>

bool http_header_is(struct slice line, const char *name, struct slice *ret_value)
{
	size_t len = strlen(name);

	if (line.len <= len || line.p[len] != ':' || strncasecmp(line.p, name, len) != 0)
		return false;
	while (line.len && (line.p[line.len - 1] == '\r' || line.p[line.len - 1] == '\n'))
		line.len--;
	*ret_value = slice_trim((struct slice){line.p + len + 1, line.len - len - 1});
	return true;
}

static bool word_is(struct slice value, const char *word)
{
	return value.len == strlen(word) && strncasecmp(value.p, word, value.len) == 0;
}

const char *http_header_refusal(struct slice line)
{
	struct slice value;

	if (http_header_is(line, "Content-Encoding", &value) && !word_is(value, "identity"))
		return "the answer is compressed";
	if (http_header_is(line, "Transfer-Encoding", &value) && !word_is(value, "chunked"))
		return "the answer has an unknown transfer encoding";
	return NULL;
}

bool http_header_delimits(struct slice line, bool before)
{
	struct slice value;

	/* each status line, also of an interim answer, starts anew */
	if (line.len > 5 && memcmp(line.p, "HTTP/", 5) == 0)
		return false;
	return before || http_header_is(line, "Content-Length", &value) ||
	       (http_header_is(line, "Transfer-Encoding", &value) && word_is(value, "chunked"));
}

bool http_type_is_json(const char *type)
{
	static const char json[] = "application/json", family[] = "application/",
			  suffix[] = "+json";
	size_t n = sizeof(family) - 1, end = sizeof(suffix) - 1;
	size_t len = type ? strcspn(type, "; \t") : 0;

	if (len == sizeof(json) - 1 && strncasecmp(type, json, len) == 0)
		return true;
	return len > n + end && strncasecmp(type, family, n) == 0 &&
	       strncasecmp(type + len - end, suffix, end) == 0;
}

enum err http_status_check(long status)
{
	if (status == 429 || (status >= 502 && status <= 504))
		return ERR_PROVIDER_UNREACHABLE;
	if ((status >= 200 && status < 300) || (status >= 400 && status < 500))
		return ERR_OK;
	return ERR_PROVIDER_ERROR;
}
