/* SPDX-License-Identifier: BSD-2-Clause */
/* Bits of live entries, in JSON. What was not asked is null. */
#include "tools/log/json_bits.h"

static json_t *number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *control(const struct bit *b, bool has, uint64_t count)
{
	return b->controls && has ? number(count) : json_null();
}

json_t *bits_json(const struct run_test *t)
{
	json_t *array = json_array();

	for (const struct bit *b = t->bits; b; b = b->next) {
		json_t *j = json_pack("{s:o, s:s, s:s, s:o}", "name", json_text(b->name), "target",
				      b->target, "by", b->by, "not_tried", json_text(b->why));

		if (!b->why)
			json_object_update_new(
				j,
				json_pack("{s:i, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
					  "to", b->to != 0, "absent", b->absent != 0,
					  "known_of_qemu", b->known != 0, "changes",
					  number(b->changes), "old_value_held", number(b->failed),
					  "controls", number(b->controls),
					  "with_nothing_invalidated", control(b, true, b->none),
					  "without_context_cache",
					  control(b, b->has_context, b->context),
					  "without_pasid_cache", control(b, b->has_pasid, b->pasid),
					  "without_iotlb", control(b, b->has_iotlb, b->iotlb)));
		json_array_append_new(array, j);
	}
	return array;
}

json_t *dirty_json(const struct run_test *t)
{
	json_t *array = json_array();

	for (const struct dirty *d = t->dirty; d; d = d->next)
		json_array_append_new(
			array, json_pack("{s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
					 "stage", json_text(d->stage), "how", json_text(d->how),
					 "control", d->is_control != 0, "rounds", number(d->rounds),
					 "before", number(d->before), "after", number(d->after),
					 "lost", number(d->lost), "lost_by_next_write",
					 number(d->later), "overwritten", number(d->overwritten),
					 "astray", number(d->astray)));
	return array;
}
