/* SPDX-License-Identifier: MIT */
/* SEC-32: a call of systemd's user database, from anybody on the machine. */
#include "tests/fuzz/fuzz.h"
#include "userdb/request.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct userdb_request q;

	if (userdb_request_parse(size ? (const void *)data : "", size, &q) != ERR_OK)
		return 0;
	MUST(size <= REQUEST_MAX);
	MUST(memchr(q.user, 0, sizeof(q.user)) && memchr(q.group, 0, sizeof(q.group)));
	MUST(q.id != UINT32_MAX && q.method >= USERDB_USER && q.method <= USERDB_MEMBERSHIPS);
	MUST(!q.fault || strchr(q.fault, '.'));
	if (q.fault)
		return 0;
	MUST(q.method != USERDB_USER || !q.has_group);
	MUST(q.method != USERDB_GROUP || !q.has_user);
	return 0;
}
