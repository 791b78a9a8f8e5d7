/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a request to a physical address, as far as the page tables: root and context entries (chapters 3
 * and 9 of the specification), and what of it is kept.
 */
#include "tests/sim/walk.h"
#include "tests/sim/sim.h"
#include "vtd/entry.h"

#include <string.h>

/* --- legacy mode --- */

static uint8_t check_context(const struct walk *w, const uint64_t *c)
{
	unsigned tt = (unsigned)field_get(c, CONTEXT_TT);
	uint64_t reserved = sim_has(BUG_CONTEXT_BIT) ? 0xbf0 : 0xff0;

	if (sim.older)
		reserved &= ~0x30ull; /* caching hints */
	if (!field_get(c, CONTEXT_P) && !sim_has(BUG_IGNORE_P))
		return LCT_2;
	if ((c[0] & reserved || c[1] & 0xffffffffff000080) &&
	    !walk_takes_reserved(BUG_CONTEXT_RESERVED))
		return LCT_3;
	if ((tt == 3 && !sim_has(BUG_TT_ANY)) ||
	    (tt == TT_DEVICE_TLB && !walk_can(w, ECAP_DT) && !sim_has(BUG_TT_LACKING)) ||
	    (tt == TT_PASS && !walk_can(w, ECAP_PT) && !sim_has(BUG_TT_LACKING)))
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

	w->r->suppress_faults = walk_is_silent(c[0]);
	if (reason)
		return reason;
	w->r->domain = (uint16_t)field_get(c, CONTEXT_DID);
	w->r->knows_domain = true;
	if (w->r->access >= ACCESS_TRANSLATION && tt != TT_DEVICE_TLB &&
	    !(sim_has(BUG_TRANSLATED_ANY) && w->r->access == ACCESS_TRANSLATED))
		return LCT_5;
	*to = w->r->at;
	if (w->r->access == ACCESS_TRANSLATED || w->r->access == ACCESS_PAGE)
		return 0;
	if (tt == TT_PASS) {
		w->r->stage = UNIT_PASS;
		return 0;
	}
	w->r->stage = UNIT_LEGACY;
	w->snoop = sim.coherent;
	return walk_second_stage(w,
				 walk_cut(field_get(c, CONTEXT_SSPTPTR) << 12, BUG_SSPTPTR_CUT, 36),
				 (unsigned)field_get(c, CONTEXT_AW) + 2, w->r->at, false, to);
}

/* --- both --- */

