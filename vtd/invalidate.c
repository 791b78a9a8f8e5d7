/* SPDX-License-Identifier: BSD-2-Clause */
#include "vtd/invalidate.h"
#include "vtd/platform.h"
#include "vtd/regs.h"

#include <stddef.h>

#define TIMEOUT_US    1000000
#define QUEUE_BYTES   4096	   /* one page: IQA.QS = 0 */
#define IQA_DW	      (1ull << 11) /* descriptors of 256 bits */
#define DRAIN_US      100000	   /* for a queue to become empty */
#define STATUS_ERRORS (FSTS_IQE | FSTS_ITE | FSTS_ICE)

// clang-format off
/* Descriptors (section 6.5.2): the low word; bit numbers are the specification's. */
#define DESC_TYPE	FIELD(3, 0)
#define   TYPE_CONTEXT	1
#define   TYPE_IOTLB	2
#define   TYPE_DEVICE_TLB	3
#define   TYPE_WAIT	5
#define   TYPE_PIOTLB	6
#define   TYPE_PASID	7
#define   TYPE_PASID_DEVICE_TLB 8
#define DESC_G		FIELD(5, 4)   /* context and IOTLB: granularity */
#define   G_GLOBAL	1
#define   G_DOMAIN	2
#define   G_DEVICE	3
#define   G_PASID_DOMAIN 0    /* PASID cache: all PASIDs within a domain */
#define   G_PASID_ONE	1     /* one PASID within a domain */
#define   G_PASID_ALL	3     /* globally */
#define   G_PIOTLB_PASID 2    /* PASID-based IOTLB: all of a PASID within a domain */
#define   G_PIOTLB_PAGES 3
#define   G_PAGES	3     /* IOTLB: within a domain */
#define DESC_DW		FIELD(6, 6)   /* IOTLB: drain writes */
#define DESC_DR		FIELD(7, 7)
#define DESC_DID	FIELD(31, 16)
#define DESC_SID	FIELD(47, 32)
#define DESC_FM		FIELD(49, 48) /* context: function bits of SID that are not compared */
#define   FM_ALL	3
#define DESC_PASID	FIELD(51, 32)
#define DESC_IF		FIELD(4, 4)   /* wait: tell by an event */
#define DESC_SW		FIELD(5, 5)   /* wait: write the status data */
#define DESC_FN		FIELD(6, 6)   /* wait: after all before it */
#define DESC_STATUS	FIELD(63, 32)
/* In the high word: 2^AM pages from an address on; IH: no entry above the last level was changed. */
#define DESC_AM		FIELD(5, 0)
#define DESC_IH		FIELD(6, 6)
#define DESC_MIP	FIELD(20, 16) /* device-TLB: invalidations that it can have pending; 0: 32 */
#define DESC_PFSID_LOW	FIELD(15, 12) /* physical function, where ECAP.DIT = 1 */
#define DESC_PFSID_HIGH	FIELD(63, 52)
#define DESC_P_MIP	FIELD(8, 4)   /* PASID-based device-TLB */
#define DESC_P_SID	FIELD(31, 16)
/* Of all addresses: S = 1 and this (section 6.5.3.3), in the high word. */
#define EVERY_ADDRESS	0x7ffffffffffff000ull
#define DEVICE_TLB_S	(1ull << 0)
#define PASID_DEVICE_TLB_S (1ull << 11)
// clang-format on

static uint64_t context_descriptor(unsigned granularity, uint16_t domain, uint16_t source_id)
{
	return field_bits(DESC_TYPE, TYPE_CONTEXT) | field_bits(DESC_G, granularity) |
	       field_bits(DESC_DID, domain) | field_bits(DESC_SID, source_id);
}

static uint64_t iotlb_descriptor(const struct vtd_unit *unit, unsigned granularity, uint16_t domain)
{
	return field_bits(DESC_TYPE, TYPE_IOTLB) | field_bits(DESC_G, granularity) |
	       field_bits(DESC_DR, field_of(unit->cap, CAP_DRD)) |
	       field_bits(DESC_DW, field_of(unit->cap, CAP_DWD)) | field_bits(DESC_DID, domain);
}

static uint64_t pasid_descriptor(unsigned type, unsigned granularity, uint16_t domain,
				 uint32_t pasid)
{
	return field_bits(DESC_TYPE, type) | field_bits(DESC_G, granularity) |
	       field_bits(DESC_DID, domain) | field_bits(DESC_PASID, pasid);
}

