/* SPDX-License-Identifier: MIT */
/* sudo_grace: which sessions it is for, by the list alone and through the real listener with
 * processes that have real audit sessions. */
#include "encvoyd/grace.h"
#include "tests/unit/listener_fixture.h"
#include "tests/unit/tap.h"

#include "common/cleanup.h"
#include "sys/sock.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static struct fixture fx;
static const char conf[] = "issuer = " ISSUER "\nclient_id = host\nallow = sub:2 sub:3\n"
			   "[service sudo]\nsudo_grace = 1h\n[service sudo-i]\nsudo_grace = 1\n"
			   "[service su]\nsudo_grace = 1h\n";

/* ---- the list ---- */

static struct grace g;
static const struct process sshd = {.pid = 100, .started = 1, .session = AUDIT_NONE};
static const struct process asker = {
    .pid = 101, .parent = 100, .started = 2, .session = AUDIT_NONE};
static const struct process opener = {.pid = 100, .started = 1, .session = 7};

static struct msg_login message(const char *service, const char *tty, uint32_t flags)
{
	struct msg_login m = {.flags = flags};

	snprintf(m.user, sizeof(m.user), "encvoy-2");
	snprintf(m.service, sizeof(m.service), "%s", service);
	snprintf(m.tty, sizeof(m.tty), "%s", tty);
	return m;
}

static void note(const struct process *login, const struct process *parent, int64_t now)
{
	const struct msg_login m = message("sshd", "ssh", LOGIN_SSHD);

	grace_free(&g);
	if (grace_note(&g, &m, "2", login, parent, now) != ERR_OK)
		ok(false, "a login is noted");
}

static bool begins(const char *service, const struct process *by, int64_t now)
{
	const struct msg_login m = message(service, "ssh", LOGIN_SSHD);

	return grace_begin(&g, &m, by, now);
}

static void beginnings(void)
{
	struct process p = opener;

	grace_init(&g);
	ok(!begins("sshd", &opener, 0), "no session without a full login");
	note(&asker, &sshd, 0);
	ok(begins("sshd", &opener, 1000), "one that the parent of who signed in opens");
	ok(!begins("sshd", &opener, 1000), "and only one");
	note(&sshd, &asker, 0);
	ok(begins("sshd", &opener, 1000), "or that the same process opens");
	note(&asker, &sshd, 0);
	ok(!begins("login", &opener, 1000), "not of another service");
	ok(!begins("sshd", &opener, 120000), "not much later");
	p.started++;
	ok(!begins("sshd", &p, 1000), "not of a later process with that number");
	p = opener;
	p.session = AUDIT_NONE;
	ok(!begins("sshd", &p, 1000), "none without an audit session");
	p.session = 7;
	note(&opener, &asker, 0);
	ok(!begins("sshd", &p, 1000), "not a session that was there before the login");
	grace_free(&g);
}

static void findings(void)
{
	struct grace_session *s;

	note(&asker, &sshd, 1000);
	ok(!grace_find(&g, 7, "2", "pts/1"), "a login without a session is none");
	ok(begins("sshd", &opener, 1000), "a session");
	ok(!grace_find(&g, 8, "2", "pts/1"), "another session");
	ok(!grace_find(&g, AUDIT_NONE, "2", "pts/1"), "no session");
	ok(!grace_find(&g, 7, "3", "pts/1"), "SEC-01: another person");
	ok(!grace_find(&g, 7, "2", "") && !grace_find(&g, 7, "2", "/dev/"), "no terminal");
	s = grace_find(&g, 7, "2", "/dev/pts/1");
	ok(s != NULL, "found");
	if (!s)
		return;
	grace_bind(s, "/dev/pts/1");
	ok(grace_find(&g, 7, "2", "pts/1") == s, "bound to the first terminal that asked");
	ok(!grace_find(&g, 7, "2", "/dev/pts/2"), "and to no other");
	ok(grace_is_fresh(s, 1000, 1999) && !grace_is_fresh(s, 1000, 2000), "for that long");
	ok(!grace_is_fresh(s, 1000, 999), "not before it was");
	ok(!grace_is_fresh(s, 0, 1000), "0: not at all");
	grace_free(&g);
}

