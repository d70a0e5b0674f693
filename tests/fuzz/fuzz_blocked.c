/* SPDX-License-Identifier: MIT */
/* SEC-14: whatever the list says, nobody is on it but uids of our range. */
#include "common/record.h"
#include "encvoyd/blocked.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_BLOCKED struct blocked b = {0};

	if (blocked_parse(size ? (const char *)data : "", size, &b) != ERR_OK)
		return 0;
	for (size_t i = 0; i < b.n; i++) {
		MUST(id_ok(b.uids[i]) && blocked_has(&b, b.uids[i]));
		MUST(i == 0 || b.uids[i - 1] < b.uids[i]);
	}
	return 0;
}
