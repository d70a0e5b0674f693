/* SPDX-License-Identifier: MIT */
/* Bytes as the daemon's answer to the NSS module. The first two say what was asked, and into how
 * large and how aligned a buffer. */
#include "nss/reply.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static char storage[PROTO_MAX * 4];

static bool inside(const char *s, const char *buf, size_t size)
{
	return s >= buf && s < buf + size && memchr(s, 0, (size_t)(buf + size - s));
}

static void check_user(
    const struct msg_lookup *q, const uint8_t *p, size_t len, char *buf, size_t size)
{
	struct user_record r;
	enum err e = reply_user(p, len, q, buf, size, &r);

	MUST(e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_TOO_LONG || e == ERR_PROTOCOL);
	if (e != ERR_OK)
		return;
	MUST(inside(r.name, buf, size) && inside(r.gecos, buf, size));
	MUST(inside(r.home, buf, size) && inside(r.shell, buf, size));
	MUST(user_record_ok(&r));
	MUST(q->kind == LOOKUP_PWUID ? r.uid == q->id : strcmp(r.name, q->name) == 0);
}

static void check_group(
    const struct msg_lookup *q, const uint8_t *p, size_t len, char *buf, size_t size)
{
	struct map_group g;
	enum err e = reply_group(p, len, q, buf, size, &g);

	MUST(e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_TOO_LONG || e == ERR_PROTOCOL);
	if (e != ERR_OK)
		return;
	MUST((uintptr_t)g.members % sizeof(char *) == 0);
	MUST((char *)g.members >= buf && (char *)(g.members + g.n + 1) <= buf + size);
	MUST(inside(g.name, buf, size) && group_record_ok(g.name, g.gid));
	for (uint32_t i = 0; i < g.n; i++)
		MUST(
		    inside(g.members[i], buf, size) && name_ok(g.members[i], strlen(g.members[i])));
	MUST(g.members[g.n] == NULL);
	MUST(q->kind == LOOKUP_GRGID ? g.gid == q->id : strcmp(g.name, q->name) == 0);
}

static void check_groups(const uint8_t *p, size_t len)
{
	struct reader gids;
	uint32_t n;
	enum err e = reply_groups(p, len, &gids, &n);

	MUST(e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_PROTOCOL);
	if (e != ERR_OK)
		return;
	for (uint32_t i = 0; i < n; i++)
		MUST(!local_gid_barred(get_u32(&gids)));
	MUST(reader_done(&gids));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct msg_lookup q = {.name = "anna", .id = ID_FLOOR + 5};
	uint8_t *p;
	char *buf;

	if (size < 2)
		return 0;
	q.kind = (enum lookup_kind)(LOOKUP_PWNAM + data[0] % LOOKUP_INITGROUPS);
	buf = storage + data[1] % 8;
	/* the exact size, so that a sanitizer sees every byte read beyond */
	p = malloc(size - 2 ? size - 2 : 1);
	MUST(p != NULL);
	memcpy(p, data + 2, size - 2);
	if (q.kind == LOOKUP_INITGROUPS) {
		check_groups(p, size - 2);
	} else {
		size_t room = data[1] & 8 ? (size_t)(data[1] >> 4) * 16 : sizeof(storage) - 8;

		if (q.kind <= LOOKUP_PWUID)
			check_user(&q, p, size - 2, buf, room);
		else
			check_group(&q, p, size - 2, buf, room);
	}
	free(p);
	return 0;
}
