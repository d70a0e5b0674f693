/* SPDX-License-Identifier: MIT */
#include "tests/unit/oidc_vectors.h"

#include "tests/tools/slurp.h"

#include <stdlib.h>
#include <unistd.h>

static char *joined(const char *dir, const char *middle, const char *name)
{
	char *path = NULL;

	if (!dir || asprintf(&path, "%s%s/%s", dir, middle, name) < 0)
		return NULL;
	if (access(path, R_OK) == 0)
		return path;
	free(path);
	return NULL;
}

char *vector_path(const char *name)
{
	char *path = joined(getenv("ENCVOY_VECTORS"), "", name);

	return path ? path : joined(getenv("top_srcdir"), "/../shared/vectors", name);
}

bool vector_read(const char *path, struct buf *ret)
{
	FILE *f = fopen(path, "re");
	enum err e;

	if (!f)
		return false;
	e = slurp(f, ret);
	fclose(f);
	return e == ERR_OK;
}
