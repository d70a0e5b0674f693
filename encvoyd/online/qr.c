/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/qr.h"

#include "common/cleanup.h"

#include <qrencode.h>
#include <stdbool.h>

#define MARGIN 2 /* modules of quiet zone; scanners make do with it, and terminals are small */
#define COLUMNS 80

static void free_code(QRcode **c)
{
	QRcode_free(*c);
}

/* Outside the code everything is light. */
static bool is_light(const QRcode *c, int x, int y)
{
	if (x < 0 || y < 0 || x >= c->width || y >= c->width)
		return true;
	return !(c->data[y * c->width + x] & 1);
}

void qr_text(const char *text, struct buf *out)
{
	CLEANUP(free_code)
	QRcode *c = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);

	if (!c || c->width + 2 * MARGIN > COLUMNS)
		return;
	for (int y = -MARGIN; y < c->width + MARGIN; y += 2) {
		for (int x = -MARGIN; x < c->width + MARGIN; x++) {
			bool upper = is_light(c, x, y);
			bool lower = y + 1 < c->width + MARGIN && is_light(c, x, y + 1);

			buf_text(out, upper ? (lower ? "█" : "▀") : lower ? "▄" : " ");
		}
		buf_text(out, "\n");
	}
}
