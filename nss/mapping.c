/* SPDX-License-Identifier: MIT */
#include "nss/mapping.h"

#include "nss/paths.h"
#include "sys/file.h"
#include "sys/locallists.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whose files are taken: those of root or of the directory's owner, when nobody else can write
 * there and the directory above belongs to root (or to who asks, who can only fool himself).
 * Without that, a process that changed its root would trust whoever made that root (SEC-43). */
static enum err cache_owner(uid_t *ret)
{
	struct stat dir, parent;

	if (stat(nss_paths.cache_dir, &dir) != 0 || stat(nss_paths.cache_parent, &parent) != 0)
		return ERR_NOT_FOUND;
	if ((parent.st_uid != 0 && parent.st_uid != geteuid()) || (parent.st_mode & 022) ||
	    (dir.st_mode & 022))
		return ERR_UNSAFE_FILE;
	*ret = dir.st_uid;
	return ERR_OK;
}

struct mapped {
	const void *base;
	size_t size;
	struct stat st;
};

/* The size is the file's when it is mapped. The publisher never shortens a file that was in place,
 * so pages inside the size stay readable; only who owns the directory could take them away, by
 * truncating the file against the rules, or a disk that fails. */
static enum err map_file(const char *path, uid_t owner, struct mapped *ret)
{
	AUTO_FD int fd = -1;
	struct mapped m;
	void *p;
	enum err e = file_open(path, owner, FILE_PUBLIC, &fd);

	if (e != ERR_OK)
		return e;
	if (fstat(fd, &m.st) != 0)
		return ERR_IO;
	if (m.st.st_size < (off_t)sizeof(struct map_header) || (uint64_t)m.st.st_size > SIZE_MAX)
		return ERR_SYNTAX;
	m.size = (size_t)m.st.st_size;
	p = mmap(NULL, m.size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return ERR_IO;
	m.base = p;
	*ret = m;
	return ERR_OK;
}

static void unmap(const void *base, size_t size)
{
	if (base)
		munmap((void *)(uintptr_t)base, size);
}

static enum err open_gen(uid_t owner, struct mapping *m)
{
	struct mapped f;
	const struct map_gen *g;
	enum err e = map_file(nss_paths.gen, owner, &f);

	if (e != ERR_OK)
		return e;
	g = f.base;
	if (f.size != MAP_GEN_SIZE || memcmp(g->magic, MAP_GEN_MAGIC, sizeof(g->magic)) != 0 ||
	    g->byte_order != MAP_BYTE_ORDER || g->version != MAP_VERSION) {
		unmap(f.base, f.size);
		return ERR_SYNTAX;
	}
	m->gen = g;
	m->gen_dev = f.st.st_dev;
	m->gen_ino = f.st.st_ino;
	return ERR_OK;
}

typedef enum err (*open_fn)(struct map *ret, const void *base, size_t size);

static enum err open_file(
    const char *path, uid_t owner, open_fn open, struct map *ret, size_t *ret_size)
{
	struct mapped f;
	enum err e = map_file(path, owner, &f);

	if (e != ERR_OK)
		return e;
	e = open(ret, f.base, f.size);
	if (e != ERR_OK) {
		unmap(f.base, f.size);
		return e;
	}
	*ret_size = f.size;
	return ERR_OK;
}

static void close_maps(struct mapping *m)
{
	struct mapping old = *m;

	m->map = m->changes = (struct map){0};
	m->size = m->changes_size = 0;
	unmap(old.map.base, old.size);
	unmap(old.changes.base, old.changes_size);
}

/* The changes first: a base published in between is newer than they are, and proves it. */
static enum err open_maps(uid_t owner, struct mapping *m)
{
	enum err e =
	    open_file(nss_paths.changes, owner, map_open_changes, &m->changes, &m->changes_size);
	bool changed = e == ERR_OK;

	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	e = open_file(nss_paths.map, owner, map_open, &m->map, &m->size);
	if (e == ERR_OK && changed)
		e = map_join(&m->map, &m->changes);
	if (e == ERR_EXISTS)
		e = ERR_OK;
	/* whoever removes changes writes a newer base first: without both, this one is too old */
	if (e == ERR_OK && map_generation(&m->map) < m->seen)
		e = ERR_NOT_FOUND;
	return e;
}

enum err mapping_open(struct mapping *ret)
{
	struct mapping m = {.size = 0};
	uid_t owner;
	enum err e = cache_owner(&owner);

	if (e == ERR_OK)
		e = open_gen(owner, &m);
	if (e != ERR_OK)
		return e;
	for (unsigned tries = 0; tries < 3; tries++) {
		/* the generation first: what is published in between is then mapped once more */
		m.seen = __atomic_load_n(&m.gen->generation, __ATOMIC_ACQUIRE);
		e = open_maps(owner, &m);
		if (e == ERR_OK)
			break;
		close_maps(&m);
		if (e != ERR_NOT_FOUND)
			break;
	}
	/* here, so that a look-up that hits needs no look at a file; most machines have no list */
	if (e == ERR_OK)
		(void)local_groups_read(nss_paths.local_groups, nss_paths.group, &m.map.local);
	if (e == ERR_IO) { /* no descriptor, no memory: says nothing about the files */
		mapping_close(&m);
		return e;
	}
	*ret = m;
	if (m.map.changes)
		ret->map.changes = &ret->changes;
	return ERR_OK;
}

void mapping_close(struct mapping *m)
{
	struct mapping old = *m;

	*m = (struct mapping){.size = 0};
	unmap(old.map.base, old.size);
	unmap(old.changes.base, old.changes_size);
	unmap(old.gen, MAP_GEN_SIZE);
}

bool mapping_replaced(const struct mapping *m)
{
	struct stat st;

	return stat(nss_paths.gen, &st) == 0 &&
	       (st.st_ino != m->gen_ino || st.st_dev != m->gen_dev);
}

bool mapping_is_final(const struct mapping *m)
{
	/* in this order: the publisher raises the generation first, and takes the mark back then */
	return m->map.complete && __atomic_load_n(&m->gen->stale, __ATOMIC_ACQUIRE) == 0 &&
	       mapping_current(m);
}
