# SPDX-License-Identifier: MIT
# Everything but main.c, so that the unit tests can link it.
noinst_LTLIBRARIES += libctl.la
libctl_la_SOURCES = \
	%D%/admin.c %D%/admin.h \
	%D%/ask.c %D%/ask.h \
	%D%/browser.c %D%/browser.h \
	%D%/check_client.c %D%/check_client.h \
	%D%/check_conf.c \
	%D%/check_daemon.c \
	%D%/check_host.c \
	%D%/check_local.c \
	%D%/check_logs.c \
	%D%/check_map.c \
	%D%/check_nscd.c \
	%D%/check_pam.c \
	%D%/check_provider.c \
	%D%/check_proxy.c \
	%D%/check_sshd.c \
	%D%/check_ways.c \
	%D%/check_web.c \
	%D%/checks.h \
	%D%/code_page.c %D%/code_page.h \
	%D%/command.c %D%/command.h \
	%D%/confline.c %D%/confline.h \
	%D%/ctl.h \
	%D%/enroll.h \
	%D%/enroll_ask.c \
	%D%/enroll_bind.c \
	%D%/enroll_daemon.c \
	%D%/enroll_first.c \
	%D%/enroll_make.c \
	%D%/enroll_next.c \
	%D%/enroll_read.c \
	%D%/enroll_run.c \
	%D%/enroll_ssh.c %D%/enroll_ssh.h \
	%D%/enroll_text.c \
	%D%/enroll_undo.c \
	%D%/enroll_write.c \
	%D%/fields.c %D%/fields.h \
	%D%/figures.c %D%/figures.h \
	%D%/findings.c %D%/findings.h \
	%D%/idplink.c %D%/idplink.h \
	%D%/input.c %D%/input.h \
	%D%/loopback.c %D%/loopback.h \
	%D%/migrate.h \
	%D%/migrate_files.c \
	%D%/migrate_plan.c \
	%D%/migrate_traces.c \
	%D%/mkhomedir.c %D%/mkhomedir.h \
	%D%/opts.c %D%/opts.h \
	%D%/output.c %D%/output.h \
	%D%/pam_line.c %D%/pam_line.h \
	%D%/people.c %D%/people.h \
	%D%/probe.c %D%/probe.h \
	%D%/prometheus.c %D%/prometheus.h \
	%D%/redirect.c %D%/redirect.h \
	%D%/roster_files.c %D%/roster_files.h \
	%D%/roster_source.c %D%/roster_source.h \
	%D%/say.c \
	%D%/secretfile.c %D%/secretfile.h \
	%D%/signin.c %D%/signin.h \
	%D%/sshd_conf.c %D%/sshd_conf.h \
	%D%/terminal.c %D%/terminal.h \
	%D%/tokenconf.c %D%/tokenconf.h \
	%D%/verb_authorized_keys.c \
	%D%/verb_doctor.c \
	%D%/verb_enroll.c \
	%D%/verb_help.c \
	%D%/verb_import.c \
	%D%/verb_login.c \
	%D%/verb_migrate.c \
	%D%/verb_roster_build.c \
	%D%/verb_roster_keygen.c \
	%D%/verb_roster_verify.c \
	%D%/verb_status.c \
	%D%/verb_token.c \
	%D%/verb_user.c \
	%D%/verb_verify_token.c \
	%D%/verb_why.c \
	%D%/verbs.c
libctl_la_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS) $(SSL_CFLAGS) $(CRYPTO_CFLAGS) $(JSONC_CFLAGS)

# The page of "enroll --code-page" is part of the program: the bytes of an array.
EXTRA_DIST += %D%/code-page.html
CLEANFILES += %D%/code_page_data.h
$(libctl_la_OBJECTS): %D%/code_page_data.h
%D%/code_page_data.h: %D%/code-page.html
	$(AM_V_GEN)$(MKDIR_P) %D% && \
	  od -An -v -tx1 $(srcdir)/%D%/code-page.html | sed 's/ *\([0-9a-f][0-9a-f]\)/0x\1,/g' >$@.new && \
	  mv $@.new $@

bin_PROGRAMS += encvoyctl
encvoyctl_SOURCES = %D%/main.c
encvoyctl_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS)
encvoyctl_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
ctl_libs = libctl.la libconverse.la liblistener.la libonline.la liboidc.la libsys.la libcommon.la \
	$(CURL_LIBS) $(SSL_LIBS) $(CRYPTO_LIBS) $(JSONC_LIBS)
encvoyctl_LDADD = $(ctl_libs)

# The profile that "enroll --ssh" has pam-auth-update turn on, which reads them in one place only.
pamconfigsdir = $(datadir)/pam-configs
dist_pamconfigs_DATA = %D%/encvoy-mkhomedir
