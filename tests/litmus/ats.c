/* SPDX-License-Identifier: BSD-2-Clause */
/* A device's ATS turned on and off, and why it cannot be. */
#include "tests/litmus/ats.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "vtd/queue.h"
#include "vtd/regs.h"

static const char *lacks(const struct bench *b)
{
	const struct pci_function *f = b->device->function;
	const char *problem = pci_lacks_ats(f);

	if (problem)
		return problem;
	if (!field_of(b->unit->ecap, ECAP_DT))
		return "the unit takes no requests of device-TLBs (ECAP.DT = 0)";
	if (!b->unit->queue.descriptors)
		return "device-TLBs are invalidated by the queue alone (section 6.5.1), which is not in use";
	if (b->source_id != (uint16_t)(f->bus << 8 | f->devfn))
		return "the unit sees the device under another requester-id, which an invalidation would go to";
	return NULL;
}

void ats_examine(struct bench *b)
{
	const struct pci_function *f = b->device->function, *physical = f->physical;

	if (!options.ats)
		return;
	b->ats.lacks = lacks(b);
	if (b->ats.lacks) {
		log_note("ats=1: %s: its tests are without ATS: %s", b->device->generator->name,
			 b->ats.lacks);
		return;
	}
	b->ats.usable = true;
	b->ats.tlb = (struct vtd_device_tlb){
		.source_id = b->source_id,
		.physical_source_id = physical ? (uint16_t)(physical->bus << 8 | physical->devfn)
					       : b->source_id,
		.pending = pci_ats_pending(f),
	};
	log_note(
		"ats=1: %s: it translates for itself in the tests of sequences; it can have %u invalidations pending",
		b->device->generator->name, b->ats.tlb.pending ? b->ats.tlb.pending : 32u);
}

/* Of the device's TLB, and whether the unit was content with all the answers since. */
static const char *empty(struct bench *b)
{
	enum vtd_status status = bench_invalidate_device(b);

	if (status == VTD_OK)
		status = vtd_queue_check(b->unit);
	return status == VTD_OK ? NULL : bench_status_text(b, status);
}

/* Section 4.5.1. */
const char *ats_on(struct bench *b)
{
	const struct pci_function *f = b->device->function;
	const char *problem;

	b->ats.tlb.has_pasid = b->target->tagged;
	b->ats.tlb.pasid = b->target->pasid[0];
	pci_ats_on(f);
	if (!pci_ats_enabled(f))
		return "its ATS cannot be turned on";
	b->ats.on = true;
	bench_set_requester(b, b->target->address);
	/* What it kept of a time before must not be used now. */
	problem = empty(b);
	if (problem)
		ats_cut_off(b);
	return problem;
}

void ats_cut_off(struct bench *b)
{
	if (!b->ats.on)
		return;
	pci_ats_off(b->device->function);
	b->ats.on = false;
	bench_set_requester(b, b->requester.address);
}

/* Section 4.5.2: the invalidation also brings what the device had under way to its end. */
const char *ats_off(struct bench *b)
{
	const char *problem;

	if (!b->ats.on)
		return NULL;
	pci_ats_off(b->device->function);
	problem = b->unit->translating ? empty(b) : NULL;
	ats_cut_off(b);
	return problem;
}
