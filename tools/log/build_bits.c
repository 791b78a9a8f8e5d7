/* SPDX-License-Identifier: BSD-2-Clause */
/* Records of bits of live entries, put into a run. */
#include <string.h>

#include "tools/log/run_build.h"
#include "tools/log/words.h"

void take_bit(struct builder *b, struct span line)
{
	static const struct field fields[] = {
		TEXT_FIELD("name", bit, name),	     TEXT_FIELD("why", bit, why),
		NUMBER_FIELD("to", bit, to),	     NUMBER_FIELD("absent", bit, absent),
		NUMBER_FIELD("known", bit, known),   NUMBER_FIELD("changes", bit, changes),
		NUMBER_FIELD("failed", bit, failed), NUMBER_FIELD("controls", bit, controls),
		NUMBER_FIELD("none", bit, none),     NUMBER_FIELD("context", bit, context),
		NUMBER_FIELD("pasid", bit, pasid),   NUMBER_FIELD("iotlb", bit, iotlb),
	};
	struct run_test *t = b->open;
	struct bit *bit = arena_alloc(&b->arena, sizeof(*bit));
	struct word w;

	bit->name = "";
	while (word_next(&line, &w)) {
		bit->has_context |= word_is(w.key, "context");
		bit->has_pasid |= word_is(w.key, "pasid");
		bit->has_iotlb |= word_is(w.key, "iotlb");
		if (word_is(w.key, "target"))
			word_copy(bit->target, sizeof(bit->target), w.value);
		else if (word_is(w.key, "by"))
			word_copy(bit->by, sizeof(bit->by), w.value);
		else
			word_put(&b->arena, bit, fields, COUNT(fields), &w);
	}
	if (t->last_bit)
		t->last_bit->next = bit;
	else
		t->bits = bit;
	t->last_bit = bit;
}

void take_dirty(struct builder *b, struct span line)
{
	static const struct field fields[] = {
		TEXT_FIELD("stage", dirty, stage),
		TEXT_FIELD("how", dirty, how),
		NUMBER_FIELD("control", dirty, is_control),
		NUMBER_FIELD("rounds", dirty, rounds),
		NUMBER_FIELD("before", dirty, before),
		NUMBER_FIELD("after", dirty, after),
		NUMBER_FIELD("lost", dirty, lost),
		NUMBER_FIELD("later", dirty, later),
		NUMBER_FIELD("overwritten", dirty, overwritten),
		NUMBER_FIELD("astray", dirty, astray),
	};
	struct run_test *t = b->open;
	struct dirty *dirty = arena_alloc(&b->arena, sizeof(*dirty));
	struct word w;

	dirty->stage = dirty->how = "";
	while (word_next(&line, &w))
		word_put(&b->arena, dirty, fields, COUNT(fields), &w);
	if (t->last_dirty)
		t->last_dirty->next = dirty;
	else
		t->dirty = dirty;
	t->last_dirty = dirty;
}
