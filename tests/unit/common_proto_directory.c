/* SPDX-License-Identifier: MIT */
/* The directory's messages: what is put is got, and nothing else is taken (SEC-32). */
#include "common/proto_directory.h"
#include "tests/unit/tap.h"

#include <stdlib.h>

static const struct msg_person alice = {.sub = "2",
    .login = "alice",
    .gecos = "Alice Anderson",
    .locale = "de",
    .shell = "/bin/zsh",
    .home = "/home/alice",
    .roles = "EDITOR\napp/EDITOR\n",
    .ssh_keys = "ssh-ed25519 AAAA alice\n",
    .id = 2013265921,
    .blocked = true};

static void persons(void)
{
	AUTO_BUF struct buf b;
	struct msg_person bob = {.sub = "3", .deleted = true}, got;
	enum msg_type type = 0;
	struct reader r;
	uint32_t n = 0;

	buf_init(&b, PROTO_MAX);
	proto_put_persons(&b);
	ok(proto_add_person(&b, &alice) && proto_add_person(&b, &bob), "two persons");
	is_int(proto_open(b.data, b.len, &r, &type), ERR_OK, "opened");
	is_int(type, MSG_PERSONS, "PERSONS");
	ok(proto_get_persons_head(&r, &n) == ERR_OK && n == 2, "two are counted");
	ok(proto_get_person(&r, &got) == ERR_OK && strcmp(got.sub, "2") == 0 &&
		strcmp(got.login, "alice") == 0 && strcmp(got.roles, alice.roles) == 0 &&
		strcmp(got.ssh_keys, alice.ssh_keys) == 0 && strcmp(got.home, alice.home) == 0 &&
		got.id == alice.id && got.blocked && !got.deleted,
	    "alice");
	ok(proto_get_person(&r, &got) == ERR_OK && strcmp(got.sub, "3") == 0 && !got.blocked &&
		got.deleted && reader_done(&r),
	    "bob, and nothing behind him");
	for (size_t len = 6; len < b.len; len++) {
		(void)proto_open(b.data, len, &r, &type);
		(void)proto_get_persons_head(&r, &n);
		if (proto_get_person(&r, &got) == ERR_OK && proto_get_person(&r, &got) == ERR_OK)
			ok(false, "SEC-32: cut at %zu", len);
	}
	b.data[b.len - 1] = 2;
	(void)proto_open(b.data, b.len, &r, &type);
	(void)proto_get_persons_head(&r, &n);
	(void)proto_get_person(&r, &got);
	is_int(proto_get_person(&r, &got), ERR_PROTOCOL, "SEC-32: a flag is 0 or 1");
}

static void many(void)
{
	struct msg_person *big = calloc(1, sizeof(*big));
	AUTO_BUF struct buf b;
	unsigned n = 0;

	ok(big != NULL, "memory");
	if (!big)
		return;
	memcpy(big->sub, "4", 2);
	memset(big->ssh_keys, 'k', SSH_KEYS_MAX);
	memset(big->roles, 'r', ROLES_MAX);
	buf_init(&b, PROTO_MAX);
	proto_put_persons(&b);
	while (proto_add_person(&b, big))
		n++;
	ok(n == 1 && b.err == ERR_OK && b.len <= PROTO_MAX, "the largest person fits, once");
	proto_put_persons(&b);
	for (n = 0; proto_add_person(&b, &alice); n++)
		;
	is_int(b.data[2] + b.data[3] * 256, n, "hundreds of others are counted");
	free(big);
}

static void others(void)
{
	struct msg_directory d = {.serial = 1ULL << 40, .hash = {1, 2, 3}}, d2;
	struct msg_end e = {.code = ERR_OLD_SERIAL, .serial = 7, .expires = 9, .detail = "x"}, e2;
	char login[LOGIN_MAX];
	enum msg_type type;
	struct reader r;
	AUTO_BUF struct buf b;

	buf_init(&b, PROTO_MAX);
	proto_put_directory(&b, &d);
	(void)proto_open(b.data, b.len, &r, &type);
	ok(proto_get_directory(&r, &d2) == ERR_OK && d2.serial == d.serial && d2.hash[2] == 3,
	    "DIRECTORY");
	proto_put_find(&b, "alice");
	(void)proto_open(b.data, b.len, &r, &type);
	ok(type == MSG_FIND && proto_get_find(&r, login) == ERR_OK && strcmp(login, "alice") == 0,
	    "FIND");
	proto_put_sync(&b);
	(void)proto_open(b.data, b.len, &r, &type);
	ok(type == MSG_SYNC && proto_get_sync(&r) == ERR_OK, "SYNC");
	proto_put_end(&b, &e);
	(void)proto_open(b.data, b.len, &r, &type);
	ok(type == MSG_END && proto_get_end(&r, &e2) == ERR_OK && e2.code == ERR_OLD_SERIAL &&
		e2.serial == 7 && e2.expires == 9 && strcmp(e2.detail, "x") == 0 && !e2.unchanged,
	    "END");
	buf_put_u8(&b, 0);
	(void)proto_open(b.data, b.len, &r, &type);
	is_int(proto_get_end(&r, &e2), ERR_PROTOCOL, "SEC-32: a byte too many");
}

int main(void)
{
	persons();
	many();
	others();
	return tap_done();
}
