/* SPDX-License-Identifier: MIT */
#include "ctl/prometheus.h"

#include "common/num.h"
#include "common/str.h"
#include "ctl/ctl.h"

#include <stdio.h>
#include <string.h>

/* In groups of one name, as the format wants them. A label of NULL: what stands behind the key's
 * colon. */
static const struct figure {
	const char *key;
	const char *name;
	const char *label;
	const char *type;
	const char *help;
} figures[] = {
    {"uptime", "uptime_seconds", "", "gauge", "Time since encvoyd started."},
    {"conf_loaded", "configuration_loaded_timestamp_seconds", "", "gauge",
	"When the configuration was loaded."},
    {"logins_granted", "logins_total", "reason=\"ok\"", "counter",
	"Decided sign-ins by their reason."},
    {"refused:", "logins_total", NULL, "counter", NULL},
    {"logins_cached", "logins_cached_total", "", "counter",
	"Sign-ins that the provider was not asked about."},
    {"logins_waiting", "logins_waiting", "", "gauge", "Sign-ins that wait for their user."},
    {"accounts", "account_decisions_total", "", "counter", "Account phases decided."},
    {"lookups", "lookups_total", "", "counter", "Look-ups that the map could not answer."},
    {"lookups_found", "lookups_found_total", "", "counter", "Of these, answered with an entry."},
    {"connections", "connections", "", "gauge", "Open connections of PAM and NSS modules."},
    {"connections_turned_away", "connections_refused_total", "", "counter",
	"Connections beyond a limit."},
    {"map_users", "map_users", "", "gauge", "Users of the map."},
    {"map_groups", "map_groups", "", "gauge", "Groups of the map, private groups aside."},
    {"map_left_out", "map_left_out", "", "gauge", "Users and groups that cannot be served."},
    {"map_generation", "map_generation", "", "counter", "Publications of the map."},
    {"identities", "identities", "", "gauge", "People with an entry in the database."},
    {"online_heard", "online_heard_timestamp_seconds", "", "gauge",
	"The last message of encvoyd-online, 0: none yet."},
    {"directory_pass", "directory_pass_timestamp_seconds", "", "gauge",
	"The end of the last directory pass, 0: none yet."},
    {"directory_passed", "directory_success_timestamp_seconds", "", "gauge",
	"The end of the last directory pass that succeeded."},
    {"directory_ms", "directory_pass_milliseconds", "", "gauge",
	"What the last directory pass took."},
    {"directory_persons", "directory_persons", "", "gauge", "People in the last pass."},
    {"directory_questions", "directory_questions_total", "", "counter",
	"Names that the directory was asked for."},
    {"roster_serial", "roster_serial", "", "gauge", "The serial of the roster in use."},
    {"roster_expires", "roster_expiry_timestamp_seconds", "", "gauge",
	"When the roster in use expires."},
};

static const char *text_of(const struct rows *rows, const char *key)
{
	for (size_t i = 0; i < rows->n; i++)
		if (rows->v[i].n >= 2 && strcmp(rows->v[i].fields[0], key) == 0)
			return rows->v[i].fields[1];
	return "";
}

/* A label's value: the format knows three escapes, and wants valid UTF-8. */
static void put_label(const char *name, const char *value)
{
	AUTO_BUF struct buf printable = {0};

	buf_init(&printable, 4096);
	printf("%s=\"", name);
	for (const char *p = shown(&printable, value, 256); *p; p++) {
		if (*p == '"' || *p == '\\')
			putchar('\\');
		putchar(*p);
	}
	putchar('"');
}

static void put_info(const struct rows *rows)
{
	fputs("# HELP encvoy_info What runs here.\n# TYPE encvoy_info gauge\nencvoy_info{", stdout);
	put_label("version", text_of(rows, "version"));
	putchar(',');
	put_label("issuer", text_of(rows, "issuer"));
	putchar(',');
	put_label("directory", text_of(rows, "directory"));
	puts("} 1");
}

static void put_head(const struct figure *f)
{
	if (f->help)
		printf("# HELP encvoy_%s %s\n# TYPE encvoy_%s %s\n", f->name, f->help, f->name,
		    f->type);
}

static void put_sample(const struct figure *f, const char *key, uint64_t value)
{
	printf("encvoy_%s", f->name);
	if (!f->label) {
		putchar('{');
		put_label("reason", key + strlen(f->key));
		putchar('}');
	} else if (*f->label) {
		printf("{%s}", f->label);
	}
	printf(" %llu\n", (unsigned long long)value);
}

static bool is_of(const struct figure *f, const char *key)
{
	return f->label ? strcmp(key, f->key) == 0 : str_starts(key, f->key);
}

static void put_figure(const struct rows *rows, const struct figure *f)
{
	bool begun = false;

	for (size_t i = 0; i < rows->n; i++) {
		const struct msg_row *row = &rows->v[i];
		uint64_t value = 0;

		if (row->n < 2 || !is_of(f, row->fields[0]) ||
		    num_parse(row->fields[1], strlen(row->fields[1]), INT64_MAX, &value) != ERR_OK)
			continue;
		if (!begun)
			put_head(f);
		begun = true;
		put_sample(f, row->fields[0], value);
	}
}

int print_prometheus(const struct rows *rows, int status)
{
	printf("# HELP encvoy_up Whether encvoyd answers.\n# TYPE encvoy_up gauge\nencvoy_up %d\n",
	    status == EXIT_DONE);
	if (status != EXIT_DONE)
		return finish_output(status);
	put_info(rows);
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		put_figure(rows, &figures[i]);
	printf("# HELP encvoy_online_up Whether encvoyd-online holds its socket.\n"
	       "# TYPE encvoy_online_up gauge\nencvoy_online_up %d\n",
	    strcmp(text_of(rows, "online_reachable"), "yes") == 0);
	return finish_output(EXIT_DONE);
}
