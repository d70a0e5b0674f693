/* SPDX-License-Identifier: MIT */
/* The manifest of a roster: made, verified, and refused for each thing that can be wrong with it.
 */
#include "common/cleanup.h"
#include "oidc/roster_sign.h"
#include "tests/unit/oidc_sign.h"
#include "tests/unit/tap.h"

#include <string.h>

#define ISSUER "https://id.example"
#define NOW 1800000000
#define HEADER "{\"alg\":\"EdDSA\",\"typ\":\"encvoy-roster+jws\"}"
#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define LINES                                                          \
	"{\"file\":\"" EMPTY_SHA256 ".lines\",\"size\":0,\"count\":0," \
	"\"sha256\":\"" EMPTY_SHA256 "\"}"
#define PAYLOAD                                                                      \
	"{\"iss\":\"" ISSUER "\",\"fleet\":\"web\",\"serial\":7,\"iat\":1799999990," \
	"\"exp\":1800259190,\"lines\":" LINES "}"

static struct signer key;
static struct jwks *keys;
static uint8_t empty_hash[SHA256_LEN];

static struct roster_expect expect(void)
{
	return (struct roster_expect){.issuer = ISSUER, .fleet = "web", .now = NOW};
}

static enum err verify(const struct roster_expect *x, const char *manifest)
{
	struct roster_manifest m;

	return roster_verify(keys, x, manifest, strlen(manifest), &m);
}

static enum err verify_payload(const char *payload)
{
	AUTO_FREE char *token = sign_token(&key, HEADER, payload);
	struct roster_expect x = expect();

	return verify(&x, token);
}

static enum err verify_header(const char *header)
{
	AUTO_FREE char *token = sign_token(&key, header, PAYLOAD);
	struct roster_expect x = expect();

	return verify(&x, token);
}

static void good(void)
{
	AUTO_FREE char *token = sign_token(&key, HEADER, PAYLOAD);
	struct roster_expect x = expect();
	struct roster_manifest m = {0};

	is_int(roster_verify(keys, &x, token, strlen(token), &m), ERR_OK, "a good manifest");
	is_int((long long)m.serial, 7, "its serial");
	is_int(m.issued, 1799999990, "when it was made");
	is_int(m.expires, 1800259190, "when it expires");
	is_str(m.file, EMPTY_SHA256 ".lines", "its file");
	ok(m.size == 0 && m.count == 0 && memcmp(m.hash, empty_hash, SHA256_LEN) == 0,
	    "and what the file holds");
	x.now = 1800259190 + 100;
	is_int(roster_verify(keys, &x, token, strlen(token), &m), ERR_OK,
	    "SEC-48: an expired one is reported, not refused here");
	ok(m.expires < x.now, "by its time");
}

static void identity(void)
{
	AUTO_FREE char *token = sign_token(&key, HEADER, PAYLOAD);
	struct roster_expect x = expect();

	x.issuer = ISSUER "/";
	is_int(verify(&x, token), ERR_WRONG_ISSUER, "SEC-48: another issuer");
	x = expect();
	x.fleet = "db";
	is_int(verify(&x, token), ERR_WRONG_FLEET, "SEC-48: another fleet");
	x.fleet = "we";
	is_int(verify(&x, token), ERR_WRONG_FLEET, "SEC-48: a fleet whose name begins so");
	x = expect();
	x.now = 1799999990 - 60;
	is_int(verify(&x, token), ERR_OK, "a clock that is a minute behind");
	x.now--;
	is_int(verify(&x, token), ERR_NOT_YET_VALID, "more than a minute");
}

static void serials(void)
{
	AUTO_FREE char *token = sign_token(&key, HEADER, PAYLOAD);
	struct roster_expect x = expect();
	uint8_t other[SHA256_LEN] = {0};

	x.hash = empty_hash;
	x.serial = 6;
	is_int(verify(&x, token), ERR_OK, "a higher serial");
	x.serial = 7;
	is_int(verify(&x, token), ERR_OK, "the same serial, the same lines");
	x.hash = other;
	is_int(verify(&x, token), ERR_OLD_SERIAL, "SEC-48: the same serial, other lines");
	x.serial = 6;
	is_int(verify(&x, token), ERR_OK, "a higher serial, other lines");
	x.serial = 8;
	is_int(verify(&x, token), ERR_OLD_SERIAL, "SEC-48: a lower serial");
	x.hash = empty_hash;
	is_int(verify(&x, token), ERR_OLD_SERIAL, "SEC-48: also over the same lines");
}

