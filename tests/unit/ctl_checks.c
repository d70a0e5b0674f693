/* SPDX-License-Identifier: MIT */
/* What doctor reads from nsswitch.conf, PAM files and id files, and what enroll writes. */
#include "common/record.h"
#include "ctl/checks.h"
#include "ctl/enroll.h"
#include "tests/unit/tap.h"

static void nsswitch(void)
{
	static const struct {
		const char *text;
		enum nss_order order;
	} cases[] = {
	    {"passwd: files encvoy\n", NSS_FINE},
	    {"passwd:files encvoy", NSS_FINE},
	    {"# passwd: files\n  passwd :\tfiles systemd  encvoy # ours\n", NSS_FINE},
	    {"passwd: compat encvoy\n", NSS_FINE},
	    {"passwd: files [SUCCESS=return] encvoy\n", NSS_FINE},
	    {"passwd: files[NOTFOUND=continue] encvoy\n", NSS_FINE},
	    {"passwd: encvoy files\n", NSS_BEFORE_FILES},
	    {"passwd: files [NOTFOUND=return] encvoy\n", NSS_UNREACHABLE},
	    {"passwd: files [ notfound = return ] encvoy\n", NSS_UNREACHABLE},
	    {"passwd: files [!SUCCESS=return] encvoy\n", NSS_UNREACHABLE},
	    {"passwd: files systemd\n", NSS_ABSENT},
	    {"passwd: files encvoyx\n", NSS_ABSENT},
	    {"passwd: files # encvoy\n", NSS_ABSENT},
	    {"group: files encvoy\n", NSS_NO_LINE},
	    {"passwd_compat: files encvoy\n", NSS_NO_LINE},
	    {"", NSS_NO_LINE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(nsswitch_order(cases[i].text, strlen(cases[i].text), "passwd"),
		    cases[i].order, "nsswitch %zu", i);
}

#define GUARD(type) type " [success=1 default=ignore] pam_localuser.so\n"
#define GOOD "[success=done user_unknown=ignore default=die]"

static void pam(void)
{
	static const struct {
		const char *text;
		const char *code; /* of the worst finding */
		enum severity worst;
	} cases[] = {
	    {"auth " GOOD " pam_encvoy.so\n", "pam", FOUND_OK},
	    {GUARD("auth") "auth " GOOD " pam_encvoy.so methods=token\n", "pam", FOUND_OK},
	    {GUARD("auth") "auth requisite pam_encvoy.so\n", "pam", FOUND_OK},
	    {GUARD("account") "account required /lib/security/pam_encvoy.so\n", "pam", FOUND_OK},
	    {"account sufficient pam_localuser.so\naccount required pam_encvoy.so\n", "pam",
		FOUND_OK},
	    {"auth required pam_encvoy.so\n", "pam-local-users", FOUND_FAILURE},
	    {"account [default=die success=ok] pam_encvoy.so\n", "pam-local-users", FOUND_FAILURE},
	    {GUARD("auth") "account required pam_encvoy.so\n", "pam-local-users", FOUND_FAILURE},
	    {GUARD("account") "account required pam_nologin.so\naccount required pam_encvoy.so\n",
		"pam-local-users", FOUND_FAILURE},
	    {"account sufficient pam_encvoy.so\n", "pam-account-ignored", FOUND_FAILURE},
	    {"account [success=ok default=ignore] pam_encvoy.so\n", "pam-account-ignored",
		FOUND_FAILURE},
	    {"auth sufficient pam_encvoy.so\n", "pam-auth-ignored", FOUND_WARNING},
	    {"-auth\toptional\tpam_encvoy.so\n", "pam-auth-ignored", FOUND_WARNING},
	    {"auth [success=done \\\n user_unknown=ignore default=die] pam_encvoy.so\n", "pam",
		FOUND_OK},
	    {"# auth required pam_encvoy.so\n", NULL, FOUND_OK},
	    {"auth required pam_encvoy.so.bak\n", NULL, FOUND_OK},
	    {"auth required notpam_encvoy.so\n", NULL, FOUND_OK},
	    {"session optional pam_encvoy.so\n", "pam", FOUND_OK},
	    {GUARD("session") "session required pam_encvoy.so\n", "pam", FOUND_OK},
	    {"session required pam_encvoy.so\n", "pam-local-users", FOUND_FAILURE},
	    {"password required pam_encvoy.so\n", NULL, FOUND_OK},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_FINDINGS struct findings f = {0};
		struct pam_use use = {0};

		check_pam_text(&f, "sshd", cases[i].text, strlen(cases[i].text), &use);
		is_int(f.n, cases[i].code ? 1 : 0, "PAM file %zu: findings", i);
		is_int(f.worst, cases[i].worst, "PAM file %zu: severity", i);
		if (f.n && cases[i].code)
			is_str(f.v[0].code, cases[i].code, "PAM file %zu: code", i);
		is_int(use.auth + use.account + use.session, cases[i].code ? 1 : 0,
		    "PAM file %zu: uses", i);
	}
}

static size_t collisions(const char *text, bool ranges)
{
	AUTO_FINDINGS struct findings f = {0};

	check_ids_text(&f, "file", text, strlen(text), ranges, ID_FLOOR, ID_CEILING);
	return f.n;
}

static void ids(void)
{
	is_int(collisions("root:x:0:0:root:/root:/bin/sh\na:x:1000:1000::/:\n", false), 0,
	    "usual ids");
	is_int(
	    collisions("a:x:1879048191:1::/:\nb:x:2147352576:1::/:\n", false), 0, "just outside");
	is_int(collisions("a:x:1879048192:1::/:\nb:x:2147352575:1::/:\n", false), 2, "just inside");
	is_int(collisions("a:100000:65536\n", true), 0, "a usual range");
	is_int(collisions("a:1879000000:65536\n", true), 1, "a range that reaches into ours");
	is_int(collisions("a:1:4294967295\n", true), 1, "a range over everything");
	is_int(collisions("a:1879048192:0\n# b:1879048192:5\nbroken\n::\n", true), 0,
	    "nothing, a comment and nonsense");
}

static void text_of_enroll(void)
{
	char issuer[] = "https://id.example.org", id[] = "abc", cb[] = "http://127.0.0.1/cb";
	char allow[] = "sub:17", two_lines[] = "sub:17\nuser_name = root", blank[] = "abc ";
	struct enrolment e = {
	    .issuer = issuer, .client_id = id, .redirect_uri = cb, .allow = allow};
	AUTO_BUF struct buf a = {0};
	AUTO_BUF struct buf b = {0};
	AUTO_CONF struct conf conf = {0};
	struct conf_error why = {0};

	buf_init(&a, 65536);
	buf_init(&b, 65536);
	enroll_text(&e, &a);
	enroll_text(&e, &b);
	ok(a.err == ERR_OK && a.len == b.len && !memcmp(a.data, b.data, a.len),
	    "the same values give the same bytes");
	is_int(conf_init(&conf), ERR_OK, "defaults");
	is_int(conf_parse(&conf, (const char *)a.data, a.len, "encvoy.conf", &why), ERR_OK,
	    "the text parses");
	is_int(conf_finish(&conf, &why), ERR_OK, "and is whole");
	is_str(conf.service.client_id, "abc", "with its values");
	is_int(conf.service.allow.n, 1, "and its one rule");
	buf_reset(&b);
	e.allow = two_lines;
	enroll_text(&e, &b);
	is_int(b.err, ERR_SYNTAX, "a line break in a value is refused");
	buf_reset(&b);
	e.allow = allow;
	e.client_id = blank;
	enroll_text(&e, &b);
	is_int(b.err, ERR_SYNTAX, "so is a value that would read back differently");
}

/* Whose a text is, and what it says of allow. */
static void reads(const char *text, enum enroll_author author, const char *allow, const char *what)
{
	AUTO_ENROLMENT struct enrolment v = {0};
	enum enroll_author whose = ENROLL_FOREIGN;

	is_int(enroll_read(text, strlen(text), &v, &whose), ERR_OK, "%s is read", what);
	is_int(whose, author, "%s: whose it is", what);
	is_str(v.allow ? v.allow : "", allow, "%s: its rule", what);
}

static void reading(void)
{
	char issuer[] = "https://id.example.org", id[] = "abc", allow[] = "sub:17 user:b";
	const struct enrolment e = {.issuer = issuer, .client_id = id, .allow = allow};
	AUTO_BUF struct buf text = {0};

	buf_init(&text, 65536);
	enroll_text(&e, &text);
	reads(buf_cstr(&text), ENROLL_OURS, allow, "what enroll wrote");
	buf_text(&text, "sudo_grace = 15m\n");
	reads(buf_cstr(&text), ENROLL_EDITED, allow, "with a line more");
	buf_text(&text, "[service web]\nallow = everyone\n");
	reads(buf_cstr(&text), ENROLL_EDITED, allow, "with a section");
	reads(
	    "issuer = https://id.example.org\nallow=sub:2\n", ENROLL_FOREIGN, "sub:2", "another's");
	reads("#allow = sub:3\n allow = \n = x\nallow\n", ENROLL_FOREIGN, "", "nonsense");
	reads("allow = sub:2\nallow = sub:3\x1b[2J\n", ENROLL_FOREIGN, "sub:2",
	    "SEC-25: a control character");
	reads("allow=sub:2\nallow = user:b\n", ENROLL_FOREIGN, "sub:2 user:b", "two rules");
	reads("", ENROLL_FOREIGN, "", "an empty file");
}

static void findings(void)
{
	AUTO_FINDINGS struct findings f = {0};

	found_ok(&f, "one", "all is %s", "well");
	is_int(f.worst, FOUND_OK, "well");
	found(&f, FOUND_REMARK, "remark", "know it", "a remark");
	is_int(f.worst, FOUND_REMARK, "a remark is more than nothing");
	found(&f, FOUND_FAILURE, "two", "fix it", "text from elsewhere: %s", "\033[2J\n");
	found(&f, FOUND_WARNING, "three", "fix it", "less bad");
	is_int(f.worst, FOUND_FAILURE, "the worst counts");
	is_str(f.v[2].text, "text from elsewhere: \\x1b[2J\\x0a", "SEC-25: made printable");
}

static void apache(void)
{
	static const struct {
		const char *text;
		bool bad;
	} cases[] = {
	    {"AuthnCacheProvideFor PAM\n", true},
	    {"  authncacheprovidefor dbd pam", true},
	    {"<Location />\n\tAuthnCacheProvideFor \\\n\tfile \"PAM\"\n</Location>\n", true},
	    {"AuthnCacheProvideFor dbd\nAuthBasicProvider socache PAM\n", false},
	    {"# AuthnCacheProvideFor PAM\n", false},
	    {"AuthnCacheEnable\n", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_FINDINGS struct findings f = {0};

		check_web_text(&f, "a.conf", cases[i].text, strlen(cases[i].text));
		is_int(f.worst, cases[i].bad ? FOUND_FAILURE : FOUND_OK, "apache %zu", i);
		is_int(f.n, cases[i].bad, "and nothing else");
	}
}

static void sshd(void)
{
	static const struct {
		const char *said;
		const char *code; /* of the worst finding */
		enum severity worst;
	} cases[] = {
	    {"usepam yes\nlogingracetime 300\nkbdinteractiveauthentication yes\n", "sshd",
		FOUND_OK},
	    {"usepam yes\nlogingracetime 0\nkbdinteractiveauthentication yes\n", "sshd", FOUND_OK},
	    {"usepam no\nlogingracetime 300\n", "sshd-pam", FOUND_FAILURE},
	    {"usepam yes\nkbdinteractiveauthentication no\n", "sshd-kbdint", FOUND_FAILURE},
	    {"usepam yes\nlogingracetime 110\n", "sshd-grace", FOUND_WARNING},
	    {"logingracetime 111\nxusepam no\nusepamx no\n", "sshd", FOUND_OK},
	    {"logingracetime\nlogingracetime x\n", "sshd", FOUND_OK},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_FINDINGS struct findings f = {0};
		AUTO_BUF struct buf said;

		buf_init(&said, 1024);
		buf_text(&said, cases[i].said);
		check_sshd_text(&f, &said, 110);
		is_int(f.worst, cases[i].worst, "sshd %zu", i);
		ok(f.n == 1 && strcmp(f.v[0].code, cases[i].code) == 0, "which is %s",
		    cases[i].code);
	}
}

int main(void)
{
	nsswitch();
	pam();
	apache();
	sshd();
	ids();
	text_of_enroll();
	reading();
	findings();
	return tap_done();
}
