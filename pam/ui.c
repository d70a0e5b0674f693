/* SPDX-License-Identifier: MIT */
#include "pam/ui.h"

#include "common/str.h"
#include "sys/catalogs.h"

#include <security/pam_ext.h>
#include <string.h>

enum err ui_show(void *data, const char *text, const char *qr)
{
	const struct request *q = data;
	AUTO_BUF struct buf b;
	const char *all;

	/* one message: sshd gives up after 32 of them */
	buf_init(&b, 2 * TEXT_MAX + 2);
	buf_text(&b, text);
	if (*text && *qr)
		buf_text(&b, "\n");
	buf_text(&b, qr);
	all = buf_cstr(&b);
	if (!all)
		return b.err;
	return pam_info(q->pamh, "%s", all) == PAM_SUCCESS ? ERR_OK : ERR_NO_ANSWER;
}

static enum err take_answer(const char *text, struct secret **ret)
{
	size_t len = strlen(text);

	/* sshd's own, in place of what was typed by a user whom it lets in in no case */
	if (*text == '\b')
		return ERR_NO_ANSWER;
	if (len > ANSWER_MAX)
		return ERR_CUT_OFF;
	*ret = secret_new(text, len);
	return *ret ? ERR_OK : ERR_NOMEM;
}

static enum err prompt(const struct request *q, int style, const char *text, struct secret **ret)
{
	AUTO_SECRET_STR char *answer = NULL;

	if (pam_prompt(q->pamh, style, &answer, "%s", text) != PAM_SUCCESS || !answer)
		return ERR_NO_ANSWER;
	return take_answer(answer, ret);
}

enum err ui_ask(void *data, const struct msg_ask *ask, struct secret **ret_answer)
{
	return prompt(
	    data, ask->echo ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF, ask->text, ret_answer);
}

/* The daemon has translated what it says; this is our own, said before it is asked. */
static enum err ask_translated(struct request *q, const char *id, struct secret **ret)
{
	AUTO_CATALOGS struct catalogs found = {0};
	const char *text;

	catalogs_load_one(ENCVOY_LOCALEDIR, q->m.lang, &found);
	text = catalog_text(catalogs_find(&found, q->m.lang), id);
	return prompt(q, PAM_PROMPT_ECHO_OFF, text_printable(text) ? text : id, ret);
}

enum err ui_token(struct request *q, struct secret **ret_answer)
{
	const void *item = NULL;

	if (pam_get_item(q->pamh, PAM_AUTHTOK, &item) == PAM_SUCCESS && item)
		return take_answer(item, ret_answer);
	return ask_translated(q, q->prompt, ret_answer);
}

void ui_error(const struct request *q, const char *text)
{
	if (*text && !q->silent && !q->token_only)
		(void)pam_error(q->pamh, "%s", text);
}
