/* SPDX-License-Identifier: MIT */
#include "oidc/device.h"
#include "tests/unit/oidc_shown.h"
#include "tests/unit/tap.h"

#define BASE                                                  \
	"\"device_code\":\"dc\",\"user_code\":\"WDJB-MJHT\"," \
	"\"verification_uri\":\"https://id.example/device\","

static enum err parse(const char *text, struct device_grant *ret)
{
	device_grant_free(ret);
	return device_reply_parse(text, strlen(text), ret);
}

static void good_replies(void)
{
	AUTO_DEVICE_GRANT struct device_grant g = {0};

	is_int(parse("{" BASE "\"verification_uri_complete\":"
		     "\"https://id.example/device?user_code=WDJB-MJHT\",\"expires_in\":120,"
		     "\"interval\":7}",
		   &g),
	    ERR_OK, "a full answer");
	is_str(secret_str(g.device_code), "dc", "device code");
	is_str(g.user_code, "WDJB-MJHT", "user code");
	is_str(g.verification_uri, "https://id.example/device", "address");
	is_str(g.verification_uri_complete, "https://id.example/device?user_code=WDJB-MJHT",
	    "address with the code");
	is_int(g.expires_in, 120, "lifetime");
	is_int(g.interval, 7, "interval");
	is_int(parse("{" BASE "\"expires_in\":600}", &g), ERR_OK, "as oidc-provider answers");
	is_int(g.interval, 5, "SEC-23: interval absent means 5 s");
	is_int(g.expires_in, 300, "SEC-22: a life of at most 300 s");
	ok(!g.verification_uri_complete, "no complete address");
	is_int(parse("{" BASE "\"expires_in\":60,\"interval\":0}", &g), ERR_OK, "interval 0");
	is_int(g.interval, 1, "is 1 s");
}

static void bad_replies(void)
{
	static const struct {
		const char *text;
		enum err e;
	} bad[] = {{"", ERR_PROVIDER_ERROR}, {"{}", ERR_PROVIDER_ERROR},
	    {"{" BASE "\"x\":0}", ERR_PROVIDER_ERROR},
	    {"{" BASE "\"expires_in\":0}", ERR_PROVIDER_ERROR},
	    {"{" BASE "\"expires_in\":-5}", ERR_PROVIDER_ERROR},
	    {"{" BASE "\"expires_in\":\"600\"}", ERR_PROVIDER_ERROR},
	    {"{" BASE "\"expires_in\":60,\"interval\":\"5\"}", ERR_PROVIDER_ERROR},
	    {"{" BASE "\"expires_in\":60,\"interval\":1e300}", ERR_PROVIDER_ERROR},
	    {"{" BASE "\"expires_in\":60,\"verification_uri_complete\":\"http://id.example/\"}",
		ERR_FOREIGN_ENDPOINT},
	    {"{\"device_code\":\"dc\",\"user_code\":\"A\",\"verification_uri\":"
	     "\"http://id.example/device\",\"expires_in\":60}",
		ERR_FOREIGN_ENDPOINT},
	    {"{\"device_code\":\"dc\",\"user_code\":\"A\",\"verification_uri\":"
	     "\"https://id.example/\\u001b[2J\",\"expires_in\":60}",
		ERR_FOREIGN_ENDPOINT},
	    {"{\"device_code\":\"dc\",\"user_code\":\"\\u001b[2J\",\"verification_uri\":"
	     "\"https://id.example/\",\"expires_in\":60}",
		ERR_PROVIDER_ERROR},
	    {"{\"device_code\":\"dc\",\"user_code\":\"\xe2\x80\xae\",\"verification_uri\":"
	     "\"https://id.example/\",\"expires_in\":60}",
		ERR_PROVIDER_ERROR},
	    {"{\"user_code\":\"A\",\"verification_uri\":\"https://id.example/\",\"expires_in\":60}",
		ERR_PROVIDER_ERROR},
	    {"{\"device_code\":\"dc\",\"verification_uri\":\"https://id.example/\","
	     "\"expires_in\":60}",
		ERR_PROVIDER_ERROR},
	    {"{\"device_code\":\"dc\",\"user_code\":\"A\",\"expires_in\":60}", ERR_PROVIDER_ERROR},
	    {"{\"error\":\"invalid_client\"}", ERR_PROVIDER_ERROR}};
	AUTO_DEVICE_GRANT struct device_grant g = {0};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(parse(bad[i].text, &g), bad[i].e, "SEC-22 SEC-25: refused: %s",
		    shown(bad[i].text));
	ok(!g.device_code && !g.user_code, "nothing written");
	device_grant_free(NULL);
}

