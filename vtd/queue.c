/* SPDX-License-Identifier: BSD-2-Clause */
/* The invalidation interface taken up and down: the queue, what stopped it, and its start anew. */
#include "vtd/queue.h"
#include "vtd/descriptor.h"
#include "vtd/platform.h"
#include "vtd/regs.h"

#include <stddef.h>

#define DRAIN_US 100000 /* for a queue to become empty */

static enum vtd_status open_queue(struct vtd_unit *unit, bool wide)
{
	struct vtd_queue *q = &unit->queue;

	q->tail = q->errors = 0;
	q->wide = wide;
	vtd_flush(unit, q->status, 4);
	vtd_write64(unit, VTD_IQT, 0);
	vtd_write64(unit, VTD_IQA, (uint64_t)q->descriptors | (q->wide ? IQA_DW : 0) | q->order);
	return vtd_command(unit, GCMD_QIE, true);
}

enum vtd_status vtd_invalidation_open(struct vtd_unit *unit, enum vtd_invalidation how)
{
	struct vtd_queue *q = &unit->queue;
	bool registers = field_of(unit->version, VER_MAX) < 6;

	if (how == VTD_REGISTER_ONLY ||
	    (how == VTD_QUEUED_OR_REGISTER && !field_of(unit->ecap, ECAP_QI))) {
		q->descriptors = NULL;
		return registers ? VTD_OK : VTD_NO_INVALIDATION;
	}
	if (!field_of(unit->ecap, ECAP_QI))
		return VTD_NO_INVALIDATION;
	if (!q->descriptors)
		q->descriptors = platform_alloc_page();
	if (!q->status)
		q->status = platform_alloc_page();
	if (!q->descriptors || !q->status)
		return VTD_NO_MEMORY;
	return open_queue(unit, unit->scalable);
}

/* Until IQH has come to IQT; false if it does not in time, or stops at an error. */
static bool drain(struct vtd_unit *unit)
{
	uint64_t deadline = platform_time_us() + DRAIN_US;

	while (vtd_read64(unit, VTD_IQH) != (vtd_read64(unit, VTD_IQT) & IQT_QT)) {
		if (vtd_read32(unit, VTD_FSTS) & FSTS_QUEUE_ERRORS || platform_time_us() > deadline)
			return false;
		platform_relax();
	}
	return true;
}

/*
 * Have the queue go on after the descriptor that it stopped at: that becomes a wait,
 * and the error is cleared (section 6.5.2.11). Firmware's queue is not ours to write to: its
 * tail is moved to its head.
 */
static void skip_error(struct vtd_unit *unit)
{
	uint64_t head = vtd_read64(unit, VTD_IQH), tail = vtd_read64(unit, VTD_IQT);

	if (unit->queue.descriptors) {
		volatile uint64_t *slot = unit->queue.descriptors + head / 8;

		slot[0] = field_bits(DESC_TYPE, TYPE_WAIT) | field_bits(DESC_SW, 1);
		slot[1] = (uint64_t)unit->queue.status; /* gets 0, which no wait is for */
		vtd_flush(unit, slot, vtd_descriptor_bytes(unit));
		vtd_flush_write_buffer(unit);
	} else {
		tail = head;
	}
	vtd_write32(unit, VTD_FSTS, vtd_read32(unit, VTD_FSTS) & FSTS_QUEUE_ERRORS);
	vtd_write64(unit, VTD_IQT, tail);
	/* At a wait again: the width of descriptors is what it does not take. What is left is dropped. */
	if (!drain(unit) && vtd_read32(unit, VTD_FSTS) & FSTS_IQE)
		vtd_write64(unit, VTD_IQT, vtd_read64(unit, VTD_IQH));
}

enum vtd_status vtd_invalidation_close(struct vtd_unit *unit)
{
	if (!(vtd_read32(unit, VTD_GSTS) & GCMD_QIE))
		return VTD_OK;
	/* It must be empty before it is turned off (section 6.5.2); QEMU refuses to otherwise. */
	if (!drain(unit))
		skip_error(unit);
	/* A device-TLB's errors (ITE, ICE) come when all is fetched, and stop what comes next. */
	if (vtd_read32(unit, VTD_FSTS) & FSTS_QUEUE_ERRORS)
		vtd_write32(unit, VTD_FSTS, vtd_read32(unit, VTD_FSTS) & FSTS_QUEUE_ERRORS);
	return vtd_command(unit, GCMD_QIE, false);
}

enum vtd_status vtd_queue_restart(struct vtd_unit *unit)
{
	enum vtd_status status = vtd_invalidation_close(unit);

	return status == VTD_OK ? vtd_invalidation_open(unit, VTD_QUEUED_ONLY) : status;
}

enum vtd_status vtd_queue_restart_narrow(struct vtd_unit *unit)
{
	enum vtd_status status = vtd_invalidation_close(unit);

	return status == VTD_OK ? open_queue(unit, false) : status;
}

enum vtd_status vtd_queue_move(struct vtd_unit *unit, uint64_t *pages, unsigned order)
{
	enum vtd_status status = vtd_invalidation_close(unit);

	if (status != VTD_OK)
		return status;
	unit->queue.descriptors = pages;
	unit->queue.order = (uint8_t)order;
	return open_queue(unit, unit->scalable);
}

enum vtd_status vtd_invalidation_use_registers(struct vtd_unit *unit)
{
	struct vtd_queue *q = &unit->queue;
	enum vtd_status status = vtd_invalidation_close(unit);

	if (status != VTD_OK)
		return status;
	q->unused = q->descriptors;
	return vtd_invalidation_open(unit, VTD_REGISTER_ONLY);
}

enum vtd_status vtd_invalidation_use_queue(struct vtd_unit *unit)
{
	struct vtd_queue *q = &unit->queue;

	q->descriptors = q->unused;
	q->unused = NULL;
	return vtd_invalidation_open(unit, VTD_QUEUED_ONLY);
}

struct vtd_queue_place vtd_queue_where(const struct vtd_unit *unit)
{
	return (struct vtd_queue_place){ vtd_read64(unit, VTD_IQH) & IQT_QT,
					 vtd_read64(unit, VTD_IQT) & IQT_QT };
}

enum vtd_status vtd_queue_check(struct vtd_unit *unit)
{
	uint32_t errors = vtd_read32(unit, VTD_FSTS) & FSTS_QUEUE_ERRORS;

	if (!errors)
		return VTD_OK;
	unit->queue.errors = errors;
	vtd_write32(unit, VTD_FSTS, errors & FSTS_ICE);
	return VTD_QUEUE_ERROR;
}

const char *vtd_queue_error_text(const struct vtd_unit *unit)
{
	uint32_t errors = unit->queue.errors;

	return errors & FSTS_IQE ? "the invalidation queue stopped: FSTS.IQE, an invalid descriptor"
	       : errors & FSTS_ITE
		       ? "the invalidation queue stopped: FSTS.ITE, a device-TLB did not answer an invalidation in time (section 4.3)"
	       : errors & FSTS_ICE
		       ? "FSTS.ICE: a device answered an invalidation of its device-TLB that was not asked of it (section 4.3)"
		       : "the invalidation queue stopped";
}
