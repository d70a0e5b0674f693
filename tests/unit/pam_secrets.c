/* SPDX-License-Identifier: MIT */
/* SEC-35: what the person typed is nowhere in the program's memory when the login is over, and not
 * in the log; and what is in the log. */
#include "tests/unit/pam_fake.h"
#include "tests/unit/pam_ground.h"
#include "tests/unit/tap.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOCKET "socket"
#define MASK 0x2a

/* The canary is kept masked, so that no copy of it is the test's own. */
#define CANARY_LEN 400
static unsigned char masked[CANARY_LEN];
static struct person person;
static int log_fd = -1;

static void make_canary(void)
{
	unsigned noise = 12345;

	for (size_t i = 0; i < CANARY_LEN; i++) {
		noise = noise * 1103515245 + 12345;
		masked[i] = (unsigned char)(('A' + (noise >> 16) % 26) ^ MASK);
	}
}

static char *unmasked(void)
{
	char *s = malloc(CANARY_LEN + 1);

	for (size_t i = 0; i < CANARY_LEN; i++)
		s[i] = (char)(masked[i] ^ MASK);
	s[CANARY_LEN] = 0;
	return s;
}

/* Any 24 bytes of the canary count. */
static bool holds_canary(const unsigned char *p, size_t len)
{
	for (size_t i = 0; i + 24 <= len; i++)
		for (size_t at = 0; at + 24 <= CANARY_LEN; at += 24) {
			size_t n = 0;

			while (n < 24 && (p[i + n] ^ MASK) == masked[at + n])
				n++;
			if (n == 24)
				return true;
		}
	return false;
}

#define WINDOW 65536

static bool range_holds_canary(int mem, uintptr_t from, uintptr_t to, unsigned char *window)
{
	for (; from < to; from += WINDOW - 24) {
		size_t want = to - from < WINDOW ? to - from : WINDOW;
		ssize_t n = pread(mem, window, want, (off_t)from);

		if (n > 0 && holds_canary(window, (size_t)n))
			return true;
	}
	return false;
}

/* Looks through everything this process can write to, apart from the window itself. */
static unsigned canaries_in_memory(void)
{
	unsigned char *window =
	    mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	unsigned found = 0;

	while (maps && fgets(line, sizeof(line), maps)) {
		char *end;
		uintptr_t from = strtoull(line, &end, 16);
		uintptr_t to = strtoull(end + 1, &end, 16);

		if (strncmp(end, " rw", 3) != 0)
			continue;
		/* neighbours may have become one mapping with the window */
		if (from <= (uintptr_t)window && (uintptr_t)window < to) {
			found += range_holds_canary(mem, from, (uintptr_t)window, window);
			from = (uintptr_t)window + WINDOW;
		}
		found += range_holds_canary(mem, from, to, window);
	}
	fclose(maps);
	close(mem);
	munmap(window, WINDOW);
	return found;
}

