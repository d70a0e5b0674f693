/* SPDX-License-Identifier: MIT */
#include "common/sshkey.h"
#include "ctl/admin.h"
#include "ctl/opts.h"
#include "sys/clock.h"
#include "sys/conffile.h"
#include "sys/localdb.h"
#include "sys/sock.h"

#include <stdio.h>
#include <string.h>

#define PATIENCE_MS 5000
#define SYSTEM_UIDS_END 1000

struct tally {
	unsigned bad;
	unsigned stripped;
};

static enum err load_conf(struct conf *conf)
{
	struct conf_error why = {0};
	enum err e = conffile_load(ENCVOY_SYSCONFDIR, conf, &why);

	if (e != ERR_OK)
		complain("authorized-keys: %s:%u: %s", why.file, why.line, why.text);
	return e;
}

static bool is_listed(const char *local_user, const char *user)
{
	struct slice rest = slice_of(local_user), pair;

	while (slice_next(&rest, " ,", &pair)) {
		const char *colon = memrchr(pair.p, ':', pair.len);
		size_t at = colon ? (size_t)(colon - pair.p) + 1 : pair.len;

		if (slice_is((struct slice){pair.p + at, pair.len - at}, user))
			return true;
	}
	return false;
}

/* Whatever the daemon says, nobody gets at root or a local user but those of local_user. */
static enum err check_user(const struct conf *conf, const char *user)
{
	struct local_user local;
	enum err e = localdb_user(user, &local);

	if (e == ERR_NOT_FOUND)
		return name_ok(user, strlen(user)) ? ERR_OK : ERR_NOT_FOUND;
	if (e == ERR_OK && (local.uid < SYSTEM_UIDS_END || !is_listed(conf->local_user, user)))
		return ERR_NOT_FOUND;
	return e;
}

static enum err read_answer(const void *packet, size_t len, char **ret_lines)
{
	struct msg_result result;
	enum msg_type type;
	struct reader r;
	enum err e = proto_open(packet, len, &r, &type);

	if (e != ERR_OK)
		return e;
	if (type == MSG_TEXT)
		return proto_get_text(&r, ret_lines);
	if (type == MSG_NOT_FOUND && reader_done(&r))
		return ERR_NOT_FOUND;
	if (type != MSG_RESULT || proto_get_result(&r, &result) != ERR_OK || result.code == ERR_OK)
		return ERR_PROTOCOL;
	return result.code;
}

static enum err ask(const char *user, char **ret_lines)
{
	static uint8_t packet[PROTO_MAX];
	int64_t deadline = clock_mono_ms() + PATIENCE_MS;
	struct msg_lookup question = {.kind = LOOKUP_KEYS};
	AUTO_BUF struct buf b = {0};
	AUTO_FD int fd = -1;
	size_t len = 0;
	enum err e = admin_open(&fd);

	if (e != ERR_OK)
		return e;
	if (!str_copy(question.name, sizeof(question.name), user))
		return ERR_NOT_FOUND;
	buf_init(&b, PROTO_MAX);
	proto_put_lookup(&b, &question);
	e = sock_send(fd, &b, deadline);
	if (e == ERR_OK)
		e = sock_recv(fd, packet, sizeof(packet), deadline, &len);
	return e == ERR_OK ? read_answer(packet, len, ret_lines) : e;
}

static enum err take_line(struct slice line, bool options, struct buf *out, struct tally *t)
{
	struct sshkey key;
	enum err e;

	if (line.len && line.p[line.len - 1] == '\r')
		line.len--;
	e = sshkey_parse(line, &key);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e != ERR_OK) {
		t->bad++;
		return ERR_OK;
	}
	t->stripped += key.options.len && !options;
	sshkey_put(out, &key, options);
	buf_text(out, "\n");
	return out->err;
}

static enum err print_keys(const char *lines, bool options, struct tally *t)
{
	AUTO_BUF struct buf out = {0};
	enum err e = ERR_OK;

	buf_init(&out, (size_t)KEY_LINES_MAX * 8);
	while (e == ERR_OK && *lines) {
		size_t len = strcspn(lines, "\n");

		e = take_line((struct slice){lines, len}, options, &out, t);
		lines += len + (lines[len] == '\n');
	}
	if (e == ERR_OK && out.len)
		fwrite(out.data, 1, out.len, stdout);
	return e;
}

static int serve(const char *user)
{
	AUTO_CONF struct conf conf = {0};
	AUTO_FREE char *lines = NULL;
	struct tally t = {0};
	enum err e = load_conf(&conf);

	if (e != ERR_OK)
		return EXIT_REFUSED;
	e = check_user(&conf, user);
	if (e == ERR_OK)
		e = ask(user, &lines);
	if (e == ERR_OK)
		e = print_keys(lines, conf.ssh_key_options, &t);
	if (e == ERR_NOT_FOUND)
		return EXIT_DONE;
	if (e != ERR_OK)
		return complain_err("authorized-keys", e);
	if (t.bad)
		complain(
		    "authorized-keys: %u lines are no acceptable keys and were left out", t.bad);
	if (t.stripped)
		complain("authorized-keys: the options of %u keys were left out "
			 "(ssh_key_options = no)",
		    t.stripped);
	return finish_output(EXIT_DONE);
}

int verb_authorized_keys(const struct verb *self, int argc, char **argv)
{
	enum opts_result r;
	int n = 0;

	r = opts_parse(self, &(const struct opts){NULL, 0, 1, 1}, argc, argv, &n);
	return r == OPTS_GO ? serve(argv[0]) : opts_exit(r);
}
