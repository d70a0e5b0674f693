/* SPDX-License-Identifier: MIT */
#include "oidc/hostnonce.h"
#include "tests/unit/oidc_shown.h"
#include "tests/unit/tap.h"

static const uint8_t some_bytes[HOSTNONCE_RANDOM_LEN] = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static void nonces_name_the_host(void)
{
	char nonce[HOSTNONCE_SIZE];

	is_int(hostnonce_make("Web1.Example.org", some_bytes, nonce), ERR_OK, "a nonce");
	is_str(nonce, "h1.web1.example.org.AAECAwQFBgcICQoLDA0ODw", "in the fixed form");
	is_int(hostnonce_check(nonce, "web1.example.org"), ERR_OK, "for that host");
	is_int(hostnonce_check(nonce, "WEB1.example.ORG"), ERR_OK, "in any case of letters");
	is_int(hostnonce_make("db_1", some_bytes, nonce), ERR_OK, "a short name");
	is_int(hostnonce_check(nonce, "db_1"), ERR_OK, "for that host");
}

static void other_hosts_are_refused(void)
{
	static const char *const hosts[] = {"web2.example.org", "web1", "web1.example.org.evil",
	    "eb1.example.org", "web1.example.or", "web1.example.org.", "", "web1.example.org/x"};
	char nonce[HOSTNONCE_SIZE];

	if (hostnonce_make("web1.example.org", some_bytes, nonce) != ERR_OK)
		abort();
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		is_int(hostnonce_check(nonce, hosts[i]), ERR_WRONG_HOST, "SEC-10: host \"%s\"",
		    hosts[i]);
}

static void other_nonces_are_refused(void)
{
	static const char *const bad[] = {"", "h1.", "h1..AAECAwQFBgcICQoLDA0ODw",
	    "h1.web1.AAECAwQFBgcICQoLDA0OD", "h1.web1.AAECAwQFBgcICQoLDA0ODx",
	    "h1.web1.AAECAwQFBgcICQoLDA0ODw=", "h2.web1.AAECAwQFBgcICQoLDA0ODw",
	    "H1.web1.AAECAwQFBgcICQoLDA0ODw", "web1.AAECAwQFBgcICQoLDA0ODw", "h1.web1", "h1.web1.",
	    "h1.we b1.AAECAwQFBgcICQoLDA0ODw", "h1.web1AAECAwQFBgcICQoLDA0ODw",
	    "AAECAwQFBgcICQoLDA0ODwAAECAwQFBgcICQoLDA0OD"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(hostnonce_check(bad[i], "web1"), ERR_WRONG_NONCE, "SEC-10: nonce \"%s\"",
		    shown(bad[i]));
	is_int(hostnonce_check(NULL, "web1"), ERR_WRONG_NONCE, "SEC-10: no nonce");
}

/* A host whose last label looks like the random part must not be mistaken for a shorter one. */
static void the_random_part_is_the_last(void)
{
	char nonce[HOSTNONCE_SIZE];

	if (hostnonce_make("web1.AAECAwQFBgcICQoLDA0ODw", some_bytes, nonce) != ERR_OK)
		abort();
	is_int(hostnonce_check(nonce, "web1"), ERR_WRONG_HOST, "SEC-10: not the shorter host");
	is_int(hostnonce_check(nonce, "web1.aaecawqfbgcicqoldA0odw"), ERR_OK, "the whole name");
}

static void bad_hosts_get_none(void)
{
	static const char *const bad[] = {"", ".", "a..b", ".a", "a.", "a b", "a/b", "a\nb", "a:b",
	    "\xc3\xa4", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	char nonce[HOSTNONCE_SIZE];
	char host[HOSTNONCE_HOST_MAX + 2];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(hostnonce_make(bad[i], some_bytes, nonce), ERR_BAD_NAME, "host \"%s\"",
		    shown(bad[i]));
	for (size_t i = 0; i <= HOSTNONCE_HOST_MAX; i++)
		host[i] = i % 2 ? '.' : 'a';
	host[HOSTNONCE_HOST_MAX + 1] = 0;
	is_int(hostnonce_make(host, some_bytes, nonce), ERR_BAD_NAME, "a host too long");
	host[HOSTNONCE_HOST_MAX - 1] = 0;
	is_int(hostnonce_make(host, some_bytes, nonce), ERR_OK, "a host just short enough");
	is_int(hostnonce_check(nonce, host), ERR_OK, "is its own");
}

int main(void)
{
	nonces_name_the_host();
	other_hosts_are_refused();
	other_nonces_are_refused();
	the_random_part_is_the_last();
	bad_hosts_get_none();
	return tap_done();
}