static uint8_t read_context(struct walk *w, uint64_t *c)
{
	bool scalable = unit_is_scalable(w->u);
	unsigned devfn = w->r->source_id & 0xff;
	uint64_t root[ROOT_WORDS], half;
	uint8_t reason;

	walk_fetch(walk_cut(w->u->root & ~PAGE_MASK, BUG_ROOT_CUT, 32) +
			   8 * ROOT_WORDS * (w->r->source_id >> 8),
		   ROOT_WORDS, root, sim.coherent, BUG_HALVES_CONTEXT);
	half = scalable && !sim_has(BUG_ROOT_UPPER) ? root[devfn >> 7] : root[0];
	devfn &= sim_has(BUG_DEVFN_CUT) ? 0x7f : 0xff;
	if (sim_has(BUG_ROOT_KEPT))
		half = walk_keep(w->u, half, 0);
	if (!field_of(half, ROOT_P) && !sim_has(BUG_ROOT_P_IGNORED))
		return scalable ? SRT_2 : LRT_2;
	if ((half & 0xffe || (!scalable && root[1] && !sim_has(BUG_ROOT_HIGH))) &&
	    !walk_takes_reserved(BUG_ROOT_RESERVED))
		return scalable ? SRT_3 : LRT_3;
	half = walk_cut(half & field_mask(ROOT_CTP), BUG_CTP_CUT, 32);
	c[2] = c[3] = 0;
	if (scalable)
		walk_fetch(half + 8 * SM_CONTEXT_WORDS * (devfn & 0x7f), SM_CONTEXT_WORDS, c,
			   sim.coherent, BUG_HALVES_SM_CONTEXT);
	else
		walk_fetch(half + 8 * CONTEXT_WORDS * devfn, CONTEXT_WORDS, c, sim.coherent,
			   BUG_HALVES_CONTEXT);
	if (sim_has(BUG_STALE_WIDTH) && !scalable && field_get(c, CONTEXT_P)) {
		if (w->u->old_width)
			field_set(c, CONTEXT_AW, w->u->old_width);
		w->u->old_width = field_get(c, CONTEXT_AW);
	}
	reason = scalable ? walk_check_sm_context(w, c) : check_context(w, c);
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
	return unit_is_scalable(w->u) ? walk_by_sm_context(w, c, to) : by_context(w, c, to);
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
	/* Each is 0 but where a fault is planted: no clock is looked at for every request. */
	return unit_get32(u, VTD_GSTS) & GCMD_TE &&
	       (!u->translates_from || unit_now() >= u->translates_from) &&
	       (!u->open_until || unit_now() >= u->open_until);
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

/* A translation under which nobody has written yet: a write must set Dirty first, by a walk (section 3.6.2). */
static bool must_mark(const struct unit_translation *known, const struct request *r)
{
	return known->tracks && !known->is_marked && known->may_write && !known->reason &&
	       !(sim_has(BUG_READ_UNMARKED) && known->of_read) &&
	       (is_write(r) || r->access == ACCESS_TRANSLATION);
}

/* A translation that is kept has what was allowed to whoever filled it (section 6.2.4). 0, or the reason. */
static uint8_t refused_by(const struct unit_translation *known, const struct request *r,
			  bool scalable)
{
	if (is_write(r) && !known->may_write && !(sim_has(BUG_READ_WRITABLE) && known->of_read))
		return scalable ? SGN_6 : LGN_2;
	if (r->access == ACCESS_READ && !known->may_read &&
	    !(sim_has(BUG_WRITE_READABLE) && !known->of_read))
		return walk_no_read(scalable);
	return 0;
}

uint8_t unit_translate(struct unit *u, struct request *r, uint64_t *to)
{
	struct walk w = { .u = u, .r = r, .may_read = true, .may_write = true };
	const struct unit_translation *known;
	uint64_t ended = u->walk_ended;
	uint8_t reason;

	*to = r->at;
	/* What a device-TLB sends is an unsupported request then (section 4.2.1). */
	if (!is_translating(u))
		return r->access >= ACCESS_TRANSLATION ? UNSUPPORTED : 0;
	if (sim_has(BUG_ROOT_UNLATCHED))
		u->root = unit_get64(u, VTD_RTADDR);
	if (sim_has(BUG_SRTP_LATE))
		unit_set_late(u);
	reason = check_mode(u, r);
	known = reason || r->access == ACCESS_TRANSLATED ? NULL : tlb_find(u, r);
	if (known && must_mark(known, r))
		known = NULL;
	if (known) {
		r->domain = known->domain;
		r->stage = known->stage;
		r->knows_domain = true;
		r->suppress_faults = known->suppress_faults;
		r->forces_snoop = known->forces_snoop;
		reason = known->reason ? known->reason : refused_by(known, r, unit_is_scalable(u));
		*to = tlb_address(known, r);
		w.may_write = known->may_write;
	} else if (!reason) {
		reason = walk(&w, to);
		if (sim_has(BUG_TRANSLATED_ABSENT) && r->access == ACCESS_TRANSLATED &&
		    (reason == LCT_2 || reason == SCT_2))
			reason = 0;
		if (sim_has(BUG_WALKS_CROSSED) && u->walk_ended++ != ended && !reason)
			*to = u->walk_to;
		u->walk_to = *to;
		if (may_keep(r, reason))
			tlb_keep(u, r, *to, w.may_read, w.may_write, reason);
	}
	r->may_write = w.may_write;
	if (sim_has(BUG_WRONG_FRAME) && !reason && u->arrivals % 64 == 0)
		*to ^= 4096;
	if (sim_has(BUG_FAULT_SPURIOUS) && !reason && u->arrivals % 100 == 0)
		fault_record(u, r, unit_is_scalable(u) ? SPT_2 : LCT_2);
	if (sim_has(BUG_FPD_IGNORED))
		r->suppress_faults = false;
	if (sim_has(BUG_FAULT_FPD_NEXT) && reason && !r->is_prefetch) {
		bool skip = u->skips_next;

		u->skips_next = r->suppress_faults;
		r->suppress_faults |= skip;
	}
	if (reason && !r->is_prefetch && r->suppress_faults)
		fault_suppress(u);
	if (reason && !r->is_prefetch && !r->suppress_faults &&
	    (!is_recoverable(r, reason) || sim_has(BUG_FAULT_RECOVERABLE)))
		fault_record(u, r, reason);
	return reason;
}

uint8_t unit_look_up(struct unit *u, struct request *r)
{
	struct walk w = { .u = u, .r = r, .may_read = true, .may_write = true };
	uint64_t ignored;
	uint8_t reason;

	if (!is_translating(u))
		return UNSUPPORTED;
	reason = unit_is_scalable(u) || sim_has(BUG_PRQ_LEGACY) ? check_mode(u, r) : RTA_3;
	if (!reason)
		reason = walk(&w, &ignored);
	if (reason && !r->suppress_faults && !sim_has(BUG_PRQ_UNRECORDED))
		fault_record(u, r, reason);
	return reason;
}

void unit_take(struct unit *u, struct request *r)
{
	while (u->under_way == (1u << UNIT_REQUESTS) - 1)
		unit_wait();
	r->place = (uint8_t)unit_first_of(~u->under_way);
	u->requests[r->place] = r;
	u->under_way |= 1u << r->place;
	r->number = ++u->arrivals;
	r->task = unit_task();
	r->uses_pasid = r->has_pasid ? r->pasid : 0;
}

void unit_leave(struct unit *u, struct request *r)
{
	u->requests[r->place] = NULL;
	u->under_way &= ~(1u << r->place);
}

void unit_drain(struct unit *u)
{
	uint64_t before = u->arrivals;

	for (uint32_t left = u->under_way; left; left = unit_rest_of(left))
		while (u->requests[unit_first_of(left)] &&
		       u->requests[unit_first_of(left)]->number <= before)
			unit_wait();
}

void unit_forget_task(struct unit *u, uint8_t task)
{
	for (uint32_t left = u->under_way; left; left = unit_rest_of(left))
		if (u->requests[unit_first_of(left)]->task == task)
			unit_leave(u, u->requests[unit_first_of(left)]);
}
