/* SPDX-License-Identifier: MIT */
#include "encvoyd/blocked.h"

#include "common/record.h"
#include "encvoyd/ids.h"
#include "encvoyd/standing.h"
#include "sys/file.h"

#include <limits.h>
#include <string.h>

/* Flags of the identity outlive the directory they came from, as in every decision; those of the
 * person count while there is a directory. */
static const char select_uids[] =
    "SELECT l.uid FROM person p JOIN ledger l ON l.issuer = p.issuer AND l.sub = p.sub"
    " WHERE ?2 = 1 AND p.issuer = ?1 AND (p.blocked <> 0 OR p.deleted <> 0 OR p.dropped <> 0)"
    " UNION SELECT l.uid FROM identity i JOIN ledger l ON l.issuer = i.issuer AND l.sub = i.sub"
    " WHERE i.issuer = ?1 AND (i.blocked <> 0 OR i.deleted <> 0) ORDER BY 1";

static enum err put_uids(struct identities *ids, const struct conf *conf, struct buf *text)
{
	AUTO_QUERY struct query q = query_start(ids->db, select_uids);
	enum err e;

	query_text(&q, 1, conf->issuer);
	query_int(&q, 2, has_directory(conf));
	while ((e = query_step(&q)) == ERR_OK) {
		int64_t uid = column_int(&q, 0);

		if (uid > 0 && uid <= UINT32_MAX && id_ok((uint32_t)uid))
			buf_printf(text, "%lld\n", (long long)uid);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static bool is_in_place(const char *path, const struct buf *text)
{
	AUTO_BUF struct buf old = {0};

	buf_init(&old, BLOCKED_MAX);
	return file_read(path, geteuid(), FILE_PUBLIC, &old) == ERR_OK && old.len == text->len &&
	       memcmp(old.data, text->data, text->len) == 0;
}

enum err blocked_write(struct identities *ids, const struct conf *conf, const char *cache_dir)
{
	AUTO_BUF struct buf text = {0};
	char path[PATH_MAX];
	struct buf p;
	enum err e = ERR_OK;

	buf_init_fixed(&p, path, sizeof(path));
	buf_printf(&p, "%s/" BLOCKED_FILE, cache_dir);
	buf_put_u8(&p, 0);
	buf_init(&text, BLOCKED_MAX);
	buf_text(&text, BLOCKED_HEAD "\n");
	if (conf->on_block)
		e = put_uids(ids, conf, &text);
	buf_text(&text, BLOCKED_END "\n");
	if (e == ERR_OK)
		e = p.err != ERR_OK ? p.err : text.err;
	if (e != ERR_OK || is_in_place(path, &text))
		return e;
	return file_replace(path, 0644, text.data, text.len);
}
