/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a request to a physical address, as far as the page tables: root, context, PASID entries (chapters 3
 * and 9 of the specification), and what of it is kept.
 */
#include "tests/sim/walk.h"
#include "tests/sim/sim.h"
#include "vtd/entry.h"

#include <string.h>

#define SM_PRE FIELD(4, 4)
#define FPD    FIELD(1, 1) /* of context, PASID-directory and PASID-table entries alike */

static bool can(const struct walk *w, struct vtd_field capability)
{
	return field_of(unit_get64(w->u, VTD_ECAP), capability);
}

/* --- legacy mode --- */

static uint8_t check_context(const struct walk *w, const uint64_t *c)
{
	unsigned tt = (unsigned)field_get(c, CONTEXT_TT);

	if (!field_get(c, CONTEXT_P) && !sim_has(BUG_IGNORE_P))
		return LCT_2;
	if ((c[0] & 0xff0 || c[1] & 0xffffffffff000080) && !sim_has(BUG_CONTEXT_RESERVED))
		return LCT_3;
	if ((tt == 3 && !sim_has(BUG_TT_ANY)) || (tt == TT_DEVICE_TLB && !can(w, ECAP_DT)) ||
	    (tt == TT_PASS && !can(w, ECAP_PT)))
		return LCT_4;
	/* Of a pass-through entry too, by table 30; what section 9.3 says of AW lets a unit look past it there. */
	if (!(tt == TT_PASS && !sim.pass_width) &&
	    !walk_has_levels(w, (unsigned)field_get(c, CONTEXT_AW) + 2))
		return LCT_4;
	return 0;
}

static uint8_t by_context(struct walk *w, const uint64_t *c, uint64_t *to)
{
	uint8_t reason = check_context(w, c);
	unsigned tt = (unsigned)field_get(c, CONTEXT_TT);

	w->r->suppress_faults = field_get(c, FPD);
	if (reason)
		return reason;
	w->r->domain = (uint16_t)field_get(c, CONTEXT_DID);
	w->r->knows_domain = true;
	if (w->r->access >= ACCESS_TRANSLATION && tt != TT_DEVICE_TLB)
		return LCT_5;
	*to = w->r->at;
	if (w->r->access == ACCESS_TRANSLATED)
		return 0;
	if (tt == TT_PASS) {
		w->r->stage = UNIT_PASS;
		return 0;
	}
	w->r->stage = UNIT_LEGACY;
	w->snoop = sim.coherent;
	return walk_second_stage(w, field_get(c, CONTEXT_SSPTPTR) << 12,
				 (unsigned)field_get(c, CONTEXT_AW) + 2, w->r->at, false, to);
}

/* --- scalable mode --- */

static uint8_t check_pasid_entry(const struct walk *w, const uint64_t *p)
{
	unsigned levels = (unsigned)field_get(p, PASID_AW) + 2,
		 pgtt = (unsigned)field_get(p, PASID_PGTT);
	bool first = pgtt == PGTT_FIRST || pgtt == PGTT_NESTED;

	if (!field_get(p, PASID_P) && !sim_has(BUG_PASID_IGNORE_P))
		return SPT_2;
	if (p[0] & 0xc00 && !sim_has(BUG_PASID_RESERVED))
		return SPT_3;
	if (((pgtt < PGTT_FIRST || pgtt > PGTT_PASS) && !sim_has(BUG_PGTT_ANY)) ||
	    (pgtt == PGTT_FIRST && !can(w, ECAP_FSTS)) ||
	    (pgtt == PGTT_SECOND && !can(w, ECAP_SSTS)) ||
	    (pgtt == PGTT_NESTED && !can(w, ECAP_NEST)) || (pgtt == PGTT_PASS && !can(w, ECAP_PT)))
		return SPT_4;
	if ((pgtt == PGTT_SECOND || pgtt == PGTT_NESTED) && !walk_has_levels(w, levels))
		return SPT_4;
	/* Five levels of first stage are for units with CAP.FL5LP. */
	if (first && field_get(p, PASID_FSPM) > field_of(unit_get64(w->u, VTD_CAP), CAP_FL5LP))
		return SPT_4;
	if (pgtt == PGTT_NESTED && walk_is_beyond(w, field_get(p, PASID_FSPTPTR) << 12, levels))
		return SPT_4;
	return 0;
}

