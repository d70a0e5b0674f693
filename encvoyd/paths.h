/* SPDX-License-Identifier: MIT */
/* Where the daemon's files are: main.c fills this with the compiled-in paths, tests with temporary
 * ones. */
#ifndef ENCVOY_ENCVOYD_PATHS_H
#define ENCVOY_ENCVOYD_PATHS_H

#define LISTENER_USER "encvoy"
#define ONLINE_USER "encvoy-online"

struct daemon_paths {
	const char *conf_dir;
	const char *run_dir;
	const char *socket;        /* in run_dir, for everybody */
	const char *online_socket; /* in run_dir, for the listener alone */
	const char *state_dir;
	const char *cache_dir;
	const char *listener_exe;
	const char *online_exe;
	const char *locale_dir; /* NULL: English only */
	const char *evict_exe;  /* NULL: nobody's sessions are ended */
};

#endif
