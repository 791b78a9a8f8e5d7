/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a request to a physical address: chapters 3 and 9 of the specification, reasons of faults by its table
 * 30. Others act between any two reads of memory.
 */
#include "tests/sim/sim.h"
#include "tests/sim/unit.h"
#include "vtd/entry.h"
#include "vtd/pagetable.h"

#include <string.h>

#define PAGE_MASK 0xfffull
#define FS_PS	  FIELD(7, 7) /* and of second-stage entries: a large page, which is not supported */
#define SM_DTE	  FIELD(2, 2)
#define SM_PRE	  FIELD(4, 4)
#define FPD	  FIELD(1, 1) /* of context, PASID-directory and PASID-table entries alike */
#define TT_ALL	  1	      /* context entry, legacy mode: translation requests, too */
#define TT_PASS	  2

/* Reasons, by table 30: legacy mode, and scalable mode. */
enum reason {
	LRT_2 = 0x01, /* root entry not present */
	LCT_2 = 0x02, /* context entry not present */
	LCT_4 = 0x03, /* context entry invalid */
	LGN_1 = 0x04, /* beyond the width */
	LGN_2 = 0x05, /* no write permission */
	LGN_3 = 0x06, /* no read permission */
	LRT_3 = 0x0a, /* root entry, reserved */
	LCT_3 = 0x0b, /* context entry, reserved */
	LSS_2 = 0x0c, /* paging entry, reserved */
	LCT_5 = 0x0d, /* translation requests are blocked */
	RTA_1 = 0x30, /* RTADDR invalid */
	RTA_2 = 0x31, /* PASID in legacy mode */
	SRT_2 = 0x39,
	SRT_3 = 0x3a,
	SCT_2 = 0x41,
	SCT_3 = 0x42,
	SCT_4 = 0x43,
	SCT_5 = 0x44, /* DTE is 0 */
	SCT_6 = 0x45, /* PASIDE is 0 */
	SCT_7 = 0x46, /* PASID beyond the directory */
	SCT_9 = 0x48, /* PASID is RID_PASID */
	SPD_2 = 0x51,
	SPD_3 = 0x52,
	SPT_2 = 0x59,
	SPT_3 = 0x5a,
	SPT_4 = 0x5b,
	SFS_2 = 0x71, /* first-stage entry not present */
	SFS_9 = 0x90, /* A or D to be set without snooping */
	SSS_2 = 0x79, /* second-stage entry without R and W */
	SSS_3 = 0x7a,
	SFS_3 = 0x72,
	SGN_1 = 0x80, /* not canonical */
	SGN_2 = 0x81, /* U/S */
	SGN_5 = 0x84, /* beyond the width */
	SGN_6 = 0x85, /* no write permission */
	SGN_7 = 0x86, /* no read permission */
};

/* A walk under way. */
struct walk {
	struct unit *u;
	struct request *r;
	bool snoop;	 /* for paging entries */
	bool may_write;	 /* by the paging entries so far */
	uint64_t second; /* the second stage under the first; 0 levels: none */
	unsigned second_levels;
};

static bool is_write(const struct request *r)
{
	return r->access == ACCESS_WRITE;
}

/* An entry of `words`, by chunks that are read whole, others between them. */
static void fetch(uint64_t at, unsigned words, uint64_t *out, bool snoop)
{
	bool halves = sim_has(BUG_HALVES) || sim_has(BUG_HALVES_HIGH);
	unsigned chunk = halves ? 1 : sim.chunk / 64, count, order[8];

	if (chunk > words)
		chunk = words;
	count = words / chunk;
	for (unsigned i = 0; i < count; i++)
		order[i] = sim.order == 2 || sim_has(BUG_HALVES_HIGH) ? count - 1 - i : i;
	/* In any order, the first one (with P) first or not. */
	for (unsigned i = count - 1, fixed = sim.order == 1; sim.order & 1 && !halves && i > fixed;
	     i--) {
		unsigned k = fixed + sim_random(i - fixed + 1), t = order[i];

		order[i] = order[k];
		order[k] = t;
	}
	for (unsigned i = 0; i < count; i++) {
		unit_pause(sim.fetch_ns);
		memory_load(at + 8 * chunk * order[i], chunk, out + chunk * order[i], snoop);
	}
}

