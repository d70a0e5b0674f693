/* SPDX-License-Identifier: MIT */
/* The conversation with a daemon that is hostile, confused or dying. */
#include "pam/converse.h"

#include "sys/clock.h"
#include "tests/unit/pam_fake.h"
#include "tests/unit/pam_ground.h"
#include "tests/unit/tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOCKET "socket"

static struct fake fake;
static struct msg_login login = {.user = USER, .service = "sshd", .flags = LOGIN_INTERACTIVE};
static struct msg_result result;
static unsigned shown, asked;
static void (*while_asking)(void);

static bool text_is_fine(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if ((*p < 0x20 && *p != '\n') || *p == 0x7f)
			return false;
	return true;
}

static enum err show(void *data, const char *text, const char *qr)
{
	(void)data;
	if (!text_is_fine(text) || !text_is_fine(qr))
		ok(false, "SEC-25: what is shown is printable");
	shown++;
	return ERR_OK;
}

static enum err ask(void *data, const struct msg_ask *question, struct secret **ret)
{
	if (!text_is_fine(question->text))
		ok(false, "SEC-25: what is asked is printable");
	asked++;
	if (while_asking)
		while_asking();
	*ret = secret_new("answer", 6);
	return data ? *(enum err *)data : ERR_OK;
}

static const struct converse_ui ui = {.show = show, .ask = ask};

static enum err run(const struct step *script)
{
	enum err e;

	shown = asked = 0;
	fake_start(&fake, SOCKET, script, 1);
	e = converse_login(SOCKET, &login, &ui, &result);
	fake_stop(&fake, SOCKET);
	if (result.code != e)
		ok(false, "the result says what was returned");
	if (e != ERR_OK && !*result.reason)
		ok(false, "a failure has its word");
	return e;
}

static enum err run_account(const struct step *script)
{
	enum err e;

	fake_start(&fake, SOCKET, script, 1);
	e = converse_once(SOCKET, MSG_ACCOUNT, &login, &result);
	fake_stop(&fake, SOCKET);
	return e;
}

#define ACKED                    \
	{                        \
		.kind = STEP_ACK \
	}
#define END                      \
	{                        \
		.kind = STEP_END \
	}
#define GRANTED                                 \
	{                                       \
		STEP_RESULT, ERR_OK, USER, NULL \
	}

/* What comes at the wrong time: type and place. */
static void order(void)
{
	static const struct step no_ack[] = {{STEP_SHOW, 0, "x", ""}, GRANTED, END};
	static const struct step ask_first[] = {{STEP_ASK, ASK_TOKEN, "x", NULL}, GRANTED, END};
	static const struct step two_acks[] = {ACKED, ACKED, GRANTED, END};
	static const struct step at_once[] = {GRANTED, END};
	static const struct step nothing[] = {END};
	static const struct step ack_only[] = {ACKED, END};
	static const struct step account_ack[] = {ACKED, GRANTED, END};
	static const struct step account_show[] = {{STEP_SHOW, 0, "x", ""}, GRANTED, END};

	is_int(run(no_ack), ERR_PROTOCOL, "SEC-32: SHOW before ACK");
	is_int(shown, 0, "SEC-32: is not shown");
	is_int(run(ask_first), ERR_PROTOCOL, "SEC-32: ASK before ACK");
	is_int(asked, 0, "SEC-32: is not asked");
	is_int(run(two_acks), ERR_PROTOCOL, "SEC-32: a second ACK");
	is_int(run(at_once), ERR_OK, "a RESULT without ACK is one");
	is_int(run(nothing), ERR_CLOSED, "SEC-03: closed at once");
	is_int(run(ack_only), ERR_CLOSED, "SEC-03: closed after ACK");
	is_str(result.login_id, "abcdefgh", "the login id is known by then");
	is_int(run_account(account_ack), ERR_PROTOCOL, "SEC-32: an account phase has no ACK");
	is_int(run_account(account_show), ERR_PROTOCOL, "SEC-32: nor anything to show");
	is_int(run_account(nothing), ERR_CLOSED, "SEC-03: an account phase closed at once");
	is_int(run_account(at_once), ERR_OK, "an account phase");
}

static enum err raw(const struct buf *b, bool after_ack)
{
	struct step script[] = {
	    ACKED, {STEP_RAW, (int)b->len, (const char *)b->data, NULL}, GRANTED, END};

	return run(after_ack ? script : &script[1]);
}

