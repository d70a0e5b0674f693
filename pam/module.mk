# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libconverse.la
libconverse_la_SOURCES = %D%/converse.c %D%/converse.h

pam_encvoy_sources = \
	%D%/entry.c \
	%D%/phase.c %D%/phase.h \
	%D%/request.c %D%/request.h \
	%D%/result.c %D%/result.h \
	%D%/ui.c %D%/ui.h
pam_encvoy_ldflags = $(AM_LDFLAGS) -module -avoid-version \
	-Wl,--version-script=$(top_srcdir)/%D%/pam_encvoy.map -Wl,-z,nodelete

pam_LTLIBRARIES += pam_encvoy.la
pam_encvoy_la_SOURCES = $(pam_encvoy_sources)
pam_encvoy_la_LDFLAGS = $(pam_encvoy_ldflags)
pam_encvoy_la_LIBADD = libconverse.la libsys.la libcommon.la -lpam
EXTRA_pam_encvoy_la_DEPENDENCIES = $(srcdir)/%D%/pam_encvoy.map
EXTRA_DIST += %D%/pam_encvoy.map
