/* SPDX-License-Identifier: MIT */
/* When the device method asks the provider, to the millisecond, by a clock that the test moves:
 * what is approved right behind an answer is noticed one interval and one answer later, and not
 * after. */
#include "sys/clock.h"
#include "tests/unit/online_fake.h"
#include "tests/unit/tap.h"

#define GRANT                                                                                     \
	"{\"device_code\":\"dc\",\"user_code\":\"ABCD-EFGH\",\"verification_uri\":\"" FAKE_ISSUER \
	"/device\",\"expires_in\":300,\"interval\":5}"
#define POLLS 8

static int64_t now;

int64_t __wrap_clock_mono_ms(void);
int64_t __wrap_clock_mono_ms(void)
{
	return now;
}

static struct {
	const char *answers[POLLS]; /* error words, "5xx", "" for tokens */
	int64_t takes_ms[POLLS];    /* each answer */
	int64_t enter_after;        /* the person presses Enter that long into a wait; 0: never */
	int64_t granted;            /* when the code came */
	int64_t asked[POLLS];
	int64_t answered[POLLS];
	unsigned n;
} script;

/* Nothing happens in between but an Enter. */
enum err __wrap_talk_wait(struct talk *t, int64_t until, struct secret **ret);
enum err __wrap_talk_wait(struct talk *t, int64_t until, struct secret **ret)
{
	if (until > t->deadline)
		until = t->deadline;
	if (script.enter_after && now + script.enter_after < until) {
		now += script.enter_after;
		*ret = secret_new("", 0);
		return *ret ? ERR_OK : ERR_NOMEM;
	}
	now = until;
	return ERR_TIMEOUT;
}

static enum err token_answer(struct fake *f, struct http_answer *ret)
{
	const char *word = script.answers[script.n];
	char body[64];

	script.asked[script.n] = now;
	now += script.takes_ms[script.n];
	script.answered[script.n++] = now;
	if (!*word)
		return fake_tokens(ret, fake_id_token(f, "n", 10, ""));
	if (strcmp(word, "5xx") == 0)
		return ERR_PROVIDER_ERROR;
	snprintf(body, sizeof(body), "{\"error\":\"%s\"}", word);
	return fake_reply(ret, 400, body);
}

static enum err scripted(struct fake *f, const struct http_request *r, struct http_answer *ret)
{
	if (fake_asks(r, "/token"))
		return token_answer(f, ret);
	now += 80;
	script.granted = now;
	return fake_reply(ret, 200, GRANT);
}

/* The clock begins in the middle of a second. */
static enum err play(uint32_t flags)
{
	struct fake f;
	enum err e;

	now = 1234567;
	fake_up(&f, scripted, "login_timeout = 300");
	f.login.talk.deadline = f.login.idp.deadline = now + 300000;
	f.login.job.flags |= flags;
	e = flow_device(&f.login);
	fake_down(&f);
	return e;
}

/* How long before the question i nothing was asked. */
static int64_t pause_before(unsigned i)
{
	return script.asked[i] - (i ? script.answered[i - 1] : script.granted);
}

static void forget(void)
{
	memset(&script, 0, sizeof(script));
}

static void asks_in_time(void)
{
	static const int64_t takes[] = {37, 412, 3000, 55};

	for (size_t i = 0; i < 3; i++)
		script.answers[i] = "authorization_pending";
	script.answers[3] = "";
	memcpy(script.takes_ms, takes, sizeof(takes));
	is_int(play(0), ERR_OK, "signed in at the fourth question");
	for (unsigned i = 0; i < 4; i++)
		is_int(pause_before(i), 5000,
		    "SEC-23: question %u comes one interval after the answer before", i + 1);
	is_int(script.answered[3] - script.answered[2], 5000 + 55,
	    "approved right behind an answer: known an interval and an answer later");
	is_int(now, script.answered[3], "and nothing is waited for then");
	forget();
}

static void enter_changes_nothing(void)
{
	script.answers[0] = "authorization_pending";
	script.answers[1] = "";
	script.enter_after = 700;
	is_int(play(LOGIN_SSHD), ERR_OK, "with Enter every 0.7 s");
	is_int(pause_before(0), 5000, "SEC-23: the first question comes when it would have");
	is_int(pause_before(1), 5000, "SEC-23: and the second");
	forget();
}

static void slower_when_told(void)
{
	script.answers[0] = "slow_down";
	script.answers[1] = "authorization_pending";
	script.answers[2] = "5xx";
	script.answers[3] = "authorization_pending";
	script.answers[4] = "";
	script.takes_ms[2] = 10000;
	is_int(play(0), ERR_OK, "slow_down and an outage are survived");
	is_int(pause_before(1), 10000, "SEC-23: slow_down adds 5 s");
	is_int(pause_before(2), 10000, "SEC-23: for good");
	is_int(pause_before(3), 20000, "SEC-23: after a failure twice as long");
	is_int(pause_before(4), 10000, "SEC-23: after an answer as before");
	forget();
}

int main(void)
{
	asks_in_time();
	enter_changes_nothing();
	slower_when_told();
	return tap_done();
}
