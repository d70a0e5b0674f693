/* SPDX-License-Identifier: MIT */
/* What common/ and sys/ do when memory, descriptors or disks fail: an error, no leak, no mix. */
#include "common/conf.h"
#include "common/proto.h"
#include "sys/conffile.h"
#include "sys/file.h"
#include "sys/localdb.h"
#include "tests/unit/fault.h"
#include "tests/unit/private.h"
#include "tests/unit/tap.h"
#include "tests/unit/temp.h"

static const char conf_text[] =
    "issuer = https://id.example\nclient_id = host\n"
    "allow = sub:1, user:alice\nreserved_names = a b c\n"
    "[service cloud]\nallow = everyone\nclient_id = cloud\n"
    "methods = token\n[service x]\nallow = sub:3\nuser_name = x-%{sub}\n";

static enum err configuration(void)
{
	static const char *const args[] = {"allow=sub:9", "client_id=other"};
	AUTO_CONF struct conf c = {0};
	AUTO_SERVICE struct service_conf s = {0};
	struct conf_error e;
	enum err code = conf_init(&c);

	if (code == ERR_OK)
		code = conf_parse(&c, conf_text, strlen(conf_text), "x", &e);
	if (code == ERR_OK)
		code = conf_finish(&c, &e);
	if (code == ERR_OK)
		code = conf_service(&c, "cloud", args, 2, &s, &e);
	return code;
}

static enum err arguments(void)
{
	static const char *const args[] = {
	    "allow=sub:9 user:a", "client_id=other", "methods=token"};
	struct conf_error e;
	unsigned methods;

	return conf_check_args(args, 3, &methods, &e);
}

static enum err conf_files(void)
{
	AUTO_CONF struct conf c = {0};
	struct conf_error e;

	return conffile_load("etc", &c, &e);
}

static enum err login_message(void)
{
	static char a[] = "a=1", b[] = "b=2";
	AUTO_LOGIN struct msg_login got = {0};
	AUTO_SECRET struct secret *answer = secret_new("token", 5);
	AUTO_BUF struct buf packet;
	struct msg_login m = {.user = "u", .n_args = 2, .args = {a, b}, .answer = answer};
	enum msg_type type;
	struct reader r;

	buf_init_secret(&packet, PROTO_MAX);
	proto_put_login(&packet, MSG_LOGIN, &m);
	if (!answer || packet.err != ERR_OK)
		return ERR_NOMEM;
	if (proto_open(packet.data, packet.len, &r, &type) != ERR_OK)
		return ERR_INTERNAL;
	return proto_get_login(&r, &got) == ERR_OK ? ERR_OK : ERR_NOMEM;
}

static enum err other_messages(void)
{
	AUTO_SHOW struct msg_show show = {0};
	AUTO_ASK struct msg_ask ask = {0};
	AUTO_ROW struct msg_row row = {0};
	AUTO_BUF struct buf b;
	enum msg_type type;
	struct reader r;
	bool good = true;

	buf_init(&b, PROTO_MAX);
	proto_put_show(&b, "text", "qr");
	good = good && b.err == ERR_OK && proto_open(b.data, b.len, &r, &type) == ERR_OK &&
	       proto_get_show(&r, &show) == ERR_OK;
	proto_put_ask(&b, ASK_PASTE, true, "text");
	good = good && b.err == ERR_OK && proto_open(b.data, b.len, &r, &type) == ERR_OK &&
	       proto_get_ask(&r, &ask) == ERR_OK;
	proto_put_row(&b, (const char *const[]){"a", "b", "c"}, 3);
	good = good && b.err == ERR_OK && proto_open(b.data, b.len, &r, &type) == ERR_OK &&
	       proto_get_row(&r, &row) == ERR_OK;
	return good ? ERR_OK : ERR_NOMEM;
}

static enum err growing_buffer(void)
{
	AUTO_BUF struct buf b;
	char *taken;

	buf_init_secret(&b, 100000);
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%d,", i);
	taken = buf_take_str(&b);
	secret_free_str(taken);
	return taken ? ERR_OK : ERR_NOMEM;
}

