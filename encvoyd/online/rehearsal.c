/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/rehearsal.h"

#include "common/secret.h"
#include "oidc/idtoken.h"
#include "oidc/jwa.h"

#include <string.h>

/* Nobody has its private key any more. */
static const char known_keys[] =
    "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"k\",\"alg\":\"RS256\",\"use\":\"sig\",\"e\":\"AQAB\","
    "\"n\":\"rvIa"
    "4CofUrW41ahZN8WjA_ofeFl99jxhh3pbF7WmZOI0urF2Ra9TTG3EYxF_c1iJ2YY4IpmIsclFn5RBGl"
    "nhn0lTBldRXZVt5WwIOXVtRL-JU6lxszwbNefQBw71cqq6OQ9fX5uj-6mzK3lkzSgphxtgOUOM5PKg"
    "vBcA4A6Np9SPJSb2FPrdtqQjaFvn198v9gfqIaocUIUO8uWg0rRj1dlcKb7E7_SvWtksFjT2sulKYC"
    "iUIYFXzHOgy_kF5o0-C6t-fiOC1-VthMMSYlpwGeXNiWmsaH_HxRS8iYNu3p__apcvld9YIJ4LjuFC"
    "YtCiyiVhV-xz6tTVsUeOUzVmew\"}]}";
static const char known_token[] =
    "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJzdWI"
    "iOiIxIiwiYXVkIjoiYyIsImlhdCI6MSwiZXhwIjozLCJub25jZSI6Im4ifQ.o94Ld7O_uQiDDvPNZe"
    "VIzXqVo3zKg4QZ-Tcr9k9IL8IS5teM8i4w6cBFebEswFe2MGZbZbGu7uIKwKTG0oSw5g6EKP1Ux5aP"
    "s3-1XEL8rZTkKgv0tOigirOPFTBqC0_XWIrAPVneXZc87pdPixzkgo7sl_axOgochLWmVrDpz6QRBm"
    "b4wFbb0ol7UKE6I4GV4qbHe7pgHPFq86xPnESZ2_pdFwGVKE8pg3AWZh1Px8Wuzf3oROWwv9STcks-"
    "_U124oDVBbqUxZCqUGMEWIxP5ooed3Rs7lv83ANd01ybyHBGSVjEZEV7Cf3zqGQrF4jmdOJCQyz9XN"
    "8EWmtABeuC7A";

enum err rehearse(void)
{
	const struct idtoken_expect expect = {
	    .issuer = "https://id.example",
	    .client_id = "c",
	    .nonce = "n",
	    .now = 2,
	    .algs = JWA_RS256,
	};
	/* as many at a time as a login has: secret.h keeps their pages */
	AUTO_SECRET struct secret *packet = secret_new(known_token, strlen(known_token));
	AUTO_SECRET struct secret *token = secret_new(known_token, strlen(known_token));
	AUTO_JWKS struct jwks *keys = NULL;
	AUTO_CLAIMS struct claims *claims = NULL;
	enum err e =
	    packet && token ? jwks_parse(known_keys, strlen(known_keys), &keys) : ERR_NOMEM;

	if (e != ERR_OK)
		return e;
	return idtoken_verify(keys, &expect, secret_str(token), secret_len(token), &claims);
}
