/* SPDX-License-Identifier: MIT */
#include "common/record.h"

#include "common/name.h"
#include "common/str.h"

#include <string.h>

bool id_ok(uint32_t id)
{
	return id >= ID_FLOOR && id <= ID_CEILING;
}

bool local_uid_ok(uint32_t uid)
{
	return uid >= 1000 && uid != 65534 && uid != 65535 && uid != UINT32_MAX && !id_ok(uid);
}

bool gecos_ok(const char *text)
{
	return strlen(text) <= RECORD_TEXT_MAX && !strpbrk(text, ":\n") && text_printable(text);
}

static bool component_ok(const char *p, size_t len)
{
	return len > 0 && !(len == 1 && p[0] == '.') && !(len == 2 && p[0] == '.' && p[1] == '.');
}

bool path_ok(const char *path)
{
	size_t len = strlen(path);

	if (path[0] != '/' || len < 2 || !gecos_ok(path))
		return false;
	while (*path == '/') {
		size_t n = strcspn(++path, "/");

		if (!component_ok(path, n))
			return false;
		path += n;
	}
	return true;
}

bool user_record_ok(const struct user_record *r)
{
	return name_ok(r->name, strlen(r->name)) && !name_reserved(r->name) && id_ok(r->uid) &&
	       id_ok(r->gid) && gecos_ok(r->gecos) && path_ok(r->home) && path_ok(r->shell);
}

bool group_record_ok(const char *name, uint32_t gid)
{
	return name_ok(name, strlen(name)) && !name_reserved(name) && id_ok(gid);
}
