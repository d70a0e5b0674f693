/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "encvoyd/online/http.h"

#include "common/str.h"
#include "encvoyd/online/http_internal.h"
#include "encvoyd/online/http_rules.h"
#include "encvoyd/online/times.h"
#include "encvoyd/online/wipemem.h"
#include "sys/clock.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <string.h>

#define TICK_MS 200 /* how late a closed watch_fd may be noticed */

enum err http_init(void)
{
	static bool done;

	if (!done)
		done = curl_global_init_mem(CURL_GLOBAL_DEFAULT, wipe_malloc, wipe_free,
			   wipe_realloc, wipe_strdup, wipe_calloc) == CURLE_OK;
	return done ? ERR_OK : ERR_INTERNAL;
}

enum err http_new(const struct trust *trust, const char *proxy, int watch_fd, struct http **ret)
{
	struct http *h = calloc(1, sizeof(*h));

	if (!h)
		return ERR_NOMEM;
	h->trust = trust;
	h->watch_fd = watch_fd;
	h->proxy = strdup(proxy ? proxy : "");
	if (!h->proxy) {
		free(h);
		return ERR_NOMEM;
	}
	*ret = h;
	return ERR_OK;
}

static void drop_request(struct http *h)
{
	if (h->easy) {
		curl_multi_remove_handle(h->multi, h->easy);
		curl_easy_cleanup(h->easy);
	}
	curl_slist_free_all(h->headers);
	h->easy = NULL;
	h->headers = NULL;
}

void http_rest(struct http *h)
{
	drop_request(h);
	curl_multi_cleanup(h->multi);
	h->multi = NULL;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	http_rest(h);
	http_answer_free(&h->answer);
	free(h->proxy);
	free(h);
}

bool http_body_too_long(const struct http *h)
{
	return h->too_long;
}

const char *http_detail(const struct http *h)
{
	return h->detail;
}

/* Ends the transfer with an error of ours; the caller of curl's callback gets 0 bytes taken. */
size_t http_refuse(struct http *h, const char *why)
{
	h->refused = ERR_PROVIDER_ERROR;
	(void)str_copy(h->detail, sizeof(h->detail), why);
	return 0;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct http *h = arg;

	if (h->stream)
		return http_stream_put(h, bytes, size * n);
	buf_put(&h->answer.body, bytes, size * n);
	h->too_long = h->answer.body.err == ERR_TOO_LONG;
	if (h->answer.body.err != ERR_OK)
		return http_refuse(h, "the answer is too long");
	return size * n;
}

/* The Date header, by which encvoyctl compares the clocks. */
static void note_date(struct http *h, struct slice line)
{
	static const char name[] = "date:";
	char value[64];
	time_t date;

	if (line.len <= strlen(name) || line.len - strlen(name) >= sizeof(value) ||
	    strncasecmp(line.p, name, strlen(name)) != 0)
		return;
	memcpy(value, line.p + strlen(name), line.len - strlen(name));
	value[line.len - strlen(name)] = 0;
	date = curl_getdate(value, NULL);
	if (date > 0)
		h->answer.date = date;
}

static size_t on_header(char *bytes, size_t size, size_t n, void *arg)
{
	struct http *h = arg;
	struct slice line = {bytes, size * n};
	const char *why = http_header_refusal(line);

	h->header_bytes += line.len;
	h->delimited = http_header_delimits(line, h->delimited);
	if (h->header_bytes > HTTP_HEADERS_MAX)
		why = "the answer's headers are too long";
	note_date(h, line);
	http_header_etag(line, h->answer.etag);
	if (h->on_header && !why)
		h->on_header(h->arg, line);
	return why ? http_refuse(h, why) : line.len;
}

/* TLS verifies against the store that the template process has loaded. */
static CURLcode on_ssl_ctx(CURL *easy, void *ctx, void *arg)
{
	const struct http *h = arg;

	(void)easy;
	SSL_CTX_set1_cert_store(ctx, h->trust->store);
	return CURLE_OK;
}

static CURLcode set_tls(struct http *h, CURL *easy)
{
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	/* no file of curl's own: on_ssl_ctx brings the store */
	SET(CURLOPT_CAINFO, NULL);
	SET(CURLOPT_CAPATH, NULL);
	SET(CURLOPT_PROXY_CAINFO, NULL);
	SET(CURLOPT_PROXY_CAPATH, NULL);
	SET(CURLOPT_SSL_CTX_FUNCTION, on_ssl_ctx);
	SET(CURLOPT_SSL_CTX_DATA, h);
	return rc;
}

