/* SPDX-License-Identifier: BSD-2-Clause */
/* Table entries: VT-d specification, chapter 9. Bit numbers are those of the whole entry. */
#ifndef VTD_ENTRY_H
#define VTD_ENTRY_H

#include "vtd/field.h"

// clang-format off
/* Root entry, legacy mode: 128 bits (section 9.1) */
#define ROOT_P		FIELD(0, 0)
#define ROOT_CTP	FIELD(63, 12)

/* Context entry, legacy mode: 128 bits, one fetch (section 9.3) */
#define CONTEXT_WORDS	2
#define CONTEXT_P	FIELD(0, 0)
#define CONTEXT_FPD	FIELD(1, 1)
#define CONTEXT_TT	FIELD(3, 2)   /* 0: untranslated requests through second-stage tables */
#define CONTEXT_SSPTPTR	FIELD(63, 12)
#define CONTEXT_AW	FIELD(66, 64) /* n: n + 2 levels */
#define CONTEXT_DID	FIELD(87, 72)

/* Second-stage paging entry: 64 bits (section 9.8) */
#define SS_R		FIELD(0, 0)
#define SS_W		FIELD(1, 1)
#define SS_ADDR		FIELD(51, 12)
// clang-format on

/* AW for a number of second-stage levels (3 to 5). */
static inline unsigned aw_of_levels(unsigned levels)
{
	return levels - 2;
}

#endif
