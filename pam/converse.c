/* SPDX-License-Identifier: MIT */
#include "pam/converse.h"

#include "common/str.h"
#include "sys/clock.h"
#include "sys/sock.h"

#include <string.h>

#define ACK_MS 1000 /* SEC-40 */

/* How long a daemon that has acknowledged may be silent altogether. It keeps login_timeout itself,
 * an hour at most; this only ends the wait for one that hangs. Where no person is at the other end
 * (a web server's thread) nobody would wait longer than login_timeout's default. */
#define INTERACTIVE_MS (3660 * 1000)
#define SILENT_MS (120 * 1000)

#define MESSAGES_MAX 1000 /* of one conversation: more is a daemon gone mad */

enum state {
	STATE_STARTED = 1, /* LOGIN sent, nothing heard */
	STATE_ACKED = 2,
	STATE_ONCE = 4,  /* a question with one answer sent */
	STATE_ENDED = 8, /* RESULT came */
};

struct talk {
	int fd;
	struct sock_mark mark;
	enum state state;
	int64_t deadline;
	const struct msg_login *login;
	const struct converse_ui *ui;
	uint8_t *packet; /* PROTO_MAX bytes */
	struct msg_result *ret;
};

/* The program may have closed our descriptor while it talked to the person, and its number may be
 * another file's by now. */
static void talk_free(struct talk *t)
{
	if (t->fd >= 0 && sock_is(t->fd, &t->mark))
		close_fd(&t->fd);
	free(t->packet);
}

static enum err talk_open(struct talk *t, const char *path)
{
	AUTO_FD int fd = -1;
	enum err e;

	t->packet = malloc(PROTO_MAX);
	if (!t->packet)
		return ERR_NOMEM;
	e = sock_connect(path, &fd);
	if (e == ERR_OK && sock_check_server(fd, path) != ERR_OK)
		e = ERR_UNSAFE_FILE;
	if (e == ERR_OK)
		e = sock_mark(fd, &t->mark);
	if (e == ERR_OK)
		t->fd = take_fd(&fd);
	return e;
}

static enum err talk_send(const struct talk *t, const struct buf *packet)
{
	enum err e;

	if (!sock_is(t->fd, &t->mark))
		return ERR_INTERNAL;
	e = sock_send(t->fd, packet, t->deadline);
	return e == ERR_TIMEOUT ? ERR_NO_DAEMON : e;
}

/* What carries an answer is built in the memory of a secret. */
static enum err send_request(const struct talk *t, enum msg_type type)
{
	const struct msg_login *m = t->login;
	size_t need = sizeof(*m) + 64 + secret_len(m->answer);
	AUTO_SECRET struct secret *room = NULL;
	struct buf b;

	for (size_t i = 0; i < m->n_args; i++)
		need += strlen(m->args[i]) + sizeof(uint32_t);
	room = need <= PROTO_MAX ? secret_alloc(need) : NULL;
	if (!room)
		return need <= PROTO_MAX ? ERR_NOMEM : ERR_TOO_LONG;
	buf_init_fixed(&b, secret_data(room), need);
	proto_put_login(&b, type, m);
	return talk_send(t, &b);
}

static enum err send_answer(const struct talk *t, const struct secret *answer)
{
	size_t need = secret_len(answer) + 64;
	AUTO_SECRET struct secret *room = NULL;
	struct buf b;

	if (secret_len(answer) > ANSWER_MAX)
		return ERR_CUT_OFF;
	room = secret_alloc(need);
	if (!room)
		return ERR_NOMEM;
	buf_init_fixed(&b, secret_data(room), need);
	proto_put_answer(&b, secret_str(answer), secret_len(answer));
	return talk_send(t, &b);
}

static bool word_ok(const char *word)
{
	return text_printable(word) && !strchr(word, '\n');
}

static enum err on_ack(struct talk *t, struct reader *r)
{
	char login_id[WORD_MAX];
	enum err e = proto_get_ack(r, login_id, sizeof(login_id));

	if (e != ERR_OK || !word_ok(login_id))
		return ERR_PROTOCOL;
	memcpy(t->ret->login_id, login_id, sizeof(login_id));
	t->state = STATE_ACKED;
	t->deadline = clock_mono_ms() + (t->ui ? INTERACTIVE_MS : SILENT_MS);
	return ERR_OK;
}

static enum err on_show(struct talk *t, struct reader *r)
{
	AUTO_SHOW struct msg_show m = {0};
	enum err e = proto_get_show(r, &m);