/* Each message of the daemon cut at every length, and with a byte behind it. */
static void cuts(void)
{
	AUTO_BUF struct buf b, cut;
	struct msg_result m = {ERR_OK, "ok", USER, "abcdefgh", "text"};
	static const char *const names[] = {"ACK", "SHOW", "ASK", "RESULT"};

	buf_init(&b, PROTO_MAX);
	buf_init(&cut, PROTO_MAX);
	for (int kind = 0; kind < 4; kind++) {
		bool refused = true;

		buf_reset(&b);
		if (kind == 0)
			proto_put_ack(&b, "abcdefgh");
		else if (kind == 1)
			proto_put_show(&b, "hello", "qr");
		else if (kind == 2)
			proto_put_ask(&b, ASK_PASTE, true, "paste");
		else
			proto_put_result(&b, &m);
		for (size_t n = 1; n <= b.len + 1; n++) {
			if (n == b.len)
				continue;
			buf_reset(&cut);
			buf_put(&cut, b.data, n < b.len ? n : b.len);
			if (n > b.len)
				buf_put_u8(&cut, 0);
			refused = refused && raw(&cut, kind != 0) == ERR_PROTOCOL;
		}
		ok(refused, "SEC-32: %s of any wrong length is refused", names[kind]);
	}
}

static void types_and_versions(void)
{
	AUTO_BUF struct buf b;
	bool refused = true;

	buf_init(&b, PROTO_MAX * 2);
	for (unsigned type = 0; type < 256; type++) {
		if (type == MSG_ACK || type == MSG_RESULT)
			continue;
		buf_reset(&b);
		buf_put_u8(&b, PROTO_VERSION);
		buf_put_u8(&b, (uint8_t)type);
		buf_put_u32(&b, 0);
		refused = refused && raw(&b, false) == ERR_PROTOCOL;
	}
	ok(refused, "SEC-32: every other type is refused");
	proto_put_ack(&b, "x");
	b.data[0] = PROTO_VERSION + 1;
	is_int(raw(&b, false), ERR_VERSION, "another version is told apart");
	buf_reset(&b);
	proto_put_show(&b, "", "");
	while (b.len <= PROTO_MAX)
		buf_put_u32(&b, 0);
	is_int(raw(&b, true), ERR_PROTOCOL, "SEC-32: a message above 64 KiB");
}

/* SEC-25: nothing that a terminal or a log would act on. */
static void unprintable(void)
{
	static const char *const bad[] = {"\x1b[2J", "a\rb", "a\tb", "\x07", "\xc2\x9b",
	    "\xe2\x80\xae", "\xff", "\xe2\x81\xa6", "\x7f"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct step id[] = {{STEP_ACK, 0, bad[i], NULL}, GRANTED, END};
		const struct step text[] = {ACKED, {STEP_SHOW, 0, bad[i], ""}, GRANTED, END};
		const struct step qr[] = {ACKED, {STEP_SHOW, 0, "", bad[i]}, GRANTED, END};
		const struct step question[] = {
		    ACKED, {STEP_ASK, ASK_PASTE, bad[i], NULL}, GRANTED, END};
		const struct step refusal[] = {ACKED, {STEP_RESULT, ERR_EXPIRED, "", bad[i]}, END};
		const struct step grant[] = {ACKED, {STEP_RESULT, ERR_OK, USER, bad[i]}, END};

		is_int(run(id), ERR_PROTOCOL, "SEC-25: login id %zu", i);
		is_int(run(text), ERR_PROTOCOL, "SEC-25: text %zu", i);
		is_int(run(qr), ERR_PROTOCOL, "SEC-25: QR code %zu", i);
		is_int(run(question), ERR_PROTOCOL, "SEC-25: question %zu", i);
		is_int(run(refusal), ERR_PROTOCOL, "SEC-25: sentence %zu", i);
		is_str(result.text, "", "SEC-25: is not handed on");
		is_int(run(grant), ERR_PROTOCOL, "SEC-25: a sentence with a grant %zu", i);
		is_int(shown + asked, 0, "SEC-25: nothing is shown or asked");
	}
}

static void newline_in_id(void)
{
	static const struct step id[] = {{STEP_ACK, 0, "a\nb", NULL}, GRANTED, END};

	is_int(run(id), ERR_PROTOCOL, "SEC-25: a newline in a login id");
}

static void wait_a_moment(void)
{
	usleep(30000);
}

/* The words of a result go to the log: one line each. */
static void unprintable_words(void)
{
	static const char *const bad[] = {"\x1b[2J", "a\nb", "\xe2\x80\xae"};

	for (size_t i = 0; i < 3 * sizeof(bad) / sizeof(bad[0]); i++) {
		struct msg_result m = {ERR_EXPIRED, "expired", USER, "abcdefgh", "Sorry."};
		AUTO_BUF struct buf b;

		snprintf(i / 3 == 0   ? m.reason
			 : i / 3 == 1 ? m.user
				      : m.login_id,
		    WORD_MAX, "%s", bad[i % 3]);
		buf_init(&b, PROTO_MAX);
		proto_put_result(&b, &m);
		is_int(raw(&b, true), ERR_PROTOCOL, "SEC-25: word %zu of a result", i);
	}
}

