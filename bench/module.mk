# SPDX-License-Identifier: MIT
# make bench: measures side by side with the peers, as root; see HACKING.md. Nothing here is built
# or run by "make", "make check" or "make install".
bench_programs = \
	%D%/authenticate \
	%D%/empty \
	%D%/fill \
	%D%/fleet \
	%D%/jws \
	%D%/limitgen \
	%D%/lookup \
	%D%/mapgen \
	%D%/once \
	%D%/spawn \
	%D%/trouble
EXTRA_PROGRAMS = $(bench_programs)
EXTRA_LTLIBRARIES = %D%/libnss_limit.la %D%/libpeople.la

%C%_libpeople_la_SOURCES = %D%/people.c %D%/people.h
%C%_libpeople_la_LIBADD = libcommon.la

# -rpath makes libtool build a module of what is never installed
%C%_libnss_limit_la_SOURCES = %D%/limit.c %D%/limit.h
%C%_libnss_limit_la_LDFLAGS = $(AM_LDFLAGS) -module -version-info 2:0:0 -rpath /nowhere

%C%_authenticate_LDADD = %D%/libpeople.la -lpam
%C%_empty_LDADD = libsys.la libcommon.la
%C%_fill_LDADD = %D%/libpeople.la
%C%_fleet_SOURCES = %D%/fleet.c
%C%_fleet_LDADD = %D%/libpeople.la $(online_libs)
%C%_once_LDADD = %D%/libpeople.la
%C%_limitgen_SOURCES = %D%/limitgen.c %D%/limit.h
%C%_limitgen_LDADD = %D%/libpeople.la
%C%_mapgen_LDADD = %D%/libpeople.la liblistener.la libsys.la libcommon.la $(SQLITE_LIBS)
%C%_lookup_SOURCES = \
	%D%/calls.c %D%/calls.h \
	%D%/kinds.c %D%/kinds.h \
	%D%/lookup.c \
	%D%/worker.c %D%/worker.h \
	%D%/worker_extra.c
%C%_lookup_LDADD = %D%/libpeople.la libcommon.la
%C%_spawn_LDADD = %D%/libpeople.la
%C%_trouble_SOURCES = %D%/trouble.c %D%/calls.c %D%/calls.h
%C%_trouble_LDADD = %D%/libpeople.la
%C%_jws_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
%C%_jws_LDADD = tests/unit/liboidctest.la %D%/libpeople.la liboidc.la

EXTRA_DIST += \
	%D%/bench.sh \
	%D%/figures.sh \
	%D%/fleet-report.sh \
	%D%/fleet.sh \
	%D%/goals.awk \
	%D%/login.sh \
	%D%/medians.awk \
	%D%/peers.sh \
	%D%/report \
	%D%/run.sh \
	%D%/tables.awk \
	%D%/trouble.sh

BENCH_SIZES = 1000 10000 100000 1000000
BENCH_ROUNDS = 15
BENCH_OUT = $(abs_top_srcdir)/bench/RESULTS.md
CLEANFILES += $(bench_programs) $(EXTRA_LTLIBRARIES)
.PHONY: bench
bench: all $(bench_programs) %D%/libnss_limit.la
	ENCVOY_BUILD='$(abs_top_builddir)' BENCH_SIZES='$(BENCH_SIZES)' \
	  BENCH_ROUNDS='$(BENCH_ROUNDS)' \
	  BENCH_CONTENDERS='$(BENCH_CONTENDERS)' BENCH_OUT='$(BENCH_OUT)' \
	  $(top_srcdir)/bench/bench.sh

LOGIN_ROUNDS = 9
LOGIN_REQUESTS = 3000
LOGIN_OUT = $(abs_top_srcdir)/bench/LOGIN-RESULTS.md
.PHONY: bench-login
bench-login: all idp %D%/authenticate %D%/empty %D%/spawn
	ENCVOY_BUILD='$(abs_top_builddir)' LOGIN_ROUNDS='$(LOGIN_ROUNDS)' \
	  LOGIN_REQUESTS='$(LOGIN_REQUESTS)' LOGIN_OUT='$(LOGIN_OUT)' $(top_srcdir)/bench/login.sh

# most of the time it takes is FLEET_HOSTS times FLEET_PEOPLE lines to be read
FLEET_HOSTS = 1000
FLEET_PEOPLE = 100000
FLEET_SIZES = 1000 10000 100000
FLEET_OUT = $(abs_top_srcdir)/bench/FLEET-RESULTS.md
.PHONY: bench-fleet
bench-fleet: all %D%/fleet
	ENCVOY_BUILD='$(abs_top_builddir)' FLEET_HOSTS='$(FLEET_HOSTS)' FLEET_PEOPLE='$(FLEET_PEOPLE)' \
	  FLEET_SIZES='$(FLEET_SIZES)' FLEET_OUT='$(FLEET_OUT)' $(top_srcdir)/bench/fleet.sh
