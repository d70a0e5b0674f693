# SPDX-License-Identifier: MIT
# What encvoyctl shares with the daemon: requests, the provider, the authorization code flow.
noinst_LTLIBRARIES += libonline.la
libonline_la_SOURCES = \
	%D%/codeflow.c %D%/codeflow.h \
	%D%/documents.c %D%/documents.h \
	%D%/http.c %D%/http.h \
	%D%/http_rules.c %D%/http_rules.h \
	%D%/idp.c %D%/idp.h \
	%D%/network.c %D%/network.h \
	%D%/trust.c %D%/trust.h \
	%D%/wipemem.c %D%/wipemem.h
libonline_la_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS) $(SSL_CFLAGS) $(CRYPTO_CFLAGS)