static void consoles(void)
{
	const struct msg_login on = message("login", "tty1", 0), off = message("login", "", 0);

	grace_free(&g);
	ok(grace_note(&g, &on, "2", &sshd, &asker, 0) == ERR_OK, "a login on a console");
	ok(!grace_begin(&g, &off, &opener, 0), "whose session has no terminal is none");
	ok(grace_begin(&g, &on, &opener, 0), "begins one");
	ok(!grace_find(&g, 7, "2", "pts/1"), "bound to the console from the start");
	ok(grace_find(&g, 7, "2", "/dev/tty1") != NULL, "by either name");
	grace_free(&g);
}

static void many(void)
{
	const struct msg_login m = message("sshd", "ssh", LOGIN_SSHD);
	bool good = true;

	for (int i = 0; i < 5000; i++)
		good = good && grace_note(&g, &m, "2", &asker, &sshd, 0) == ERR_OK;
	ok(good && g.n == 4096, "the oldest make room");
	ok(grace_note(&g, &m, "2", &asker, &sshd, 24 * 3600 * 1000) == ERR_OK && g.n == 1,
	    "and what is old goes");
	grace_free(&g);
}

/* ---- the listener ---- */

/* A new audit session, as pam_loginuid begins one; false where the kernel has none. */
static bool new_session(unsigned uid)
{
	char text[16];
	AUTO_FD int fd = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);
	int n = snprintf(text, sizeof(text), "%u", uid);

	return fd >= 0 && write(fd, text, (size_t)n) == n;
}

static enum err say(enum msg_type type, const char *service, const char *user, const char *tty)
{
	const struct ask_login q = {
	    .type = type, .user = user, .service = service, .tty = tty, .flags = LOGIN_INTERACTIVE};

	return login_as(&fx, 0, &q);
}

static enum err sudo(const char *tty)
{
	return say(MSG_GRACE, "sudo", "encvoy-2", tty);
}

/* What a login does, in a process of its own: its result is the exit status of the shell's sudo. */
struct story {
	const char *name;
	enum err want;
	bool key;     /* no full login before the session */
	bool early;   /* the session was there before the login */
	bool foreign; /* the terminal is not the login's own */
	bool same;    /* the shell is not the leader of its own */
	bool refused; /* the login */
	bool orphan;  /* the login process is gone */
	const char *service, *user, *tty;
	unsigned wait_ms;
	uid_t uid;
};

/* As login and sshd start a shell: the leader of a terminal of its own, of which sudo is a child.
 */
static enum err in_shell(const struct story *s)
{
	const struct ask_login q = {.type = MSG_GRACE,
	    .user = s->user ? s->user : "encvoy-2",
	    .service = s->service ? s->service : "sudo",
	    .tty = s->tty ? s->tty : "/dev/pts/7"};

	if (!s->same)
		setsid();
	if (s->foreign && fork() != 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
	}
	if (s->foreign)
		setsid();
	poll(NULL, 0, (int)s->wait_ms);
	return login_as(&fx, s->uid, &q);
}

static enum err status_of(pid_t pid)
{
	int status = 0;

	if (pid <= 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return ERR_COUNT;
	return (enum err)WEXITSTATUS(status);
}

static _Noreturn void play_login(const struct story *s, int told)
{
	pid_t login = getpid(), pid;
	char code;

	if ((s->early && !new_session(UID_OF(2))) ||
	    (!s->key && say(MSG_LOGIN, "login", "encvoy-2", "pts/7") !=
			    (s->refused ? ERR_WRONG_USER : ERR_OK)) ||
	    (!s->early && !new_session(UID_OF(2))) ||
	    say(MSG_SESSION, "login", "encvoy-2", "pts/7") != ERR_OK)
		_exit(1);
	pid = fork();
	if (pid == 0) {
		while (s->orphan && getppid() == login)
			poll(NULL, 0, 10);
		code = (char)in_shell(s);
		_exit(write(told, &code, 1) == 1 ? 0 : 1);
	}
	/* the leader of a foreign terminal's shell pauses until the end */
	if (!s->orphan && !s->foreign)
		(void)status_of(pid);
	if (s->foreign)
		pause();
	_exit(0);
}

static enum err story(const struct story *s)
{
	unsigned char code = (unsigned char)ERR_COUNT;
	int pipes[2];
	pid_t pid;