static void requests(void)
{
	struct client public = {.id = "c1"};
	AUTO_SECRET struct secret *password = secret_new("s", 1);
	struct client confidential = {.id = "c1", .secret = password};
	AUTO_DEVICE_GRANT struct device_grant g = {0};
	AUTO_BUF struct buf b = {0};

	buf_init_secret(&b, 512);
	device_request_body(&public, "openid profile", "n1", 43200, &b);
	is_str(buf_cstr(&b), "scope=openid%20profile&nonce=n1&max_age=43200&client_id=c1",
	    "a public client's request");
	buf_reset(&b);
	device_request_body(&confidential, "openid", NULL, 0, &b);
	is_str(buf_cstr(&b), "scope=openid", "a confidential one's");
	g.device_code = secret_new("d/c", 3);
	buf_reset(&b);
	device_token_body(&public, &g, &b);
	is_str(buf_cstr(&b),
	    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=d%2Fc"
	    "&client_id=c1",
	    "the question");
}

static struct device_poll start(uint64_t interval, uint64_t expires_in)
{
	struct device_grant g = {.interval = interval, .expires_in = expires_in};
	struct device_poll p;

	device_poll_start(&p, &g, 1000);
	return p;
}

static void polling_keeps_the_interval(void)
{
	struct device_poll p = start(5, 300);

	is_int(p.next, 1005, "SEC-23: the first question after one interval");
	is_int(device_poll_error(&p, OAUTH_AUTHORIZATION_PENDING, 1006), ERR_OK, "pending");
	is_int(p.next, 1011, "SEC-23: waits an interval from the answer");
	is_int(device_poll_error(&p, OAUTH_SLOW_DOWN, 1011), ERR_OK, "slow_down");
	is_int(p.next, 1021, "SEC-23: adds 5 s");
	is_int(device_poll_error(&p, OAUTH_AUTHORIZATION_PENDING, 1021), ERR_OK, "pending");
	is_int(p.next, 1031, "SEC-23: for good");
	is_int(device_poll_error(&p, OAUTH_SLOW_DOWN, 1031), ERR_OK, "slow_down again");
	is_int(p.next, 1046, "SEC-23: adds 5 s more");
}

static void some_answers_stop_it(void)
{
	static const struct {
		enum oauth_error error;
		enum err e;
	} cases[] = {{OAUTH_ACCESS_DENIED, ERR_ACCESS_DENIED},
	    {OAUTH_EXPIRED_TOKEN, ERR_CODE_EXPIRED}, {OAUTH_INVALID_CLIENT, ERR_BAD_CLIENT},
	    {OAUTH_INVALID_GRANT, ERR_BAD_CODE}, {OAUTH_OTHER, ERR_PROVIDER_ERROR}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct device_poll p = start(5, 300);

		is_int(device_poll_error(&p, cases[i].error, 1005), cases[i].e, "SEC-23: %s stops",
		    err_word(cases[i].e));
	}
}

static void failures_back_off(void)
{
	static const uint64_t waits[] = {10, 20, 40, 60, 60};
	struct device_poll p = start(5, 300);
	uint64_t now = 1005;

	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		is_int(device_poll_failure(&p, now), ERR_OK, "failure %zu", i + 1);
		is_int(p.next - now, waits[i], "SEC-23: waits longer each time");
		now = p.next;
	}
	is_int(device_poll_error(&p, OAUTH_AUTHORIZATION_PENDING, now), ERR_OK, "an answer");
	is_int(p.next, now + 5, "SEC-23: ends the back-off");
	p = start(90, 300);
	is_int(device_poll_failure(&p, 1005), ERR_OK, "a long interval");
	is_int(p.next, 1095, "is never shortened");
}

static void the_deadline_ends_it(void)
{
	struct device_poll p = start(5, 20);

	is_int(device_poll_error(&p, OAUTH_AUTHORIZATION_PENDING, 1014), ERR_OK, "6 s left");
	is_int(device_poll_error(&p, OAUTH_AUTHORIZATION_PENDING, 1015), ERR_CODE_EXPIRED,
	    "SEC-23: no question could be asked in time");
	is_int(device_poll_error(&p, OAUTH_AUTHORIZATION_PENDING, 5000), ERR_CODE_EXPIRED, "past");
	is_int(device_poll_failure(&p, 1011), ERR_CODE_EXPIRED, "SEC-23: nor after a failure");
	p = start(3600, 20);
	is_int(p.next, 1020, "SEC-23: an interval beyond the deadline is not waited for");
}

int main(void)
{
	good_replies();
	bad_replies();
	requests();
	polling_keeps_the_interval();
	some_answers_stop_it();
	failures_back_off();
	the_deadline_ends_it();
	return tap_done();
}
