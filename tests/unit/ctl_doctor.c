/* SPDX-License-Identifier: MIT */
/* What doctor says of nscd, proxies, sparse logs, ways in that remain, and the directory's age. */
#include "ctl/checks.h"
#include "tests/unit/tap.h"

#include <stdlib.h>

static void nscd(void)
{
	static const struct {
		const char *text;
		unsigned n; /* databases that it keeps */
		const char *says;
	} cases[] = {
	    {"enable-cache passwd yes\nenable-cache group no\n", 1, "20 seconds late"},
	    {"\tenable-cache\t\tgroup\t\tyes\n", 1, "60 seconds late"},
	    {"enable-cache group yes\nenable-cache passwd yes\n", 2, "passwd: "},
	    {"enable-cache passwd yes\npositive-time-to-live passwd 600\n"
	     "negative-time-to-live passwd 5\n",
		1, "5 seconds late, what is gone or changed up to 600"},
	    {"enable-cache passwd yes\nenable-cache passwd no\n", 0, "keeps nothing"},
	    {"# enable-cache passwd yes\nenable-cache hosts yes\n", 0, "keeps nothing"},
	    {"enable-cache passwd # yes\nenable-cache\n", 0, "keeps nothing"},
	    {"", 0, "keeps nothing"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_FINDINGS struct findings f = {0};

		check_nscd_text(&f, cases[i].text, strlen(cases[i].text));
		is_int(f.worst, cases[i].n ? FOUND_REMARK : FOUND_OK, "nscd %zu", i);
		is_int(f.n, cases[i].n ? cases[i].n : 1, "so many findings");
		ok(f.n && strstr(f.v[0].text, cases[i].says), "which says: %s", cases[i].says);
	}
}

static void sparse_logs(void)
{
	static const struct {
		uint64_t size;
		uint64_t blocks;
		bool told;
	} cases[] = {
	    {292 * UINT64_C(1879048195), 24, true},
	    {UINT64_C(4) << 30, 0, true},
	    {(UINT64_C(4) << 30) - 1, 0, false},
	    {UINT64_C(8) << 30, (UINT64_C(8) << 30) / 512, false}, /* truly that large */
	    {292 * 1001, 8, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_FINDINGS struct findings f = {0};

		check_log_size(&f, "/var/log/lastlog", cases[i].size, cases[i].blocks);
		is_int(f.n, cases[i].told, "a log %zu", i);
		is_int(f.worst, cases[i].told ? FOUND_REMARK : FOUND_OK, "which is no fault");
	}
}

#define ROOT "root:x:0:0:root:/root:/bin/bash\n"
#define JOE "joe:x:1000:1000::/home/joe:/bin/sh\n"
#define LOCKED "root:*:19000:0:99999:7:::\n"
#define HASH "$y$j9T$abc$def"

static bool root_has(struct slice home)
{
	return slice_is(home, "/root");
}

static bool joe_has(struct slice home)
{
	return slice_is(home, "/home/joe");
}

static bool nobody_has(struct slice home)
{
	(void)home;
	return false;
}

static void ways_in(void)
{
	static const struct {
		const char *passwd, *shadow, *group;
		bool (*keys)(struct slice home);
		bool good;
	} cases[] = {
	    {ROOT JOE, "root:" HASH ":19000\n", "", nobody_has, true},
	    {ROOT JOE, LOCKED "joe:" HASH ":\n", "sudo:x:27:joe\n", nobody_has, true},
	    {ROOT JOE, LOCKED "joe:!:\n", "wheel:x:10:ann,joe\n", joe_has, true},
	    {ROOT JOE, LOCKED "joe:" HASH ":\n", "admin:x:1000:\n", nobody_has, true},
	    {ROOT JOE, LOCKED, "", root_has, true},
	    {ROOT JOE, LOCKED "joe:" HASH ":\n", "users:x:100:joe\n", nobody_has, false},
	    {ROOT JOE, LOCKED "joe:" HASH ":\n", "sudo:x:27:joey,jo\n", nobody_has, false},
	    {ROOT JOE, LOCKED "joe:!" HASH ":\n", "sudo:x:27:joe\n", nobody_has, false},
	    {ROOT JOE, LOCKED "joe::\n", "sudo:x:27:joe\n", nobody_has, false},
	    {ROOT JOE, LOCKED "joey:" HASH ":\n", "sudo:x:27:joe\n", nobody_has, false},
	    {ROOT "joe:x:1000:1000::/home/joe:/usr/sbin/nologin\n", LOCKED "joe:" HASH ":\n",
		"sudo:x:27:joe\n", joe_has, false},
	    {ROOT, LOCKED "encvoy-2:" HASH ":\n", "sudo:x:27:encvoy-2\n", nobody_has, false},
	    {"", "", "", nobody_has, false},
	    {":::\n::", "::::", "sudo", nobody_has, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_FINDINGS struct findings f = {0};
		const struct local_files files = {slice_of(cases[i].passwd),
		    slice_of(cases[i].shadow), slice_of(cases[i].group), cases[i].keys};

		check_ways_text(&f, &files);
		is_int(f.worst, cases[i].good ? FOUND_OK : FOUND_WARNING, "ways in %zu", i);
		ok(f.n == 1 && strcmp(f.v[0].code, "break-glass") == 0, "which is the code");
		ok(f.n == 1 && !strstr(f.v[0].text, "$y$"), "and no hash is shown");
	}
}

static void proxies(void)
{
	static const struct {
		const char *text;
		const char *host; /* NULL: malformed */
		unsigned port;
	} cases[] = {
	    {"http://proxy.example.com:3128", "proxy.example.com", 3128},
	    {"HTTPS://p:443/", "p", 443},
	    {"proxy:8080", "proxy", 8080},
	    {"proxy", "proxy", 1080},
	    {"socks5h://u:p@192.0.2.1:1080", "192.0.2.1", 1080},
	    {"http://u@ser:p@w@proxy:1", "proxy", 1},
	    {"http://[2001:db8::1]:3128", "2001:db8::1", 3128},
	    {"[::1]", "::1", 1080},
	    {"ftp://proxy:3128", NULL, 0},
	    {"http://", NULL, 0},
	    {"http://:3128", NULL, 0},
	    {"http://proxy:", NULL, 0},
	    {"http://proxy:0", NULL, 0},
	    {"http://proxy:65536", NULL, 0},
	    {"http://proxy:80x", NULL, 0},
	    {"http://[::1", NULL, 0},
	    {"http://[::1]80", NULL, 0},
	    {"http://proxy example:80", NULL, 0},
	    {"http://proxy:80/path", NULL, 0},
	    {"", NULL, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct proxy_place at = {0};
		bool good = proxy_parse(cases[i].text, &at);

		is_int(good, cases[i].host != NULL, "the proxy \"%s\"", cases[i].text);
		if (good && cases[i].host)
			ok(slice_is(at.host, cases[i].host) && at.port == cases[i].port,
			    "is %s, port %u", cases[i].host, cases[i].port);
	}
}

static const char *env_name, *env_value, *env_no_proxy;

static char *fake_env(const char *name)
{
	static char text[128];
	const char *v = strcmp(name, "no_proxy") == 0             ? env_no_proxy
			: env_name && strcmp(name, env_name) == 0 ? env_value
								  : NULL;

	return v && str_copy(text, sizeof(text), v) ? text : NULL;
}

static void environment(void)
{
	static char issuer[] = "https://id.example.com", own[] = "http://proxy:3128";
	static const struct {
		const char *name, *value, *no_proxy;
		bool configured;
		bool told;
	} cases[] = {
	    {"https_proxy", "http://proxy:3128", NULL, false, true},
	    {"HTTP_PROXY", "http://me:secret@proxy:3128", NULL, false, true},
	    {"ALL_PROXY", "nonsense://", "", false, true},
	    {"https_proxy", "http://proxy:3128", "localhost, example.com", false, false},
	    {"https_proxy", "http://proxy:3128", ".example.com", false, false},
	    {"https_proxy", "http://proxy:3128", "*", false, false},
	    {"https_proxy", "http://proxy:3128", "ample.com,xid.example.com", false, true},
	    {"https_proxy", "http://proxy:3128", NULL, true, false},
	    {"https_proxy", "", NULL, false, false},
	    {NULL, NULL, NULL, false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_FINDINGS struct findings f = {0};
		const struct conf conf = {
		    .issuer = issuer, .proxy = cases[i].configured ? own : NULL};

		env_name = cases[i].name;
		env_value = cases[i].value;
		env_no_proxy = cases[i].no_proxy;
		check_proxy_env(&f, &conf, fake_env);
		is_int(f.n, cases[i].told, "environment %zu", i);
		is_int(f.worst, cases[i].told ? FOUND_WARNING : FOUND_OK, "and its weight");
		ok(!f.n || !strstr(f.v[0].text, "secret"), "SEC-35: no password is shown");
	}
}

static void age_of_the_directory(void)
{
	static char roster[] = "roster", login[] = "login";
	static const struct {
		char *directory;
		uint64_t passed;
		enum severity worst;
		size_t n;
	} cases[] = {
	    {login, 0, FOUND_OK, 0}, {roster, 0, FOUND_FAILURE, 1}, {roster, 100000, FOUND_OK, 1},
	    {roster, 100000 - 3 * 300 - 120, FOUND_OK, 1},
	    {roster, 100000 - 3 * 300 - 121, FOUND_WARNING, 1},
	    {roster, 100001, FOUND_OK, 1}, /* the clock was set back */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_FINDINGS struct findings f = {0};
		const struct conf conf = {
		    .directory = cases[i].directory, .directory_interval = 300};

		check_pass_age(&f, &conf, cases[i].passed, 100000);
		is_int(f.worst, cases[i].worst, "the age of a pass %zu", i);
		is_int(f.n, cases[i].n, "findings");
	}
}

int main(void)
{
	nscd();
	sparse_logs();
	ways_in();
	proxies();
	environment();
	age_of_the_directory();
	return tap_done();
}
