/* SPDX-License-Identifier: MIT */
#include "oidc/json.h"

void json_put_str(struct buf *out, const char *text)
{
	buf_put_u8(out, '"');
	for (const char *p = text; *p; p++) {
		if (*p == '"' || *p == '\\')
			buf_put_u8(out, '\\');
		if ((unsigned char)*p < 0x20)
			buf_printf(out, "\\u%04x", (unsigned)(unsigned char)*p);
		else
			buf_put_u8(out, (uint8_t)*p);
	}
	buf_put_u8(out, '"');
}
