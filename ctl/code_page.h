/* SPDX-License-Identifier: MIT */
/* The page that a browser sign-in ends on, ctl/code-page.html, which is part of the program. */
#ifndef ENCVOY_CTL_CODE_PAGE_H
#define ENCVOY_CTL_CODE_PAGE_H

/* The page on standard output, and on standard error which redirect URL to register: redirect_uri,
 * or what it must look like when that is NULL. Returns the exit status; EXIT_USAGE for an address
 * that no page can have. */
int code_page_print(const char *redirect_uri);

#endif