static CURLcode set_limits(struct http *h, CURL *easy, long timeout_ms)
{
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_PROTOCOLS_STR, "https");
	SET(CURLOPT_REDIR_PROTOCOLS_STR, "https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_HTTP09_ALLOWED, 0L);
	SET(CURLOPT_HTTP_CONTENT_DECODING, 0L);
	SET(CURLOPT_PROXY, h->proxy);
	SET(CURLOPT_NOPROXY, "");
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_TIMEOUT_MS, timeout_ms);
	SET(CURLOPT_CONNECTTIMEOUT_MS, timeout_ms < HTTP_CONNECT_MS ? timeout_ms : HTTP_CONNECT_MS);
	SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)HTTP_BODY_MAX);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* a look-up of a name that hangs must not hold up the end of a login */
	SET(CURLOPT_QUICK_EXIT, 1L);
#endif
	SET(CURLOPT_ERRORBUFFER, h->error);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, h);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, h);
	return rc;
}

static enum err add_header(struct http *h, const char *name, const char *value)
{
	AUTO_BUF struct buf line;
	struct curl_slist *list;
	const char *text;

	buf_init_secret(&line, HTTP_HEADERS_MAX);
	buf_printf(&line, "%s: %s", name, value);
	text = buf_cstr(&line);
	if (!text || strpbrk(text, "\r\n"))
		return ERR_TOO_LONG;
	list = curl_slist_append(h->headers, text);
	if (!list)
		return ERR_NOMEM;
	h->headers = list;
	return ERR_OK;
}

static CURLcode set_request(struct http *h, CURL *easy, const struct http_request *r)
{
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_URL, r->url);
	SET(CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION);
	SET(CURLOPT_HTTPHEADER, h->headers);
	if (r->form) {
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDSIZE, (long)r->form->len);
		SET(CURLOPT_POSTFIELDS, r->form->len ? (const char *)r->form->data : "");
	}
	return rc;
}

static void forget_last(struct http *h)
{
	drop_request(h);
	http_answer_free(&h->answer);
	buf_init_secret(&h->answer.body, HTTP_BODY_MAX);
	h->header_bytes = 0;
	h->delimited = false;
	h->refused = ERR_OK;
	h->too_long = false;
	h->result = ERR_INTERNAL; /* until it has ended */
	h->error[0] = h->detail[0] = 0;
}

static enum err start(struct http *h, const struct http_request *r, int64_t left)
{
	long timeout = left < HTTP_TIMEOUT_MS ? (long)left : HTTP_TIMEOUT_MS;
	enum err e = add_header(h, "Accept", r->stream ? "*/*" : "application/json");

	if (e == ERR_OK && r->authorization)
		e = add_header(h, "Authorization", r->authorization);
	if (e == ERR_OK && r->cookie)
		e = add_header(h, "Cookie", r->cookie);
	if (e == ERR_OK && r->etag)
		e = add_header(h, "If-None-Match", r->etag);
	if (e != ERR_OK)
		return e;
	if (!h->multi)
		h->multi = curl_multi_init();
	h->easy = h->multi ? curl_easy_init() : NULL;
	if (!h->easy)
		return ERR_NOMEM;
	if (set_tls(h, h->easy) != CURLE_OK || set_limits(h, h->easy, timeout) != CURLE_OK ||
	    (r->stream && http_stream_limits(h, h->easy, left) != CURLE_OK) ||
	    set_request(h, h->easy, r) != CURLE_OK ||
	    curl_multi_add_handle(h->multi, h->easy) != CURLM_OK)
		return ERR_INTERNAL;
	return ERR_OK;
}

enum err http_start(struct http *h, const struct http_request *r)
{
	int64_t left = r->deadline - clock_mono_ms();
	enum err e = ERR_OK;

	forget_last(h);
	h->started = clock_mono_ms();
	h->deadline = r->deadline;
	h->page = r->page;
	h->on_header = r->on_header;
	h->arg = r->arg;
	h->stream = r->stream;
	h->streamed = 0;
	h->conditional = r->etag != NULL;
	if (!str_starts(r->url, "https://"))
		e = ERR_FOREIGN_ENDPOINT;
	else if (left <= 0)
		e = ERR_TIMEOUT;
	else
		e = start(h, r, left);
	if (e != ERR_OK)
		drop_request(h);
	return e;
}

