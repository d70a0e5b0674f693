/* SPDX-License-Identifier: MIT */
/* A line of the log as systemd's journal takes it. */
#include "encvoyd/log.h"
#include "encvoyd/log_journal.h"
#include "tests/unit/tap.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct buf out;

/* The datagram, with a line break in front. */
static const char *datagram(const char *text, bool pairs, enum log_event event)
{
	const struct log_entry e = {.ident = "encvoyd",
	    .pid = 42,
	    .priority = LOG_AUTHPRIV | LOG_NOTICE,
	    .event = event,
	    .text = text,
	    .pairs = pairs};
	const char *whole;

	buf_reset(&out);
	buf_text(&out, "\n");
	log_journal_put(&out, &e);
	whole = buf_cstr(&out);
	return whole ? whole : "(lost)";
}

static bool has(const char *whole, const char *line)
{
	return strstr(whole, line) != NULL;
}

static void the_line_itself(void)
{
	is_str(datagram("ready", false, EVENT_NONE),
	    "\nMESSAGE=ready\nPRIORITY=5\nSYSLOG_FACILITY=10\nSYSLOG_PID=42\n"
	    "SYSLOG_IDENTIFIER=encvoyd\n",
	    "a plain line: what syslog would have, and no more");
}

static void decisions(void)
{
	const char *text = "login id=eayik user=alice sub=2 service=sshd rhost=192.0.2.7 tty=\"\" "
			   "access=root peer=0 method=device result=refused reason=not-allowed "
			   "rule=role:staff at=/etc/encvoy/encvoy.conf:16";
	const char *got = datagram(text, true, EVENT_LOGIN_REFUSED);
	char message[512];

	snprintf(message, sizeof(message), "\nMESSAGE=%s\n", text);
	ok(has(got, message), "the text stays as it is");
	ok(has(got, "\nMESSAGE_ID=") && has(got, log_event_id(EVENT_LOGIN_REFUSED)), "its event");
	ok(has(got, "\nENCVOY_LOGIN_ID=eayik\n") && has(got, "\nENCVOY_USER=alice\n") &&
		has(got, "\nENCVOY_SUB=2\n") && has(got, "\nENCVOY_SERVICE=sshd\n") &&
		has(got, "\nENCVOY_RHOST=192.0.2.7\n") && has(got, "\nENCVOY_METHOD=device\n") &&
		has(got, "\nENCVOY_RESULT=refused\n") &&
		has(got, "\nENCVOY_REASON=not-allowed\n") && has(got, "\nENCVOY_ACCESS=root\n") &&
		has(got, "\nENCVOY_RULE=role:staff\n") &&
		has(got, "\nENCVOY_AT=/etc/encvoy/encvoy.conf:16\n"),
	    "its fields");
	ok(!has(got, "\nENCVOY_TTY="), "an empty value is no field");
	got = datagram(text, false, EVENT_NONE);
	ok(!has(got, "\nENCVOY_") && !has(got, "\nMESSAGE_ID"),
	    "a line that was not built of pairs has no fields");
}

static void names_that_mean_two_things(void)
{
	ok(has(datagram("sign-in failed login=eayik user=alice", true, EVENT_LOGIN_FAILED),
	       "\nENCVOY_LOGIN_ID=eayik\n"),
	    "the login of encvoyd-online's lines is the sign-in's id");
	ok(!has(
	       datagram("no name is bound sub=7 login=alice", true, EVENT_NONE), "ENCVOY_LOGIN_ID"),
	    "the login of a person is not");
}

/* What comes from outside is quoted by log_kv, and so can add no field. */
static void hostile_values(void)
{
	static const char *const users[] = {"x id=evil sub=0", "x\" id=evil \"", "\" id=evil", "=",
	    "x\nENCVOY_LOGIN_ID=evil", "\\x22 id=evil"};

	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		AUTO_BUF struct buf line;
		const char *got;

		log_begin(&line, "login");
		log_kv(&line, "user", users[i]);
		log_kv(&line, "service", "sshd");
		got = datagram(buf_cstr(&line), true, EVENT_LOGIN_REFUSED);
		ok(!has(got, "\nENCVOY_LOGIN_ID=") && !has(got, "\nENCVOY_SUB="),
		    "SEC-25: no user's name adds a field: %zu", i);
		ok(has(got, "\nENCVOY_SERVICE=sshd\n"), "and what follows it is read");
		is_int(strspn(strstr(got, "\nENCVOY_USER="), "\n"), 1, "it is a field itself");
	}
}

static void broken_lines(void)
{
	static const char *const lines[] = {"", " ", "=", "==", "a=", "a=\"", "user=\"abc", "user",
	    "user=", "user=\"\"", " user==x", "\"", "\"\"\"", "login user=\"a\"b id=7"};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ok(has(datagram(lines[i], true, EVENT_ADMIN), "\nMESSAGE="), "a broken line: %zu",
		    i);
	ok(!has(datagram("login user=\"abc", true, EVENT_NONE), "ENCVOY_USER"),
	    "a value that was cut off is no field");
}

static void the_stream(void)
{
	struct stat st;
	char text[64];

	if (fstat(STDERR_FILENO, &st) != 0)
		return;
	snprintf(text, sizeof(text), "%llu:%llu", (unsigned long long)st.st_dev,
	    (unsigned long long)st.st_ino);
	ok(log_journal_is(text, STDERR_FILENO), "stderr is the stream");
	snprintf(text, sizeof(text), "%llu:%llu", (unsigned long long)st.st_dev,
	    (unsigned long long)st.st_ino + 1);
	ok(!log_journal_is(text, STDERR_FILENO), "it is another one");
	ok(!log_journal_is(NULL, STDERR_FILENO) && !log_journal_is("", STDERR_FILENO) &&
		!log_journal_is("1", STDERR_FILENO) && !log_journal_is("1:x", STDERR_FILENO) &&
		!log_journal_is("1:2:3", STDERR_FILENO),
	    "nonsense is no stream");
}

static void ids_of_events(void)
{
	ok(!log_event_id(EVENT_NONE), "no event has no id");
	for (enum log_event e = EVENT_NONE + 1; e < EVENT_COUNT; e++) {
		const char *id = log_event_id(e);

		ok(id && strlen(id) == 32 && strspn(id, "0123456789abcdef") == 32,
		    "event %d has an id", (int)e);
		for (enum log_event other = EVENT_NONE + 1; id && other < e; other++)
			ok(strcmp(id, log_event_id(other)) != 0, "of its own");
	}
}

int main(void)
{
	buf_init(&out, LOG_JOURNAL_MAX);
	the_line_itself();
	decisions();
	names_that_mean_two_things();
	hostile_values();
	broken_lines();
	the_stream();
	ids_of_events();
	buf_free(&out);
	return tap_done();
}
