/* SPDX-License-Identifier: MIT */
#include "tests/unit/online_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct pair {
	EVP_PKEY *key;
	X509 *cert;
};

static void need(bool good, const char *what)
{
	if (good)
		return;
	printf("Bail out! %s\n", what);
	exit(99);
}

static void add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	need(ext && X509_add_ext(cert, ext, -1), "X509 extension");
	X509_EXTENSION_free(ext);
}

/* A certificate for name, signed by ca, or by itself when ca is NULL. */
static struct pair make_cert(const struct pair *ca, const char *name, bool is_ca, long until)
{
	struct pair p = {EVP_EC_gen("P-256"), X509_new()};
	const struct pair *by = ca ? ca : &p;
	X509_NAME *subject;
	char san[128];

	need(p.key && p.cert, "X509");
	subject = X509_get_subject_name(p.cert);
	X509_NAME_add_entry_by_txt(
	    subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
	X509_set_version(p.cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(p.cert), is_ca ? 1 : 2);
	X509_gmtime_adj(X509_getm_notBefore(p.cert), -7200);
	X509_gmtime_adj(X509_getm_notAfter(p.cert), until);
	X509_set_pubkey(p.cert, p.key);
	X509_set_issuer_name(p.cert, X509_get_subject_name(by->cert));
	add_extension(p.cert, by->cert, NID_basic_constraints,
	    is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	if (!is_ca) {
		snprintf(san, sizeof(san), "DNS:%s", name);
		add_extension(p.cert, by->cert, NID_subject_alt_name, san);
	}
	need(X509_sign(p.cert, by->key, EVP_sha256()) > 0, "X509_sign");
	return p;
}

static void free_pair(struct pair *p)
{
	EVP_PKEY_free(p->key);
	X509_free(p->cert);
}

static void write_ca(struct server *s, const struct pair *ca)
{
	int fd;
	FILE *f;

	snprintf(s->ca, sizeof(s->ca), "/tmp/encvoy-ca.XXXXXX");
	fd = mkstemp(s->ca);
	f = fd >= 0 ? fdopen(fd, "w") : NULL;
	need(f && PEM_write_X509(f, ca->cert), "CA file");
	fclose(f);
}

static SSL_CTX *make_context(struct server *s, enum server_cert kind, int max_version)
{
	struct pair ca = make_cert(NULL, "Test CA", true, 86400);
	struct pair leaf = make_cert(kind == CERT_SELF_SIGNED ? NULL : &ca,
	    kind == CERT_WRONG_HOST ? "elsewhere.example.test" : "localhost", false,
	    kind == CERT_EXPIRED ? -3600 : 86400);
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	need(ctx && SSL_CTX_use_certificate(ctx, leaf.cert) == 1 &&
		 SSL_CTX_use_PrivateKey(ctx, leaf.key) == 1,
	    "SSL_CTX");
	if (max_version) {
		SSL_CTX_set_min_proto_version(ctx, 0);
		SSL_CTX_set_max_proto_version(ctx, max_version);
		SSL_CTX_set_cipher_list(ctx, "ALL:@SECLEVEL=0");
	}
	write_ca(s, &ca);
	free_pair(&leaf);
	free_pair(&ca);
	return ctx;
}

static int make_socket(struct server *s)
{
	struct sockaddr_in sa = {
	    .sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(sa);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	need(fd >= 0 && bind(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0 && listen(fd, 64) == 0 &&
		 getsockname(fd, (struct sockaddr *)&sa, &len) == 0,
	    "server socket");
	s->port = ntohs(sa.sin_port);
	snprintf(s->url, sizeof(s->url), "https://localhost:%d/", s->port);
	return fd;
}

/* Reads one request, head and body. */
static bool read_request(SSL *ssl, char *request, size_t size)
{
	size_t len = 0;

	while (len < size - 1) {
		int n = SSL_read(ssl, request + len, (int)(size - 1 - len));
		const char *end, *body;
		unsigned want = 0;

		if (n <= 0)
			return false;
		len += (size_t)n;
		request[len] = 0;
		end = strstr(request, "\r\n\r\n");
		body = strcasestr(request, "content-length:");
		if (body)
			want = (unsigned)strtoul(body + 15, NULL, 10);
		if (end && len >= (size_t)(end - request) + 4 + want)
			return true;
	}
	return false;
}

static void serve(SSL_CTX *ctx, int fd, struct server_seen *seen, server_answer answer)
{
	static char request[65536];
	SSL *ssl = SSL_new(ctx);
	bool more = true;

	SSL_set_fd(ssl, fd);
	seen->connections++;
	if (SSL_accept(ssl) != 1)
		more = false;
	while (more && read_request(ssl, request, sizeof(request))) {
		seen->requests++;
		seen->authorization |= strcasestr(request, "\nauthorization:") != NULL;
		seen->encoding |= strcasestr(request, "\naccept-encoding:") != NULL;
		more = answer(ssl, request);
	}
	SSL_free(ssl);
	close(fd);
}

static void run(SSL_CTX *ctx, int listener, struct server_seen *seen, server_answer answer)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			_exit(1);
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve(ctx, fd, seen, answer);
			_exit(0);
		}
		close(fd);
	}
}

void server_start(struct server *s, enum server_cert cert, int max_version, server_answer answer)
{
	SSL_CTX *ctx = make_context(s, cert, max_version);
	int listener = make_socket(s);

	s->seen =
	    mmap(NULL, sizeof(*s->seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(s->seen != MAP_FAILED, "mmap");
	s->pid = fork();
	need(s->pid >= 0, "fork");
	if (s->pid == 0)
		run(ctx, listener, s->seen, answer);
	close(listener);
	SSL_CTX_free(ctx);
}

void server_stop(struct server *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	unlink(s->ca);
	munmap(s->seen, sizeof(*s->seen));
}

void server_write(SSL *ssl, const void *bytes, int len)
{
	(void)SSL_write(ssl, bytes, len);
}

void server_print(SSL *ssl, const char *text)
{
	server_write(ssl, text, (int)strlen(text));
}

void server_reply(SSL *ssl, const char *head, const char *body)
{
	char text[8192];

	snprintf(
	    text, sizeof(text), "%s\r\nContent-Length: %zu\r\n\r\n%s", head, strlen(body), body);
	server_print(ssl, text);
}
