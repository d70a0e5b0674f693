/* SPDX-License-Identifier: MIT */
#include "ctl/enroll.h"

#include "common/str.h"
#include "ctl/ask.h"
#include "ctl/ctl.h"
#include "ctl/idplink.h"
#include "ctl/signin.h"
#include "sys/clock.h"

#include <stdio.h>
#include <string.h>

#define SIGNIN_MS (5 * 60 * 1000)
#define SHOWN_MAX 60

static const char about_first[] =
    "\nWho may log in\n\n"
    "   Best sign in once yourself now: it shows that the application works, and\n"
    "   your number in Encvoy ID, by which people are named here. Nothing is\n"
    "   written, and PAM does not know of it. Ctrl-D leaves the sign-in out.\n\n";

static const char about_rules[] =
    "\n   A rule is sub:NUMBER (a person's number), user:NAME (a name that is bound\n"
    "   to a person on this host) or everyone; several are separated by blanks. Whom\n"
    "   no rule names does not get in.\n\n";

/* --- the sign-in --- */

/* Free text of the person's own: for the eye only. */
static void keep(const struct claims *claims, const char *claim, char *to, size_t size)
{
	const char *value = claims_str(claims, claim);
	AUTO_BUF struct buf text = {0};

	buf_init(&text, size);
	*to = 0;
	if (value)
		(void)str_copy(to, size, shown(&text, value, SHOWN_MAX));
}

static enum err remember(struct enroll_person *person, const struct claims *claims)
{
	if (!str_copy(person->sub, sizeof(person->sub), claims_sub(claims)))
		return ERR_BAD_SUB;
	keep(claims, "login", person->login, sizeof(person->login));
	keep(claims, "name", person->name, sizeof(person->name));
	if (!*person->name)
		keep(claims, "nickname", person->name, sizeof(person->name));
	return ERR_OK;
}

/* By encvoyctl itself, with the secret that is not in its file yet. */
static enum err sign_in(struct enroll *e, char detail[256])
{
	AUTO_IDPLINK struct idplink link = {0};
	AUTO_CLAIMS struct claims *claims = NULL;
	struct signin s = {.idp = &link.idp, .no_browser = true, .leavable = true};
	enum err code;

	s.deadline = clock_mono_ms() + SIGNIN_MS;
	code = idplink_open(&e->conf, s.deadline, &link);
	if (code == ERR_OK && e->secret) {
		link.idp.secret = secret_new(secret_str(e->secret), secret_len(e->secret));
		code = link.idp.secret ? ERR_OK : ERR_NOMEM;
	}
	link.idp.profile = true;
	if (code == ERR_OK)
		code = idp_open(&link.idp);
	if (code == ERR_OK)
		code = signin_run(&s, NULL, &claims);
	(void)str_copy(detail, 256, link.idp.detail);
	return code == ERR_OK ? remember(&e->person, claims) : code;
}

static void tell_person(const struct enroll_person *p)
{
	printf("\nSigned in: number %s", p->sub);
	if (*p->login)
		printf(", login %s", p->login);
	if (*p->name)
		printf(", %s", p->name);
	puts(".");
	if (!*p->login)
		puts("(The login is not visible for this application.)");
	if (p->sub[strspn(p->sub, "0123456789")])
		puts(
		    "That is no number: the application gives each person a pseudonym of its own\n"
		    "(subject type pairwise). Set it to public in Encvoy ID, so that a person has\n"
		    "the same uid on every host.");
}

static enum err first_sign_in(struct enroll *e)
{
	const char *question = "Sign in now?";
	bool wanted = true;

	for (;;) {
		char detail[256] = "";
		enum err code = ask_yes(question, wanted, &wanted);

		if (code != ERR_OK || !wanted)
			return code;
		code = sign_in(e, detail);
		if (code == ERR_OK) {
			tell_person(&e->person);
			return ERR_OK;
		}
		complain("enroll: %s: %s%s%s", err_word(code), err_text(code), *detail ? ": " : "",
		    detail);
		question = "Try that again?";
		wanted = false;
	}
}

/* --- the rule --- */

static bool has_word(const char *words, const char *wanted)
{
	struct slice rest = slice_of(words), word;

	while (slice_next(&rest, " ,\t", &word))
		if (slice_is(word, wanted))
			return true;
	return false;
}

static bool is_held(const struct enroll *e, const char *allow)
{
	char rule[SUB_MAX_LEN + 5];

	snprintf(rule, sizeof(rule), "sub:%s", e->person.sub);
	return has_word(allow, rule) || has_word(allow, "everyone");
}

static bool confirmed(const struct enroll *e)
{
	bool sure = false;

	printf("\n   everyone: whoever can sign in to this application may log in here. Unless it\n"
	       "   is closed to outsiders, that is everybody who registers at\n   %s.\n\n",
	    e->v.issuer);
	return ask_yes("Is everyone really to be let in?", false, &sure) == ERR_OK && sure;
}

/* A rule may be well-formed and yet need a directory: only the whole tells. */
static bool take_rule(void *arg, const char *answer)
{
	struct enroll *e = arg;

	if (!*answer || !enroll_accepts("allow", answer))
		return false;
	if (has_word(answer, "everyone") && !confirmed(e))
		return false;
	e->v.allow = strdup(answer);
	if (e->v.allow && enroll_make(e) == ERR_OK)
		return true;
	free(TAKE_PTR(e->v.allow));
	return false;
}

/* "sub:NUMBER" behind what there is; NULL where nobody signed in or the memory is short. */
static char *with_person(const struct enroll *e, const char *allow)
{
	AUTO_BUF struct buf text = {0};

	if (!*e->person.sub)
		return NULL;
	buf_init(&text, 65536);
	if (allow)
		buf_printf(&text, "%s ", allow);
	buf_printf(&text, "sub:%s", e->person.sub);
	return buf_take_str(&text);
}

static enum err ask_rule(struct enroll *e, const char *former)
{
	AUTO_FREE char *proposal = NULL;

	if (!former || (*e->person.sub && !is_held(e, former)))
		proposal = with_person(e, former);
	fputs(about_rules, stdout);
	return ask_text("Who may log in", proposal ? proposal : former, take_rule, e);
}

/* The command line has said who: whoever signed in may be missing there. */
static enum err offer_person(struct enroll *e)
{
	AUTO_FREE char *longer = NULL;
	char question[SUB_MAX_LEN + 64];
	bool wanted = false;
	enum err code;

	if (!*e->person.sub || is_held(e, e->v.allow))
		return ERR_OK;
	printf("\n   Number %s is not among \"allow = %s\".\n\n", e->person.sub, e->v.allow);
	snprintf(question, sizeof(question), "Add sub:%s?", e->person.sub);
	code = ask_yes(question, false, &wanted);
	if (code != ERR_OK || !wanted)
		return code;
	longer = with_person(e, e->v.allow);
	if (!longer)
		return ERR_NOMEM;
	free(e->v.allow);
	e->v.allow = TAKE_PTR(longer);
	return ERR_OK;
}

enum err enroll_ask_who(struct enroll *e, const char *former_allow)
{
	enum err code;

	fputs(about_first, stdout);
	code = first_sign_in(e);
	if (code != ERR_OK)
		return code;
	return e->v.allow ? offer_person(e) : ask_rule(e, former_allow);
}
