/* SPDX-License-Identifier: MIT */
/* The configuration's grammar, its sections, and what holds for a service in the end. */
#include "common/conf.h"
#include "tests/unit/tap.h"

#define BASE "issuer = https://id.example\nclient_id = host\n"

static enum err parse(struct conf *c, const char *text, size_t len, struct conf_error *e)
{
	enum err code = conf_init(c);

	*e = (struct conf_error){0};
	return code == ERR_OK ? conf_parse(c, text, len, "t.conf", e) : code;
}

static void refused(const char *text, unsigned line, const char *word, const char *name)
{
	AUTO_CONF struct conf c = {0};
	struct conf_error e;
	enum err code = parse(&c, text, strlen(text), &e);

	if (code == ERR_OK)
		code = conf_finish(&c, &e);
	is_int(code, ERR_CONFIG, "%s is refused", name);
	if (e.line != line || !strstr(e.text, word))
		ok(false, "%s: at line %u: %s", name, e.line, e.text);
}

static void accepted(const char *text, const char *name)
{
	AUTO_CONF struct conf c = {0};
	struct conf_error e;
	enum err code = parse(&c, text, strlen(text), &e);

	if (code == ERR_OK)
		code = conf_finish(&c, &e);
	is_int(code, ERR_OK, "%s is accepted", name);
	if (code != ERR_OK)
		printf("# %s:%u: %s\n", e.file, e.line, e.text);
}

static void grammar(void)
{
	AUTO_CONF struct conf c = {0};
	struct conf_error e;

	accepted(BASE, "the least");
	accepted("\n\n# c\n  # c\n\tissuer=https://id.example \nclient_id\t=\thost",
	    "blanks and comments");
	accepted(BASE "[service sshd]\n[service a.b-c_d]\nmethods = token\n", "sections");
	refused("client_id = x\n", 0, "issuer", "no issuer");
	refused("issuer = https://id.example\n", 0, "client_id", "no client_id");
	refused(BASE "frobnicate = 1\n", 3, "frobnicate", "an unknown option");
	refused(BASE "\nallow\n", 4, "key = value", "a line without =");
	refused(BASE "= x\n", 3, "key = value", "a line without key");
	refused(BASE "Issuer = https://x\n", 3, "Issuer", "an option in capitals");
	refused(BASE "allow = bob # the boss\n", 3, "allow", "a comment behind a value");
	refused(BASE "[service]\n", 3, "service", "a section without name");
	refused(BASE "[service ]\n", 3, "service", "a section with a blank name");
	refused(BASE "[service a/b]\n", 3, "service", "a name with a slash");
	refused(BASE "[service a b]\n", 3, "service", "a name with a blank");
	refused(BASE "[service a\xe2\x80\xae]\n", 3, "service", "a name with a bidi control");
	refused(BASE "[service sshd\n", 3, "service", "an unclosed section");
	refused(BASE "[Service sshd]\n", 3, "service", "another section");
	refused(BASE
	    "[service 01234567890123456789012345678901234567890123456789012345678901234]\n",
	    3, "service", "a name of 65 bytes");
	refused(BASE "[service sshd]\nissuer = https://x\n", 4, "issuer",
	    "a global option in a section");
	refused(
	    BASE "[service sshd]\nallow = bob\n", 4, "allow", "SEC-13: a bad allow in a section");
	refused(BASE "[service sshd]\nuser_name = %{login}\n", 4, "user_name",
	    "SEC-17: a section that names people by their login");
	refused(
	    BASE "user_name = %{login}\n", 0, "user_name", "SEC-17: and the whole file doing so");
	refused(
	    BASE "[service sshd]\nclient_id =\n", 4, "client_id", "a section without client_id");
	is_int(parse(&c, "a\0b", 3, &e), ERR_CONFIG, "NUL is refused");
	conf_free(&c);
	is_int(parse(&c, "# \xff", 3, &e), ERR_CONFIG, "bad UTF-8 is refused, in a comment too");
}

