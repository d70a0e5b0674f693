/* SPDX-License-Identifier: MIT */
/* Rows from encvoyd and JSON documents on standard output. */
#ifndef ENCVOY_CTL_OUTPUT_H
#define ENCVOY_CTL_OUTPUT_H

#include "ctl/admin.h"

#include <json-c/json_types.h>
#include <stdbool.h>

/* Rows of two fields, key and value: lines, or one JSON object. Returns the exit status. */
int print_pairs(const struct rows *rows, bool json);
/* Rows as a table under these headings, or a JSON array of objects with them as keys. */
int print_table(const struct rows *rows, const char *const *columns, size_t n, bool json);

/* Prints a document that may be NULL for want of memory, and gives it up. */
int print_json(struct json_object *o);
/* object[key] = text, as a valid string whatever its bytes are. */
void json_put_text(struct json_object *object, const char *key, const char *text);

#endif
