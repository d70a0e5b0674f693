/* SPDX-License-Identifier: MIT */
#include "ctl/admin.h"

#include "ctl/ctl.h"
#include "sys/clock.h"
#include "sys/sock.h"

#include <string.h>

#define PATIENCE_MS 5000
#define PATIENCE_LONG_MS 900000
#define ROWS_MAX 10000000

void rows_free(struct rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		msg_row_free(&r->v[i]);
	free(r->v);
	*r = (struct rows){0};
}

const char *rows_value(const struct rows *r, const char *key)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].n >= 2 && strcmp(r->v[i].fields[0], key) == 0)
			return r->v[i].fields[1];
	return "";
}

enum err admin_open(int *ret_fd)
{
	static const char path[] = ENCVOY_RUNDIR "/socket";
	AUTO_FD int fd = -1;
	enum err e = sock_connect(path, &fd);

	if (e == ERR_OK)
		e = sock_check_server(fd, path);
	if (e == ERR_OK)
		*ret_fd = take_fd(&fd);
	return e;
}

static enum err send_question(int fd, const char *verb, const char *const *args, size_t n)
{
	AUTO_BUF struct buf packet = {0};

	buf_init(&packet, PROTO_MAX);
	proto_begin(&packet, MSG_ADMIN);
	proto_put_admin(&packet, verb, args, n);
	return sock_send(fd, &packet, clock_mono_ms() + PATIENCE_MS);
}

static enum err keep_row(struct reader *r, struct rows *rows)
{
	size_t room = rows->n ? rows->n : 16;

	if (rows->n == ROWS_MAX)
		return ERR_TOO_LONG;
	/* full whenever the count is zero or a power of two from 16 on */
	if (rows->n == 0 || (rows->n >= 16 && (rows->n & (rows->n - 1)) == 0)) {
		size_t size = rows->n ? room * 2 : room;
		struct msg_row *v = realloc(rows->v, size * sizeof(*v));

		if (!v)
			return ERR_NOMEM;
		rows->v = v;
	}
	if (proto_get_row(r, &rows->v[rows->n]) != ERR_OK)
		return ERR_PROTOCOL;
	rows->n++;
	return ERR_OK;
}

/* The directory takes its time, as do many people on a busy machine, and nothing is said meanwhile.
 */
static int64_t patience(const char *verb)
{
	bool is_long = strcmp(verb, "sync") == 0 || strcmp(verb, "user import commit") == 0;

	return is_long ? PATIENCE_LONG_MS : PATIENCE_MS;
}

/* One packet of the answer; *ret_end with the result. */
static enum err receive(
    int fd, int64_t deadline, struct rows *rows, struct msg_result *result, bool *ret_end)
{
	static uint8_t packet[PROTO_MAX];
	enum msg_type type;
	struct reader r;
	size_t len = 0;
	enum err e = sock_recv(fd, packet, sizeof(packet), deadline, &len);

	if (e == ERR_OK)
		e = proto_open(packet, len, &r, &type);
	if (e != ERR_OK)
		return e;
	if (type == MSG_ROW)
		return keep_row(&r, rows);
	if (type != MSG_RESULT || proto_get_result(&r, result) != ERR_OK)
		return ERR_PROTOCOL;
	*ret_end = true;
	return result->code;
}

enum err admin_ask(int fd, const char *verb, const char *const *args, size_t n,
    struct rows *ret_rows, struct msg_result *ret_result)
{
	AUTO_ROWS struct rows rows = {0};
	enum err e = send_question(fd, verb, args, n);
	bool end = false;

	*ret_result = (struct msg_result){0};
	while (e == ERR_OK && !end)
		e = receive(fd, clock_mono_ms() + patience(verb), &rows, ret_result, &end);
	if (e != ERR_OK)
		return e;
	*ret_rows = rows;
	rows = (struct rows){0};
	return ERR_OK;
}

int admin_complain(const char *what, enum err e, const struct msg_result *result)
{
	AUTO_BUF struct buf text = {0};

	buf_init(&text, 4096);
	if (e == ERR_PERMISSION && !result->text[0]) {
		complain("%s: %s: encvoyd tells this to root only", what, err_word(e));
		return EXIT_REFUSED;
	}
	if (!result->text[0])
		return complain_err(what, e);
	complain("%s: %s: %s", what, err_word(e), shown(&text, result->text, 600));
	return EXIT_REFUSED;
}

int admin_call(const char *verb, const char *const *args, size_t n, struct rows *ret_rows)
{
	AUTO_FD int fd = -1;
	struct msg_result result = {0};
	enum err e = admin_open(&fd);

	if (e == ERR_OK)
		e = admin_ask(fd, verb, args, n, ret_rows, &result);
	/* gone before it answered is gone */
	if (e == ERR_CLOSED)
		e = ERR_NO_DAEMON;
	return e == ERR_OK ? EXIT_DONE : admin_complain(verb, e, &result);
}
