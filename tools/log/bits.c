/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/log/bits.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

char *bit_what(const struct bit *b, char text[BIT_TEXT])
{
	if (b->why)
		snprintf(text, BIT_TEXT, "%s (%s)", b->name, b->target);
	else if (b->absent)
		snprintf(text, BIT_TEXT, "%s (%s), set, and P clear", b->name, b->target);
	else
		snprintf(text, BIT_TEXT, "%s (%s), %d to %d", b->name, b->target, !b->to,
			 b->to != 0);
	return text;
}

char *bit_result(const struct bit *b, char text[BIT_TEXT])
{
	const struct {
		bool has;
		uint64_t count;
		const char *what;
	} without[] = { { b->has_context, b->context, "context cache" },
			{ b->has_pasid, b->pasid, "PASID cache" },
			{ b->has_iotlb, b->iotlb, "IOTLB" } };
	int n;

	if (b->why) {
		snprintf(text, BIT_TEXT, "not tried: %s", b->why);
		return text;
	}
	n = snprintf(text, BIT_TEXT, "%s in %" PRIu64 " of %" PRIu64 ", by %s",
		     b->absent ? "it did not count" : "the old value held", b->failed, b->changes,
		     b->by);
	if (b->controls)
		n += snprintf(text + n, BIT_TEXT - (size_t)n,
			      "; controls: %" PRIu64 " of %" PRIu64 " with nothing invalidated",
			      b->none, b->controls);
	for (unsigned i = 0; i < sizeof(without) / sizeof(without[0]) && b->controls; i++)
		if (without[i].has && n < BIT_TEXT)
			n += snprintf(text + n, BIT_TEXT - (size_t)n,
				      ", %" PRIu64 " without the %s", without[i].count,
				      without[i].what);
	if (b->known && n < BIT_TEXT)
		snprintf(text + n, BIT_TEXT - (size_t)n, "; known of QEMU");
	return text;
}

char *dirty_text(const struct dirty *d, char text[BIT_TEXT])
{
	snprintf(text, BIT_TEXT,
		 "%sDirty of the %s leaf, %s: lost in %" PRIu64 " of %" PRIu64
		 " rounds, by the next write in %" PRIu64 "; written over in %" PRIu64
		 ", astray in %" PRIu64,
		 d->is_control ? "control: " : "", d->stage, d->how, d->lost, d->rounds, d->later,
		 d->overwritten, d->astray);
	return text;
}

struct bit_count bits_count(const struct run_test *t)
{
	struct bit_count c = { 0 };

	for (const struct bit *b = t->bits; b; b = b->next) {
		c.untried += b->why != NULL;
		c.tried += !b->why && !b->absent;
		c.failed += !b->why && !b->absent && b->failed;
		c.uncounted += b->absent && b->failed;
	}
	return c;
}
