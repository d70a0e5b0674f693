/* SPDX-License-Identifier: MIT */
#include "oidc/jwa.h"

#include "common/str.h"

#include <string.h>

static const struct jwa_info table[] = {
    {JWA_RS256, "RS256", "RSA", "", "SHA256", 0},
    {JWA_RS384, "RS384", "RSA", "", "SHA384", 0},
    {JWA_RS512, "RS512", "RSA", "", "SHA512", 0},
    {JWA_PS256, "PS256", "RSA", "", "SHA256", 0},
    {JWA_PS384, "PS384", "RSA", "", "SHA384", 0},
    {JWA_PS512, "PS512", "RSA", "", "SHA512", 0},
    {JWA_ES256, "ES256", "EC", "P-256", "SHA256", 64},
    {JWA_ES384, "ES384", "EC", "P-384", "SHA384", 96},
    {JWA_ES512, "ES512", "EC", "P-521", "SHA512", 132},
    {JWA_EDDSA, "EdDSA", "OKP", "Ed25519", "SHA512", 64},
};
#define TABLE_LEN (sizeof(table) / sizeof(table[0]))

static const struct jwa_info *find(struct slice name)
{
	for (size_t i = 0; i < TABLE_LEN; i++)
		if (slice_is(name, table[i].name))
			return &table[i];
	return NULL;
}

const struct jwa_info *jwa_by_name(const char *name)
{
	return find(slice_of(name));
}

const struct jwa_info *jwa_by_value(enum jwa alg)
{
	for (size_t i = 0; i < TABLE_LEN; i++)
		if (table[i].alg == alg)
			return &table[i];
	return NULL;
}

enum err jwa_parse_list(const char *names, unsigned *ret)
{
	struct slice rest = slice_of(names);
	struct slice one;
	unsigned set = 0;

	while (slice_next(&rest, " ,\t", &one)) {
		const struct jwa_info *info = find(one);

		if (!info)
			return ERR_CONFIG;
		set |= (unsigned)info->alg;
	}
	if (!set)
		return ERR_CONFIG;
	*ret = set;
	return ERR_OK;
}
