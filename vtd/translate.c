/* SPDX-License-Identifier: BSD-2-Clause */
/* VT-d specification, sections 3.4 to 3.7, and 7.1.3 for the reasons. */
#include "vtd/translate.h"
#include "vtd/entry.h"
#include "vtd/fault.h"
#include "vtd/pagetable.h"
#include "vtd/regs.h"

#include <stddef.h>

#define SS_TABLE_RESERVED (1ull << 11) /* of an entry that leads to a table */
#define PS		  (1ull << 7)  /* above the leaf: a large page */

struct walk {
	const struct vtd_unit *unit;
	const struct vtd_view *view;
	struct vtd_translation *out;
	const struct vtd_request *request;
	uint64_t at;
	/* Nested translation: the second stage that first-stage pointers go through; 0 levels:
	 * none. */
	uint64_t nested_pointer;
	unsigned nested_levels;
};

/* Words of an entry as the unit reads them: as the view has them, else from memory. */
static void load(const struct walk *w, const volatile uint64_t *entry, unsigned words,
		 uint64_t *value)
{
	for (unsigned i = 0; i < words; i++) {
		const volatile uint64_t *word = entry + i;
		unsigned k = 0, seen = w->view ? w->view->words : 0;

		while (k < seen && w->view->at[k] != word)
			k++;
		value[i] = k < seen ? w->view->value[k] : *word;
	}
}

/* The `index`-th entry of a table, if the pointer field leads to one. */
static void load_indexed(const struct walk *w, uint64_t pointer, unsigned index, unsigned words,
			 uint64_t *value)
{
	const volatile uint64_t *table = (const volatile uint64_t *)(pointer << 12);

	if (!pointer) {
		w->out->walks_page_zero = true;
		for (unsigned i = 0; i < words; i++)
			value[i] = 0;
		return;
	}
	load(w, table + index * words, words, value);
}

static void fault(struct walk *w, uint8_t reason)
{
	w->out->reason = reason;
	w->out->is_unrecorded = w->request->is_translation && vtd_fault_is_recoverable(reason);
}

static void not_present(struct walk *w, uint8_t reason)
{
	fault(w, reason);
	w->out->not_present = true;
}

/* Nothing is wrong with the entry that leads to the page tables, or past them. */
static void accept_entry(struct walk *w)
{
	if (w->unit->scalable)
		w->out->pasid_is_good = true;
	else
		w->out->context_is_good = true;
}

static void pass_through(struct walk *w)
{
	accept_entry(w);
	w->out->stage = STAGE_NONE;
	w->out->address = w->at;
}

/* Which sizes of large pages there are: bit 0 for level 2, bit 1 for level 3 (CAP.SSLPS, CAP.FS1GP). */
static bool has_pages_of(const struct walk *w, bool first, unsigned level)
{
	uint64_t cap = w->unit->cap;
	uint64_t sizes = first ? 1 | field_of(cap, CAP_FL1GP) << 1 : field_of(cap, CAP_SSLPS);

	return level <= 3 && sizes >> (level - 2) & 1;
}

/* The page number, in a page of this level, of the address. */
static uint64_t page_in(struct walk *w, uint64_t pointer, unsigned level)
{
	uint64_t within = (1ull << 9 * (level - 1)) - 1;

	w->out->is_large = level > 1;
	return (pointer & ~within) | (w->at >> 12 & within);
}

