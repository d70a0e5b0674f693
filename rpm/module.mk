# SPDX-License-Identifier: MIT
# rpmbuild -ta finds the spec file in the tarball; its version is configure.ac's.
EXTRA_DIST += \
	%D%/nss-pam-encvoy.spec \
	%D%/authselect/README \
	%D%/authselect/REQUIREMENTS \
	%D%/authselect/dconf-db \
	%D%/authselect/dconf-locks \
	%D%/authselect/fingerprint-auth \
	%D%/authselect/nsswitch.conf \
	%D%/authselect/password-auth \
	%D%/authselect/postlogin \
	%D%/authselect/smartcard-auth \
	%D%/authselect/system-auth
