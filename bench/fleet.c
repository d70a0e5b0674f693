/* SPDX-License-Identifier: MIT */
/* fleet HOSTS EVENTS: so many hosts of a fleet in one process. Each is what a host's directory
 * child is: the real roster source with its own memory (ETag, serial, digest) and connection, after
 * the real configuration, and the real spans between two passes. The requests are real; only the
 * time between them is not waited for: the clock jumps to whoever is next, so one host asks at a
 * time. Commands on standard input, each answered by "done CLOCK CPU-MS MAXRSS-KIB":
 *
 *   boot SPAN PHASE   every host starts anew, with what its listener knows, within SPAN seconds
 *   run SPAN PHASE    the clock goes on for SPAN seconds
 *
 * EVENTS gets a line "PHASE MS HOST WORD PEOPLE" for each pass; WORD is unchanged, taken, or the
 * error's. */
#include "bench/people.h"
#include "common/num.h"
#include "common/pace.h"
#include "encvoyd/log.h"
#include "encvoyd/online/source.h"
#include "encvoyd/online/wipemem.h"
#include "sys/clock.h"
#include "sys/conffile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define HOSTS_MAX 100000
#define SPAN_MAX (30 * 86400)

struct host {
	struct http *http;
	struct source *source;
	struct msg_directory have;
	unsigned missed;
	int64_t due;
};

struct fleet {
	struct conf conf;
	struct trust trust;
	struct host *hosts;
	unsigned n;
	int64_t now; /* milliseconds of its own clock */
	uint64_t people;
	FILE *events;
};

static uint16_t chance(void)
{
	uint16_t r;

	random_bytes(&r, sizeof(r));
	return r;
}

static enum err take(void *arg, const struct msg_person *p)
{
	struct fleet *f = arg;

	(void)p;
	f->people++;
	return ERR_OK;
}

static void start_anew(struct fleet *f, struct host *h)
{
	if (h->source)
		source_roster.close(h->source);
	http_free(h->http);
	h->missed = 0;
	if (http_new(&f->trust, f->conf.proxy, -1, &h->http) != ERR_OK ||
	    source_roster.open(&f->conf, h->http, &h->have, &h->source) != ERR_OK)
		give_up("no memory");
}

/* What the listener keeps of a good pass, and what it says when the next one is due. */
static void conclude(struct fleet *f, struct host *h, const struct msg_end *end)
{
	if (end->code == ERR_OK) {
		h->have.serial = end->serial;
		memcpy(h->have.hash, end->hash, sizeof(h->have.hash));
	}
	h->missed = pace_is_missed(end->code) ? h->missed + 1 : 0;
	h->due =
	    f->now + pace_pass((int64_t)f->conf.directory_interval * 1000, h->missed, chance());
}

static void pass(struct fleet *f, struct host *h, const char *phase)
{
	struct person_sink sink = {take, f};
	struct msg_end end;
	const char *word = "taken";

	f->now = h->due;
	f->people = 0;
	(void)source_roster.sync(h->source, &sink, &end);
	if (end.code != ERR_OK)
		word = err_word(end.code);
	else if (end.unchanged)
		word = "unchanged";
	fprintf(f->events, "%s %" PRId64 " %td %s %" PRIu64 "\n", phase, f->now, h - f->hosts, word,
	    f->people);
	conclude(f, h, &end);
}

static struct host *next_host(struct fleet *f)
{
	struct host *first = f->hosts;

	for (unsigned i = 1; i < f->n; i++)
		if (f->hosts[i].due < first->due)
			first = &f->hosts[i];
	return first;
}

static void run(struct fleet *f, int64_t span, const char *phase)
{
	int64_t end = f->now + span;
	struct host *h;

	while ((h = next_host(f))->due <= end)
		pass(f, h, phase);
	f->now = end;
}

static void boot(struct fleet *f, int64_t span, const char *phase)
{
	for (unsigned i = 0; i < f->n; i++) {
		start_anew(f, &f->hosts[i]);
		f->hosts[i].due = f->now + span * chance() / UINT16_MAX;
	}
	run(f, span, phase);
}

static void done(struct fleet *f)
{
	struct rusage u;
	int64_t ms;

	getrusage(RUSAGE_SELF, &u);
	ms = (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
	     (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
	fflush(f->events);
	printf("done %" PRId64 " %" PRId64 " %ld\n", f->now, ms, u.ru_maxrss);
	fflush(stdout);
}

static void obey(struct fleet *f, const char *line)
{
	struct slice rest = slice_of(line), word[3] = {{0}};
	char phase[64] = "";
	uint64_t span = 0;

	for (unsigned i = 0; i < 3; i++)
		if (!slice_next(&rest, " \n", &word[i]))
			give_up("a command is a word, a number and a name");
	if (num_parse(word[1].p, word[1].len, SPAN_MAX, &span) != ERR_OK ||
	    word[2].len >= sizeof(phase))
		give_up("not such a number, or name");
	memcpy(phase, word[2].p, word[2].len);
	if (slice_is(word[0], "boot"))
		boot(f, (int64_t)span * 1000, phase);
	else if (slice_is(word[0], "run"))
		run(f, (int64_t)span * 1000, phase);
	else
		give_up("there is no such command");
	done(f);
}

int main(int argc, char **argv)
{
	static struct fleet f;
	struct conf_error why = {0};
	char line[256];

	if (argc != 3 || wipemem_install() != ERR_OK || http_init() != ERR_OK)
		give_up("usage: fleet HOSTS EVENTS");
	log_open("fleet", true);
	f.n = number_arg(argv[1], HOSTS_MAX);
	f.events = fopen(argv[2], "we");
	f.hosts = calloc(f.n, sizeof(*f.hosts));
	if (!f.events || !f.hosts)
		give_up("cannot begin");
	if (conffile_load(ENCVOY_SYSCONFDIR, &f.conf, &why) != ERR_OK)
		give_up(why.text);
	if (trust_load(f.conf.ca_file, &f.trust) != ERR_OK)
		give_up("ca_file");
	for (unsigned i = 0; i < f.n; i++)
		start_anew(&f, &f.hosts[i]);
	while (fgets(line, sizeof(line), stdin))
		obey(&f, line);
	return ferror(f.events) || fclose(f.events) != 0;
}
