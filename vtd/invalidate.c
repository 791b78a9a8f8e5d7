/* SPDX-License-Identifier: BSD-2-Clause */
/* Invalidation requests: each made, submitted through the queue or a register, and waited for. */
#include "vtd/invalidate.h"
#include "vtd/descriptor.h"
#include "vtd/platform.h"
#include "vtd/regs.h"

#include <stddef.h>

#define TIMEOUT_US 1000000

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

/* Section 6.5.2.8. */
static uint64_t interrupts_descriptor(bool by_index, uint16_t index, unsigned order)
{
	return field_bits(DESC_TYPE, TYPE_INTERRUPT_ENTRIES) | field_bits(DESC_IEC_G, by_index) |
	       field_bits(DESC_IEC_IM, order) | field_bits(DESC_IEC_IIDX, index);
}

static void queue_put_words(struct vtd_unit *unit, const uint64_t words[4])
{
	unsigned bytes = vtd_descriptor_bytes(unit);
	volatile uint64_t *slot = unit->queue.descriptors + bytes / 8 * unit->queue.tail;

	for (unsigned i = 0; i < bytes / 8; i++)
		slot[i] = words[i];
	vtd_flush(unit, slot, bytes);
	unit->queue.tail = (unit->queue.tail + 1) % (vtd_queue_bytes(unit) / bytes);
}