/* A secret pasted onto a line of its own, or as a value, must not come out in a log. */
static void no_values_in_errors(void)
{
	static const char *const texts[] = {BASE "hunter2hunter2\n",
	    BASE "methods = hunter2hunter2\n", BASE "client_secret = hunter2hunter2\n",
	    BASE "client_secret_file = hunter2hunter2\n"};
	static const char *const args[] = {
	    "=hunter2hunter2", "methods=hunter2hunter2", "client_secret=hunter2hunter2"};
	struct conf_error e;
	unsigned methods;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		AUTO_CONF struct conf c = {0};

		is_int(parse(&c, texts[i], strlen(texts[i]), &e), ERR_CONFIG, "refused");
		ok(!strstr(e.text, "hunter2"), "SEC-35: no value in the error: %s", e.text);
	}
	for (size_t i = 0; i < sizeof(args) / sizeof(args[0]); i++) {
		is_int(conf_check_args(&args[i], 1, &methods, &e), ERR_CONFIG, "refused");
		ok(!strstr(e.text, "hunter2"), "SEC-35: no value in the error: %s", e.text);
	}
}

static void printable_errors(void)
{
	AUTO_CONF struct conf c = {0};
	struct conf_error e;
	static const char text[] =
	    "\x1b[31m\xe2\x80\xae"
	    "x\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07"
	    "\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07"
	    "\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07"
	    "\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07 = 1\n";
	char path[400];

	is_int(parse(&c, text, sizeof(text) - 1, &e), ERR_CONFIG, "a hostile key");
	for (const char *p = e.text; *p; p++)
		if (*p < 0x20 || *p == 0x7f)
			ok(false, "SEC-25: byte %d in an error", *p);
	ok(strstr(e.text, "unknown option") != NULL, "SEC-25: however long, the reason is there");
	conf_free(&c);
	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = 0;
	(void)conf_init(&c);
	is_int(
	    conf_parse(&c, "x", 1, path, &e), ERR_CONFIG, "a path that is too long for an error");
	ok(strlen(e.file) < sizeof(e.file), "is shortened");
}

static const char *rules_text(const struct rules *r)
{
	static char text[256];

	text[0] = 0;
	for (size_t i = 0; i < r->n; i++) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n, "%s%u:%s@%s:%u", i ? " " : "", r->v[i].kind,
		    r->v[i].value ? r->v[i].value : "", r->v[i].file, r->v[i].line);
	}
	return text;
}

static const char allow_text[] = BASE "allow = sub:1\n"
				      "allow = user:alice, sub:2\n"
				      "[service shell]\n"
				      "methods = token\n"
				      "[service cloud]\n"
				      "allow = sub:7\n"
				      "client_id = cloud\n"
				      "allow = everyone\n"
				      "[service shut]\n"
				      "allow =\n"
				      "[service cloud]\n"
				      "token_reuse = yes\n";

static void allow_of(const struct conf *c, const char *service, const char *const *args, size_t n,
    const char *want, const char *name)
{
	AUTO_SERVICE struct service_conf s = {0};
	struct conf_error e;

	is_int(conf_service(c, service, args, n, &s, &e), ERR_OK, "%s", name);
	is_str(rules_text(&s.allow), want, "SEC-13: %s", name);
}

static void allow_rules(void)
{
	AUTO_CONF struct conf c = {0};
	struct conf_error e;
	const char *none[] = {"allow="}, *two[] = {"allow=sub:8", "allow=user:bob"};

	is_int(parse(&c, allow_text, strlen(allow_text), &e), ERR_OK, "rules on several levels");
	is_int(conf_finish(&c, &e), ERR_OK, "are a configuration");
	allow_of(&c, "other", NULL, 0, "1:1@t.conf:3 2:alice@t.conf:4 1:2@t.conf:4",
	    "without section the file's rules hold, and add up");
	allow_of(&c, "shell", NULL, 0, "1:1@t.conf:3 2:alice@t.conf:4 1:2@t.conf:4",
	    "a section without allow leaves them");
	allow_of(&c, "cloud", NULL, 0, "1:7@t.conf:8 0:@t.conf:10",
	    "a section's rules replace the file's, and add up");
	allow_of(&c, "shut", NULL, 0, "", "an empty allow in a section admits nobody");
	allow_of(&c, "cloud", none, 1, "", "an empty allow= as argument admits nobody");
	allow_of(&c, "shut", two, 2, "1:8@PAM argument:1 2:bob@PAM argument:2",
	    "arguments replace the section's, and add up");
}