static void second_stage(struct walk *w, uint64_t pointer, unsigned levels)
{
	uint64_t need = field_mask(SS_R) | field_mask(SS_W);

	w->out->stage = STAGE_SECOND;
	if (!vtd_unit_has_levels(w->unit, levels)) {
		fault(w, w->unit->scalable ? FAULT_PASID_INVALID : FAULT_CONTEXT_INVALID);
		return;
	}
	accept_entry(w);
	if (w->at >> (12 + 9 * levels)) {
		fault(w, w->unit->scalable ? FAULT_SM_BEYOND_WIDTH : FAULT_BEYOND_WIDTH);
		return;
	}
	for (unsigned level = levels; level; level--) {
		uint64_t entry;

		load_indexed(w, pointer, vtd_table_index(w->at, level), 1, &entry);
		if (!(entry & need)) {
			not_present(w, w->unit->scalable ? FAULT_SM_SS_NOT_PRESENT
							 : FAULT_WRITE_DENIED);
			return;
		}
		if (!(entry & field_mask(SS_W))) {
			fault(w, w->unit->scalable ? FAULT_SM_WRITE_DENIED : FAULT_WRITE_DENIED);
			return;
		}
		pointer = field_of(entry, SS_ADDR);
		if (level == 1)
			break;
		if (!(entry & PS)) {
			if (entry & SS_TABLE_RESERVED) {
				fault(w,
				      w->unit->scalable ? FAULT_SM_SS_RESERVED : FAULT_SS_RESERVED);
				return;
			}
			continue;
		}
		if (!has_pages_of(w, false, level)) {
			fault(w, w->unit->scalable ? FAULT_SM_SS_RESERVED : FAULT_SS_RESERVED);
			return;
		}
		pointer = page_in(w, pointer, level);
		break;
	}
	w->out->address = pointer << 12 | (w->at & 4095);
}

/* Where there is a second stage under the first, a guest page number becomes a page number. False: it faults. */
static bool through_second_stage(struct walk *w, uint64_t *page)
{
	uint64_t address;

	if (!w->nested_levels)
		return true;
	w->out->walks_page_zero |= !w->nested_pointer;
	address = w->nested_pointer ? vtd_table_walk((const uint64_t *)(w->nested_pointer << 12),
						     w->nested_levels, *page << 12)
				    : 0;
	*page = address >> 12;
	if (!address)
		fault(w, FAULT_SM_SS_NOT_PRESENT);
	return address;
}

static void first_stage(struct walk *w, uint64_t pointer, unsigned levels)
{
	accept_entry(w);
	w->out->stage = w->nested_levels ? STAGE_NESTED : STAGE_FIRST;
	if ((int64_t)(w->at << (52 - 9 * levels)) >> (52 - 9 * levels) != (int64_t)w->at) {
		fault(w, FAULT_NOT_CANONICAL);
		return;
	}
	for (unsigned level = levels; level; level--) {
		uint64_t entry;

		if (!through_second_stage(w, &pointer))
			return;
		load_indexed(w, pointer, vtd_table_index(w->at, level), 1, &entry);
		if (!field_of(entry, FS_P)) {
			not_present(w, FAULT_FS_NOT_PRESENT);
			return;
		}
		if (!field_of(entry, FS_US)) {
			fault(w, FAULT_FS_PRIVILEGE);
			return;
		}
		if (!field_of(entry, FS_RW)) {
			fault(w, FAULT_SM_WRITE_DENIED);
			return;
		}
		pointer = field_of(entry, FS_ADDR);
		if (level == 1 || !(entry & PS))
			continue;
		if (!has_pages_of(w, true, level)) {
			fault(w, FAULT_FS_RESERVED);
			return;
		}
		pointer = page_in(w, pointer, level);
		break;
	}
	if (!through_second_stage(w, &pointer))
		return;
	w->out->address = pointer << 12 | (w->at & 4095);
}

static bool any_of(const uint64_t *entry, const uint64_t *bits, unsigned words)
{
	for (unsigned i = 0; i < words; i++)
		if (entry[i] & bits[i])
			return true;
	return false;
}

