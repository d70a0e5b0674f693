/* SPDX-License-Identifier: MIT */
/* The file of `encvoyctl user import`. */
#include "common/str.h"
#include "ctl/people.h"
#include "tests/unit/tap.h"

static char faults[4096];

static void note(void *arg, unsigned line, const char *why)
{
	size_t len = strlen(faults);

	(void)arg;
	snprintf(faults + len, sizeof(faults) - len, "%u:%.24s;", line, why);
}

static enum err parse(const char *text, size_t len, struct people *ret)
{
	faults[0] = 0;
	return people_parse(text, len, note, NULL, ret);
}

static void a_good_file(void)
{
	static const char text[] = "# who is who\n"
				   "\n"
				   "17 alice Alice Anderson, room 3\n"
				   "  23\tmarie.dupont   Marie Dupont  \r\n"
				   "42 bob\n"
				   "  # the end";
	AUTO_PEOPLE struct people p = {0};

	/* a carriage return is no blank: it would end up in GECOS */
	is_int(parse(text, sizeof(text) - 1, &p), ERR_CONFIG, "a carriage return is refused");
	is_str(faults, "4:has a GECOS text that is;", "with its line");
	people_free(&p);
	is_int(
	    parse("17 alice Alice Anderson, room 3\n\n 23\tmarie.dupont   Marie Dupont  \n42 bob",
		strlen("17 alice Alice Anderson, room 3\n\n 23\tmarie.dupont   Marie Dupont  \n42 "
		       "bob"),
		&p),
	    ERR_OK, "a good file is taken");
	is_int(p.n, 3, "three people");
	is_str(p.v[0].gecos, "Alice Anderson, room 3", "the rest of the line is GECOS");
	is_str(p.v[1].sub, "23", "blanks in front do not count");
	is_str(p.v[1].gecos, "Marie Dupont", "nor those at the end");
	is_int(p.v[1].line, 3, "lines are counted with the empty ones");
	is_str(p.v[2].gecos, "", "GECOS may be missing");
}

static void bad_lines(void)
{
	static const struct {
		const char *text;
		const char *faults;
		const char *name;
	} cases[] = {
	    {"17\n", "1:is not of the form SUB N;", "a name is missing"},
	    {"17 Alice\n", "1:has a name that cannot b;", "a capital letter"},
	    {"17 root/../x\n", "1:has a name that cannot b;", "a path"},
	    {"17 -rf\n", "1:has a name that cannot b;", "an option as a name"},
	    {"a:b alice\n", "1:does not begin with a su;", "a colon in the sub"},
	    {"17 alice a:b\n", "1:has a GECOS text that is;", "a colon in GECOS"},
	    {"17 alice\n17 bob\n", "2:has the same subject ide;", "a sub twice"},
	    {"17 alice\n# x\n18 alice\n", "3:has the same name as lin;", "a name twice"},
	    {"17 alice \xff\n", "1:is not plain UTF-8 text;", "bad UTF-8"},
	    {"x\n17 alice\ny\n", "1:is not of the form SUB N;3:is not of the form SUB N;",
		"every bad line is told"},
	};
	static const char nul[] = "17 alice\n18 bob\0by\n";
	AUTO_PEOPLE struct people p = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_PEOPLE struct people q = {0};

		is_int(parse(cases[i].text, strlen(cases[i].text), &q), ERR_CONFIG, "refused: %s",
		    cases[i].name);
		is_str(faults, cases[i].faults, "with its line: %s", cases[i].name);
	}
	is_int(parse(nul, sizeof(nul) - 1, &p), ERR_CONFIG, "a NUL byte is refused");
	people_free(&p);
	is_int(parse("", 0, &p), ERR_OK, "an empty file is nobody");
	is_int(p.n, 0, "indeed");
}

static void many_people(void)
{
	AUTO_BUF struct buf text = {0};
	AUTO_PEOPLE struct people p = {0};

	buf_init(&text, 16 * 1024 * 1024);
	for (unsigned i = 1; i <= 100000; i++)
		buf_printf(&text, "%u user%u\n", i, i);
	is_int(parse((const char *)text.data, text.len, &p), ERR_OK, "a hundred thousand lines");
	is_int(p.n, 100000, "all of them");
}

int main(void)
{
	a_good_file();
	bad_lines();
	many_people();
	return tap_done();
}