static void queue_put(struct vtd_unit *unit, uint64_t low, uint64_t high)
{
	queue_put_words(unit, (const uint64_t[4]){ low, high });
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
	vtd_write64(unit, VTD_IQT, (uint64_t)q->tail * vtd_descriptor_bytes(unit));
	for (uint32_t spins = 1; *q->status != q->sequence; spins++) {
		vtd_flush(unit, q->status, 4);
		/* The registers are slow to read: look there only if it takes long. */
		if (spins % 1024 == 0) {
			uint64_t now = platform_time_us();

			q->errors = vtd_read32(unit, VTD_FSTS) & FSTS_QUEUE_ERRORS;
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

static uint32_t iotlb_at(const struct vtd_unit *unit)
{
	return (uint32_t)field_of(unit->ecap, ECAP_IRO) * 16;
}

static enum vtd_status register_iotlb(struct vtd_unit *unit, unsigned granularity, uint16_t domain)
{
	uint32_t at = iotlb_at(unit) + IOTLB_REG;
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

enum vtd_status vtd_queue_ask_event(struct vtd_unit *unit, bool alone)
{
	if (!alone)
		return queue_wait_and(unit, field_bits(DESC_IF, 1));
	queue_put(unit, field_bits(DESC_TYPE, TYPE_WAIT) | field_bits(DESC_IF, 1), 0);
	return queue_wait(unit);
}

unsigned vtd_invalidation_done(const struct vtd_unit *unit, bool iotlb)
{
	return (unsigned)(iotlb ? field_of(vtd_read64(unit, iotlb_at(unit) + IOTLB_REG), IOTLB_IAIG)
				: field_of(vtd_read64(unit, VTD_CCMD), CCMD_CAIG));
}

bool vtd_queue_event(const struct vtd_unit *unit)
{
	return vtd_read32(unit, VTD_ICS) & ICS_IWC;
}

void vtd_queue_event_interrupt(struct vtd_unit *unit, bool on, uint8_t apic_id, uint8_t vector)
{
	vtd_write32(unit, VTD_IECTL, FECTL_IM);
	if (!on)
		return;
	vtd_write32(unit, VTD_IEDATA, vector);
	vtd_write32(unit, VTD_IEADDR, MESSAGE_ADDRESS | (uint32_t)apic_id << MESSAGE_APIC_ID_SHIFT);
	vtd_write32(unit, VTD_IEUADDR, 0);
	vtd_write32(unit, VTD_IECTL, 0);
}

bool vtd_queue_event_pending(const struct vtd_unit *unit)
{
	return vtd_read32(unit, VTD_IECTL) & FECTL_IP;
}

void vtd_queue_event_clear(struct vtd_unit *unit)
{
	vtd_write32(unit, VTD_ICS, ICS_IWC);
}

enum vtd_status vtd_invalidate_all(struct vtd_unit *unit)
{
	enum vtd_status status;

	if (unit->queue.descriptors) {
		queue_put(unit, context_descriptor(GRAN_GLOBAL, 0, 0), 0);
		if (unit->scalable)
			queue_put(unit, pasid_descriptor(TYPE_PASID, GRAN_PASID_ALL, 0, 0), 0);
		queue_put(unit, iotlb_descriptor(unit, GRAN_GLOBAL, 0), 0);
		if (unit->remapping)
			queue_put(unit, interrupts_descriptor(false, 0, 0), 0);
		return queue_wait(unit);
	}
	status = register_context(unit, GRAN_GLOBAL, 0, 0);
	return status == VTD_OK ? register_iotlb(unit, GRAN_GLOBAL, 0) : status;
}

enum vtd_status vtd_invalidate_iotlb_all(struct vtd_unit *unit)
{
	if (!unit->queue.descriptors)
		return register_iotlb(unit, GRAN_GLOBAL, 0);
	queue_put(unit, iotlb_descriptor(unit, GRAN_GLOBAL, 0), 0);
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_pasid_cache_all(struct vtd_unit *unit)
{
	if (!unit->queue.descriptors)
		return VTD_NO_INVALIDATION;
	queue_put(unit, pasid_descriptor(TYPE_PASID, GRAN_PASID_ALL, 0, 0), 0);
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_context_cache(struct vtd_unit *unit, uint16_t domain,
					     uint16_t source_id)
{
	if (!unit->queue.descriptors)
		return register_context(unit, GRAN_DEVICE, domain, source_id);
	queue_put(unit, context_descriptor(GRAN_DEVICE, domain, source_id), 0);
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_context_functions(struct vtd_unit *unit, uint16_t domain,
						 uint16_t source_id)
{
	if (!unit->queue.descriptors)
		return VTD_NO_INVALIDATION;
	queue_put(unit,
		  context_descriptor(GRAN_DEVICE, domain, source_id) | field_bits(DESC_FM, FM_ALL),
		  0);
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_context_domain(struct vtd_unit *unit, uint16_t domain)
{
	if (!unit->queue.descriptors)
		return register_context(unit, GRAN_DOMAIN, domain, 0);
	queue_put(unit, context_descriptor(GRAN_DOMAIN, domain, 0), 0);
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_context_all(struct vtd_unit *unit)
{
	if (!unit->queue.descriptors)
		return register_context(unit, GRAN_GLOBAL, 0, 0);
	queue_put(unit, context_descriptor(GRAN_GLOBAL, 0, 0), 0);
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
	if (order > field_of(unit->cap, CAP_MAMV) || !field_of(unit->cap, CAP_PSI))
		return VTD_NO_INVALIDATION;
	if (!unit->queue.descriptors) {
		/* IVA has the fields of a descriptor's high word (section 11.4.6.2). */
		vtd_write64(unit, iotlb_at(unit) + IOTLB_IVA,
			    pages_word(address, order, leaf_only));
		return register_iotlb(unit, GRAN_PAGES, domain);
	}
	queue_put(unit, iotlb_descriptor(unit, GRAN_PAGES, domain),
		  pages_word(address, order, leaf_only));
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_piotlb_pages(struct vtd_unit *unit, uint16_t domain, uint32_t pasid,
					    uint64_t address, unsigned order, bool leaf_only)
{
	if (!unit->queue.descriptors || order > field_of(unit->cap, CAP_MAMV))
		return VTD_NO_INVALIDATION;
	queue_put(unit, pasid_descriptor(TYPE_PIOTLB, GRAN_PIOTLB_PAGES, domain, pasid),
		  pages_word(address, order, leaf_only));
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_pages_around(struct vtd_unit *unit, bool by_pasid, uint16_t domain,
					    uint32_t pasid, uint64_t address, unsigned order)
{
	if (!unit->queue.descriptors || order > field_of(unit->cap, CAP_MAMV) ||
	    !(by_pasid || field_of(unit->cap, CAP_PSI)))
		return VTD_NO_INVALIDATION;
	queue_put(unit,
		  by_pasid ? pasid_descriptor(TYPE_PIOTLB, GRAN_PIOTLB_PAGES, domain, pasid)
			   : iotlb_descriptor(unit, GRAN_PAGES, domain),
		  pages_word(address, 0, false) | field_bits(DESC_AM, order));
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_iotlb_domain(struct vtd_unit *unit, uint16_t domain)
{
	if (!unit->queue.descriptors)
		return register_iotlb(unit, GRAN_DOMAIN, domain);
	queue_put(unit, iotlb_descriptor(unit, GRAN_DOMAIN, domain), 0);
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_iotlb_among(struct vtd_unit *unit, uint16_t domain, uint16_t other,
					   unsigned place, unsigned count)
{
	if (!unit->queue.descriptors)
		return VTD_NO_INVALIDATION;
	for (unsigned i = 0; i < count; i++)
		queue_put(unit, iotlb_descriptor(unit, GRAN_DOMAIN, i == place ? domain : other),
			  0);
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
	return invalidate_pasid(unit, TYPE_PASID, GRAN_PASID_ONE, domain, pasid);
}

enum vtd_status vtd_invalidate_pasid_cache_domain(struct vtd_unit *unit, uint16_t domain)
{
	return invalidate_pasid(unit, TYPE_PASID, GRAN_PASID_DOMAIN, domain, 0);
}

enum vtd_status vtd_invalidate_piotlb(struct vtd_unit *unit, uint16_t domain, uint32_t pasid)
{
	return invalidate_pasid(unit, TYPE_PIOTLB, GRAN_PIOTLB_PASID, domain, pasid);
}

enum vtd_status vtd_invalidate_device_tlb(struct vtd_unit *unit, const struct vtd_device_tlb *d)
{
	if (!unit->queue.descriptors)
		return VTD_NO_INVALIDATION;
	queue_put(unit, device_tlb_descriptor(unit, d),
		  EVERY_ADDRESS | (d->has_pasid ? PASID_DEVICE_TLB_S : DEVICE_TLB_S));
	return queue_wait(unit);
}

enum vtd_status vtd_drain_page_requests(struct vtd_unit *unit, const struct vtd_device_tlb *d)
{
	if (!unit->queue.descriptors)
		return VTD_NO_INVALIDATION;
	queue_put(unit, device_tlb_descriptor(unit, d),
		  EVERY_ADDRESS | (d->has_pasid ? PASID_DEVICE_TLB_S : DEVICE_TLB_S));
	return queue_wait_and(unit, field_bits(DESC_PD, 1));
}

enum vtd_status vtd_queue_submit(struct vtd_unit *unit, const uint64_t words[4])
{
	if (!unit->queue.descriptors)
		return VTD_NO_INVALIDATION;
	queue_put_words(unit, words);
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_interrupts_all(struct vtd_unit *unit)
{
	if (!unit->queue.descriptors)
		return VTD_NO_INVALIDATION;
	queue_put(unit, interrupts_descriptor(false, 0, 0), 0);
	return queue_wait(unit);
}

enum vtd_status vtd_invalidate_interrupts(struct vtd_unit *unit, uint16_t index, unsigned order)
{
	if (!unit->queue.descriptors)
		return VTD_NO_INVALIDATION;
	queue_put(unit, interrupts_descriptor(true, index, order), 0);
	return queue_wait(unit);
}
