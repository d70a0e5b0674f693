/* SPDX-License-Identifier: MIT */
#include "encvoyd/dirs.h"

#include "common/cleanup.h"
#include "common/str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err make_parents(const char *path)
{
	char part[PATH_MAX];

	if (path[0] != '/' || !str_copy(part, sizeof(part), path))
		return ERR_TOO_LONG;
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		if (mkdir(part, 0755) != 0 && errno != EEXIST)
			return ERR_IO;
		*slash = '/';
	}
	return ERR_OK;
}

/* Only a directory that was made just now, empty, is given away. */
static enum err give_away(int fd, const struct local_user *owner)
{
	return fchown(fd, owner->uid, owner->gid) == 0 ? ERR_OK : ERR_IO;
}

enum err dirs_make(const char *path, mode_t mode, const struct local_user *owner)
{
	AUTO_FD int fd = -1;
	struct stat st;
	bool made;
	enum err e = make_parents(path);

	if (e != ERR_OK)
		return e;
	made = mkdir(path, 0700) == 0;
	if (!made && errno != EEXIST)
		return ERR_IO;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOTDIR || errno == ELOOP ? ERR_UNSAFE_FILE : ERR_IO;
	if (made)
		e = give_away(fd, owner);
	if (e != ERR_OK)
		return e;
	if (fstat(fd, &st) != 0)
		return ERR_IO;
	if (st.st_uid != owner->uid)
		return ERR_UNSAFE_FILE;
	return fchmod(fd, mode) == 0 ? ERR_OK : ERR_IO;
}
