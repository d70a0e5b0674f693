/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/http_internal.h"

CURLcode http_stream_limits(struct http *h, CURL *easy, int64_t left_ms)
{
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_TIMEOUT_MS, left_ms < HTTP_STREAM_MS ? (long)left_ms : (long)HTTP_STREAM_MS);
	SET(CURLOPT_LOW_SPEED_LIMIT, (long)HTTP_STREAM_RATE);
	SET(CURLOPT_LOW_SPEED_TIME, (long)HTTP_STREAM_PAUSE);
	SET(CURLOPT_MAXFILESIZE_LARGE,
	    h->stream->max < INT64_MAX ? (curl_off_t)h->stream->max : (curl_off_t)INT64_MAX);
	return rc;
}

size_t http_stream_put(struct http *h, const void *bytes, size_t len)
{
	long status = 0;
	uint64_t max = h->stream->max;
	enum err e;

	(void)curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
	/* what an error page says interests nobody */
	if (status != 200 && max > HTTP_BODY_MAX)
		max = HTTP_BODY_MAX;
	if (len > max - h->streamed)
		return http_refuse(h, "the answer is too long");
	h->streamed += len;
	if (status != 200)
		return len;
	e = h->stream->put(h->stream->arg, bytes, len);
	if (e == ERR_OK)
		return len;
	h->refused = e;
	return 0;
}

enum err http_stream_check(const struct http *h, long status)
{
	if (status == 200 || (status == 304 && h->conditional))
		return ERR_OK;
	return http_status_check(status) == ERR_OK ? ERR_PROVIDER_ERROR : http_status_check(status);
}
