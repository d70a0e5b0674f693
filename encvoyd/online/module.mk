# SPDX-License-Identifier: MIT
# What encvoyctl shares with the daemon: requests, the provider, the authorization code flow.
noinst_LTLIBRARIES += libonline.la
libonline_la_SOURCES = \
	%D%/codeflow.c %D%/codeflow.h \
	%D%/documents.c %D%/documents.h \
	%D%/http.c %D%/http.h %D%/http_internal.h \
	%D%/http_multi.c \
	%D%/http_rules.c %D%/http_rules.h \
	%D%/http_stream.c \
	%D%/idp.c %D%/idp.h \
	%D%/network.c %D%/network.h \
	%D%/roster_place.c %D%/roster_place.h \
	%D%/times.c %D%/times.h \
	%D%/trust.c %D%/trust.h \
	%D%/wipemem.c %D%/wipemem.h
libonline_la_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS) $(SSL_CFLAGS) $(CRYPTO_CFLAGS)

# The daemon but main.c, so that the unit tests run the real parts.
noinst_LTLIBRARIES += libonlined.la
libonlined_la_SOURCES = \
	encvoyd/log.c encvoyd/log.h \
	encvoyd/log_event.c encvoyd/log_event.h \
	encvoyd/log_journal.c encvoyd/log_journal.h \
	%D%/api_client.c %D%/api_client.h \
	%D%/api_listing.c %D%/api_listing.h \
	%D%/api_pages.c \
	%D%/api_person.c %D%/api_person.h \
	%D%/api_signin.c %D%/api_signin.h \
	%D%/child.c %D%/child.h \
	%D%/directory.c %D%/directory.h \
	%D%/fdpass.c %D%/fdpass.h \
	%D%/flow.c %D%/flow.h \
	%D%/flow_browser.c \
	%D%/flow_device.c \
	%D%/flow_refresh.c \
	%D%/flow_token.c \
	%D%/keys_cache.c %D%/keys_cache.h \
	%D%/keys_child.c %D%/keys_child.h \
	%D%/keys_client.c %D%/keys_client.h \
	%D%/login.c %D%/login.h \
	%D%/messages.c %D%/messages.h \
	%D%/process.c %D%/process.h \
	%D%/qr.c %D%/qr.h \
	%D%/rehearsal.c %D%/rehearsal.h \
	%D%/source.h \
	%D%/source_api.c \
	%D%/source_roster.c \
	%D%/spare.c %D%/spare.h \
	%D%/talk.c %D%/talk.h \
	%D%/template.c %D%/template.h \
	%D%/work.c %D%/work.h
libonlined_la_CFLAGS = $(AM_CFLAGS) $(SSL_CFLAGS) $(CRYPTO_CFLAGS) $(QRENCODE_CFLAGS)

online_libs = libonlined.la libonline.la liboidc.la libsys.la libcommon.la \
	$(CURL_LIBS) $(SSL_LIBS) $(CRYPTO_LIBS) $(JSONC_LIBS) $(QRENCODE_LIBS)

libexec_PROGRAMS += encvoyd-online
encvoyd_online_SOURCES = %D%/main.c
encvoyd_online_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS)
encvoyd_online_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
encvoyd_online_LDADD = $(online_libs)
