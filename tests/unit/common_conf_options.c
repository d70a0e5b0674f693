/* SPDX-License-Identifier: MIT */
/* Every option: what it takes, what it refuses, where it may stand. */
#include "common/conf.h"
#include "common/conf_table.h"
#include "tests/unit/tap.h"

static const struct value {
	const char *option;
	const char *good[6];
	const char *bad[10];
} values[] = {
    {"issuer", {"https://id.example.org", "https://id.example.org:8443", "https://[::1]:8443"},
	{"", "id.example.org", "http://id.example.org", "https://", "https:///x",
	    "https://id.example.org/", "https://id.example.org/x", "https://u@id.example.org",
	    "https://id example", "https://id.example.org#x"}},
    {"client_id", {"host", "a b:c/d"}, {"a\x1b[31m", "a\tb", "\xe2\x80\xae"}},
    {"client_secret_file", {"/etc/encvoy/secret"}, {"", "/", "secret", "./secret", "/a\nb"}},
    {"redirect_uri", {"https://code.example.org/cb", "http://127.0.0.1/cb", "http://localhost/cb"},
	{"", "http://example.org/cb", "http://127.0.0.1.evil.org/", "http://127.0.0.1",
	    "ftp://127.0.0.1/cb", "https://x/#f", "http://127.0.0.1/a b", "http://127.0.0.1/\x01"}},
    {"allow",
	{"", "everyone", "sub:17", "user:alice", "sub:17, user:bob.b sub:x",
	    "role:EDITOR group:staff role:app/USER"},
	{"all", "alice", "user:", "user:Alice", "user:a b c", "sub:", "sub:a/b",
	    "role:", "everyone2", "user:alice;everyone"}},
    {"methods",
	{"device", "device,browser", "token", "token device browser",
	    "passphrase token device browser"},
	{"", ",", "password", "device,device", "Device", "device;browser", "none", "passphrases"}},
    {"directory", {"login", "roster", "api"}, {"", "ldap", "Login"}},
    {"directory_interval", {"5", "5m", "1d"}, {"4", "2d", "-1"}},
    {"on_block", {"terminate", "none"}, {"", "kill", "yes", "Terminate"}},
    {"roster", {"/var/lib/x/roster.jws", "https://www.example.org/roster.jws"},
	{"", "roster.jws", "http://www.example.org/roster.jws", "/"}},
    {"roster_keys", {"", "/etc/encvoy/a.pem", "/a.pem /b.pem"}, {"a.pem", "/a.pem b.pem"}},
    {"roster_fleet", {"prod", "prod.eu-1"}, {"a:b", "a\xc2\x9b"}},
    {"roster_grace", {"0", "72h", "365d"}, {"366d", "long"}},
    {"roster_max_size", {"4096", "1099511627776"}, {"4095", "1M", "1099511627777"}},
    {"break_glass", {"", "alice bob"}, {"Alice", "a:b"}},
    {"api_url", {"https://id.example.org/api/v1"}, {"", "http://id.example.org/api/v1"}},
    {"api_applications", {"", "app1", "app1 app2"}, {"a:b"}},
    {"api_client_id", {"sys-1"}, {"a:b"}},
    {"api_redirect_uri", {"https://id.example.org/code"}, {"", "http://id.example.org/code"}},
    {"api_user", {"hostsvc"}, {"a\nb"}},
    {"api_password_file", {"/etc/encvoy/api.password"}, {"", "api.password"}},
    {"api_parallel", {"1", "32"}, {"0", "33"}},
    {"ssh_key_field", {"", "sshPublicKey"}, {"a:b"}},
    {"ssh_key_options", {"yes", "no"}, {"", "1"}},
    {"shell_field", {"", "loginShell"}, {"a:b"}},
    {"home_field", {"", "homeDirectory"}, {"a:b"}},
    {"allowed_shells", {"", "/bin/bash /bin/zsh"}, {"bash", "/bin/bash zsh"}},
    {"allowed_homes", {"", "/home /srv/home"}, {"home", "/"}},
    {"enumerate", {"yes", "no"}, {"", "all"}},
    {"local_user", {"", "17:alice", "17:alice, 18:bob"}, {"alice", "17:", ":alice", "17:Alice"}},
    {"local_group", {"", "EDITOR:adm", "app/USER:plugdev x:y"}, {"EDITOR", ":adm", "EDITOR:A"}},
    {"user_name", {"encvoy-%{sub}", "%{login}", "%{sub}"}, {"%{uid}", "%", "%{", "%{sub", "%s"}},
    {"home", {"/home/%{user}", "/home/%{uid}", "/h/%{sub}"}, {"/home/%{login}", "/home/%u"}},
    {"shell", {"/bin/bash", "/usr/sbin/nologin"}, {"", "bash", "/"}},
    {"gecos", {"", "%{login}", "Encvoy %{sub}"}, {"%{uid}", "%{name}", "a\x7f"}},
    {"uid_base", {"1879048192", "2013134847"},
	{"", "0", "1000", "1879048191", "2013134848", "4294967296", "-1", "0x70000000"}},
    {"require_numeric_sub", {"yes", "no"}, {"", "true", "1", "Yes", "on"}},
    {"reserved_names", {"", "alice", "alice, bob carol"}, {"Alice", "a:b", "root;x"}},
    {"login_clients", {"", "www-data:nextcloud", "www-data:a, dovecot:b"},
	{"www-data", ":nextcloud", "www-data:", "WWW:x"}},
    {"passphrase", {"yes", "no"}, {"", "1"}},
    {"passphrase_max_age", {"60", "24h", "30d"}, {"", "59", "31d", "never"}},
    {"passphrase_cost", {"1", "5", "11"}, {"", "0", "12", "-1", "five"}},
    {"token_reuse", {"yes", "no"}, {"", "maybe"}},
    {"verdict_ttl", {"0", "60", "1h"}, {"", "3601", "-1", "never"}},
    {"token_max_age", {"10", "300", "5m", "24h", "1d"},
	{"", "9", "0", "2d", "-1", "1w", "99999999999999999999", "5 m"}},
    {"login_timeout", {"10", "110", "1h"}, {"9", "3601", "2h", "never"}},
    {"auth_max_age", {"60", "12h", "30d"}, {"0", "59", "31d"}},
    {"full_login_max_age", {"60", "7d", "3650d"}, {"0", "59", "3651d"}},
    {"sudo_grace", {"0", "300", "15m", "1d"}, {"", "-1", "2d", "yes", "5 m"}},
    {"ca_file", {"/etc/ssl/ca.pem"}, {"", "ca.pem"}},
    {"proxy", {"http://proxy:3128"}, {"a\x1b"}},
    {"host_name", {"host1.example.org"}, {"a\nb", "\xc2\x9b"}},
    {"algorithms", {"RS256", "RS256 ES256"}, {"RS256\x07"}},
    {"allowed_origins", {"", "https://a.example", "https://a.example, https://b.example:1"},
	{"a.example", "http://a.example", "https://a.example/x"}},
    {"endpoint_authorization", {"https://a.example/x?y=z"}, {"", "/x", "http://a.example/x"}},
    {"endpoint_token", {"https://a.example/x"}, {"", "http://a.example/x"}},
    {"endpoint_introspection", {"https://a.example/x"}, {"", "http://a.example/x"}},
    {"endpoint_userinfo", {"https://a.example/x"}, {"", "http://a.example/x"}},
    {"endpoint_jwks", {"https://a.example/x"}, {"", "http://a.example/x"}},
    {"endpoint_par", {"https://a.example/x"}, {"", "http://a.example/x"}},
    {"endpoint_device", {"https://a.example/x"}, {"", "http://a.example/x"}},
};
#define N_VALUES (sizeof(values) / sizeof(values[0]))

