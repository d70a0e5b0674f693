/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/trust.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <stdbool.h>
#include <sys/stat.h>

/* A first context makes OpenSSL look up its algorithms: here once, and not in every child. */
static void warm_up(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = ctx ? SSL_new(ctx) : NULL;

	SSL_free(ssl);
	SSL_CTX_free(ctx);
}

/* Whoever can write this file can be the provider. A link is fine, as the system's own are: what it
 * leads to counts. */
static bool is_safe(const char *ca_file)
{
	struct stat st;

	return stat(ca_file, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_uid == 0 || st.st_uid == geteuid()) && !(st.st_mode & 022);
}

enum err trust_load(const char *ca_file, struct trust *ret)
{
	int rc;

	*ret = (struct trust){.store = X509_STORE_new()};
	if (!ret->store)
		return ERR_NOMEM;
	if (ca_file && !is_safe(ca_file))
		return ERR_UNSAFE_FILE;
	rc = ca_file ? X509_STORE_load_file(ret->store, ca_file)
		     : X509_STORE_set_default_paths(ret->store);
	warm_up();
	ERR_clear_error();
	return rc == 1 ? ERR_OK : ERR_CONFIG;
}

void trust_free(struct trust *t)
{
	X509_STORE_free(t->store);
	t->store = NULL;
}
