/* SPDX-License-Identifier: MIT */
/* A directory of its own for a test that writes files: entered at the start, removed at the end. */
#ifndef ENCVOY_TESTS_UNIT_TEMP_H
#define ENCVOY_TESTS_UNIT_TEMP_H

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static char temp_dir[] = "/tmp/encvoy-unit-XXXXXX";
static pid_t temp_owner;

static inline int temp_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static inline void temp_leave(void)
{
	if (getpid() == temp_owner && chdir("/") == 0)
		nftw(temp_dir, temp_remove, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* Makes the directory (mode 0755) and goes there; relative paths are then the test's own. */
static inline void temp_enter(void)
{
	if (!mkdtemp(temp_dir) || chmod(temp_dir, 0755) != 0 || chdir(temp_dir) != 0) {
		printf("Bail out! no temporary directory\n");
		exit(99);
	}
	temp_owner = getpid();
	atexit(temp_leave);
}

static inline void temp_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0) {
		printf("Bail out! cannot write %s\n", path);
		exit(99);
	}
}

static inline void temp_link(const char *target, const char *path)
{
	if (symlink(target, path) != 0) {
		printf("Bail out! cannot link %s\n", path);
		exit(99);
	}
}

/* How many names in the directory begin so. */
static inline unsigned temp_count(const char *beginning)
{
	DIR *d = opendir(".");
	struct dirent *entry;
	unsigned n = 0;

	while (d && (entry = readdir(d)))
		n += strncmp(entry->d_name, beginning, strlen(beginning)) == 0;
	if (d)
		closedir(d);
	return n;
}

#endif