static void legacy_context(struct walk *w, const uint64_t *c)
{
	unsigned tt = (unsigned)field_get(c, CONTEXT_TT);
	unsigned levels = (unsigned)field_get(c, CONTEXT_AW) + 2;

	if (!field_get(c, CONTEXT_P)) {
		not_present(w, FAULT_CONTEXT_NOT_PRESENT);
		return;
	}
	w->out->domain = (uint16_t)field_get(c, CONTEXT_DID);
	if (any_of(c, (const uint64_t[]){ CONTEXT_RESERVED }, CONTEXT_WORDS))
		fault(w, FAULT_CONTEXT_RESERVED);
	else if (tt > TT_PASS || (tt == TT_PASS && !field_of(w->unit->ecap, ECAP_PT)) ||
		 (tt == TT_DEVICE_TLB && !field_of(w->unit->ecap, ECAP_DT)) ||
		 !vtd_unit_has_levels(w->unit, levels)) /* whatever TT says: LCT.4.1 */
		fault(w, FAULT_CONTEXT_INVALID);
	else if (w->request->is_translation && tt != TT_DEVICE_TLB)
		fault(w, FAULT_DEVICE_TLB_BLOCKED);
	else if (tt == TT_PASS)
		pass_through(w);
	else
		second_stage(w, field_get(c, CONTEXT_SSPTPTR), levels);
}

/* Bits that are reserved on units without what they turn on. */
static bool sets_what_is_lacking(const struct walk *w, const uint64_t *p)
{
	uint64_t ecap = w->unit->ecap;

	return (field_get(p, PASID_SSADE) && !field_of(ecap, ECAP_SSADS)) ||
	       (field_get(p, PASID_PGSNP) && !field_of(ecap, ECAP_SC)) ||
	       (field_get(p, PASID_PWSNP) && !field_of(ecap, ECAP_SMPWC)) ||
	       (field_get(p, PASID_EAFE) && !field_of(ecap, ECAP_EAFS));
}

/* FSPM: 5 levels where the unit has them, 4, and nothing else (SPT.4.3). */
static bool has_first_stage_levels(const struct walk *w, const uint64_t *p)
{
	return field_get(p, PASID_FSPM) <= field_of(w->unit->cap, CAP_FL5LP);
}

static void pasid_entry(struct walk *w, const uint64_t *p)
{
	unsigned levels = (unsigned)field_get(p, PASID_AW) + 2;

	if (!field_get(p, PASID_P)) {
		not_present(w, FAULT_PASID_NOT_PRESENT);
		return;
	}
	w->out->domain = (uint16_t)field_get(p, PASID_DID);
	if (any_of(p, (const uint64_t[]){ PASID_RESERVED }, PASID_WORDS) ||
	    sets_what_is_lacking(w, p)) {
		fault(w, FAULT_PASID_RESERVED);
		return;
	}
	switch (field_get(p, PASID_PGTT)) {
	case PGTT_FIRST:
		if (!field_of(w->unit->ecap, ECAP_FSTS) || !has_first_stage_levels(w, p))
			break;
		first_stage(w, field_get(p, PASID_FSPTPTR), 4 + (unsigned)field_get(p, PASID_FSPM));
		return;
	case PGTT_SECOND:
		if (!field_of(w->unit->ecap, ECAP_SSTS))
			break;
		second_stage(w, field_get(p, PASID_SSPTPTR), levels);
		return;
	case PGTT_NESTED:
		if (!field_of(w->unit->ecap, ECAP_NEST) || !vtd_unit_has_levels(w->unit, levels) ||
		    field_get(p, PASID_FSPTPTR) >> 9 * levels || !has_first_stage_levels(w, p))
			break;
		w->nested_pointer = field_get(p, PASID_SSPTPTR);
		w->nested_levels = levels;
		first_stage(w, field_get(p, PASID_FSPTPTR), 4 + (unsigned)field_get(p, PASID_FSPM));
		return;
	case PGTT_PASS:
		if (!field_of(w->unit->ecap, ECAP_PT))
			break;
		pass_through(w);
		return;
	}
	fault(w, FAULT_PASID_INVALID);
}

