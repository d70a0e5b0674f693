/* SPDX-License-Identifier: MIT */
/* Our drop-in for sshd, and what sshd itself makes of it. */
#ifndef ENCVOY_CTL_SSHD_CONF_H
#define ENCVOY_CTL_SSHD_CONF_H

#include "common/buf.h"
#include "common/err.h"

#include <stdbool.h>

#define SSHD_DROPIN_DIR "/etc/ssh/sshd_config.d"
/* Of two drop-ins that say different things sshd takes the first by name. */
#define SSHD_DROPIN SSHD_DROPIN_DIR "/10-encvoy.conf"

struct sshd_wishes {
	unsigned grace; /* LoginGraceTime, seconds */
	bool keys;      /* have sshd ask for the directory's SSH keys */
};
/* The whole file; the same wishes always give the same bytes. */
void sshd_conf_text(const struct sshd_wishes *w, struct buf *out);

enum sshd_dropin {
	DROPIN_NONE,
	DROPIN_OURS, /* written by enroll, whatever it says */
	DROPIN_FOREIGN,
};
/* The file in place, its content in *ret_text. ERR_UNSAFE_FILE, ERR_IO, ERR_TOO_LONG. */
enum err sshd_dropin_read(struct buf *ret_text, enum sshd_dropin *ret);

/* sshd's program; NULL when there is none. */
const char *sshd_path(void);
/* Has sshd read its whole configuration. On ERR_OK *said is what holds then, "key value" by lines;
 * otherwise what sshd says about it. */
enum err sshd_check(struct buf *said);
/* The value of a key (small letters) in what sshd says holds; NULL when it is not there. Within
 * *ret_len bytes, without terminator. */
const char *sshd_value(struct buf *said, const char *key, size_t *ret_len);

#endif