	if (e != ERR_OK || !text_printable(m.text) || !text_printable(m.qr))
		return ERR_PROTOCOL;
	return t->ui ? t->ui->show(t->ui->data, m.text, m.qr) : ERR_OK;
}

static enum err on_ask(struct talk *t, struct reader *r)
{
	AUTO_ASK struct msg_ask m = {0};
	AUTO_SECRET struct secret *answer = NULL;
	enum err e = proto_get_ask(r, &m);

	if (e != ERR_OK || !text_printable(m.text))
		return ERR_PROTOCOL;
	e = t->ui ? t->ui->ask(t->ui->data, &m, &answer) : ERR_NO_ANSWER;
	if (e != ERR_OK)
		return e;
	e = send_answer(t, answer);
	/* the daemon may have decided while the person typed: its RESULT is still to be read */
	return e == ERR_CLOSED ? ERR_OK : e;
}

static enum err on_result(struct talk *t, struct reader *r)
{
	struct msg_result m;
	enum err e = proto_get_result(r, &m);

	if (e != ERR_OK || !word_ok(m.reason) || !word_ok(m.login_id) || !word_ok(m.user) ||
	    !text_printable(m.text))
		return ERR_PROTOCOL;
	if (m.code == ERR_OK && strcmp(m.user, t->login->user) != 0)
		return ERR_INTERNAL;
	*t->ret = m;
	t->state = STATE_ENDED;
	return ERR_OK;
}

static const struct {
	enum msg_type type;
	unsigned states;
	enum err (*handle)(struct talk *t, struct reader *r);
} messages[] = {
    {MSG_ACK, STATE_STARTED, on_ack},
    {MSG_SHOW, STATE_ACKED, on_show},
    {MSG_ASK, STATE_ACKED, on_ask},
    {MSG_RESULT, STATE_STARTED | STATE_ACKED | STATE_ONCE, on_result},
};

static enum err dispatch(struct talk *t, size_t len)
{
	struct reader r;
	enum msg_type type;
	enum err e = proto_open(t->packet, len, &r, &type);

	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		if (messages[i].type == type && (messages[i].states & (unsigned)t->state))
			return messages[i].handle(t, &r);
	return ERR_PROTOCOL;
}

static enum err hear(struct talk *t)
{
	size_t len = 0;
	enum err e;

	if (!sock_is(t->fd, &t->mark))
		return ERR_INTERNAL;
	e = sock_recv(t->fd, t->packet, PROTO_MAX, t->deadline, &len);
	if (e != ERR_OK)
		return e == ERR_TIMEOUT ? ERR_NO_DAEMON : e;
	return dispatch(t, len);
}

static enum err converse(struct talk *t, const char *path, enum msg_type type)
{
	enum err e;

	t->deadline = clock_mono_ms() + ACK_MS;
	e = talk_open(t, path);
	if (e == ERR_OK)
		e = send_request(t, type);
	/* closed at once, as by a daemon that has too many connections: it may have said why */
	if (e == ERR_CLOSED)
		e = ERR_OK;
	for (unsigned i = 0; e == ERR_OK && t->state != STATE_ENDED; i++)
		e = i < MESSAGES_MAX ? hear(t) : ERR_PROTOCOL;
	return e;
}

/* The only way to ERR_OK is a RESULT that says so. */
static enum err conclude(const struct talk *t, enum err e)
{
	struct msg_result *ret = t->ret;

	if (e == ERR_OK && t->state == STATE_ENDED)
		return ret->code;
	if (e == ERR_OK)
		e = ERR_INTERNAL;
	ret->code = e;
	(void)str_copy(ret->reason, sizeof(ret->reason), err_word(e));
	return e;
}

enum err converse_login(const char *socket_path, const struct msg_login *login,
    const struct converse_ui *ui, struct msg_result *ret)
{
	CLEANUP(talk_free)
	struct talk t = {.fd = -1, .state = STATE_STARTED, .login = login, .ui = ui, .ret = ret};

	*ret = (struct msg_result){0};
	return conclude(&t, converse(&t, socket_path, MSG_LOGIN));
}

enum err converse_once(
    const char *socket_path, enum msg_type type, const struct msg_login *m, struct msg_result *ret)
{
	CLEANUP(talk_free)
	struct talk t = {.fd = -1, .state = STATE_ONCE, .login = m, .ret = ret};

	*ret = (struct msg_result){0};
	return conclude(&t, converse(&t, socket_path, type));
}

enum err converse_reach(const char *socket_path)
{
	CLEANUP(talk_free) struct talk t = {.fd = -1};
	enum err e = talk_open(&t, socket_path);

	return e == ERR_CLOSED ? ERR_NO_DAEMON : e;
}