static uint8_t by_pasid_entry(struct walk *w, const uint64_t *p, uint64_t *to)
{
	uint64_t first = field_get(p, PASID_FSPTPTR) << 12, second = field_get(p, PASID_SSPTPTR)
								     << 12;
	unsigned levels = (unsigned)field_get(p, PASID_AW) + 2;
	uint8_t reason = check_pasid_entry(w, p);

	w->r->suppress_faults |= field_get(p, FPD);
	if (reason)
		return reason;
	w->r->domain = (uint16_t)field_get(p, PASID_DID);
	if (sim_has(BUG_STALE_DOMAIN)) {
		w->r->domain = w->u->last_domain ? w->u->last_domain : w->r->domain;
		w->u->last_domain = (uint16_t)field_get(p, PASID_DID);
	}
	w->r->knows_domain = true;
	w->snoop = sim.smpwc && field_get(p, PASID_PWSNP);
	*to = w->r->at;
	switch (field_get(p, PASID_PGTT)) {
	case PGTT_FIRST:
		w->r->stage = UNIT_FIRST;
		return walk_first_stage(w, first, 4 + (unsigned)field_get(p, PASID_FSPM), to);
	case PGTT_SECOND:
		w->r->stage = UNIT_SECOND;
		return walk_second_stage(w, second, levels, w->r->at, false, to);
	case PGTT_NESTED:
		w->r->stage = UNIT_NESTED;
		w->second = second;
		w->second_levels = levels;
		return walk_first_stage(w, first, 4 + (unsigned)field_get(p, PASID_FSPM), to);
	}
	w->r->stage = UNIT_PASS;
	return 0;
}

static uint8_t check_sm_context(const uint64_t *c)
{
	if (!field_get(c, SM_CONTEXT_P) && !sim_has(BUG_IGNORE_P))
		return SCT_2;
	if ((c[0] & 0x1e0 || c[1] & 0xffffffffffe00000 || c[2] || c[3]) &&
	    !sim_has(BUG_CONTEXT_RESERVED))
		return SCT_3;
	if (field_get(c, SM_PRE) && !field_get(c, SM_CONTEXT_DTE))
		return SCT_4;
	if (field_get(c, SM_CONTEXT_RID_PASID) >> (13 + field_get(c, SM_CONTEXT_PDTS)) &&
	    !sim_has(BUG_PDTS_ANY))
		return SCT_4;
	return 0;
}

/* What BUG_DIR_KEPT and BUG_ROOT_KEPT use: the entry that was read first, for this root table and this tag. */
static uint64_t keep(struct unit *u, uint64_t entry, uint64_t tag)
{
	tag |= u->root;
	if (!u->kept || u->kept_tag != tag)
		u->kept = entry & 1 ? entry : 0;
	u->kept_tag = tag;
	return u->kept ? u->kept : entry;
}

/* Which PASID: the request's, or RID_PASID. */
static uint8_t choose_pasid(struct walk *w, const uint64_t *c)
{
	struct request *r = w->r;
	uint32_t own = (uint32_t)field_get(c, SM_CONTEXT_RID_PASID);

	if (r->access >= ACCESS_TRANSLATION && !field_get(c, SM_CONTEXT_DTE))
		return SCT_5;
	if (!r->has_pasid) {
		r->uses_pasid = can(w, ECAP_RPS) && !sim_has(BUG_RID_PASID_0) ? own : 0;
	} else {
		if (!field_get(c, SM_CONTEXT_PASIDE))
			return SCT_6;
		if (r->pasid >> (13 + field_get(c, SM_CONTEXT_PDTS)))
			return SCT_7;
		if (r->pasid == own && can(w, ECAP_RPS))
			return SCT_9;
		r->uses_pasid = sim_has(BUG_PASID_CUT) ? r->pasid & 3 : r->pasid;
	}
	return 0;
}

/* From the directory to the PASID-table entry. 0, or why there is none. */
static uint8_t read_pasid_entry(struct walk *w, const uint64_t *c, uint64_t *p)
{
	uint64_t directory;

	walk_fetch((field_get(c, SM_CONTEXT_PASIDDIRPTR) << 12) +
			   8 * (sim_has(BUG_DIR_FIRST) ? 0 : w->r->uses_pasid / 64),
		   1, &directory, sim.coherent, BUG_NONE);
	if (sim_has(BUG_DIR_KEPT))
		directory = keep(w->u, directory, w->r->uses_pasid / 64);
	w->r->suppress_faults |= field_of(directory, FPD);
	if (!field_of(directory, PASID_DIR_P) && !sim_has(BUG_DIR_P_IGNORED))
		return SPD_2;
	if (directory & 0xffc && !sim_has(BUG_DIR_RESERVED))
		return SPD_3;
	walk_fetch((directory & field_mask(PASID_DIR_SMPTBLPTR)) +
			   8 * PASID_WORDS *
				   (w->r->uses_pasid % (sim_has(BUG_PASID_INDEX) ? 16 : 64)),
		   PASID_WORDS, p, sim.coherent, BUG_HALVES_PASID);
	return 0;
}