/* Sections 6.5.2.5 and 6.5.2.6. */
static uint64_t device_tlb_descriptor(const struct vtd_unit *unit, const struct vtd_device_tlb *d)
{
	uint64_t throttle = field_of(unit->ecap, ECAP_DIT)
				    ? field_bits(DESC_PFSID_LOW, d->physical_source_id & 0xf) |
					      field_bits(DESC_PFSID_HIGH,
							 d->physical_source_id >> 4)
				    : 0;

	if (d->has_pasid)
		return throttle | field_bits(DESC_TYPE, TYPE_PASID_DEVICE_TLB) |
		       field_bits(DESC_P_MIP, d->pending) | field_bits(DESC_P_SID, d->source_id) |
		       field_bits(DESC_PASID, d->pasid);
	return throttle | field_bits(DESC_TYPE, TYPE_DEVICE_TLB) |
	       field_bits(DESC_MIP, d->pending) | field_bits(DESC_SID, d->source_id);
}

static unsigned descriptor_bytes(const struct vtd_unit *unit)
{
	return unit->queue.wide ? 32 : 16;
}

static void queue_put(struct vtd_unit *unit, uint64_t low, uint64_t high)
{
	unsigned bytes = descriptor_bytes(unit);
	volatile uint64_t *slot = unit->queue.descriptors + bytes / 8 * unit->queue.tail;

	slot[0] = low;
	slot[1] = high;
	if (unit->queue.wide)
		slot[2] = slot[3] = 0;
	vtd_flush(unit, slot, bytes);
	unit->queue.tail = (unit->queue.tail + 1) % (QUEUE_BYTES / bytes);
}

/* Ring the doorbell for what was put, and wait until the unit says it is done. */
static enum vtd_status queue_wait_and(struct vtd_unit *unit, uint64_t more)
{
	struct vtd_queue *q = &unit->queue;
	enum vtd_status status;
	uint64_t deadline = 0;

	q->sequence++;
	queue_put(unit,
		  field_bits(DESC_TYPE, TYPE_WAIT) | field_bits(DESC_SW, 1) |
			  field_bits(DESC_FN, 1) | field_bits(DESC_STATUS, q->sequence) | more,
		  (uint64_t)q->status);
	status = vtd_flush_write_buffer(unit);
	if (status != VTD_OK)
		return status;
	vtd_write64(unit, VTD_IQT, (uint64_t)q->tail * descriptor_bytes(unit));
	for (uint32_t spins = 1; *q->status != q->sequence; spins++) {
		vtd_flush(unit, q->status, 4);
		/* The registers are slow to read: look there only if it takes long. */
		if (spins % 1024 == 0) {
			uint64_t now = platform_time_us();

			q->errors = vtd_read32(unit, VTD_FSTS) & STATUS_ERRORS;
			if (q->errors)
				return VTD_QUEUE_ERROR;
			deadline = deadline ? deadline : now + TIMEOUT_US;
			if (now > deadline)
				return VTD_TIMEOUT;
		}
		platform_relax();
	}
	return VTD_OK;
}

static enum vtd_status queue_wait(struct vtd_unit *unit)
{
	return queue_wait_and(unit, 0);
}

static enum vtd_status wait_clear64(struct vtd_unit *unit, uint32_t offset, uint64_t bit)
{
	uint64_t deadline = platform_time_us() + TIMEOUT_US;

	while (vtd_read64(unit, offset) & bit) {
		if (platform_time_us() > deadline)
			return VTD_TIMEOUT;
		platform_relax();
	}
	return VTD_OK;
}

static enum vtd_status register_context(struct vtd_unit *unit, unsigned granularity,
					uint16_t domain, uint16_t source_id)
{
	enum vtd_status status = vtd_flush_write_buffer(unit);

	if (status != VTD_OK)
		return status;
	vtd_write64(unit, VTD_CCMD,
		    CCMD_ICC | field_bits(CCMD_CIRG, granularity) | field_bits(CCMD_DID, domain) |
			    field_bits(CCMD_SID, source_id));
	return wait_clear64(unit, VTD_CCMD, CCMD_ICC);
}

static enum vtd_status register_iotlb(struct vtd_unit *unit, unsigned granularity, uint16_t domain)
{
	uint32_t at = (uint32_t)field_of(unit->ecap, ECAP_IRO) * 16 + IOTLB_REG;
	enum vtd_status status = vtd_flush_write_buffer(unit);

