# SPDX-License-Identifier: MIT
# Everything but main.c, so that the unit tests can link it.
noinst_LTLIBRARIES += libuserdb.la
libuserdb_la_SOURCES = \
	%D%/answer.c %D%/answer.h \
	%D%/listing.c %D%/listing.h \
	%D%/request.c %D%/request.h \
	%D%/server.c %D%/server.h \
	%D%/write.c %D%/write.h
libuserdb_la_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS)

libexec_PROGRAMS += encvoy-userdbd
encvoy_userdbd_SOURCES = %D%/main.c
encvoy_userdbd_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS)
encvoy_userdbd_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
# of liboidc.la only its JSON, which --gc-sections and --as-needed leave over
userdb_libs = libuserdb.la libnss.la liboidc.la libsys.la libcommon.la $(JSONC_LIBS)
encvoy_userdbd_LDADD = $(userdb_libs)
