/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a unit makes of a request, by the specification: the walk from the root entry to the page,
 * as software. It is the reference that predictions are made with; it reads the very tables that
 * the unit reads, but may be told that one entry looks other than it stands in memory.
 */
#ifndef VTD_TRANSLATE_H
#define VTD_TRANSLATE_H

#include "vtd/unit.h"

#define ENTRY_WORDS_MAX 8 /* the largest entry: a PASID-table entry of 512 bits */

/* Words of one entry, where they are, and as the unit is supposed to have read them. */
struct vtd_view {
	unsigned words;
	const volatile uint64_t *at[ENTRY_WORDS_MAX];
	uint64_t value[ENTRY_WORDS_MAX];
};

enum vtd_stage { STAGE_SECOND, STAGE_FIRST, STAGE_NESTED, STAGE_NONE /* pass-through */ };

/* Whether its translations are invalidated in the IOTLB by domain, not in the PASID-based one. */
static inline bool vtd_stage_is_by_domain(enum vtd_stage stage)
{
	return stage == STAGE_SECOND || stage == STAGE_NESTED;
}

struct vtd_translation {
	uint8_t reason;	  /* fault reason (section 7.1.3); 0: translated */
	bool not_present; /* the fault is of an entry that is not there, not of one that is wrong */
	/* A translation request got no permission, and nothing is recorded (section 7.1.2). */
	bool is_unrecorded;
	bool walks_page_zero; /* a pointer was 0 */
	bool is_large;	      /* the page is of 2 MiB, or 1 GiB */
	/* Nothing is wrong with the context or PASID-table entry itself, whatever the walk met after it. */
	bool context_is_good, pasid_is_good;
	uint8_t stage;	  /* enum vtd_stage, of the last table reached */
	uint16_t domain;  /* DID of the context or PASID-table entry; 0 if not reached */
	uint64_t address; /* physical, when translated */
};

/* A write request to bus address `at`, or what the device-TLB asks before one. */
struct vtd_request {
	bool is_translation; /* a translation request (AT = 01b) */
	uint16_t source_id;
	bool has_pasid; /* else the context entry's RID_PASID counts, in scalable mode */
	uint32_t pasid;
	uint64_t at;
};

/*
 * Translate a request. `view` may be NULL.
 * All tables must be readable by this processor; a pointer of 0 leads to a page of zeros.
 */
void vtd_translate(const struct vtd_unit *unit, const struct vtd_request *request,
		   const struct vtd_view *view, struct vtd_translation *out);

#endif
