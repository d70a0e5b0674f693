# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libcommon.la
libcommon_la_SOURCES = \
	%D%/blake2s.c %D%/blake2s.h \
	%D%/buf.c %D%/buf.h \
	%D%/catalog.c %D%/catalog.h \
	%D%/cleanup.h \
	%D%/conf.c %D%/conf.h \
	%D%/conf_group.c %D%/conf_group.h \
	%D%/conf_lists.c \
	%D%/conf_service.c \
	%D%/conf_table.c %D%/conf_table.h \
	%D%/err.c %D%/err.h \
	%D%/local_gids.c %D%/local_gids.h \
	%D%/map.c %D%/map.h \
	%D%/map_check.c %D%/map_check.h \
	%D%/map_format.h \
	%D%/map_gone.c \
	%D%/map_group.c \
	%D%/map_groups.c \
	%D%/map_probe.h \
	%D%/map_user.c \
	%D%/map_walk.c %D%/map_walk.h \
	%D%/name.c %D%/name.h \
	%D%/num.c %D%/num.h \
	%D%/pace.c %D%/pace.h \
	%D%/proto.c %D%/proto.h \
	%D%/proto_directory.c %D%/proto_directory.h \
	%D%/proto_renewed.c \
	%D%/proto_times.c %D%/proto_times.h \
	%D%/record.c %D%/record.h \
	%D%/role.c %D%/role.h \
	%D%/secret.c %D%/secret.h \
	%D%/sshkey.c %D%/sshkey.h \
	%D%/str.c %D%/str.h
