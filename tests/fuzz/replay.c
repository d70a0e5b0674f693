/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target over files, or over the files of directories, with any compiler. Options of
 * libFuzzer (-runs=0 ...) are ignored, so that one script serves both. */
#include "tests/fuzz/fuzz.h"
#include "tests/tools/slurp.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

static unsigned files;

static bool replay_file(const char *path)
{
	AUTO_BUF struct buf input = {0};
	FILE *f = fopen(path, "re");
	enum err e = ERR_IO;

	buf_init(&input, SLURP_MAX);
	if (f) {
		e = slurp(f, &input);
		fclose(f);
	}
	if (e != ERR_OK) {
		fprintf(stderr, "%s: %s\n", path, err_text(e));
		return false;
	}
	LLVMFuzzerTestOneInput(input.data, input.len);
	files++;
	return true;
}

static bool replay_dir(DIR *dir, const char *path)
{
	bool good = true;
	struct dirent *entry;

	while ((entry = readdir(dir))) {
		AUTO_FREE char *name = NULL;

		if (entry->d_name[0] == '.')
			continue;
		if (asprintf(&name, "%s/%s", path, entry->d_name) < 0)
			return false;
		good = replay_file(name) && good;
	}
	return good;
}

int main(int argc, char **argv)
{
	bool good = true;

	for (int i = 1; i < argc; i++) {
		DIR *dir = argv[i][0] == '-' ? NULL : opendir(argv[i]);

		if (dir)
			good = replay_dir(dir, argv[i]) && good;
		else if (argv[i][0] != '-')
			good = replay_file(argv[i]) && good;
		if (dir)
			closedir(dir);
	}
	printf("%u files\n", files);
	return good ? 0 : 1;
}
