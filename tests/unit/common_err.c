/* SPDX-License-Identifier: MIT */
#include "common/err.h"
#include "tests/unit/tap.h"

static bool word_ok(const char *word)
{
	if (!word || !*word)
		return false;
	for (; *word; word++)
		if (!((*word >= 'a' && *word <= 'z') || (*word >= '0' && *word <= '9') ||
			*word == '-'))
			return false;
	return true;
}

static void words_are_unique(void)
{
	bool form = true, unique = true, texts = true;

	for (unsigned i = 0; i < ERR_COUNT; i++) {
		form = form && word_ok(err_word((enum err)i));
		texts = texts && err_text((enum err)i) && *err_text((enum err)i);
		for (unsigned j = 0; j < i; j++)
			unique =
			    unique && strcmp(err_word((enum err)i), err_word((enum err)j)) != 0;
	}
	ok(form, "every word is of a-z, 0-9 and -");
	ok(texts, "every error has a sentence");
	ok(unique, "no two errors share a word");
}

static void numbers_from_elsewhere(void)
{
	is_int(ERR_OK, 0, "success is 0");
	for (unsigned i = 0; i < ERR_COUNT; i++)
		if (err_from_wire(i) != (enum err)i)
			ok(false, "%u survives the wire", i);
	is_int(err_from_wire(ERR_COUNT), ERR_INTERNAL, "SEC-32: a number beyond is internal");
	is_int(err_from_wire(65535), ERR_INTERNAL, "SEC-32: 65535 is internal");
	is_int(err_from_wire((unsigned)-1), ERR_INTERNAL, "SEC-32: -1 is internal");
	is_str(err_word((enum err)9999), "internal", "the word of a value out of range");
	is_str(
	    err_text((enum err) - 1), err_text(ERR_INTERNAL), "the text of a value out of range");
}

/* Words that system tests, logs and the manual rely on. */
static void words_are_stable(void)
{
	is_str(err_word(ERR_WRONG_USER), "wrong-user", "wrong-user");
	is_str(err_word(ERR_NOT_ALLOWED), "not-allowed", "not-allowed");
	is_str(err_word(ERR_NO_NAME), "no-name", "no-name");
	is_str(err_word(ERR_LOGIN_TOO_OLD), "login-too-old", "login-too-old");
	is_str(err_word(ERR_EXPIRED), "expired", "expired");
	is_str(err_word(ERR_PROVIDER_UNREACHABLE), "provider-unreachable", "provider-unreachable");
	is_str(err_word(ERR_CUT_OFF), "looks-cut-off", "looks-cut-off");
	is_str(err_word(ERR_NO_DAEMON), "daemon-unreachable", "daemon-unreachable");
}

int main(void)
{
	words_are_unique();
	numbers_from_elsewhere();
	words_are_stable();
	return tap_done();
}