static enum err set(const char *option, const char *value, struct conf_error *e)
{
	AUTO_CONF struct conf c = {0};
	AUTO_BUF struct buf line;
	enum err code = conf_init(&c);

	buf_init(&line, 4096);
	buf_printf(&line, "# a comment\n%s = %s\n", option, value);
	*e = (struct conf_error){0};
	if (code == ERR_OK)
		code = conf_parse(&c, (const char *)line.data, line.len, "test.conf", e);
	return code;
}

static void values_of(const struct value *v)
{
	struct conf_error e;

	for (size_t i = 0; i < sizeof(v->good) / sizeof(v->good[0]) && v->good[i]; i++) {
		is_int(set(v->option, v->good[i], &e), ERR_OK, "%s takes good value %zu", v->option,
		    i);
		if (*e.text)
			printf("# %s\n", e.text);
	}
	for (size_t i = 0; i < sizeof(v->bad) / sizeof(v->bad[0]) && v->bad[i]; i++) {
		is_int(set(v->option, v->bad[i], &e), ERR_CONFIG, "%s refuses bad value %zu",
		    v->option, i);
		if (strcmp(e.file, "test.conf") != 0 || e.line < 2)
			ok(false, "the error is at %s:%u", e.file, e.line);
		if (!strstr(e.text, v->option) && !strchr(v->bad[i], '\n'))
			ok(false, "the error names %s: %s", v->option, e.text);
	}
}