static bool has_levels(const struct walk *w, unsigned levels)
{
	return levels >= 3 && levels <= 5 &&
	       field_of(unit_get64(w->u, VTD_CAP), CAP_SAGAW) & 1u << (levels - 2);
}

static bool can(const struct walk *w, struct vtd_field capability)
{
	return field_of(unit_get64(w->u, VTD_ECAP), capability);
}

static bool is_beyond(const struct walk *w, uint64_t at, unsigned levels)
{
	unsigned guest = (unsigned)field_of(unit_get64(w->u, VTD_CAP), CAP_MGAW) + 1;
	unsigned width = 12 + 9 * levels;

	width = guest < width ? guest : width;
	return width < 64 && at >> width;
}

/* Second stage (sections 3.7 and 9.8). `reads`: what is wanted is read permission alone. */
static uint8_t second_stage(struct walk *w, uint64_t table, unsigned levels, uint64_t at,
			    bool reads, uint64_t *to)
{
	bool scalable = unit_is_scalable(w->u), may_write = true;
	unsigned level;

	if (is_beyond(w, at, levels))
		return scalable ? SGN_5 : LGN_1;
	level = paging_find(w->u, w->r, false, levels, at, &table, &may_write);
	for (level = level ? level : levels; level; level--) {
		uint64_t entry;

		fetch(table + 8 * vtd_table_index(at, level), 1, &entry, w->snoop);
		if (!field_of(entry, SS_R) && !field_of(entry, SS_W))
			return scalable ? SSS_2 : is_write(w->r) && !reads ? LGN_2 : LGN_3;
		if (level > 1 && field_of(entry, FS_PS))
			return scalable ? SSS_3 : LSS_2;
		if (!field_of(entry, SS_R) && (reads || !is_write(w->r)))
			return scalable ? SGN_7 : LGN_3;
		may_write &= field_of(entry, SS_W);
		table = entry & field_mask(SS_ADDR);
		if (level > 1)
			paging_keep(w->u, w->r, false, level - 1, at, table, may_write);
	}
	if (is_write(w->r) && !reads && !may_write)
		return scalable ? SGN_6 : LGN_2;
	w->may_write &= may_write;
	*to = table | (at & PAGE_MASK);
	return 0;
}

/* Where there is a second stage under the first, first-stage addresses go through it (section 3.8). */
static uint8_t through(struct walk *w, bool reads, uint64_t *at)
{
	if (!w->second_levels)
		return 0;
	return second_stage(w, w->second, w->second_levels, *at, reads, at);
}

/* A first-stage entry, its Accessed flag set, and Dirty where a page is written to (section 3.6.2). */
static uint8_t read_entry(struct walk *w, uint64_t at, unsigned level, uint64_t *entry)
{
	uint64_t flags = field_mask(FS_A) | (level == 1 && is_write(w->r) ? field_mask(FS_D) : 0);

	do {
		fetch(at, 1, entry, w->snoop);
		if (!field_of(*entry, FS_P))
			return SFS_2;
		if (level > 1 && field_of(*entry, FS_PS))
			return SFS_3;
		if (!field_of(*entry, FS_US))
			return SGN_2;
		if (level == 1 && is_write(w->r) && !(w->may_write && field_of(*entry, FS_RW)))
			return SGN_6;
		if (!w->snoop && (*entry & flags) != flags)
			return SFS_9;
		/* Where it is changed under the walk, it is read anew. */
	} while ((*entry & flags) != flags && !memory_set_bits(at, *entry, flags));
	w->may_write &= field_of(*entry, FS_RW);
	return 0;
}

