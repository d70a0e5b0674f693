/* SPDX-License-Identifier: MIT */
#include "tests/unit/id_util.h"

#include "common/record.h"
#include "encvoyd/ids.h"
#include "encvoyd/ledger.h"

#define MANY 1000000

static enum err plan_of(struct world *w, const char *sub, struct ledger_plan *ret)
{
	enum err e = locals_refresh(w->ids->locals);

	return e == ERR_OK ? ledger_plan(w->ids, &w->conf, sub, ret) : e;
}

static enum err give(struct world *w, const char *sub, uint32_t *ret_uid)
{
	struct ledger_plan plan;
	enum err e = plan_of(w, sub, &plan);

	if (e == ERR_OK)
		e = ledger_write(w->ids->db, ISSUER, sub, &plan, NOW);
	if (e == ERR_OK)
		*ret_uid = plan.uid;
	return e;
}

static void numeric_subs_have_computed_ids(void)
{
	static const struct {
		const char *sub;
		enum err want;
		uint32_t uid;
	} t[] = {
	    {"0", ERR_OK, ID_FLOOR},
	    {"1", ERR_OK, ID_FLOOR + 1},
	    {"2", ERR_OK, ID_FLOOR + 2},
	    {"134217727", ERR_OK, ID_FLOOR + ID_SUB_SPAN - 1},
	    {"134217728", ERR_ID_RANGE, 0},
	    {"4294967296", ERR_ID_RANGE, 0},
	    {"18446744073709551615", ERR_ID_RANGE, 0},
	    {"18446744073709551616", ERR_BAD_SUB, 0},
	    {"00", ERR_BAD_SUB, 0},
	    {"02", ERR_BAD_SUB, 0},
	    {"-1", ERR_BAD_SUB, 0},
	    {"+1", ERR_BAD_SUB, 0},
	    {"1 ", ERR_BAD_SUB, 0},
	    {"1.0", ERR_BAD_SUB, 0},
	    {"0x10", ERR_BAD_SUB, 0},
	    {"1e3", ERR_BAD_SUB, 0},
	    {"\xd9\xa1", ERR_BAD_SUB, 0},
	    {"", ERR_BAD_SUB, 0},
	    {"root", ERR_BAD_SUB, 0},
	};
	struct world w;

	world_open(&w, "");
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct ledger_plan plan = {0};

		is_int(plan_of(&w, t[i].sub, &plan), t[i].want, "SEC-18: sub \"%s\"", t[i].sub);
		is_int(plan.uid, t[i].uid, "SEC-18: its uid, \"%s\"", t[i].sub);
	}
	is_int(count_of(&w, "SELECT count(*) FROM ledger"), 0, "a plan writes nothing");
	world_close(&w);
}

static void other_subs_have_ids_of_the_ledger(void)
{
	uint32_t a = 0, b = 0, c = 0, again = 0;
	struct world w;

	world_open(&w, "require_numeric_sub = no\n");
	is_int(give(&w, "pairwise-a", &a), ERR_OK, "a sub that is no number");
	is_int(a, ID_FLOOR + ID_SUB_SPAN, "SEC-18: gets the first id behind the computed ones");
	is_int(give(&w, "134217728", &b), ERR_OK, "a number beyond the span");
	is_int(b, a + 1, "SEC-18: gets the next");
	is_int(give(&w, "pairwise-a", &again), ERR_OK, "the first one again");
	is_int(again, a, "SEC-19: keeps its own");
	append_file(w.passwd, "thief:x:2013265922:100::/:/bin/sh\n");
	is_int(give(&w, "pairwise-c", &c), ERR_OK, "with a local user in the way");
	is_int(c, b + 2, "SEC-18: the id behind it");
	is_int(world_reopen(&w, NOW), ERR_OK, "reopened");
	is_int(give(&w, "pairwise-d", &again), ERR_OK, "another one");
	is_int(again, c + 1, "SEC-19: the counter goes on");
	is_int(give(&w, "7", &again), ERR_OK, "a number");
	is_int(again, ID_FLOOR + 7, "SEC-18: is still computed");
	world_configure(&w, "require_numeric_sub = yes\n");
	is_int(give(&w, "pairwise-a", &again), ERR_OK, "a row that exists");
	is_int(again, a, "SEC-19: wins over the configuration");
	world_close(&w);
}

