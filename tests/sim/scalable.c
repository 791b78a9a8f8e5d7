/* SPDX-License-Identifier: BSD-2-Clause */
/* From a scalable-mode context entry by PASID directory and PASID table to the page tables (sections 3.4.3 and 9.4 to 9.6). */
#include "tests/sim/sim.h"
#include "tests/sim/walk.h"
#include "vtd/entry.h"

#include <string.h>

/* Bits of a PASID-table entry that must be 0 whatever the unit can do (section 9.6). */
static bool sets_reserved(const uint64_t *p)
{
	static const uint64_t reserved[PASID_WORDS] = { 0xc20, 0xf87f0000, 0xf02, ~0ull,
							0xff8, ~0xffffull, ~0ull, ~0ull };
	/* Revision 3 had SLEE and ERE with ECAP.ERS; EMT, PWT and PCD with MTS. */
	static const uint64_t once_used[PASID_WORDS] = { 0x20, 0xf8000000, 2 };

	for (unsigned i = 0; i < PASID_WORDS; i++)
		if (p[i] & reserved[i] & ~(sim.older ? once_used[i] : 0) &
		    ~(sim_has(BUG_PASID_RESERVED_BIT) && i == 2 ? 1ull << 9 : 0))
			return true;
	return false;
}

static uint8_t check_pasid_entry(const struct walk *w, const uint64_t *p)
{
	unsigned levels = (unsigned)field_get(p, PASID_AW) + 2,
		 pgtt = (unsigned)field_get(p, PASID_PGTT);
	bool first = pgtt == PGTT_FIRST || pgtt == PGTT_NESTED;

	if (!field_get(p, PASID_P) && !sim_has(BUG_PASID_IGNORE_P))
		return SPT_2;
	if (sets_reserved(p) && !walk_takes_reserved(BUG_PASID_RESERVED))
		return SPT_3;
	if (((field_get(p, PASID_SSADE) && !walk_can(w, ECAP_SSADS)) ||
	     (field_get(p, PASID_PGSNP) && !walk_can(w, ECAP_SC)) ||
	     (field_get(p, PASID_PWSNP) && !walk_can(w, ECAP_SMPWC)) ||
	     (field_get(p, PASID_EAFE) && !walk_can(w, ECAP_EAFS))) &&
	    !sim_has(BUG_PASID_RESERVED))
		return SPT_3;
	if ((field_get(p, PASID_PGSNP) && sim_has(BUG_PGSNP_FAULTS)) ||
	    (field_get(p, PASID_SSADE) && sim_has(BUG_SSADE_FAULTS)))
		return SPT_3;
	if (((pgtt < PGTT_FIRST || pgtt > PGTT_PASS) && !sim_has(BUG_PGTT_ANY)) ||
	    (((pgtt == PGTT_FIRST && !walk_can(w, ECAP_FSTS)) ||
	      (pgtt == PGTT_SECOND && !walk_can(w, ECAP_SSTS)) ||
	      (pgtt == PGTT_NESTED && !walk_can(w, ECAP_NEST)) ||
	      (pgtt == PGTT_PASS && !walk_can(w, ECAP_PT))) &&
	     !sim_has(BUG_PGTT_LACKING)))
		return SPT_4;
	if ((pgtt == PGTT_SECOND || pgtt == PGTT_NESTED) && !walk_has_levels(w, levels))
		return SPT_4;
	/* Five levels of first stage are for units with CAP.FL5LP. */
	if (first && field_get(p, PASID_FSPM) > field_of(unit_get64(w->u, VTD_CAP), CAP_FL5LP) &&
	    !sim_has(BUG_FSPM_ANY))
		return SPT_4;
	if (pgtt == PGTT_NESTED && walk_is_beyond(w, field_get(p, PASID_FSPTPTR) << 12, levels))
		return SPT_4;
	return 0;
}

