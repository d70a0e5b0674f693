/* SPDX-License-Identifier: MIT */
#include "tests/unit/pam_fake.h"

#include "sys/clock.h"
#include "sys/sock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 20000

static void say(int fd, const struct buf *b)
{
	(void)sock_send(fd, b, clock_mono_ms() + PATIENCE_MS);
}

static void keep_answer(struct fake *f, const struct secret *answer)
{
	f->answer_len = secret_len(answer);
	memcpy(f->answer, secret_str(answer), f->answer_len);
	f->answer[f->answer_len] = 0;
}

static bool hear_request(struct fake *f, int fd, uint8_t *packet)
{
	struct msg_login m;
	enum msg_type type = 0;
	struct reader r;
	size_t len = 0;
	enum err e = sock_recv(fd, packet, PROTO_MAX, clock_mono_ms() + PATIENCE_MS, &len);

	if (e == ERR_OK)
		e = proto_open(packet, len, &r, &type);
	if (e == ERR_OK && type != MSG_LOGIN && type != MSG_ACCOUNT && type != MSG_SESSION &&
	    type != MSG_GRACE)
		e = ERR_PROTOCOL;
	if (e == ERR_OK) {
		e = proto_get_login(&r, &m);
		if (e != ERR_OK)
			msg_login_free(&m);
	}
	pthread_mutex_lock(&f->lock);
	f->connections++;
	f->cut = f->cut || e != ERR_OK;
	if (e == ERR_OK) {
		msg_login_free(&f->request);
		f->request = m;
		f->type = type;
		keep_answer(f, m.answer);
	}
	pthread_mutex_unlock(&f->lock);
	return e == ERR_OK;
}

static void hear_answer(struct fake *f, int fd, uint8_t *packet)
{
	AUTO_SECRET struct secret *answer = NULL;
	enum msg_type type;
	struct reader r;
	size_t len = 0;

	if (sock_recv(fd, packet, PROTO_MAX, clock_mono_ms() + PATIENCE_MS, &len) != ERR_OK ||
	    proto_open(packet, len, &r, &type) != ERR_OK || type != MSG_ANSWER ||
	    proto_get_answer(&r, &answer) != ERR_OK)
		return;
	pthread_mutex_lock(&f->lock);
	keep_answer(f, answer);
	pthread_mutex_unlock(&f->lock);
}

static void build(const struct step *s, struct buf *b)
{
	struct msg_result m = {.login_id = "abcdefgh"};

	switch (s->kind) {
	case STEP_ACK:
		proto_put_ack(b, s->text ? s->text : "abcdefgh");
		break;
	case STEP_SHOW:
	case STEP_FLOOD:
		proto_put_show(b, s->text, s->more);
		break;
	case STEP_ASK:
	case STEP_LOSE:
		proto_put_ask(b, (enum ask_kind)s->number,
		    s->number != ASK_TOKEN && s->number != ASK_PASSPHRASE, s->text);
		break;
	case STEP_RESULT:
		m.code = (enum err)s->number;
		snprintf(m.reason, sizeof(m.reason), "%s", err_word(m.code));
		snprintf(m.user, sizeof(m.user), "%s", s->text ? s->text : "");
		snprintf(m.text, sizeof(m.text), "%s", s->more ? s->more : "");
		proto_put_result(b, &m);
		break;
	case STEP_RAW:
		buf_put(b, s->text, (size_t)s->number);
		break;
	default:
		break;
	}
}

static void wait_for_close(int fd)
{
	struct pollfd p = {.fd = fd, .events = 0};

	(void)poll(&p, 1, PATIENCE_MS);
}

static void play(struct fake *f, int fd, const struct step *s, uint8_t *packet)
{
	AUTO_BUF struct buf b;

	buf_init(&b, PROTO_MAX * 2);
	for (; s->kind != STEP_END; s++) {
		buf_reset(&b);
		build(s, &b);
		if (s->kind == STEP_SLEEP)
			usleep((useconds_t)s->number * 1000);
		else if (s->kind == STEP_HANG)
			wait_for_close(fd);
		else if (s->kind == STEP_FLOOD)
			while (sock_send(fd, &b, clock_mono_ms() + 1000) == ERR_OK)
				;
		else
			say(fd, &b);
		if (s->kind == STEP_ASK)
			hear_answer(f, fd, packet);
	}
}

static void *serve(void *data)
{
	struct fake *f = data;
	uint8_t *packet = malloc(PROTO_MAX);
	int fd;

	sem_post(&f->ready);
	while ((fd = accept4(f->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0 || errno == ECONNABORTED) {
		if (fd >= 0 && hear_request(f, fd, packet))
			play(f, fd, f->script, packet);
		if (fd >= 0)
			close(fd);
	}
	free(packet);
	return NULL;
}

void fake_start(struct fake *f, const char *path, const struct step *script, unsigned threads)
{
	*f = (struct fake){.fd = -1, .script = script, .lock = PTHREAD_MUTEX_INITIALIZER};
	if (sock_listen(path, 0666, (uid_t)-1, (gid_t)-1, &f->fd) != ERR_OK) {
		printf("Bail out! cannot listen at %s\n", path);
		exit(99);
	}
	fcntl(f->fd, F_SETFL, 0); /* the threads wait in accept */
	sem_init(&f->ready, 0, 0);
	for (; f->n_threads < threads; f->n_threads++)
		pthread_create(&f->threads[f->n_threads], NULL, serve, f);
	/* a test may fork now: no thread must be inside the allocator then */
	for (unsigned i = 0; i < threads; i++)
		while (sem_wait(&f->ready) != 0)
			;
}

void fake_stop(struct fake *f, const char *path)
{
	shutdown(f->fd, SHUT_RDWR);
	for (unsigned i = 0; i < f->n_threads; i++)
		pthread_join(f->threads[i], NULL);
	sem_destroy(&f->ready);
	close(f->fd);
	unlink(path);
	msg_login_free(&f->request);
}
