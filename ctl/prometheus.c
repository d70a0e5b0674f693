/* SPDX-License-Identifier: MIT */
#include "ctl/prometheus.h"

#include "common/num.h"
#include "ctl/ctl.h"
#include "ctl/figures.h"

#include <stdio.h>
#include <string.h>

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
	put_label("version", rows_value(rows, "version"));
	putchar(',');
	put_label("issuer", rows_value(rows, "issuer"));
	putchar(',');
	put_label("directory", rows_value(rows, "directory"));
	puts("} 1");
}

/* A summary is described by the name that its sum and its count begin with. */
static void put_head(const struct figure *f)
{
	const char *tail = strcmp(f->type, "summary") == 0 ? strrchr(f->name, '_') : NULL;
	int len = (int)(tail ? (size_t)(tail - f->name) : strlen(f->name));

	if (f->help)
		printf("# HELP encvoy_%.*s %s\n# TYPE encvoy_%.*s %s\n", len, f->name, f->help, len,
		    f->name, f->type);
}

static void put_sample(const struct figure *f, const char *rest, uint64_t value)
{
	printf("encvoy_%s", f->name);
	if (*rest) {
		putchar('{');
		put_label(f->label, rest);
		putchar('}');
	} else if (*f->label) {
		printf("{%s}", f->label);
	}
	if (f->scale)
		printf(" %llu.%03llu\n", (unsigned long long)(value / f->scale),
		    (unsigned long long)(value % f->scale));
	else
		printf(" %llu\n", (unsigned long long)value);
}

static void put_figure(const struct rows *rows, const struct figure *f)
{
	bool begun = false;

	for (size_t i = 0; i < rows->n; i++) {
		const struct msg_row *row = &rows->v[i];
		const char *rest = row->n >= 2 ? figure_match(f, row->fields[0]) : NULL;
		uint64_t value = 0;

		if (!rest ||
		    num_parse(row->fields[1], strlen(row->fields[1]), INT64_MAX, &value) != ERR_OK)
			continue;
		if (!begun)
			put_head(f);
		begun = true;
		put_sample(f, rest, value);
	}
}

int print_prometheus(const struct rows *rows, int status)
{
	printf("# HELP encvoy_up Whether encvoyd answers.\n# TYPE encvoy_up gauge\nencvoy_up %d\n",
	    status == EXIT_DONE);
	if (status != EXIT_DONE)
		return finish_output(status);
	put_info(rows);
	for (size_t i = 0; i < figures_count; i++)
		if (figures[i].name)
			put_figure(rows, &figures[i]);
	printf("# HELP encvoy_online_up Whether encvoyd-online holds its socket.\n"
	       "# TYPE encvoy_online_up gauge\nencvoy_online_up %d\n",
	    strcmp(rows_value(rows, "online_reachable"), "yes") == 0);
	return finish_output(EXIT_DONE);
}
