/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "encvoyd/evict.h"

#ifdef HAVE_LIBSYSTEMD

#include "encvoyd/log.h"

#include <stdlib.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-login.h>

#define CALL_US 2000000

static void free_bus(sd_bus **bus)
{
	sd_bus_flush_close_unref(*bus);
}

static void end_user(sd_bus *bus, uid_t uid)
{
	__attribute__((cleanup(sd_bus_error_free))) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r = sd_bus_call_method(bus, "org.freedesktop.login1", "/org/freedesktop/login1",
	    "org.freedesktop.login1.Manager", "TerminateUser", &error, NULL, "u", (uint32_t)uid);

	if (r < 0)
		log_event_line(EVENT_BLOCKED_LEFT, LOG_ERR,
		    "logind does not end the sessions of uid %u: %s", (unsigned)uid,
		    error.message ? error.message : "no answer");
	else
		log_event_line(EVENT_BLOCKED_ENDED, LOG_NOTICE,
		    "logind ends the sessions of uid %u", (unsigned)uid);
}

bool evict_sessions(const struct blocked *b)
{
	CLEANUP(free_bus) sd_bus *bus = NULL;
	CLEANUP(free_ptr) uid_t *uids = NULL;
	int n = sd_get_uids(&uids);

	for (int i = 0; i < n; i++) {
		if (!blocked_has(b, uids[i]) || !evict_may(uids[i]))
			continue;
		if (!bus && sd_bus_open_system(&bus) < 0) {
			log_line(LOG_ERR, "no D-Bus: logind is not asked");
			return false;
		}
		(void)sd_bus_set_method_call_timeout(bus, CALL_US);
		end_user(bus, uids[i]);
	}
	return n >= 0;
}

#else

bool evict_sessions(const struct blocked *b)
{
	(void)b;
	return false;
}

#endif