	if (status != VTD_OK)
		return status;
	vtd_write64(unit, at,
		    IOTLB_IVT | field_bits(IOTLB_IIRG, granularity) |
			    (field_of(unit->cap, CAP_DRD) ? IOTLB_DR : 0) |
			    (field_of(unit->cap, CAP_DWD) ? IOTLB_DW : 0) |
			    field_bits(IOTLB_DID, domain));
	return wait_clear64(unit, at, IOTLB_IVT);
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
	q->tail = q->errors = 0;
	q->wide = unit->scalable;
	vtd_flush(unit, q->status, 4);
	vtd_write64(unit, VTD_IQT, 0);
	vtd_write64(unit, VTD_IQA, (uint64_t)q->descriptors | (q->wide ? IQA_DW : 0));
	return vtd_command(unit, G_QIE, true);
}

/* Until IQH has come to IQT; false if it does not in time, or stops at an error. */
static bool drain(struct vtd_unit *unit)
{
	uint64_t deadline = platform_time_us() + DRAIN_US;

	while (vtd_read64(unit, VTD_IQH) != (vtd_read64(unit, VTD_IQT) & IQT_QT)) {
		if (vtd_read32(unit, VTD_FSTS) & STATUS_ERRORS || platform_time_us() > deadline)
			return false;
		platform_relax();
	}
	return true;
}

/*
 * Have the queue go on behind the descriptor that it stopped at: that becomes a wait,
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
		vtd_flush(unit, slot, descriptor_bytes(unit));
	} else {
		tail = head;
	}
	vtd_write32(unit, VTD_FSTS, vtd_read32(unit, VTD_FSTS) & STATUS_ERRORS);
	vtd_write64(unit, VTD_IQT, tail);
	drain(unit);
}

enum vtd_status vtd_invalidation_close(struct vtd_unit *unit)
{
	if (!(vtd_read32(unit, VTD_GSTS) & G_QIE))
		return VTD_OK;
	/* It must be empty before it is turned off (section 6.5.2); QEMU refuses to otherwise. */
	if (!drain(unit))
		skip_error(unit);
	/* A device-TLB's errors (ITE, ICE) come when all is fetched, and stop what comes next. */
	if (vtd_read32(unit, VTD_FSTS) & STATUS_ERRORS)
		vtd_write32(unit, VTD_FSTS, vtd_read32(unit, VTD_FSTS) & STATUS_ERRORS);
	return vtd_command(unit, G_QIE, false);
}

enum vtd_status vtd_queue_restart(struct vtd_unit *unit)
{
	enum vtd_status status = vtd_invalidation_close(unit);

	return status == VTD_OK ? vtd_invalidation_open(unit, VTD_QUEUED_ONLY) : status;
}

struct vtd_queue_place vtd_queue_where(const struct vtd_unit *unit)
{
	return (struct vtd_queue_place){ vtd_read64(unit, VTD_IQH) & IQT_QT,
					 vtd_read64(unit, VTD_IQT) & IQT_QT };
}

