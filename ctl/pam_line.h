/* SPDX-License-Identifier: MIT */
/* Lines of PAM's service files, and which services ask pam_encvoy.so. */
#ifndef ENCVOY_CTL_PAM_LINE_H
#define ENCVOY_CTL_PAM_LINE_H

#include "common/err.h"
#include "common/str.h"

#define PAM_DIR "/etc/pam.d"

struct pam_line {
	struct slice type; /* without the leading '-' */
	struct slice control;
	struct slice module;
};

/* False for a comment, an include and whatever else names no module. */
bool pam_line_split(struct slice text, struct pam_line *ret);
/* The module's file name, with or without a path in front. */
bool pam_line_is_module(struct slice module, const char *name);
/* A copy of a service file's text in which continued lines are joined; NULL without memory. */
char *pam_text_joined(const char *text, size_t len);

/* Types of lines, as a set. */
enum pam_type {
	PAM_TYPE_AUTH = 1,
	PAM_TYPE_ACCOUNT = 2,
	PAM_TYPE_PASSWORD = 4,
	PAM_TYPE_SESSION = 8,
	PAM_TYPE_OTHER = 16, /* a line that nobody understands */
};
typedef void (*pam_use_fn)(void *arg, const char *service, unsigned types);
/* Calls fn for each file of PAM_DIR with a line for pam_encvoy.so, in the order of their names.
 * Links are followed: authselect's files are such. ERR_IO when one cannot be read: whether it names
 * the module is not known then. */
enum err pam_uses(pam_use_fn fn, void *arg);

#endif