static void a_row_wins_over_a_new_base(void)
{
	struct ledger_plan plan;
	uint32_t uid = 0;
	struct world w;

	world_open(&w, "");
	is_int(give(&w, "2", &uid), ERR_OK, "sub 2");
	is_int(give(&w, "1002", &uid), ERR_OK, "and sub 1002");
	world_configure(&w, "uid_base = 1879049192\n"); /* + 1000 */
	is_int(give(&w, "1002", &uid), ERR_OK, "after uid_base changed");
	is_int(uid, ID_FLOOR + 1002, "SEC-19: a sub keeps its uid");
	is_int(plan_of(&w, "2", &plan), ERR_OK, "and the other");
	is_int(plan.uid, ID_FLOOR + 2, "SEC-19: as well");
	is_int(plan_of(&w, "3", &plan), ERR_OK, "a new sub");
	is_int(plan.uid, ID_FLOOR + 1003, "follows the new base");
	is_int(give(&w, "5", &uid), ERR_OK, "uid base + 1005");
	world_configure(&w, "");
	is_int(plan_of(&w, "1005", &plan), ERR_ID_RANGE,
	    "SEC-18: an id that another sub has is refused");
	world_close(&w);
}

static void local_ids_are_refused(void)
{
	struct ledger_plan plan;
	uint32_t uid = 0;
	struct world w;

	world_open(&w, "");
	is_int(give(&w, "4", &uid), ERR_OK, "sub 4 while nobody is in the way");
	append_file(w.passwd, "p1:x:1879048196:100::/:/bin/sh\n");
	append_file(w.group, "g1:x:1879048197:\n");
	is_int(plan_of(&w, "4", &plan), ERR_ID_RANGE,
	    "SEC-18: a local user that came later wins over the ledger");
	is_int(plan_of(&w, "5", &plan), ERR_ID_RANGE, "SEC-18: a local gid as well");
	is_int(plan_of(&w, "6", &plan), ERR_OK, "the next is free");
	world_close(&w);
}

static void the_ledger_is_write_once(void)
{
	uint32_t uid = 0;
	struct world w;

	world_open(&w, "");
	is_int(give(&w, "2", &uid), ERR_OK, "sub 2");
	ok(!sql_ok(&w, "UPDATE ledger SET uid = 1879049999 WHERE sub = '2'"),
	    "SEC-19: SQL cannot change a uid");
	ok(!sql_ok(&w, "UPDATE ledger SET sub = '3'"), "SEC-19: nor a sub");
	ok(!sql_ok(&w, "DELETE FROM ledger"), "SEC-19: nor remove a row");
	ok(!sql_ok(&w, "REPLACE INTO ledger VALUES (1879048194, '" ISSUER "', '3', 1)"),
	    "SEC-19: nor replace one by uid");
	ok(!sql_ok(&w, "REPLACE INTO ledger VALUES (1879049999, '" ISSUER "', '2', 1)"),
	    "SEC-19: nor by sub");
	ok(!sql_ok(&w, "INSERT INTO ledger VALUES (1879049999, '" ISSUER "', '2', 1)"),
	    "SEC-19: nor give a second uid");
	ok(!sql_ok(&w, "INSERT INTO ledger VALUES (0, '" ISSUER "', '9', 1)"), "SEC-18: no uid 0");
	ok(!sql_ok(&w, "INSERT INTO ledger VALUES (1000, '" ISSUER "', '9', 1)"),
	    "SEC-18: none of a local user");
	ok(!sql_ok(&w, "INSERT INTO ledger VALUES (65534, '" ISSUER "', '9', 1)"),
	    "SEC-18: no nobody");
	ok(!sql_ok(&w, "INSERT INTO ledger VALUES (4294967295, '" ISSUER "', '9', 1)"),
	    "SEC-18: no -1");
	ok(!sql_ok(&w, "INSERT INTO ledger VALUES (2147352576, '" ISSUER "', '9', 1)"),
	    "SEC-18: none above the range");
	ok(!sql_ok(&w, "INSERT INTO ledger VALUES ('x', '" ISSUER "', '9', 1)"), "SEC-18: no text");
	ok(!sql_ok(&w, "DELETE FROM ledger WHERE uid IN (SELECT uid FROM ledger)"),
	    "SEC-19: nor by a detour");
	is_int(
	    count_of(&w, "SELECT uid FROM ledger WHERE sub = '2'"), uid, "SEC-19: it is as it was");
	world_close(&w);
}