	if (pipe(pipes) != 0)
		return ERR_COUNT;
	pid = fork();
	if (pid == 0)
		play_login(s, pipes[1]);
	close(pipes[1]);
	if (!s->key) {
		int online = online_job(&fx);

		send_identity(online, s->refused ? "3" : "2");
		close(online);
	}
	(void)!read(pipes[0], &code, 1);
	close(pipes[0]);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return (enum err)code;
}

static const struct story stories[] = {
    {.name = "sudo in a session that began with a full login", .want = ERR_OK},
    {.name = "in a shell where the login itself is", .want = ERR_OK, .same = true},
    {.name = "on another terminal", .want = ERR_NO_ANSWER, .tty = "/dev/pts/8"},
    {.name = "without a terminal", .want = ERR_NO_ANSWER, .tty = ""},
    {.name = "on a terminal that the login has not started",
	.want = ERR_NO_ANSWER,
	.foreign = true},
    {.name = "nor then", .want = ERR_NO_ANSWER, .same = true, .foreign = true},
    {.name = "after the login process has ended",
	.want = ERR_NO_ANSWER,
	.same = true,
	.orphan = true},
    {.name = "in an ssh-key session", .want = ERR_NO_ANSWER, .key = true},
    {.name = "in a session older than the login", .want = ERR_NO_ANSWER, .early = true},
    {.name = "after a refused login", .want = ERR_NO_ANSWER, .refused = true},
    {.name = "SEC-01: as somebody else", .want = ERR_LOGIN_TOO_OLD, .user = "encvoy-3"},
    {.name = "SEC-31: asked by the user", .want = ERR_PERMISSION, .uid = UID_OF(2)},
    {.name = "SEC-31: asked by a stranger", .want = ERR_PERMISSION, .uid = 65533},
    {.name = "for another program", .want = ERR_NO_ANSWER, .service = "su"},
    {.name = "within its time", .want = ERR_OK, .service = "sudo-i"},
    {.name = "beyond its time", .want = ERR_NO_ANSWER, .service = "sudo-i", .wait_ms = 1100},
};

static void sessions(void)
{
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++)
		is_int(story(&stories[i]), stories[i].want, "%s", stories[i].name);
	ok(fx_log_has(&fx, "service=sudo rhost=\"\" tty=/dev/pts/7 access=root peer=0 "
			   "verdict=sudo-grace result=granted"),
	    "the log says why");
}

static void rights(void)
{
	const struct ask_login q = {.type = MSG_SESSION, .user = "encvoy-2", .tty = "pts/1"};

	is_int(login_as(&fx, 65533, &q), ERR_PERMISSION, "SEC-31: sessions are root's to begin");
	is_int(login_as(&fx, UID_OF(2), &q), ERR_PERMISSION, "SEC-31: not a user's own");
	is_int(sudo("/dev/pts/7"), ERR_LOGIN_TOO_OLD, "nobody has signed in yet");
}

/* The account phase decides even where no question is needed. */
static void account_phase(void)
{
	static const char without[] = "issuer = " ISSUER "\nclient_id = host\nallow = sub:3\n"
				      "[service login]\nallow = sub:2\n"
				      "[service sudo]\nsudo_grace = 1h\n";

	static const struct story off = {.service = "sudo-i"};

	fx_write_conf(&fx, without);
	kill(fx.pid, SIGHUP);
	ok(fx_log_has(&fx, "configuration reloaded"), "other rules");
	is_int(story(&stories[0]), ERR_NOT_ALLOWED, "who may not use sudo is not let through");
	is_int(story(&off), ERR_NO_ANSWER, "where it is not configured there is none");
}

static bool has_audit(void)
{
	pid_t pid = fork();
	struct process p;

	if (pid == 0)
		_exit(new_session(1) && process_read(getpid(), &p) == ERR_OK &&
			      p.session != AUDIT_NONE
			  ? 0
			  : 1);
	return status_of(pid) == ERR_OK;
}

int main(void)
{
	if (!fx_possible())
		return 0;
	beginnings();
	findings();
	consoles();
	many();
	fx_start(&fx, conf);
	rights();
	if (has_audit()) {
		sessions();
		account_phase();
	} else {
		tap_skip("sudo_grace in sessions", "no audit in this kernel: nobody has any");
	}
	is_int(fx_stop(&fx), 0, "the listener ends well");
	return tap_done();
}
