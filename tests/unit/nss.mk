# SPDX-License-Identifier: MIT
# Tests of the map and of the NSS module.
check_LTLIBRARIES += %D%/libnsstest.la
%C%_libnsstest_la_SOURCES = \
	%D%/nss_fake.c %D%/nss_fake.h \
	%D%/nss_ground.c %D%/nss_ground.h \
	encvoyd/mapfile.c encvoyd/mapfile.h \
	encvoyd/mapfile_changes.c encvoyd/mapfile_changes.h \
	encvoyd/mapfile_gen.c \
	encvoyd/mapfile_image.c \
	encvoyd/mapfile_members.c \
	encvoyd/mapfile_parts.h \
	encvoyd/mapfile_seen.c \
	encvoyd/mapfile_verify.c

nss_unit_tests = \
	%D%/map_build \
	%D%/map_changes \
	%D%/map_check \
	%D%/map_craft \
	%D%/map_damage \
	%D%/map_publish \
	%D%/map_scale \
	%D%/nss_daemon \
	%D%/nss_enumerate \
	%D%/nss_hostile \
	%D%/nss_load \
	%D%/nss_local \
	%D%/nss_lookup \
	%D%/nss_sshd \
	%D%/nss_threads \
	%D%/nss_trouble
check_PROGRAMS += $(nss_unit_tests) %D%/nss_hits
TESTS += $(nss_unit_tests) %D%/nss_hits.t %D%/nss_symbols.t
dist_check_SCRIPTS += %D%/nss_hits.t %D%/nss_symbols.t

nss_test_libs = %D%/libnsstest.la libnss.la libsys.la libcommon.la
%C%_map_build_LDADD = $(nss_test_libs)
%C%_map_changes_LDADD = $(nss_test_libs)
%C%_map_check_LDADD = $(nss_test_libs)
%C%_map_craft_LDADD = $(nss_test_libs)
%C%_map_damage_LDADD = $(nss_test_libs)
%C%_map_publish_LDADD = $(nss_test_libs)
%C%_nss_daemon_LDADD = $(nss_test_libs)
%C%_map_scale_LDADD = $(nss_test_libs)
%C%_nss_enumerate_LDADD = $(nss_test_libs)
%C%_nss_hits_LDADD = $(nss_test_libs)
%C%_nss_hostile_LDADD = $(nss_test_libs)
%C%_nss_local_LDADD = $(nss_test_libs)
%C%_nss_lookup_LDADD = $(nss_test_libs)
%C%_nss_sshd_LDADD = $(nss_test_libs)
%C%_nss_threads_LDADD = $(nss_test_libs)
%C%_nss_trouble_LDADD = $(nss_test_libs)
