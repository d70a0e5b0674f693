# SPDX-License-Identifier: MIT
# The network side of the daemon.
online_tests = \
	%D%/online_browser \
	%D%/online_device \
	%D%/online_http \
	%D%/online_keys \
	%D%/online_parts \
	%D%/online_roster \
	%D%/online_schedule \
	%D%/online_stream \
	%D%/online_talk \
	%D%/online_times \
	%D%/online_token
check_PROGRAMS += $(online_tests) %D%/online_crowd %D%/online_people %D%/online_player
TESTS += $(online_tests)

check_LTLIBRARIES += libtestonline.la
libtestonline_la_SOURCES = %D%/online_fake.c %D%/online_fake.h
libtestonline_la_LIBADD = $(online_libs)

%C%_online_browser_LDADD = libtestonline.la
%C%_online_browser_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_mono_ms
%C%_online_crowd_LDADD = libsys.la libcommon.la
%C%_online_device_LDADD = libtestonline.la
%C%_online_http_SOURCES = %D%/online_http.c %D%/online_server.c %D%/online_server.h
%C%_online_http_LDADD = $(online_libs)
%C%_online_keys_LDADD = $(online_libs)
%C%_online_parts_LDADD = $(online_libs)
%C%_online_people_LDADD = $(online_libs)
%C%_online_player_LDADD = libsys.la libcommon.la
%C%_online_roster_SOURCES = %D%/online_roster.c %D%/online_server.c %D%/online_server.h
%C%_online_roster_LDADD = $(online_libs)
%C%_online_schedule_LDADD = libtestonline.la
%C%_online_schedule_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_mono_ms,--wrap=talk_wait
%C%_online_stream_SOURCES = %D%/online_stream.c %D%/online_server.c %D%/online_server.h
%C%_online_stream_LDADD = $(online_libs)
%C%_online_talk_LDADD = libtestonline.la
%C%_online_times_LDADD = $(online_libs)
%C%_online_token_LDADD = libtestonline.la