/* A bit as it was when it was first read, for this root table and PASID: what BUG_FPD_KEPT and others use. */
static bool keep_bit(const struct walk *w, bool now)
{
	struct unit *u = w->u;
	uint64_t tag = u->root | w->r->uses_pasid % 4096 | 1ull << 63;

	if (u->kept_tag != tag)
		u->kept = now;
	u->kept_tag = tag;
	return u->kept;
}

/* What of an entry a walk goes by beside its pointers. */
static void use_flags(struct walk *w, const uint64_t *p)
{
	bool fpd = walk_is_silent(p[0]);

	w->tracks = field_get(p, PASID_SSADE);
	w->extended = field_get(p, PASID_EAFE);
	w->r->forces_snoop = field_get(p, PASID_PGSNP) && !sim_has(BUG_PGSNP_IGNORED);
	if (sim_has(BUG_PGSNP_KEPT))
		w->r->forces_snoop = keep_bit(w, w->r->forces_snoop);
	if (sim_has(BUG_FPD_KEPT))
		fpd = keep_bit(w, fpd);
	if (sim_has(BUG_SSADE_KEPT))
		w->tracks = keep_bit(w, w->tracks);
	if (sim_has(BUG_EAFE_KEPT))
		w->extended = keep_bit(w, w->extended);
	if (sim_has(BUG_SSADE_ALWAYS))
		w->tracks = true;
	w->r->suppress_faults |= fpd;
}

static uint8_t stage_of(unsigned pgtt)
{
	return pgtt == PGTT_FIRST    ? UNIT_FIRST
	       : pgtt == PGTT_SECOND ? UNIT_SECOND
	       : pgtt == PGTT_NESTED ? UNIT_NESTED
				     : UNIT_PASS;
}

