/* SPDX-License-Identifier: MIT */
/* Directory passes over a signed roster, from files and from a TLS server that is not always good.
 */
#include "encvoyd/online/roster_place.h"
#include "encvoyd/online/source.h"
#include "oidc/roster_build.h"
#include "oidc/roster_sign.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "tests/unit/online_server.h"
#include "tests/unit/tap.h"
#include "tests/unit/temp.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define ISSUER "https://id.example"

static struct roster_key *key[3];

/* --- the server: files of the test's directory, with a tag; the file "fault" says what goes wrong
 */

/* A tag of the content. */
static void tag_of(const struct buf *data, char tag[32])
{
	uint8_t hash[SHA256_LEN];
	char name[ROSTER_FILE_LEN + 1];

	if (digest_sha256(data->len ? data->data : (uint8_t *)tag, data->len, hash) != ERR_OK)
		_exit(1);
	roster_file_name(hash, name);
	snprintf(tag, 32, "\"%.16s\"", name);
}

static void send_file(SSL *ssl, const char *tag, const char *fault, const struct buf *data)
{
	char head[256];
	size_t sent = strcmp(fault, "cut") == 0 && data->len ? data->len - 1 : data->len;

	snprintf(head, sizeof(head),
	    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nETag: %s\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    tag, sent);
	server_print(ssl, head);
	server_write(ssl, data->data, (int)sent);
}

static bool answer(SSL *ssl, const char *request)
{
	AUTO_BUF struct buf data = {0};
	AUTO_BUF struct buf fault = {0};
	const char *from = strstr(request, " /pub/");
	char name[128], tag[32], asked[64];
	bool lines;

	buf_init(&data, 64 * 1024 * 1024);
	buf_init(&fault, 64);
	(void)file_read("fault", geteuid(), FILE_PUBLIC, &fault);
	buf_put_u8(&fault, 0);
	snprintf(name, sizeof(name), "pub/%.*s", from ? (int)strcspn(from + 6, " ?") : 0,
	    from ? from + 6 : "");
	lines = strstr(name, ".lines") != NULL;
	if (!from || file_read(name, geteuid(), FILE_PUBLIC, &data) != ERR_OK ||
	    (lines && strcmp((char *)fault.data, "nolines") == 0)) {
		server_reply(ssl, "HTTP/1.1 404 Not Found", "no");
		return true;
	}
	tag_of(&data, tag);
	snprintf(asked, sizeof(asked), "\nIf-None-Match: %s\r", tag);
	if (strstr(request, asked) && strcmp((char *)fault.data, "notag") != 0) {
		server_print(ssl, "HTTP/1.1 304 Not Modified\r\n\r\n");
		return true;
	}
	if (lines && strcmp((char *)fault.data, "flip") == 0)
		data.data[data.len - 3] ^= 1;
	send_file(ssl, tag, lines ? (char *)fault.data : "", &data);
	return true;
}

/* --- the maker's side */

static void write_bytes(const char *path, const struct buf *b)
{
	if (file_replace(path, 0644, b->data ? b->data : (const uint8_t *)"", b->len) != ERR_OK)
		abort();
}

static struct roster_manifest write_lines(unsigned first, unsigned count)
{
	AUTO_ROSTER_BUILD struct roster_build *build = NULL;
	AUTO_BUF struct buf out = {0};
	struct roster_manifest m = {0};
	struct roster_twins twins;
	const char *why = NULL;
	char path[128];

	buf_init(&out, 64 * 1024 * 1024);
	if (roster_build_new(&build) != ERR_OK)
		abort();
	for (unsigned i = 0; i < count; i++) {
		struct msg_person p = {.roles = "app/dev\nstaff"};

		snprintf(p.sub, sizeof(p.sub), "%u", first + i);
		snprintf(p.login, sizeof(p.login), "user%u", first + i);
		snprintf(p.gecos, sizeof(p.gecos), "Person Number %u of the Company", first + i);
		if (roster_build_add(build, &p, i, &why) != ERR_OK)
			abort();
	}
	if (roster_build_end(build, &out, &m, &twins) != ERR_OK)
		abort();
	snprintf(path, sizeof(path), "pub/%s", m.file);
	write_bytes(path, &out);
	return m;
}

