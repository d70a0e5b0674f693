/* SPDX-License-Identifier: MIT */
#include "ctl/findings.h"

#include "common/str.h"
#include "ctl/ctl.h"
#include "ctl/output.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WIDTH 79
#define INDENT 9 /* of what belongs to a finding */

static const char *const severity_words[] = {"ok", "remark", "warning", "failure"};

void findings_free(struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->v[i].text);
	free(f->v);
	*f = (struct findings){0};
}

static void keep(struct findings *f, const struct finding *one)
{
	struct finding *v = one->text ? realloc(f->v, (f->n + 1) * sizeof(*v)) : NULL;

	if (!v) {
		free(one->text);
		f->lost = true;
		f->worst = FOUND_FAILURE;
		return;
	}
	f->v = v;
	v[f->n++] = *one;
	if (one->severity > f->worst)
		f->worst = one->severity;
}

bool findings_fail_only(const struct findings *f, const char *code)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].severity == FOUND_FAILURE && strcmp(f->v[i].code, code) != 0)
			return false;
	return !f->lost;
}

void found(struct findings *f, enum severity severity, const char *code, const char *fix,
    const char *fmt, ...)
{
	struct finding one = {.code = code, .severity = severity, .fix = fix};
	char text[1024];
	AUTO_BUF struct buf safe = {0};
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = 0;
	va_end(ap);
	buf_init(&safe, 8192);
	str_printable(&safe, text, strlen(text), sizeof(text));
	one.text = buf_take_str(&safe);
	keep(f, &one);
}

static int print_as_json(const struct findings *f)
{
	struct json_object *all = json_object_new_object();
	struct json_object *list = json_object_new_array();

	if (!all || !list) {
		json_object_put(all);
		json_object_put(list);
		return complain_err("output", ERR_NOMEM);
	}
	json_put_text(all, "worst", severity_words[f->worst]);
	json_object_object_add(all, "findings", list);
	for (size_t i = 0; i < f->n; i++) {
		struct json_object *one = json_object_new_object();

		if (!one)
			continue;
		json_put_text(one, "code", f->v[i].code);
		json_put_text(one, "severity", severity_words[f->v[i].severity]);
		json_put_text(one, "text", f->v[i].text);
		json_put_text(one, "fix", f->v[i].fix);
		json_object_array_add(list, one);
	}
	return print_json(all);
}

/* A terminal would break lines within words. */
static void print_wrapped(FILE *to, size_t at, const char *text)
{
	bool wrap = isatty(fileno(to));
	struct slice rest = slice_of(text), word;
	bool first = true;

	while (slice_next(&rest, " ", &word)) {
		if (wrap && !first && at + 1 + word.len > WIDTH) {
			fprintf(to, "\n%*s", INDENT, "");
			at = INDENT;
		} else if (!first) {
			putc(' ', to);
			at++;
		}
		fprintf(to, "%.*s", (int)word.len, word.p);
		at += word.len;
		first = false;
	}
	putc('\n', to);
}

static void print_one(FILE *to, const struct finding *one)
{
	int n = fprintf(to, "%-7s  %s: ", severity_words[one->severity], one->code);

	print_wrapped(to, n > 0 ? (size_t)n : 0, one->text);
	if (!*one->fix)
		return;
	n = fprintf(to, "%*s-> ", INDENT, "");
	print_wrapped(to, n > 0 ? (size_t)n : 0, one->fix);
}

static int exit_of(enum severity worst)
{
	return worst <= FOUND_REMARK ? EXIT_DONE : (int)worst - (int)FOUND_REMARK;
}

int findings_print(const struct findings *f, bool json)
{
	int status;

	if (json) {
		status = print_as_json(f);
	} else {
		for (size_t i = 0; i < f->n; i++)
			print_one(stdout, &f->v[i]);
		status = finish_output(EXIT_DONE);
	}
	if (f->lost)
		status = complain_err("findings", ERR_NOMEM);
	return status > exit_of(f->worst) ? status : exit_of(f->worst);
}

void findings_remark(const struct findings *f, enum severity least)
{
	fflush(stdout);
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].severity >= least)
			print_one(stderr, &f->v[i]);
}
