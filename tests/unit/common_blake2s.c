/* SPDX-License-Identifier: MIT */
/* Against RFC 7693's example and values of another implementation (Python's hashlib). */
#include "common/blake2s.h"
#include "tests/unit/tap.h"

static void hex_of(const uint8_t *hash, char *hex)
{
	for (size_t i = 0; i < BLAKE2S_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
}

static const struct {
	size_t len;
	const char *hex;
} keyed[] = {
    {0, "48a8997da407876b3d79c0d92325ad3b89cbb754d86ab71aee047ad345fd2c49"},
    {1, "40d15fee7c328830166ac3f918650f807e7e01e177258cdc0a39b11f598066f1"},
    {63, "c65382513f07460da39833cb666c5ed82e61b9e998f4b0c4287cee56c3cc9bcd"},
    {64, "8975b0577fd35566d750b362b0897a26c399136df07bababbde6203ff2954ed4"},
    {65, "21fe0ceb0052be7fb0f004187cacd7de67fa6eb0938d927677f2398c132317a8"},
    {128, "0c311f38c35a4fb90d651c289d486856cd1413df9b0677f53ece2cd9e477c60a"},
    {200, "13c88480a5d00d6c8c7ad2110d76a82d9b70f4fa6696d4e5dd42a066dcaf9920"},
    {255, "3fb735061abc519dfe979e54c1ee5bfad0a9d858b3315bad34bde999efd724dd"},
};

/* Key and message are 0, 1, 2 ... */
static void with_a_key(size_t piece)
{
	uint8_t bytes[256], hash[BLAKE2S_SIZE];
	char hex[2 * BLAKE2S_SIZE + 1];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(keyed) / sizeof(keyed[0]); i++) {
		struct blake2s b;

		blake2s_init(&b, bytes, 32);
		for (size_t at = 0; at < keyed[i].len; at += piece)
			blake2s_add(
			    &b, bytes + at, keyed[i].len - at < piece ? keyed[i].len - at : piece);
		blake2s_end(&b, hash);
		hex_of(hash, hex);
		is_str(hex, keyed[i].hex, "%zu bytes in pieces of %zu", keyed[i].len, piece);
	}
}

int main(void)
{
	uint8_t hash[BLAKE2S_SIZE];
	char hex[2 * BLAKE2S_SIZE + 1];
	struct blake2s b, zero = {0};

	blake2s_init(&b, NULL, 0);
	blake2s_add(&b, "abc", 3);
	blake2s_end(&b, hash);
	hex_of(hash, hex);
	is_str(hex, "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982",
	    "RFC 7693, appendix B");
	ok(memcmp(&b, &zero, sizeof(b)) == 0, "SEC-35: nothing of the message is left in it");
	with_a_key(256);
	with_a_key(64);
	with_a_key(7);
	return tap_done();
}
