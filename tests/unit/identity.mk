# SPDX-License-Identifier: MIT
# The identity half of encvoyd; every test has a database of its own in a temporary directory.
identity_tests = \
	tests/unit/id_admin \
	tests/unit/id_crash \
	tests/unit/id_damage \
	tests/unit/id_db \
	tests/unit/id_decide \
	tests/unit/id_directory \
	tests/unit/id_fault \
	tests/unit/id_groups \
	tests/unit/id_incremental \
	tests/unit/id_ledger \
	tests/unit/id_local \
	tests/unit/id_login \
	tests/unit/id_names \
	tests/unit/id_publish \
	tests/unit/id_served
check_PROGRAMS += $(identity_tests)
TESTS += $(identity_tests)

check_LTLIBRARIES += libtestidentity.la
libtestidentity_la_SOURCES = tests/unit/id_util.c tests/unit/id_util.h
libtestidentity_la_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
libtestidentity_la_LIBADD = liblistener.la libsys.la libcommon.la $(SQLITE_LIBS)

tests_unit_id_fault_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)

tests_unit_id_admin_LDADD = libtestidentity.la
tests_unit_id_crash_LDADD = libtestidentity.la
tests_unit_id_damage_LDADD = libtestidentity.la
tests_unit_id_db_LDADD = libtestidentity.la
tests_unit_id_decide_LDADD = libtestidentity.la
tests_unit_id_directory_LDADD = libtestidentity.la
tests_unit_id_fault_LDADD = libtestidentity.la $(SQLITE_LIBS)
tests_unit_id_groups_LDADD = libtestidentity.la
tests_unit_id_incremental_LDADD = libtestidentity.la
tests_unit_id_ledger_LDADD = libtestidentity.la
tests_unit_id_local_LDADD = libtestidentity.la
tests_unit_id_login_LDADD = libtestidentity.la
tests_unit_id_names_LDADD = libtestidentity.la
tests_unit_id_publish_LDADD = libtestidentity.la
tests_unit_id_served_LDADD = libtestidentity.la