static void signatures(void)
{
	struct signer other = signer_new("EdDSA", NULL), rsa = signer_new("RS256", NULL);
	AUTO_FREE char *by_other = sign_token(&other, HEADER, PAYLOAD);
	AUTO_FREE char *good_one = sign_token(&key, HEADER, PAYLOAD);
	AUTO_FREE char *by_rsa =
	    sign_token(&rsa, "{\"alg\":\"RS256\",\"typ\":\"encvoy-roster+jws\"}", PAYLOAD);
	struct roster_expect x = expect();
	char *dot = strrchr(good_one, '.');

	is_int(verify(&x, by_other), ERR_BAD_SIGNATURE, "SEC-48: another key");
	is_int(verify(&x, by_rsa), ERR_BAD_ALG, "SEC-48: another algorithm");
	is_int(verify_header("{\"alg\":\"none\",\"typ\":\"encvoy-roster+jws\"}"), ERR_BAD_ALG,
	    "SEC-48: none");
	dot[1] = dot[1] == 'A' ? 'B' : 'A';
	is_int(verify(&x, good_one), ERR_BAD_SIGNATURE, "SEC-48: a changed signature");
	*dot = 0;
	is_int(verify(&x, good_one), ERR_BAD_TOKEN, "SEC-48: cut off");
	is_int(verify(&x, ""), ERR_BAD_TOKEN, "SEC-48: empty");
	signer_free(&other);
	signer_free(&rsa);
}

static void headers(void)
{
	is_int(verify_header("{\"alg\":\"EdDSA\"}"), ERR_BAD_HEADER, "SEC-48: no typ");
	is_int(verify_header("{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}"), ERR_BAD_HEADER,
	    "SEC-48: an ID token is no roster");
	is_int(verify_header("{\"alg\":\"EdDSA\",\"typ\":\"Encvoy-Roster+jws\"}"), ERR_BAD_HEADER,
	    "SEC-48: the typ is compared exactly");
	is_int(verify_header("{\"alg\":\"EdDSA\",\"typ\":\"encvoy-roster+jws\",\"crit\":[\"a\"]}"),
	    ERR_BAD_HEADER, "SEC-48: crit");
}

/* PAYLOAD with one piece of it replaced. */
static char *changed(const char *from, const char *to)
{
	const char *at = strstr(PAYLOAD, from);

	if (!at)
		abort();
	return format("%.*s%s%s", (int)(at - PAYLOAD), PAYLOAD, to, at + strlen(from));
}