/* BUG_FIELDS_APART: each of the fields that count by a read of its own. */
static uint8_t read_fields_apart(struct walk *w, const uint64_t *c, uint64_t *p)
{
	const struct {
		unsigned word;
		uint64_t mask;
	} fields[] = { { 0, 0xfff & ~field_mask(PASID_AW) },
		       { 0, field_mask(PASID_AW) },
		       { 0, field_mask(PASID_SSPTPTR) },
		       { 1, ~0ull },
		       { 2, ~0ull } };
	const unsigned count = sizeof(fields) / sizeof(fields[0]), first = sim_random(count);

	memset(p, 0, 8 * PASID_WORDS);
	for (unsigned i = 0; i < count; i++) {
		unsigned f = (first + i) % count;
		uint64_t whole[PASID_WORDS];
		uint8_t reason = read_pasid_entry(w, c, whole);

		if (reason)
			return reason;
		p[fields[f].word] |= whole[fields[f].word] & fields[f].mask;
	}
	p[0] |= sim_random(2);
	return 0;
}

static uint8_t by_sm_context(struct walk *w, const uint64_t *c, uint64_t *to)
{
	uint64_t p[PASID_WORDS];
	uint8_t reason = check_sm_context(c);

	w->r->suppress_faults = field_get(c, FPD);
	if (!reason)
		reason = choose_pasid(w, c);
	if (reason)
		return reason;
	/* Without a host permission table only the context entry is looked at (section 4.2.5). */
	*to = w->r->at;
	if (w->r->access == ACCESS_TRANSLATED)
		return 0;
	if (!pasid_find(w->u, w->r, p)) {
		reason = sim_has(BUG_FIELDS_APART) ? read_fields_apart(w, c, p)
						   : read_pasid_entry(w, c, p);
		if (reason)
			return reason;
		reason = check_pasid_entry(w, p);
		/* With P set and nothing wrong with it, an entry may be kept whatever the page walk comes to. */
		if (!reason || sim.cm || (sim_has(BUG_CACHES_ABSENT_PASID) && reason == SPT_2))
			pasid_keep(w->u, w->r, p, reason && sim.cm);
	}
	return by_pasid_entry(w, p, to);
}

/* --- both --- */

static uint8_t read_context(struct walk *w, uint64_t *c)
{
	bool scalable = unit_is_scalable(w->u);
	unsigned devfn = w->r->source_id & 0xff;
	uint64_t root[ROOT_WORDS], half;
	uint8_t reason;

	walk_fetch((w->u->root & ~PAGE_MASK) + 8 * ROOT_WORDS * (w->r->source_id >> 8), ROOT_WORDS,
		   root, sim.coherent, BUG_HALVES_CONTEXT);
	half = scalable && !sim_has(BUG_ROOT_UPPER) ? root[devfn >> 7] : root[0];
	devfn &= sim_has(BUG_DEVFN_CUT) ? 0x7f : 0xff;
	if (sim_has(BUG_ROOT_KEPT))
		half = keep(w->u, half, 0);
	if (!field_of(half, ROOT_P) && !sim_has(BUG_ROOT_P_IGNORED))
		return scalable ? SRT_2 : LRT_2;
	if ((half & 0xffe || (!scalable && root[1])) && !sim_has(BUG_ROOT_RESERVED))
		return scalable ? SRT_3 : LRT_3;
	half &= field_mask(ROOT_CTP);
	c[2] = c[3] = 0;
	if (scalable)
		walk_fetch(half + 8 * SM_CONTEXT_WORDS * (devfn & 0x7f), SM_CONTEXT_WORDS, c,
			   sim.coherent, BUG_NONE);
	else
		walk_fetch(half + 8 * CONTEXT_WORDS * devfn, CONTEXT_WORDS, c, sim.coherent,
			   BUG_HALVES_CONTEXT);
	if (sim_has(BUG_STALE_WIDTH) && !scalable && field_get(c, CONTEXT_P)) {
		if (w->u->old_width)
			field_set(c, CONTEXT_AW, w->u->old_width);
		w->u->old_width = field_get(c, CONTEXT_AW);
	}
	reason = scalable ? check_sm_context(c) : check_context(w, c);
	if (!reason || sim.cm ||
	    (sim_has(BUG_CACHES_ABSENT_CONTEXT) && (reason == LCT_2 || reason == SCT_2)))
		context_keep(w->u, w->r, c, reason && sim.cm);
	return 0;
}

static uint8_t walk(struct walk *w, uint64_t *to)
{
	uint64_t c[SM_CONTEXT_WORDS];
	uint8_t reason = context_find(w->u, w->r, c) ? 0 : read_context(w, c);

	if (reason)
		return reason;
	w->r->knows_context = true;
	return unit_is_scalable(w->u) ? by_sm_context(w, c, to) : by_context(w, c, to);
}

