/* SPDX-License-Identifier: BSD-2-Clause */
/* Invalidations of what caches.c keeps, as tables 23 and 24 of the specification say (section 6.5). */
#include "tests/sim/sim.h"
#include "tests/sim/unit.h"

/* "Hardware implementations may perform coarser invalidation than the granularity requested." */
static unsigned coarser(unsigned granularity)
{
	return granularity != GRANULARITY_GLOBAL && sim_chance(sim.coarse) ? GRANULARITY_GLOBAL
									   : granularity;
}

static void release_contexts(struct unit *u, unsigned granularity, uint16_t domain,
			     uint16_t source_id, uint16_t mask)
{
	bool by_domain = granularity != GRANULARITY_GLOBAL && !unit_is_scalable(u);
	bool by_source = granularity == GRANULARITY_FINE;

	for (uint32_t left = u->valid_contexts; left; left = unit_rest_of(left)) {
		unsigned i = unit_first_of(left);

		if ((by_domain && u->context[i].domain != domain) ||
		    (by_source && (u->context[i].source_id ^ source_id) & mask))
			continue;
		u->valid_contexts &= ~(1u << i);
		if (sim_has(BUG_CONTEXT_FIRST_ONLY))
			break;
	}
	if (sim_has(BUG_EARLY))
		return;
	/* Who read an entry before, or is reading it, must not put it back. */
	for (uint32_t left = u->under_way; left; left = unit_rest_of(left)) {
		struct request *r = u->requests[unit_first_of(left)];

		if (!by_source || !((r->source_id ^ source_id) & mask))
			r->no_context = true;
	}
}

void context_drop(struct unit *u, unsigned granularity, uint16_t domain, uint16_t source_id,
		  unsigned function_mask)
{
	static const uint16_t masks[] = { 0xffff, 0xfffb, 0xfff9, 0xfff8 }; /* table 21 */

	if ((sim_has(BUG_CONTEXT_LOST) && granularity == GRANULARITY_FINE) ||
	    (sim_has(BUG_CONTEXT_DOMAIN_LOST) && granularity == GRANULARITY_DOMAIN) ||
	    (sim_has(BUG_GLOBAL_LOST) && granularity == GRANULARITY_GLOBAL))
		return;
	if (sim_has(BUG_BUSY_LOST) && u->under_way)
		return;
	if (sim_has(BUG_WRONG_SID))
		source_id |= 7;
	if (sim_has(BUG_MASK_IGNORED))
		function_mask = 0;
	if (sim_has(BUG_CONTEXT_DOMAIN_CUT))
		domain &= 0xff;
	release_contexts(u, coarser(granularity), domain, source_id, masks[function_mask & 3]);
}

void pasid_drop(struct unit *u, unsigned granularity, uint16_t domain, uint32_t pasid)
{
	if ((sim_has(BUG_PASID_LOST) && granularity == GRANULARITY_FINE) ||
	    (sim_has(BUG_PASID_DOMAIN_LOST) && granularity == GRANULARITY_DOMAIN) ||
	    (sim_has(BUG_PASID_GLOBAL_LOST) && granularity == GRANULARITY_GLOBAL))
		return;
	if (sim_has(BUG_WRONG_PASID))
		pasid++;
	if (sim_has(BUG_PASID_DOMAIN_CUT))
		domain &= 0xff;
	if (sim_has(BUG_PASID_PASID_CUT))
		pasid &= 0xff;
	granularity = coarser(granularity);
	for (uint32_t left = u->valid_pasids; left; left = unit_rest_of(left)) {
		unsigned i = unit_first_of(left);

		if (granularity != GRANULARITY_GLOBAL &&
		    (u->pasid[i].domain != domain ||
		     (granularity == GRANULARITY_FINE && u->pasid[i].pasid != pasid)))
			continue;
		u->valid_pasids &= ~(1u << i);
		if (sim_has(BUG_PASID_FIRST_ONLY))
			break;
	}
	if (sim_has(BUG_EARLY))
		return;
	for (uint32_t left = u->under_way; left; left = unit_rest_of(left)) {
		struct request *r = u->requests[unit_first_of(left)];

		if (granularity == GRANULARITY_GLOBAL || !r->knows_domain || r->domain == domain)
			r->no_pasid = true;
	}
}

