/* SPDX-License-Identifier: MIT */
#include "sys/locallists.h"

#include "common/cleanup.h"
#include "common/name.h"
#include "common/num.h"
#include "common/record.h"
#include "common/str.h"
#include "sys/file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define LINE_SIZE 128 /* what counts of a line stands at its beginning */
#define FILE_MAX (16 * 1024 * 1024)

/* A file by lines, of which only the beginnings are kept. */
struct lines {
	int fd;
	size_t at;
	size_t len;
	size_t total;
	char chunk[2048];
};

static enum err fill(struct lines *l)
{
	ssize_t n;

	do
		n = read(l->fd, l->chunk, sizeof(l->chunk));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return ERR_IO;
	l->at = 0;
	l->len = (size_t)n;
	l->total += l->len;
	if (l->total > FILE_MAX)
		return ERR_TOO_LONG;
	return n ? ERR_OK : ERR_NOT_FOUND;
}

/* The next line as a trimmed string, cut where it is too long. ERR_NOT_FOUND at the end. */
static enum err next_line(struct lines *l, char line[LINE_SIZE], struct slice *ret)
{
	size_t n = 0;
	bool any = false;

	for (;;) {
		enum err e = l->at < l->len ? ERR_OK : fill(l);
		char c;

		if (e == ERR_NOT_FOUND && any)
			break;
		if (e != ERR_OK)
			return e;
		any = true;
		c = l->chunk[l->at++];
		if (c == '\n')
			break;
		if (n + 1 < LINE_SIZE)
			line[n++] = c;
	}
	line[n] = 0;
	*ret = slice_trim((struct slice){line, n});
	return ERR_OK;
}

/* A line that was cut is no name: nothing of it may be taken for one. */
static bool is_entry(struct slice line)
{
	return line.len && line.len + 1 < LINE_SIZE && line.p[0] != '#';
}

enum err local_users_have(const char *list, const char *name)
{
	AUTO_FD int fd = -1;
	enum err e = file_open(list, 0, FILE_PUBLIC, &fd);
	struct lines l = {.fd = fd};
	char storage[LINE_SIZE];
	struct slice line;

	while (e == ERR_OK) {
		e = next_line(&l, storage, &line);
		if (e == ERR_OK && is_entry(line) && slice_is(line, name))
			return ERR_OK;
	}
	return e;
}

struct wanted {
	char names[LOCAL_GIDS_MAX][NAME_MAX_LEN + 1];
	size_t n_names;
	struct local_gids gids;
};

static void want(struct wanted *w, struct slice line)
{
	uint64_t gid = 0;

	if (num_parse(line.p, line.len, UINT32_MAX, &gid) == ERR_OK) {
		(void)local_gids_add(&w->gids, (uint32_t)gid);
	} else if (line.len <= NAME_MAX_LEN && w->n_names < LOCAL_GIDS_MAX) {
		char *name = w->names[w->n_names++];

		memcpy(name, line.p, line.len);
		name[line.len] = 0;
	}
}

static enum err read_wanted(const char *path, struct wanted *w)
{
	AUTO_FD int fd = -1;
	enum err e = file_open(path, 0, FILE_PUBLIC, &fd);
	struct lines l = {.fd = fd};
	char storage[LINE_SIZE];
	struct slice line;

	if (e != ERR_OK)
		return e;
	while ((e = next_line(&l, storage, &line)) == ERR_OK)
		if (is_entry(line))
			want(w, line);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static bool is_wanted(const struct wanted *w, struct slice name, uint32_t gid)
{
	for (size_t i = 0; i < w->n_names; i++)
		if (slice_is(name, w->names[i]))
			return true;
	return local_gids_has(&w->gids, gid);
}

static bool barred_name(struct slice name)
{
	for (size_t i = 0; local_groups_barred[i]; i++)
		if (slice_is(name, local_groups_barred[i]))
			return true;
	return false;
}

/* NAME:PASSWORD:GID:... */
static bool split_group(struct slice line, struct slice *ret_name, uint32_t *ret_gid)
{
	const char *colon = memchr(line.p, ':', line.len), *second, *end = line.p + line.len;
	uint64_t gid = 0;

	if (!colon)
		return false;
	second = memchr(colon + 1, ':', (size_t)(end - colon - 1));
	if (!second)
		return false;
	*ret_name = (struct slice){line.p, (size_t)(colon - line.p)};
	line.p = second + 1;
	colon = memchr(line.p, ':', (size_t)(end - line.p));
	if (!colon || num_parse(line.p, (size_t)(colon - line.p), UINT32_MAX, &gid) != ERR_OK)
		return false;
	*ret_gid = (uint32_t)gid;
	return true;
}

/* Those of a barred group are collected apart: another group may have the same number. */
static enum err match(const char *path, const struct wanted *w, struct local_gids *found)
{
	AUTO_FD int fd = -1;
	enum err e = file_open(path, 0, FILE_PUBLIC, &fd);
	struct local_gids barred = {.n = 0};
	struct lines l = {.fd = fd};
	char storage[LINE_SIZE];
	struct slice line, name;
	uint32_t gid;

	if (e != ERR_OK)
		return e;
	while ((e = next_line(&l, storage, &line)) == ERR_OK) {
		if (!split_group(line, &name, &gid))
			continue;
		if (barred_name(name) && !local_gids_add(&barred, gid))
			return ERR_TOO_MANY;
		if (is_wanted(w, name, gid) && !local_gid_barred(gid) && !id_ok(gid))
			(void)local_gids_add(found, gid);
	}
	for (uint32_t i = 0; i < barred.n; i++)
		local_gids_remove(found, barred.v[i]);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err local_groups_read(const char *list, const char *group, struct local_gids *ret)
{
	struct local_gids found = {.n = 0};
	struct wanted w = {.n_names = 0};
	enum err e = read_wanted(list, &w);

	if (e == ERR_OK)
		e = match(group, &w, &found);
	ret->n = 0;
	if (e == ERR_OK)
		*ret = found;
	return e;
}
