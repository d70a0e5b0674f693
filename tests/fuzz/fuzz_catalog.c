/* SPDX-License-Identifier: MIT */
/* A catalogue that is accepted answers within its bytes, whatever is asked of it. */
#include "common/catalog.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const ids[] = {"", "Token: ", "a", "\xff"};
	struct catalog c;

	if (catalog_open(data, size, &c) != ERR_OK)
		return 0;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		const char *text = catalog_text(&c, ids[i]);

		MUST(text == ids[i] || ((const uint8_t *)text >= data &&
					   (const uint8_t *)text + strlen(text) < data + size));
	}
	return 0;
}
