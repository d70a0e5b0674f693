# SPDX-License-Identifier: MIT
# Recipes, installed as documentation; the system tests use the very configuration they show.
dist_doc_DATA = \
	%D%/apache.md \
	%D%/audit.md \
	%D%/code-page.md \
	%D%/console.md \
	%D%/containers.md \
	%D%/dovecot.md \
	%D%/fail2ban.md \
	%D%/leaver.md \
	%D%/nextcloud.md \
	%D%/nginx.md \
	%D%/outage.md \
	%D%/passphrase.md \
	%D%/rpm.md \
	%D%/screen-locker.md \
	%D%/ssh.md \
	%D%/sudo.md
