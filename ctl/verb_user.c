/* SPDX-License-Identifier: MIT */
#include "common/name.h"
#include "common/record.h"
#include "ctl/admin.h"
#include "ctl/opts.h"
#include "ctl/output.h"

#include <string.h>

static const char *const list_columns[] = {
    "name", "uid", "sub", "bound_by", "blocked", "last_login", "gecos", "login", "in_directory"};

static int ask_and_print(const struct verb *self, char **args, int n, bool json)
{
	AUTO_ROWS struct rows rows = {0};
	const char *copy[ARGS_MAX];
	int status;

	for (int i = 0; i < n && i < ARGS_MAX; i++)
		copy[i] = args[i];
	status = admin_call(self->words, copy, (size_t)n, &rows);
	if (status != EXIT_DONE)
		return status;
	if (strcmp(self->words, "user list") == 0)
		return print_table(
		    &rows, list_columns, sizeof(list_columns) / sizeof(list_columns[0]), json);
	return print_pairs(&rows, json);
}

static int look(const struct verb *self, int argc, char **argv, int n_args)
{
	bool json = false;
	const struct opt table[] = {
	    {"json", OPT_FLAG, &json, NULL, "print JSON"},
	};
	enum opts_result r;
	int n = 0;

	r = opts_parse(self, OPTS(table, n_args, n_args), argc, argv, &n);
	return r == OPTS_GO ? ask_and_print(self, argv, n, json) : opts_exit(r);
}

int verb_user_list(const struct verb *self, int argc, char **argv)
{
	return look(self, argc, argv, 0);
}

int verb_user_show(const struct verb *self, int argc, char **argv)
{
	return look(self, argc, argv, 1);
}

/* What each argument of a changing verb has to be, so that a slip is named here and not by its
 * position in a message: s SUB, n NAME, g GECOS, small letters for those that may be left out. */
static const struct {
	const char *words;
	const char *form;
	int min;
} changes[] = {
    {"user add", "sng", 1},
    {"user map", "sn", 2},
    {"user rename", "xn", 2},
    {"user remove", "x", 1},
};

static const char *fault(char form, const char *arg)
{
	if (form == 's' && !sub_ok(arg, strlen(arg)))
		return "is no subject identifier (Encvoy ID shows it as the user's ID)";
	if (form == 'n' && !name_ok(arg, strlen(arg)))
		return "cannot be a user name here: small letters, digits, '_', '-' and single "
		       "dots, at most 32 bytes, a letter or '_' first";
	if (form == 'g' && !gecos_ok(arg))
		return "cannot be a GECOS text: printable, without ':'";
	return NULL;
}

int verb_user_change(const struct verb *self, int argc, char **argv)
{
	char storage[256];
	struct buf text;
	size_t at = 0;
	enum opts_result r;
	int n = 0;

	while (strcmp(changes[at].words, self->words) != 0)
		if (++at == sizeof(changes) / sizeof(changes[0]))
			return complain_err(self->words, ERR_INTERNAL);
	r = opts_parse(self,
	    &(const struct opts){NULL, 0, changes[at].min, (int)strlen(changes[at].form)}, argc,
	    argv, &n);
	if (r != OPTS_GO)
		return opts_exit(r);
	buf_init_fixed(&text, storage, sizeof(storage));
	for (int i = 0; i < n; i++) {
		const char *why = fault(changes[at].form[i], argv[i]);

		if (!why)
			continue;
		complain("%s: \"%s\" %s", self->words, shown(&text, argv[i], 60), why);
		return EXIT_USAGE;
	}
	return ask_and_print(self, argv, n, false);
}