/* The daemon has decided while the person still types. */
static void last_words(void)
{
	static const struct step refused[] = {ACKED, {STEP_LOSE, ASK_PASTE, "Paste: ", NULL},
	    {STEP_RESULT, ERR_TIMEOUT, "", "Too late."}, END};
	static const struct step granted[] = {
	    ACKED, {STEP_LOSE, ASK_ENTER, "Enter: ", NULL}, GRANTED, END};
	static const struct step gone[] = {ACKED, {STEP_LOSE, ASK_PASTE, "Paste: ", NULL}, END};

	while_asking = wait_a_moment;
	is_int(run(refused), ERR_TIMEOUT, "a RESULT that waits behind the question is read");
	is_str(result.text, "Too late.", "with its sentence");
	is_int(run(granted), ERR_OK, "a grant as well");
	is_int(run(gone), ERR_CLOSED, "SEC-03: and none is no grant");
	while_asking = NULL;
	/* the answer is on its way when the daemon closes with it unread */
	is_int(run(refused), ERR_TIMEOUT, "also when the answer crosses the RESULT");
}

static void flood(void)
{
	static const struct step script[] = {ACKED, {STEP_FLOOD, 0, "again", ""}, END};

	is_int(run(script), ERR_PROTOCOL, "SEC-32: a daemon that never stops talking");
	ok(shown < 1000, "SEC-32: is not listened to for ever");
}

static void foreign_grants(void)
{
	static const struct step other[] = {ACKED, {STEP_RESULT, ERR_OK, "encvoy-3", NULL}, END};
	static const struct step none[] = {ACKED, {STEP_RESULT, ERR_OK, "", NULL}, END};
	static const struct step unknown[] = {ACKED, {STEP_RESULT, 4711, USER, NULL}, END};

	is_int(run(other), ERR_INTERNAL, "SEC-01: a grant for another");
	is_str(result.user, "", "SEC-01: whose name is not handed on");
	is_int(run(none), ERR_INTERNAL, "SEC-01: a grant for nobody");
	is_int(run_account(&other[1]), ERR_INTERNAL, "SEC-01: in the account phase");
	is_int(run(unknown), ERR_INTERNAL, "SEC-03: a result that nobody knows");
}

static void without_ui(void)
{
	static const struct step shows[] = {ACKED, {STEP_SHOW, 0, "x", ""}, GRANTED, END};
	static const struct step asks[] = {ACKED, {STEP_ASK, ASK_TOKEN, "x", NULL}, GRANTED, END};
	enum err e;

	fake_start(&fake, SOCKET, shows, 1);
	e = converse_login(SOCKET, &login, NULL, &result);
	fake_stop(&fake, SOCKET);
	is_int(e, ERR_OK, "where nothing can be shown, nothing is");
	fake_start(&fake, SOCKET, asks, 1);
	e = converse_login(SOCKET, &login, NULL, &result);
	fake_stop(&fake, SOCKET);
	is_int(e, ERR_NO_ANSWER, "and a question ends the conversation");
}

static void failing_ui(void)
{
	static const struct step script[] = {ACKED, {STEP_ASK, ASK_TOKEN, "x", NULL}, GRANTED, END};
	enum err fails = ERR_NO_ANSWER, e;
	const struct converse_ui failing = {.show = show, .ask = ask, .data = &fails};

	fake_start(&fake, SOCKET, script, 1);
	e = converse_login(SOCKET, &login, &failing, &result);
	fake_stop(&fake, SOCKET);
	is_int(e, ERR_NO_ANSWER, "a person who gives no answer ends the conversation");
	ok(fake.answer_len == 0, "nothing of it is sent");
}

static void oversized_request(void)
{
	static char arg[60000];
	struct msg_login big = login;
	enum err e;

	memset(arg, 'x', sizeof(arg) - 1);
	big.args[0] = big.args[1] = arg;
	big.n_args = 2;
	fake_start(&fake, SOCKET, (const struct step[]){GRANTED, END}, 1);
	e = converse_login(SOCKET, &big, &ui, &result);
	fake_stop(&fake, SOCKET);
	is_int(e, ERR_TOO_LONG, "a request above 64 KiB is not sent");
}

static unsigned open_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (d && readdir(d))
		n++;
	closedir(d);
	return n;
}

/* SEC-41: the program closes everything while it asks, and opens something of its own. */
static bool stolen[64];

static void steal(void)
{
	struct stat st;

	for (int fd = 3; fd < 64; fd++)
		stolen[fd] = fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) && close(fd) == 0;
	for (int fd = 3; fd < 64; fd++)
		if (stolen[fd] && dup2(0, fd) != fd)
			ok(false, "a descriptor in the place of ours");
}

