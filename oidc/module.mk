# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += liboidc.la
liboidc_la_SOURCES = \
	%D%/apidir.c %D%/apidir.h \
	%D%/authcode.c %D%/authcode.h %D%/authcode_internal.h \
	%D%/authcode_paste.c \
	%D%/b64url.c %D%/b64url.h \
	%D%/client.c %D%/client.h \
	%D%/cookies.c %D%/cookies.h \
	%D%/crypto.h \
	%D%/device.c %D%/device.h \
	%D%/device_poll.c \
	%D%/digest.c %D%/digest.h \
	%D%/discovery.c %D%/discovery.h \
	%D%/form.c %D%/form.h \
	%D%/hostnonce.c %D%/hostnonce.h \
	%D%/idtoken.c %D%/idtoken.h \
	%D%/introspect.c %D%/introspect.h \
	%D%/json.c %D%/json.h %D%/json_internal.h \
	%D%/json_ascii.c \
	%D%/json_parse.c \
	%D%/json_string.c \
	%D%/json_write.c \
	%D%/jwa.c %D%/jwa.h \
	%D%/jwk.c %D%/jwk.h %D%/jwk_internal.h \
	%D%/jwk_load.c \
	%D%/jwk_pem.c \
	%D%/jws.c %D%/jws.h %D%/jws_internal.h \
	%D%/jws_signature.c \
	%D%/reply.c %D%/reply.h \
	%D%/roster.c %D%/roster.h \
	%D%/roster_build.c %D%/roster_build.h \
	%D%/roster_lines.c %D%/roster_lines.h \
	%D%/roster_person.c %D%/roster_person.h \
	%D%/roster_sign.c %D%/roster_sign.h \
	%D%/token.c %D%/token.h \
	%D%/url.c %D%/url.h
liboidc_la_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS) $(JSONC_CFLAGS)
liboidc_la_LIBADD = libcommon.la $(CRYPTO_LIBS) $(JSONC_LIBS)