static int type_canary(int n, const struct pam_message **msg, struct pam_response **ret, void *data)
{
	struct pam_response *r = calloc((size_t)n, sizeof(*r));

	(void)data;
	for (int i = 0; i < n; i++)
		if (msg[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
		    msg[i]->msg_style == PAM_PROMPT_ECHO_ON)
			r[i].resp = unmasked();
	*ret = r;
	return PAM_SUCCESS;
}

/* A daemon in a process of its own, whose copies do not count. */
static pid_t fork_fake(const struct step *script)
{
	static struct fake fake;
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

static void end_fake(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void typed(const char *service, const struct step *script, int want, const char *name)
{
	const struct pam_conv conv = {type_canary, NULL};
	pam_handle_t *pamh = NULL;
	pid_t pid = fork_fake(script);
	int rc = pam_start_confdir(service, USER, &conv, "pam.d", &pamh);

	is_int(rc, PAM_SUCCESS, "%s", name);
	is_int(pam_authenticate(pamh, 0), want, "ends as it should");
	is_int(canaries_in_memory(), 0, "SEC-35: %s: nothing of it is left in memory", name);
	pam_end(pamh, rc);
	end_fake(pid);
}

static void memory(void)
{
	static const struct step granted[] = {
	    {.kind = STEP_ACK}, {STEP_RESULT, ERR_OK, USER, NULL}, {.kind = STEP_END}};
	static const struct step refused[] = {
	    {.kind = STEP_ACK}, {STEP_RESULT, ERR_EXPIRED, "", NULL}, {.kind = STEP_END}};
	static const struct step asked[] = {{.kind = STEP_ACK},
	    {STEP_ASK, ASK_PASTE, "Paste", NULL}, {STEP_RESULT, ERR_OK, USER, NULL},
	    {.kind = STEP_END}};
	static const struct step broken[] = {{.kind = STEP_ACK},
	    {STEP_ASK, ASK_TOKEN, "Token", NULL}, {STEP_RAW, 2, "xx", NULL}, {.kind = STEP_END}};
	char *own = unmasked();

	ok(canaries_in_memory() > 0, "a canary that is there is found");
	explicit_bzero(own, CANARY_LEN);
	free(own);
	is_int(canaries_in_memory(), 0, "and one that is not, is not");
	typed("token", granted, PAM_SUCCESS, "a token that was accepted");
	typed("token", refused, PAM_AUTH_ERR, "a token that was refused");
	typed("plain", asked, PAM_SUCCESS, "an answer");
	typed("plain", broken, PAM_AUTHINFO_UNAVAIL, "an answer to a daemon that broke down");
}

/* A log of our own at /dev/log. */
static bool open_log(void)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};

	if (mount("tmpfs", "/dev", "tmpfs", 0, "mode=0755") != 0)
		return false;
	log_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return log_fd >= 0 && bind(log_fd, (const struct sockaddr *)&sa, sizeof(sa)) == 0;
}

/* Everything logged since the last time, lines joined. */
static const char *logged(void)
{
	static char text[16384];
	size_t used = 0;
	ssize_t n;

	while ((n = recv(log_fd, text + used, sizeof(text) - used - 2, 0)) > 0) {
		used += (size_t)n;
		text[used++] = '\n';
	}
	text[used] = 0;
	return text;
}

static int call(const struct step *script, const char *service, pam_call what)
{
	pid_t pid = script ? fork_fake(script) : 0;
	int rc;

	(void)logged();
	person = (struct person){.answers = {"x"}};
	rc = ground_call(service, USER, &person, what, 0);
	if (pid)
		end_fake(pid);
	return rc;
}

static bool mentions(const char *text, const char *word)
{
	if (strstr(text, word))
		return true;
	printf("# logged: %s\n", text);
	return false;
}

static void log_lines(void)
{
	static const struct step refused[] = {
	    {.kind = STEP_ACK}, {STEP_RESULT, ERR_WRONG_USER, "", "No."}, {.kind = STEP_END}};
	static const struct step granted[] = {
	    {.kind = STEP_ACK}, {STEP_RESULT, ERR_OK, USER, NULL}, {.kind = STEP_END}};
	const char *text;

	(void)call(refused, "plain", pam_authenticate);
	text = logged();
	ok(mentions(text, "pam_encvoy") && mentions(text, USER ": wrong-user"),
	    "a refusal is logged with user and reason");
	ok(mentions(text, "login abcdefgh"), "and the login's id");
	(void)call(granted, "plain", pam_authenticate);
	ok(!strstr(logged(), USER), "a success is the daemon's to log");
	(void)unlink(SOCKET);
	(void)call(NULL, "plain", pam_authenticate);
	ok(mentions(logged(), USER ": daemon-unreachable"),
	    "a daemon that does not answer is logged");
	(void)call(granted, "bad", pam_authenticate);
	text = logged();
	ok(mentions(text, "argument 2: frobnicate: unknown option"), "a bad argument is named");
	ok(!strstr(text, "hunter2"), "SEC-35: without its value");
	(void)call(granted, "value", pam_acct_mgmt);
	text = logged();
	ok(mentions(text, "argument 1: methods"), "also in the account phase");
	ok(!strstr(text, "hunter2"), "SEC-35: without its value");
}

static void local_users_are_not_logged(void)
{
	(void)logged();
	person = (struct person){0};
	(void)ground_call("bad", "root", &person, pam_authenticate, 0);
	(void)ground_call("bad", "joe", &person, pam_acct_mgmt, 0);
	(void)ground_call("bad", "\x1b[2J", &person, pam_authenticate, 0);
	ok(!strstr(logged(), "pam_encvoy"), "SEC-46: nothing is logged about users of others");
}

/* Binding a function at its first call saves the vector registers on the stack, and memcpy leaves
 * in them what it copied. Programs that are hardened bind everything at their start, and so do we.
 */
static void bind_now(char **argv)
{
	if (getenv("LD_BIND_NOW"))
		return;
	setenv("LD_BIND_NOW", "1", 1);
	execv("/proc/self/exe", argv);
}

int main(int argc, char **argv)
{
	(void)argc;
	bind_now(argv);
	ground_enter();
	ground_service("plain", "");
	ground_service("token", "methods=token");
	ground_service("bad", "methods=token frobnicate=hunter2");
	ground_service("value", "methods=hunter2");
	make_canary();
#ifdef ENCVOY_SANITIZED
	tap_skip("SEC-35: memory", "a sanitizer's own memory is too large to look through");
	(void)memory;
#else
	memory();
#endif
	if (!open_log()) {
		tap_skip("the log", "no private /dev on this machine");
		return tap_done();
	}
	log_lines();
	local_users_are_not_logged();
	return tap_done();
}
