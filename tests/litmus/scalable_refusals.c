/* SPDX-License-Identifier: BSD-2-Clause */
/* A write that a second-stage entry refuses in scalable mode, and the reason that its record gives (section 7.1.3). */
#include "tests/litmus/scalable_refusals.h"
#include "kernel/lib/format.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/known.h"
#include "tests/litmus/ownership.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"

static const char *judge(const struct bench *b, const struct attempt *a, bool landed)
{
	static char text[400];
	uint8_t want = target_reason_at(b->target, b->target->address);

	if (a->problem || (!landed && a->recorded &&
			   (a->fault.reason == want || known_reason(b, want, a->fault.reason))))
		return a->problem;
	if (landed)
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target %s, W of its second-stage leaf entry clear: a write was not refused (section 3.7.1)",
			target_name((enum target_id)b->target->id));
	else if (a->recorded)
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target %s, W of its second-stage leaf entry clear: the write was refused for reason 0x%x, and not 0x%x (section 7.1.3)",
			target_name((enum target_id)b->target->id), a->fault.reason, want);
	else
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target %s, W of its second-stage leaf entry clear: a write was not done, and no fault of it was recorded (section 7.2) %s",
			target_name((enum target_id)b->target->id), bench_attempt_text(b, a));
	return text;
}

const char *scalable_refusals_find(struct bench *b, struct tally *t)
{
	const char *problem;
	enum vtd_status status;
	struct attempt a;
	uint64_t *leaf;

	if (b->lacks[TARGET_PASID_SS])
		return NULL;
	problem = ownership_settle(b, &b->targets[TARGET_PASID_SS], t);
	if (problem)
		return t->stopped = problem;
	leaf = b->target->leaf[0];
	if (!leaf)
		return NULL;
	bench_store(b, leaf, b->target->leaf_value[0] & ~field_mask(SS_W));
	status = vtd_invalidate_all(b->unit);
	if (status == VTD_OK) {
		target_arm(b->target, ++t->dmas);
		bench_attempt(b, &a);
		problem = judge(b, &a, target_written(b->target, t->dmas));
		t->stopped = a.problem;
	}
	bench_store(b, leaf, b->target->leaf_value[0]);
	bench_set_requester(b, b->target->address);
	if (status == VTD_OK)
		status = vtd_invalidate_all(b->unit);
	if (status != VTD_OK)
		return t->stopped = bench_status_text(b, status);
	if (!problem)
		problem = t->stopped = bench_reset(b);
	return problem;
}
