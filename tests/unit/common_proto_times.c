/* SPDX-License-Identifier: MIT */
/* TIMES: what is put is got, and nothing else is taken (SEC-32). */
#include "common/proto_times.h"
#include "tests/unit/tap.h"

static enum err get(const struct buf *b, size_t len, struct msg_times *ret)
{
	enum msg_type type = 0;
	struct reader r;

	if (proto_open(b->data, len, &r, &type) != ERR_OK || type != MSG_TIMES)
		return ERR_COUNT;
	return proto_get_times(&r, ret);
}

static void fill(struct buf *b, uint64_t beyond)
{
	struct msg_times m = {.run = 7};

	for (size_t i = 0; i < TIMES_KINDS; i++)
		m.of[i] =
		    (struct times){10 * i + 1, 10 * i + 2, 10 * i + 3, 10 * i + 4, 10 * i + 5};
	m.of[TIMES_KEYS].ms = TIMES_MAX + beyond;
	buf_reset(b);
	proto_put_times(b, &m);
}

int main(void)
{
	AUTO_BUF struct buf b;
	struct msg_times got = {0};
	size_t shorter = 0;

	buf_init(&b, PROTO_MAX);
	fill(&b, 0);
	is_int(get(&b, b.len, &got), ERR_OK, "the message");
	ok(got.run == 7 && got.of[TIMES_TOKEN].requests == 1 && got.of[TIMES_DEVICE].failed == 12 &&
		got.of[TIMES_KEYS].ms == TIMES_MAX && got.of[TIMES_DIRECTORY].last_ms == 34 &&
		got.of[TIMES_DIRECTORY].max_ms == 35,
	    "each figure is where it was");
	for (size_t len = 2; len < b.len; len++)
		shorter += get(&b, len, &got) == ERR_PROTOCOL;
	is_int(shorter, b.len - 2, "SEC-32: one that ends early is refused");
	buf_put_u8(&b, 0);
	is_int(get(&b, b.len, &got), ERR_PROTOCOL, "SEC-32: so is one with more behind it");
	fill(&b, 1);
	is_int(get(&b, b.len, &got), ERR_PROTOCOL, "SEC-32: and a figure beyond all reason");
	for (enum times_kind kind = 0; kind < TIMES_KINDS; kind++)
		ok(times_word(kind) && *times_word(kind), "kind %d has a word", (int)kind);
	return tap_done();
}
