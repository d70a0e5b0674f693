# SPDX-License-Identifier: MIT
# Tests of common/, sys/ and pam/.
common_unit_tests = \
	%D%/common_blake2s \
	%D%/common_buf \
	%D%/common_catalog \
	%D%/common_conf_group \
	%D%/common_conf_options \
	%D%/common_conf_text \
	%D%/common_err \
	%D%/common_faults \
	%D%/common_name \
	%D%/common_num \
	%D%/common_pace \
	%D%/common_proto \
	%D%/common_proto_directory \
	%D%/common_proto_times \
	%D%/common_record \
	%D%/common_secret \
	%D%/common_sshkey \
	%D%/common_str \
	%D%/common_template \
	%D%/sys_conffile \
	%D%/sys_file \
	%D%/sys_localdb \
	%D%/sys_process \
	%D%/sys_sock
noinst_HEADERS += %D%/private.h %D%/temp.h

common_test_libs = libsys.la libcommon.la
# see fault.h
fault_wrap = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup \
	-Wl,--wrap=mmap,--wrap=mlock,--wrap=madvise \
	-Wl,--wrap=socket,--wrap=connect,--wrap=getsockopt,--wrap=send,--wrap=recv,--wrap=poll \
	-Wl,--wrap=fstat,--wrap=fopen,--wrap=fgetpwent_r,--wrap=readlink \
	-Wl,--wrap=open,--wrap=read,--wrap=write,--wrap=fsync,--wrap=fchmod,--wrap=mkostemp \
	-Wl,--wrap=rename \
	-Wl,--wrap=mmap64,--wrap=fstat64,--wrap=fopen64,--wrap=open64,--wrap=mkostemp64 \
	-Wl,--wrap=pam_get_user,--wrap=pam_get_item,--wrap=pam_prompt
%C%_common_blake2s_LDADD = $(common_test_libs)
%C%_common_buf_LDADD = $(common_test_libs)
%C%_common_catalog_LDADD = $(common_test_libs)
%C%_common_conf_options_LDADD = $(common_test_libs)
%C%_common_conf_group_LDADD = $(common_test_libs)
%C%_common_conf_text_LDADD = $(common_test_libs)
%C%_common_err_LDADD = $(common_test_libs)
%C%_common_faults_SOURCES = %D%/common_faults.c %D%/fault.c %D%/fault.h
%C%_common_faults_LDFLAGS = $(AM_LDFLAGS) $(fault_wrap)
%C%_common_faults_LDADD = $(common_test_libs) -lpam
%C%_common_name_LDADD = $(common_test_libs)
%C%_common_num_LDADD = $(common_test_libs)
%C%_common_pace_LDADD = $(common_test_libs)
%C%_common_proto_LDADD = $(common_test_libs)
%C%_common_proto_directory_LDADD = $(common_test_libs)
%C%_common_proto_times_LDADD = $(common_test_libs)
%C%_common_record_LDADD = $(common_test_libs)
%C%_common_secret_LDADD = $(common_test_libs)
%C%_common_sshkey_LDADD = $(common_test_libs)
%C%_common_str_LDADD = $(common_test_libs)
%C%_common_template_LDADD = $(common_test_libs)
%C%_sys_conffile_LDADD = $(common_test_libs)
%C%_sys_file_LDADD = $(common_test_libs)
%C%_sys_localdb_LDADD = $(common_test_libs)
%C%_sys_process_LDADD = $(common_test_libs)
%C%_sys_sock_LDADD = $(common_test_libs)

noinst_PROGRAMS += tests/tools/name_check
tests_tools_name_check_SOURCES = tests/tools/name_check.c
tests_tools_name_check_LDADD = libcommon.la

# The module once more, with a run directory that the tests can reach: wherever they stand.
pam_test_cppflags = -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -I$(top_srcdir) -I$(top_builddir) \
	-DENCVOY_RUNDIR='"."' -DENCVOY_SYSCONFDIR='"/etc/encvoy"' -DENCVOY_LOCALEDIR='"locale"'
check_LTLIBRARIES += pam_encvoy_test.la pam_stash.la %D%/libpamtest.la
pam_stash_la_SOURCES = %D%/pam_stash.c
pam_stash_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -rpath $(abs_top_builddir)
pam_stash_la_LIBADD = -lpam
pam_encvoy_test_la_SOURCES = $(pam_encvoy_sources)
pam_encvoy_test_la_CPPFLAGS = $(pam_test_cppflags)
pam_encvoy_test_la_LDFLAGS = $(pam_encvoy_ldflags) -rpath $(abs_top_builddir)
pam_encvoy_test_la_LIBADD = libconverse.la libsys.la libcommon.la -lpam
%C%_libpamtest_la_SOURCES = \
	%D%/pam_fake.c %D%/pam_fake.h \
	%D%/pam_ground.c %D%/pam_ground.h

pam_unit_tests = \
	%D%/pam_converse \
	%D%/pam_faults \
	%D%/pam_language \
	%D%/pam_load \
	%D%/pam_module \
	%D%/pam_result \
	%D%/pam_secrets \
	%D%/pam_sudo \
	%D%/pam_surroundings \
	%D%/pam_threads
pam_test_libs = %D%/libpamtest.la libconverse.la libsys.la libcommon.la -lpam
%C%_pam_converse_LDADD = $(pam_test_libs)
%C%_pam_faults_SOURCES = %D%/pam_faults.c %D%/fault.c %D%/fault.h $(pam_encvoy_sources)
%C%_pam_faults_CPPFLAGS = $(pam_test_cppflags)
%C%_pam_faults_LDFLAGS = $(AM_LDFLAGS) $(fault_wrap)
%C%_pam_faults_LDADD = $(pam_test_libs)
%C%_pam_language_LDADD = $(pam_test_libs)
%C%_pam_load_SOURCES = %D%/pam_load.c %D%/elf_facts.h
%C%_pam_module_LDADD = $(pam_test_libs)
%C%_pam_result_SOURCES = %D%/pam_result.c pam/result.c
%C%_pam_result_CPPFLAGS = $(AM_CPPFLAGS)
%C%_pam_result_LDADD = libcommon.la
%C%_pam_secrets_LDADD = $(pam_test_libs)
%C%_pam_sudo_LDADD = $(pam_test_libs)
%C%_pam_surroundings_LDADD = $(pam_test_libs)
%C%_pam_threads_LDADD = $(pam_test_libs)

check_PROGRAMS += $(common_unit_tests) $(pam_unit_tests)
TESTS += $(common_unit_tests) $(pam_unit_tests)
