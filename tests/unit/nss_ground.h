/* SPDX-License-Identifier: MIT */
/* The ground of the tests of map and NSS module: a cache directory of their own, people that follow
 * from a number, and what the truth about them is. */
#ifndef ENCVOY_TESTS_UNIT_NSS_GROUND_H
#define ENCVOY_TESTS_UNIT_NSS_GROUND_H

#include "common/map.h"
#include "encvoyd/mapfile_changes.h"
#include "nss/nss_encvoy.h"
#include "nss/paths.h"

#include <stdbool.h>
#include <stdint.h>

#define CACHE "cache"
#define RUN "run"

struct person {
	char name[NAME_MAX_LEN + 1];
	char gecos[64];
	char home[64];
	char shell[32];
	uint32_t uid;
};

/* What is true of user number i; version tells maps apart that were published one after another. */
struct person person(unsigned i, unsigned version);
struct user_record record_of_person(const struct person *p);
/* Groups beside the private ones: group g has the users whose number is divisible by g + 2. */
void group_name(char *dst, size_t size, unsigned g);
uint32_t group_gid(unsigned g);

/* Enters a directory of the test's own, with CACHE and RUN in it, and lets the module look there.
 */
void ground_enter(void);
/* Publishes n people with their private groups, and groups of them; ends the test when it cannot.
 */
uint64_t ground_publish(unsigned n, unsigned groups, unsigned flags, unsigned version);
/* Publishes changes of the map in place: the first n people are of another version. */
uint64_t ground_change(unsigned n, unsigned version);
/* Changes of the map in place to be filled, for map_changes_free. */
struct map_changes *ground_changes(void);
/* The map file, or another of the directory, as bytes in fresh memory. */
unsigned char *ground_read_map(size_t *ret_size);
unsigned char *ground_read(const char *path, size_t *ret_size);
/* Ends the test: what the ground needs is not to be had. */
void ground_need(bool good, const char *what);

/* Asks the module, with a large buffer. */
enum nss_status ask_name(const char *name, struct passwd *pw);
enum nss_status ask_uid(uint32_t uid, struct passwd *pw);
/* True when an answer is the truth about person i, to the last byte. */
bool is_person(const struct passwd *pw, unsigned i, unsigned version);

#endif
