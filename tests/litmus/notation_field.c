/* SPDX-License-Identifier: BSD-2-Clause */
/* What a step may do to entries of which kinds: which fields it stores whole, and what sets a pointer. */
#include "tests/litmus/notation.h"
#include "vtd/entry.h"

/*
 * Fields of which a part says nothing of its own: half a pointer leads to memory that is nobody's, half a width to
 * more levels than there are tables, half a PASID to no entry that was made. No DMA may be let through those.
 */
static const struct {
	uint8_t kind; /* enum entry_kind */
	struct vtd_field field;
} whole[] = {
	{ KIND_ROOT, ROOT_CTP },
	{ KIND_SM_ROOT, ROOT_CTP },
	{ KIND_CONTEXT, CONTEXT_TT },
	{ KIND_CONTEXT, CONTEXT_SSPTPTR },
	{ KIND_CONTEXT, CONTEXT_AW },
	{ KIND_CONTEXT, CONTEXT_DID },
	{ KIND_SM_CONTEXT, SM_CONTEXT_PDTS },
	{ KIND_SM_CONTEXT, SM_CONTEXT_PASIDDIRPTR },
	{ KIND_SM_CONTEXT, SM_CONTEXT_RID_PASID },
	{ KIND_PASID_DIR, PASID_DIR_SMPTBLPTR },
	{ KIND_PASID, PASID_AW },
	{ KIND_PASID, PASID_PGTT },
	{ KIND_PASID, PASID_SSPTPTR },
	{ KIND_PASID, PASID_DID },
	{ KIND_PASID, PASID_FSPM },
	{ KIND_PASID, PASID_FSPTPTR },
	{ KIND_TABLE, SS_ADDR },
	{ KIND_LEAF, SS_ADDR },
	{ KIND_LARGE, SS_ADDR },
	/* Half of where it goes to is another processor, or memory that is nobody's. */
	{ KIND_IRTE, { 63, 2 } },
	{ KIND_IRTE, IRTE_SID },
	{ KIND_IRTE, IRTE_SQ },
	{ KIND_IRTE, IRTE_SVT },
	{ KIND_IRTE, IRTE_PDAH },
};

/* The field that the step stores a part of; NULL: none. */
const struct vtd_field *notation_cut_field(const struct step *step, unsigned kinds)
{
	if (step->op != STEP_FIELD)
		return NULL;
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		const struct vtd_field *f = &whole[i].field;
		bool overlaps = step->field.low <= f->high && f->low <= step->field.high;
		bool covers = step->field.low <= f->low && f->high <= step->field.high;

		if (kinds & 1u << whole[i].kind && overlaps && !covers)
			return f;
	}
	return NULL;
}

const char *notation_misfit(const struct step *step, unsigned kinds)
{
	bool stores = step_words((enum step_op)step->op) > 0;

	for (unsigned k = 0; k < KIND_COUNT; k++) {
		bool is_pointer = kind_is_pointer((enum entry_kind)k),
		     is_apart = kind_is_apart((enum entry_kind)k);

		if (!(kinds & 1u << k))
			continue;
		if (stores && is_pointer && step->op != STEP_SET_POINTER)
			return "set the table pointer := new";
		if (step->op == STEP_SET_POINTER && !is_pointer)
			return "a store: an entry is no pointer that a command sets";
		if (stores && is_apart && step->op != STEP_STORE)
			return "a 64-bit store of a whole word: the words are not beside each other";
		if (step_is_spare(step) && !kind_domain((enum entry_kind)k).high)
			return "no spare DID: the entry has none";
		if (step->op == STEP_FLUSH_TABLES && !is_apart)
			return "flush the line if ECAP.C = 0: there are no tables with the entry";
	}
	return NULL;
}
