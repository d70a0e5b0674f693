# SPDX-License-Identifier: MIT
include %D%/unit/common.mk
include %D%/unit/ctl.mk
include %D%/unit/identity.mk
include %D%/unit/listener.mk
include %D%/unit/nss.mk
include %D%/unit/oidc.mk
include %D%/unit/online.mk
include %D%/unit/pass.mk
include %D%/unit/subid.mk
include %D%/unit/userdb.mk
include %D%/packages/module.mk
include %D%/fuzz/common.mk
include %D%/fuzz/nss.mk
include %D%/fuzz/oidc.mk
include %D%/fuzz/userdb.mk

noinst_HEADERS += %D%/unit/tap.h

dist_check_SCRIPTS += %D%/style/style.t %D%/style/coverage.t
TESTS += %D%/style/style.t %D%/style/coverage.t

# The real thing in private namespaces, as root: minutes, not seconds; not part of "make check". Those
# that take longest begin, so that no processor waits for the last of them.
system_tests = \
	%D%/system/online.t \
	%D%/system/truth.t \
	%D%/unit/online_directory.t \
	%D%/system/web.t \
	%D%/system/login.t \
	%D%/system/passphrase.t \
	%D%/system/programs.t \
	%D%/system/ssh.t \
	%D%/system/page.t \
	%D%/system/trouble.t \
	%D%/system/account.t \
	%D%/system/api.t \
	%D%/system/crowd.t \
	%D%/system/ctl.t \
	%D%/system/enroll.t \
	%D%/system/fail2ban.t \
	%D%/system/fleet.t \
	%D%/system/journal.t \
	%D%/system/locker.t \
	%D%/system/polkit.t \
	%D%/system/roster.t \
	%D%/system/secrets.t \
	%D%/system/sudo.t \
	%D%/system/units.t
dist_check_SCRIPTS += $(system_tests) %D%/system/ansible.t %D%/system/approve.js %D%/system/chromium.js %D%/system/cloud.js %D%/system/document.sh %D%/system/lib.sh \
	%D%/system/memory_has.js \
	%D%/system/package.json \
	%D%/system/terminal.sh \
	%D%/system/webserver.js
CLEANFILES += %D%/system/page-*.png
EXTRA_DIST += %D%/SECURITY-COVERAGE.md %D%/packages.sh

.PHONY: check-system idp
idp:
	$(top_srcdir)/tests/idp/install.sh
check-system: all idp tests/unit/online_crowd tests/unit/online_people tests/unit/online_player
	rm -rf tests/installed
	$(MAKE) $(AM_MAKEFLAGS) install DESTDIR='$(abs_top_builddir)/tests/installed' >/dev/null
	ENCVOY_INSTALLED='$(abs_top_builddir)/tests/installed' $(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(system_tests)' check_PROGRAMS= check_LTLIBRARIES=

# The Ansible role on a host of its own: minutes.
.PHONY: check-ansible
check-ansible: all idp
	$(top_srcdir)/tests/packages.sh ansible
	ENCVOY_BUILD='$(abs_top_builddir)' $(top_srcdir)/tests/system/ansible.t

# Unit tests that do less under a sanitizer: for a build without, beside all of them in one with.
plain_programs = \
	%D%/unit/common_secret \
	%D%/unit/id_crash \
	%D%/unit/id_damage \
	%D%/unit/id_directory \
	%D%/unit/id_groups \
	%D%/unit/listener_directory \
	%D%/unit/map_scale \
	%D%/unit/nss_threads \
	%D%/unit/nss_trouble \
	%D%/unit/oidc_roster_lines \
	%D%/unit/online_http \
	%D%/unit/online_roster \
	%D%/unit/online_stream \
	%D%/unit/pam_faults \
	%D%/unit/pam_load \
	%D%/unit/pam_secrets \
	%D%/unit/pam_threads
plain_tests = $(plain_programs) \
	%D%/unit/nss_hits.t \
	%D%/unit/nss_symbols.t \
	%D%/unit/subid.t
.PHONY: check-plain
check-plain: all $(plain_programs) pam_encvoy_test.la pam_stash.la tests/unit/ctl_fake \
	    tests/unit/map_make tests/unit/nss_hits tests/unit/online_player
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(plain_tests)' check_PROGRAMS= check_LTLIBRARIES=

# Many conversations at once, with figures: some minutes.
CROWD = 1000
CROWD_INTERVAL = 5
.PHONY: crowd
crowd: all idp tests/unit/online_crowd
	ENCVOY_BUILD='$(abs_top_builddir)' CROWD='$(CROWD)' CROWD_INTERVAL='$(CROWD_INTERVAL)' \
	  $(top_srcdir)/tests/system/crowd.t

# make fuzz FUZZ_SECONDS=60: every target in turn, corpus kept in the build tree
FUZZ_SECONDS = 3600
fuzz_targets = $(filter tests/fuzz/fuzz_%,$(check_PROGRAMS))
.PHONY: fuzz
if FUZZING
fuzz: $(fuzz_targets)
	@set -e; for t in $(fuzz_targets); do \
	  c=tests/fuzz/found/$${t##*/fuzz_}; mkdir -p $$c; \
	  echo "== $$t"; \
	  ./$$t -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 $$c \
	    $(top_srcdir)/tests/fuzz/corpus/$${t##*/fuzz_}; \
	done
else
fuzz:
	@echo 'configure with --enable-fuzzing CC=clang first' >&2; exit 1
endif

# The test provider, for demo and system tests only.
EXTRA_DIST += \
	%D%/idp/README.md \
	%D%/idp/account.js \
	%D%/idp/api.js \
	%D%/idp/browser.js \
	%D%/idp/clients.js \
	%D%/idp/config.js \
	%D%/idp/control.js \
	%D%/idp/drive.js \
	%D%/idp/faults.js \
	%D%/idp/flows.js \
	%D%/idp/front.js \
	%D%/idp/install.sh \
	%D%/idp/interaction.js \
	%D%/idp/jws.js \
	%D%/idp/package-lock.json \
	%D%/idp/package.json \
	%D%/idp/pages.js \
	%D%/idp/policy.js \
	%D%/idp/provider.js \
	%D%/idp/roles.js \
	%D%/idp/server.js \
	%D%/idp/stats.js \
	%D%/idp/store.js \
	%D%/idp/test/device.test.js \
	%D%/idp/test/directory.test.js \
	%D%/idp/test/discovery.json \
	%D%/idp/test/discovery.test.js \
	%D%/idp/test/faults.test.js \
	%D%/idp/test/pages.test.js \
	%D%/idp/test/tokens.test.js \
	%D%/idp/test/users.test.js \
	%D%/idp/testkit.js \
	%D%/idp/tls.js \
	%D%/idp/users.js \
	%D%/idp/world.js