static void write_manifest(
    const struct roster_key *by, const char *issuer, const char *fleet, struct roster_manifest m)
{
	AUTO_BUF struct buf out = {0};

	buf_init(&out, ROSTER_MANIFEST_MAX);
	m.issued = clock_unix();
	m.expires = m.expires ? m.expires : m.issued + 3600;
	if (roster_sign(by, issuer, fleet, &m, &out) != ERR_OK)
		abort();
	write_bytes("pub/roster.jws", &out);
}

static struct roster_manifest publish(uint64_t serial, unsigned first, unsigned count)
{
	struct roster_manifest m = write_lines(first, count);

	m.serial = serial;
	write_manifest(key[0], ISSUER, "web", m);
	return m;
}

/* --- the host's side */

struct world {
	struct conf conf;
	struct http *http;
	struct source *source;
	struct msg_directory have;
	struct msg_end end;
	unsigned people;
	char last[64];
	enum err refusal; /* of the sink */
	char address[128];
};

static char keys_setting[512];

static void reopen(struct world *w)
{
	source_roster.close(w->source);
	w->source = NULL;
	if (source_roster.open(&w->conf, w->http, &w->have, &w->source) != ERR_OK)
		abort();
}

static void world_up(struct world *w, const char *address, struct http *http)
{
	static char issuer[] = ISSUER, fleet[] = "web";

	snprintf(w->address, sizeof(w->address), "%s", address);
	w->conf = (struct conf){.issuer = issuer,
	    .roster = w->address,
	    .roster_fleet = fleet,
	    .roster_keys = keys_setting,
	    .roster_max_size = 64 * 1024 * 1024};
	w->http = http;
	reopen(w);
}

static enum err take(void *arg, const struct msg_person *p)
{
	struct world *w = arg;

	w->people++;
	snprintf(w->last, sizeof(w->last), "%.63s", p->login);
	return w->refusal;
}

static enum err pass(struct world *w)
{
	struct person_sink sink = {take, w};
	enum err e;

	w->people = 0;
	memset(&w->end, 0xff, sizeof(w->end));
	e = source_roster.sync(w->source, &sink, &w->end);
	if (e != w->end.code || (e != ERR_OK && (w->end.unchanged || w->end.serial)))
		abort();
	return e;
}

/* What the listener does with a pass that is good. */
static void keep(struct world *w)
{
	w->have.serial = w->end.serial;
	memcpy(w->have.hash, w->end.hash, sizeof(w->have.hash));
}

static void passes(struct world *w, const char *from)
{
	struct roster_manifest m = publish(10, 1, 3);

	is_int(pass(w), ERR_OK, "a first pass from %s", from);
	ok(!w->end.unchanged && w->people == 3 && strcmp(w->last, "user3") == 0, "brings people");
	ok(w->end.serial == 10 && memcmp(w->end.hash, m.hash, SHA256_LEN) == 0 &&
		w->end.expires > (uint64_t)clock_unix(),
	    "serial, digest and expiry");
	is_int(pass(w), ERR_OK, "again");
	ok(w->end.unchanged && w->people == 0 && w->end.serial == 10 && w->end.expires &&
		memcmp(w->end.hash, m.hash, SHA256_LEN) == 0,
	    "nothing changed, and it says of what");
	m.serial = 11;
	m.expires = clock_unix() + 9999;
	write_manifest(key[0], ISSUER, "web", m);
	is_int(pass(w), ERR_OK, "a new manifest over the same lines");
	ok(w->end.unchanged && w->end.serial == 11 && (int64_t)w->end.expires == m.expires,
	    "is unchanged, with its serial and expiry");
	(void)publish(12, 1, 4);
	is_int(pass(w), ERR_OK, "other lines");
	ok(!w->end.unchanged && w->people == 4 && w->end.serial == 12, "all of them");
	keep(w);
	reopen(w);
	is_int(pass(w), ERR_OK, "a new child that is told what the listener has");
	ok(w->end.unchanged && w->people == 0, "reads no lines");
	(void)publish(13, 1, 0);
	is_int(pass(w), ERR_OK, "a roster of nobody");
	ok(!w->end.unchanged && w->people == 0, "is a change");
	keep(w);
}