/*
 * Caches are to be invalidated one after the other, since what was read before is used for requests in flight
 * (sections 6.2.2.1, 6.2.3.1). Only when what a walk reads was invalidated need the IOTLB's invalidation end it:
 * section 6.5.4 drains the requests of its domain, and such a walk has none yet.
 */
static bool lasts(const struct unit *u, const struct request *r)
{
	bool was_invalidated = unit_is_scalable(u)
				       ? r->no_pasid && (r->no_context || r->knows_context)
				       : r->no_context;

	return !r->knows_domain && !was_invalidated && sim_chance(sim.lasting);
}

static bool is_left_undrained(const struct request *r)
{
	return (sim_has(BUG_NO_DRAIN_READS) && r->access == ACCESS_READ) ||
	       (sim_has(BUG_NO_DRAIN_PASS) && r->knows_domain && r->stage == UNIT_PASS) ||
	       (sim_has(BUG_NO_DRAIN_NESTED) && r->knows_domain && r->stage == UNIT_NESTED);
}

/*
 * Requests that came before, and could still put stale translations back or write by them: they fill no
 * more, and with `drain` are waited for (section 6.5.4). What domain a request is of is not known until its
 * entry was read whole.
 */
static void settle(struct unit *u, bool any_domain, uint16_t domain, bool drain)
{
	uint64_t before = u->arrivals;

	if (sim_has(BUG_EARLY))
		return;
	for (uint32_t left = u->under_way; left; left = unit_rest_of(left)) {
		struct request *r = u->requests[unit_first_of(left)];

		if (r->knows_domain ? any_domain || r->domain == domain : !lasts(u, r))
			r->no_context = r->no_pasid = r->no_translation = true;
	}
	if (!drain || sim_has(BUG_NO_DRAIN) || (sim_has(BUG_NO_DRAIN_DOMAIN) && !any_domain))
		return;
	/* Translation requests are not drained: draining is of untranslated ones (section 6.5.4). */
	for (uint32_t left = u->under_way; left; left = unit_rest_of(left)) {
		struct request **r = &u->requests[unit_first_of(left)];
		bool any = false;

		while (*r && (*r)->number <= before && (*r)->no_translation &&
		       (*r)->access < ACCESS_TRANSLATION && !is_left_undrained(*r)) {
			unit_wait();
			any = true;
		}
		if (any && sim_has(BUG_DRAIN_ONE))
			return;
	}
}

/* Another translation of its domain comes before it, of another requester. */
static bool is_of_another(const struct unit *u, const struct unit_translation *t)
{
	if (!sim_has(BUG_ONE_SOURCE) && !sim_has(BUG_ONE_PASID))
		return false;
	for (const struct unit_translation *first = u->tlb; first < t; first++)
		if (first->domain == t->domain) /* the first may be dropped already */
			return (sim_has(BUG_ONE_SOURCE) && first->source_id != t->source_id) ||
			       (sim_has(BUG_ONE_PASID) && first->pasid != t->pasid);
	return false;
}

static bool spares(const struct unit *u, const struct unit_translation *t, unsigned i)
{
	return is_of_another(u, t) || (sim_has(BUG_PARTIAL) && i % 2) ||
	       (sim_has(BUG_SPARES_LAST) && i == TLB_LINES - 1) ||
	       (sim_has(BUG_SPARES_HOT) && t->uses >= 32) ||
	       (sim_has(BUG_SPARES_FIRST_STAGE) && t->stage == UNIT_FIRST) ||
	       (sim_has(BUG_SPARES_PASS_IOTLB) && t->stage == UNIT_PASS) ||
	       (sim_has(BUG_SPARES_READ) && t->of_read) ||
	       (sim_has(BUG_SPARES_NESTED) && t->stage == UNIT_NESTED);
}