static enum err err_of_curl(const struct http *h, CURLcode rc)
{
	switch (rc) {
	case CURLE_OK:
		return ERR_OK;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return ERR_TLS;
	case CURLE_SSL_CONNECT_ERROR:
		/* a connection that broke says nothing about certificates */
		return strstr(h->error, "SYSCALL") ? ERR_PROVIDER_UNREACHABLE : ERR_TLS;
	case CURLE_OPERATION_TIMEDOUT:
		return clock_mono_ms() >= h->deadline ? ERR_TIMEOUT : ERR_PROVIDER_UNREACHABLE;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
	case CURLE_PROXY:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
		return ERR_PROVIDER_UNREACHABLE;
	default: /* CURLE_OUT_OF_MEMORY too: so curl calls a header line beyond its limit */
		return ERR_PROVIDER_ERROR;
	}
}

static enum err judge(struct http *h)
{
	const char *type = NULL;
	long status = 0;
	enum err e = ERR_OK;

	if (curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK ||
	    curl_easy_getinfo(h->easy, CURLINFO_CONTENT_TYPE, &type) != CURLE_OK)
		return ERR_INTERNAL;
	h->answer.status = (unsigned)status;
	if (h->stream)
		e = http_stream_check(h, status);
	else if (!h->page || status < 300 || status >= 400)
		e = http_status_check(status);
	if (e != ERR_OK) {
		snprintf(h->detail, sizeof(h->detail), "status %ld", status);
		return e;
	}
	if (h->stream && status == 304)
		return ERR_OK; /* has no body */
	if (!h->stream && !h->page && !http_type_is_json(type))
		(void)http_refuse(h, "the answer is not JSON by its type");
	else if (!h->delimited)
		(void)http_refuse(h, "the answer does not say how long it is");
	return h->refused;
}

static void conclude(struct http *h, CURLcode rc)
{
	const char *said = h->error[0] ? h->error : curl_easy_strerror(rc);
	struct buf text;

	if (rc == CURLE_OK) {
		h->result = judge(h);
		return;
	}
	h->too_long |= rc == CURLE_FILESIZE_EXCEEDED;
	h->result = h->refused != ERR_OK ? h->refused : err_of_curl(h, rc);
	if (h->detail[0])
		return;
	buf_init_fixed(&text, h->detail, sizeof(h->detail));
	str_printable(&text, said, strlen(said), sizeof(h->detail) / 5);
	(void)buf_cstr(&text);
}

/* True when the request has ended; its result is then known. */
static bool run(struct http *h)
{
	int running = 0, left = 0;
	CURLMsg *m;

	if (curl_multi_perform(h->multi, &running) != CURLM_OK) {
		h->result = ERR_INTERNAL;
		return true;
	}
	while ((m = curl_multi_info_read(h->multi, &left))) {
		if (m->msg != CURLMSG_DONE)
			continue;
		conclude(h, m->data.result);
		return true;
	}
	return false;
}

static enum err wait_for(struct http *h, struct pollfd *fds, size_t n, int timeout_ms)
{
	AUTO_FREE struct curl_waitfd *waits = calloc(n + 1, sizeof(*waits));

	if (!waits)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		waits[i] = (struct curl_waitfd){.fd = fds[i].fd, .events = CURL_WAIT_POLLIN};
	if (curl_multi_poll(h->multi, waits, (unsigned)n, timeout_ms, NULL) != CURLM_OK)
		return ERR_INTERNAL;
	for (size_t i = 0; i < n; i++)
		fds[i].revents = waits[i].revents & CURL_WAIT_POLLIN ? POLLIN : 0;
	return ERR_OK;
}

enum err http_step(struct http *h, struct pollfd *fds, size_t n, int timeout_ms, bool *ret_done)
{
	enum err e;

	*ret_done = false;
	if (!h->easy) {
		for (size_t i = 0; i < n; i++)
			fds[i].revents = 0;
		return poll(fds, n, timeout_ms) < 0 && errno != EINTR ? ERR_IO : ERR_OK;
	}
	e = wait_for(h, fds, n, timeout_ms);
	if (e == ERR_OK)
		*ret_done = run(h);
	return e;
}

enum err http_finish(struct http *h, struct http_answer *ret)
{
	enum err e = h->result;

	times_add(clock_mono_ms() - h->started, e == ERR_OK);
	drop_request(h);
	*ret = h->answer;
	h->answer = (struct http_answer){0};
	return e;
}

enum err http_perform(struct http *h, const struct http_request *r, struct http_answer *ret)
{
	enum err e = http_start(h, r);
	bool done = false;

	*ret = (struct http_answer){0};
	while (e == ERR_OK && !done) {
		e = http_step(h, NULL, 0, TICK_MS, &done);
		if (e == ERR_OK && !done && http_left(h))
			e = ERR_CANCELLED;
	}
	if (e != ERR_OK) {
		drop_request(h);
		return e;
	}
	return http_finish(h, ret);
}
