/* SPDX-License-Identifier: MIT */
#include "oidc/form.h"
#include "oidc/url.h"
#include "tests/unit/oidc_shown.h"
#include "tests/unit/tap.h"

static void good_addresses_are_taken_apart(void)
{
	static const struct {
		const char *text;
		const char *host;
		unsigned port;
		const char *path;
	} good[] = {{"https://id.example", "id.example", 443, ""},
	    {"https://ID.example:8443/oidc/auth?a=b", "ID.example", 8443, "/oidc/auth?a=b"},
	    {"https://id.example?x", "id.example", 443, "?x"},
	    {"https://127.0.0.1/", "127.0.0.1", 443, "/"},
	    {"https://[::1]:65535/x", "[::1]", 65535, "/x"},
	    {"https://[2001:db8::1]", "[2001:db8::1]", 443, ""}};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct url url;

		if (!ok(url_parse(slice_of(good[i].text), &url), "%s", good[i].text))
			continue;
		ok(slice_is(url.host, good[i].host), "host");
		is_int(url.port, good[i].port, "port");
		ok(slice_is(url.path, good[i].path), "path");
	}
}

static void others_are_refused(void)
{
	static const char *const bad[] = {"", "https://", "https:///x", "http://id.example",
	    "HTTPS://id.example", "//id.example", "ftp://id.example", "https:/id.example",
	    "https://user@id.example/", "https://id.example:443@evil.example/",
	    "https://id.example#x", "https://id.example/#x", "https://id.example\\@evil.example/",
	    "https://id.example:", "https://id.example:0", "https://id.example:65536",
	    "https://id.example:0443", "https://id.example:+1", "https://.example",
	    "https://id..example", "https://id.example./", "https://-id.example",
	    "https://id.ex ample", "https://id.example/a b", "https://id.example/\n",
	    "https://id.example/\x7f", "https://id.ex\xc3\xa4mple", "https://[::1", "https://::1",
	    "https://[]", "https://[::1]x", "https://id.example/\"", "https://id.example/<x>",
	    "https://id%2eexample/", " https://id.example"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!url_is_https(bad[i]), "SEC-27: \"%s\" refused", shown(bad[i]));
}

static void origins_are_compared(void)
{
	const char *a = "https://id.example:8443";

	ok(url_same_origin(a, "https://ID.example:8443/oidc/auth"), "host in other case");
	ok(url_same_origin("https://id.example", "https://id.example:443/x"), "default port");
	ok(!url_same_origin(a, "https://id.example/x"), "SEC-27: another port");
	ok(!url_same_origin(a, "http://id.example:8443/x"), "SEC-27: http");
	ok(!url_same_origin(a, "https://evil.example:8443/x"), "SEC-27: another host");
	ok(!url_same_origin(a, "https://id.example.evil.example:8443/"), "SEC-27: a longer host");
	ok(!url_same_origin(a, "https://d.example:8443/"), "SEC-27: a shorter host");
	ok(!url_same_origin(a, "https://id.example:8443@evil.example/"), "SEC-27: a user part");
	ok(url_origin_listed("https://b.example/x", "https://a.example, https://b.example"),
	    "listed");
	ok(!url_origin_listed("https://c.example/x", "https://a.example https://b.example"),
	    "not listed");
	ok(!url_origin_listed("https://c.example/x", ""), "no list");
}

static void forms_are_written(void)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, 256);
	form_put(&b, "a", "x y&z=1/\xc3\xa9~.-_");
	form_put(&b, "b c", "");
	form_put_number(&b, "n", 43200);
	is_str(buf_cstr(&b), "a=x%20y%26z%3D1%2F%C3%A9~.-_&b%20c=&n=43200", "escaped and joined");
	buf_reset(&b);
	buf_text(&b, "https://id.example/auth?");
	form_put(&b, "a", "1");
	is_str(buf_cstr(&b), "https://id.example/auth?a=1", "no '&' behind a '?'");
}

static void parameters_are_read(void)
{
	static const struct {
		const char *query;
		enum err e;
		const char *value;
	} cases[] = {{"code=abc&state=1", ERR_OK, "abc"}, {"state=1&code=a%2Fb+c", ERR_OK, "a/b c"},
	    {"c%6Fde=x", ERR_OK, "x"}, {"code=", ERR_OK, ""}, {"code", ERR_OK, ""},
	    {"&&code=x&&", ERR_OK, "x"}, {"codex=1", ERR_NOT_FOUND, NULL},
	    {"cod=1", ERR_NOT_FOUND, NULL}, {"", ERR_NOT_FOUND, NULL},
	    {"code=1&code=2", ERR_SYNTAX, NULL}, {"code=1&c%6fde=2", ERR_SYNTAX, NULL},
	    {"code=a%00b", ERR_SYNTAX, NULL}, {"code=%0a", ERR_SYNTAX, NULL},
	    {"code=a%", ERR_SYNTAX, NULL}, {"code=a%2", ERR_SYNTAX, NULL},
	    {"code=a%2g", ERR_SYNTAX, NULL}, {"code=a\x1b", ERR_SYNTAX, NULL}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_BUF struct buf b = {0};

		buf_init(&b, 64);
		is_int(form_get(slice_of(cases[i].query), "code", &b), cases[i].e, "\"%s\"",
		    shown(cases[i].query));
		if (cases[i].e == ERR_OK)
			is_str(buf_cstr(&b), cases[i].value, "its value");
	}
}

int main(void)
{
	good_addresses_are_taken_apart();
	others_are_refused();
	origins_are_compared();
	forms_are_written();
	parameters_are_read();
	return tap_done();
}
