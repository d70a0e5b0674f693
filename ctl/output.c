/* SPDX-License-Identifier: MIT */
#include "ctl/output.h"

#include "common/num.h"
#include "common/str.h"
#include "ctl/ctl.h"
#include "ctl/figures.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CELL_MAX 1024

int print_json(struct json_object *o)
{
	const char *text = o ? json_object_to_json_string_ext(
				   o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE)
			     : NULL;
	int status = EXIT_DONE;

	if (text)
		puts(text);
	else
		status = complain_err("output", ERR_NOMEM);
	json_object_put(o);
	return finish_output(status);
}

void json_put_text(struct json_object *object, const char *key, const char *text)
{
	AUTO_BUF struct buf safe = {0};

	buf_init(&safe, 65536);
	if (!utf8_valid(text, strlen(text)))
		text = shown(&safe, text, CELL_MAX);
	json_object_object_add(object, key, json_object_new_string(text));
}

static void put_value(struct json_object *object, const char *key, const char *value)
{
	enum figure_kind kind = figure_kind(key);
	uint64_t v = 0;

	if ((kind == FIGURE_NUMBER || kind == FIGURE_TIME) &&
	    num_parse(value, strlen(value), INT64_MAX, &v) == ERR_OK)
		json_object_object_add(object, key, json_object_new_int64((int64_t)v));
	else if (kind == FIGURE_TRUTH && (strcmp(value, "yes") == 0 || strcmp(value, "no") == 0))
		json_object_object_add(object, key, json_object_new_boolean(*value == 'y'));
	else
		json_put_text(object, key, value);
}

/* For people: printable, times as dates, and "-" where there is nothing. */
static const char *readable(struct buf *storage, const char *key, const char *value)
{
	uint64_t v = 0;
	time_t when;
	struct tm tm;
	char date[32];

	if (figure_kind(key) != FIGURE_TIME ||
	    num_parse(value, strlen(value), INT32_MAX, &v) != ERR_OK)
		return *value ? shown(storage, value, CELL_MAX) : "-";
	when = (time_t)v;
	if (!v || !localtime_r(&when, &tm) ||
	    !strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm))
		return "never";
	return shown(storage, date, sizeof(date));
}

static size_t key_width(const struct rows *rows)
{
	size_t width = 0;

	for (size_t i = 0; i < rows->n; i++) {
		size_t len = rows->v[i].n ? strlen(rows->v[i].fields[0]) : 0;

		if (len > width)
			width = len;
	}
	return width < 32 ? width : 32;
}

int print_pairs(const struct rows *rows, bool json)
{
	struct json_object *object = json ? json_object_new_object() : NULL;
	int width = (int)key_width(rows);
	AUTO_BUF struct buf key = {0};
	AUTO_BUF struct buf value = {0};

	buf_init(&key, 8192);
	buf_init(&value, 8192);
	for (size_t i = 0; i < rows->n; i++) {
		const struct msg_row *row = &rows->v[i];

		if (row->n < 2)
			continue;
		if (object)
			put_value(object, row->fields[0], row->fields[1]);
		else if (!json)
			printf("%-*s  %s\n", width, shown(&key, row->fields[0], 64),
			    readable(&value, row->fields[0], row->fields[1]));
	}
	return json ? print_json(object) : finish_output(EXIT_DONE);
}

static const char *cell(const struct msg_row *row, size_t i)
{
	return i < row->n ? row->fields[i] : "";
}

/* Columns by bytes: good enough for names and numbers; gecos stands last. */
static void measure(const struct rows *rows, const char *const *columns, size_t n, int *widths)
{
	AUTO_BUF struct buf text = {0};

	buf_init(&text, 8192);
	for (size_t c = 0; c < n; c++) {
		size_t width = strlen(columns[c]);

		for (size_t i = 0; i < rows->n; i++) {
			size_t len = strlen(readable(&text, columns[c], cell(&rows->v[i], c)));

			if (len > width)
				width = len < 48 ? len : 48;
		}
		widths[c] = c + 1 < n ? (int)width : 0;
	}
}

static void print_lines(
    const struct rows *rows, const char *const *columns, size_t n, const int *widths)
{
	AUTO_BUF struct buf text = {0};

	buf_init(&text, 8192);
	for (size_t c = 0; c < n; c++)
		printf("%-*s%s", widths[c], columns[c], c + 1 < n ? "  " : "\n");
	for (size_t i = 0; i < rows->n; i++)
		for (size_t c = 0; c < n; c++)
			printf("%-*s%s", widths[c],
			    readable(&text, columns[c], cell(&rows->v[i], c)),
			    c + 1 < n ? "  " : "\n");
}

static int print_array(const struct rows *rows, const char *const *columns, size_t n)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array && i < rows->n; i++) {
		struct json_object *object = json_object_new_object();

		for (size_t c = 0; object && c < n; c++)
			put_value(object, columns[c], cell(&rows->v[i], c));
		json_object_array_add(array, object);
	}
	return print_json(array);
}

int print_table(const struct rows *rows, const char *const *columns, size_t n, bool json)
{
	int widths[FIELDS_MAX] = {0};

	if (n > FIELDS_MAX)
		return complain_err("output", ERR_INTERNAL);
	if (json)
		return print_array(rows, columns, n);
	measure(rows, columns, n, widths);
	print_lines(rows, columns, n, widths);
	return finish_output(EXIT_DONE);
}