/* First stage (sections 3.6 and 9.7); requests are of user privilege. */
static uint8_t first_stage(struct walk *w, uint64_t table, unsigned levels, uint64_t *to)
{
	uint64_t at = w->r->at;
	unsigned level, width = 12 + 9 * levels;
	uint8_t reason;

	if ((int64_t)(at << (64 - width)) >> (64 - width) != (int64_t)at)
		return SGN_1;
	level = paging_find(w->u, w->r, true, levels, at, &table, &w->may_write);
	/* What is kept of a nested walk is a table's host address (section 6.2.5). */
	reason = level ? 0 : through(w, true, &table);
	for (level = level ? level : levels; !reason; level--) {
		uint64_t entry;

		reason = read_entry(w, table + 8 * vtd_table_index(at, level), level, &entry);
		if (reason)
			break;
		table = entry & field_mask(FS_ADDR);
		if (level == 1)
			break;
		reason = through(w, true, &table);
		if (!reason)
			paging_keep(w->u, w->r, true, level - 1, at, table, w->may_write);
	}
	if (reason)
		return reason;
	*to = table | (at & PAGE_MASK);
	return through(w, false, to);
}

/* --- legacy mode --- */

static uint8_t check_context(const struct walk *w, const uint64_t *c)
{
	unsigned tt = (unsigned)field_get(c, CONTEXT_TT);

	if (!field_get(c, CONTEXT_P) && !sim_has(BUG_IGNORE_P))
		return LCT_2;
	if (c[0] & 0xff0 || c[1] & 0xffffffffff000080)
		return LCT_3;
	if (tt == 3 || (tt == TT_ALL && !can(w, ECAP_DT)) || (tt == TT_PASS && !can(w, ECAP_PT)))
		return LCT_4;
	if (tt != TT_PASS && !has_levels(w, (unsigned)field_get(c, CONTEXT_AW) + 2))
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
	if (w->r->access >= ACCESS_TRANSLATION && tt != TT_ALL)
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
	return second_stage(w, field_get(c, CONTEXT_SSPTPTR) << 12,
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
	if (p[0] & 0xc00)
		return SPT_3;
	if (pgtt < PGTT_FIRST || pgtt > PGTT_PASS || (pgtt == PGTT_FIRST && !can(w, ECAP_FSTS)) ||
	    (pgtt == PGTT_SECOND && !can(w, ECAP_SSTS)) ||
	    (pgtt == PGTT_NESTED && !can(w, ECAP_NEST)) || (pgtt == PGTT_PASS && !can(w, ECAP_PT)))
		return SPT_4;
	if ((pgtt == PGTT_SECOND || pgtt == PGTT_NESTED) && !has_levels(w, levels))
		return SPT_4;
	/* Five levels of first stage are for units with CAP.FL5LP. */
	if (first && field_get(p, PASID_FSPM) > field_of(unit_get64(w->u, VTD_CAP), CAP_FL5LP))
		return SPT_4;
	if (pgtt == PGTT_NESTED && is_beyond(w, field_get(p, PASID_FSPTPTR) << 12, levels))
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
	w->r->knows_domain = true;
	w->snoop = sim.smpwc && field_get(p, PASID_PWSNP);
	*to = w->r->at;
	if (w->r->access == ACCESS_TRANSLATED)
		return 0;
	switch (field_get(p, PASID_PGTT)) {
	case PGTT_FIRST:
		w->r->stage = UNIT_FIRST;
		return first_stage(w, first, 4 + (unsigned)field_get(p, PASID_FSPM), to);
	case PGTT_SECOND:
		w->r->stage = UNIT_SECOND;
		return second_stage(w, second, levels, w->r->at, false, to);
	case PGTT_NESTED:
		w->r->stage = UNIT_NESTED;
		w->second = second;
		w->second_levels = levels;
		return first_stage(w, first, 4 + (unsigned)field_get(p, PASID_FSPM), to);
	}
	w->r->stage = UNIT_PASS;
	return 0;
}

static uint8_t check_sm_context(const uint64_t *c)
{
	if (!field_get(c, SM_CONTEXT_P) && !sim_has(BUG_IGNORE_P))
		return SCT_2;
	if (c[0] & 0x1e0 || c[1] & 0xffffffffffe00000 || c[2] || c[3])
		return SCT_3;
	if (field_get(c, SM_PRE) && !field_get(c, SM_DTE))
		return SCT_4;
	if (field_get(c, SM_CONTEXT_RID_PASID) >> (13 + field_get(c, SM_CONTEXT_PDTS)))
		return SCT_4;
	return 0;
}

/* Which PASID: the request's, or RID_PASID. */
static uint8_t choose_pasid(struct walk *w, const uint64_t *c)
{
	struct request *r = w->r;
	uint32_t own = (uint32_t)field_get(c, SM_CONTEXT_RID_PASID);

	if (r->access >= ACCESS_TRANSLATION && !field_get(c, SM_DTE))
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

static uint8_t by_sm_context(struct walk *w, const uint64_t *c, uint64_t *to)
{
	uint64_t directory, p[PASID_WORDS];
	uint8_t reason = check_sm_context(c);

	w->r->suppress_faults = field_get(c, FPD);
	if (!reason)
		reason = choose_pasid(w, c);
	if (reason)
		return reason;
	if (!pasid_find(w->u, w->r, p)) {
		fetch((field_get(c, SM_CONTEXT_PASIDDIRPTR) << 12) + 8 * (w->r->uses_pasid / 64), 1,
		      &directory, sim.coherent);
		w->r->suppress_faults |= field_of(directory, FPD);
		if (!field_of(directory, PASID_DIR_P))
			return SPD_2;
		if (directory & 0xffc)
			return SPD_3;
		fetch((directory & field_mask(PASID_DIR_SMPTBLPTR)) +
			      8 * PASID_WORDS * (w->r->uses_pasid % 64),
		      PASID_WORDS, p, sim.coherent);
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

	fetch((w->u->root & ~PAGE_MASK) + 8 * ROOT_WORDS * (w->r->source_id >> 8), ROOT_WORDS, root,
	      sim.coherent);
	half = scalable ? root[devfn >> 7] : root[0];
	if (!field_of(half, ROOT_P))
		return scalable ? SRT_2 : LRT_2;
	if (half & 0xffe || (!scalable && root[1]))
		return scalable ? SRT_3 : LRT_3;
	half &= field_mask(ROOT_CTP);
	c[2] = c[3] = 0;
	if (scalable)
		fetch(half + 8 * SM_CONTEXT_WORDS * (devfn & 0x7f), SM_CONTEXT_WORDS, c,
		      sim.coherent);
	else
		fetch(half + 8 * CONTEXT_WORDS * devfn, CONTEXT_WORDS, c, sim.coherent);
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
	return unit_get32(u, VTD_GSTS) & G_TE && unit_now() >= u->translates_from;
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

uint8_t unit_translate(struct unit *u, struct request *r, uint64_t *to)
{
	struct walk w = { .u = u, .r = r, .may_write = true };
	const struct unit_translation *known;
	uint8_t reason;

	*to = r->at;
	if (!is_translating(u))
		return 0;
	reason = check_mode(u, r);
	known = reason || r->access == ACCESS_TRANSLATED ? NULL : tlb_find(u, r);
	if (known) {
		r->domain = known->domain;
		r->knows_domain = true;
		reason = known->reason			    ? known->reason
			 : is_write(r) && !known->may_write ? (unit_is_scalable(u) ? SGN_6 : LGN_2)
							    : 0;
		*to = known->frame << 12 | (r->at & PAGE_MASK);
	} else if (!reason) {
		reason = walk(&w, to);
		if (may_keep(r, reason))
			tlb_keep(u, r, *to, w.may_write, reason);
	}
	if (sim_has(BUG_WRONG_FRAME) && !reason && u->arrivals % 64 == 0)
		*to ^= 4096;
	if (sim_has(BUG_FAULT_SPURIOUS) && !reason && u->arrivals % 100 == 0)
		fault_record(u, r, unit_is_scalable(u) ? SPT_2 : LCT_2);
	if (reason && !r->is_prefetch && !r->suppress_faults)
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
