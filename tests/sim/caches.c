/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Context cache, PASID cache, IOTLB and paging-structure caches: tagged and looked up as table 17 of the specification says
 * (section 6.2).
 */
#include "tests/sim/sim.h"
#include "tests/sim/unit.h"
#include "vtd/entry.h"
#include "vtd/pagetable.h"

#include <string.h>

void (*tlb_watch)(const struct unit_translation *kept);

/* A line that was found may have been evicted the moment before. */
static bool is_forgotten(void)
{
	return sim_chance(sim.forget);
}

static bool keeps(uint32_t percent)
{
	return percent == 100 || sim_chance(percent);
}

static bool is_source(const struct request *r, uint16_t source_id)
{
	return source_id == r->source_id ||
	       (sim_has(BUG_ANY_DEVICE) && source_id >> 8 == r->source_id >> 8) ||
	       (sim_has(BUG_ANY_FUNCTION) && (source_id ^ r->source_id) < 0x100);
}

bool context_find(struct unit *u, const struct request *r, uint64_t words[4])
{
	for (unsigned i = 0; i < CONTEXT_LINES; i++) {
		if (!u->context[i].valid || !is_source(r, u->context[i].source_id))
			continue;
		if (is_forgotten())
			u->context[i].valid = false;
		else
			memcpy(words, u->context[i].words, sizeof(u->context[i].words));
		return u->context[i].valid;
	}
	return false;
}

void context_keep(struct unit *u, const struct request *r, const uint64_t words[4], bool faults)
{
	unsigned k = u->next_context++ % CONTEXT_LINES;

	if (r->no_context || !keeps(sim.context_cache))
		return;
	for (unsigned i = 0; i < CONTEXT_LINES; i++)
		if (u->context[i].valid && u->context[i].source_id == r->source_id)
			k = i;
	if (!(sim_has(BUG_CONTEXT_TAG) && u->context[k].valid))
		u->context[k].source_id = r->source_id;
	u->context[k].valid = true;
	/* Legacy mode: 0 for what would fault. Scalable mode has no such tag. */
	u->context[k].domain = faults || unit_is_scalable(u)
				       ? 0
				       : (uint16_t)field_get(words, CONTEXT_DID);
	memcpy(u->context[k].words, words, sizeof(u->context[k].words));
}

bool pasid_find(struct unit *u, const struct request *r, uint64_t words[8])
{
	for (unsigned i = 0; i < PASID_LINES; i++) {
		if (!u->pasid[i].valid || u->pasid[i].source_id != r->source_id ||
		    (u->pasid[i].pasid != r->uses_pasid && !sim_has(BUG_PASID_ANY_PASID)))
			continue;
		if (is_forgotten())
			u->pasid[i].valid = false;
		else
			memcpy(words, u->pasid[i].words, sizeof(u->pasid[i].words));
		return u->pasid[i].valid;
	}
	return false;
}

void pasid_keep(struct unit *u, const struct request *r, const uint64_t words[8], bool faults)
{
	unsigned k = u->next_pasid++ % PASID_LINES;

	if (r->no_pasid || !keeps(sim.pasid_cache))
		return;
	for (unsigned i = 0; i < PASID_LINES; i++)
		if (u->pasid[i].valid && u->pasid[i].source_id == r->source_id &&
		    u->pasid[i].pasid == r->uses_pasid)
			k = i;
	u->pasid[k].valid = true;
	u->pasid[k].source_id = r->source_id;
	u->pasid[k].pasid = r->uses_pasid;
	u->pasid[k].domain = faults ? 0 : (uint16_t)field_get(words, PASID_DID);
	memcpy(u->pasid[k].words, words, sizeof(u->pasid[k].words));
}

/* An entry made for a request without PASID serves those alone, and the other way round. */
static bool matches(const struct unit_translation *t, const struct request *r)
{
	uint64_t differs = t->page ^ r->at >> 12;

	if (!t->valid)
		return false;
	if (sim_has(BUG_PAGE_CUT))
		differs &= 15;
	if (sim_has(BUG_PAGE_HIGH))
		differs &= 0xfffff;
	return !(differs >> t->order) && t->has_pasid == r->has_pasid &&
	       (!t->has_pasid || t->pasid == r->pasid || sim_has(BUG_ANY_PASID)) &&
	       (t->source_id == r->source_id || sim_has(BUG_ANY_SOURCE));
}

