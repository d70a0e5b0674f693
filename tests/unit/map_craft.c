/* SPDX-License-Identifier: MIT */
/* Maps that a broken or malicious daemon could write, with all checksums right: readers refuse what
 * record.h refuses, stay inside, and come to an end. */
#include "tests/unit/nss_ground.h"
#include "tests/unit/tap.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PEOPLE 9

static unsigned char *original, *copy;
static size_t size;
static struct map map;
static struct person anna; /* the person whose record is forged */
static uint64_t offset;    /* of that record */

static void make_copy_room(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = (size + page - 1) / page * page;
	unsigned char *p =
	    mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ground_need(p != MAP_FAILED && mprotect(p + room, page, PROT_NONE) == 0, "no guard page");
	copy = p + room - size;
}

/* The offset of the first record of a kind; builders write them one behind the other. */
static uint64_t find_record(enum map_kind kind, const char *name, size_t head)
{
	for (uint64_t o = sizeof(struct map_header); o < map.records_end; o += 8)
		if (copy[o + 8] == kind && copy[o + 9] == strlen(name) &&
		    memcmp(copy + o + head, name, strlen(name) + 1) == 0)
			return o;
	ground_need(false, "no such record");
	return 0;
}

static void fresh(void)
{
	memcpy(copy, original, size);
	ground_need(map_open(&map, copy, size) == ERR_OK, "the original opens");
}

/* A table as it may be written to. */
static struct map_bucket *buckets(enum map_table_id id)
{
	return (void *)(copy + map.tables[id].offset);
}

static void sum_table(enum map_table_id id)
{
	struct map_bucket *b = buckets(id);

	for (uint32_t i = 0; i < map.tables[id].n; i++)
		b[i].sum = map_bucket_sum(map.seed, map.tables[id].offset + i * sizeof(*b), &b[i]);
}

static void sum_user(void)
{
	struct map_user_head h;

	memcpy(&h, copy + offset, sizeof(h));
	if (offset + sizeof(h) + map_pad16(map_strings_len(&h)) > size)
		return; /* who claims more than there is need not care for sums */
	h.sum = map_user_sum(map.seed, offset, &h, copy + offset + sizeof(h));
	memcpy(copy + offset, &h, sizeof(h));
}

static void sum_header(void)
{
	struct map_header h;

	memcpy(&h, copy, sizeof(h));
	h.sum = map_sum(MAP_VERSION, &h, offsetof(struct map_header, sum));
	memcpy(copy, &h, sizeof(h));
}

static enum err by_name(const char *text)
{
	struct map_name name;
	struct user_record r;
	char buf[8192];

	return map_name_set(&name, text) ? map_user_by_name(&map, &name, buf, sizeof(buf), &r)
					 : ERR_BAD_NAME;
}

static enum err by_uid(uint32_t uid)
{
	struct user_record r;
	char buf[8192];

	return map_user_by_uid(&map, uid, buf, sizeof(buf), &r);
}

static void forged(const char *what)
{
	enum err e;

	sum_user();
	e = by_name(anna.name);
	ok(e == ERR_SYNTAX, "SEC-19: %s: not by name (%s)", what, err_word(e));
	e = by_uid(anna.uid);
	ok(e == ERR_SYNTAX, "SEC-19: %s: not by uid (%s)", what, err_word(e));
	fresh();
}

static void put(size_t at, const void *bytes, size_t len)
{
	memcpy(copy + offset + at, bytes, len);
}

/* The four strings' beginnings in the record. */
static void test_forged_users(void)
{
	size_t name = sizeof(struct map_user_head);
	size_t gecos = name + strlen(anna.name) + 1, home = gecos + strlen(anna.gecos) + 1;
	size_t shell = home + strlen(anna.home) + 1;
	uint32_t ids[] = {0, 27, 65534, UINT32_MAX, ID_FLOOR - 1, ID_CEILING + 1};
	uint16_t odd;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		put(offsetof(struct map_user_head, gid), &ids[i], 4);
		forged("a gid out of range");
	}
	put(offsetof(struct map_user_head, uid), &ids[0], 4);
	sum_user();
	is_int(by_name(anna.name), ERR_SYNTAX, "SEC-19: uid 0 is not given");
	fresh();
	put(gecos, ":", 1);
	forged("a colon");
	put(gecos, "\n", 1);
	forged("a newline");
	put(gecos + 2, "", 1);
	forged("a string that ends too early");
	put(gecos, "\xff", 1);
	forged("no UTF-8");
	put(home, "x", 1);
	forged("a relative home");
	put(home, "/../", 4);
	forged("a home with ..");
	put(home, "//", 2);
	forged("a home with an empty part");
	put(shell + strlen(anna.shell) - 1, "/", 1);
	forged("a shell that is a directory");
	put(shell - 1, "x", 1);
	forged("a string without end");
	for (odd = 1; odd; odd = (uint16_t)(odd << 1)) {
		put(offsetof(struct map_user_head, home_len), &odd, 2);
		forged("another length");
	}
	copy[offset + offsetof(struct map_user_head, kind)] = MAP_GROUP;
	is_int(by_name(anna.name), ERR_SYNTAX, "a record of another kind");
	fresh();
}