static enum err local_user(void)
{
	struct local_user u;

	return localdb_user("joe", &u);
}

/* Nobody of this name: a fault must not turn "I could not look" into "there is none". */
static enum err no_local_user(void)
{
	struct local_user u;
	enum err e = localdb_user("ann", &u);

	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static const struct job {
	const char *name;
	enum err (*run)(void);
} jobs[] = {
    {"configuration", configuration},
    {"arguments", arguments},
    {"configuration files", conf_files},
    {"a login message", login_message},
    {"other messages", other_messages},
    {"a growing buffer", growing_buffer},
    {"a local user", local_user},
    {"a user who is not local", no_local_user},
};

static void each_fault(const struct job *j)
{
	unsigned n = 0, bad = 0, fired = 1, misses = 0;
	enum err e;

	is_int(j->run(), ERR_OK, "without faults: %s", j->name);
	while (misses < 40) {
		fault_at(++n, FAULT_HARD);
		e = j->run();
		fired = fault_stop();
		misses = fired ? 0 : misses + 1;
		if ((e == ERR_OK && fired && !fault_harmless()) || (e != ERR_OK && !fired) ||
		    e == ERR_NOT_FOUND) {
			printf("# %s failing (%u) gives %s\n", fault_name(), n, err_word(e));
			bad++;
		}
	}
	is_int(bad, 0, "SEC-03: %s: each fault is an error (%u)", j->name, n - misses);
	for (n = 1, misses = 0, bad = 0; misses < 40; n++) {
		fault_at(n, FAULT_SOFT);
		bad += j->run() != ERR_OK;
		misses = fault_stop() ? 0 : misses + 1;
	}
	is_int(bad, 0, "%s: an interruption is none", j->name);
}

static bool holds(const char *path, const char *text)
{
	AUTO_BUF struct buf b;

	buf_init(&b, 100000);
	return file_read(path, 0, FILE_SECRET, &b) == ERR_OK && b.len == strlen(text) &&
	       memcmp(b.data, text, b.len) == 0;
}

/* ENOSPC, EIO and their like at every step of a replacement. */
static void replacing(enum fault_flavour flavour, const char *name)
{
	static char old_text[20001], new_text[20001];
	unsigned mixed = 0, lied = 0, left = 0, misses = 0;

	memset(old_text, 'o', sizeof(old_text) - 1);
	memset(new_text, 'n', sizeof(new_text) - 1);
	for (unsigned n = 1; misses < 40; n++) {
		bool is_old, is_new;
		enum err e;

		if (file_replace("state", 0600, old_text, strlen(old_text)) != ERR_OK)
			ok(false, "without faults a file is replaced");
		fault_at(n, flavour);
		e = file_replace("state", 0600, new_text, strlen(new_text));
		misses = fault_stop() ? 0 : misses + 1;
		is_old = holds("state", old_text);
		is_new = holds("state", new_text);
		mixed += !is_old && !is_new;
		lied += e == ERR_OK && !is_new;
		left += temp_count("state") != 1;
	}
	is_int(mixed, 0, "SEC-33: the old or the new content, %s", name);
	is_int(lied, 0, "SEC-33: and success only with the new, %s", name);
	is_int(left, 0, "SEC-33: nothing else is left, %s", name);
}

int main(void)
{
	if (!private_etc()) {
		printf("1..0 # SKIP no private /etc on this machine\n");
		return 0;
	}
	umask(022);
	temp_enter();
	(void)private_write("/etc/passwd", "root:x:0:0::/:\njoe:x:1:1::/:\nlast:x:2:2::/:\n");
	mkdir("etc", 0755);
	mkdir("etc/encvoy.conf.d", 0755);
	temp_write("etc/encvoy.conf", conf_text);
	temp_write("etc/encvoy.conf.d/a.conf", "allow = sub:4\n");
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++)
		each_fault(&jobs[i]);
	replacing(FAULT_HARD, "broken");
	replacing(FAULT_SOFT, "interrupted");
	replacing(FAULT_SHORT, "cut short");
	return tap_done();
}
