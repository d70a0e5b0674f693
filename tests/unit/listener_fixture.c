/* SPDX-License-Identifier: MIT */
#include "tests/unit/listener_fixture.h"

#include "common/str.h"
#include "encvoyd/log.h"
#include "sys/clock.h"
#include "sys/sock.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

const char base_conf[] = "issuer = " ISSUER "\n"
			 "client_id = host\n"
			 "allow = sub:2 sub:3\n"
			 "login_clients = www-data:nextcloud\n"
			 "[service nextcloud]\n"
			 "client_id = nextcloud\n"
			 "methods = token\n"
			 "token_reuse = yes\n"
			 "[service badge]\n"
			 "methods = token\n";

struct got got;
struct msg_result result;
struct msg_login job;
char job_id[WORD_MAX];

static const struct fixture *current;

static void must(bool good, const char *what)
{
	if (good)
		return;
	printf("Bail out! %s\n", what);
	if (current)
		printf("%s\n", fx_log(current));
	exit(99);
}

bool fx_possible(void)
{
	if (geteuid() == 0)
		return true;
	printf("1..0 # SKIP needs root\n");
	return false;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
	close(fd);
}

void fx_write_conf(const struct fixture *fx, const char *conf)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/encvoy.conf", fx->conf_dir);
	write_file(path, conf);
}

static void make_dir(char *dst, size_t size, const struct fixture *fx, const char *name)
{
	snprintf(dst, size, "%s/%s", fx->dir, name);
	must(mkdir(dst, 0700) == 0, dst);
}

static void make_tree(struct fixture *fx)
{
	snprintf(fx->dir, sizeof(fx->dir), "/tmp/encvoy-listener-XXXXXX");
	must(mkdtemp(fx->dir) != NULL, "mkdtemp");
	must(chmod(fx->dir, 0755) == 0, "chmod");
	make_dir(fx->conf_dir, sizeof(fx->conf_dir), fx, "conf");
	make_dir(fx->run_dir, sizeof(fx->run_dir), fx, "run");
	make_dir(fx->state_dir, sizeof(fx->state_dir), fx, "state");
	make_dir(fx->cache_dir, sizeof(fx->cache_dir), fx, "cache");
	must(chmod(fx->run_dir, 0755) == 0, "chmod");
	snprintf(fx->socket, sizeof(fx->socket), "%s/run/socket", fx->dir);
	snprintf(fx->online, sizeof(fx->online), "%s/run/online", fx->dir);
	snprintf(fx->log, sizeof(fx->log), "%s/log", fx->dir);
	snprintf(fx->passwd, sizeof(fx->passwd), "%s/passwd", fx->dir);
	snprintf(fx->group, sizeof(fx->group), "%s/group", fx->dir);
	write_file(fx->passwd, "root:x:0:0::/root:/bin/sh\njoe:x:1000:1000::/home/joe:/bin/sh\n");
	write_file(fx->group, "root:x:0:\njoe:x:1000:\n");
	write_file(fx->log, "");
}

void fx_run(struct fixture *fx)
{
	fflush(stdout); /* or both would write it */
	fx->pid = fork();
	must(fx->pid >= 0, "fork");
	if (fx->pid == 0) {
		const struct listener_options o = {.paths = &fx->paths,
		    .limits = fx->limits,
		    .listen_fd = fx->listen_fd,
		    .online_uid = ONLINE_UID,
		    .passwd = fx->passwd,
		    .group = fx->group};
		int fd = open(fx->log, O_WRONLY | O_APPEND | O_CLOEXEC);

		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		dup2(fd, STDERR_FILENO);
		if (fx->online_fd >= 0)
			close(fx->online_fd);
		exit(listener_run(&o));
	}
}

void fx_start_limited(struct fixture *fx, const char *conf, const struct listener_limits *limits)
{
	*fx = (struct fixture){.limits = *limits, .online_fd = -1, .listen_fd = -1};
	signal(SIGPIPE, SIG_IGN);
	current = fx;
	make_tree(fx);
	fx->paths = (struct daemon_paths){.conf_dir = fx->conf_dir,
	    .run_dir = fx->run_dir,
	    .socket = fx->socket,
	    .online_socket = fx->online,
	    .state_dir = fx->state_dir,
	    .cache_dir = fx->cache_dir};
	fx_write_conf(fx, conf);
	must(sock_listen(fx->socket, 0666, (uid_t)-1, (gid_t)-1, &fx->listen_fd) == ERR_OK,
	    "sock_listen");
	must(sock_listen(fx->online, 0600, (uid_t)-1, (gid_t)-1, &fx->online_fd) == ERR_OK,
	    "sock_listen");
	fx_run(fx);
}