static void refused(struct world *w, enum err want, const char *what)
{
	is_int(pass(w), want, "SEC-48: %s", what);
	printf("# %s: %s\n", err_word(want), w->end.detail);
	(void)publish(w->have.serial, 1, 0);
	is_int(pass(w), ERR_OK, "the last good one still is");
	ok(w->end.unchanged, "and stays");
}

static void refusals(struct world *w)
{
	struct roster_manifest m = publish(20, 1, 5);
	char path[128];

	write_manifest(key[2], ISSUER, "web", m);
	refused(w, ERR_BAD_SIGNATURE, "another key");
	write_manifest(key[0], ISSUER "/", "web", m);
	refused(w, ERR_WRONG_ISSUER, "another issuer");
	write_manifest(key[0], ISSUER, "db", m);
	refused(w, ERR_WRONG_FLEET, "another fleet");
	m.serial = w->have.serial - 1;
	write_manifest(key[0], ISSUER, "web", m);
	refused(w, ERR_OLD_SERIAL, "a lower serial");
	m.serial = w->have.serial;
	write_manifest(key[0], ISSUER, "web", m);
	refused(w, ERR_OLD_SERIAL, "the same serial over other people");
	m.serial = 20;
	snprintf(path, sizeof(path), "pub/%s", m.file);
	unlink(path);
	write_manifest(key[0], ISSUER, "web", m);
	refused(w, strstr(w->address, "https:") ? ERR_PROVIDER_ERROR : ERR_NOT_FOUND, "no lines");
	m = write_lines(1, 5);
	m.serial = 20;
	m.count = 4;
	write_manifest(key[0], ISSUER, "web", m);
	refused(w, ERR_BAD_DIGEST, "another count");
	m.count = 5;
	m.size++;
	write_manifest(key[0], ISSUER, "web", m);
	refused(w, ERR_BAD_DIGEST, "truncated lines");
	m.size -= 2;
	write_manifest(key[0], ISSUER, "web", m);
	refused(w, ERR_BAD_DIGEST, "more lines than signed");
	m.size++;
	w->conf.roster_max_size = m.size - 1;
	write_manifest(key[0], ISSUER, "web", m);
	refused(w, ERR_TOO_LONG, "more than roster_max_size");
	w->conf.roster_max_size = 64 * 1024 * 1024;
	w->refusal = ERR_NOMEM;
	write_manifest(key[0], ISSUER, "web", m);
	is_int(pass(w), ERR_NOMEM, "a sink that takes nobody ends the pass");
	w->refusal = ERR_OK;
	write_bytes("pub/roster.jws", &(struct buf){0});
	refused(w, ERR_BAD_TOKEN, "an empty manifest");
}

static void rotated_and_expired(struct world *w)
{
	struct roster_manifest m = write_lines(1, 2);
	AUTO_BUF struct buf out = {0};

	m.serial = 30;
	write_manifest(key[1], ISSUER, "web", m);
	is_int(pass(w), ERR_OK, "SEC-48: the second key of a rotation");
	ok(w->people == 2, "is as good");
	buf_init(&out, ROSTER_MANIFEST_MAX);
	m.serial = 31;
	m.issued = clock_unix() - 2000;
	m.expires = m.issued + 1000;
	if (roster_sign(key[1], ISSUER, "web", &m, &out) != ERR_OK)
		abort();
	buf_put_u8(&out, '\n');
	write_bytes("pub/roster.jws", &out);
	is_int(pass(w), ERR_OK, "SEC-48: one that has expired is the listener's affair");
	ok(w->end.unchanged && (int64_t)w->end.expires == m.expires, "who is told since when");
	keep(w);
}

