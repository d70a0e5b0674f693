/* SPDX-License-Identifier: MIT */
/* The login pages, used by a program: redirects followed by hand and only at the issuer's origin,
 * the password given to the one page that may ask for it, and once. */
#include "encvoyd/online/api_signin.h"

#include "encvoyd/online/http_rules.h"
#include "oidc/cookies.h"
#include "oidc/form.h"
#include "oidc/url.h"
#include "sys/clock.h"
#include "sys/file.h"

#include <string.h>

#define STEPS_MAX 16
#define FORM_MAX 16384
#define PASSWORD_MAX 1024
#define PAGE "/api/interaction/"

struct walk {
	struct signin *s;
	struct cookies cookies;
	struct secret *url; /* where we are; it may hold the code */
	struct buf next;    /* the Location header */
	enum err cookies_err;
	bool typed; /* the password was given */
	int64_t deadline;
};

static void walk_end(struct walk *w)
{
	cookies_free(&w->cookies);
	secret_free(w->url);
	buf_free(&w->next);
}

static void on_header(void *arg, struct slice line)
{
	struct walk *w = arg;
	struct slice value;

	if (http_header_is(line, "Location", &value)) {
		buf_reset(&w->next);
		buf_put(&w->next, value.p, value.len);
	} else if (http_header_is(line, "Set-Cookie", &value) && w->cookies_err == ERR_OK) {
		w->cookies_err = cookies_take(&w->cookies, value);
	}
}

/* The file's first line. */
static enum err read_password(struct signin *s, struct secret **ret)
{
	AUTO_BUF struct buf text = {0};
	const char *nl;
	size_t len;
	enum err e;

	buf_init_secret(&text, PASSWORD_MAX);
	e = file_read(s->conf->api_password_file, geteuid(), FILE_SECRET, &text);
	if (e != ERR_OK)
		return signin_note(s, ERR_CONFIG, "api_password_file", err_text(e));
	nl = text.len ? memchr(text.data, '\n', text.len) : NULL;
	len = nl ? (size_t)(nl - (const char *)text.data) : text.len;
	if (!len || memchr(text.data, 0, len))
		return signin_note(s, ERR_CONFIG, "api_password_file", "holds no password");
	*ret = secret_new(text.data, len);
	return *ret ? ERR_OK : ERR_NOMEM;
}

/* One request to the issuer's origin with the cookies that belong. */
static enum err request(
    struct walk *w, const char *url, const struct buf *form, struct http_answer *ret)
{
	AUTO_BUF struct buf cookie = {0};
	struct http_request r = {.url = url,
	    .form = form,
	    .deadline = w->deadline,
	    .page = true,
	    .on_header = on_header,
	    .arg = w};
	struct url parts;
	enum err e;

	if (!url_parse(slice_of(url), &parts) || !url_same_origin(url, w->s->conf->issuer))
		return signin_note(w->s, ERR_FOREIGN_ENDPOINT, "a page leads elsewhere", "");
	buf_init_secret(&cookie, HTTP_HEADERS_MAX);
	cookies_put(&w->cookies, parts.path, &cookie);
	if (!buf_cstr(&cookie))
		return ERR_TOO_LONG;
	r.cookie = cookie.len ? buf_cstr(&cookie) : NULL;
	buf_reset(&w->next);
	e = http_perform(w->s->http, &r, ret);
	if (e != ERR_OK)
		return signin_note(w->s, e, "login page", http_detail(w->s->http));
	return w->cookies_err;
}

/* Goes where the answer leads: an address, or a path at the same place. */
static enum err follow(struct walk *w)
{
	AUTO_BUF struct buf url = {0};
	const char *to = buf_cstr(&w->next);
	struct secret *there;

