/* SPDX-License-Identifier: MIT */
#include "tests/unit/online_fake.h"

#include "oidc/b64url.h"
#include "oidc/form.h"
#include "sys/clock.h"
#include "sys/sock.h"
#include "tests/unit/tap.h"

#include <sys/socket.h>
#include <unistd.h>

static const char document[] =
    "{\"issuer\":\"" FAKE_ISSUER "\",\"authorization_endpoint\":\"" FAKE_ISSUER "/auth\","
    "\"token_endpoint\":\"" FAKE_ISSUER "/token\",\"jwks_uri\":\"" FAKE_ISSUER "/jwks\","
    "\"introspection_endpoint\":\"" FAKE_ISSUER "/introspect\","
    "\"userinfo_endpoint\":\"" FAKE_ISSUER "/me\","
    "\"pushed_authorization_request_endpoint\":\"" FAKE_ISSUER "/par\","
    "\"device_authorization_endpoint\":\"" FAKE_ISSUER "/device\","
    "\"authorization_response_iss_parameter_supported\":true}";

static void need(bool good, const char *what)
{
	if (good)
		return;
	printf("Bail out! %s\n", what);
	exit(99);
}

static enum err perform(void *arg, const struct http_request *r, struct http_answer *ret)
{
	struct fake *f = arg;

	*ret = (struct http_answer){0};
	f->requests++;
	return f->answer(f, r, ret);
}

static void rest(void *arg)
{
	(void)arg;
}

static const char *detail(void *arg)
{
	(void)arg;
	return "";
}

static enum err get(
    void *arg, enum keys_what what, const char *kid, int64_t deadline, struct buf *ret)
{
	struct fake *f = arg;

	(void)kid, (void)deadline;
	if (what == KEYS_JWKS)
		f->keys_asked++;
	buf_text(ret, what == KEYS_DISCOVERY ? f->discovery : f->jwks);
	return ret->err;
}

static void make_key(struct fake *f)
{
	unsigned char raw[32];
	size_t len = sizeof(raw);
	AUTO_BUF struct buf x = {0};

	f->key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	need(f->key && EVP_PKEY_get_raw_public_key(f->key, raw, &len) == 1, "key");
	buf_init(&x, 100);
	b64url_encode(&x, raw, len);
	snprintf(f->jwks, sizeof(f->jwks),
	    "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"k1\",\"use\":\"sig\","
	    "\"alg\":\"EdDSA\",\"x\":\"%s\"}]}",
	    buf_cstr(&x));
}

static void make_conf(struct fake *f, const char *settings)
{
	char text[2048];
	struct conf_error why = {0};
	enum err e;

	snprintf(text, sizeof(text),
	    "issuer = " FAKE_ISSUER "\nclient_id = host\nalgorithms = EdDSA\nlogin_timeout = 20\n"
	    "allow = everyone\n%s\n",
	    settings);
	e = conf_init(&f->conf);
	if (e == ERR_OK)
		e = conf_parse(&f->conf, text, strlen(text), "test", &why);
	if (e == ERR_OK)
		e = conf_finish(&f->conf, &why);
	if (e == ERR_OK)
		e = conf_service(&f->conf, "shell", NULL, 0, &f->login.service, &why);
	need(e == ERR_OK, why.text);
}

void fake_up(struct fake *f, fake_answer answer, const char *settings)
{
	struct login *l = &f->login;
	int pair[2];

	*f = (struct fake){.answer = answer};
	make_key(f);
	make_conf(f, settings);
	memcpy(f->discovery, document, sizeof(document));
	need(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0,
	    "socketpair");
	f->listener_fd = pair[1];
	l->talk = (struct talk){.fd = pair[0], .deadline = clock_mono_ms() + 20000};
	l->job.flags = LOGIN_INTERACTIVE;
	snprintf(l->job.user, sizeof(l->job.user), "encvoy-2");
	snprintf(l->job.service, sizeof(l->job.service), "shell");
	snprintf(l->host, sizeof(l->host), "host1.example.test");
	l->idp.conf = &f->conf;
	l->idp.service = &l->service;
	l->idp.deadline = l->talk.deadline;
	l->idp.network = (struct network){perform, rest, detail, f};
	l->idp.source = (struct source){get, f};
}

void fake_down(struct fake *f)
{
	idp_close(&f->login.idp);
	msg_login_free(&f->login.job);
	service_conf_free(&f->login.service);
	conf_free(&f->conf);
	EVP_PKEY_free(f->key);
	close(f->login.talk.fd);
	close_fd(&f->listener_fd);
}