static void scalable_context(struct walk *w, const uint64_t *c)
{
	bool tagged = w->request->has_pasid;
	uint32_t pasid = tagged			   ? w->request->pasid
			 : w->unit->uses_rid_pasid ? (uint32_t)field_get(c, SM_CONTEXT_RID_PASID)
						   : 0;
	uint64_t directory, p[PASID_WORDS];
	bool is_beyond;

	if (!field_get(c, SM_CONTEXT_P)) {
		not_present(w, FAULT_SM_CONTEXT_NOT_PRESENT);
		return;
	}
	if (any_of(c, (const uint64_t[]){ SM_CONTEXT_RESERVED }, SM_CONTEXT_WORDS) ||
	    c[0] & SM_CONTEXT_LACKING ||
	    (field_get(c, SM_CONTEXT_PRE) && !field_of(w->unit->ecap, ECAP_PRS))) {
		fault(w, FAULT_SM_CONTEXT_RESERVED);
		return;
	}
	if (field_get(c, SM_CONTEXT_PRE) && !field_get(c, SM_CONTEXT_DTE)) {
		fault(w, FAULT_SM_CONTEXT_INVALID);
		return;
	}
	/* 2^(PDTS + 7) directory entries of 64 PASIDs each */
	is_beyond = pasid >> (13 + field_get(c, SM_CONTEXT_PDTS));
	if (is_beyond && !tagged) {
		fault(w, FAULT_SM_CONTEXT_INVALID);
		return;
	}
	if (w->request->is_translation && !field_get(c, SM_CONTEXT_DTE)) {
		fault(w, FAULT_SM_DEVICE_TLB_BLOCKED);
		return;
	}
	if (tagged && !field_get(c, SM_CONTEXT_PASIDE)) {
		fault(w, FAULT_PASID_DISABLED);
		return;
	}
	if (is_beyond) {
		fault(w, FAULT_PASID_BEYOND_DIR);
		return;
	}
	w->out->context_is_good = true;
	load_indexed(w, field_get(c, SM_CONTEXT_PASIDDIRPTR), pasid / 64, 1, &directory);
	if (!field_of(directory, PASID_DIR_P)) {
		not_present(w, FAULT_PASID_DIR_NOT_PRESENT);
		return;
	}
	if (directory & PASID_DIR_RESERVED) {
		fault(w, FAULT_PASID_DIR_RESERVED);
		return;
	}
	load_indexed(w, field_of(directory, PASID_DIR_SMPTBLPTR), pasid % 64, PASID_WORDS, p);
	pasid_entry(w, p);
}

void vtd_translate(const struct vtd_unit *unit, const struct vtd_request *request,
		   const struct vtd_view *view, struct vtd_translation *out)
{
	struct walk w = {
		.unit = unit, .view = view, .out = out, .request = request, .at = request->at
	};
	unsigned bus = request->source_id >> 8, devfn = request->source_id & 0xff;
	uint64_t root[ROOT_WORDS], context[SM_CONTEXT_WORDS];

	*out = (struct vtd_translation){ 0 };
	if (request->has_pasid && !unit->scalable) {
		fault(&w, FAULT_PASID_IN_LEGACY_MODE);
		return;
	}
	load(&w, unit->root_table + ROOT_WORDS * bus, ROOT_WORDS, root);
	if (unit->scalable) {
		uint64_t half = root[devfn >> 7];

		if (!field_of(half, ROOT_P)) {
			not_present(&w, FAULT_SM_ROOT_NOT_PRESENT);
			return;
		}
		if (half & ROOT_RESERVED) {
			fault(&w, FAULT_SM_ROOT_RESERVED);
			return;
		}
		load_indexed(&w, field_of(half, ROOT_CTP), devfn & 0x7f, SM_CONTEXT_WORDS, context);
		scalable_context(&w, context);
		return;
	}
	if (!field_of(root[0], ROOT_P)) {
		not_present(&w, FAULT_ROOT_NOT_PRESENT);
		return;
	}
	if (root[0] & ROOT_RESERVED || root[1]) {
		fault(&w, FAULT_ROOT_RESERVED);
		return;
	}
	load_indexed(&w, field_of(root[0], ROOT_CTP), devfn, CONTEXT_WORDS, context);
	legacy_context(&w, context);
}