enum vtd_status vtd_queue_check(struct vtd_unit *unit)
{
	uint32_t errors = vtd_read32(unit, VTD_FSTS) & STATUS_ERRORS;

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

enum vtd_status vtd_queue_ask_event(struct vtd_unit *unit)
{
	vtd_write32(unit, VTD_IECTL, FECTL_IM);
	return queue_wait_and(unit, field_bits(DESC_IF, 1));
}

bool vtd_queue_event(const struct vtd_unit *unit)
{
	return vtd_read32(unit, VTD_ICS) & ICS_IWC;
}

void vtd_queue_event_clear(struct vtd_unit *unit)
{
	vtd_write32(unit, VTD_ICS, ICS_IWC);
}

enum vtd_status vtd_invalidate_wrongly(struct vtd_unit *unit)
{
	if (!unit->queue.descriptors)
		return VTD_NO_INVALIDATION;
	queue_put(unit, 0, 0);
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_all(struct vtd_unit *unit)
{
	enum vtd_status status;

	if (unit->queue.descriptors) {
		queue_put(unit, context_descriptor(G_GLOBAL, 0, 0), 0);
		if (unit->scalable)
			queue_put(unit, pasid_descriptor(TYPE_PASID, G_PASID_ALL, 0, 0), 0);
		queue_put(unit, iotlb_descriptor(unit, G_GLOBAL, 0), 0);
		return queue_wait(unit);
	}
	status = register_context(unit, G_GLOBAL, 0, 0);
	return status == VTD_OK ? register_iotlb(unit, G_GLOBAL, 0) : status;
}

enum vtd_status vtd_invalidate_iotlb_all(struct vtd_unit *unit)
{
	if (!unit->queue.descriptors)
		return register_iotlb(unit, G_GLOBAL, 0);
	queue_put(unit, iotlb_descriptor(unit, G_GLOBAL, 0), 0);
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_pasid_cache_all(struct vtd_unit *unit)
{
	if (!unit->queue.descriptors)
		return VTD_NO_INVALIDATION;
	queue_put(unit, pasid_descriptor(TYPE_PASID, G_PASID_ALL, 0, 0), 0);
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_context_cache(struct vtd_unit *unit, uint16_t domain,
					     uint16_t source_id)
{
	if (!unit->queue.descriptors)
		return register_context(unit, G_DEVICE, domain, source_id);
	queue_put(unit, context_descriptor(G_DEVICE, domain, source_id), 0);
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_context_functions(struct vtd_unit *unit, uint16_t domain,
						 uint16_t source_id)
{
	if (!unit->queue.descriptors)
		return VTD_NO_INVALIDATION;
	queue_put(unit,
		  context_descriptor(G_DEVICE, domain, source_id) | field_bits(DESC_FM, FM_ALL), 0);
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_context_domain(struct vtd_unit *unit, uint16_t domain)
{
	if (!unit->queue.descriptors)
		return register_context(unit, G_DOMAIN, domain, 0);
	queue_put(unit, context_descriptor(G_DOMAIN, domain, 0), 0);
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_context_all(struct vtd_unit *unit)
{
	if (!unit->queue.descriptors)
		return register_context(unit, G_GLOBAL, 0, 0);
	queue_put(unit, context_descriptor(G_GLOBAL, 0, 0), 0);
	return queue_wait(unit);
}

static uint64_t pages_word(uint64_t address, unsigned order, bool leaf_only)
{
	return (address >> 12 >> order << order << 12) | field_bits(DESC_AM, order) |
	       field_bits(DESC_IH, leaf_only);
}

enum vtd_status vtd_invalidate_iotlb_pages(struct vtd_unit *unit, uint16_t domain, uint64_t address,
					   unsigned order, bool leaf_only)
{
	if (!unit->queue.descriptors || order > field_of(unit->cap, CAP_MAMV) ||
	    !field_of(unit->cap, CAP_PSI))
		return VTD_NO_INVALIDATION;
	queue_put(unit, iotlb_descriptor(unit, G_PAGES, domain),
		  pages_word(address, order, leaf_only));
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_piotlb_page(struct vtd_unit *unit, uint16_t domain, uint32_t pasid,
					   uint64_t address)
{
	if (!unit->queue.descriptors)
		return VTD_NO_INVALIDATION;
	queue_put(unit, pasid_descriptor(TYPE_PIOTLB, G_PIOTLB_PAGES, domain, pasid),
		  pages_word(address, 0, true));
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_iotlb_domain(struct vtd_unit *unit, uint16_t domain)
{
	if (!unit->queue.descriptors)
		return register_iotlb(unit, G_DOMAIN, domain);
	queue_put(unit, iotlb_descriptor(unit, G_DOMAIN, domain), 0);
	return queue_wait(unit);
}

/* Only the queue has these (section 6.5.1). */
static enum vtd_status invalidate_pasid(struct vtd_unit *unit, unsigned type, unsigned granularity,
					uint16_t domain, uint32_t pasid)
{
	if (!unit->queue.descriptors)
		return VTD_NO_INVALIDATION;
	queue_put(unit, pasid_descriptor(type, granularity, domain, pasid), 0);
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_pasid_cache(struct vtd_unit *unit, uint16_t domain, uint32_t pasid)
{
	return invalidate_pasid(unit, TYPE_PASID, G_PASID_ONE, domain, pasid);
}

enum vtd_status vtd_invalidate_pasid_cache_domain(struct vtd_unit *unit, uint16_t domain)
{
	return invalidate_pasid(unit, TYPE_PASID, G_PASID_DOMAIN, domain, 0);
}

enum vtd_status vtd_invalidate_piotlb(struct vtd_unit *unit, uint16_t domain, uint32_t pasid)
{
	return invalidate_pasid(unit, TYPE_PIOTLB, G_PIOTLB_PASID, domain, pasid);
}

enum vtd_status vtd_invalidate_device_tlb(struct vtd_unit *unit, const struct vtd_device_tlb *d)
{
	if (!unit->queue.descriptors)
		return VTD_NO_INVALIDATION;
	queue_put(unit, device_tlb_descriptor(unit, d),
		  EVERY_ADDRESS | (d->has_pasid ? PASID_DEVICE_TLB_S : DEVICE_TLB_S));
	return queue_wait(unit);
}
