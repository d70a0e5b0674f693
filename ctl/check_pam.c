/* SPDX-License-Identifier: MIT */
#include "ctl/checks.h"

#include "ctl/pam_line.h"
#include "sys/file.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX_BYTES (1024 * 1024)

/* The value of a key in "[success=1 default=ignore]"; false when it is not there. */
static bool action_of(struct slice control, const char *key, struct slice *ret)
{
	struct slice rest, word;
	size_t n = strlen(key);

	if (control.len < 2 || control.p[0] != '[')
		return false;
	rest = (struct slice){control.p + 1, control.len - 2};
	while (slice_next(&rest, " \t", &word)) {
		if (word.len <= n || memcmp(word.p, key, n) != 0 || word.p[n] != '=')
			continue;
		*ret = (struct slice){word.p + n + 1, word.len - n - 1};
		return true;
	}
	return false;
}

/* True for a line that leads local users around the next one. */
static bool skips_local_users(const struct pam_line *line)
{
	struct slice action;

	return pam_line_is_module(line->module, "pam_localuser.so") &&
	       (slice_is(line->control, "sufficient") ||
		   (action_of(line->control, "success", &action) && action.len &&
		       action.p[0] >= '1' && action.p[0] <= '9') ||
		   (action_of(line->control, "success", &action) &&
		       (slice_is(action, "done") || slice_is(action, "end"))));
}

/* A refusal by us must end in a refusal. */
static bool failure_counts(struct slice control)
{
	struct slice action;

	if (slice_is(control, "required") || slice_is(control, "requisite"))
		return true;
	return action_of(control, "default", &action) &&
	       (slice_is(action, "die") || slice_is(action, "bad"));
}

static bool unknown_is_ignored(struct slice control)
{
	struct slice action;

	return slice_is(control, "sufficient") || slice_is(control, "optional") ||
	       (action_of(control, "user_unknown", &action) && slice_is(action, "ignore"));
}

static void judge(struct findings *f, const char *name, const struct pam_line *line, bool guarded)
{
	bool account = slice_is(line->type, "account");
	bool session = slice_is(line->type, "session");

	if (!session && !failure_counts(line->control)) {
		found(f, account ? FOUND_FAILURE : FOUND_WARNING,
		    account ? "pam-account-ignored" : "pam-auth-ignored",
		    "use [success=done user_unknown=ignore default=die] as its control",
		    "%s/%s: %.*s: a refusal by pam_encvoy.so is passed over", PAM_DIR, name,
		    (int)line->type.len, line->type.p);
		return;
	}
	if (!guarded && !unknown_is_ignored(line->control)) {
		found(f, FOUND_FAILURE, "pam-local-users",
		    session
			? "make it optional"
			: "write [success=1 default=ignore] pam_localuser.so in front of it, and "
			  "[success=done user_unknown=ignore default=die] as its control",
		    "%s/%s: %.*s: pam_encvoy.so would refuse local users and root", PAM_DIR, name,
		    (int)line->type.len, line->type.p);
		return;
	}
	found_ok(f, "pam", "%s/%s: %.*s: pam_encvoy.so refuses its own users only", PAM_DIR, name,
	    (int)line->type.len, line->type.p);
}

static void check_type(
    struct findings *f, const char *name, struct slice text, const char *type, unsigned *uses)
{
	struct slice rest = text, one;
	bool guarded = false;

	while (slice_next(&rest, "\n", &one)) {
		struct pam_line line;

		if (!pam_line_split(one, &line) || !slice_is(line.type, type))
			continue;
		if (pam_line_is_module(line.module, "pam_encvoy.so")) {
			(*uses)++;
			judge(f, name, &line, guarded);
		}
		guarded = skips_local_users(&line);
	}
}

void check_pam_text(
    struct findings *f, const char *name, const char *text, size_t len, struct pam_use *use)
{
	AUTO_FREE char *joined = pam_text_joined(text, len);

	if (!joined)
		return;
	check_type(f, name, slice_of(joined), "auth", &use->auth);
	check_type(f, name, slice_of(joined), "account", &use->account);
	check_type(f, name, slice_of(joined), "session", &use->session);
}

static void check_file(struct findings *f, const char *name, struct pam_use *use)
{
	AUTO_BUF struct buf text = {0};
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), PAM_DIR "/%s", name);
	enum err e;

	if (n < 0 || (size_t)n >= sizeof(path))
		return;
	buf_init(&text, TEXT_MAX_BYTES);
	e = file_read(path, 0, FILE_PUBLIC, &text);
	if (e == ERR_UNSAFE_FILE)
		return; /* authselect's links, editors' leavings */
	if (e != ERR_OK)
		found(f, FOUND_WARNING, "pam-unreadable", "run doctor as root", "%s: %s", path,
		    err_text(e));
	else if (text.len)
		check_pam_text(f, name, (const char *)text.data, text.len, use);
}

static void judge_all(struct findings *f, const struct pam_use *use)
{
	if (!use->auth && !use->account)
		found(f, FOUND_WARNING, "pam-absent",
		    "after a test login (encvoyctl login USER) add the lines that encvoyctl enroll "
		    "prints, or run pam-auth-update",
		    "no service in " PAM_DIR " uses pam_encvoy.so: nobody can log in by it");
	else if (use->auth && !use->account)
		found(f, FOUND_FAILURE, "pam-no-account",
		    "add an account line for pam_encvoy.so as well",
		    "pam_encvoy.so has auth lines but no account line: blocks and rules are not "
		    "looked at for logins by key");
}

void check_pam(struct findings *f)
{
	struct dirent **list = NULL;
	struct pam_use use = {0};
	int n = scandir(PAM_DIR, &list, NULL, alphasort);

	if (n < 0) {
		found(f, FOUND_FAILURE, "pam-unreadable", "run doctor as root", "%s cannot be read",
		    PAM_DIR);
		return;
	}
	for (int i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.')
			check_file(f, list[i]->d_name, &use);
		free(list[i]);
	}
	free(list);
	judge_all(f, &use);
}
