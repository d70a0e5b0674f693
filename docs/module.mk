# SPDX-License-Identifier: MIT
# Recipes, installed as documentation; the system tests use the very configuration they show.
dist_doc_DATA = \
	%D%/apache.md \
	%D%/audit.md \
	%D%/code-page.md \
	%D%/console.md \
	%D%/containers.md \
	%D%/doctor.md \
	%D%/dovecot.md \
	%D%/fail2ban.md \
	%D%/fleet.md \
	%D%/leaver.md \
	%D%/nextcloud.md \
	%D%/nginx.md \
	%D%/outage.md \
	%D%/passphrase.md \
	%D%/rpm.md \
	%D%/screen-locker.md \
	%D%/ssh.md \
	%D%/sudo.md
EXTRA_DIST += \
	%D%/pictures/architecture.svg \
	%D%/pictures/login.sh \
	%D%/pictures/login.svg \
	%D%/pictures/terminal-svg.mjs

# The login that README.md shows, gone through anew; as root.
.PHONY: pictures
pictures: all idp
	ENCVOY_BUILD='$(abs_top_builddir)' $(top_srcdir)/docs/pictures/login.sh 8>$(top_builddir)/login.svg
	mv $(top_builddir)/login.svg $(top_srcdir)/docs/pictures/login.svg
