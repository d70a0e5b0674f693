# SPDX-License-Identifier: MIT
# Calls of systemd's user database; see oidc.mk.
check_PROGRAMS += %D%/fuzz_userdb
%C%_fuzz_userdb_SOURCES = %D%/fuzz_userdb.c %D%/fuzz.h $(oidc_fuzz_main)
%C%_fuzz_userdb_LDFLAGS = $(oidc_fuzz_link)
%C%_fuzz_userdb_LDADD = $(userdb_libs)
EXTRA_DIST += %D%/corpus/userdb
