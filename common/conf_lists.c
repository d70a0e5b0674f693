/* SPDX-License-Identifier: MIT */
/* Values that are lists of words, each of one form. */
#include "common/conf_table.h"

#include "common/name.h"
#include "common/role.h"

#include <string.h>

enum err conf_parse_origins(const struct option *o, struct slice value, const struct origin *from,
    void *field, struct buf *why)
{
	struct slice rest = value, one;

	(void)o, (void)from;
	while (slice_next(&rest, " ,", &one)) {
		if (!conf_url_ok(one, true)) {
			buf_text(why, "must be a list of https://HOST[:PORT]");
			return ERR_CONFIG;
		}
	}
	return conf_store_string(value, field);
}

enum err conf_parse_names(const struct option *o, struct slice value, const struct origin *from,
    void *field, struct buf *why)
{
	struct slice rest = value, one;

	(void)o, (void)from;
	while (slice_next(&rest, " ,", &one)) {
		if (!name_ok(one.p, one.len)) {
			buf_text(why, "must be a list of user names");
			return ERR_CONFIG;
		}
	}
	return conf_store_string(value, field);
}

/* A list of LEFT:RIGHT. */
static enum err parse_pairs(struct slice value, bool (*ok)(struct slice left, struct slice right),
    const char *complaint, void *field, struct buf *why)
{
	struct slice rest = value, one;

	while (slice_next(&rest, " ,", &one)) {
		const char *colon = memchr(one.p, ':', one.len);
		size_t n = colon ? (size_t)(colon - one.p) : 0;

		if (!colon ||
		    !ok((struct slice){one.p, n}, (struct slice){colon + 1, one.len - n - 1})) {
			buf_text(why, complaint);
			return ERR_CONFIG;
		}
	}
	return conf_store_string(value, field);
}

static bool login_client_ok(struct slice user, struct slice service)
{
	return name_ok(user.p, user.len) && service.len >= 1 && service.len <= 63;
}

enum err conf_parse_login_clients(const struct option *o, struct slice value,
    const struct origin *from, void *field, struct buf *why)
{
	(void)o, (void)from;
	return parse_pairs(
	    value, login_client_ok, "must be a list of LOCALUSER:SERVICE", field, why);
}

static bool local_user_ok(struct slice sub, struct slice name)
{
	return sub_ok(sub.p, sub.len) && name_ok(name.p, name.len);
}

enum err conf_parse_local_user(const struct option *o, struct slice value,
    const struct origin *from, void *field, struct buf *why)
{
	(void)o, (void)from;
	return parse_pairs(value, local_user_ok, "must be a list of SUB:NAME", field, why);
}

static bool local_group_ok(struct slice role, struct slice group)
{
	return role_ok(role) && name_ok(group.p, group.len);
}

enum err conf_parse_local_group(const struct option *o, struct slice value,
    const struct origin *from, void *field, struct buf *why)
{
	(void)o, (void)from;
	return parse_pairs(value, local_group_ok, "must be a list of ROLE:GROUP", field, why);
}

enum err conf_parse_roster(const struct option *o, struct slice value, const struct origin *from,
    void *field, struct buf *why)
{
	(void)o, (void)from;
	if (!conf_url_ok(value, false) && (value.len < 2 || value.p[0] != '/')) {
		buf_text(why, "must be an absolute path or an https address");
		return ERR_CONFIG;
	}
	return conf_store_string(value, field);
}

enum err conf_parse_paths(const struct option *o, struct slice value, const struct origin *from,
    void *field, struct buf *why)
{
	struct slice rest = value, one;

	(void)o, (void)from;
	while (slice_next(&rest, " ,", &one)) {
		if (one.len < 2 || one.p[0] != '/') {
			buf_text(why, "must be a list of absolute paths");
			return ERR_CONFIG;
		}
	}
	return conf_store_string(value, field);
}

/* Words that stand in addresses and file formats: client ids, the fleet's name, field names. */
enum err conf_parse_words(const struct option *o, struct slice value, const struct origin *from,
    void *field, struct buf *why)
{
	struct slice rest = value, one;

	(void)o, (void)from;
	while (slice_next(&rest, " ,", &one)) {
		if (!role_ok(one)) {
			buf_text(why, "must be words without blanks, commas and colons");
			return ERR_CONFIG;
		}
	}
	return conf_store_string(value, field);
}
