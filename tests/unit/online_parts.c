/* SPDX-License-Identifier: MIT */
/* The small parts: rules for answers, texts, QR codes, the wiping allocator. */
#include "encvoyd/online/http_rules.h"
#include "encvoyd/online/messages.h"
#include "encvoyd/online/qr.h"
#include "encvoyd/online/rehearsal.h"
#include "encvoyd/online/wipemem.h"
#include "tests/unit/tap.h"

#include <stdint.h>

static const char *refusal(const char *line)
{
	return http_header_refusal(slice_of(line));
}

static void headers(void)
{
	ok(!refusal("Content-Type: application/json\r\n"), "an ordinary header");
	ok(!refusal("Content-Encoding: identity\r\n"), "no compression");
	ok(!refusal("transfer-encoding:chunked\r\n"), "chunks");
	ok(refusal("Content-Encoding: gzip\r\n") != NULL, "SEC-28: gzip");
	ok(refusal("content-encoding:br") != NULL, "SEC-28: br, in any case of letters");
	ok(refusal("Content-Encoding: identity, gzip\r\n") != NULL, "SEC-28: a list");
	ok(refusal("Transfer-Encoding: gzip, chunked\r\n") != NULL, "SEC-28: in transfer");
	ok(!refusal("X-Content-Encoding: gzip\r\n"), "another header's value does not count");
	ok(!refusal(""), "nothing");
	ok(http_header_delimits(slice_of("Content-Length: 5\r\n"), false), "a length delimits");
	ok(http_header_delimits(slice_of("Transfer-Encoding: Chunked\r\n"), false), "so do chunks");
	ok(http_header_delimits(slice_of("X: y\r\n"), true), "once is enough");
	ok(!http_header_delimits(slice_of("HTTP/1.1 200 OK\r\n"), true), "for one answer");
}

static void types_and_statuses(void)
{
	ok(http_type_is_json("application/json"), "JSON");
	ok(http_type_is_json("Application/JSON; charset=utf-8"), "with a charset");
	ok(http_type_is_json("application/jwk-set+json"), "its family");
	ok(!http_type_is_json("application/+json"), "not without a name");
	ok(!http_type_is_json("text/html"), "HTML is none");
	ok(!http_type_is_json("application/jsonp"), "nor what only begins so");
	ok(!http_type_is_json("text/x+json"), "nor another family");
	ok(!http_type_is_json(NULL) && !http_type_is_json(""), "nor nothing");
	is_int(http_status_check(200), ERR_OK, "200");
	is_int(http_status_check(404), ERR_OK, "404");
	is_int(http_status_check(429), ERR_PROVIDER_UNREACHABLE, "429");
	is_int(http_status_check(502), ERR_PROVIDER_UNREACHABLE, "502");
	is_int(http_status_check(500), ERR_PROVIDER_ERROR, "500");
	is_int(http_status_check(302), ERR_PROVIDER_ERROR, "SEC-27: 302");
	is_int(http_status_check(0), ERR_PROVIDER_ERROR, "none at all");
}

static void hostile_texts(void)
{
	const struct occasion o = {"host\x1b[2J", "sshd\nfake line",
	    "ev\xe2\x80\xae"
	    "il\x07",
	    "\xff"};
	AUTO_BUF struct buf b = {0};
	const char *text;
	bool clean = true;

	buf_init(&b, 8192);
	messages_device(&b, &o, "https://x/\x1b]0;t", "A\rB", 10);
	messages_browser(&b, &o, "https://x/\xc2\x9b", "http://127.0.0.1/cb", 60);
	text = buf_cstr(&b);
	for (const char *p = text; p && *p; p++)
		clean &= *p == '\n' || ((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x7f);
	ok(text && clean, "SEC-25: no control byte of anybody reaches the terminal");
	ok(text && !strstr(text, "\nfake line"), "SEC-25: nor a line of its own");
	ok(text && strstr(text, "\\x1b"), "it is shown as what it is");
}

static void every_refusal_is_a_sentence(void)
{
	bool good = true;

	for (int e = 1; e < ERR_COUNT; e++) {
		const char *text = messages_refusal((enum err)e);
		size_t len = text ? strlen(text) : 0;

		good &= len > 10 && len < 200 && text[len - 1] == '.';
	}
	ok(good, "every error has a sentence for people");
}

static void qr_codes(void)
{
	AUTO_BUF struct buf b = {0};
	char longer[2000];
	const char *text;
	size_t lines = 0;

	buf_init(&b, 16384);
	qr_text("https://id.example.test/device?user_code=ABCD-EFGH", &b);
	text = buf_cstr(&b);
	for (const char *p = text; p && *p; p++)
		lines += *p == '\n';
	ok(lines > 10 && lines < 24, "a QR code of %zu lines fits a terminal", lines);
	ok(text && strncmp(text, "█", 3) == 0, "with a light margin");
	ok(text && utf8_valid(text, strlen(text)), "in UTF-8");
	buf_reset(&b);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = 0;
	qr_text(longer, &b);
	is_int(b.len, 0, "one too wide for a terminal is left out");
}

static void wiping(void)
{
	char *p = wipe_malloc(32), *q;

	memcpy(p, "a secret of thirty-one letters!", 32);
	q = wipe_realloc(p, 4096);
	is_str(q, "a secret of thirty-one letters!", "SEC-35: growing keeps the content");
	ok(((uintptr_t)q & 15) == 0, "and the alignment");
	p = wipe_realloc(q, 8);
	ok(p && memcmp(p, "a secret", 8) == 0, "shrinking as well");
	wipe_free(p);
	wipe_free(NULL);
	ok(!wipe_malloc(SIZE_MAX) && !wipe_calloc(SIZE_MAX / 2, 3), "no overflow");
	p = wipe_calloc(4, 4);
	ok(p && !p[0] && !p[15], "zeroes");
	wipe_free(p);
	p = wipe_strdup("x");
	is_str(p, "x", "a copy");
	wipe_free(p);
}

int main(void)
{
	headers();
	types_and_statuses();
	hostile_texts();
	every_refusal_is_a_sentence();
	qr_codes();
	wiping();
	is_int(rehearse(), ERR_OK, "what a spare child rehearses is a token that verifies");
	return tap_done();
}
