/* SPDX-License-Identifier: MIT */
/* SEC-32: broken messages from clients and from the online side. Whatever comes, the connection is
 * closed or answered with a well-formed message, and the listener lives. */
#include "tests/unit/listener_fixture.h"
#include "tests/unit/tap.h"

#include <sys/socket.h>
#include <unistd.h>

static struct fixture fx;

typedef void (*builder)(struct buf *b);

static void put_lookup(struct buf *b)
{
	const struct msg_lookup m = {.kind = LOOKUP_PWNAM, .name = "encvoy-2"};

	proto_put_lookup(b, &m);
}

static const struct ask_login full = {.user = "encvoy-2",
    .service = "ssh",
    .rhost = "10.0.0.1",
    .tty = "pts/1",
    .flags = LOGIN_INTERACTIVE | LOGIN_HAS_ANSWER,
    .args = {"methods=device", "allow=sub:2"},
    .answer = "xyz"};

static void put_login_full(struct buf *b)
{
	put_login(b, &full);
}

static void put_account(struct buf *b)
{
	struct ask_login q = full;

	q.type = MSG_ACCOUNT;
	put_login(b, &q);
}

static void put_admin(struct buf *b)
{
	static const char *const args[] = {"encvoy-2"};

	proto_put_admin(b, "user show", args, 1);
}

static void put_answer(struct buf *b)
{
	proto_put_answer(b, "abc", 3);
}

static void put_show(struct buf *b)
{
	proto_put_show(b, "text", "qr");
}

static void put_ask(struct buf *b)
{
	proto_put_ask(b, ASK_PASTE, true, "text");
}

static void put_identity(struct buf *b)
{
	struct msg_identity m;

	fill_identity(&m, "2");
	proto_put_identity(b, &m);
}

static void put_refusal(struct buf *b)
{
	struct msg_result m = {.code = ERR_EXPIRED};

	(void)snprintf(m.reason, sizeof(m.reason), "expired");
	proto_put_result(b, &m);
}

static const struct {
	const char *name;
	builder build;
} from_client[] = {{"LOOKUP", put_lookup}, {"LOGIN", put_login_full}, {"ACCOUNT", put_account},
    {"ADMIN", put_admin}};

static const struct {
	const char *name;
	builder build;
} from_online[] = {
    {"SHOW", put_show}, {"ASK", put_ask}, {"IDENTITY", put_identity}, {"RESULT", put_refusal}};

/* A connection on which this packet is the first: true when it is closed without an answer. */
static bool first_is_closed(const void *bytes, size_t len)
{
	int fd = client(&fx, 0);
	bool closed = send_bytes(fd, bytes, len) && is_closed(fd);

	close(fd);
	return closed;
}

static void truncated_by_clients(void)
{
	for (size_t i = 0; i < sizeof(from_client) / sizeof(from_client[0]); i++) {
		AUTO_BUF struct buf b = {0};
		size_t closed = 0;

		buf_init(&b, PROTO_MAX);
		from_client[i].build(&b);
		for (size_t len = 1; len < b.len; len++)
			closed += first_is_closed(b.data, len);
		is_int(closed, b.len - 1, "SEC-32: %s cut after each of its bytes: closed",
		    from_client[i].name);
		buf_put_u8(&b, 0);
		ok(first_is_closed(b.data, b.len), "SEC-32: %s with a byte left over: closed",
		    from_client[i].name);
	}
}

/* A login that is asked for an answer. */
static int asked(int *ret_online)
{
	int fd = begin_login(&fx, "encvoy-2", "");

	*ret_online = online_job(&fx);
	send_ask(*ret_online, ASK_PASTE, "Paste:");
	(void)next(fd);
	return fd;
}

static void truncated_answers(void)
{
	AUTO_BUF struct buf b = {0};
	size_t closed = 0;

	buf_init(&b, PROTO_MAX);
	put_answer(&b);
	for (size_t len = 1; len < b.len; len++) {
		int online, fd = asked(&online);

		send_bytes(fd, b.data, len);
		closed += is_closed(fd) && is_closed(online);
		close(fd);
		close(online);
	}
	is_int(closed, b.len - 1, "SEC-32: ANSWER cut after each of its bytes: both sides closed");
}

/* What a login ends with when the online side sends these bytes. */
static enum err online_says(const void *bytes, size_t len)
{
	int fd = begin_login(&fx, "encvoy-2", "");
	int online = online_job(&fx);
	enum err e;

	send_bytes(online, bytes, len);
	e = result_of(fd);
	close(fd);
	close(online);
	return e;
}

static void truncated_by_online(void)
{
	for (size_t i = 0; i < sizeof(from_online) / sizeof(from_online[0]); i++) {
		AUTO_BUF struct buf b = {0};
		size_t refused = 0;

		buf_init(&b, PROTO_MAX);
		from_online[i].build(&b);
		for (size_t len = 1; len < b.len; len++)
			refused += online_says(b.data, len) == ERR_INTERNAL;
		is_int(refused, b.len - 1,
		    "SEC-32: %s of the online side cut after each of its bytes: internal",
		    from_online[i].name);
		buf_put_u8(&b, 0);
		is_int(online_says(b.data, b.len), ERR_INTERNAL,
		    "SEC-32: %s of the online side with a byte left over: internal",
		    from_online[i].name);
	}
}

