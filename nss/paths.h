/* SPDX-License-Identifier: MIT */
/* Where the module looks. Compiled in: no environment variable changes it, and the symbol is not
 * exported; only the unit tests, which link these objects themselves, point it elsewhere. */
#ifndef ENCVOY_NSS_PATHS_H
#define ENCVOY_NSS_PATHS_H

struct nss_paths {
	const char *cache_dir;
	const char *cache_parent;
	const char *map;
	const char *changes;
	const char *gen;
	const char *socket;
	const char *local_groups;
	const char *group;
};
extern struct nss_paths nss_paths;

#endif