static void claims(void)
{
	static const struct {
		const char *from, *to;
		enum err want;
	} cases[] = {
	    {"\"iss\":\"" ISSUER "\",", "", ERR_BAD_CLAIM},
	    {"\"fleet\":\"web\",", "", ERR_BAD_CLAIM},
	    {"\"fleet\":\"web\"", "\"fleet\":[\"web\"]", ERR_BAD_CLAIM},
	    {"\"fleet\":\"web\"", "\"fleet\":\"web\",\"fl\\u0065et\":\"db\"", ERR_BAD_JSON},
	    {"\"serial\":7,", "", ERR_BAD_CLAIM},
	    {"\"serial\":7", "\"serial\":0", ERR_BAD_CLAIM},
	    {"\"serial\":7", "\"serial\":-7", ERR_BAD_CLAIM},
	    {"\"serial\":7", "\"serial\":\"7\"", ERR_BAD_CLAIM},
	    {"\"serial\":7", "\"serial\":7.0", ERR_BAD_CLAIM},
	    {"\"serial\":7", "\"serial\":9223372036854775808", ERR_BAD_CLAIM},
	    {"\"iat\":1799999990,", "", ERR_BAD_CLAIM},
	    {"\"exp\":1800259190,", "", ERR_BAD_CLAIM},
	    {"\"exp\":1800259190", "\"exp\":1799999990", ERR_BAD_CLAIM},
	    {"\"exp\":1800259190", "\"exp\":1e300", ERR_BAD_CLAIM},
	    {"\"serial\":7", "\"serial\":7,\"extra\":1", ERR_BAD_CLAIM},
	    {",\"lines\":" LINES, "", ERR_BAD_CLAIM},
	    {LINES, "[]", ERR_BAD_CLAIM},
	    {LINES, "null", ERR_BAD_CLAIM},
	    {"\"count\":0", "\"count\":0,\"extra\":1", ERR_BAD_CLAIM},
	    {"\"count\":0", "\"count\":-1", ERR_BAD_CLAIM},
	    {"\"size\":0", "\"size\":2147483648", ERR_BAD_CLAIM},
	    {"\"size\":0", "\"size\":\"0\"", ERR_BAD_CLAIM},
	    {"\"file\":\"e3b0", "\"file\":\"../e3b0", ERR_BAD_CLAIM},
	    {"\"file\":\"e3b0", "\"file\":\"e3b1", ERR_BAD_CLAIM},
	    {"\"file\":\"e3b0", "\"file\":\"E3b0", ERR_BAD_CLAIM},
	    {".lines\"", ".lines\\u0000\"", ERR_BAD_JSON},
	    {".lines\"", "\"", ERR_BAD_CLAIM},
	    {"\"sha256\":\"e3b0", "\"sha256\":\"e3b", ERR_BAD_CLAIM},
	    {"\"sha256\":\"e3b0", "\"sha256\":\"E3b0", ERR_BAD_CLAIM},
	    {"\"sha256\":\"e3b0", "\"sha256\":\"g3b0", ERR_BAD_CLAIM},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_FREE char *payload = changed(cases[i].from, cases[i].to);

		is_int(verify_payload(payload), cases[i].want, "SEC-06: %s for %s", cases[i].to,
		    cases[i].from);
	}
	is_int(verify_payload("[]"), ERR_BAD_JSON, "SEC-06: no object");
	is_int(verify_payload(PAYLOAD "x"), ERR_BAD_JSON, "SEC-06: bytes behind it");
}

static void too_large(void)
{
	static char blanks[ROSTER_MANIFEST_MAX];
	AUTO_FREE char *payload = NULL;

	memset(blanks, ' ', sizeof(blanks) - 1);
	payload = format("%s%s", PAYLOAD, blanks);
	is_int(verify_payload(payload), ERR_TOO_LONG, "SEC-48: an oversized manifest");
}

static void pem_keys(void)
{
	static const uint8_t seed[ROSTER_SEED_LEN] = "thirty-two bytes, none of them r";
	AUTO_ROSTER_KEY struct roster_key *mine = NULL;
	AUTO_ROSTER_KEY struct roster_key *again = NULL;
	AUTO_BUF struct buf pub = {0};
	AUTO_BUF struct buf priv = {0};
	AUTO_JWKS struct jwks *set = NULL;
	AUTO_FREE char *one = NULL;

	buf_init(&pub, ROSTER_PEM_MAX);
	buf_init_secret(&priv, ROSTER_PEM_MAX);
	is_int(roster_key_new(seed, &mine), ERR_OK, "a key");
	is_int(roster_key_public_pem(mine, &pub), ERR_OK, "its public PEM");
	is_int(roster_key_private_pem(mine, &priv), ERR_OK, "its private PEM");
	ok(buf_cstr(&pub) && strstr(buf_cstr(&pub), "BEGIN PUBLIC KEY"), "of the usual form");
	ok(buf_cstr(&priv) && strstr(buf_cstr(&priv), "BEGIN PRIVATE KEY"), "both");
	is_int(roster_key_load(priv.data, priv.len, &again), ERR_OK, "which can be read again");
	is_int(roster_key_load(pub.data, pub.len, &again), ERR_BAD_KEY, "a public one signs not");
	is_int(roster_key_load("", 0, &again), ERR_BAD_KEY, "nor does nothing");
	one = strdup(buf_cstr(&pub));
	is_int(jwks_new(&set), ERR_OK, "a set");
	is_int(jwks_add_ed25519_pem(set, priv.data, priv.len), ERR_BAD_KEY,
	    "a private key is not to be given to hosts");
	is_int(jwks_add_ed25519_pem(set, "x", 1), ERR_BAD_KEY, "no PEM");
	is_int(jwks_add_ed25519_pem(set, pub.data, pub.len), ERR_OK, "a public key");
	is_int((long long)jwks_count(set), 1, "is in the set");
	buf_text(&pub, one);
	is_int(jwks_add_ed25519_pem(set, pub.data, pub.len), ERR_BAD_KEY, "two in one file");
}