void fx_start(struct fixture *fx, const char *conf)
{
	fx_start_limited(fx, conf, &listener_limits_default);
}

int fx_end(struct fixture *fx, int sig)
{
	int status = 0;

	kill(fx->pid, sig);
	must(waitpid(fx->pid, &status, 0) == fx->pid, "waitpid");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int fx_stop(struct fixture *fx)
{
	char command[128];
	int status = fx_end(fx, SIGTERM);

	close(fx->listen_fd);
	if (fx->online_fd >= 0)
		close(fx->online_fd);
	snprintf(command, sizeof(command), "rm -rf %s", fx->dir);
	if (system(command) != 0)
		printf("# cannot remove %s\n", fx->dir);
	return status;
}

const char *fx_log(const struct fixture *fx)
{
	static char text[4 * 1024 * 1024];
	int fd = open(fx->log, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;

	close(fd);
	text[n > 0 ? n : 0] = 0;
	return text;
}

bool fx_log_has(const struct fixture *fx, const char *text)
{
	int64_t end = now_ms() + 2000;

	while (!strstr(fx_log(fx), text)) {
		if (now_ms() > end) {
			printf("# the log lacks: %s\n", text);
			return false;
		}
		poll(NULL, 0, 10);
	}
	return true;
}

int64_t now_ms(void)
{
	return clock_mono_ms();
}

unsigned receive(int fd, int64_t ms, struct got *g)
{
	g->err = sock_recv(fd, g->bytes, sizeof(g->bytes), now_ms() + ms, &g->len);
	if (g->err == ERR_OK)
		g->err = proto_open(g->bytes, g->len, &g->r, &g->type);
	return g->err == ERR_OK ? g->type : 0;
}

unsigned next(int fd)
{
	return receive(fd, LONG_MS, &got);
}

bool is_closed(int fd)
{
	return !receive(fd, LONG_MS, &got) && got.err == ERR_CLOSED;
}

bool is_quiet(int fd)
{
	return !receive(fd, SHORT_MS, &got) && got.err == ERR_TIMEOUT;
}

bool online_is_quiet(const struct fixture *fx)
{
	return sock_wait(fx->online_fd, now_ms() + SHORT_MS) == ERR_TIMEOUT;
}

bool send_buf(int fd, const struct buf *b)
{
	return sock_send(fd, b, now_ms() + LONG_MS) == ERR_OK;
}

bool send_bytes(int fd, const void *bytes, size_t len)
{
	return send(fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len;
}

int client(const struct fixture *fx, uid_t uid)
{
	int fd = -1;
	enum err e;

	must(uid == 0 || seteuid(uid) == 0, "seteuid");
	e = sock_connect(fx->socket, &fd);
	must(uid == 0 || seteuid(0) == 0, "seteuid");
	return e == ERR_OK ? fd : -1;
}

void put_login(struct buf *b, const struct ask_login *q)
{
	struct msg_login m = {.flags = q->flags};

	(void)str_copy(m.user, sizeof(m.user), q->user);
	(void)str_copy(m.service, sizeof(m.service), q->service ? q->service : "ssh");
	(void)str_copy(m.rhost, sizeof(m.rhost), q->rhost ? q->rhost : "");
	(void)str_copy(m.tty, sizeof(m.tty), q->tty ? q->tty : "");
	for (size_t i = 0; i < 4 && q->args[i]; i++)
		m.args[m.n_args++] = strdup(q->args[i]);
	if (q->answer)
		m.answer = secret_new(q->answer, strlen(q->answer));
	proto_put_login(b, q->type ? q->type : MSG_LOGIN, &m);
	msg_login_free(&m);
}

bool send_login(int fd, const struct ask_login *q)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, PROTO_MAX);
	put_login(&b, q);
	return send_buf(fd, &b);
}

enum err login_as(const struct fixture *fx, uid_t uid, const struct ask_login *q)
{
	int fd = client(fx, uid);
	enum err e = fd >= 0 && send_login(fd, q) ? result_of(fd) : ERR_COUNT;

	close(fd);
	return e;
}

int begin_login(const struct fixture *fx, const char *user, const char *rhost)
{
	const struct ask_login q = {.user = user, .rhost = rhost, .flags = LOGIN_INTERACTIVE};
	int fd = client(fx, 0);

	must(fd >= 0 && send_login(fd, &q) && next(fd) == MSG_ACK, "no login could be begun");
	return fd;
}

bool send_answer(int fd, const char *answer)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, PROTO_MAX);
	proto_put_answer(&b, answer, strlen(answer));
	return send_buf(fd, &b);
}

