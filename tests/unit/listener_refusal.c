/* SPDX-License-Identifier: MIT */
/* What people read when the listener refuses. */
#include "encvoyd/refusal.h"

#include "common/proto.h"
#include "common/str.h"
#include "tests/unit/tap.h"

#include <stdio.h>
#include <string.h>

static const char *const locales[] = {"en", "de", "es", "fr", "it", "ru_RU.UTF-8"};
#define LOCALES (sizeof(locales) / sizeof(locales[0]))

static bool says_nothing(enum err e)
{
	return e == ERR_OK || e == ERR_UNKNOWN_USER || e == ERR_LOCAL_USER;
}

static void sentences(const struct catalogs *c)
{
	const size_t room = sizeof(((struct msg_result *)0)->text);
	unsigned silent = 0, unfit = 0, english = 0;

	for (unsigned e = 0; e < ERR_COUNT; e++) {
		const char *plain = refusal_text(e, c, "");

		for (size_t i = 0; i < LOCALES; i++) {
			const char *text = refusal_text(e, c, locales[i]);

			if (!text) {
				silent += !says_nothing(e);
				continue;
			}
			unfit += strlen(text) >= room || !text_printable(text);
			english += i > 0 && strcmp(text, plain) == 0;
		}
		if (says_nothing(e))
			ok(!plain, "nothing is said about %s", err_word(e));
	}
	is_int(silent, 0, "every refusal has a sentence");
	is_int(unfit, 0, "which fits into RESULT and may be shown as it is (SEC-25)");
	is_int(english, 0, "and is translated into every language");
}

/* Nothing tells an attacker which of these it was. */
static void standing(const struct catalogs *c)
{
	static const enum err same[] = {
	    ERR_BLOCKED, ERR_DELETED, ERR_DROPPED, ERR_NO_NAME, ERR_NAME_TAKEN, ERR_NAME_RESERVED};

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		is_str(refusal_text(same[i], c, "fr"), refusal_text(ERR_NOT_ALLOWED, c, "fr"),
		    "SEC-14: %s reads like not-allowed", err_word(same[i]));
}

int main(void)
{
	AUTO_CATALOGS struct catalogs c = {0};
	const char *top = getenv("top_builddir");
	char dir[4096];

	snprintf(dir, sizeof(dir), "%s/po", top ? top : ".");
	catalogs_load(dir, &c);
	sentences(&c);
	standing(&c);
	return tap_done();
}
