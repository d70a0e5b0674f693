# SPDX-License-Identifier: MIT
# make check-packages, as root and with a network: minutes; see "The packages" in HACKING.md.
EXTRA_DIST += %D%/authselect.t %D%/autopkgtest.t %D%/boot.sh %D%/boot.t %D%/build.sh %D%/check.sh %D%/failures.t %D%/lib.sh %D%/life.t \
	%D%/readme.t %D%/role.t %D%/root.sh %D%/rpm.t %D%/rpmlint.toml %D%/source.t %D%/walk.sh %D%/walk.t
.PHONY: check-packages
check-packages:
	$(top_srcdir)/tests/packages/check.sh $(abs_top_builddir)/packages
