/* SPDX-License-Identifier: MIT */
#include "common/map_probe.h"

enum err map_read_gone(const struct map *m, uint64_t offset, enum map_table_id table,
    const struct map_name *name, uint32_t id)
{
	char text[NAME_MAX_LEN + 16];
	struct map_gone_head h;

	map_copy(&h, m->base + offset, sizeof(h));
	if (h.kind != MAP_GONE || !m->is_changes || h.name_len > NAME_MAX_LEN ||
	    map_pad16(h.name_len + 1U) > m->records_end - offset - sizeof(h))
		return ERR_SYNTAX;
	map_copy(text, m->base + offset + sizeof(h), map_pad16(h.name_len + 1U));
	if (map_gone_sum(m->seed, offset, &h, text) != h.sum || text[h.name_len] ||
	    !(h.tables & 1U << table))
		return ERR_SYNTAX;
	if (name ? map_name_is(name, text, h.name_len) : h.name_len == 0 && h.id == id)
		return MAP_ERR_GONE;
	return ERR_NOT_FOUND;
}