/* Any answer must decode; a login may begin, and the online side then sees a whole JOB. */
static bool answer_is_sound(int fd)
{
	unsigned type = receive(fd, LONG_MS, &got);
	struct msg_passwd pw;
	struct msg_row row;
	char text[WORD_MAX];
	bool sound;

	switch (type) {
	case 0:
		return got.err == ERR_CLOSED;
	case MSG_PASSWD:
		return proto_get_passwd(&got.r, &pw) == ERR_OK;
	case MSG_NOT_FOUND:
		return got.len == 2;
	case MSG_ACK:
		return proto_get_ack(&got.r, text, sizeof(text)) == ERR_OK;
	case MSG_RESULT:
		return proto_get_result(&got.r, &result) == ERR_OK;
	case MSG_ROW:
		sound = proto_get_row(&got.r, &row) == ERR_OK;
		msg_row_free(&row);
		return sound;
	case MSG_GROUP:
	case MSG_GROUPS:
		return true;
	default:
		return false;
	}
}

static void lying_counts(void)
{
	static const uint32_t lies[] = {0xffffffff, 0x7fffffff, 0x80000000, 0xfffffffc, 65536, 0};

	for (size_t i = 0; i < sizeof(from_client) / sizeof(from_client[0]); i++) {
		AUTO_BUF struct buf b = {0};
		size_t tried = 0, sound = 0;

		buf_init(&b, PROTO_MAX);
		from_client[i].build(&b);
		for (size_t at = 2; at + 4 <= b.len; at++) {
			for (size_t l = 0; l < sizeof(lies) / sizeof(lies[0]); l++) {
				uint8_t copy[4096];
				int fd = client(&fx, 0);

				memcpy(copy, b.data, b.len);
				memcpy(copy + at, &lies[l], 4);
				send_bytes(fd, copy, b.len);
				tried++;
				sound += answer_is_sound(fd);
				close(fd);
			}
		}
		is_int(sound, tried, "SEC-32: %s with lying counts: closed or a sound answer",
		    from_client[i].name);
	}
}

static void too_long(void)
{
	static uint8_t bytes[PROTO_MAX + 4096] = {PROTO_VERSION, MSG_LOOKUP};
	int fd, online;

	ok(first_is_closed(bytes, PROTO_MAX + 1), "SEC-32: a packet of 64 KiB and a byte: closed");
	ok(first_is_closed(bytes, sizeof(bytes)), "SEC-32: a packet of 68 KiB: closed");
	ok(first_is_closed(bytes, PROTO_MAX), "SEC-32: 64 KiB of nothing: closed");
	bytes[1] = MSG_SHOW;
	is_int(online_says(bytes, sizeof(bytes)), ERR_INTERNAL,
	    "SEC-32: 68 KiB of the online side: internal");
	fd = asked(&online);
	bytes[1] = MSG_ANSWER;
	send_bytes(fd, bytes, sizeof(bytes));
	ok(is_closed(fd) && is_closed(online), "SEC-32: an ANSWER of 68 KiB: both sides closed");
	close(fd);
	close(online);
}

static void types_and_versions(void)
{
	size_t closed = 0;
	int fd;

	for (unsigned type = 0; type < 256; type++) {
		const uint8_t bytes[] = {PROTO_VERSION, (uint8_t)type};

		closed += first_is_closed(bytes, sizeof(bytes));
	}
	is_int(closed, 256, "SEC-32: each of the 256 types without fields: closed");
	fd = client(&fx, 0);
	send_bytes(fd, "\x02\x01", 2);
	is_int(result_of(fd), ERR_VERSION, "another version: RESULT{version-mismatch}");
	close(fd);
	is_int(online_says("\x02\x0f", 2), ERR_INTERNAL, "another version of the online side");
}

/* Every bit of every message flipped, one at a time. */
static void flipped_bits(void)
{
	for (size_t i = 0; i < sizeof(from_client) / sizeof(from_client[0]); i++) {
		AUTO_BUF struct buf b = {0};
		size_t sound = 0;

		buf_init(&b, PROTO_MAX);
		from_client[i].build(&b);
		for (size_t bit = 0; bit < b.len * 8; bit++) {
			int fd = client(&fx, 0);

			b.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
			send_bytes(fd, b.data, b.len);
			sound += answer_is_sound(fd);
			b.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
			close(fd);
		}
		is_int(sound, b.len * 8,
		    "SEC-32: %s with each bit flipped: closed or a sound answer",
		    from_client[i].name);
	}
}

/* What one reply was made of must not show in the next. */
static void no_stale_bytes(void)
{
	char long_name[USER_MAX];
	int fd = client(&fx, 0);
	struct msg_passwd pw;
	AUTO_BUF struct buf again = {0};

	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = 0;
	send_lookup(fd, LOOKUP_PWNAM, long_name, 0);
	ok(next(fd) == MSG_NOT_FOUND && got.len == 2, "SEC-32: NOT_FOUND is two bytes");
	send_lookup(fd, LOOKUP_PWNAM, "encvoy-2", 0);
	is_int(next(fd), MSG_PASSWD, "a known user after a long name");
	buf_init(&again, PROTO_MAX);
	if (proto_get_passwd(&got.r, &pw) == ERR_OK)
		proto_put_passwd(&again, &pw.rec);
	ok(again.len == got.len && memcmp(again.data, got.bytes, got.len) == 0,
	    "SEC-32: the reply holds what it decodes to and no other byte");
	close(fd);
}

int main(void)
{
	struct listener_limits limits = listener_limits_default;

	if (!fx_possible())
		return 0;
	limits.logins_per_rhost = 1024; /* of the logins that mutated messages begin */
	fx_start_limited(&fx, base_conf, &limits);
	is_int(whole_login(&fx, "encvoy-2", "2"), ERR_OK, "a sound login before");
	truncated_by_clients();
	truncated_answers();
	truncated_by_online();
	too_long();
	types_and_versions();
	no_stale_bytes();
	/* the jobs of these nobody takes */
	close(fx.online_fd);
	fx.online_fd = -1;
	lying_counts();
	flipped_bits();
	is_int(fx_stop(&fx), 0, "SEC-32: the listener lived through all of it");
	return tap_done();
}
