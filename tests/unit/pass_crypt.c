/* SPDX-License-Identifier: MIT */
/* Passphrases: what is derived and sealed, the words of a child, what a confined child may do, and
 * the pool with children that die. */
#include "encvoyd/passpool.h"
#include "encvoyd/passwork.h"
#include "sys/clock.h"
#include "tests/unit/tap.h"

#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define GOOD "correct horse battery staple 7"
#define ABOUT "https://id.example.test 2"

static struct secret *secret_of(const char *s)
{
	return secret_new(s, strlen(s));
}

static void derivation(void)
{
	char setting[PASS_SETTING_MAX], other[PASS_SETTING_MAX];
	uint8_t check[PASS_CHECK_LEN], again[PASS_CHECK_LEN];
	AUTO_SECRET struct secret *pass = secret_of(GOOD), *key = NULL, *key2 = NULL;
	AUTO_SECRET struct secret *wrong = secret_of("something else"), *key3 = NULL;
	AUTO_SECRET struct secret *empty = secret_of(""), *none = NULL;

	is_int(passcrypt_setting(0, setting), ERR_RANGE, "cost 0 is refused");
	is_int(passcrypt_setting(12, setting), ERR_RANGE, "cost 12 is refused");
	is_int(passcrypt_setting(1, other), ERR_OK, "cost 1");
	is_int(passcrypt_setting(1, setting), ERR_OK, "again");
	ok(strncmp(setting, "$y$", 3) == 0, "it is yescrypt's");
	ok(strcmp(setting, other) != 0, "with another salt each time");
	is_int(passcrypt_derive(pass, setting, check, &key), ERR_OK, "derived");
	is_int(passcrypt_derive(pass, setting, again, &key2), ERR_OK, "and again");
	ok(memcmp(check, again, sizeof(check)) == 0, "with the same check");
	ok(secret_equal(secret_str(key), secret_len(key), secret_str(key2), secret_len(key2)),
	    "and the same key");
	ok(!secret_equal(check, sizeof(check), secret_str(key), secret_len(key)),
	    "SEC-35: the key is not what is stored");
	is_int(passcrypt_derive(wrong, setting, again, &key3), ERR_OK, "another passphrase");
	ok(memcmp(check, again, sizeof(check)) != 0, "has another check");
	ok(!secret_equal(secret_str(key), secret_len(key), secret_str(key3), secret_len(key3)),
	    "and another key");
	is_int(passcrypt_derive(empty, setting, again, &none), ERR_TOO_LONG, "nothing is refused");
	is_int(passcrypt_derive(pass, "$1$abc", again, &none), ERR_SYNTAX, "MD5 is refused");
	is_int(passcrypt_derive(pass, "$y$", again, &none), ERR_SYNTAX, "half a setting, too");
}

static void sealing(void)
{
	AUTO_SECRET struct secret *key = secret_alloc(PASS_KEY_LEN),
				  *other = secret_alloc(PASS_KEY_LEN);
	AUTO_SECRET struct secret *token = secret_of("refresh-token-of-alice"), *back = NULL;
	AUTO_BUF struct buf a, b;
	unsigned wrong = 0;

	secret_data(other)[0] = 1;
	buf_init(&a, PASS_SEALED_MAX);
	buf_init(&b, PASS_SEALED_MAX);
	is_int(passcrypt_seal(key, ABOUT, token, &a), ERR_OK, "sealed");
	is_int(passcrypt_seal(key, ABOUT, token, &b), ERR_OK, "twice");
	ok(a.len == secret_len(token) + 28 && memcmp(a.data, b.data, a.len) != 0,
	    "with another nonce");
	is_int(passcrypt_open(key, ABOUT, a.data, a.len, &back), ERR_OK, "opened");
	is_str(secret_str(back), "refresh-token-of-alice", "to the same token");
	secret_free(back);
	back = NULL;
	is_int(passcrypt_open(key, "https://id.example.test 3", a.data, a.len, &back), ERR_BAD_KEY,
	    "another person's does not open");
	is_int(
	    passcrypt_open(other, ABOUT, a.data, a.len, &back), ERR_BAD_KEY, "nor by another key");
	for (size_t i = 0; i < a.len; i++) {
		a.data[i] ^= 1;
		wrong += passcrypt_open(key, ABOUT, a.data, a.len, &back) != ERR_BAD_KEY;
		a.data[i] ^= 1;
	}
	for (size_t i = 0; i < a.len; i++)
		wrong += passcrypt_open(key, ABOUT, a.data, i, &back) != ERR_BAD_KEY;
	is_int(wrong, 0, "nor with any bit flipped or byte missing");
	ok(!back, "nothing is given out then");
}