static void key_files(struct world *w)
{
	static char other[512];
	char *before = w->conf.roster_keys;

	w->conf.roster_keys = other;
	snprintf(other, sizeof(other), "%s/key2.pub", temp_dir);
	is_int(pass(w), ERR_BAD_SIGNATURE, "SEC-48: another key of the configuration");
	snprintf(other, sizeof(other), "%s, %s/none.pub", before, temp_dir);
	is_int(pass(w), ERR_CONFIG, "a third key file is refused");
	snprintf(other, sizeof(other), "%s/key0.pub %s/none.pub", temp_dir, temp_dir);
	is_int(pass(w), ERR_NOT_FOUND, "a missing one as well");
	ok(strstr(w->end.detail, "none.pub") != NULL, "it is named: %s", w->end.detail);
	temp_write("none.pub", "no key");
	is_int(pass(w), ERR_BAD_KEY, "and one without a key");
	snprintf(other, sizeof(other), "%s", " ");
	is_int(pass(w), ERR_UNKNOWN_KEY, "SEC-48: no key verifies nothing");
	snprintf(other, sizeof(other), "%s/key0.pub %s/key1.pub", temp_dir, temp_dir);
	chmod("key1.pub", 0666);
	is_int(pass(w), ERR_UNSAFE_FILE, "SEC-34: a key file that others may write");
	chmod("key1.pub", 0644);
	is_int(pass(w), ERR_OK, "as it was");
	w->conf.roster_keys = before;
}

static void unsafe_files(struct world *w)
{
	struct roster_manifest m = publish(40, 1, 6);
	char path[128];

	chmod("pub/roster.jws", 0666);
	is_int(pass(w), ERR_UNSAFE_FILE, "SEC-34: a manifest that others may write");
	chmod("pub/roster.jws", 0644);
	snprintf(path, sizeof(path), "pub/%s", m.file);
	chmod(path, 0622);
	is_int(pass(w), ERR_UNSAFE_FILE, "SEC-34: lines that others may write");
	if (rename(path, "pub/elsewhere") != 0 || symlink("elsewhere", path) != 0)
		abort();
	is_int(pass(w), ERR_UNSAFE_FILE, "SEC-34: a link");
	unlink(path);
	unlink("pub/roster.jws");
	is_int(pass(w), ERR_NOT_FOUND, "no manifest");
	ok(str_starts(w->end.detail, "manifest"), "it is told: %s", w->end.detail);
}

/* --- only over https */

/* Open descriptors of this process. */
static unsigned descriptors(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void tags(struct world *w, struct server *server)
{
	unsigned open_ones;
	int before;

	(void)publish(50, 1, 7);
	temp_write("fault", "");
	http_rest(w->http);
	open_ones = descriptors();
	is_int(pass(w), ERR_OK, "a pass");
	is_int(descriptors(), open_ones, "leaves the server no idle connection");
	before = server->seen->requests;
	is_int(pass(w), ERR_OK, "the next one");
	is_int(server->seen->requests, before + 1, "asks once");
	ok(w->end.unchanged && w->end.serial == 50 && w->end.expires,
	    "and hears that it is the same");
	temp_write("fault", "notag");
	is_int(pass(w), ERR_OK, "a server without conditions");
	ok(w->end.unchanged, "sends the same again");
	is_int(server->seen->requests, before + 2, "and no lines");
	w->conf.roster_fleet[0] = 'x';
	temp_write("fault", "");
	is_int(pass(w), ERR_WRONG_FLEET, "SEC-48: what was kept is verified anew");
	w->conf.roster_fleet[0] = 'w';
}

static void faults(struct world *w)
{
	static const struct {
		const char *fault;
		enum err want;
	} cases[] = {
	    {"cut", ERR_BAD_DIGEST},
	    {"flip", ERR_BAD_JSON},
	    {"nolines", ERR_PROVIDER_ERROR},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)publish(60 + i, 1, 20 + i);
		temp_write("fault", cases[i].fault);
		is_int(pass(w), cases[i].want, "SEC-48: %s: %s", cases[i].fault, w->end.detail);
		temp_write("fault", "");
		is_int(pass(w), ERR_OK, "the next pass has forgotten the tag");
		ok(!w->end.unchanged && w->people == 20 + i, "and brings everybody");
	}
}

