# SPDX-License-Identifier: MIT
# Subordinate ids.
check_PROGRAMS += %D%/map_make %D%/subid_ranges
%C%_map_make_LDADD = %D%/libnsstest.la libnss.la libsys.la libcommon.la
%C%_subid_ranges_LDADD = libsubid.la libnss.la libsys.la libcommon.la
dist_check_SCRIPTS += %D%/subid.t
TESTS += %D%/subid_ranges %D%/subid.t