static void question(struct pass_msg *m, enum pass_op op, const char *pass, const char *token)
{
	*m = (struct pass_msg){.op = op, .cost = 1, .user = "alice", .about = ABOUT};
	m->passphrase = pass ? secret_of(pass) : NULL;
	m->token = token ? secret_of(token) : NULL;
}

static void work(void)
{
	AUTO_PASSMSG struct pass_msg made = {0}, opened = {0};

	question(&made, PASS_MAKE, "alice1", "token-1");
	passwork_do(&made);
	is_int(made.err, ERR_BAD_PASSPHRASE, "a weak passphrase is refused");
	ok(made.text[0] && !made.sealed_len, "with libpwquality's reason");
	passmsg_free(&made);
	question(&made, PASS_MAKE, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ-_12", "token-1");
	passwork_do(&made);
	is_int(made.err, ERR_BAD_PASSPHRASE, "what looks like a token is refused");
	passmsg_free(&made);
	question(&made, PASS_MAKE, GOOD, "token-1");
	passwork_do(&made);
	is_int(made.err, ERR_OK, "a good one is taken");
	ok(!made.passphrase, "SEC-35: and not sent back");

	question(&opened, PASS_OPEN, GOOD, NULL);
	memcpy(opened.setting, made.setting, sizeof(made.setting));
	memcpy(opened.check, made.check, sizeof(made.check));
	memcpy(opened.sealed, made.sealed, made.sealed_len);
	opened.sealed_len = made.sealed_len;
	passwork_do(&opened);
	is_int(opened.err, ERR_OK, "it opens");
	is_str(secret_str(opened.token), "token-1", "the token behind it");
	secret_free(opened.token);
	opened.token = NULL;
	secret_free(opened.key);
	opened.key = NULL;
	opened.passphrase = secret_of("wrong");
	passwork_do(&opened);
	is_int(opened.err, ERR_BAD_PASSPHRASE, "SEC-03: a wrong one does not");
	ok(!opened.key && !opened.token, "and leaves nothing");
}

static void messages(void)
{
	AUTO_PASSMSG struct pass_msg m = {0}, back = {0};
	AUTO_BUF struct buf b;
	unsigned wrong = 0;

	question(&m, PASS_OPEN, GOOD, "token");
	m.sealed_len = 5;
	buf_init_secret(&b, PROTO_MAX);
	passmsg_put(&b, &m);
	is_int(passmsg_get(b.data, b.len, &back), ERR_OK, "a message arrives");
	ok(back.op == PASS_OPEN && back.cost == 1 && back.sealed_len == 5 &&
		strcmp(secret_str(back.passphrase), GOOD) == 0 &&
		strcmp(secret_str(back.token), "token") == 0 && strcmp(back.about, ABOUT) == 0,
	    "as it was sent");
	for (size_t i = 0; i < b.len; i++) {
		AUTO_PASSMSG struct pass_msg cut = {0};

		wrong += passmsg_get(b.data, i, &cut) == ERR_OK;
	}
	is_int(wrong, 0, "SEC-32: no part of it does");
}

/* What a confined child finds: one bit per thing that it could do and must not. */
static int forbidden(int fd)
{
	int could = 0;

	if (passwork_confine(&fd) != ERR_OK)
		return 64;
	could |= socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 1 : 0;
	could |= socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ? 2 : 0;
	could |= open("/dev/null", O_WRONLY) >= 0 ? 4 : 0;
	could |= fork() >= 0 ? 8 : 0;
	could |= kill(getppid(), 0) == 0 ? 16 : 0;
	could |= open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 ? 32 : 0;
	return could;
}

static void confinement(void)
{
	int fds[2], status = -1;
	pid_t pid;

	(void)!socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds);
	pid = fork();
	if (pid == 0)
		_exit(forbidden(fds[1]));
	(void)waitpid(pid, &status, 0);
	ok(WIFEXITED(status), "a confined child goes on");
	is_int(WEXITSTATUS(status), 0,
	    "without socket, process, signal or file to write, but reading");
	close(fds[0]);
	close(fds[1]);
}