/* What RTADDR and the mode refuse at once. */
static uint8_t check_mode(const struct unit *u, const struct request *r)
{
	uint64_t mode = field_of(u->root, RTADDR_TTM);

	if (mode > 1 || (mode && !field_of(unit_get64(u, VTD_ECAP), ECAP_SMTS)))
		return RTA_1;
	return r->has_pasid && !mode ? RTA_2 : 0;
}

static bool is_translating(const struct unit *u)
{
	if (sim_has(BUG_TE_STAYS) && u->count)
		return true;
	return unit_get32(u, VTD_GSTS) & GCMD_TE && unit_now() >= u->translates_from;
}

/* Faults of the second stage may be kept with CM = 1, under the entry's domain; of the first never (6.2.4.1). */
static bool may_keep(const struct request *r, uint8_t reason)
{
	if (r->access == ACCESS_TRANSLATED)
		return false;
	if (!reason || sim_has(BUG_CACHES_FAULTS))
		return true;
	return sim.cm && r->knows_domain && (r->stage == UNIT_LEGACY || r->stage == UNIT_SECOND);
}

/* Table 30: the completion succeeds with R = W = 0, and that is all (section 7.1.2). */
static bool is_recoverable(const struct request *r, uint8_t reason)
{
	static const uint8_t reasons[] = { LGN_1, LGN_2, LGN_3, SPD_2, SPT_2, SFS_2, SFS_3,
					   SFS_9, SSS_2, SGN_1, SGN_2, SGN_5, SGN_6, SGN_7 };

	for (unsigned i = 0; i < sizeof(reasons) && r->access == ACCESS_TRANSLATION; i++)
		if (reasons[i] == reason)
			return true;
	return false;
}

uint8_t unit_translate(struct unit *u, struct request *r, uint64_t *to)
{
	struct walk w = { .u = u, .r = r, .may_write = true };
	const struct unit_translation *known;
	uint8_t reason;

	*to = r->at;
	/* What a device-TLB sends is an unsupported request then (section 4.2.1). */
	if (!is_translating(u))
		return r->access >= ACCESS_TRANSLATION ? UNSUPPORTED : 0;
	if (sim_has(BUG_ROOT_UNLATCHED))
		u->root = unit_get64(u, VTD_RTADDR);
	reason = check_mode(u, r);
	known = reason || r->access == ACCESS_TRANSLATED ? NULL : tlb_find(u, r);
	if (known) {
		r->domain = known->domain;
		r->knows_domain = true;
		r->suppress_faults = known->suppress_faults;
		reason = known->reason			    ? known->reason
			 : is_write(r) && !known->may_write ? (unit_is_scalable(u) ? SGN_6 : LGN_2)
							    : 0;
		*to = known->frame << 12 | (r->at & PAGE_MASK);
		w.may_write = known->may_write;
	} else if (!reason) {
		reason = walk(&w, to);
		if (may_keep(r, reason))
			tlb_keep(u, r, *to, w.may_write, reason);
	}
	r->may_write = w.may_write;
	if (sim_has(BUG_WRONG_FRAME) && !reason && u->arrivals % 64 == 0)
		*to ^= 4096;
	if (sim_has(BUG_FAULT_SPURIOUS) && !reason && u->arrivals % 100 == 0)
		fault_record(u, r, unit_is_scalable(u) ? SPT_2 : LCT_2);
	if (sim_has(BUG_FPD_IGNORED))
		r->suppress_faults = false;
	if (reason && !r->is_prefetch && !r->suppress_faults &&
	    (!is_recoverable(r, reason) || sim_has(BUG_FAULT_RECOVERABLE)))
		fault_record(u, r, reason);
	return reason;
}

void unit_take(struct unit *u, struct request *r)
{
	unsigned i = 0;

	while (u->requests[i]) {
		if (++i < UNIT_REQUESTS)
			continue;
		unit_wait();
		i = 0;
	}
	u->requests[i] = r;
	r->number = ++u->arrivals;
	r->task = unit_task();
	r->uses_pasid = r->has_pasid ? r->pasid : 0;
}

void unit_leave(struct unit *u, struct request *r)
{
	for (unsigned i = 0; i < UNIT_REQUESTS; i++)
		if (u->requests[i] == r)
			u->requests[i] = NULL;
}

void unit_forget_task(struct unit *u, uint8_t task)
{
	for (unsigned i = 0; i < UNIT_REQUESTS; i++)
		if (u->requests[i] && u->requests[i]->task == task)
			u->requests[i] = NULL;
}
