/* SPDX-License-Identifier: MIT */
/* What the REST directory answers, and the cookies of the login pages. */
#include "common/proto_directory.h"
#include "oidc/apidir.h"
#include "oidc/cookies.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void listing(const uint8_t *data, size_t size)
{
	AUTO_JSON struct json *list = NULL;

	if (apidir_list(data, size, &list) != ERR_OK)
		return;
	for (size_t i = 0; i < json_count(list); i++) {
		struct apidir_row row;

		if (apidir_row(list, i, &row) != ERR_OK)
			continue;
		MUST(row.id > 0 && role_ok(slice_of(row.role)));
		MUST(strlen(row.given_name) <= RECORD_TEXT_MAX);
		MUST(slice_printable(slice_of(row.nickname)));
	}
}

static void details(const uint8_t *data, size_t size)
{
	static const struct apidir_fields fields = {"sshPublicKey", "loginShell", "homeDirectory"};
	AUTO_JSON struct json *j = NULL;
	struct apidir_details d;
	char message[64];

	apidir_message(data, size, message, sizeof(message));
	MUST(strlen(message) < sizeof(message) && slice_printable(slice_of(message)));
	if (json_parse_object(data, size, APIDIR_MAX_LEN, &j) != ERR_OK ||
	    apidir_details(j, &fields, &d) != ERR_OK)
		return;
	MUST(d.id > 0 && strlen(d.login) < LOGIN_MAX && strlen(d.ssh_keys) <= SSH_KEYS_MAX);
	MUST(slice_printable(slice_of(d.shell)) && slice_printable(slice_of(d.home)));
}

static void cookies(const char *text, size_t size)
{
	AUTO_COOKIES struct cookies c = {0};
	AUTO_BUF struct buf out = {0};
	struct slice rest = {text, size}, line;

	buf_init_secret(&out, (COOKIE_MAX_LEN + 2) * COOKIES_MAX);
	while (slice_next(&rest, "\n", &line))
		if (cookies_take(&c, line) != ERR_OK)
			break;
	MUST(c.n <= COOKIES_MAX);
	cookies_put(&c, slice_of("/oidc/auth/x?y"), &out);
	MUST(out.err == ERR_OK);
	for (size_t i = 0; i < out.len; i++)
		MUST(out.data[i] >= 0x20 && out.data[i] < 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	listing(data, size);
	details(data, size);
	cookies((const char *)data, size);
	return 0;
}
