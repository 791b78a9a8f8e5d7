/* SPDX-License-Identifier: BSD-2-Clause */
/* What a device reads by itself, as its queue, with R of the page's entry clear: any device shows it, also one that reads nothing else. */
#include "tests/litmus/fetches.h"
#include "kernel/lib/format.h"
#include "kernel/memory.h"
#include "tests/litmus/building.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/ownership.h"
#include "vtd/entry.h"
#include "vtd/fault.h"
#include "vtd/invalidate.h"

#define READ 2 /* T1, T2 of a record: vtd/fault.h */

static char text[480];

/* The leaf entry that the page is looked up in, in the tables of the current target, which are of legacy mode. */
static uint64_t *leaf_of(const struct bench *b, uint64_t at)
{
	const uint64_t *context = vtd_context_entry(b->unit, (uint8_t)(b->source_id >> 8),
						    (uint8_t)b->source_id);

	if (!context || !field_get(context, CONTEXT_P))
		return NULL;
	return building_paging_entry((uint64_t *)(field_get(context, CONTEXT_SSPTPTR) << 12),
				     (unsigned)field_get(context, CONTEXT_AW) + 2, 1, at);
}

static const char *judge(const struct bench *b, const struct attempt *a, bool landed)
{
	const char *what =
		"R of second-stage leaf entries is clear, of all pages that the device only reads from, as its queue, and";

	if (a->problem || (a->recorded && a->fault.type == READ && !landed &&
			   a->fault.reason == FAULT_READ_DENIED))
		return a->problem;
	if (landed || a->arrived)
		format_text(
			text, sizeof(text),
			OUTSIDE
			"%s its DMA was done all the same: the unit does not look at R (section 3.7.1)%s",
			what, a->recorded ? ", though it recorded a fault" : "");
	else if (a->recorded)
		format_text(
			text, sizeof(text),
			OUTSIDE
			"%s what was refused is recorded as a %s of 0x%lx for reason 0x%x, where a read was refused, for reason 0x%x (sections 7.1.3, 11.4.7.6)",
			what, vtd_fault_type_name(a->fault.type), a->fault.address, a->fault.reason,
			FAULT_READ_DENIED);
	else
		format_text(
			text, sizeof(text),
			OUTSIDE
			"%s its DMA was not done, and no fault of a read was recorded (section 7.2.1) %s",
			what, bench_attempt_text(b, a));
	return text;
}

/* R of these private pages, a bit for each. */
static enum vtd_status set_readable(struct bench *b, unsigned pages, bool on)
{
	enum vtd_status status;

	for (unsigned page = 0; page < b->device->private_pages; page++) {
		uint64_t *leaf = pages >> page & 1 ? leaf_of(b, (uint64_t)b->device->private +
									page * PAGE_SIZE)
						   : NULL;

		if (leaf)
			bench_store(b, leaf,
				    (*leaf & ~field_mask(SS_R)) | (on ? field_mask(SS_R) : 0));
	}
	status = vtd_flush_write_buffer(b->unit);
	return status == VTD_OK ? vtd_invalidate_all(b->unit) : status;
}

static const char *try_pages(struct bench *b, struct tally *t, unsigned pages)
{
	enum vtd_status status = set_readable(b, pages, false), back;
	const char *problem = NULL;
	struct attempt a;

	if (status == VTD_OK) {
		target_arm(b->target, ++t->dmas);
		bench_attempt(b, &a);
		problem = judge(b, &a, target_written(b->target, t->dmas));
		t->stopped = a.problem;
	}
	bench_set_requester(b, b->target->address);
	back = set_readable(b, pages, true);
	if (status != VTD_OK || back != VTD_OK)
		return t->stopped = bench_status_text(b, status == VTD_OK ? back : status);
	return problem;
}

const char *fetches_find(struct bench *b, struct tally *t)
{
	struct dma_device *d = b->device;
	const char *problem, *after;
	unsigned pages;

	if (b->has_interrupt || b->lacks[TARGET_LEAF])
		return NULL;
	problem = ownership_settle(b, &b->targets[TARGET_LEAF], t);
	if (problem)
		return t->stopped = problem;
	/* What it could hold itself it reads from memory for now. */
	d->in_memory = true;
	t->stopped = bench_reset(b);
	pages = d->reads & ~d->writes & 0xffu;
	problem = t->stopped || !pages ? t->stopped : try_pages(b, t, pages);
	d->in_memory = false;
	after = bench_reset(b);
	if (after && !t->stopped)
		t->stopped = after;
	return problem ? problem : t->stopped;
}
