# SPDX-License-Identifier: MIT
# The process half of encvoyd.
listener_tests = \
	tests/unit/listener_access \
	tests/unit/listener_directory \
	tests/unit/listener_evict \
	tests/unit/listener_grace \
	tests/unit/listener_journal \
	tests/unit/listener_limits \
	tests/unit/listener_login \
	tests/unit/listener_parts \
	tests/unit/listener_refusal \
	tests/unit/listener_reuse \
	tests/unit/listener_sshd \
	tests/unit/listener_supervise \
	tests/unit/listener_times \
	tests/unit/listener_trouble \
	tests/unit/listener_verdicts \
	tests/unit/listener_wire
check_PROGRAMS += $(listener_tests)
dist_check_SCRIPTS += tests/unit/catalog.t tests/unit/listener_main.t tests/unit/po.t
TESTS += $(listener_tests) tests/unit/catalog.t tests/unit/listener_main.t tests/unit/po.t

check_LTLIBRARIES += libtestlistener.la
libtestlistener_la_SOURCES = \
	tests/unit/listener_fixture.c tests/unit/listener_fixture.h tests/unit/tap.h
libtestlistener_la_LIBADD = liblistener.la libsys.la libcommon.la $(SQLITE_LIBS)

tests_unit_listener_access_LDADD = libtestlistener.la
tests_unit_listener_directory_LDADD = libtestlistener.la
tests_unit_listener_evict_LDADD = libevict.la libtestlistener.la $(SYSTEMD_LIBS)
tests_unit_listener_grace_LDADD = libtestlistener.la
tests_unit_listener_journal_LDADD = libtestlistener.la
tests_unit_listener_limits_LDADD = libtestlistener.la
tests_unit_listener_login_LDADD = libtestlistener.la
tests_unit_listener_parts_LDADD = libtestlistener.la
tests_unit_listener_refusal_LDADD = libtestlistener.la
tests_unit_listener_reuse_LDADD = libtestlistener.la
tests_unit_listener_sshd_LDADD = libtestlistener.la
tests_unit_listener_supervise_LDADD = libtestlistener.la
tests_unit_listener_times_LDADD = libtestlistener.la
tests_unit_listener_trouble_LDADD = libtestlistener.la
tests_unit_listener_verdicts_LDADD = libtestlistener.la
tests_unit_listener_wire_LDADD = libtestlistener.la
