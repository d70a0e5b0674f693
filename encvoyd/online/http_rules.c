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

/* Each one, also of an interim answer, starts anew. */
static bool is_status_line(struct slice line)
{
	return line.len > 5 && memcmp(line.p, "HTTP/", 5) == 0;
}

bool http_header_delimits(struct slice line, bool before)
{
	struct slice value;

	if (is_status_line(line))
		return false;
	return before || http_header_is(line, "Content-Length", &value) ||
	       (http_header_is(line, "Transfer-Encoding", &value) && word_is(value, "chunked"));
}

static bool etag_ok(struct slice tag)
{
	if (tag.len >= 2 && memcmp(tag.p, "W/", 2) == 0)
		tag = (struct slice){tag.p + 2, tag.len - 2};
	if (tag.len < 2 || tag.p[0] != '"' || tag.p[tag.len - 1] != '"')
		return false;
	for (size_t i = 1; i < tag.len - 1; i++)
		if (tag.p[i] <= 0x20 || tag.p[i] >= 0x7f || tag.p[i] == '"')
			return false;
	return true;
}

void http_header_etag(struct slice line, char etag[HTTP_ETAG_MAX])
{
	struct slice value;

	if (is_status_line(line)) {
		etag[0] = 0;
	} else if (http_header_is(line, "ETag", &value)) {
		bool good = etag_ok(value) && value.len < HTTP_ETAG_MAX;

		memcpy(etag, value.p, good ? value.len : 0);
		etag[good ? value.len : 0] = 0;
	}
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
