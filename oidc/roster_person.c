/* SPDX-License-Identifier: MIT */
#include "oidc/roster_person.h"

#include "common/name.h"
#include "common/record.h"
#include "oidc/json.h"

#include <string.h>

struct draft {
	const struct json *j;
	struct msg_person *person;
	size_t members; /* known ones */
	const char *why;
};

static enum err refuse(struct draft *d, const char *why)
{
	d->why = why;
	return ERR_BAD_CLAIM;
}

static enum err take_text(
    struct draft *d, const char *name, char *to, size_t size, const char *complaint)
{
	const char *text = NULL;
	enum err e = json_get_str(d->j, name, size - 1, &text);

	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e != ERR_OK || !str_copy(to, size, text))
		return refuse(d, complaint);
	d->members++;
	return ERR_OK;
}

static enum err take_texts(struct draft *d)
{
	struct msg_person *p = d->person;
	enum err e =
	    take_text(d, "sub", p->sub, sizeof(p->sub), "has a sub that is no text or too long");

	if (e == ERR_OK && !sub_ok(p->sub, strlen(p->sub)))
		return refuse(d, "has no usable sub");
	if (e == ERR_OK)
		e = take_text(d, "name", p->login, sizeof(p->login),
		    "has a name that is no text or too long");
	if (e == ERR_OK)
		e = take_text(d, "gecos", p->gecos, sizeof(p->gecos),
		    "has a gecos that is no text or too long");
	if (e == ERR_OK)
		e = take_text(d, "locale", p->locale, sizeof(p->locale),
		    "has a locale that is no text or too long");
	return e;
}

static enum err take_numbers(struct draft *d)
{
	int64_t id = 0;
	enum err e = json_get_int(d->j, "id", ID_FLOOR, ID_CEILING, &id);

	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return refuse(d, "has an id that is no number of our range");
	d->members += e == ERR_OK;
	d->person->id = (uint32_t)id;
	e = json_get_bool(d->j, "blocked", &d->person->blocked);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return refuse(d, "has a blocked that is neither true nor false");
	d->members += e == ERR_OK;
	return ERR_OK;
}

/* A list of texts; *ret_n of them, borrowed, in an array that the caller frees. */
static enum err take_list(struct draft *d, const char *name, bool (*good)(struct slice),
    const char *complaint, const char ***ret, size_t *ret_n)
{
	const struct json *list = NULL;
	AUTO_FREE const char **texts = NULL;
	enum err e = json_get_array(d->j, name, &list);

	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return refuse(d, complaint);
	d->members++;
	texts = calloc(json_count(list) + 1, sizeof(*texts));
	if (!texts)
		return ERR_NOMEM;
	for (size_t i = 0; i < json_count(list); i++) {
		texts[i] = json_str_at(list, i);
		if (!texts[i] || !good(slice_of(texts[i])))
			return refuse(d, complaint);
	}
	*ret_n = json_count(list);
	*ret = TAKE_PTR(texts);
	return ERR_OK;
}

/* The texts as lines, equal neighbours once. */
static bool join(const char *const *texts, size_t n, char *to, size_t size)
{
	struct buf b;

	buf_init_fixed(&b, to, size);
	for (size_t i = 0; i < n; i++) {
		if (i && strcmp(texts[i - 1], texts[i]) == 0)
			continue;
		if (b.len)
			buf_put_u8(&b, '\n');
		buf_text(&b, texts[i]);
	}
	return buf_cstr(&b) != NULL;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum err take_roles(struct draft *d)
{
	AUTO_FREE const char **roles = NULL;
	size_t n = 0;
	enum err e = take_list(
	    d, "roles", role_ok, "has roles that are not a list of usable roles", &roles, &n);

	if (e != ERR_OK || !n)
		return e;
	qsort(roles, n, sizeof(*roles), by_bytes);
	if (!join(roles, n, d->person->roles, sizeof(d->person->roles)))
		return refuse(d, "has too many roles");
	return ERR_OK;
}

static bool key_ok(struct slice key)
{
	return key.len && slice_printable(key);
}

static enum err take_keys(struct draft *d)
{
	AUTO_FREE const char **keys = NULL;
	size_t n = 0;
	enum err e = take_list(d, "ssh_keys", key_ok,
	    "has ssh_keys that are not a list of lines of printable text", &keys, &n);

	if (e != ERR_OK || !n)
		return e;
	if (!join(keys, n, d->person->ssh_keys, sizeof(d->person->ssh_keys)))
		return refuse(d, "has too many ssh_keys");
	return ERR_OK;
}

enum err roster_person_parse(
    const char *line, size_t len, struct msg_person *ret, const char **ret_why)
{
	AUTO_JSON struct json *j = NULL;
	struct draft d = {.person = ret, .why = "cannot be read"};
	enum err e = json_parse_object(line, len, ROSTER_LINE_MAX, &j);

	*ret = (struct msg_person){0};
	d.j = j;
	if (e != ERR_OK)
		d.why = e == ERR_TOO_LONG ? "is too long" : "is not a strict JSON object";
	if (e == ERR_OK)
		e = take_texts(&d);
	if (e == ERR_OK)
		e = take_numbers(&d);
	if (e == ERR_OK)
		e = take_roles(&d);
	if (e == ERR_OK)
		e = take_keys(&d);
	if (e == ERR_OK && json_members(j) != d.members)
		e = refuse(&d, "has an unknown member");
	if (e != ERR_OK) {
		*ret = (struct msg_person){0};
		*ret_why = d.why;
	}
	return e;
}

static void put_text(struct buf *out, const char *name, const char *text)
{
	if (!*text)
		return;
	buf_printf(out, ",\"%s\":", name);
	json_put_str(out, text);
}

static void put_list(struct buf *out, const char *name, const char *lines)
{
	AUTO_BUF struct buf one = {0};

	if (!*lines)
		return;
	buf_init(&one, SSH_KEYS_MAX + 1);
	buf_printf(out, ",\"%s\":[", name);
	for (const char *p = lines; *p;) {
		size_t n = strcspn(p, "\n");

		buf_reset(&one);
		buf_put(&one, p, n);
		if (p != lines)
			buf_put_u8(out, ',');
		if (buf_cstr(&one))
			json_put_str(out, buf_cstr(&one));
		else
			out->err = ERR_NOMEM;
		p += n + (p[n] == '\n');
	}
	buf_put_u8(out, ']');
}

void roster_person_write(struct buf *out, const struct msg_person *p)
{
	buf_text(out, "{\"sub\":");
	json_put_str(out, p->sub);
	put_text(out, "name", p->login);
	put_text(out, "gecos", p->gecos);
	put_text(out, "locale", p->locale);
	put_list(out, "roles", p->roles);
	put_list(out, "ssh_keys", p->ssh_keys);
	if (p->id)
		buf_printf(out, ",\"id\":%u", (unsigned)p->id);
	if (p->blocked)
		buf_text(out, ",\"blocked\":true");
	buf_text(out, "}\n");
}

/* Digits without a leading zero: then a longer one is the larger one. */
static bool is_number(const char *sub)
{
	return *sub && strspn(sub, "0123456789") == strlen(sub) && (*sub != '0' || !sub[1]);
}

int roster_sub_order(const char *a, const char *b)
{
	bool number = is_number(a);
	size_t a_len = strlen(a), b_len = strlen(b);

	if (number != is_number(b))
		return number ? -1 : 1;
	if (number && a_len != b_len)
		return a_len < b_len ? -1 : 1;
	return strcmp(a, b);
}
