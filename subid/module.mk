# SPDX-License-Identifier: MIT
# A library of its own, so that the unit tests run the very objects of the module.
noinst_LTLIBRARIES += libsubid.la
libsubid_la_SOURCES = \
	%D%/abi.h \
	%D%/file.c %D%/file.h \
	%D%/owner.c %D%/owner.h \
	%D%/ranges.h \
	%D%/subid.c

# libsubid looks for it where the dynamic linker looks: beside the NSS module.
nss_LTLIBRARIES += libsubid_encvoy.la
libsubid_encvoy_la_SOURCES =
libsubid_encvoy_la_LIBADD = libsubid.la libnss.la libsys.la libcommon.la
libsubid_encvoy_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -Wl,-z,nodelete \
	-Wl,--version-script=$(top_srcdir)/%D%/libsubid_encvoy.sym
EXTRA_libsubid_encvoy_la_DEPENDENCIES = $(srcdir)/%D%/libsubid_encvoy.sym
EXTRA_DIST += %D%/libsubid_encvoy.sym
