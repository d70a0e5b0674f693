/* SPDX-License-Identifier: MIT */
/* The question that the module asks by itself, before the daemon is there to translate it. */
#include "tests/unit/pam_fake.h"
#include "tests/unit/pam_ground.h"
#include "tests/unit/tap.h"

#include <stdlib.h>
#include <sys/stat.h>

#define SOCKET "socket"

static struct fake fake;
static struct person person;
static const char *locale; /* "NAME=VALUE" of PAM's environment */

static const struct step granted[] = {
    {.kind = STEP_ACK}, {STEP_RESULT, ERR_OK, USER, NULL}, {.kind = STEP_END}};

static int speaking(pam_handle_t *pamh, int flags)
{
	if (locale && pam_putenv(pamh, locale) != PAM_SUCCESS)
		return PAM_BUF_ERR;
	return pam_authenticate(pamh, flags);
}

/* What is asked in a service, with its newline. */
static const char *asked(const char *service, const char *in)
{
	int rc;

	locale = in;
	person = (struct person){.answers = {"typed"}};
	fake_start(&fake, SOCKET, granted, 1);
	rc = ground_call(service, USER, &person, speaking, 0);
	fake_stop(&fake, SOCKET);
	if (rc != PAM_SUCCESS || person.asked != 1 || person.echoed)
		ok(false, "one question that is not echoed, and the login goes on");
	return person.text;
}

/* The catalogues that make has built, where the tests' module looks for them. */
static void install(const char *build)
{
	char command[8192];

	snprintf(command, sizeof(command),
	    "mkdir -p locale && cp -R '%s/po/de' '%s/po/fr' '%s/po/ru' locale/ && "
	    "chmod -R u=rwX,go=rX locale && chown -R 0:0 locale",
	    build, build, build);
	if (system(command) != 0) {
		printf("Bail out! no catalogues in %s/po\n", build);
		exit(99);
	}
}

static void languages(void)
{
	static const struct {
		const char *service, *locale, *text;
	} questions[] = {
	    {"token", "LANG=de_DE.UTF-8", "Token: \n"},
	    {"token", "LANG=fr", "Jeton : \n"},
	    {"both", "LC_ALL=de_AT", "Token oder Passphrase: \n"},
	    {"both", "LC_MESSAGES=fr_CA.UTF-8", "Jeton ou phrase de passe : \n"},
	    {"passphrase", "LANG=ru_RU", "Парольная фраза: \n"},
	    {"passphrase", "LANG=en_GB.UTF-8", "Passphrase: \n"},
	    {"passphrase", "LANG=C.UTF-8", "Passphrase: \n"},
	    {"passphrase", NULL, "Passphrase: \n"},
	    {"both", "LANG=ja_JP", "Token or passphrase: \n"},
	    {"both", "LANG=it_IT", "Token or passphrase: \n"},
	    {"both", "LANG=../../x", "Token or passphrase: \n"},
	};

	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		is_str(asked(questions[i].service, questions[i].locale), questions[i].text,
		    "%s, %s", questions[i].service,
		    questions[i].locale ? questions[i].locale : "no language");
}

/* What somebody else could have written is not read. */
static void foreign_catalogue(void)
{
	chmod("locale/fr/LC_MESSAGES/nss-pam-encvoy.mo", 0666);
	is_str(asked("token", "LANG=fr"), "Token: \n", "SEC-43: a catalogue that others may write");
}

int main(void)
{
	char *build = realpath(getenv("top_builddir") ? getenv("top_builddir") : ".", NULL);

	ground_enter();
	install(build ? build : ".");
	ground_service("token", "methods=token");
	ground_service("both", "methods=passphrase,token");
	ground_service("passphrase", "methods=passphrase");
	languages();
	foreign_catalogue();
	free(build);
	return tap_done();
}
