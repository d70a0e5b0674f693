/* SPDX-License-Identifier: MIT */
#include "sys/file.h"

#include "common/str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err open_error(void)
{
	if (errno == ENOENT || errno == ENOTDIR)
		return ERR_NOT_FOUND;
	/* a link, a socket */
	return errno == ELOOP || errno == ENXIO ? ERR_UNSAFE_FILE : ERR_IO;
}

/* systemd gives a credential to a service by an ACL, which stat(2) shows as if root's group could
 * read it. */
static bool is_credential(const char *path, const struct stat *st)
{
	return str_starts(path, "/run/credentials/") && st->st_uid == 0 && st->st_gid == 0;
}

enum err file_open(const char *path, uid_t owner, enum file_trust trust, int *ret_fd)
{
	/* O_NONBLOCK: a FIFO put in the file's place must not stop us */
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	mode_t others = trust == FILE_SECRET ? 077 : 022;
	struct stat st;

	if (fd < 0)
		return open_error();
	if (fstat(fd, &st) != 0)
		return ERR_IO;
	if (is_credential(path, &st))
		others &= ~(mode_t)040;
	if (!S_ISREG(st.st_mode) || (st.st_uid != 0 && st.st_uid != owner) || (st.st_mode & others))
		return ERR_UNSAFE_FILE;
	*ret_fd = take_fd(&fd);
	return ERR_OK;
}

enum err file_read(const char *path, uid_t owner, enum file_trust trust, struct buf *ret)
{
	AUTO_FD int fd = -1;
	enum err e = file_open(path, owner, trust, &fd);

	while (e == ERR_OK) {
		char chunk[4096];
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			e = ERR_IO;
		if (n > 0)
			buf_put(ret, chunk, (size_t)n);
		explicit_bzero(chunk, sizeof(chunk));
		if (e == ERR_OK)
			e = ret->err;
		if (n <= 0)
			break;
	}
	return e;
}

static enum err write_all(int fd, const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_IO;
		p += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

static enum err sync_dir_of(const char *path)
{
	char dir[PATH_MAX];
	char *slash;
	AUTO_FD int fd = -1;

	if (!str_copy(dir, sizeof(dir), path))
		return ERR_TOO_LONG;
	slash = strrchr(dir, '/');
	if (slash)
		slash[slash == dir] = 0;
	fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && fsync(fd) == 0 ? ERR_OK : ERR_IO;
}

enum err file_replace(const char *path, mode_t mode, const void *bytes, size_t len)
{
	char temp[PATH_MAX];
	AUTO_FD int fd = -1;
	int n = snprintf(temp, sizeof(temp), "%s.XXXXXX", path);
	enum err e;

	if (n < 0 || (size_t)n >= sizeof(temp))
		return ERR_TOO_LONG;
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return ERR_IO;
	e = write_all(fd, bytes, len);
	if (e == ERR_OK && (fchmod(fd, mode) != 0 || fsync(fd) != 0 || rename(temp, path) != 0))
		e = ERR_IO;
	if (e != ERR_OK) {
		unlink(temp);
		return e;
	}
	return sync_dir_of(path);
}

enum err dir_ensure(const char *path, mode_t mode, uid_t owner)
{
	struct stat st;

	if (mkdir(path, mode) != 0 && errno != EEXIST)
		return ERR_IO;
	if (lstat(path, &st) != 0)
		return ERR_IO;
	if (!S_ISDIR(st.st_mode) || st.st_uid != owner || (st.st_mode & 022))
		return ERR_UNSAFE_FILE;
	return ERR_OK;
}
