/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/queue_size.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/memory.h"
#include "kernel/output/log.h"
#include "vtd/descriptor.h"
#include "vtd/invalidate.h"
#include "vtd/queue.h"

#define LARGEST	     4	/* IQA.QS */
#define BATCH	     16 /* descriptors, the wait among them */
#define OTHER_DOMAIN 7	/* that no other use has */
/* One page more stays zero: descriptors of no type. A unit that does not turn back stops there. */
#define BYTES	     ((PAGE_SIZE << LARGEST) + PAGE_SIZE)

static char text[400];

/* Each slot, and the first ones again. *at: where the last batch began. */
static enum vtd_status go_round(struct bench *b, uint64_t *at)
{
	uint32_t batches = vtd_queue_bytes(b->unit) / (BATCH * vtd_descriptor_bytes(b->unit));
	enum vtd_status status = VTD_OK;

	for (uint32_t i = 0; i <= batches && status == VTD_OK; i++) {
		*at = vtd_queue_where(b->unit).tail;
		status = vtd_invalidate_iotlb_among(b->unit, OTHER_DOMAIN, OTHER_DOMAIN, 0,
						    BATCH - 1);
	}
	return status;
}

static const char *try_size(struct bench *b, uint64_t *own, uint64_t *pages, unsigned order,
			    struct tally *t)
{
	enum vtd_status status = vtd_queue_move(b->unit, pages, order), back;
	struct vtd_queue_place seen;
	uint64_t at = 0;

	if (status != VTD_OK)
		t->stopped = bench_status_text(b, status);
	else
		status = go_round(b, &at);
	seen = vtd_queue_where(b->unit);
	back = vtd_queue_move(b->unit, own, 0);
	if (back != VTD_OK)
		t->stopped = bench_status_text(b, back);
	if (status == VTD_OK || t->stopped)
		return t->stopped;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"with IQA.QS = %u, a queue of %u pages, %u descriptors were put at 0x%lx of it: %s, IQT is 0x%lx and IQH 0x%lx: the unit goes back to the start elsewhere than at the end: it does not use IQA.QS, or not all of it (section 11.4.9.3)",
		order, 1u << order, BATCH, at, vtd_status_text(status), seen.tail, seen.head);
	return text;
}

const char *check_queue_size(struct bench *b, struct tally *t)
{
	/* Each bit of QS. From small to large: what is behind is zero still. */
	static const unsigned orders[] = { 1, 2, LARGEST };
	static uint64_t *pages; /* memory is not freed */
	const char *problem = NULL;

	if (!b->unit->queue.descriptors)
		return NULL;
	if (!pages)
		pages = memory_alloc_bytes(BYTES);
	if (!pages) {
		log_note("  the queue in one page alone: no memory for more");
		return NULL;
	}
	memset(pages, 0, BYTES);
	vtd_flush(b->unit, pages, BYTES);
	for (unsigned i = 0; i < sizeof(orders) / sizeof(orders[0]) && !problem; i++)
		problem = try_size(b, b->unit->queue.descriptors, pages, orders[i], t);
	return problem;
}
