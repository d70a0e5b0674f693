/* SPDX-License-Identifier: MIT */
/* The miss path: what the daemon is asked, and what happens while it hangs or is not there. */
#include "sys/clock.h"
#include "tests/unit/nss_fake.h"
#include "tests/unit/private.h"
#include "tests/unit/tap.h"

#include <errno.h>
#include <unistd.h>

#define LEFT_ALONE_MS 2000

static void test_good_user(void)
{
	answer_anna();
	errno = 4711;
	is_int(ask_anna(), NSS_STATUS_SUCCESS, "a user whom the map does not have");
	ok(last.asked == 1 && fake->question.kind == LOOKUP_PWNAM &&
		!strcmp(fake->question.name, "anna"),
	    "the daemon is asked once");
	ok(!strcmp(last.pw.pw_name, "anna") && !strcmp(last.pw.pw_gecos, "Anna Example") &&
		!strcmp(last.pw.pw_dir, "/home/anna") && !strcmp(last.pw.pw_shell, "/bin/sh") &&
		!strcmp(last.pw.pw_passwd, "*") && last.pw.pw_uid == ID_FLOOR + 5 &&
		last.pw.pw_gid == ID_FLOOR + 5,
	    "and believed");
	ok(errno == 4711 && last.err == 4711, "errno is left alone");
	is_int(ask_anna_uid(), NSS_STATUS_SUCCESS, "by uid");
	ok(fake->question.kind == LOOKUP_PWUID && fake->question.id == ID_FLOOR + 5,
	    "it is asked so");
	for (size_t size = 0; size < 45; size++) {
		int err = 0;
		enum nss_status st = _nss_encvoy_getpwnam_r("anna", &last.pw, last.buf, size, &err);
		size_t need = strlen("anna") + strlen("Anna Example") + strlen("/home/anna") +
			      strlen("/bin/sh") + 4 + 2;

		if ((st == NSS_STATUS_SUCCESS) != (size >= need) ||
		    (st != NSS_STATUS_SUCCESS && (st != NSS_STATUS_TRYAGAIN || err != ERANGE)))
			ok(false, "SEC-39: a buffer of %zu", size);
	}
}

static void test_good_groups(void)
{
	static const char *const members[] = {"anna", "berta"};
	static const uint32_t gids[] = {ID_FLOOR + 5, ID_FLOOR + 6};
	AUTO_BUF struct buf b;

	buf_init(&b, PROTO_MAX);
	proto_put_group(&b, "team", ID_FLOOR + 6, members, 2);
	answer_with(&b);
	is_int(ask_team(), NSS_STATUS_SUCCESS, "a group");
	ok(!strcmp(last.gr.gr_name, "team") && last.gr.gr_gid == ID_FLOOR + 6 &&
		!strcmp(last.gr.gr_passwd, "*") && !strcmp(last.gr.gr_mem[0], "anna") &&
		!strcmp(last.gr.gr_mem[1], "berta") && !last.gr.gr_mem[2],
	    "with its members");
	is_int(ask_team_gid(), NSS_STATUS_SUCCESS, "by gid");
	for (size_t size = 0; size < 60; size++) {
		int err = 0;
		char *buf = last.buf + size % 8;
		enum nss_status st =
		    _nss_encvoy_getgrgid_r(ID_FLOOR + 6, &last.gr, buf, size, &err);

		if (st == NSS_STATUS_SUCCESS
			? (uintptr_t)last.gr.gr_mem % sizeof(char *) ||
			      strcmp(last.gr.gr_mem[1], "berta")
			: st != NSS_STATUS_TRYAGAIN || err != ERANGE || size > 55)
			ok(false, "SEC-39: a buffer of %zu", size);
	}
	proto_put_groups(&b, gids, 2);
	answer_with(&b);
	is_int(ask_groups(), NSS_STATUS_SUCCESS, "somebody's groups");
	proto_begin(&b, MSG_NOT_FOUND);
	answer_with(&b);
	is_int(ask_anna(), NSS_STATUS_NOTFOUND, "nobody: not found");
	is_int(last.err, ENOENT, "with ENOENT");
	is_int(ask_groups(), NSS_STATUS_NOTFOUND, "and nobody's groups");
}