static void services(void)
{
	AUTO_CONF struct conf c = {0};
	AUTO_SERVICE struct service_conf s = {0}, t = {0}, u = {0}, v = {0};
	struct conf_error e;
	const char *args[] = {"methods=browser", "login_timeout=1m", "token_reuse=no"};
	const char *bad[] = {"methods=token", "frobnicate"}, *login[] = {"user_name=%{login}"};

	(void)parse(&c, allow_text, strlen(allow_text), &e);
	(void)conf_service(&c, "cloud", NULL, 0, &s, &e);
	is_str(s.client_id, "cloud", "a section's client id");
	ok(s.token_reuse && s.login_timeout == 110, "its other lines, and the defaults");
	(void)conf_service(&c, "Cloud", NULL, 0, &t, &e);
	is_str(t.client_id, "host", "services are told apart byte by byte");
	is_int(conf_service(&c, "cloud", args, 3, &u, &e), ERR_OK, "arguments");
	ok(u.methods[0] == METHOD_BROWSER && !u.methods[1] && u.login_timeout == 60 &&
		!u.token_reuse,
	    "go above the section");
	ok(service_has_method(&u, METHOD_BROWSER) && !service_has_method(&u, METHOD_TOKEN),
	    "and say which methods there are");
	is_int(conf_service(&c, "cloud", bad, 2, &v, &e), ERR_CONFIG, "an unknown argument");
	ok(strstr(e.file, "PAM argument") && e.line == 2 && strstr(e.text, "frobnicate"),
	    "is named: %s:%u: %s", e.file, e.line, e.text);
	service_conf_free(&v);
	is_int(conf_service(&c, "cloud", login, 1, &v, &e), ERR_CONFIG,
	    "SEC-17: no argument lets a login name people");
}

static void arguments(void)
{
	const char *both[] = {"token_reuse", "methods=token,browser"};
	const char *last[] = {"methods=device", "methods=token"};
	const char *odd[] = {""}, *blank[] = {" = x"};
	struct conf_error e;
	unsigned methods = 99;

	is_int(conf_check_args(NULL, 0, &methods, &e), ERR_OK, "no arguments");
	is_int(methods, 0, "name no method");
	is_int(conf_check_args(both, 2, &methods, &e), ERR_OK, "two methods");
	is_int(methods, METHOD_TOKEN | METHOD_BROWSER, "are two");
	is_int(conf_check_args(last, 2, &methods, &e), ERR_OK, "the same argument twice");
	is_int(methods, METHOD_TOKEN, "counts as it stands last");
	is_int(conf_check_args(odd, 1, &methods, &e), ERR_CONFIG, "an empty argument");
	is_int(e.line, 1, "is the first");
	is_int(conf_check_args(blank, 1, &methods, &e), ERR_CONFIG, "an argument without key");
	is_int(methods, METHOD_TOKEN, "nothing is written on failure");
}

static void many_settings(void)
{
	AUTO_CONF struct conf c = {0};
	AUTO_BUF struct buf b;
	struct conf_error e;

	buf_init(&b, 1 << 20);
	buf_text(&b, BASE "[service x]\n");
	for (int i = 0; i < 4096; i++)
		buf_text(&b, "allow = sub:1\n");
	is_int(parse(&c, (const char *)b.data, b.len, &e), ERR_OK, "4,096 settings");
	conf_free(&c);
	buf_text(&b, "allow = sub:1\n");
	is_int(parse(&c, (const char *)b.data, b.len, &e), ERR_CONFIG, "and no more");
}

int main(void)
{
	grammar();
	no_values_in_errors();
	printable_errors();
	allow_rules();
	services();
	arguments();
	many_settings();
	return tap_done();
}
