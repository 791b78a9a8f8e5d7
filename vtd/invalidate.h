/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invalidation of what the unit caches: queued (section 6.5.2), or through registers (section
 * 6.5.1) on units that have no queue or when asked for. One processor at a time may use a unit's
 * queue: the engine gives it to the driver or to the updater, never to both.
 */
#ifndef VTD_INVALIDATE_H
#define VTD_INVALIDATE_H

#include "vtd/unit.h"

/*
 * Context cache, PASID cache (scalable mode) and IOTLB, and where interrupts are remapped their entry cache, globally;
 * returns when done.
 */
enum vtd_status vtd_invalidate_all(struct vtd_unit *unit);

/* One cache, globally. PASID cache: queued only. */
enum vtd_status vtd_invalidate_iotlb_all(struct vtd_unit *unit);
enum vtd_status vtd_invalidate_pasid_cache_all(struct vtd_unit *unit);
enum vtd_status vtd_invalidate_context_all(struct vtd_unit *unit);

/*
 * Of one domain-id, each waited for: context cache of one function; PASID cache and PASID-based
 * IOTLB of one PASID, PASID cache of all PASIDs (queued only); IOTLB. Section 6.5.2.
 */
enum vtd_status vtd_invalidate_context_cache(struct vtd_unit *unit, uint16_t domain,
					     uint16_t source_id);
enum vtd_status vtd_invalidate_pasid_cache(struct vtd_unit *unit, uint16_t domain, uint32_t pasid);
enum vtd_status vtd_invalidate_pasid_cache_domain(struct vtd_unit *unit, uint16_t domain);
enum vtd_status vtd_invalidate_piotlb(struct vtd_unit *unit, uint16_t domain, uint32_t pasid);
enum vtd_status vtd_invalidate_iotlb_domain(struct vtd_unit *unit, uint16_t domain);

/*
 * What no sequence needs, but self-checks do: the context cache of all functions of a device (function mask 3),
 * of a domain-id (legacy mode); the 2^order pages around an address (VTD_NO_INVALIDATION where CAP.PSI
 * or MAMV does not have it; PASID-based: queued only). leaf_only: no paging entry above the last level was changed (IH).
 */
enum vtd_status vtd_invalidate_context_functions(struct vtd_unit *unit, uint16_t domain,
						 uint16_t source_id);
enum vtd_status vtd_invalidate_context_domain(struct vtd_unit *unit, uint16_t domain);
enum vtd_status vtd_invalidate_iotlb_pages(struct vtd_unit *unit, uint16_t domain, uint64_t address,
					   unsigned order, bool leaf_only);
enum vtd_status vtd_invalidate_piotlb_pages(struct vtd_unit *unit, uint16_t domain, uint32_t pasid,
					    uint64_t address, unsigned order, bool leaf_only);
/* The same by the queue, of a PASID or not, with all of `address` in ADDR: what AM masks of it counts for nothing (table 22). */
enum vtd_status vtd_invalidate_pages_around(struct vtd_unit *unit, bool by_pasid, uint16_t domain,
					    uint32_t pasid, uint64_t address, unsigned order);
/*
 * What the unit says that it did for the last request by register (CCMD.CAIG, IOTLB.IAIG): 1 globally, 2 of a domain-id, 3
 * finer; 0: nothing.
 */
unsigned vtd_invalidation_done(const struct vtd_unit *unit, bool iotlb);
/* IOTLB invalidations by domain-id, `count` with one wait: all of `other`, but the one at `place`. Queued only. */
enum vtd_status vtd_invalidate_iotlb_among(struct vtd_unit *unit, uint16_t domain, uint16_t other,
					   unsigned place, unsigned count);

/*
 * The interrupt entry cache (section 6.5.2.8): all of it, or the 2^order entries around one. Queued only. The interrupts
 * that the unit has gone by one of these for are at their processor when this returns (section 6.5.5).
 */
enum vtd_status vtd_invalidate_interrupts_all(struct vtd_unit *unit);
enum vtd_status vtd_invalidate_interrupts(struct vtd_unit *unit, uint16_t index, unsigned order);

/*
 * A device's own TLB: all that it keeps, for requests without PASID or for those with this one (sections
 * 6.5.2.5 and 6.5.2.6). Only the queue has it; the device must answer, or the queue stops (FSTS.ITE).
 */
struct vtd_device_tlb {
	uint16_t source_id,
		physical_source_id; /* of a virtual function: its physical one's; else the same */
	uint8_t pending;	    /* invalidations that the device can have pending; 0: 32 */
	bool has_pasid;
	uint32_t pasid;
};
enum vtd_status vtd_invalidate_device_tlb(struct vtd_unit *unit, const struct vtd_device_tlb *tlb);
/*
 * The same, and the page requests that the device has sent before it answers are in their queue when this returns, or were answered
 * (section 7.7): where ECAP.PDS = 1.
 */
enum vtd_status vtd_drain_page_requests(struct vtd_unit *unit, const struct vtd_device_tlb *tlb);

/*
 * A wait that asks for the event, too (IF, section 6.5.2.9), or, alone, for nothing else, and one after it that writes the
 * status; ICS.IWC says whether it came, also where it is masked. Cleared by vtd_queue_event_clear(), after which
 * vtd_queue_event() must be false.
 */
enum vtd_status vtd_queue_ask_event(struct vtd_unit *unit, bool alone);
bool vtd_queue_event(const struct vtd_unit *unit);
/* Send the event as an MSI to one APIC (id 0 to 255), or mask it; whether one is pending (IECTL.IP). */
void vtd_queue_event_interrupt(struct vtd_unit *unit, bool on, uint8_t apic_id, uint8_t vector);
bool vtd_queue_event_pending(const struct vtd_unit *unit);
void vtd_queue_event_clear(struct vtd_unit *unit);

/*
 * One descriptor that is made elsewhere, and a wait. Also one that is none, for a test of what becomes of that. Of one of 128
 * bits the last two words are not looked at.
 */
enum vtd_status vtd_queue_submit(struct vtd_unit *unit, const uint64_t words[4]);

#endif
