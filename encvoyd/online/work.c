/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/work.h"

#include "encvoyd/log.h"
#include "encvoyd/online/directory.h"
#include "encvoyd/online/login.h"
#include "encvoyd/online/messages.h"
#include "encvoyd/online/process.h"
#include "encvoyd/online/talk.h"
#include "sys/clock.h"

#define FIRST_MS 5000 /* until the listener has said what it wants */
#define BACKSTOP_S 15

struct first {
	enum msg_type type;
	char login_id[WORD_MAX];
	struct msg_login job;
	struct msg_directory have;
};

/* The packet may hold a token; it is gone before the work begins. */
static enum err read_first(int fd, struct first *ret)
{
	AUTO_SECRET struct secret *room = NULL;
	struct reader r;
	enum err e = talk_receive(fd, clock_mono_ms() + FIRST_MS, &room, &ret->type, &r);

	if (e != ERR_OK)
		return e;
	if (ret->type == MSG_JOB)
		return proto_get_job(&r, ret->login_id, sizeof(ret->login_id), &ret->job);
	if (ret->type == MSG_DIRECTORY)
		return proto_get_directory(&r, &ret->have);
	return ERR_PROTOCOL;
}

static void refuse(int fd, enum err e)
{
	struct talk talk = {.fd = fd};

	log_line(LOG_INFO, "no work for a child: %s", err_text(e));
	if (e != ERR_CANCELLED)
		(void)talk_refuse(&talk, e, messages_refusal(e));
}

void work_child(int fd, int *keys_fd, const struct conf *conf, const struct trust *trust)
{
	struct first first = {0};
	enum err e;

	alarm(BACKSTOP_S);
	e = read_first(fd, &first);
	if (e != ERR_OK) {
		refuse(fd, e);
		msg_login_free(&first.job);
	} else if (first.type == MSG_JOB) {
		login_child(fd, *keys_fd, first.login_id, &first.job, conf, trust);
	} else {
		alarm(0);
		close_fd(keys_fd);
		process_end_by_reload("encvoyd-dir");
		directory_child(fd, &first.have, conf, trust);
	}
}
