/* SPDX-License-Identifier: MIT */
#include "ctl/ask.h"

#include "common/str.h"
#include "ctl/ctl.h"
#include "ctl/input.h"
#include "ctl/terminal.h"

#include <string.h>
#include <unistd.h>

#define PROMPT_MAX_BYTES 2048

bool ask_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && isatty(STDERR_FILENO);
}

/* One answer without white space at its ends. */
static enum err hear(const char *prompt, bool echo, struct secret **ret)
{
	AUTO_SECRET struct secret *line = NULL;
	AUTO_BUF struct buf text = {0};
	struct slice s;
	enum err e = terminal_ask(prompt, echo, &line);

	if (e != ERR_OK)
		return e;
	buf_init_secret(&text, secret_len(line) + 1);
	buf_put(&text, secret_str(line), secret_len(line));
	s = input_trim(&text);
	*ret = secret_new(s.p, s.len);
	return *ret ? ERR_OK : ERR_NOMEM;
}

/* What a line of a file or a terminal cannot carry is nobody's intention. */
static bool is_clean(const struct secret *answer)
{
	if (strlen(secret_str(answer)) == secret_len(answer) &&
	    slice_printable((struct slice){secret_str(answer), secret_len(answer)}))
		return true;
	remark("That holds characters that cannot be used.");
	return false;
}

enum err ask_text(const char *question, const char *fallback, ask_take take, void *arg)
{
	char prompt[PROMPT_MAX_BYTES];

	if (fallback && !*fallback)
		fallback = NULL;
	snprintf(prompt, sizeof(prompt), "%s%s%s%s:", question, fallback ? " [" : "",
	    fallback ? fallback : "", fallback ? "]" : "");
	for (int i = 0; i < ASK_TIMES; i++) {
		AUTO_SECRET struct secret *answer = NULL;
		enum err e = hear(prompt, true, &answer);

		if (e != ERR_OK)
			return e;
		if (is_clean(answer) &&
		    take(arg, !secret_len(answer) && fallback ? fallback : secret_str(answer)))
			return ERR_OK;
	}
	return ERR_NO_ANSWER;
}

enum err ask_yes(const char *question, bool fallback, bool *ret)
{
	char prompt[PROMPT_MAX_BYTES];

	snprintf(prompt, sizeof(prompt), "%s [%s]", question, fallback ? "Y/n" : "y/N");
	for (int i = 0; i < ASK_TIMES; i++) {
		AUTO_SECRET struct secret *answer = NULL;
		enum err e = hear(prompt, true, &answer);
		const char *word;

		if (e != ERR_OK)
			return e;
		word = secret_str(answer);
		if (!*word || strcasecmp(word, "y") == 0 || strcasecmp(word, "yes") == 0) {
			*ret = *word || fallback;
			return ERR_OK;
		}
		if (strcasecmp(word, "n") == 0 || strcasecmp(word, "no") == 0) {
			*ret = false;
			return ERR_OK;
		}
		remark("Please answer yes or no.");
	}
	return ERR_NO_ANSWER;
}

enum err ask_secret(const char *question, struct secret **ret)
{
	char prompt[PROMPT_MAX_BYTES];

	snprintf(prompt, sizeof(prompt), "%s:", question);
	return hear(prompt, false, ret);
}
