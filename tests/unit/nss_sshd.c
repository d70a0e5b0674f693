/* SPDX-License-Identifier: MIT */
/* What sshd alone may learn: the test runs a copy of itself that is called so. */
#include "tests/unit/nss_fake.h"
#include "tests/unit/private.h"
#include "tests/unit/tap.h"

#include <unistd.h>

/* Replaces this process by a copy whose file is gone by the time it runs, as after an update. */
static void become_sshd(void)
{
	char dir[] = "/tmp/encvoy-sshd-XXXXXX", path[64], bytes[65536];
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), to;
	ssize_t n;

	ground_need(from >= 0 && mkdtemp(dir), "no directory for a copy");
	snprintf(path, sizeof(path), "%s/sshd", dir);
	to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		ground_need(write(to, bytes, (size_t)n) == n, "no copy");
	close(to);
	execl(path, path, path, dir, (char *)NULL);
	ground_need(false, "the copy does not run");
}

static void not_there(void)
{
	AUTO_BUF struct buf b;

	buf_init(&b, PROTO_MAX);
	proto_begin(&b, MSG_NOT_FOUND);
	answer_with(&b);
}

static void test_newcomer(void)
{
	answer_anna();
	errno = 4711;
	is_int(ask_anna(), NSS_STATUS_SUCCESS, "sshd hears of somebody whom a complete map lacks");
	ok(last.asked == 1 && fake->question.kind == LOOKUP_SSHD &&
		!strcmp(fake->question.name, "anna"),
	    "the daemon is asked once, and told who asks");
	ok(last.pw.pw_uid == ID_FLOOR + 5 && !strcmp(last.pw.pw_dir, "/home/anna"), "and believed");
	is_int(errno, 4711, "errno is left alone");
	is_int(ask_anna_uid(), NSS_STATUS_NOTFOUND, "by uid nothing is asked");
	is_int(ask_name("user1", &last.pw), NSS_STATUS_SUCCESS, "whom the map has is found there");
	is_int(atomic_load(&fake->asked), 1, "without a question");
	for (size_t size = 0; size < 39; size++) {
		int err = 0;

		is_int(_nss_encvoy_getpwnam_r("anna", &last.pw, last.buf, size, &err),
		    NSS_STATUS_TRYAGAIN, "SEC-39: a buffer of %zu", size);
	}
}

static void test_untrue(void)
{
	answer_user("anna", 0, 0, "/root");
	is_int(ask_anna(), NSS_STATUS_NOTFOUND, "SEC-19: a newcomer with uid 0 is nobody");
	usleep(2050 * 1000); /* as long as a daemon that is not sane is left alone */
	answer_user("berta", ID_FLOOR + 5, ID_FLOOR + 5, "/home/berta");
	is_int(ask_anna(), NSS_STATUS_NOTFOUND, "nor is one of another name");
	usleep(2050 * 1000);
}

/* The map has said that there is nobody: that counts then. */
static void test_no_answer(void)
{
	not_there();
	is_int(ask_anna(), NSS_STATUS_NOTFOUND, "nobody: not found");
	is_int(last.asked, 1, "says the daemon");
	fake_stop();
	is_int(ask_anna(), NSS_STATUS_NOTFOUND, "SEC-40: no daemon: not found, as the map says");
}

static void test_without_map(void)
{
	ground_publish(5, 0, 0, 0);
	answer_anna();
	fake_start();
	is_int(ask_anna(), NSS_STATUS_SUCCESS, "a map that is not complete: the daemon is asked");
	is_int(last.asked, 1, "once");
	not_there();
	is_int(ask_anna(), NSS_STATUS_NOTFOUND, "and once more");
	is_int(last.asked, 1, "once");
}

int main(int argc, char **argv)
{
	if (argc < 3)
		become_sshd();
	unlink(argv[1]);
	rmdir(argv[2]);
	if (!private_user()) {
		printf("1..0 # SKIP needs to be root, or a user namespace\n");
		return 0;
	}
	ground_enter();
	fake_start();
	ground_publish(5, 0, MAP_COMPLETE, 0);
	test_newcomer();
	test_untrue();
	test_no_answer();
	test_without_map();
	fake_stop();
	return tap_done();
}
