/* SPDX-License-Identifier: MIT */
#include "ctl/ctl.h"

#include "common/str.h"

const struct verb verbs[] = {
    {"enroll", "[URL] [options] | --ssh [--undo] | --undo | --code-page",
	"Connect this host to an Encvoy ID: ask, check, write its configuration.", verb_enroll},
    {"doctor", "[--json]", "Look for everything that can keep people from logging in.",
	verb_doctor},
    {"status", "[--json | --prometheus]", "Show what encvoyd is doing.", verb_status},
    {"why", "USER --service SERVICE [--json]",
	"Show whether a user may use a service, and which line of which file decides it.",
	verb_why},
    {"login", "USER [--service SERVICE]", "Try a login, with the dialogue that PAM shows.",
	verb_login},
    {"passphrase", "[USER] [--service SERVICE]", "Sign in, and set a passphrase for this host.",
	verb_passphrase},
    {"token", "[--for HOST] [options]",
	"Sign in with a browser and print a token: for a host's login, or for an application.",
	verb_token},
    {"user list", "[--json]", "List the users of this host.", verb_user_list},
    {"user show", "NAME|sub:SUB [--json]", "Show one user.", verb_user_show},
    {"user add", "SUB [NAME] [GECOS]", "Let a person be known before the first login.",
	verb_user_change},
    {"user map", "SUB NAME", "Bind a name to a person.", verb_user_change},
    {"user import", "FILE", "Add or map many people, all of them or none.", verb_user_import},
    {"user rename", "NAME NEWNAME", "Give a user another name; the uid stays.", verb_user_change},
    {"user remove", "NAME", "Stop serving a user; the uid is never given to another one.",
	verb_user_change},
    {"sync", "[--json]", "Read the directory now, and wait until that is done.", verb_sync},
    {"flush", "", "Forget what is cached, and publish the users anew.", verb_flush},
    {"roster keygen", "--out FILE", "Make the key pair that signs a roster.", verb_roster_keygen},
    {"roster build", "--key FILE --fleet NAME --out DIR [options]",
	"Make and sign a roster of the people whom encvoyd knows, or of a file.",
	verb_roster_build},
    {"roster verify", "MANIFEST --key FILE --issuer URL --fleet NAME [options]",
	"Check a roster and print its figures.", verb_roster_verify},
    {"verify-token", "--issuer URL --audience ID --jwks FILE [options]",
	"Check the ID token on standard input and print its claims.", verb_verify_token},
    {"authorized-keys", "USER", "Print a user's SSH keys, for sshd's AuthorizedKeysCommand.",
	verb_authorized_keys},
    {"migrate", "NAME --dry-run [--sub SUB]",
	"Show what moving a local user to Encvoy ID would mean.", verb_migrate},
    {"help", "[VERB]", "List the verbs, or show how one is used.", verb_help},
};
const size_t verbs_count = sizeof(verbs) / sizeof(verbs[0]);

/* How many leading arguments spell the verb's words; 0 when they do not. */
static int spelled(const struct verb *v, int argc, char **argv)
{
	struct slice rest = slice_of(v->words), word;
	int n = 0;

	while (slice_next(&rest, " ", &word)) {
		if (n >= argc || !slice_is(word, argv[n]))
			return 0;
		n++;
	}
	return n;
}

const struct verb *verb_find(int argc, char **argv, int *ret_words)
{
	for (size_t i = 0; i < verbs_count; i++) {
		*ret_words = spelled(&verbs[i], argc, argv);
		if (*ret_words)
			return &verbs[i];
	}
	return NULL;
}
