/* SPDX-License-Identifier: BSD-2-Clause */
/* Which fields of an entry a step must store whole, and whether there is a domain-id. */
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

bool notation_have_domains(unsigned kinds)
{
	for (unsigned k = 0; k < KIND_COUNT; k++)
		if (kinds & 1u << k && !kind_domain((enum entry_kind)k).high)
			return false;
	return true;
}
