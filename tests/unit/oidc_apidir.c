/* SPDX-License-Identifier: MIT */
/* The REST directory's answers as recorded, and bent; cookies of the login pages. */
#include "oidc/apidir.h"
#include "oidc/cookies.h"
#include "tests/unit/tap.h"

#include <string.h>

static const struct apidir_fields fields = {"sshPublicKey", "loginShell", ""};

static enum err row_of(const char *text, struct apidir_row *ret, struct json **list)
{
	enum err e = apidir_list(text, strlen(text), list);

	return e == ERR_OK ? apidir_row(*list, 0, ret) : e;
}

#define USER(more)                                                                     \
	"[{\"user\":{\"family_name\":\"Clark\",\"given_name\":\"Carol\",\"nickname\":" \
	"\"S56\"," more
#define TAIL ",\"picture\":null},\"role\":\"USER\"}]"

static void rows(void)
{
	static const char *const bad[] = {
	    USER("\"id\":\"4\",\"blocked\":false,\"deleted\":null") TAIL,
	    USER("\"id\":0,\"blocked\":false,\"deleted\":null") TAIL,
	    USER("\"id\":4,\"blocked\":null,\"deleted\":null") TAIL,
	    USER("\"id\":4,\"blocked\":false") TAIL,
	    USER("\"id\":4,\"deleted\":null") TAIL,
	    USER("\"id\":4,\"blocked\":false,\"deleted\":true") TAIL,
	    USER("\"id\":4,\"blocked\":false,\"deleted\":null") ",\"picture\":null}}]",
	    USER("\"id\":4,\"blocked\":false,\"deleted\":null") "},\"role\":\"A B\"}]",
	    USER("\"id\":4,\"blocked\":false,\"deleted\":null") "},\"role\":\"\"}]",
	    ("[{\"user\":{\"id\":4,\"blocked\":false,\"deleted\":null,\"nickname\":5},"
	     "\"role\":\"USER\"}]"),
	    "[null]",
	    "[]",
	    " {}",
	    "null",
	    "",
	    "[{},",
	};
	AUTO_JSON struct json *list = NULL;
	struct apidir_row r;

	is_int(row_of(USER("\"id\":4,\"blocked\":false,"
			   "\"deleted\":\"2026-12-23T11:57:16.410Z\"") TAIL,
		   &r, &list),
	    ERR_OK, "a recorded row");
	ok(r.id == 4 && r.deleted && !r.blocked, "its number and state");
	is_str(r.role, "USER", "its role");
	is_str(r.given_name, "Carol", "its name");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		AUTO_JSON struct json *none = NULL;

		is_int(row_of(bad[i], &r, &none), ERR_PROVIDER_ERROR, "no row: %s", bad[i]);
	}
}

static enum err details_of(const char *text, struct apidir_details *ret, struct json **j)
{
	enum err e = json_parse_object(text, strlen(text), APIDIR_MAX_LEN, j);

	return e == ERR_OK ? apidir_details(*j, &fields, ret) : e;
}

static void details(void)
{
	AUTO_JSON struct json *a = NULL, *b = NULL, *c = NULL, *d = NULL;
	struct apidir_details r;

	is_int(details_of("{\"user\":{\"id\":2,\"login\":\"alice\",\"locale\":\"fr\","
			  "\"custom_fields\":{\"loginShell\":\"/bin/bash\",\"sshPublicKey\":"
			  "\"one\\ntwo\",\"homeDirectory\":\"/home/alice\"}},\"role\":\"USER\"}",
		   &r, &a),
	    ERR_OK, "recorded details");
	is_str(r.login, "alice", "the login");
	is_str(r.ssh_keys, "one\ntwo", "several lines of keys");
	is_str(r.shell, "/bin/bash", "the shell's field");
	is_str(r.home, "", "SEC-20: a field that is not configured has no effect");
	is_int(details_of("{\"user\":{\"id\":3,\"nickname\":\"B\",\"picture\":null}}", &r, &b),
	    ERR_PERMISSION, "no login is shown to who may not see it");
	is_int(details_of("{\"user\":{\"id\":3,\"login\":null,\"custom_fields\":null}}", &r, &c),
	    ERR_OK, "nobody's fields");
	is_str(r.login, "", "nor login");
	is_int(details_of("{\"user\":{\"id\":3,\"login\":7}}", &r, &d), ERR_PROVIDER_ERROR,
	    "a login is a text");
}

static void messages(void)
{
	static const char refused[] = "{\"statusCode\":403,\"message\":\"Forbidden \\u001b[2J\"}";
	char text[64] = "x";

	apidir_message(refused, strlen(refused), text, sizeof(text));
	ok(strncmp(text, "Forbidden ", 10) == 0, "an error's message");
	ok(!strchr(text, 0x1b), "SEC-25: without controls");
	apidir_message("<html>", 6, text, sizeof(text));
	is_str(text, "", "or none");
}

static void filters(void)
{
	struct buf b;
	char room[256];

	buf_init_fixed(&b, room, sizeof(room));
	apidir_login_filter("a\"\\\x01\xc3\xbc", &b);
	is_str(buf_cstr(&b), "{\"AND\":[{\"user\":{\"login\":\"a\\\"\\\\\\u0001\xc3\xbc\"}}]}",
	    "a login is quoted");
}

static const char *sent(const struct cookies *c, const char *path)
{
	static char room[4096];
	struct buf b;

	buf_init_fixed(&b, room, sizeof(room));
	cookies_put(c, slice_of(path), &b);
	return buf_cstr(&b);
}

static void cookies(void)
{
	AUTO_COOKIES struct cookies c = {0};
	static const char *const ignored[] = {"", "novalue", "=x", "a b=c; path=/", "a=\x01"};
	enum err e = ERR_OK;

	is_int(cookies_take(&c, slice_of("_i=1; path=/api/interaction/x; secure; httponly")),
	    ERR_OK, "a cookie of one page");
	(void)cookies_take(&c, slice_of("_s=2; Path=/; HttpOnly"));
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		is_int(cookies_take(&c, slice_of(ignored[i])), ERR_OK, "ignored: %s", ignored[i]);
	is_str(sent(&c, "/api/interaction/x"), "_i=1; _s=2", "goes to this page");
	is_str(sent(&c, "/api/interaction/x/auth?a=b"), "_i=1; _s=2", "and what is below it");
	is_str(sent(&c, "/api/interaction/xy"), "_s=2", "and to no other");
	(void)cookies_take(&c, slice_of("_s=3; path=/"));
	is_str(sent(&c, "/"), "_s=3", "a new value replaces the old");
	(void)cookies_take(&c, slice_of("_s=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT"));
	is_str(sent(&c, "/"), "", "an empty one ends it");
	for (int i = 0; i < 2 * COOKIES_MAX && e == ERR_OK; i++) {
		char text[32];

		snprintf(text, sizeof(text), "c%d=x", i);
		e = cookies_take(&c, slice_of(text));
	}
	is_int(e, ERR_TOO_LONG, "SEC-28: there is an end to them");
}

int main(void)
{
	rows();
	details();
	messages();
	filters();
	cookies();
	return tap_done();
}
