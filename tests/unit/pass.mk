# SPDX-License-Identifier: MIT
# Passphrases.
pass_tests = tests/unit/pass_crypt tests/unit/pass_store
check_PROGRAMS += $(pass_tests)
TESTS += $(pass_tests)
tests_unit_pass_crypt_LDADD = liblistener.la libsys.la libcommon.la $(SQLITE_LIBS)
tests_unit_pass_store_LDADD = libtestidentity.la $(SQLITE_LIBS)