bool send_lookup(int fd, enum lookup_kind kind, const char *name, uint32_t id)
{
	struct msg_lookup m = {.kind = kind, .id = id};
	AUTO_BUF struct buf b = {0};

	(void)str_copy(m.name, sizeof(m.name), name ? name : "");
	buf_init(&b, PROTO_MAX);
	proto_put_lookup(&b, &m);
	return send_buf(fd, &b);
}

enum err result_of(int fd)
{
	unsigned type;

	while ((type = next(fd)) && type != MSG_RESULT)
		;
	if (!type || proto_get_result(&got.r, &result) != ERR_OK)
		return ERR_COUNT;
	return result.code;
}

enum err admin(const struct fixture *fx, const char *verb, const char *arg, const char *key,
    char *value, size_t size)
{
	int fd = client(fx, 0);
	AUTO_BUF struct buf b = {0};
	enum err e = ERR_COUNT;
	unsigned type;

	buf_init(&b, PROTO_MAX);
	proto_put_admin(&b, verb, &arg, arg ? 1 : 0);
	if (!send_buf(fd, &b))
		return ERR_COUNT;
	while ((type = next(fd)) == MSG_ROW) {
		struct msg_row row;

		if (proto_get_row(&got.r, &row) == ERR_OK && key && row.n > 1 &&
		    strcmp(row.fields[0], key) == 0)
			(void)str_copy(value, size, row.fields[1]);
		msg_row_free(&row);
	}
	if (type == MSG_RESULT && proto_get_result(&got.r, &result) == ERR_OK)
		e = result.code;
	close(fd);
	return e;
}

int online_accept(const struct fixture *fx)
{
	if (sock_wait(fx->online_fd, now_ms() + LONG_MS) != ERR_OK)
		return -1;
	return accept4(fx->online_fd, NULL, NULL, SOCK_CLOEXEC);
}

int online_job(const struct fixture *fx)
{
	int fd = online_accept(fx);

	msg_login_free(&job);
	must(fd >= 0 && next(fd) == MSG_JOB &&
		 proto_get_job(&got.r, job_id, sizeof(job_id), &job) == ERR_OK,
	    "no job came");
	return fd;
}

void fill_identity(struct msg_identity *m, const char *sub)
{
	*m = (struct msg_identity){.method = METHOD_BROWSER, .full = true};
	(void)str_copy(m->issuer, sizeof(m->issuer), ISSUER);
	(void)str_copy(m->sub, sizeof(m->sub), sub);
	m->auth_time = (uint64_t)clock_unix();
}

bool send_identity_msg(int fd, const struct msg_identity *m)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, PROTO_MAX);
	proto_put_identity(&b, m);
	return send_buf(fd, &b);
}

bool send_identity(int fd, const char *sub)
{
	struct msg_identity m;

	fill_identity(&m, sub);
	return send_identity_msg(fd, &m);
}

bool send_refusal(int fd, enum err code, const char *text)
{
	struct msg_result m = {.code = code};
	AUTO_BUF struct buf b = {0};

	(void)str_copy(m.reason, sizeof(m.reason), err_word(code));
	(void)str_copy(m.text, sizeof(m.text), text);
	buf_init(&b, PROTO_MAX);
	proto_put_result(&b, &m);
	return send_buf(fd, &b);
}

bool send_show(int fd, const char *text)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, PROTO_MAX);
	proto_put_show(&b, text, "");
	return send_buf(fd, &b);
}

bool send_ask(int fd, enum ask_kind kind, const char *text)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, PROTO_MAX);
	proto_put_ask(&b, kind, true, text);
	return send_buf(fd, &b);
}

enum err whole_login(const struct fixture *fx, const char *user, const char *sub)
{
	int fd = begin_login(fx, user, "10.0.0.1");
	int online = online_job(fx);
	enum err e;

	send_identity(online, sub);
	e = result_of(fd);
	close(online);
	close(fd);
	return e;
}