static void other_kinds(void)
{
	static const char p256[] =
	    "-----BEGIN PUBLIC KEY-----\n"
	    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n"
	    "6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n"
	    "-----END PUBLIC KEY-----\n";
	AUTO_JWKS struct jwks *set = NULL;

	if (jwks_new(&set) == ERR_OK)
		is_int(jwks_add_ed25519_pem(set, p256, strlen(p256)), ERR_BAD_KEY,
		    "SEC-48: a key of another kind");
}

/* As hosts do during a rotation: the old key and the new one. */
static void rotation(void)
{
	struct roster_manifest m = {.serial = 9, .issued = NOW, .expires = NOW + 60};
	struct roster_expect x = expect();
	AUTO_JWKS struct jwks *set = NULL;

	memcpy(m.hash, empty_hash, sizeof(m.hash));
	(void)jwks_new(&set);
	for (uint8_t i = 0; i < 3; i++) {
		const uint8_t seed[ROSTER_SEED_LEN] = {i};
		AUTO_ROSTER_KEY struct roster_key *k = NULL;
		AUTO_BUF struct buf pem = {0};
		AUTO_BUF struct buf manifest = {0};
		struct roster_manifest got;

		buf_init(&pem, ROSTER_PEM_MAX);
		buf_init(&manifest, ROSTER_MANIFEST_MAX);
		if (roster_key_new(seed, &k) != ERR_OK ||
		    roster_key_public_pem(k, &pem) != ERR_OK ||
		    (i < 2 && jwks_add_ed25519_pem(set, pem.data, pem.len) != ERR_OK))
			abort();
		is_int(roster_sign(k, ISSUER, "web", &m, &manifest), ERR_OK, "key %u signs", i);
		is_int(roster_verify(set, &x, (const char *)manifest.data, manifest.len, &got),
		    i < 2 ? ERR_OK : ERR_BAD_SIGNATURE, "SEC-48: key %u is %s", i,
		    i < 2 ? "one of the two" : "a third one");
	}
}

static void bad_statements(void)
{
	static const struct roster_manifest bad[] = {
	    {.serial = 0, .issued = 1, .expires = 2},
	    {.serial = UINT64_MAX, .issued = 1, .expires = 2},
	    {.serial = 1, .issued = -1, .expires = 2},
	    {.serial = 1, .issued = 2, .expires = 2},
	    {.serial = 1, .issued = 1, .expires = 2, .size = UINT32_MAX},
	};
	static const uint8_t seed[ROSTER_SEED_LEN] = {1};
	AUTO_ROSTER_KEY struct roster_key *k = NULL;

	if (roster_key_new(seed, &k) != ERR_OK)
		abort();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		AUTO_BUF struct buf out = {0};

		buf_init(&out, ROSTER_MANIFEST_MAX);
		is_int(roster_sign(k, ISSUER, "web", &bad[i], &out), ERR_RANGE,
		    "what no host takes is not signed (%zu)", i);
		is_int((long long)out.len, 0, "nor written");
	}
}

int main(void)
{
	key = signer_new("EdDSA", NULL);
	keys = signer_keys(&key);
	if (digest_sha256("", 0, empty_hash) != ERR_OK)
		return 99;
	good();
	identity();
	serials();
	signatures();
	headers();
	claims();
	too_large();
	pem_keys();
	other_kinds();
	rotation();
	bad_statements();
	jwks_free(keys);
	signer_free(&key);
	return tap_done();
}
