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
static bool forgets(uint32_t *valid, unsigned line)
{
	if (!sim_chance(sim.forget))
		return false;
	*valid &= ~(1u << line);
	return true;
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
	for (uint32_t left = u->valid_contexts; left; left = unit_rest_of(left)) {
		unsigned i = unit_first_of(left);

		if (!is_source(r, u->context[i].source_id))
			continue;
		memcpy(words, u->context[i].words, sizeof(u->context[i].words));
		return !forgets(&u->valid_contexts, i);
	}
	return false;
}

void context_keep(struct unit *u, const struct request *r, const uint64_t words[4], bool faults)
{
	unsigned k = u->next_context++ % CONTEXT_LINES;

	if (r->no_context || !keeps(sim.context_cache))
		return;
	for (uint32_t left = u->valid_contexts; left; left = unit_rest_of(left))
		if (u->context[unit_first_of(left)].source_id == r->source_id)
			k = unit_first_of(left);
	if (!(sim_has(BUG_CONTEXT_TAG) && u->valid_contexts >> k & 1))
		u->context[k].source_id = r->source_id;
	u->valid_contexts |= 1u << k;
	/* Legacy mode: 0 for what would fault. Scalable mode has no such tag. */
	u->context[k].domain = faults || unit_is_scalable(u)
				       ? 0
				       : (uint16_t)field_get(words, CONTEXT_DID);
	memcpy(u->context[k].words, words, sizeof(u->context[k].words));
}

bool pasid_find(struct unit *u, const struct request *r, uint64_t words[8])
{
	for (uint32_t left = u->valid_pasids; left; left = unit_rest_of(left)) {
		unsigned i = unit_first_of(left);

		if ((u->pasid[i].source_id != r->source_id && !sim_has(BUG_PASID_ANY_SOURCE)) ||
		    (u->pasid[i].pasid != r->uses_pasid && !sim_has(BUG_PASID_ANY_PASID)))
			continue;
		memcpy(words, u->pasid[i].words, sizeof(u->pasid[i].words));
		return !forgets(&u->valid_pasids, i);
	}
	return false;
}

void pasid_keep(struct unit *u, const struct request *r, const uint64_t words[8], bool faults)
{
	unsigned k = u->next_pasid++ % PASID_LINES;

	if (r->no_pasid || !keeps(sim.pasid_cache))
		return;
	for (uint32_t left = u->valid_pasids; left; left = unit_rest_of(left)) {
		unsigned i = unit_first_of(left);

		if (u->pasid[i].source_id == r->source_id && u->pasid[i].pasid == r->uses_pasid)
			k = i;
	}
	if (!(sim_has(BUG_PASID_TAG) && u->valid_pasids >> k & 1))
		u->pasid[k].source_id = r->source_id;
	u->valid_pasids |= 1u << k;
	u->pasid[k].pasid = r->uses_pasid;
	u->pasid[k].domain = faults ? 0 : (uint16_t)field_get(words, PASID_DID);
	memcpy(u->pasid[k].words, words, sizeof(u->pasid[k].words));
}

/* An entry made for a request without PASID serves those alone, and the other way round. */
static bool matches(const struct unit_translation *t, const struct request *r)
{
	uint64_t differs = t->page ^ r->at >> 12;

	if (sim_has(BUG_PAGE_CUT))
		differs &= 15;
	if (sim_has(BUG_PAGE_HIGH))
		differs &= 0xfffff;
	if (sim_has(BUG_PAGE_TOP))
		differs &= 0x7ffffffff;
	return !(differs >> t->order) && t->has_pasid == r->has_pasid &&
	       (!t->has_pasid || t->pasid == r->pasid || sim_has(BUG_ANY_PASID)) &&
	       (t->source_id == r->source_id || sim_has(BUG_ANY_SOURCE));
}

const struct unit_translation *tlb_find(struct unit *u, const struct request *r)
{
	if (u->late_due && unit_now() >= u->late_due)
		iotlb_drop_late(u);
	for (uint32_t left = u->valid_translations; left; left = unit_rest_of(left)) {
		unsigned i = unit_first_of(left);

		if (!matches(&u->tlb[i], r))
			continue;
		u->tlb[i].uses++;
		return forgets(&u->valid_translations, i) ? NULL : &u->tlb[i];
	}
	return NULL;
}

uint64_t tlb_address(const struct unit_translation *known, const struct request *r)
{
	uint64_t within = (4096ull << known->order) - 1;

	if (sim_has(BUG_LARGE_OFFSET) && known->page != r->at >> 12)
		within = 4095;
	return (known->frame << 12 & ~((4096ull << known->order) - 1)) | (r->at & within);
}

void tlb_keep(struct unit *u, const struct request *r, uint64_t to, bool may_read, bool may_write,
	      uint8_t reason)
{
	unsigned k = u->next_translation++ % TLB_LINES;
	uint16_t domain = sim_has(BUG_TAG_ZERO)	  ? 0
			  : sim_has(BUG_TAG_LATE) ? u->last_domain
						  : r->domain;

	u->last_domain = r->domain;
	if (r->no_translation || !keeps(sim.iotlb))
		return;
	for (uint32_t left = u->valid_translations; left; left = unit_rest_of(left))
		if (matches(&u->tlb[unit_first_of(left)], r))
			k = unit_first_of(left);
	u->valid_translations |= 1u << k;
	u->tlb[k] = (struct unit_translation){ .has_pasid = r->has_pasid,
					       .may_read = may_read,
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
	if (sim_has(BUG_PAGING_TOP))
		at &= ~(1ull << 47);
	return at >> (12 + 9 * level);
}

unsigned paging_find(struct unit *u, const struct request *r, bool first, unsigned levels,
		     uint64_t at, uint64_t *table, bool *may_read, bool *may_write)
{
	unsigned lowest = levels;

	for (uint32_t left = u->valid_paging; left; left = unit_rest_of(left)) {
		unsigned i = unit_first_of(left), level = u->paging[i].level;

		if (level >= lowest || u->paging[i].first != first ||
		    (u->paging[i].domain != r->domain && !sim_has(BUG_PAGING_ANY_DOMAIN)) ||
		    (first && u->paging[i].pasid != r->uses_pasid &&
		     !sim_has(BUG_PAGING_ANY_PASID)) ||
		    u->paging[i].prefix != prefix_of(at, level))
			continue;
		if (forgets(&u->valid_paging, i))
			continue;
		*table = u->paging[i].table;
		*may_read = u->paging[i].may_read;
		*may_write = u->paging[i].may_write;
		lowest = level;
	}
	return lowest < levels ? lowest : 0;
}

void paging_keep(struct unit *u, const struct request *r, bool first, unsigned level, uint64_t at,
		 uint64_t table, bool may_read, bool may_write)
{
	unsigned k = u->next_paging++ % PAGING_LINES;

	if (r->no_translation || !keeps(sim.paging_cache))
		return;
	u->valid_paging |= 1u << k;
	u->paging[k].first = first;
	u->paging[k].level = (uint8_t)level;
	u->paging[k].domain = r->domain;
	u->paging[k].pasid = r->uses_pasid;
	u->paging[k].prefix = prefix_of(at, level);
	u->paging[k].table = table;
	u->paging[k].may_read = may_read;
	u->paging[k].may_write = may_write;
}
