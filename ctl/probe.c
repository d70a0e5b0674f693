/* SPDX-License-Identifier: MIT */
#include "ctl/probe.h"

#include "sys/clock.h"

#define PATIENCE_MS 15000

enum err probe_open(const struct conf *conf, struct probe *ret)
{
	enum err e;

	*ret = (struct probe){0};
	e = http_init();
	if (e == ERR_OK)
		e = trust_load(conf->ca_file, &ret->trust);
	if (e == ERR_OK)
		e = http_new(&ret->trust, conf->proxy, -1, &ret->http);
	return e;
}

void probe_close(struct probe *p)
{
	http_free(p->http);
	trust_free(&p->trust);
	*p = (struct probe){0};
}

enum err probe_get(struct probe *p, const char *url, struct http_answer *ret)
{
	struct http_request request = {.url = url, .deadline = clock_mono_ms() + PATIENCE_MS};

	return http_perform(p->http, &request, ret);
}

enum err probe_post(struct probe *p, const char *url, const struct client *client,
    const struct buf *form, struct http_answer *ret)
{
	AUTO_SECRET struct secret *authorization = NULL;
	struct http_request request = {
	    .url = url, .form = form, .deadline = clock_mono_ms() + PATIENCE_MS};
	enum err e = form->err;

	*ret = (struct http_answer){0};
	if (e == ERR_OK)
		e = client_authorization(client, &authorization);
	if (e != ERR_OK)
		return e;
	if (authorization)
		request.authorization = secret_str(authorization);
	return http_perform(p->http, &request, ret);
}
