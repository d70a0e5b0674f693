# SPDX-License-Identifier: MIT
# A library of its own, so that the unit tests run the very objects of the module.
noinst_LTLIBRARIES += libnss.la
libnss_la_SOURCES = \
	%D%/ask.c %D%/ask.h \
	%D%/enumerate.c %D%/enumerate.h \
	%D%/enumerate_group.c \
	%D%/enumerate_passwd.c \
	%D%/group.c \
	%D%/guard.h \
	%D%/initgroups.c \
	%D%/mapping.c %D%/mapping.h \
	%D%/maps.c %D%/maps.h \
	%D%/no_password.h \
	%D%/nss_encvoy.h \
	%D%/passwd.c \
	%D%/paths.c %D%/paths.h \
	%D%/reply.c %D%/reply.h \
	%D%/result.h

nss_LTLIBRARIES += libnss_encvoy.la
libnss_encvoy_la_SOURCES =
libnss_encvoy_la_LIBADD = libnss.la libsys.la libcommon.la
libnss_encvoy_la_LDFLAGS = $(AM_LDFLAGS) -module -version-info 2:0:0 -Wl,-z,nodelete \
	-Wl,--version-script=$(top_srcdir)/%D%/libnss_encvoy.sym
EXTRA_libnss_encvoy_la_DEPENDENCIES = $(srcdir)/%D%/libnss_encvoy.sym
EXTRA_DIST += %D%/libnss_encvoy.sym