	if (!to || !*to)
		return signin_note(w->s, ERR_PROVIDER_ERROR, "a redirect to nowhere", "");
	buf_init_secret(&url, URL_MAX_LEN);
	if (to[0] == '/' && to[1] != '/') {
		struct url parts;

		if (!url_parse(slice_of(secret_str(w->url)), &parts))
			return ERR_INTERNAL;
		buf_put(&url, secret_str(w->url), (size_t)(parts.path.p - secret_str(w->url)));
	}
	buf_text(&url, to);
	if (url.err != ERR_OK)
		return signin_note(w->s, ERR_PROVIDER_ERROR, "an address too long", "");
	there = secret_new(url.data, url.len);
	if (!there)
		return ERR_NOMEM;
	secret_free(w->url);
	w->url = there;
	return ERR_OK;
}

/* The page is a program for browsers; of its text only these words can be told apart. */
static const char *page_says(const struct http_answer *a)
{
	static const char *const known[] = {
	    "Invalid credentials", "User is blocked", "User not found", "recover-account"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (a->body.len && memmem(a->body.data, a->body.len, known[i], strlen(known[i])))
			return known[i];
	return "the page does not go on";
}

static bool is_redirect(unsigned status)
{
	return status == 302 || status == 303;
}

static enum err type_password(struct walk *w, struct slice page)
{
	AUTO_SECRET struct secret *password = NULL;
	AUTO_ANSWER struct http_answer a = {0};
	AUTO_BUF struct buf form = {0};
	AUTO_BUF struct buf url = {0};
	enum err e = read_password(w->s, &password);

	if (e != ERR_OK)
		return e;
	buf_init(&url, URL_MAX_LEN);
	buf_put(&url, page.p, page.len);
	buf_text(&url, "/auth?type=CREDENTIALS");
	buf_init_secret(&form, FORM_MAX);
	form_put(&form, "identifier", w->s->conf->api_user);
	form_put(&form, "password", secret_str(password));
	form_put(&form, "prompt", "login");
	if (!buf_cstr(&url) || form.err != ERR_OK)
		return ERR_TOO_LONG;
	w->typed = true;
	e = request(w, buf_cstr(&url), &form, &a);
	if (e != ERR_OK)
		return e;
	if (!is_redirect(a.status))
		return signin_note(w->s, ERR_BAD_LOGIN, "refused", page_says(&a));
	return follow(w);
}

/* A page that does not lead on: the login page, once. */
static enum err at_page(struct walk *w, unsigned status)
{
	const char *text = secret_str(w->url);
	struct url parts;
	struct slice page = {text, strcspn(text, "?")};

	if (!url_parse(slice_of(text), &parts) || status != 200)
		return signin_note(
		    w->s, ERR_PROVIDER_ERROR, "the login page answers strangely", "");
	if (parts.path.len <= strlen(PAGE) || memcmp(parts.path.p, PAGE, strlen(PAGE)) != 0)
		return signin_note(w->s, ERR_PROVIDER_ERROR, "no login page", "");
	if (w->typed)
		return signin_note(
		    w->s, ERR_BAD_LOGIN, "refused", "a page follows that only a person can use");
	return type_password(w, page);
}

static enum err step(struct walk *w)
{
	AUTO_ANSWER struct http_answer a = {0};
	enum err e = request(w, secret_str(w->url), NULL, &a);

	if (e != ERR_OK)
		return e;
	return is_redirect(a.status) ? follow(w) : at_page(w, a.status);
}

static bool has_landed(const struct walk *w, const char *redirect_uri)
{
	size_t n = strlen(redirect_uri);

	return str_starts(secret_str(w->url), redirect_uri) && secret_str(w->url)[n] == '?';
}

enum err pages_walk(struct signin *s, const char *address, const char *redirect_uri,
    int64_t deadline, struct secret **ret)
{
	CLEANUP(walk_end) struct walk w = {.s = s, .deadline = deadline};
	enum err e = ERR_OK;

	buf_init_secret(&w.next, URL_MAX_LEN);
	w.url = secret_new(address, strlen(address));
	if (!w.url)
		return ERR_NOMEM;
	for (int i = 0; i < STEPS_MAX && e == ERR_OK; i++) {
		if (has_landed(&w, redirect_uri)) {
			*ret = TAKE_PTR(w.url);
			return ERR_OK;
		}
		e = step(&w);
	}
	return e != ERR_OK ? e : signin_note(s, ERR_PROVIDER_ERROR, "the pages have no end", "");
}