static const struct value *value_of(const char *name)
{
	for (size_t i = 0; i < N_VALUES; i++)
		if (strcmp(values[i].option, name) == 0)
			return &values[i];
	return NULL;
}

static void every_option(void)
{
	for (size_t i = 0; i < conf_options_count; i++) {
		const struct value *v = value_of(conf_options[i].name);

		ok(v != NULL, "option %s is tested here", conf_options[i].name);
		if (v)
			values_of(v);
	}
	is_int(conf_options_count, N_VALUES, "and nothing else");
}

/* What concerns one service may stand everywhere, everything else in the file alone. */
static void scopes(void)
{
	static const char *const global[] = {"issuer=https://x", "directory=login", "home=/x",
	    "shell=/bin/sh", "uid_base=1879048192", "ca_file=/x", "reserved_names=a",
	    "login_clients=a:b", "proxy=x", "endpoint_token=https://x/", "gecos=", "host_name=x"};
	static const char *const everywhere[] = {"allow=everyone", "methods=token", "token_reuse",
	    "user_name=%{sub}", "login_timeout=60", "client_id=x", "auth_max_age=1h"};
	struct conf_error e;
	unsigned methods;

	for (size_t i = 0; i < sizeof(global) / sizeof(global[0]); i++)
		is_int(conf_check_args(&global[i], 1, &methods, &e), ERR_CONFIG,
		    "no PAM argument: %s", global[i]);
	for (size_t i = 0; i < sizeof(everywhere) / sizeof(everywhere[0]); i++)
		is_int(conf_check_args(&everywhere[i], 1, &methods, &e), ERR_OK,
		    "a PAM argument: %s", everywhere[i]);
}

static void defaults(void)
{
	AUTO_CONF struct conf c = {0};
	const struct service_conf *s = &c.service;

	is_int(conf_init(&c), ERR_OK, "the defaults are good values themselves");
	is_str(s->user_name, "encvoy-%{sub}", "SEC-17: people are named by sub");
	is_int(s->allow.n, 0, "SEC-13: nobody is allowed");
	ok(s->methods[0] == METHOD_DEVICE && s->methods[1] == METHOD_BROWSER && !s->methods[2],
	    "methods are device, browser");
	ok(!s->token_reuse, "SEC-10: tokens are used once");
	ok(s->login_timeout == 110 && s->token_max_age == 300 && s->auth_max_age == 43200 &&
		s->full_login_max_age == 604800,
	    "the times of the architecture");
	is_int(c.uid_base, 1879048192, "the uid base");
	ok(c.require_numeric_sub, "numeric subs are required");
	is_str(c.algorithms, "RS256", "SEC-04: RS256 is the default algorithm");
	conf_free(NULL);
}

static void description(void)
{
	AUTO_BUF struct buf b;
	const char *text;

	buf_init(&b, 65536);
	conf_describe(&b);
	text = buf_cstr(&b);
	ok(text && strstr(text, "methods\tgsp\tdevice,browser\n"), "an option of all scopes");
	ok(text && strstr(text, "issuer\tg\t\n"), "a global one without default");
}

int main(void)
{
	every_option();
	scopes();
	defaults();
	description();
	return tap_done();
}