void fake_without(struct fake *f, const char *member)
{
	char *p = strstr(f->discovery, member);

	need(p != NULL, member);
	*p = 'X';
}

char *fake_sign(struct fake *f, const char *claims)
{
	static const char head[] = "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"k1\"}";
	AUTO_BUF struct buf token = {0};
	unsigned char sig[64];
	size_t len = sizeof(sig);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	buf_init(&token, 65536);
	b64url_encode(&token, head, sizeof(head) - 1);
	buf_text(&token, ".");
	b64url_encode(&token, claims, strlen(claims));
	need(EVP_DigestSignInit(ctx, NULL, NULL, NULL, f->key) == 1 &&
		 EVP_DigestSign(ctx, sig, &len, token.data, token.len) == 1,
	    "sign");
	EVP_MD_CTX_free(ctx);
	buf_text(&token, ".");
	b64url_encode(&token, sig, len);
	return buf_take_str(&token);
}

char *fake_id_token(struct fake *f, const char *nonce, long auth_age, const char *more)
{
	long long now = clock_unix();
	char claims[8192], auth[64] = "";

	if (auth_age)
		snprintf(auth, sizeof(auth), ",\"auth_time\":%lld", now - auth_age);
	snprintf(claims, sizeof(claims),
	    "{\"iss\":\"" FAKE_ISSUER "\",\"sub\":\"2\",\"aud\":\"host\",\"iat\":%lld,\"exp\":%lld,"
	    "\"nonce\":\"%s\"%s%s}",
	    now, now + 1800, nonce, auth, more);
	return fake_sign(f, claims);
}

enum err fake_reply(struct http_answer *ret, unsigned status, const char *body)
{
	ret->status = status;
	buf_init_secret(&ret->body, HTTP_BODY_MAX);
	buf_text(&ret->body, body);
	return ERR_OK;
}

enum err fake_tokens(struct http_answer *ret, char *id_token)
{
	char body[16384];

	snprintf(body, sizeof(body),
	    "{\"access_token\":\"at\",\"token_type\":\"Bearer\",\"id_token\":\"%s\"}", id_token);
	free(id_token);
	return fake_reply(ret, 200, body);
}

bool fake_asks(const struct http_request *r, const char *path)
{
	return strncmp(r->url, FAKE_ISSUER, strlen(FAKE_ISSUER)) == 0 &&
	       strcmp(r->url + strlen(FAKE_ISSUER), path) == 0;
}

void fake_form(const struct http_request *r, const char *key, char *dst, size_t size)
{
	AUTO_BUF struct buf value = {0};

	dst[0] = 0;
	if (!r->form)
		return;
	buf_init(&value, size - 1);
	if (form_get((struct slice){(const char *)r->form->data, r->form->len}, key, &value) ==
	    ERR_OK)
		snprintf(dst, size, "%.*s", (int)value.len, (const char *)value.data);
}

enum err fake_par(struct fake *f, const struct http_request *r, struct http_answer *ret)
{
	fake_form(r, "state", f->state, sizeof(f->state));
	fake_form(r, "nonce", f->nonce, sizeof(f->nonce));
	return fake_reply(ret, 201,
	    "{\"expires_in\":60,\"request_uri\":\"urn:ietf:params:oauth:request_uri:x\"}");
}

void fake_type(struct fake *f, const char *text)
{
	AUTO_BUF struct buf packet = {0};

	buf_init_secret(&packet, PROTO_MAX);
	proto_put_answer(&packet, text, strlen(text));
	need(sock_send(f->listener_fd, &packet, clock_mono_ms() + 1000) == ERR_OK, "answer");
}

int fake_heard(struct fake *f, char *text, size_t size)
{
	static char packet[PROTO_MAX];
	AUTO_SHOW struct msg_show show = {0};
	AUTO_ASK struct msg_ask ask = {0};
	struct msg_result result;
	struct reader r;
	enum msg_type type = 0;
	size_t len = 0;

	text[0] = 0;
	if (sock_recv(f->listener_fd, packet, sizeof(packet), 0, &len) != ERR_OK ||
	    proto_open(packet, len, &r, &type) != ERR_OK)
		return 0;
	if (type == MSG_SHOW && proto_get_show(&r, &show) == ERR_OK)
		snprintf(text, size, "%s%s", show.text, show.qr);
	else if (type == MSG_ASK && proto_get_ask(&r, &ask) == ERR_OK)
		snprintf(text, size, "%s", ask.text);
	else if (type == MSG_RESULT && proto_get_result(&r, &result) == ERR_OK)
		snprintf(text, size, "%s", result.reason);
	return (int)type;
}
