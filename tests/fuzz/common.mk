# SPDX-License-Identifier: MIT
# Fuzz targets of common/: libFuzzer programs with --enable-fuzzing, else replayed (replay.t).
if FUZZING
common_fuzz_main =
common_fuzz_link = $(AM_LDFLAGS) -fsanitize=fuzzer
else
common_fuzz_main = %D%/replay.c tests/tools/slurp.h
common_fuzz_link = $(AM_LDFLAGS)
endif

check_PROGRAMS += \
	%D%/fuzz_blocked \
	%D%/fuzz_catalog \
	%D%/fuzz_conf \
	%D%/fuzz_pamargs \
	%D%/fuzz_proto \
	%D%/fuzz_sshkey

%C%_fuzz_blocked_SOURCES = %D%/fuzz_blocked.c %D%/fuzz.h $(common_fuzz_main)
%C%_fuzz_blocked_LDFLAGS = $(common_fuzz_link)
%C%_fuzz_blocked_LDADD = libevict.la libcommon.la
%C%_fuzz_catalog_SOURCES = %D%/fuzz_catalog.c %D%/fuzz.h $(common_fuzz_main)
%C%_fuzz_catalog_LDFLAGS = $(common_fuzz_link)
%C%_fuzz_catalog_LDADD = libcommon.la
%C%_fuzz_conf_SOURCES = %D%/fuzz_conf.c %D%/fuzz.h $(common_fuzz_main)
%C%_fuzz_conf_LDFLAGS = $(common_fuzz_link)
%C%_fuzz_conf_LDADD = libcommon.la
%C%_fuzz_pamargs_SOURCES = %D%/fuzz_pamargs.c %D%/fuzz.h $(common_fuzz_main)
%C%_fuzz_pamargs_LDFLAGS = $(common_fuzz_link)
%C%_fuzz_pamargs_LDADD = libcommon.la
%C%_fuzz_proto_SOURCES = %D%/fuzz_proto.c %D%/fuzz.h $(common_fuzz_main)
%C%_fuzz_proto_LDFLAGS = $(common_fuzz_link)
%C%_fuzz_proto_LDADD = libcommon.la
%C%_fuzz_sshkey_SOURCES = %D%/fuzz_sshkey.c %D%/fuzz.h $(common_fuzz_main)
%C%_fuzz_sshkey_LDFLAGS = $(common_fuzz_link)
%C%_fuzz_sshkey_LDADD = libcommon.la

EXTRA_DIST += %D%/corpus/blocked %D%/corpus/catalog %D%/corpus/conf %D%/corpus/pamargs %D%/corpus/proto %D%/corpus/sshkey