/* Global ones must spare none. */
static bool is_spared_globally(const struct unit_translation *t)
{
	return (sim_has(BUG_GLOBAL_SPARES_PASID) && t->has_pasid) ||
	       (sim_has(BUG_GLOBAL_SPARES_FIRST) && t->stage == UNIT_FIRST) ||
	       (sim_has(BUG_GLOBAL_SPARES_NESTED) && t->stage == UNIT_NESTED) ||
	       (sim_has(BUG_GLOBAL_SPARES_PASS) && t->stage == UNIT_PASS) ||
	       (sim_has(BUG_GLOBAL_SPARES_LARGE) && t->order);
}

/*
 * Whether the translation is in the 2^mask pages that `address` names. Of a large page they should be all of it (section
 * 6.5.2.3); what becomes of it else is not said.
 */
static bool covers(uint64_t address, unsigned mask, const struct unit_translation *t,
		   enum sim_bug unmasked)
{
	uint64_t differs = t->page ^ address >> 12;

	if (sim_has(unmasked) && mask)
		return t->page - (address >> 12) < 1ull << mask;
	if (sim_has(BUG_LARGE_SPARED) && t->order)
		return false;
	if (t->order > mask)
		return !(differs >> t->order) && sim_chance(sim.partial);
	return !(differs >> mask);
}

/* Whether what the entry of a table is for and the pages that are named have any in common. */
static bool covers_table(const struct unit *u, unsigned i, uint64_t address, unsigned mask)
{
	unsigned order = 9 * u->paging[i].level;
	uint64_t differs = u->paging[i].prefix << order ^ address >> 12;

	if (sim_has(BUG_PAGING_EXACT))
		return !(differs >> mask);
	return !(differs >> (mask > order ? mask : order));
}

/* BUG_IOTLB_LATE: what was reported done before. */
void iotlb_drop_late(struct unit *u)
{
	u->late_due = 0;
	for (unsigned i = 0; i < TLB_LINES; i++)
		if (u->tlb[i].domain == u->late_domain)
			u->valid_translations &= ~(1u << i);
}

void iotlb_drop(struct unit *u, unsigned granularity, uint16_t domain, uint64_t address,
		unsigned mask, bool leaf_only, bool drain)
{
	if ((sim_has(BUG_IOTLB_LOST) && granularity != GRANULARITY_GLOBAL) ||
	    (sim_has(BUG_GLOBAL_IOTLB_LOST) && granularity == GRANULARITY_GLOBAL) ||
	    (sim_has(BUG_SOME_LOST) && ++u->count % 8 == 0) ||
	    (sim_has(BUG_LOST_RARE) && ++u->count % 1024 == 0) ||
	    (sim_has(BUG_LOST_LATER) && ++u->count > 4096 && granularity != GRANULARITY_GLOBAL) ||
	    (sim_has(BUG_PAGE_LOST) && granularity == GRANULARITY_FINE))
		return;
	if (sim_has(BUG_WRONG_KIND)) {
		release_contexts(u, GRANULARITY_GLOBAL, 0, 0, 0);
		return;
	}
	if (sim_has(BUG_IOTLB_LATE) && granularity == GRANULARITY_DOMAIN) {
		if (u->late_due)
			iotlb_drop_late(u);
		u->late_domain = domain;
		u->late_due = unit_now() + 2000;
		return;
	}
	if (sim_has(BUG_ADDR_CUT))
		address &= 0xffffffff;
	if (sim_has(BUG_WRONG_DID))
		domain &= (uint16_t)~1u;
	if (sim_has(BUG_DOMAIN_CUT))
		domain &= 0xff;
	if (sim_has(BUG_AM_IGNORED))
		mask = 0;
	if (sim_has(BUG_AM_SHORT) && mask)
		mask--;
	granularity = coarser(granularity);
	if (sim_has(BUG_AM_NINE) && mask > 9)
		mask = 9;
	if (sim_has(BUG_HINT_LEAF) && granularity == GRANULARITY_FINE && leaf_only)
		return;
	for (uint32_t left = u->valid_translations; left; left = unit_rest_of(left)) {
		unsigned i = unit_first_of(left);
		const struct unit_translation *t = &u->tlb[i];
		bool by_page = granularity == GRANULARITY_FINE && t->stage != UNIT_FIRST &&
			       t->stage != UNIT_NESTED;

		if (granularity == GRANULARITY_GLOBAL
			    ? !is_spared_globally(t)
			    : (t->domain == domain && !spares(u, t, i) &&
			       (!by_page || covers(address, mask, t, BUG_ADDR_UNMASKED)))) {
			u->valid_translations &= ~(1u << i);
			if (sim_has(BUG_FIRST_ONLY))
				break;
		}
	}
	for (uint32_t left = sim_has(BUG_SPARES_PAGING) ? 0 : u->valid_paging; left;
	     left = unit_rest_of(left)) {
		unsigned i = unit_first_of(left);
		bool by_page = granularity == GRANULARITY_FINE && !u->paging[i].first;

		if ((sim_has(BUG_SPARES_UPPER) && u->paging[i].level > 1) ||
		    (sim_has(BUG_SPARES_FIRST_PAGING) && u->paging[i].first &&
		     granularity != GRANULARITY_GLOBAL))
			continue;
		if (granularity == GRANULARITY_GLOBAL ||
		    (u->paging[i].domain == domain &&
		     !(by_page && (leaf_only || sim_has(BUG_HINT_ALWAYS) ||
				   !covers_table(u, i, address, mask)))))
			u->valid_paging &= ~(1u << i);
	}
	settle(u, granularity == GRANULARITY_GLOBAL, domain, drain);
}