/* A daemon in a process of its own, whose descriptors cannot be stolen. */
static pid_t fork_fake(const struct step *script)
{
	int ready[2];
	pid_t pid;
	char c;

	if (pipe(ready) != 0 || (pid = fork()) < 0) {
		printf("Bail out! cannot fork\n");
		exit(99);
	}
	if (pid == 0) {
		fake_start(&fake, SOCKET, script, 1);
		(void)!write(ready[1], "x", 1);
		pause();
		_exit(0);
	}
	(void)!read(ready[0], &c, 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void stolen_descriptor(void)
{
	static const struct step script[] = {
	    ACKED, {STEP_LOSE, ASK_TOKEN, "x", NULL}, GRANTED, END};
	pid_t pid = fork_fake(script);
	unsigned n = 0, open_still = 0;
	enum err e;

	while_asking = steal;
	e = converse_login(SOCKET, &login, &ui, &result);
	while_asking = NULL;
	is_int(e, ERR_INTERNAL, "SEC-41: a stolen descriptor ends the conversation");
	for (int fd = 3; fd < 64; fd++)
		if (stolen[fd]) {
			n++;
			open_still += fcntl(fd, F_GETFD) != -1;
			close(fd);
		}
	is_int(n, 1, "SEC-41: it was one");
	is_int(open_still, 1, "SEC-41: and what took its place stays open");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void no_leaks(void)
{
	static const struct step granted[] = {ACKED, GRANTED, END};
	static const struct step broken[] = {ACKED, {STEP_RAW, 3, "xyz", NULL}, END};
	unsigned before = open_descriptors();

	for (int i = 0; i < 50; i++) {
		(void)run(granted);
		(void)run(broken);
		(void)converse_login("absent", &login, &ui, &result);
	}
	is_int(open_descriptors(), before, "SEC-41: no descriptor is left behind");
}

static void exhaustion(void)
{
	static const struct step granted[] = {ACKED, GRANTED, END};
	struct rlimit old, none;
	enum err e;

	getrlimit(RLIMIT_NOFILE, &old);
	fake_start(&fake, SOCKET, granted, 1);
	none = (struct rlimit){3, old.rlim_max};
	setrlimit(RLIMIT_NOFILE, &none);
	e = converse_login(SOCKET, &login, &ui, &result);
	setrlimit(RLIMIT_NOFILE, &old);
	fake_stop(&fake, SOCKET);
	is_int(e, ERR_IO, "SEC-03: without descriptors there is no login");
}

/* 5,000 descriptors open: nothing may depend on small numbers. */
static void many_descriptors(void)
{
	static const struct step granted[] = {
	    ACKED, {STEP_ASK, ASK_ENTER, "x", NULL}, GRANTED, END};
	struct rlimit old, many;
	int n = 0;
	static int fds[5000];

	getrlimit(RLIMIT_NOFILE, &old);
	many = (struct rlimit){6000, old.rlim_max < 6000 ? 6000 : old.rlim_max};
	if (setrlimit(RLIMIT_NOFILE, &many) != 0) {
		tap_skip("SEC-41: 5,000 descriptors", "the limit cannot be raised");
		return;
	}
	while (n < 5000 && (fds[n] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
		n++;
	is_int(n, 5000, "5,000 open descriptors");
	is_int(run(granted), ERR_OK, "SEC-41: a login all the same");
	while (n)
		close(fds[--n]);
	setrlimit(RLIMIT_NOFILE, &old);
}

static void silence(void)
{
	static const struct step hanging[] = {{.kind = STEP_HANG}, END};
	int64_t start = clock_mono_ms();
	long long ms;

	is_int(run(hanging), ERR_NO_DAEMON, "SEC-40: no acknowledgement");
	ms = clock_mono_ms() - start;
	ok(ms >= 990 && ms < 2000, "SEC-40: after one wait of 1 s (%lld ms)", ms);
	start = clock_mono_ms();
	is_int(converse_login("absent", &login, &ui, &result), ERR_NO_DAEMON, "SEC-40: no daemon");
	ok(clock_mono_ms() - start < 500, "SEC-40: is not waited for");
	is_str(result.reason, "daemon-unreachable", "with its word");
}

int main(void)
{
	ground_enter();
	order();
	cuts();
	types_and_versions();
	unprintable();
	newline_in_id();
	unprintable_words();
	last_words();
	flood();
	foreign_grants();
	without_ui();
	failing_ui();
	oversized_request();
	stolen_descriptor();
	no_leaks();
	exhaustion();
	many_descriptors();
	silence();
	return tap_done();
}
