/* SPDX-License-Identifier: MIT */
#include "ctl/figures.h"

#include "common/str.h"

#include <string.h>

#define PLAIN(key, kind)                             \
	{                                            \
		key, kind, NULL, NULL, NULL, NULL, 0 \
	}
#define GAUGE(key, kind, name, help)                  \
	{                                             \
		key, kind, name, "", "gauge", help, 0 \
	}
#define COUNTER(key, name, help)                                 \
	{                                                        \
		key, FIGURE_NUMBER, name, "", "counter", help, 0 \
	}

const struct figure figures[] = {
    PLAIN("blocked", FIGURE_TRUTH),
    PLAIN("deleted", FIGURE_TRUTH),
    PLAIN("online_reachable", FIGURE_TRUTH), /* encvoy_online_up */
    PLAIN("directory_changed", FIGURE_NUMBER),
    PLAIN("directory_dropped", FIGURE_NUMBER),
    PLAIN("directory_new", FIGURE_NUMBER),
    PLAIN("directory_next", FIGURE_NUMBER),
    PLAIN("first_seen", FIGURE_TIME),
    PLAIN("last_full_login", FIGURE_TIME),
    PLAIN("last_login", FIGURE_TIME),
    PLAIN("ledger", FIGURE_NUMBER),
    PLAIN("logins_refused", FIGURE_NUMBER), /* the sum of those by reason */
    PLAIN("names", FIGURE_NUMBER),
    PLAIN("persons", FIGURE_NUMBER),
    PLAIN("pid", FIGURE_NUMBER),
    PLAIN("schema", FIGURE_NUMBER),
    PLAIN("uid", FIGURE_NUMBER),
    PLAIN("unserved", FIGURE_NUMBER),
    PLAIN("used_tokens", FIGURE_NUMBER),
    PLAIN("verdicts", FIGURE_NUMBER),

    GAUGE("uptime", FIGURE_NUMBER, "uptime_seconds", "Time since encvoyd started."),
    GAUGE("conf_loaded", FIGURE_TIME, "configuration_loaded_timestamp_seconds",
	"When the configuration was loaded."),
    {"logins_granted", FIGURE_NUMBER, "logins_total", "reason=\"ok\"", "counter",
	"Decided sign-ins by their reason.", 0},
    {"refused:", FIGURE_NUMBER, "logins_total", "reason", "counter", NULL, 0},
    COUNTER(
	"logins_cached", "logins_cached_total", "Sign-ins that the provider was not asked about."),
    GAUGE("logins_waiting", FIGURE_NUMBER, "logins_waiting", "Sign-ins that wait for their user."),
    COUNTER("accounts", "account_decisions_total", "Account phases decided."),
    COUNTER("lookups", "lookups_total", "Look-ups that the map could not answer."),
    COUNTER("lookups_found", "lookups_found_total", "Of these, answered with an entry."),
    GAUGE("connections", FIGURE_NUMBER, "connections", "Open connections of PAM and NSS modules."),
    COUNTER("connections_turned_away", "connections_refused_total", "Connections beyond a limit."),
    GAUGE("map_users", FIGURE_NUMBER, "map_users", "Users of the map."),
    GAUGE("map_groups", FIGURE_NUMBER, "map_groups", "Groups of the map, private groups aside."),
    GAUGE("map_left_out", FIGURE_NUMBER, "map_left_out", "Users and groups that cannot be served."),
    COUNTER("map_generation", "map_generation", "Publications of the map."),
    GAUGE("identities", FIGURE_NUMBER, "identities", "People with an entry in the database."),
    GAUGE("online_heard", FIGURE_TIME, "online_heard_timestamp_seconds",
	"The last message of encvoyd-online, 0: none yet."),
    {"provider_ms:", FIGURE_NUMBER, "provider_request_seconds_sum", "kind", "summary",
	"What requests to the provider took, those that failed too.", 1000},
    {"provider_requests:", FIGURE_NUMBER, "provider_request_seconds_count", "kind", "summary", NULL,
	0},
    {"provider_failed:", FIGURE_NUMBER, "provider_requests_failed_total", "kind", "counter",
	"Requests to the provider without an answer that could be used.", 0},
    {"provider_last_ms:", FIGURE_NUMBER, "provider_request_last_seconds", "kind", "gauge",
	"What the last request took.", 1000},
    {"provider_max_ms:", FIGURE_NUMBER, "provider_request_max_seconds", "kind", "gauge",
	"What a request took at most since encvoyd started.", 1000},
    GAUGE("directory_pass", FIGURE_TIME, "directory_pass_timestamp_seconds",
	"The end of the last directory pass, 0: none yet."),
    GAUGE("directory_passed", FIGURE_TIME, "directory_success_timestamp_seconds",
	"The end of the last directory pass that succeeded."),
    GAUGE("directory_ms", FIGURE_NUMBER, "directory_pass_milliseconds",
	"What the last directory pass took."),
    GAUGE("directory_persons", FIGURE_NUMBER, "directory_persons", "People in the last pass."),
    COUNTER("directory_questions", "directory_questions_total",
	"Names that the directory was asked for."),
    GAUGE("roster_serial", FIGURE_NUMBER, "roster_serial", "The serial of the roster in use."),
    GAUGE("roster_expires", FIGURE_TIME, "roster_expiry_timestamp_seconds",
	"When the roster in use expires."),
};
const size_t figures_count = sizeof(figures) / sizeof(figures[0]);

const char *figure_match(const struct figure *f, const char *key)
{
	size_t n = strlen(f->key);

	if (n && f->key[n - 1] == ':')
		return str_starts(key, f->key) ? key + n : NULL;
	return strcmp(f->key, key) == 0 ? "" : NULL;
}

enum figure_kind figure_kind(const char *key)
{
	for (size_t i = 0; i < figures_count; i++)
		if (figure_match(&figures[i], key))
			return figures[i].kind;
	return FIGURE_TEXT;
}
