# SPDX-License-Identifier: MIT
# Fuzz targets. With --enable-fuzzing they are libFuzzer programs, else replay.c runs them over
# their corpora in "make check".
if FUZZING
oidc_fuzz_main =
oidc_fuzz_link = $(AM_LDFLAGS) -fsanitize=fuzzer
else
oidc_fuzz_main = %D%/replay.c tests/tools/slurp.h
oidc_fuzz_link = $(AM_LDFLAGS)
endif

check_PROGRAMS += \
	%D%/fuzz_apidir \
	%D%/fuzz_discovery \
	%D%/fuzz_json \
	%D%/fuzz_jwk \
	%D%/fuzz_jwt \
	%D%/fuzz_roster \
	%D%/fuzz_token

%C%_fuzz_apidir_SOURCES = %D%/fuzz_apidir.c %D%/fuzz.h $(oidc_fuzz_main)
%C%_fuzz_apidir_LDFLAGS = $(oidc_fuzz_link)
%C%_fuzz_apidir_LDADD = liboidc.la
%C%_fuzz_discovery_SOURCES = %D%/fuzz_discovery.c %D%/fuzz.h $(oidc_fuzz_main)
%C%_fuzz_discovery_LDFLAGS = $(oidc_fuzz_link)
%C%_fuzz_discovery_LDADD = liboidc.la
%C%_fuzz_json_SOURCES = %D%/fuzz_json.c %D%/fuzz.h $(oidc_fuzz_main)
%C%_fuzz_json_LDFLAGS = $(oidc_fuzz_link)
%C%_fuzz_json_LDADD = liboidc.la
%C%_fuzz_jwk_SOURCES = %D%/fuzz_jwk.c %D%/fuzz.h $(oidc_fuzz_main)
%C%_fuzz_jwk_LDFLAGS = $(oidc_fuzz_link)
%C%_fuzz_jwk_LDADD = liboidc.la
%C%_fuzz_jwt_SOURCES = %D%/fuzz_jwt.c %D%/fuzz.h $(oidc_fuzz_main)
%C%_fuzz_jwt_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
%C%_fuzz_jwt_LDFLAGS = $(oidc_fuzz_link)
%C%_fuzz_jwt_LDADD = tests/unit/liboidctest.la liboidc.la
%C%_fuzz_roster_SOURCES = %D%/fuzz_roster.c %D%/fuzz.h $(oidc_fuzz_main)
%C%_fuzz_roster_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
%C%_fuzz_roster_LDFLAGS = $(oidc_fuzz_link)
%C%_fuzz_roster_LDADD = tests/unit/liboidctest.la liboidc.la
%C%_fuzz_token_SOURCES = %D%/fuzz_token.c %D%/fuzz.h $(oidc_fuzz_main)
%C%_fuzz_token_LDFLAGS = $(oidc_fuzz_link)
%C%_fuzz_token_LDADD = liboidc.la

dist_check_SCRIPTS += %D%/replay.t
TESTS += %D%/replay.t
EXTRA_DIST += %D%/replay.c \
	%D%/corpus/apidir %D%/corpus/discovery %D%/corpus/json %D%/corpus/jwk %D%/corpus/jwt \
	%D%/corpus/roster %D%/corpus/token
CLEANFILES += %D%/fuzz_*.replay
