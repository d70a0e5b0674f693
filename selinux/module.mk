# SPDX-License-Identifier: MIT
# Built by rpm/nss-pam-encvoy.spec, or by hand: make -f /usr/share/selinux/devel/Makefile encvoy.pp
EXTRA_DIST += %D%/encvoy.fc %D%/encvoy.if %D%/encvoy.te
