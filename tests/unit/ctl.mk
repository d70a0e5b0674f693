# SPDX-License-Identifier: MIT
# encvoyctl: C tests of its parts, shell tests of the program.
check_PROGRAMS += \
	%D%/ctl_checks \
	%D%/ctl_doctor \
	%D%/ctl_fake \
	%D%/ctl_local \
	%D%/ctl_loopback \
	%D%/ctl_opts \
	%D%/ctl_people
%C%_ctl_checks_SOURCES = %D%/ctl_checks.c
%C%_ctl_checks_LDADD = $(ctl_libs)
%C%_ctl_doctor_SOURCES = %D%/ctl_doctor.c
%C%_ctl_doctor_LDADD = $(ctl_libs)
%C%_ctl_fake_SOURCES = %D%/ctl_fake.c
%C%_ctl_fake_LDADD = libsys.la libcommon.la
%C%_ctl_local_SOURCES = %D%/ctl_local.c
%C%_ctl_local_LDADD = $(ctl_libs)
%C%_ctl_loopback_SOURCES = %D%/ctl_loopback.c
%C%_ctl_loopback_LDADD = $(ctl_libs)
%C%_ctl_opts_SOURCES = %D%/ctl_opts.c
%C%_ctl_opts_LDADD = $(ctl_libs)
%C%_ctl_people_SOURCES = %D%/ctl_people.c
%C%_ctl_people_LDADD = $(ctl_libs)

ctl_scripts = \
	%D%/code_page.t \
	%D%/completion.t \
	%D%/ctl_daemon.t \
	%D%/ctl_enroll.t \
	%D%/ctl_keys.t \
	%D%/ctl_migrate.t \
	%D%/ctl_provider.t \
	%D%/ctl_roster.t \
	%D%/ctl_ssh.t \
	%D%/ctl_verify.t \
	%D%/man.t
dist_check_SCRIPTS += $(ctl_scripts) %D%/ctl_lib.sh %D%/tap.sh
TESTS += \
	%D%/ctl_checks \
	%D%/ctl_doctor \
	%D%/ctl_local \
	%D%/ctl_loopback \
	%D%/ctl_opts \
	%D%/ctl_people \
	$(ctl_scripts)
