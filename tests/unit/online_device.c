/* SPDX-License-Identifier: MIT */
/* The device method: what is shown, and how it waits (SEC-22, 23). The schedule itself is tested
 * with oidc/device.h. */
#include "sys/clock.h"
#include "tests/unit/online_fake.h"
#include "tests/unit/tap.h"

#define GRANT(more)                                                                               \
	"{\"device_code\":\"dc\",\"user_code\":\"ABCD-EFGH\",\"verification_uri\":\"" FAKE_ISSUER \
	"/device\",\"verification_uri_complete\":\"" FAKE_ISSUER                                  \
	"/device?user_code=ABCD-EFGH\",\"expires_in\":600" more "}"

static char heard[65536];

static struct {
	const char *grant;
	unsigned grant_status;
	const char *polls[8]; /* error words, "" for tokens, "5xx" for a failure */
	int64_t asked[8];
	unsigned enter_at; /* the person presses Enter during this poll; 0: never */
	bool leave;        /* the person leaves during the first poll */
} script;

static enum err token_answer(struct fake *f, struct http_answer *ret)
{
	const char *word = script.polls[f->n];
	char body[128];

	script.asked[f->n++] = clock_mono_ms();
	if (f->n == script.enter_at)
		fake_type(f, "");
	if (script.leave)
		close_fd(&f->listener_fd);
	if (!*word)
		return fake_tokens(ret, fake_id_token(f, "n", 10, ""));
	if (strcmp(word, "5xx") == 0)
		return ERR_PROVIDER_ERROR;
	snprintf(body, sizeof(body), "{\"error\":\"%s\"}", word);
	return fake_reply(ret, 400, body);
}

static enum err scripted(struct fake *f, const struct http_request *r, struct http_answer *ret)
{
	if (fake_asks(r, "/device"))
		return fake_reply(
		    ret, script.grant_status ? script.grant_status : 200, script.grant);
	return fake_asks(r, "/token") ? token_answer(f, ret) : ERR_PROVIDER_ERROR;
}

static enum err play(struct fake *f, const char *grant, uint32_t flags)
{
	script.grant = grant;
	fake_up(f, scripted, "");
	f->login.job.flags |= flags;
	return flow_device(&f->login);
}

static void forget(struct fake *f)
{
	fake_down(f);
	memset(&script, 0, sizeof(script));
}

static void signs_in(void)
{
	struct fake f;

	script.polls[0] = "authorization_pending";
	script.polls[1] = "";
	is_int(play(&f, GRANT(",\"interval\":1"), 0), ERR_OK, "approved at the second poll");
	is_str(f.login.identity.sub, "2", "the person is signed in");
	is_int(f.login.identity.method, METHOD_DEVICE, "by device");
	ok(f.login.identity.full && f.login.identity.auth_time, "as a full login");
	ok(script.asked[1] - script.asked[0] >= 1000, "SEC-23: the interval was kept (%lld ms)",
	    (long long)(script.asked[1] - script.asked[0]));
	is_int(fake_heard(&f, heard, sizeof(heard)), MSG_SHOW, "one text is shown");
	ok(strstr(heard, "host1.example.test") && strstr(heard, "encvoy-2") &&
		strstr(heard, "shell"),
	    "SEC-22: with host, user and service");
	ok(strstr(heard, "Never enter a code that somebody sent you."), "SEC-22: the warning");
	ok(strstr(heard, "ABCD-EFGH") && strstr(heard, FAKE_ISSUER "/device\n"),
	    "code and address");
	ok(strstr(heard, "█"), "and a QR code");
	ok(strstr(heard, "good for 19 seconds") || strstr(heard, "good for 20 seconds"),
	    "SEC-22: a code lives no longer than the login");
	is_int(fake_heard(&f, heard, sizeof(heard)), 0, "nothing is asked");
	forget(&f);
}

static void on_sshd(void)
{
	struct fake f;
	int asks = 0;

	script.polls[0] = "authorization_pending";
	script.polls[1] = "";
	script.enter_at = 1;
	/* an early Enter, then nothing more: the identity waits for the open question */
	script.grant = GRANT(",\"interval\":1");
	fake_up(&f, scripted, "");
	f.login.job.flags |= LOGIN_SSHD;
	is_int(flow_device(&f.login), ERR_OK, "on sshd it works as well");
	is_int(fake_heard(&f, heard, sizeof(heard)), MSG_SHOW, "a text");
	while (fake_heard(&f, heard, sizeof(heard)) == MSG_ASK)
		asks++;
	is_int(asks, 2, "a question, and after an early Enter another");
	ok(f.login.talk.asked, "which is still open");
	fake_type(&f, "");
	is_int(talk_identity(&f.login.talk, &f.login.identity), ERR_OK,
	    "its answer lets the login go on");
	is_int(fake_heard(&f, heard, sizeof(heard)), MSG_IDENTITY, "to its identity");
	forget(&f);
}

