/* SPDX-License-Identifier: MIT */
#include "ctl/roster_files.h"

#include "ctl/ctl.h"
#include "ctl/input.h"
#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static enum err fail(const char *path, enum err e, const char *why)
{
	char storage[1024];
	struct buf text;

	buf_init_fixed(&text, storage, sizeof(storage));
	complain("%s: %s: %s", shown(&text, path, 200), err_word(e), why);
	return e;
}

static bool write_all(int fd, const uint8_t *p, size_t len)
{
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return fsync(fd) == 0;
}

enum err roster_file_create(const char *path, mode_t mode, const struct buf *content)
{
	AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

	if (fd < 0)
		return fail(path, errno == EEXIST ? ERR_EXISTS : ERR_IO, strerror(errno));
	if (fchmod(fd, mode) != 0 || !write_all(fd, content->data, content->len)) {
		enum err e = fail(path, ERR_IO, strerror(errno));

		unlink(path);
		return e;
	}
	return ERR_OK;
}

enum err roster_file_key(const char *path, struct roster_key **ret)
{
	AUTO_BUF struct buf pem = {0};
	enum err e;

	buf_init_secret(&pem, ROSTER_PEM_MAX);
	e = file_read(path, geteuid(), FILE_SECRET, &pem);
	if (e == ERR_UNSAFE_FILE)
		return fail(path, e, "must be a plain file of yours with mode 0600");
	if (e != ERR_OK)
		return fail(path, e, err_text(e));
	e = roster_key_load(pem.data, pem.len, ret);
	return e == ERR_OK ? e : fail(path, e, "is no private key from roster keygen");
}

enum err roster_file_public_key(const char *path, struct jwks *keys)
{
	AUTO_BUF struct buf pem = {0};
	enum err e;

	buf_init(&pem, ROSTER_PEM_MAX);
	e = input_read(path, &pem);
	if (e != ERR_OK)
		return e;
	e = jwks_add_ed25519_pem(keys, pem.data, pem.len);
	return e == ERR_OK ? e : fail(path, e, "holds not exactly one Ed25519 public key");
}

enum err roster_file_path(const char *dir, const char *name, char *dst, size_t size)
{
	int n = snprintf(dst, size, "%s/%s", dir, name);

	return n >= 0 && (size_t)n < size ? ERR_OK : fail(dir, ERR_TOO_LONG, "is too long");
}

static bool is_lines(const char *name)
{
	return strlen(name) == ROSTER_FILE_LEN &&
	       strspn(name, "0123456789abcdef") == 2 * (size_t)SHA256_LEN &&
	       strcmp(name + 2 * SHA256_LEN, ".lines") == 0;
}

void roster_files_tidy(const char *dir, const char *keep, const char *keep_too)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	while (d && (entry = readdir(d)))
		if (is_lines(entry->d_name) && strcmp(entry->d_name, keep) != 0 &&
		    strcmp(entry->d_name, keep_too) != 0)
			(void)unlinkat(dirfd(d), entry->d_name, 0);
	if (d)
		closedir(d);
}