/* The record's name becomes that of somebody who is not ours. */
static void test_forged_names(void)
{
	static const char *const names[] = {"root", "sudo", "Anna", "an:a", "-nna"};
	struct map_group g;
	char buf[1024];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		copy[offset + offsetof(struct map_user_head, name_len)] = 4;
		put(sizeof(struct map_user_head), names[i], 5);
		/* the gecos is as much longer */
		copy[offset + offsetof(struct map_user_head, gecos_len)] =
		    (unsigned char)(strlen(anna.gecos) + strlen(anna.name) - 4);
		for (size_t k = 5; k < strlen(anna.name) + 1; k++)
			put(sizeof(struct map_user_head) + k, "x", 1);
		sum_user();
		is_int(by_uid(anna.uid), ERR_SYNTAX, "SEC-16: no user by the name of %s", names[i]);
		is_int(map_group_by_gid(&map, anna.uid, buf, sizeof(buf), &g), ERR_SYNTAX,
		    "SEC-16: and no group");
		fresh();
	}
}

static void test_forged_tables(void)
{
	static const uint64_t refs[] = {1, 32, 63, 64, 1000, 1U << 20, UINT32_MAX};
	struct map_bucket *b;
	unsigned bad = 0;

	for (size_t k = 0; k < sizeof(refs) / sizeof(refs[0]); k++) {
		for (enum map_table_id id = 0; id < MAP_TABLES; id++) {
			b = buckets(id);
			for (uint32_t i = 0; i < map.tables[id].n; i++)
				for (unsigned s = 0; s < MAP_BUCKET_SLOTS; s++)
					if (b[i].refs[s])
						b[i].refs[s] = (uint32_t)refs[k];
			sum_table(id);
		}
		/* person 0 stands at 64 * 8 */
		for (unsigned i = 1; i < PEOPLE; i++) {
			struct person p = person(i, 0);

			bad += by_name(p.name) == ERR_OK;
			bad += by_uid(p.uid) == ERR_OK;
		}
		fresh();
	}
	is_int(bad, 0, "SEC-33: references out of the records, or into their middle");

	/* every bucket full of the same wrong record, with the tag that is looked for */
	b = buckets(MAP_USER_ID);
	for (uint32_t i = 0; i < map.tables[MAP_USER_ID].n; i++)
		for (unsigned s = 0; s < MAP_BUCKET_SLOTS; s++) {
			b[i].refs[s] = (uint32_t)(offset / 8);
			b[i].tags[s] = anna.uid + 1;
		}
	sum_table(MAP_USER_ID);
	is_int(by_uid(anna.uid + 1), ERR_NOT_FOUND, "SEC-33: full buckets: the search ends");
	fresh();
}

static enum err open_with(size_t at, uint64_t value, size_t len)
{
	struct map m;
	enum err e;

	memcpy(copy + at, &value, len);
	sum_header();
	e = map_open(&m, copy, size);
	fresh();
	return e;
}

static void test_forged_headers(void)
{
	static const uint64_t odd[] = {0, 1, 63, 511, 1U << 20, UINT32_MAX, 1ULL << 32, 1ULL << 58,
	    UINT64_MAX - 63, UINT64_MAX};
	unsigned opened = 0;
	struct map m;

	for (size_t k = 0; k < sizeof(odd) / sizeof(odd[0]); k++) {
		opened += open_with(offsetof(struct map_header, size), odd[k], 8) == ERR_OK;
		opened += odd[k] != 1 << 20 && odd[k] != 511 + 1 &&
			  open_with(offsetof(struct map_header, records_end), odd[k], 8) == ERR_OK;
		for (unsigned t = 0; t < MAP_TABLES; t++) {
			size_t at = offsetof(struct map_header, tables) + t * 16;

			opened += open_with(at, odd[k], 8) == ERR_OK;
			if (odd[k] != 1)
				opened += open_with(at + 8, odd[k], 8) == ERR_OK;
		}
	}
	is_int(opened, 0, "SEC-33: a header that points out of the file is refused");
	is_int(open_with(offsetof(struct map_header, version), MAP_VERSION - 1, 4), ERR_VERSION,
	    "another version is refused");
	is_int(open_with(offsetof(struct map_header, byte_order), 0x04030201, 4), ERR_VERSION,
	    "another byte order is refused");
	is_int(open_with(offsetof(struct map_header, role), MAP_CHANGES, 4), ERR_SYNTAX,
	    "a file of changes is no map");
	copy[0] = 'e';
	is_int(map_open(&m, copy, size), ERR_SYNTAX, "another magic is refused");
	fresh();
}

int main(void)
{
	anna = person(1, 0);
	ground_enter();
	ground_publish(PEOPLE, 2, true, 0);
	original = ground_read_map(&size);
	make_copy_room();
	fresh();
	offset = find_record(MAP_USER_AND_GROUP, anna.name, sizeof(struct map_user_head));
	alarm(120);
	test_forged_users();
	test_forged_names();
	test_forged_tables();
	test_forged_headers();
	free(original);
	return tap_done();
}
