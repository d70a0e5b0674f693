/* SPDX-License-Identifier: MIT */
#include "common/proto_times.h"

const char *times_word(enum times_kind kind)
{
	static const char *const words[TIMES_KINDS] = {[TIMES_TOKEN] = "token",
	    [TIMES_DEVICE] = "device",
	    [TIMES_KEYS] = "keys",
	    [TIMES_DIRECTORY] = "directory"};

	return words[kind];
}

void proto_put_times(struct buf *b, const struct msg_times *m)
{
	proto_begin(b, MSG_TIMES);
	buf_put_u64(b, m->run);
	for (size_t i = 0; i < TIMES_KINDS; i++) {
		buf_put_u64(b, m->of[i].requests);
		buf_put_u64(b, m->of[i].failed);
		buf_put_u64(b, m->of[i].ms);
		buf_put_u64(b, m->of[i].last_ms);
		buf_put_u64(b, m->of[i].max_ms);
	}
}

static uint64_t get_figure(struct reader *r)
{
	uint64_t v = get_u64(r);

	r->bad |= v > TIMES_MAX;
	return v;
}

enum err proto_get_times(struct reader *r, struct msg_times *ret)
{
	struct msg_times m = {.run = get_figure(r)};

	for (size_t i = 0; i < TIMES_KINDS; i++) {
		m.of[i].requests = get_figure(r);
		m.of[i].failed = get_figure(r);
		m.of[i].ms = get_figure(r);
		m.of[i].last_ms = get_figure(r);
		m.of[i].max_ms = get_figure(r);
	}
	if (!reader_done(r))
		return ERR_PROTOCOL;
	*ret = m;
	return ERR_OK;
}
