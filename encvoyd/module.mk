# SPDX-License-Identifier: MIT
include %D%/identity.mk

# Everything but main.c, so that the unit tests run the real listener.
encvoyd_listener_sources = \
	encvoyd/account.c \
	encvoyd/chan.c encvoyd/chan.h \
	encvoyd/child.c encvoyd/child.h \
	encvoyd/clients.c encvoyd/clients.h \
	encvoyd/conn.c encvoyd/conn.h \
	encvoyd/dirfind.c encvoyd/dirfind.h \
	encvoyd/dirlink.c encvoyd/dirlink.h \
	encvoyd/dirs.c encvoyd/dirs.h \
	encvoyd/dirsync.c encvoyd/dirsync.h \
	encvoyd/grace.c encvoyd/grace.h \
	encvoyd/limits.c \
	encvoyd/listener.c encvoyd/listener.h \
	encvoyd/log.c encvoyd/log.h \
	encvoyd/log_event.c encvoyd/log_event.h \
	encvoyd/log_journal.c encvoyd/log_journal.h \
	encvoyd/login.c encvoyd/login.h \
	encvoyd/lookup.c \
	encvoyd/loop.c encvoyd/loop.h \
	encvoyd/mapfile.c encvoyd/mapfile.h \
	encvoyd/mapfile_changes.c encvoyd/mapfile_changes.h \
	encvoyd/mapfile_gen.c \
	encvoyd/mapfile_image.c \
	encvoyd/mapfile_members.c \
	encvoyd/mapfile_parts.h \
	encvoyd/mapfile_seen.c \
	encvoyd/mapfile_verify.c \
	encvoyd/online.c \
	encvoyd/passconfine.c \
	encvoyd/passcrypt.c encvoyd/passcrypt.h \
	encvoyd/passlogin.c encvoyd/passlogin.h \
	encvoyd/passmsg.c encvoyd/passmsg.h \
	encvoyd/passonline.c \
	encvoyd/passpool.c encvoyd/passpool.h \
	encvoyd/passset.c \
	encvoyd/passwork.c encvoyd/passwork.h \
	encvoyd/paths.h \
	encvoyd/reload.c encvoyd/reload.h \
	encvoyd/request.c encvoyd/request.h \
	encvoyd/reuse.c encvoyd/reuse.h \
	encvoyd/server.h \
	encvoyd/session.c encvoyd/session.h \
	encvoyd/status.c encvoyd/status.h \
	encvoyd/status_block.c \
	encvoyd/status_directory.c \
	encvoyd/status_times.c \
	encvoyd/supervise.c encvoyd/supervise.h \
	encvoyd/throttle.c encvoyd/throttle.h \
	encvoyd/times.c encvoyd/times.h \
	encvoyd/told.c encvoyd/told.h \
	encvoyd/uidcount.c encvoyd/uidcount.h \
	encvoyd/verdicts.c encvoyd/verdicts.h \
	encvoyd/verbs.c

noinst_LTLIBRARIES += liblistener.la
liblistener_la_SOURCES = $(encvoyd_listener_sources) $(encvoyd_identity_sources)
liblistener_la_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS) $(CRYPTO_CFLAGS) $(CRYPT_CFLAGS) \
	$(PWQUALITY_CFLAGS)
liblistener_la_LIBADD = $(CRYPTO_LIBS) $(CRYPT_LIBS) $(PWQUALITY_LIBS)

# not simply "encvoyd": that is the folder
sbin_PROGRAMS += %D%/encvoyd
%C%_encvoyd_SOURCES = encvoyd/main.c
%C%_encvoyd_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS)
%C%_encvoyd_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
%C%_encvoyd_LDADD = liblistener.la libsys.la libcommon.la $(SQLITE_LIBS)

# Everything but main, so that the unit tests run the real parts.
noinst_LTLIBRARIES += libevict.la
libevict_la_SOURCES = \
	encvoyd/blocked.h encvoyd/blocked_parse.c \
	encvoyd/evict.h \
	encvoyd/evict_kill.c \
	encvoyd/evict_logind.c \
	encvoyd/log.c encvoyd/log.h \
	encvoyd/log_event.c encvoyd/log_event.h \
	encvoyd/log_journal.c encvoyd/log_journal.h
libevict_la_CFLAGS = $(AM_CFLAGS) $(SYSTEMD_CFLAGS)

libexec_PROGRAMS += encvoyd-evict
encvoyd_evict_SOURCES = encvoyd/evict_main.c
encvoyd_evict_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS)
encvoyd_evict_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
encvoyd_evict_LDADD = libevict.la libsys.la libcommon.la $(SYSTEMD_LIBS)

include %D%/online/module.mk
