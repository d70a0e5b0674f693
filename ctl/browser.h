/* SPDX-License-Identifier: MIT */
#ifndef ENCVOY_CTL_BROWSER_H
#define ENCVOY_CTL_BROWSER_H

#include <stdbool.h>

/* Starts the person's browser at an https address, by xdg-open and without a shell. False when
 * there is no desktop to show it on, when this is root (a browser is no program for root), or when
 * it does not start. Does not wait for it. */
bool browser_open(const char *address);

#endif
