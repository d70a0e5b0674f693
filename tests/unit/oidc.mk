# SPDX-License-Identifier: MIT
# Tests of oidc/, and the helpers that need nothing but it.
check_LTLIBRARIES += %D%/liboidctest.la
%C%_liboidctest_la_SOURCES = \
	%D%/oidc_sign.c %D%/oidc_sign.h \
	%D%/oidc_shown.h \
	%D%/oidc_vectors.c %D%/oidc_vectors.h \
	tests/tools/slurp.h
%C%_liboidctest_la_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)

oidc_unit_tests = \
	%D%/oidc_alloc \
	%D%/oidc_apidir \
	%D%/oidc_authcode \
	%D%/oidc_b64url \
	%D%/oidc_device \
	%D%/oidc_discovery \
	%D%/oidc_hostnonce \
	%D%/oidc_idtoken \
	%D%/oidc_json \
	%D%/oidc_jwk \
	%D%/oidc_jws \
	%D%/oidc_roster \
	%D%/oidc_roster_lines \
	%D%/oidc_token \
	%D%/oidc_url \
	%D%/oidc_vectors_test
check_PROGRAMS += $(oidc_unit_tests) %D%/mutate_jws
TESTS += $(oidc_unit_tests) %D%/mutations.t
dist_check_SCRIPTS += %D%/mutations.t

oidc_test_flags = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
oidc_test_libs = %D%/liboidctest.la liboidc.la
# see oidc_fail.h
oidc_wrap = -Wl,--wrap=mmap
if SANITIZED
oidc_wrap += -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup
endif

%C%_oidc_alloc_SOURCES = %D%/oidc_alloc.c %D%/oidc_fail.c %D%/oidc_fail.h %D%/oidc_recorded.h
%C%_oidc_alloc_CFLAGS = $(oidc_test_flags)
%C%_oidc_alloc_LDFLAGS = $(AM_LDFLAGS) $(oidc_wrap)
%C%_oidc_alloc_LDADD = $(oidc_test_libs)
%C%_oidc_apidir_LDADD = $(oidc_test_libs)
%C%_oidc_authcode_LDADD = $(oidc_test_libs)
%C%_oidc_b64url_LDADD = $(oidc_test_libs)
%C%_oidc_device_LDADD = $(oidc_test_libs)
%C%_oidc_discovery_LDADD = $(oidc_test_libs)
%C%_oidc_hostnonce_LDADD = $(oidc_test_libs)
%C%_oidc_idtoken_SOURCES = %D%/oidc_idtoken.c %D%/oidc_recorded.h %D%/tap.h
%C%_oidc_idtoken_CFLAGS = $(oidc_test_flags)
%C%_oidc_idtoken_LDADD = $(oidc_test_libs)
%C%_oidc_json_LDADD = $(oidc_test_libs)
%C%_oidc_jwk_CFLAGS = $(oidc_test_flags)
%C%_oidc_jwk_LDADD = $(oidc_test_libs)
%C%_oidc_jws_CFLAGS = $(oidc_test_flags)
%C%_oidc_jws_LDADD = $(oidc_test_libs)
%C%_oidc_roster_CFLAGS = $(oidc_test_flags)
%C%_oidc_roster_LDADD = $(oidc_test_libs)
%C%_oidc_roster_lines_CFLAGS = $(oidc_test_flags)
%C%_oidc_roster_lines_LDADD = $(oidc_test_libs)
%C%_oidc_token_LDADD = $(oidc_test_libs)
%C%_oidc_url_LDADD = $(oidc_test_libs)
%C%_oidc_vectors_test_LDADD = $(oidc_test_libs)
%C%_mutate_jws_CFLAGS = $(oidc_test_flags)
%C%_mutate_jws_LDADD = $(oidc_test_libs)

noinst_PROGRAMS += tests/tools/json_check tests/tools/jws_check
tests_tools_json_check_SOURCES = tests/tools/json_check.c tests/tools/slurp.h
tests_tools_json_check_LDADD = liboidc.la
tests_tools_jws_check_SOURCES = tests/tools/jws_check.c tests/tools/slurp.h
tests_tools_jws_check_LDADD = liboidc.la

.PHONY: mutations
mutations: %D%/mutate_jws
	%D%/mutate_jws