static void ends(void)
{
	static const struct {
		const char *word;
		enum err want;
	} final[] = {
	    {"access_denied", ERR_ACCESS_DENIED},
	    {"expired_token", ERR_CODE_EXPIRED},
	    {"invalid_client", ERR_BAD_CLIENT},
	};

	for (size_t i = 0; i < sizeof(final) / sizeof(final[0]); i++) {
		struct fake f;

		script.polls[0] = final[i].word;
		is_int(play(&f, GRANT(",\"interval\":1"), 0), final[i].want,
		    "SEC-23: %s is the end", final[i].word);
		is_int(f.n, 1, "SEC-23: and not asked again");
		forget(&f);
	}
}

static void slows_down(void)
{
	struct fake f;

	script.polls[0] = "5xx";
	script.polls[1] = "slow_down";
	script.polls[2] = "";
	is_int(play(&f, GRANT(",\"interval\":1"), 0), ERR_OK,
	    "SEC-23: a failure and slow_down are survived");
	ok(script.asked[1] - script.asked[0] >= 2000,
	    "SEC-23: after a failure it backs off (%lld ms)",
	    (long long)(script.asked[1] - script.asked[0]));
	ok(script.asked[2] - script.asked[1] >= 6000, "SEC-23: after slow_down 5 s more (%lld ms)",
	    (long long)(script.asked[2] - script.asked[1]));
	forget(&f);
}

static void default_interval(void)
{
	struct fake f;
	int64_t start = clock_mono_ms();

	script.polls[0] = "";
	is_int(play(&f, GRANT(""), 0), ERR_OK, "an answer without interval");
	ok(script.asked[0] - start >= 5000, "SEC-23: means 5 s");
	forget(&f);
}

static void expires(void)
{
	struct fake f;

	script.polls[0] = script.polls[1] = script.polls[2] = "authorization_pending";
	is_int(play(&f,
		   "{\"device_code\":\"dc\",\"user_code\":\"A\",\"verification_uri\":\"" FAKE_ISSUER
		   "/device\",\"expires_in\":2,\"interval\":1}",
		   0),
	    ERR_CODE_EXPIRED, "SEC-23: no polling beyond the life of the code");
	ok(f.n <= 2, "SEC-23: %u polls in 2 s", f.n);
	fake_heard(&f, heard, sizeof(heard));
	ok(strstr(heard, "good for 2 seconds") && !strstr(heard, "█"),
	    "without complete address no QR code");
	forget(&f);
}

static void bad_grants(void)
{
	static const struct {
		const char *grant;
		unsigned status;
		enum err want;
		const char *name;
	} bad[] = {
	    {"{\"device_code\":\"dc\",\"user_code\":\"\\u001b[31mA\",\"verification_uri\":"
	     "\"" FAKE_ISSUER "/d\",\"expires_in\":60}",
		200, ERR_PROVIDER_ERROR, "an escape sequence in the user code"},
	    {"{\"device_code\":\"dc\",\"user_code\":\"A\",\"verification_uri\":\"http://"
	     "id.example.test/"
	     "d\",\"expires_in\":60}",
		200, ERR_FOREIGN_ENDPOINT, "an address without https"},
	    {"{\"error\":\"unauthorized_client\"}", 400, ERR_NO_METHOD,
		"a client without this grant"},
	    {"{\"error\":\"invalid_client\"}", 401, ERR_BAD_CLIENT, "a client nobody knows"},
	    {"{}", 200, ERR_PROVIDER_ERROR, "an empty answer"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fake f;

		script.grant_status = bad[i].status;
		is_int(play(&f, bad[i].grant, 0), bad[i].want, "SEC-25: refused: %s", bad[i].name);
		is_int(fake_heard(&f, heard, sizeof(heard)), 0, "SEC-25: and nothing is shown");
		forget(&f);
	}
}

static void not_offered(void)
{
	struct fake f;

	fake_up(&f, scripted, "");
	fake_without(&f, "device_authorization_endpoint\"");
	is_int(flow_device(&f.login), ERR_NO_METHOD, "without endpoint there is no such method");
	is_int(f.requests, 0, "and no request");
	forget(&f);
}

static void leaving(void)
{
	struct fake f;
	int64_t start = clock_mono_ms();

	script.polls[0] = "authorization_pending";
	script.leave = true;
	is_int(play(&f, GRANT(",\"interval\":1"), 0), ERR_CANCELLED, "who leaves ends the polling");
	ok(clock_mono_ms() - start < 3000 && f.n == 1, "at once");
	forget(&f);
}

int main(void)
{
	signs_in();
	on_sshd();
	ends();
	slows_down();
	default_interval();
	expires();
	bad_grants();
	not_offered();
	leaving();
	return tap_done();
}