static void the_range_ends(void)
{
	struct ledger_plan plan;
	struct world w;

	world_open(&w, "require_numeric_sub = no\nuid_base = 2013069311\n");
	is_int(plan_of(&w, "x", &plan), ERR_OK, "the last id of all");
	is_int(plan.uid, ID_GROUP_FLOOR - 1, "SEC-18: is the one before those of groups");
	is_int(ledger_write(w.ids->db, ISSUER, "x", &plan, NOW), ERR_OK, "taken");
	is_int(plan_of(&w, "y", &plan), ERR_ID_RANGE, "SEC-18: then there is none left");
	is_int(plan_of(&w, "134217727", &plan), ERR_OK, "the last computed one");
	is_int(plan.uid, ID_GROUP_FLOOR - 2, "SEC-18: is below it");
	world_close(&w);
}

static void the_last_ids_are_for_groups(void)
{
	struct ledger_plan plan;
	char kept[256];
	struct world w;

	world_open(&w, "require_numeric_sub = no\nuid_base = 2013134847\n");
	is_int(plan_of(&w, "x", &plan), ERR_ID_RANGE, "SEC-18: no person gets an id of groups");
	is_int(plan_of(&w, "134152191", &plan), ERR_OK, "the last number below them");
	is_int(plan.uid, ID_GROUP_FLOOR - 2, "has its id");
	is_int(plan_of(&w, "134152193", &plan), ERR_ID_RANGE,
	    "SEC-18: a number whose id is one of groups has none");
	snprintf(kept, sizeof(kept), "INSERT INTO ledger VALUES (%u, '" ISSUER "', 'old', 1)",
	    ID_GROUP_FLOOR + 5);
	ok(sql_ok(&w, kept), "an id given before groups were");
	is_int(plan_of(&w, "old", &plan), ERR_OK, "SEC-19: stays");
	is_int(plan.uid, ID_GROUP_FLOOR + 5, "SEC-19: whose it was");
	world_close(&w);
}

/* Half of them numbers, half not; the ledger itself refuses a uid given twice. */
static void a_million_subs(void)
{
	unsigned many = under_valgrind() ? MANY / 100 : MANY;
	uint32_t lowest = UINT32_MAX, highest = 0;
	size_t given = 0, wrong = 0;
	struct world w;

	world_open(&w, "require_numeric_sub = no\n");
	db_begin(w.ids->db);
	for (unsigned i = 0; i < many; i++) {
		char sub[32];
		uint32_t uid = 0;

		snprintf(sub, sizeof(sub), i % 2 ? "%u" : "pairwise-%u", i * 7);
		if (give(&w, sub, &uid) == ERR_OK)
			given++;
		if (!id_ok(uid) || (i % 2 && uid != ID_FLOOR + i * 7))
			wrong++;
		lowest = uid < lowest ? uid : lowest;
		highest = uid > highest ? uid : highest;
	}
	is_int(db_commit(w.ids->db), ERR_OK, "committed");
	is_int(given, many, "SEC-18: %u subs have their uid", many);
	is_int(wrong, 0, "SEC-18: all in the range, the numbers as computed");
	ok(lowest >= ID_FLOOR && highest <= ID_CEILING, "SEC-18: from %u to %u", lowest, highest);
	is_int(
	    count_of(&w, "SELECT count(DISTINCT uid) FROM ledger"), many, "SEC-18: no uid twice");
	is_int(world_reopen(&w, NOW), ERR_OK, "the database opens again");
	world_close(&w);
}

int main(void)
{
	numeric_subs_have_computed_ids();
	other_subs_have_ids_of_the_ledger();
	a_row_wins_over_a_new_base();
	local_ids_are_refused();
	the_ledger_is_write_once();
	the_range_ends();
	the_last_ids_are_for_groups();
	a_million_subs();
	return tap_done();
}