static uint8_t by_pasid_entry(struct walk *w, const uint64_t *p, uint64_t *to)
{
	uint64_t first = field_get(p, PASID_FSPTPTR) << 12;
	uint64_t second = walk_cut(field_get(p, PASID_SSPTPTR) << 12, BUG_SSPTPTR_CUT, 36);
	unsigned levels = (unsigned)field_get(p, PASID_AW) + 2;
	uint8_t reason = check_pasid_entry(w, p);

	use_flags(w, p);
	if (reason)
		return reason;
	w->r->domain = (uint16_t)field_get(p, PASID_DID);
	if (sim_has(BUG_STALE_DOMAIN)) {
		w->r->domain = w->u->last_domain ? w->u->last_domain : w->r->domain;
		w->u->last_domain = (uint16_t)field_get(p, PASID_DID);
	}
	w->r->knows_domain = true;
	if (w->r->access == ACCESS_PAGE) {
		w->r->stage = stage_of((unsigned)field_get(p, PASID_PGTT));
		return 0;
	}
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

uint8_t walk_check_sm_context(const struct walk *w, const uint64_t *c)
{
	if (!field_get(c, SM_CONTEXT_P) && !sim_has(BUG_IGNORE_P))
		return SCT_2;
	if ((c[0] & 0x1e0 ||
	     (sim_has(BUG_SM_CONTEXT_BIT) ? c[1] & ~(1ull << 40) : c[1]) & 0xffffffffffe00000 ||
	     ((c[2] || c[3]) && !sim_has(BUG_SM_CONTEXT_HIGH))) &&
	    !walk_takes_reserved(BUG_CONTEXT_RESERVED))
		return SCT_3;
	if (field_get(c, SM_CONTEXT_PRE) &&
	    ((!walk_can(w, ECAP_PRS) && !sim_has(BUG_CONTEXT_RESERVED)) || sim_has(BUG_PRE_FAULTS)))
		return SCT_3;
	if (field_get(c, SM_CONTEXT_PRE) && !field_get(c, SM_CONTEXT_DTE))
		return SCT_4;
	if (field_get(c, SM_CONTEXT_RID_PASID) >> (13 + field_get(c, SM_CONTEXT_PDTS)) &&
	    !sim_has(BUG_PDTS_ANY))
		return SCT_4;
	return 0;
}

uint64_t walk_keep(struct unit *u, uint64_t entry, uint64_t tag)
{
	tag |= u->root;
	if (!u->kept || u->kept_tag != tag)
		u->kept = entry & 1 ? entry : 0;
	u->kept_tag = tag;
	return u->kept ? u->kept : entry;
}

static bool takes_pages(const struct walk *w, const uint64_t *c)
{
	bool takes = field_get(c, SM_CONTEXT_PRE);

	if (sim_has(BUG_PRE_KEPT))
		takes = keep_bit(w, takes);
	return takes || sim_has(BUG_PRE_ANY);
}

/* Which PASID: the request's, or RID_PASID. */
static uint8_t choose_pasid(struct walk *w, const uint64_t *c)
{
	struct request *r = w->r;
	uint32_t own = (uint32_t)field_get(c, SM_CONTEXT_RID_PASID);

	if (r->access == ACCESS_PAGE && !takes_pages(w, c))
		return SCT_8;
	if (r->access >= ACCESS_TRANSLATION && r->access != ACCESS_PAGE &&
	    !field_get(c, SM_CONTEXT_DTE) &&
	    !(sim_has(BUG_TRANSLATED_ANY) && r->access == ACCESS_TRANSLATED))
		return SCT_5;
	if (!r->has_pasid) {
		r->uses_pasid = walk_can(w, ECAP_RPS) && !sim_has(BUG_RID_PASID_0) ? own : 0;
	} else {
		if (!field_get(c, SM_CONTEXT_PASIDE) && !sim_has(BUG_PASIDE_ANY))
			return SCT_6;
		if (r->pasid >> (13 + field_get(c, SM_CONTEXT_PDTS)))
			return SCT_7;
		if (r->pasid == own && walk_can(w, ECAP_RPS) && !sim_has(BUG_RID_PASID_TAKEN))
			return SCT_9;
		r->uses_pasid = sim_has(BUG_PASID_CUT) ? r->pasid & 3 : r->pasid;
	}
	return 0;
}

/* From the directory to the PASID-table entry. 0, or why there is none. */
static uint8_t read_pasid_entry(struct walk *w, const uint64_t *c, uint64_t *p)
{
	uint32_t in_directory = w->r->uses_pasid / 64;
	uint64_t directory;

	if (sim_has(BUG_DIR_FIRST))
		in_directory = 0;
	if (sim_has(BUG_PASID_HIGH))
		in_directory &= 127;
	walk_fetch(walk_cut(field_get(c, SM_CONTEXT_PASIDDIRPTR) << 12, BUG_DIR_CUT, 32) +
			   8 * in_directory,
		   1, &directory, sim.coherent, BUG_NONE);
	if (sim_has(BUG_DIR_KEPT))
		directory = walk_keep(w->u, directory, w->r->uses_pasid / 64);
	if (sim_has(BUG_FPD_DIR))
		directory &= ~field_mask(FPD);
	w->r->suppress_faults |= walk_is_silent(directory);
	if (!field_of(directory, PASID_DIR_P) && !sim_has(BUG_DIR_P_IGNORED))
		return SPD_2;
	if (directory & (sim_has(BUG_DIR_BIT) ? 0xefc : 0xffc) &&
	    !walk_takes_reserved(BUG_DIR_RESERVED))
		return SPD_3;
	walk_fetch(walk_cut(directory & field_mask(PASID_DIR_SMPTBLPTR), BUG_PASID_TABLE_CUT, 32) +
			   8 * PASID_WORDS *
				   (w->r->uses_pasid % (sim_has(BUG_PASID_INDEX) ? 16 : 64)),
		   PASID_WORDS, p, sim.coherent, BUG_HALVES_PASID);
	/* With the PASID-table entry is kept what the entry above says of its faults. */
	if (sim_has(BUG_FPD_PASID))
		p[0] &= ~field_mask(FPD);
	p[0] |= directory & field_mask(FPD);
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

uint8_t walk_by_sm_context(struct walk *w, const uint64_t *c, uint64_t *to)
{
	uint64_t p[PASID_WORDS];
	uint8_t reason = walk_check_sm_context(w, c);

	w->r->suppress_faults = walk_is_silent(c[0]);
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