#define MANY 100000

static void many(struct world *w)
{
	struct rusage u;
	int status = 0;
	int64_t start;
	pid_t pid = fork();

	/* the maker's memory is not to be counted */
	if (pid == 0) {
		(void)publish(70, 1, MANY);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	start = clock_mono_ms();
	is_int(pass(w), ERR_OK, "a roster of 100,000 over https: %s", w->end.detail);
	is_int(w->people, MANY, "everybody");
	getrusage(RUSAGE_SELF, &u);
	printf("# %d people in %" PRId64 " ms, %ld KiB in all\n", MANY, clock_mono_ms() - start,
	    u.ru_maxrss);
#ifdef ENCVOY_SANITIZED
	tap_skip("memory", "a sanitizer counts as well");
#else
	ok(u.ru_maxrss <= 64 * 1024, "in 64 MiB");
#endif
}

static void beside(void)
{
	static const struct {
		const char *address, *want;
	} cases[] = {
	    {"/srv/roster.jws", "/srv/N"},
	    {"/roster.jws", "/N"},
	    {"/srv/a?b/c", "/srv/a?b/N"},
	    {"https://h/roster.jws", "https://h/N"},
	    {"https://h/a/roster.jws?x=/y", "https://h/a/N"},
	};
	char got[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		is_int(
		    roster_place_beside(cases[i].address, "N", got, sizeof(got)), ERR_OK, "beside");
		is_str(got, cases[i].want, "%s", cases[i].address);
	}
	is_int(roster_place_beside("/srv/x", "12345", got, 10), ERR_TOO_LONG, "too long");
}

static void make_keys(void)
{
	for (uint8_t i = 0; i < 3; i++) {
		const uint8_t seed[ROSTER_SEED_LEN] = {i, 1};
		AUTO_BUF struct buf pem = {0};
		char path[64];

		buf_init(&pem, ROSTER_PEM_MAX);
		snprintf(path, sizeof(path), "key%u.pub", i);
		if (roster_key_new(seed, &key[i]) != ERR_OK ||
		    roster_key_public_pem(key[i], &pem) != ERR_OK)
			abort();
		write_bytes(path, &pem);
	}
	snprintf(keys_setting, sizeof(keys_setting), "%s/key0.pub %s/key1.pub", temp_dir, temp_dir);
}

static void from_files(void)
{
	struct world w = {0};
	char address[128];

	snprintf(address, sizeof(address), "%s/pub/roster.jws", temp_dir);
	world_up(&w, address, NULL);
	passes(&w, "a file");
	refusals(&w);
	rotated_and_expired(&w);
	key_files(&w);
	unsafe_files(&w);
	source_roster.close(w.source);
}

static void from_server(struct server *server, struct http *http)
{
	struct world w = {0};
	char address[128];

	snprintf(address, sizeof(address), "%spub/roster.jws?token=x", server->url);
	world_up(&w, address, http);
	passes(&w, "a server");
	refusals(&w);
	rotated_and_expired(&w);
	tags(&w, server);
	faults(&w);
	many(&w);
	source_roster.close(w.source);
}

int main(void)
{
	struct server server = {0};
	struct trust trust = {0};
	struct http *http = NULL;

	temp_enter();
	if (mkdir("pub", 0755) != 0 || http_init() != ERR_OK)
		return 99;
	make_keys();
	ok(!source_roster.find, "a roster cannot be asked for one person");
	beside();
	server_start(&server, CERT_GOOD, 0, answer);
	if (trust_load(server.ca, &trust) != ERR_OK || http_new(&trust, NULL, -1, &http) != ERR_OK)
		return 99;
	from_server(&server, http);
	from_files();
	http_free(http);
	trust_free(&trust);
	server_stop(&server);
	for (unsigned i = 0; i < 3; i++)
		roster_key_free(key[i]);
	return tap_done();
}
