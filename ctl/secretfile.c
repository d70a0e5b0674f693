/* SPDX-License-Identifier: MIT */
#include "ctl/secretfile.h"

#include "encvoyd/paths.h"
#include "sys/file.h"
#include "sys/localdb.h"

#include <string.h>
#include <sys/stat.h>

#define SECRET_MAX 4096

static uid_t reader_uid(void)
{
	struct local_user online = {0};

	return localdb_user(ONLINE_USER, &online) == ERR_OK ? online.uid : 0;
}

enum err secretfile_parse(const struct buf *content, struct secret **ret)
{
	struct slice s = input_trim(content);
	struct secret *secret;

	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return ERR_SYNTAX;
	if (!s.len)
		return ERR_SYNTAX;
	secret = secret_new(s.p, s.len);
	if (!secret)
		return ERR_NOMEM;
	*ret = secret;
	return ERR_OK;
}

enum err secretfile_read(const char *path, struct secret **ret)
{
	AUTO_BUF struct buf content = {0};
	enum err e;

	buf_init_secret(&content, SECRET_MAX);
	e = file_read(path, reader_uid(), FILE_SECRET, &content);
	return e == ERR_OK ? secretfile_parse(&content, ret) : e;
}

/* As it is to be: content, owner, mode. */
static bool is_there(const char *path, const struct secret *secret, uid_t owner)
{
	AUTO_SECRET struct secret *old = NULL;
	struct stat st;

	if (lstat(path, &st) != 0 || st.st_uid != owner || (st.st_mode & 07777) != 0600)
		return false;
	return secretfile_read(path, &old) == ERR_OK &&
	       secret_equal(
		   secret_str(old), secret_len(old), secret_str(secret), secret_len(secret));
}

bool secretfile_is(const char *path, const struct secret *secret)
{
	return is_there(path, secret, reader_uid());
}

enum err secretfile_write(const char *path, const struct secret *secret, bool *ret_changed)
{
	uid_t owner = reader_uid();
	enum err e;

	if (is_there(path, secret, owner)) {
		*ret_changed = false;
		return ERR_OK;
	}
	e = file_replace(path, 0600, secret_str(secret), secret_len(secret));
	if (e != ERR_OK)
		return e;
	/* until here it is root's: nobody but root can have read it meanwhile */
	if (lchown(path, owner, 0) != 0)
		return ERR_IO;
	*ret_changed = true;
	return ERR_OK;
}
