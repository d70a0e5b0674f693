/* SPDX-License-Identifier: MIT */
#include "ctl/checks.h"

#include "common/num.h"
#include "common/str.h"
#include "ctl/sshd_conf.h"
#include "sys/file.h"

#define TEXT_MAX_BYTES (1024 * 1024)
#define FIX "encvoyctl enroll --ssh"

/* Whether one of the files that make sshd's PAM stack asks us who somebody is. */
static bool asks_us(void)
{
	static const char *const files[] = {"/etc/pam.d/sshd", "/etc/pam.d/common-auth"};
	struct pam_use use = {0};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		AUTO_FINDINGS struct findings unused = {0};
		AUTO_BUF struct buf text = {0};

		buf_init(&text, TEXT_MAX_BYTES);
		if (file_read(files[i], 0, FILE_PUBLIC, &text) == ERR_OK && text.len)
			check_pam_text(&unused, files[i], (const char *)text.data, text.len, &use);
	}
	return use.auth > 0;
}

static bool is_off(struct buf *said, const char *key)
{
	size_t len = 0;
	const char *v = sshd_value(said, key, &len);

	return v && slice_is((struct slice){v, len}, "no");
}

void check_sshd_text(struct findings *f, struct buf *said, uint64_t login_timeout)
{
	size_t before = f->n, len = 0;
	const char *grace = sshd_value(said, "logingracetime", &len);
	uint64_t seconds = 0;

	if (is_off(said, "usepam"))
		found(f, FOUND_FAILURE, "sshd-pam", FIX,
		    "sshd: UsePAM is off: neither sign-ins nor blocks of users by key are seen");
	if (is_off(said, "kbdinteractiveauthentication"))
		found(f, FOUND_FAILURE, "sshd-kbdint", FIX,
		    "sshd: KbdInteractiveAuthentication is off: no address and no code is shown");
	/* 0: for ever */
	if (grace && num_parse(grace, len, UINT32_MAX, &seconds) == ERR_OK && seconds &&
	    seconds <= login_timeout)
		found(f, FOUND_WARNING, "sshd-grace", FIX,
		    "sshd: LoginGraceTime (%llu s) ends before login_timeout (%llu s): people are "
		    "cut off without a word",
		    (unsigned long long)seconds, (unsigned long long)login_timeout);
	if (f->n == before)
		found_ok(f, "sshd", "sshd asks as people have to be asked, and waits long enough");
}

void check_sshd(struct findings *f, const struct conf *conf)
{
	AUTO_SERVICE struct service_conf sshd = {0};
	AUTO_BUF struct buf said = {0};
	struct conf_error why;

	if (!sshd_path() || !asks_us() ||
	    conf_service(conf, "sshd", NULL, 0, &sshd, &why) != ERR_OK)
		return;
	if (sshd_check(&said) == ERR_OK)
		check_sshd_text(f, &said, sshd.login_timeout);
	else
		found(f, FOUND_WARNING, "sshd-config", "see what \"sshd -t\" says, as root",
		    "sshd does not tell its settings");
}