/* Table 24: second-stage paging structures stay. */
void piotlb_drop(struct unit *u, uint16_t domain, uint32_t pasid, bool by_page, uint64_t address,
		 unsigned mask, bool leaf_only)
{
	if (sim_has(BUG_PIOTLB_LOST) || (sim_has(BUG_PIOTLB_PAGE_LOST) && by_page))
		return;
	if (sim_has(BUG_PIOTLB_DOMAIN_CUT))
		domain &= 0xff;
	if (sim_has(BUG_PIOTLB_MASK))
		mask = 0;
	if (sim_has(BUG_PIOTLB_PASID_CUT))
		pasid &= 0xff;
	for (uint32_t left = u->valid_translations; left; left = unit_rest_of(left)) {
		unsigned i = unit_first_of(left);
		const struct unit_translation *t = &u->tlb[i];
		bool first = t->stage == UNIT_FIRST || t->stage == UNIT_NESTED;

		if (t->domain != domain || t->pasid != pasid ||
		    (sim_has(BUG_SPARES_PASS) && t->stage == UNIT_PASS) ||
		    (sim_has(BUG_PIOTLB_SPARES_NESTED) && t->stage == UNIT_NESTED) ||
		    (sim_has(BUG_PIOTLB_SPARES_LARGE) && by_page && t->order) ||
		    (by_page && !(first && covers(address, mask, t, BUG_PIOTLB_ADDR_UNMASKED))))
			continue;
		u->valid_translations &= ~(1u << i);
	}
	for (uint32_t left = sim_has(BUG_SPARES_PAGING) ? 0 : u->valid_paging; left;
	     left = unit_rest_of(left)) {
		unsigned i = unit_first_of(left);

		if (u->paging[i].first && u->paging[i].domain == domain &&
		    u->paging[i].pasid == pasid &&
		    !(by_page && (leaf_only || !covers_table(u, i, address, mask))))
			u->valid_paging &= ~(1u << i);
	}
	settle(u, false, domain, !sim_has(BUG_NO_DRAIN_PASID));
}

void drop_everything(struct unit *u)
{
	if (!sim_has(BUG_SRTP_KEEPS_CONTEXT) && !sim_has(BUG_TE_KEEPS_CONTEXT))
		u->valid_contexts = 0;
	if (!sim_has(BUG_SRTP_KEEPS_PASID) && !sim_has(BUG_TE_KEEPS_PASID))
		u->valid_pasids = 0;
	if (!sim_has(BUG_SRTP_KEEPS_IOTLB))
		u->valid_translations = u->valid_paging = 0;
	if (sim_has(BUG_SRTP_EARLY))
		return;
	/* Whatever they have read: it was invalidated. */
	for (uint32_t left = u->under_way; left; left = unit_rest_of(left)) {
		struct request *r = u->requests[unit_first_of(left)];

		r->no_context = r->no_pasid = true;
	}
	settle(u, true, 0, true);
}
