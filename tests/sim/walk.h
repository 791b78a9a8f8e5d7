/* SPDX-License-Identifier: BSD-2-Clause */
/* A walk under way, and the reasons for which it may end in a fault. */
#ifndef TESTS_SIM_WALK_H
#define TESTS_SIM_WALK_H

#include "tests/sim/unit.h"

#define PAGE_MASK 0xfffull

/* FPD and P of context, PASID-directory and PASID-table entries alike. */
#define FPD	FIELD(1, 1)
#define PRESENT 1ull

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
	RTA_3 = 0x32, /* a page request in legacy mode */
	SRT_2 = 0x39,
	SRT_3 = 0x3a,
	SCT_2 = 0x41,
	SCT_3 = 0x42,
	SCT_4 = 0x43,
	SCT_5 = 0x44, /* DTE is 0 */
	SCT_6 = 0x45, /* PASIDE is 0 */
	SCT_7 = 0x46, /* PASID beyond the directory */
	SCT_8 = 0x47, /* PRE is 0 */
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
	SSS_5 = 0x7c, /* A or D to be set without snooping */
	SFS_3 = 0x72,
	SGN_1 = 0x80,	    /* not canonical */
	SGN_2 = 0x81,	    /* U/S */
	SGN_5 = 0x84,	    /* beyond the width */
	SGN_6 = 0x85,	    /* no write permission */
	SGN_7 = 0x86,	    /* no read permission */
	UNSUPPORTED = 0xff, /* no fault, and no record */
};

/* A walk under way. */
struct walk {
	struct unit *u;
	struct request *r;
	bool snoop;		  /* for paging entries */
	bool may_read, may_write; /* by the paging entries so far */
	bool tracks;		  /* SSADE: second-stage entries have Accessed and Dirty */
	bool extended;		  /* EAFE: first-stage entries have Extended Accessed */
	uint64_t second;	  /* the second stage under the first; 0 levels: none */
	unsigned second_levels;
};

/* A unit of a revision after 5.10 may give bits a meaning that it reserves. */
static inline bool walk_takes_reserved(enum sim_bug bug)
{
	return sim.newer || sim_has(bug);
}

/* What the first word of an entry says of the faults of its requests, whether it is present or not (sections 9.3 to 9.6). */
static inline bool walk_is_silent(uint64_t word)
{
	return field_of(word, FPD) && (word & PRESENT || !sim_has(BUG_FPD_ABSENT));
}

static inline bool walk_can(const struct walk *w, struct vtd_field capability)
{
	return field_of(unit_get64(w->u, VTD_ECAP), capability);
}

/* An address as a unit takes it that drops its bits from `bits` on. */
static inline uint64_t walk_cut(uint64_t at, enum sim_bug bug, unsigned bits)
{
	return sim_has(bug) ? at & ((1ull << bits) - 1) : at;
}

static inline bool is_write(const struct request *r)
{
	return r->access == ACCESS_WRITE;
}

/* Why a read is refused for want of R. */
static inline uint8_t walk_no_read(bool scalable)
{
	if (sim_has(BUG_READ_REASON))
		return scalable ? SGN_6 : LGN_2;
	return scalable ? SGN_7 : LGN_3;
}

/*
 * An entry of `words` (1 to 8), by chunks that are read whole, others acting between them. alone: the fault that
 * reads this kind of entry, and no other, 64 bits at a time; BUG_NONE: there is none.
 */
void walk_fetch(uint64_t at, unsigned words, uint64_t *out, bool snoop, enum sim_bug alone);

bool walk_has_levels(const struct walk *w, unsigned levels);
/* Whether an address needs more bits than tables of `levels`, or the unit, have. */
bool walk_is_beyond(const struct walk *w, uint64_t at, unsigned levels);

/* Page walks from a table: 0, or the reason. `reads`: read permission alone is wanted. */
uint8_t walk_second_stage(struct walk *w, uint64_t table, unsigned levels, uint64_t at, bool reads,
			  uint64_t *to);
uint8_t walk_first_stage(struct walk *w, uint64_t table, unsigned levels, uint64_t *to);

/* Scalable mode (scalable.c): what is wrong with a context entry, 0 for nothing; from one to where the request goes. */
uint8_t walk_check_sm_context(const struct walk *w, const uint64_t *c);
uint8_t walk_by_sm_context(struct walk *w, const uint64_t *c, uint64_t *to);

/* What BUG_DIR_KEPT and BUG_ROOT_KEPT use: the entry that was read first, for this root table and this tag. */
uint64_t walk_keep(struct unit *unit, uint64_t entry, uint64_t tag);

#endif
