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
	bool delimited; /* the answer says where it ends */
	bool page;      /* as in the request */
	void (*on_header)(void *arg, struct slice line);
	void *arg;
	int64_t deadline;
	enum err refused; /* by a callback of ours */
	enum err result;
	char error[CURL_ERROR_SIZE];
	char detail[2 * CURL_ERROR_SIZE];
};

#endif
