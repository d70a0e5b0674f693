# SPDX-License-Identifier: MIT
# Units with the paths of this build, users and directories; see "The units" in HACKING.md.
systemd_units = \
	%D%/encvoyd.service \
	%D%/encvoyd.socket \
	%D%/encvoyd-evict.service \
	%D%/encvoyd-online.service \
	%D%/encvoyd-online.socket \
	%D%/encvoy-userdbd.service \
	%D%/encvoy-userdbd.socket
systemd_made = $(systemd_units) %D%/tmpfiles.d/encvoyd.conf
EXTRA_DIST += $(systemd_made:=.in) %D%/sysusers.d/encvoyd.conf
CLEANFILES += $(systemd_made)

fill_in_paths = $(AM_V_GEN)$(MKDIR_P) $(@D) && $(SED) \
	-e 's|@sbindir[@]|$(sbindir)|g' -e 's|@libexecdir[@]|$(libexecdir)|g' \
	-e 's|@sysconfdir[@]|$(sysconfdir)|g' -e 's|@localstatedir[@]|$(localstatedir)|g' \
	-e 's|@runstatedir[@]|$(runstatedir)|g' $< >$@.tmp && mv $@.tmp $@

$(systemd_made): %: %.in Makefile
	$(fill_in_paths)

if INSTALL_UNITS
systemdsystemunit_DATA = $(systemd_units)
sysusers_DATA = %D%/sysusers.d/encvoyd.conf
tmpfiles_DATA = %D%/tmpfiles.d/encvoyd.conf
endif
