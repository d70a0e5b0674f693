/* SPDX-License-Identifier: MIT */
#include "encvoyd/refusal.h"

#include "common/str.h"
#include "encvoyd/entry.h"
#include "encvoyd/ids.h"
#include "encvoyd/person.h"
#include "encvoyd/standing.h"

static const char *sentence(enum err why)
{
	switch (why) {
	case ERR_OK:
	case ERR_UNKNOWN_USER:
	case ERR_LOCAL_USER:
		return NULL;
	case ERR_WRONG_USER:
		return N_(
		    "You signed in at Encvoy ID as somebody else than the user asked for; sign "
		    "out there and start again.");
	case ERR_NOT_ALLOWED:
	case ERR_BLOCKED:
	case ERR_DELETED:
	case ERR_DROPPED:
	case ERR_NO_NAME:
	case ERR_BAD_NAME:
	case ERR_NAME_RESERVED:
	case ERR_NAME_TAKEN:
		return N_("You are not admitted to this service on this host; ask its "
			  "administrator.");
	case ERR_LOGIN_TOO_OLD:
		return N_(
		    "Your last full sign-in at Encvoy ID is too long ago; sign in once more by "
		    "browser or token.");
	case ERR_DIRECTORY_EXPIRED:
		return N_("This host has had no news of its users for too long; tell the "
			  "administrator.");
	case ERR_USED_TOKEN:
		return N_("This token was used already; get a new one.");
	case ERR_TIMEOUT:
		return N_("The sign-in took too long; start again.");
	case ERR_NO_DAEMON: /* encvoyd-online */
		return N_("Encvoy ID cannot be reached from this host; try again later.");
	case ERR_TOO_MANY:
		return N_("Too many logins are waiting; try again later.");
	case ERR_NO_ANSWER:
		return N_("Nothing was entered.");
	case ERR_SUPERSEDED:
		return N_("A newer sign-in of the same user took the place of this one.");
	default:
		return N_("The sign-in was refused; the log of this host says why.");
	}
}

const char *refusal_text(enum err why, const struct catalogs *catalogs, const char *locale)
{
	const char *id = sentence(why);

	return id ? catalog_text(catalogs_find(catalogs, locale), id) : NULL;
}

static bool take(const struct catalogs *catalogs, const char *locale, char lang[LANG_MAX])
{
	return catalogs_speak(catalogs, locale) && str_copy(lang, LANG_MAX, locale);
}

static bool take_persons(struct identities *ids, const struct conf *conf, const char *sub,
    const struct catalogs *catalogs, char lang[LANG_MAX])
{
	struct person p;

	return has_directory(conf) && person_get(ids->db, conf->issuer, sub, &p) == ERR_OK &&
	       take(catalogs, p.p.locale, lang);
}

void refusal_language(struct identities *ids, const struct conf *conf, const char *sub,
    const struct catalogs *catalogs, char lang[LANG_MAX])
{
	struct entry entry;

	if (!take_persons(ids, conf, sub, catalogs, lang) &&
	    entry_get(ids->db, conf->issuer, sub, &entry) == ERR_OK)
		(void)take(catalogs, entry.locale, lang);
}
