/* SPDX-License-Identifier: MIT */
#ifndef ENCVOY_ONLINE_QR_H
#define ENCVOY_ONLINE_QR_H

#include "common/buf.h"

/* Appends the QR code of a text, two modules per character (UTF-8 half blocks, light on dark as
 * terminals are), one line per row pair. Nothing when the text is too long for 80 columns. */
void qr_text(const char *text, struct buf *out);

#endif