/* In this process, and at the end: it leaves the daemon alone afterwards. */
static void test_silence(void)
{
	fake->behaviour = SILENCE;
	is_int(ask_anna(), NSS_STATUS_UNAVAIL, "SEC-40: a daemon that hangs: unavailable");
	is_int(last.err, EIO, "with an errno that nobody takes for \"not found\"");
	ok(last.ms >= 450 && last.ms < 1000, "SEC-40: after half a second (%lld ms)",
	    (long long)last.ms);
	answer_anna();
	is_int(ask_anna(), NSS_STATUS_UNAVAIL, "SEC-40: then it is left alone");
	ok(last.ms < 450 && last.asked == 0, "SEC-40: at once, without a question");
	usleep((LEFT_ALONE_MS + 50) * 1000);
	is_int(ask_anna(), NSS_STATUS_SUCCESS, "SEC-40: for two seconds");
}

static void test_absent(void)
{
	int64_t start = clock_mono_ms();
	unsigned bad = 0;

	for (unsigned i = 0; i < 1000; i++)
		bad += ask_anna() != NSS_STATUS_UNAVAIL;
	is_int(bad, 0, "SEC-40: no daemon: unavailable, 1,000 times");
	ok(clock_mono_ms() - start < 1000,
	    "SEC-40: in less than a millisecond each (%lld ms in all)",
	    (long long)(clock_mono_ms() - start));
	fake_start();
	is_int(ask_anna(), NSS_STATUS_SUCCESS, "and as soon as there is one, it is asked");
	fake_stop();
	unlink(SOCKET);
	is_int(ask_anna(), NSS_STATUS_UNAVAIL, "SEC-40: no socket: unavailable");
}

/* Without any I/O: nobody is asked, and no map is opened. */
static void test_not_ours(void)
{
	unsigned before = atomic_load(&fake->asked), bad = 0;
	long start = 0, size = 0;
	gid_t *gids = NULL;
	int err;

	answer_user("root", ID_FLOOR + 5, ID_FLOOR + 5, "/root");
	bad += ask_name("root", &last.pw) != NSS_STATUS_NOTFOUND;
	bad += ask_name("Anna", &last.pw) != NSS_STATUS_NOTFOUND;
	bad += ask_name("", &last.pw) != NSS_STATUS_NOTFOUND;
	bad += ask_uid(0, &last.pw) != NSS_STATUS_NOTFOUND;
	bad += ask_uid(1000, &last.pw) != NSS_STATUS_NOTFOUND;
	bad += ask_uid(UINT32_MAX, &last.pw) != NSS_STATUS_NOTFOUND;
	bad += _nss_encvoy_initgroups_dyn("root", 0, &start, &size, &gids, 0, &err) !=
	       NSS_STATUS_NOTFOUND;
	is_int(bad, 0, "names and ids that cannot be ours: not found");
	is_int(atomic_load(&fake->asked), before, "SEC-43: and the daemon is not asked");
}

/* With a map that has other people. */
static void test_with_map(void)
{
	ground_publish(5, 0, false, 0);
	answer_user("anna", ID_FLOOR + 55, ID_FLOOR + 55, "/home/anna");
	is_int(ask_anna(), NSS_STATUS_SUCCESS, "a map that is not complete: the daemon is asked");
	is_int(last.asked, 1, "once");
	is_int(ask_name("user1", &last.pw), NSS_STATUS_SUCCESS, "whom the map has is found there");
	ground_publish(5, 0, true, 0);
	is_int(ask_anna(), NSS_STATUS_NOTFOUND, "a complete map: a miss is final");
	is_int(last.asked, 0, "and nobody is asked");
	ground_publish(5, 0, false, 0);
}

int main(void)
{
	if (!private_user()) {
		printf("1..0 # SKIP needs to be root, or a user namespace\n");
		return 0;
	}
	ground_enter();
	fake_start();
	test_not_ours();
	test_good_user();
	test_good_groups();
	test_silence();
	test_with_map();
	fake_stop();
	answer_anna();
	test_absent();
	return tap_done();
}
