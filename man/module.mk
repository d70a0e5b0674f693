# SPDX-License-Identifier: MIT
# Written by hand; tests/unit/man.t compares them with the tables of options and verbs.
dist_man_MANS = \
	%D%/encvoy-roster.5 \
	%D%/encvoy.conf.5 \
	%D%/encvoyctl.1 \
	%D%/encvoyd.8 \
	%D%/nss_encvoy.8 \
	%D%/pam_encvoy.8
