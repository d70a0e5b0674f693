/* SPDX-License-Identifier: MIT */
#include "ctl/checks.h"

#include "common/num.h"
#include "common/record.h"
#include "common/str.h"
#include "ctl/fields.h"
#include "encvoyd/paths.h"
#include "sys/file.h"
#include "sys/localdb.h"

#include <string.h>

#define FILE_MAX (16 * 1024 * 1024)

bool nsswitch_line(const char *text, size_t len, const char *database, struct slice *ret)
{
	struct slice rest = {text, len}, line;
	size_t n = strlen(database);

	while (slice_next(&rest, "\n", &line)) {
		const char *hash = memchr(line.p, '#', line.len);

		if (hash)
			line.len = (size_t)(hash - line.p);
		if (line.len <= n || memcmp(line.p, database, n) != 0)
			continue;
		line = slice_trim((struct slice){line.p + n, line.len - n});
		if (!line.len || line.p[0] != ':')
			continue;
		*ret = (struct slice){line.p + 1, line.len - 1};
		return true;
	}
	return false;
}

static bool stops_unknown_users(struct slice action)
{
	char copy[128];
	size_t n = 0;

	/* blanks do not count inside, and case does not count at all */
	for (size_t i = 0; i < action.len && n + 1 < sizeof(copy); i++)
		if (action.p[i] != ' ' && action.p[i] != '\t')
			copy[n++] = action.p[i];
	copy[n] = 0;
	return strcasestr(copy, "notfound=return") || strcasestr(copy, "!success=return");
}

enum nss_order nsswitch_order(const char *text, size_t len, const char *database)
{
	bool files = false, stopped = false;
	struct slice rest, word;

	if (!nsswitch_line(text, len, database, &rest))
		return NSS_NO_LINE;
	while ((word = next_word(&rest, "[")).len) {
		if (slice_is(word, "files") || slice_is(word, "compat"))
			files = true;
		else if (word.p[0] == '[')
			stopped = stopped || stops_unknown_users(word);
		else if (slice_is(word, "encvoy") && stopped)
			return NSS_UNREACHABLE;
		else if (slice_is(word, "encvoy"))
			return files ? NSS_FINE : NSS_BEFORE_FILES;
	}
	return NSS_ABSENT;
}

static void check_nsswitch(struct findings *f, const struct buf *text, const char *database)
{
	static const char fix[] =
	    "in /etc/nsswitch.conf write \"passwd: files encvoy\" and \"group: "
	    "files encvoy\" (other sources may stand behind files)";

	switch (nsswitch_order((const char *)text->data, text->len, database)) {
	case NSS_FINE:
		found_ok(
		    f, "nsswitch", "/etc/nsswitch.conf: %s asks encvoy after the files", database);
		break;
	case NSS_NO_LINE:
	case NSS_ABSENT:
		found(f, FOUND_FAILURE, "nsswitch", fix,
		    "/etc/nsswitch.conf: encvoy is missing for %s: programs do not see our users",
		    database);
		break;
	case NSS_BEFORE_FILES:
		found(f, FOUND_WARNING, "nsswitch-order", fix,
		    "/etc/nsswitch.conf: for %s encvoy stands before the local files", database);
		break;
	case NSS_UNREACHABLE:
		found(f, FOUND_FAILURE, "nsswitch-unreachable", fix,
		    "/etc/nsswitch.conf: for %s an action in [] ends the search before encvoy",
		    database);
		break;
	}
}

static void check_names(struct findings *f)
{
	AUTO_BUF struct buf text = {0};
	enum err e;

	buf_init(&text, FILE_MAX);
	e = file_read("/etc/nsswitch.conf", 0, FILE_PUBLIC, &text);
	if (e != ERR_OK || !text.len) {
		found(f, FOUND_FAILURE, "nsswitch", "restore /etc/nsswitch.conf, owned by root",
		    "/etc/nsswitch.conf cannot be used: %s",
		    e == ERR_OK ? "it is empty" : err_text(e));
		return;
	}
	check_nsswitch(f, &text, "passwd");
	check_nsswitch(f, &text, "group");
}

static void check_user(struct findings *f, const char *name, uid_t *ret_uid)
{
	struct local_user user = {0};
	enum err e = localdb_user(name, &user);

	*ret_uid = 0;
	if (e != ERR_OK) {
		found(f, FOUND_FAILURE, "system-user",
		    "create it: systemd-sysusers, or useradd --system --no-create-home --shell "
		    "/usr/sbin/nologin NAME",
		    "the system user %s is missing from /etc/passwd", name);
		return;
	}
	if (user.uid == 0) {
		found(f, FOUND_FAILURE, "system-user", "give it a uid of its own",
		    "the system user %s has uid 0", name);
		return;
	}
	*ret_uid = user.uid;
	found_ok(f, "system-user", "the system user %s exists (uid %u)", name, (unsigned)user.uid);
}

static void check_users(struct findings *f)
{
	uid_t listener = 0, online = 0;

	check_user(f, LISTENER_USER, &listener);
	check_user(f, ONLINE_USER, &online);
	if (listener && listener == online)
		found(f, FOUND_FAILURE, "system-user", "give each a uid of its own",
		    LISTENER_USER " and " ONLINE_USER
				  " are the same user: the part that talks to the "
				  "network could read the database");
}

void check_ids_text(struct findings *f, const char *name, const char *text, size_t len, bool ranges,
    uint32_t first, uint32_t last)
{
	struct slice rest = {text, len}, line, who, id, many;

	while (slice_next(&rest, "\n", &line)) {
		uint64_t start = 0, count = 1;

		if (line.p[0] == '#' || !field_at(line, 0, &who) ||
		    !field_at(line, ranges ? 1 : 2, &id) ||
		    num_parse(id.p, id.len, UINT32_MAX, &start) != ERR_OK)
			continue;
		if (ranges && (!field_at(line, 2, &many) ||
				  num_parse(many.p, many.len, UINT32_MAX, &count) != ERR_OK))
			continue;
		if (!count || start > last || start + count - 1 < first)
			continue;
		found(f, FOUND_FAILURE, "id-collision",
		    "give the local entry other ids, or set uid_base in encvoy.conf before the "
		    "first "
		    "login on any host",
		    "%s: \"%.*s\" has ids that belong to Encvoy ID's users (%u to %u)", name,
		    (int)(who.len < 64 ? who.len : 64), who.p, (unsigned)first, (unsigned)last);
	}
}

static void check_ids(struct findings *f, const struct conf *conf)
{
	static const struct {
		const char *path;
		bool ranges;
	} files[] = {
	    {"/etc/passwd", false},
	    {"/etc/group", false},
	    {"/etc/subuid", true},
	    {"/etc/subgid", true},
	};
	uint32_t first = conf && conf->uid_base ? (uint32_t)conf->uid_base : ID_FLOOR;
	size_t before = f->n;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		AUTO_BUF struct buf text = {0};

		buf_init(&text, FILE_MAX);
		if (file_read(files[i].path, 0, FILE_PUBLIC, &text) == ERR_OK && text.len)
			check_ids_text(f, files[i].path, (const char *)text.data, text.len,
			    files[i].ranges, first, ID_CEILING);
	}
	if (f->n == before)
		found_ok(f, "id-collision", "no local id lies between %u and %u", (unsigned)first,
		    (unsigned)ID_CEILING);
}

void check_host(struct findings *f, const struct conf *conf)
{
	check_users(f);
	check_names(f);
	check_ids(f, conf);
}
