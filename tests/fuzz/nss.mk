# SPDX-License-Identifier: MIT
# The map and the daemon's answers; see oidc.mk.
if FUZZING
nss_fuzz_main =
nss_fuzz_link = $(AM_LDFLAGS) -fsanitize=fuzzer
else
nss_fuzz_main = %D%/replay.c tests/tools/slurp.h
nss_fuzz_link = $(AM_LDFLAGS)
endif

check_PROGRAMS += %D%/fuzz_map %D%/fuzz_reply
%C%_fuzz_map_SOURCES = %D%/fuzz_map.c %D%/fuzz.h $(nss_fuzz_main)
%C%_fuzz_map_LDFLAGS = $(nss_fuzz_link)
%C%_fuzz_map_LDADD = tests/unit/libnsstest.la libnss.la libsys.la libcommon.la
%C%_fuzz_reply_SOURCES = %D%/fuzz_reply.c %D%/fuzz.h $(nss_fuzz_main)
%C%_fuzz_reply_LDFLAGS = $(nss_fuzz_link)
%C%_fuzz_reply_LDADD = libnss.la libcommon.la
EXTRA_DIST += %D%/corpus/map %D%/corpus/reply
