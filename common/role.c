/* SPDX-License-Identifier: MIT */
#include "common/role.h"

#include <string.h>

bool role_ok(struct slice role)
{
	if (role.len == 0 || role.len > ROLE_MAX_LEN || !slice_printable(role))
		return false;
	for (size_t i = 0; i < role.len; i++)
		if (strchr(" \t,:", role.p[i]))
			return false;
	return true;
}

bool roles_have(const char *roles, const char *role)
{
	struct slice rest = slice_of(roles), one;

	while (slice_next(&rest, "\n", &one))
		if (slice_is(one, role))
			return true;
	return false;
}

bool roles_have_application(const char *roles, const char *application)
{
	size_t n = strlen(application);
	struct slice rest = slice_of(roles), one;

	while (slice_next(&rest, "\n", &one)) {
		if (one.len <= n + 1 || memcmp(one.p, application, n) != 0 || one.p[n] != '/')
			continue;
		if (!slice_is((struct slice){one.p + n + 1, one.len - n - 1}, "NONE"))
			return true;
	}
	return false;
}
