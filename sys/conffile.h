/* SPDX-License-Identifier: MIT */
#ifndef ENCVOY_SYS_CONFFILE_H
#define ENCVOY_SYS_CONFFILE_H

#include "common/conf.h"

/* Reads DIR/encvoy.conf and the *.conf files of DIR/encvoy.conf.d in name order, each only when
 * it belongs to root and nobody else may write it, and finishes the configuration. *ret needs
 * conf_free in all cases; on failure *e says where and why. */
enum err conffile_load(const char *dir, struct conf *ret, struct conf_error *e);

/* DIR/encvoy.conf.d alone, into a configuration that was begun with conf_init and is still to be
 * finished. */
enum err conffile_drop_ins(const char *dir, struct conf *c, struct conf_error *e);

#endif
