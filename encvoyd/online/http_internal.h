/* SPDX-License-Identifier: MIT */
/* Private to http*.c. */
#ifndef ENCVOY_ONLINE_HTTP_INTERNAL_H
#define ENCVOY_ONLINE_HTTP_INTERNAL_H

#include "encvoyd/online/http.h"

#include <curl/curl.h>

struct http {
	const struct trust *trust;
	char *proxy;
	int watch_fd;
	CURLM *multi;
	CURL *easy; /* the running request, or NULL */
	struct curl_slist *headers;
	struct http_answer answer;
	size_t header_bytes;
	bool delimited;                   /* the answer says where it ends */
	const struct http_stream *stream; /* as in the request */
	uint64_t streamed;
	bool conditional; /* a 304 may come */
	bool page;        /* as in the request, like the next two */
	void (*on_header)(void *arg, struct slice line);
	void *arg;
	int64_t started;
	int64_t deadline;
	enum err refused; /* by a callback of ours */
	bool too_long;    /* the body, which may still be somebody's own fault */
	enum err result;
	char error[CURL_ERROR_SIZE];
	char detail[2 * CURL_ERROR_SIZE];
};

/* Collects the first failure of many options. */
#define SET(option, value)                                          \
	do {                                                        \
		if (rc == CURLE_OK)                                 \
			rc = curl_easy_setopt(easy, option, value); \
	} while (0)

/* Ends the transfer with an error of ours; what a callback of curl is to return. */
size_t http_refuse(struct http *h, const char *why);

/* Streamed bodies: the limits that differ, a piece of one (as curl's callback returns), and whether
 * the status is an answer. */
CURLcode http_stream_limits(struct http *h, CURL *easy, int64_t left_ms);
size_t http_stream_put(struct http *h, const void *bytes, size_t len);
enum err http_stream_check(const struct http *h, long status);

#endif
