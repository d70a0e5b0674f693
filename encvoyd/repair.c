/* SPDX-License-Identifier: MIT */
#include "encvoyd/db_open.h"

#include "encvoyd/db_file.h"
#include "encvoyd/schema.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* SQLite's file format, section 1.3: where these numbers stand in the first page. */
#define PAGE_SIZE 4096
#define AT_FORMATS 18 /* two bytes; 1: without a log */
#define AT_PAGES 28
#define AT_FREE_LIST 32

static void put_u32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void free_image(unsigned char **image)
{
	sqlite3_free(*image);
}

/* Only the last step's model is made: a file of an older schema is read as far as it agrees. */
static enum err first_page(uint8_t page[PAGE_SIZE], uint32_t n_pages)
{
	AUTO_DB struct db *model = NULL;
	CLEANUP(free_image) unsigned char *image = NULL;
	sqlite3_int64 size = 0;
	enum err e = schema_model(schema_version, &model);

	if (e != ERR_OK)
		return e;
	image = sqlite3_serialize(db_handle(model), "main", &size, 0);
	if (!image)
		return ERR_NOMEM;
	if (size < PAGE_SIZE || image[16] != PAGE_SIZE >> 8 || image[17] != 0)
		return ERR_INTERNAL;
	memcpy(page, image, PAGE_SIZE);
	page[AT_FORMATS] = page[AT_FORMATS + 1] = 1;
	put_u32(page + AT_PAGES, n_pages);
	memset(page + AT_FREE_LIST, 0, 8);
	return ERR_OK;
}

/* The number in the header cannot be trusted; within reason it tells how much was cut off. */
static uint32_t pages_of(int fd, uint64_t size)
{
	uint64_t have = (size + PAGE_SIZE - 1) / PAGE_SIZE, said;
	uint8_t p[4];

	if (pread(fd, p, sizeof(p), AT_PAGES) != sizeof(p))
		return have ? (uint32_t)have : 1;
	said = (uint64_t)p[0] << 24 | (uint64_t)p[1] << 16 | (uint64_t)p[2] << 8 | p[3];
	return (uint32_t)(said > have && said < have * 64 ? said : have);
}

/* What cannot be read stays zero: another tree may hold the same. */
static enum err copy_pages(int from, int to, uint32_t n_pages)
{
	uint8_t page[PAGE_SIZE];

	for (uint32_t i = 0; i < n_pages; i++) {
		off_t at = (off_t)i * PAGE_SIZE;
		enum err e = ERR_OK;

		memset(page, 0, sizeof(page));
		if (i == 0)
			e = first_page(page, n_pages);
		else
			(void)!pread(from, page, sizeof(page), at);
		if (e != ERR_OK)
			return e;
		if (pwrite(to, page, sizeof(page), at) != (ssize_t)sizeof(page))
			return ERR_IO;
	}
	return ERR_OK;
}

enum err db_copy_repaired(const char *damaged, const char *copy)
{
	AUTO_FD int from = open(damaged, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	AUTO_FD int to = -1;
	struct stat st;
	enum err e = db_file_create(copy);

	if (e != ERR_OK)
		return e;
	to = open(copy, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (from < 0 || to < 0 || fstat(from, &st) != 0)
		return ERR_IO;
	return copy_pages(from, to, pages_of(from, (uint64_t)st.st_size));
}
