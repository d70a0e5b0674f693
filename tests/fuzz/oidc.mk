# SPDX-License-Identifier: MIT
# Fuzz targets. With --enable-fuzzing they are libFuzzer programs, else replay.c runs them over
# their corpora in "make check".
if FUZZING
OIDC_FUZZ_MAIN =
OIDC_FUZZ_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
OIDC_FUZZ_MAIN = %D%/replay.c tests/tools/slurp.h
OIDC_FUZZ_LDFLAGS = $(AM_LDFLAGS)
endif

check_PROGRAMS += \
	%D%/fuzz_discovery \
	%D%/fuzz_json \
	%D%/fuzz_jwk \
	%D%/fuzz_jwt \
	%D%/fuzz_token

%C%_fuzz_discovery_SOURCES = %D%/fuzz_discovery.c %D%/fuzz.h $(OIDC_FUZZ_MAIN)
%C%_fuzz_discovery_LDFLAGS = $(OIDC_FUZZ_LDFLAGS)
%C%_fuzz_discovery_LDADD = liboidc.la
%C%_fuzz_json_SOURCES = %D%/fuzz_json.c %D%/fuzz.h $(OIDC_FUZZ_MAIN)
%C%_fuzz_json_LDFLAGS = $(OIDC_FUZZ_LDFLAGS)
%C%_fuzz_json_LDADD = liboidc.la
%C%_fuzz_jwk_SOURCES = %D%/fuzz_jwk.c %D%/fuzz.h $(OIDC_FUZZ_MAIN)
%C%_fuzz_jwk_LDFLAGS = $(OIDC_FUZZ_LDFLAGS)
%C%_fuzz_jwk_LDADD = liboidc.la
%C%_fuzz_jwt_SOURCES = %D%/fuzz_jwt.c %D%/fuzz.h $(OIDC_FUZZ_MAIN)
%C%_fuzz_jwt_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
%C%_fuzz_jwt_LDFLAGS = $(OIDC_FUZZ_LDFLAGS)
%C%_fuzz_jwt_LDADD = tests/unit/liboidctest.la liboidc.la
%C%_fuzz_token_SOURCES = %D%/fuzz_token.c %D%/fuzz.h $(OIDC_FUZZ_MAIN)
%C%_fuzz_token_LDFLAGS = $(OIDC_FUZZ_LDFLAGS)
%C%_fuzz_token_LDADD = liboidc.la

dist_check_SCRIPTS += %D%/replay.t
TESTS += %D%/replay.t
EXTRA_DIST += %D%/replay.c \
	%D%/corpus/discovery %D%/corpus/json %D%/corpus/jwk %D%/corpus/jwt %D%/corpus/token
CLEANFILES += %D%/fuzz_*.replay
