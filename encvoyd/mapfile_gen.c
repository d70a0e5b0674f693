/* SPDX-License-Identifier: MIT */
/* users.gen is mapped by every process of the machine that looks users up. So it is never replaced
 * and never made shorter while it can be used: who has mapped it would not see later changes. */
#include "encvoyd/mapfile_parts.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum err cache_path(char *dst, size_t size, const char *cache_dir, const char *file)
{
	struct buf b;

	buf_init_fixed(&b, dst, size);
	buf_text(&b, cache_dir);
	buf_text(&b, "/");
	buf_text(&b, file);
	buf_put_u8(&b, 0);
	return b.err;
}

static bool sound(const struct map_gen *g)
{
	return memcmp(g->magic, MAP_GEN_MAGIC, sizeof(g->magic)) == 0 &&
	       g->byte_order == MAP_BYTE_ORDER && g->version == MAP_VERSION;
}

/* The header of a file in place; false without a sound one. */
static bool read_header(const char *cache_dir, const char *file, struct map_header *ret)
{
	char path[PATH_MAX];
	AUTO_FD int fd = -1;
	struct map_header h;

	if (cache_path(path, sizeof(path), cache_dir, file) != ERR_OK ||
	    file_open(path, geteuid(), FILE_PUBLIC, &fd) != ERR_OK ||
	    pread(fd, &h, sizeof(h), 0) != (ssize_t)sizeof(h) ||
	    memcmp(h.magic, MAP_MAGIC, sizeof(h.magic)) != 0 ||
	    h.sum != map_sum(MAP_VERSION, &h, offsetof(struct map_header, sum)))
		return false;
	*ret = h;
	return true;
}

struct in_place {
	uint64_t generation; /* of the map with its changes; 0 without one */
	uint64_t newest;     /* of any file */
};

static struct in_place look_at_files(const char *cache_dir)
{
	struct in_place p = {0};
	struct map_header h;

	if (read_header(cache_dir, USERS_MAP, &h))
		p.generation = p.newest = h.generation;
	if (read_header(cache_dir, USERS_CHANGES, &h)) {
		if (p.generation && h.base == p.generation && h.generation > p.generation)
			p.generation = h.generation;
		if (h.generation > p.newest)
			p.newest = h.generation;
	}
	return p;
}

/* Larger than any before, also when all files are lost; nobody publishes once a nanosecond. */
static uint64_t now_as_generation(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static struct map_gen fresh_page(uint64_t generation)
{
	return (struct map_gen){.magic = MAP_GEN_MAGIC,
	    .byte_order = MAP_BYTE_ORDER,
	    .version = MAP_VERSION,
	    .generation = generation};
}

/* A regular file of ours, of the right size afterwards: only such a one is written in place. */
static enum err open_in_place(const char *path, int *ret_fd)
{
	AUTO_FD int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_UNSAFE_FILE;
	if (fstat(fd, &st) != 0)
		return ERR_IO;
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022))
		return ERR_UNSAFE_FILE;
	if (st.st_size != MAP_GEN_SIZE && ftruncate(fd, MAP_GEN_SIZE) != 0)
		return ERR_IO;
	*ret_fd = take_fd(&fd);
	return ERR_OK;
}

/* A new page tells of what is in place: readers go on with it until the next map. */
static enum err open_or_make(const char *path, const struct in_place *files, int *ret_fd)
{
	struct map_gen page;
	enum err e = open_in_place(path, ret_fd);

	if (e != ERR_NOT_FOUND && e != ERR_UNSAFE_FILE)
		return e;
	page = fresh_page(files->generation);
	e = file_replace(path, 0644, &page, sizeof(page));
	return e == ERR_OK ? open_in_place(path, ret_fd) : e;
}

enum err gen_file_open(struct gen_file *ret, const char *cache_dir)
{
	char path[PATH_MAX];
	AUTO_FD int fd = -1;
	struct in_place files = look_at_files(cache_dir);
	uint64_t last;
	struct map_gen *page;
	enum err e = cache_path(path, sizeof(path), cache_dir, USERS_GEN);

	if (e == ERR_OK)
		e = open_or_make(path, &files, &fd);
	if (e != ERR_OK)
		return e;
	/* as readers need it, whatever the umask or the accident */
	if (fchmod(fd, 0644) != 0)
		return ERR_IO;
	page = mmap(NULL, MAP_GEN_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		return ERR_IO;
	if (!sound(page))
		*page = fresh_page(files.generation);
	last = __atomic_load_n(&page->generation, __ATOMIC_ACQUIRE);
	if (last == files.generation) /* perhaps a new page, where the one before was further */
		last = now_as_generation();
	*ret = (struct gen_file){
	    .page = page, .next = (last > files.newest ? last : files.newest) + 1};
	return ERR_OK;
}

void gen_file_raise(struct gen_file *g)
{
	__atomic_store_n(&g->page->generation, g->next, __ATOMIC_RELEASE);
	__atomic_store_n(&g->page->stale, 0, __ATOMIC_RELEASE);
	/* lost in a crash, it would only make the map look unfinished at the next start */
	(void)msync(g->page, MAP_GEN_SIZE, MS_SYNC);
}

void gen_file_mark_stale(struct gen_file *g)
{
	__atomic_store_n(&g->page->stale, 1, __ATOMIC_RELEASE);
	(void)msync(g->page, MAP_GEN_SIZE, MS_SYNC);
}

enum err mapfile_mark_stale(const char *cache_dir)
{
	AUTO_GEN_FILE struct gen_file gen = {0};
	enum err e = gen_file_open(&gen, cache_dir);

	if (e == ERR_OK)
		gen_file_mark_stale(&gen);
	return e;
}

void gen_file_close(struct gen_file *g)
{
	if (g->page)
		munmap(g->page, MAP_GEN_SIZE);
	g->page = NULL;
}

enum err gen_file_read(const char *cache_dir, uid_t owner, uint64_t *ret)
{
	char path[PATH_MAX];
	AUTO_FD int fd = -1;
	struct map_gen page;
	struct stat st;
	enum err e = cache_path(path, sizeof(path), cache_dir, USERS_GEN);

	if (e == ERR_OK)
		e = file_open(path, owner, FILE_PUBLIC, &fd);
	if (e != ERR_OK)
		return e;
	if (fstat(fd, &st) != 0 || pread(fd, &page, sizeof(page), 0) < 0)
		return ERR_IO;
	if (st.st_size != MAP_GEN_SIZE || !sound(&page))
		return ERR_SYNTAX;
	*ret = page.generation;
	return ERR_OK;
}