static unsigned n_done;
static struct pool_job *last_done;

static void on_done(struct pool_job *j)
{
	n_done++;
	last_done = j;
}

static void run_until(struct loop *l, unsigned n)
{
	int64_t end = clock_mono_ms() + 60000;

	while (n_done < n && clock_mono_ms() < end)
		(void)loop_step(l);
}

static void submit(struct passpool *p, struct pool_job *j, const char *pass)
{
	*j = (struct pool_job){.done = on_done};
	question(&j->m, PASS_MAKE, pass, "token");
	is_int(passpool_submit(p, j), ERR_OK, "submitted");
}

static void pool(void)
{
	static struct pool_job jobs[6];
	struct passpool p;
	struct loop l;

	is_int(loop_init(&l), ERR_OK, "a loop");
	passpool_init(&p, &l);
	ok(!p.slots[0].pid, "no child before there is work");
	n_done = 0;
	for (size_t i = 0; i < 5; i++)
		submit(&p, &jobs[i], GOOD);
	passpool_cancel(&p, &jobs[4]);
	run_until(&l, 4);
	is_int(n_done, 4, "four jobs are done, the fifth was given up");
	for (size_t i = 0; i < 4; i++) {
		is_int(jobs[i].m.err, ERR_OK, "well");
		passmsg_free(&jobs[i].m);
	}
	passmsg_free(&jobs[4].m);
	ok(p.slots[0].pid > 0 && p.slots[1].pid > 0, "by two children");

	n_done = 0;
	(void)kill(p.slots[0].pid, SIGSTOP);
	(void)kill(p.slots[1].pid, SIGSTOP);
	submit(&p, &jobs[0], GOOD);
	submit(&p, &jobs[1], GOOD);
	submit(&p, &jobs[2], GOOD);
	while (!jobs[1].slot)
		(void)loop_step(&l);
	(void)kill(p.slots[0].pid, SIGKILL);
	(void)kill(p.slots[1].pid, SIGKILL);
	run_until(&l, 3);
	is_int(n_done, 3, "SEC-03: children die: every job ends");
	ok(jobs[0].m.err == ERR_INTERNAL && jobs[1].m.err == ERR_INTERNAL && !jobs[0].m.key,
	    "SEC-03: theirs have failed");
	is_int(jobs[2].m.err, ERR_OK, "the one that waited has a new child");
	for (size_t i = 0; i < 3; i++)
		passmsg_free(&jobs[i].m);

	n_done = 0;
	submit(&p, &jobs[0], GOOD);
	while (!jobs[0].slot)
		(void)loop_step(&l);
	passpool_cancel(&p, &jobs[0]);
	passmsg_free(&jobs[0].m);
	submit(&p, &jobs[5], GOOD);
	run_until(&l, 1);
	ok(n_done == 1 && last_done == &jobs[5] && jobs[5].m.err == ERR_OK,
	    "the answer to a job that was given up is nobody else's");
	passmsg_free(&jobs[5].m);
	passpool_close(&p);
	loop_free(&l);
}

int main(void)
{
	derivation();
	sealing();
	work();
	messages();
	confinement();
	pool();
	return tap_done();
}
