# SPDX-License-Identifier: MIT
# For the units; started by hand, the programs are confined by nothing but what they give up.
apparmor_made = %D%/encvoyd %D%/encvoyd-online
EXTRA_DIST += $(apparmor_made:=.in)
CLEANFILES += $(apparmor_made)

$(apparmor_made): %: %.in Makefile
	$(fill_in_paths)

if INSTALL_UNITS
apparmor_DATA = $(apparmor_made)
endif
