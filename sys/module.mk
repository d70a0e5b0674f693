# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libsys.la
libsys_la_SOURCES = \
	%D%/catalogs.c %D%/catalogs.h \
	%D%/clock.c %D%/clock.h \
	%D%/conffile.c %D%/conffile.h \
	%D%/file.c %D%/file.h \
	%D%/localdb.c %D%/localdb.h \
	%D%/locallists.c %D%/locallists.h \
	%D%/notify.c %D%/notify.h \
	%D%/process.c %D%/process.h \
	%D%/program.c %D%/program.h \
	%D%/sock.c %D%/sock.h