const struct unit_translation *tlb_find(struct unit *u, const struct request *r)
{
	if (u->late_due && unit_now() >= u->late_due)
		iotlb_drop_late(u);
	for (unsigned i = 0; i < TLB_LINES; i++) {
		if (!matches(&u->tlb[i], r))
			continue;
		if (is_forgotten())
			u->tlb[i].valid = false;
		u->tlb[i].uses++;
		return u->tlb[i].valid ? &u->tlb[i] : NULL;
	}
	return NULL;
}

uint64_t tlb_address(const struct unit_translation *known, const struct request *r)
{
	uint64_t within = (4096ull << known->order) - 1;

	return (known->frame << 12 & ~within) | (r->at & within);
}

void tlb_keep(struct unit *u, const struct request *r, uint64_t to, bool may_write, uint8_t reason)
{
	unsigned k = u->next_translation++ % TLB_LINES;
	uint16_t domain = sim_has(BUG_TAG_ZERO)	  ? 0
			  : sim_has(BUG_TAG_LATE) ? u->last_domain
						  : r->domain;

	u->last_domain = r->domain;
	if (r->no_translation || !keeps(sim.iotlb))
		return;
	for (unsigned i = 0; i < TLB_LINES; i++)
		if (matches(&u->tlb[i], r))
			k = i;
	u->tlb[k] = (struct unit_translation){ .valid = true,
					       .has_pasid = r->has_pasid,
					       .may_write = may_write,
					       .tracks = r->tracks,
					       .is_marked = r->is_marked,
					       .stage = r->stage,
					       .suppress_faults = r->suppress_faults,
					       .of_read = r->access == ACCESS_READ,
					       .forces_snoop = r->forces_snoop,
					       .reason = reason,
					       .source_id = r->source_id,
					       .domain = domain,
					       .pasid = r->uses_pasid,
					       .order = r->order && keeps(sim.whole) ? r->order : 0,
					       .page = r->at >> 12,
					       .frame = to >> 12 };
	if (tlb_watch)
		tlb_watch(&u->tlb[k]);
}

/* The bits of an address that lead to a table of this level. */
static uint64_t prefix_of(uint64_t at, unsigned level)
{
	return at >> (12 + 9 * level);
}

unsigned paging_find(struct unit *u, const struct request *r, bool first, unsigned levels,
		     uint64_t at, uint64_t *table, bool *may_write)
{
	unsigned lowest = levels;

	for (unsigned i = 0; i < PAGING_LINES; i++) {
		unsigned level = u->paging[i].level;

		if (!u->paging[i].valid || level >= lowest || u->paging[i].first != first ||
		    (u->paging[i].domain != r->domain && !sim_has(BUG_PAGING_ANY_DOMAIN)) ||
		    (first && u->paging[i].pasid != r->uses_pasid) ||
		    u->paging[i].prefix != prefix_of(at, level))
			continue;
		if (is_forgotten()) {
			u->paging[i].valid = false;
			continue;
		}
		*table = u->paging[i].table;
		*may_write = u->paging[i].may_write;
		lowest = level;
	}
	return lowest < levels ? lowest : 0;
}

void paging_keep(struct unit *u, const struct request *r, bool first, unsigned level, uint64_t at,
		 uint64_t table, bool may_write)
{
	unsigned k = u->next_paging++ % PAGING_LINES;

	if (r->no_translation || !keeps(sim.paging_cache))
		return;
	u->paging[k].valid = true;
	u->paging[k].first = first;
	u->paging[k].level = (uint8_t)level;
	u->paging[k].domain = r->domain;
	u->paging[k].pasid = r->uses_pasid;
	u->paging[k].prefix = prefix_of(at, level);
	u->paging[k].table = table;
	u->paging[k].may_write = may_write;
}
