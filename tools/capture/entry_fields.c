/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "tools/capture/entry_fields.h"
#include "tools/capture/paging_entry.h"

#define F(high, low)      \
	{                 \
		high, low \
	}

/* Sections 9.1 to 9.6, 9.10. */
static const struct entry_field fields[] = {
	{ TABLE_ROOT, F(0, 0), "P" },
	{ TABLE_ROOT, F(63, 12), "CTP" },
	{ TABLE_SM_ROOT, F(0, 0), "P" },
	{ TABLE_SM_ROOT, F(63, 12), "CTP" },
	{ TABLE_CONTEXT, F(0, 0), "P" },
	{ TABLE_CONTEXT, F(1, 1), "FPD" },
	{ TABLE_CONTEXT, F(3, 2), "TT" },
	{ TABLE_CONTEXT, F(63, 12), "SSPTPTR" },
	{ TABLE_CONTEXT, F(66, 64), "AW" },
	{ TABLE_CONTEXT, F(70, 67), "IGN" },
	{ TABLE_CONTEXT, F(87, 72), "DID" },
	{ TABLE_SM_CONTEXT, F(0, 0), "P" },
	{ TABLE_SM_CONTEXT, F(1, 1), "FPD" },
	{ TABLE_SM_CONTEXT, F(2, 2), "DTE" },
	{ TABLE_SM_CONTEXT, F(3, 3), "PASIDE" },
	{ TABLE_SM_CONTEXT, F(4, 4), "PRE" },
	{ TABLE_SM_CONTEXT, F(11, 9), "PDTS" },
	{ TABLE_SM_CONTEXT, F(63, 12), "PASIDDIRPTR" },
	{ TABLE_SM_CONTEXT, F(83, 64), "RID_PASID" },
	{ TABLE_SM_CONTEXT, F(84, 84), "RID_PRIV" },
	{ TABLE_PASID_DIR, F(0, 0), "P" },
	{ TABLE_PASID_DIR, F(1, 1), "FPD" },
	{ TABLE_PASID_DIR, F(63, 12), "SMPTBLPTR" },
	{ TABLE_PASID, F(0, 0), "P" },
	{ TABLE_PASID, F(1, 1), "FPD" },
	{ TABLE_PASID, F(4, 2), "AW" },
	{ TABLE_PASID, F(5, 5), "SSEE" },
	{ TABLE_PASID, F(8, 6), "PGTT" },
	{ TABLE_PASID, F(9, 9), "SSADE" },
	{ TABLE_PASID, F(63, 12), "SSPTPTR" },
	{ TABLE_PASID, F(79, 64), "DID" },
	{ TABLE_PASID, F(87, 87), "PWSNP" },
	{ TABLE_PASID, F(88, 88), "PGSNP" },
	{ TABLE_PASID, F(128, 128), "SRE" },
	{ TABLE_PASID, F(131, 130), "FSPM" },
	{ TABLE_PASID, F(132, 132), "WPE" },
	{ TABLE_PASID, F(135, 135), "EAFE" },
	{ TABLE_PASID, F(191, 140), "FSPTPTR" },
	{ TABLE_IRTE, F(0, 0), "P" },
	{ TABLE_IRTE, F(1, 1), "FPD" },
	{ TABLE_IRTE, F(2, 2), "DM" },
	{ TABLE_IRTE, F(3, 3), "RH" },
	{ TABLE_IRTE, F(4, 4), "TM" },
	{ TABLE_IRTE, F(7, 5), "DLM" },
	{ TABLE_IRTE, F(11, 8), "AVAIL" },
	{ TABLE_IRTE, F(15, 15), "IM" },
	{ TABLE_IRTE, F(23, 16), "V" },
	{ TABLE_IRTE, F(63, 32), "DST" },
	{ TABLE_IRTE, F(79, 64), "SID" },
	{ TABLE_IRTE, F(81, 80), "SQ" },
	{ TABLE_IRTE, F(83, 82), "SVT" },
	/* Paging entries of all levels have those of the first (sections 9.7, 9.8). */
	{ TABLE_SS_1, F(0, 0), "R" },
	{ TABLE_SS_1, F(1, 1), "W" },
	{ TABLE_SS_1, F(7, 7), "PS" },
	{ TABLE_SS_1, F(8, 8), "A" },
	{ TABLE_SS_1, F(9, 9), "D" },
	{ TABLE_SS_1, F(11, 11), "SNP" },
	{ TABLE_SS_1, F(51, 12), "ADDR" },
	{ TABLE_FS_1, F(0, 0), "P" },
	{ TABLE_FS_1, F(1, 1), "R/W" },
	{ TABLE_FS_1, F(2, 2), "U/S" },
	{ TABLE_FS_1, F(3, 3), "PWT" },
	{ TABLE_FS_1, F(4, 4), "PCD" },
	{ TABLE_FS_1, F(5, 5), "A" },
	{ TABLE_FS_1, F(6, 6), "D" },
	{ TABLE_FS_1, F(7, 7), "PS" },
	{ TABLE_FS_1, F(10, 10), "EA" },
	{ TABLE_FS_1, F(51, 12), "ADDR" },
};

#define COUNT (sizeof(fields) / sizeof(fields[0]))

static uint64_t mask_in(const struct entry_field *f, enum table_kind kind, unsigned word)
{
	if (paging_is(kind))
		kind = paging_kind(paging_is_first_stage(kind), 1);
	return f->kind == kind && f->bits.low / 64 == word ? field_mask(f->bits) : 0;
}

const char *entry_fields(enum table_kind kind, unsigned word, uint64_t mask, char *text,
			 size_t room)
{
	size_t n = 0;

	*text = 0;
	for (size_t i = 0; i < COUNT; i++) {
		uint64_t in = mask_in(&fields[i], kind, word);

		if (in & mask && n < room)
			n += (size_t)snprintf(text + n, room - n, "%s%s", n ? ", " : "",
					      fields[i].name);
		mask &= ~in;
	}
	if (mask && n < room)
		snprintf(text + n, room - n, "%sbits %#lx", n ? ", " : "", mask);
	return text;
}

struct vtd_field entry_range(enum table_kind kind, unsigned word, uint64_t mask)
{
	for (size_t i = 0; i < COUNT; i++) {
		uint64_t in = mask_in(&fields[i], kind, word);

		if (in & mask)
			mask |= in;
	}
	return FIELD((uint16_t)(word * 64 + 63 - (unsigned)__builtin_clzll(mask)),
		     (uint16_t)(word * 64 + (unsigned)__builtin_ctzll(mask)));
}
