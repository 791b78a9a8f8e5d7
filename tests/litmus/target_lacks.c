/* SPDX-License-Identifier: BSD-2-Clause */
/* Which targets a unit or a device cannot have, and why. */
#include "tests/litmus/target.h"
#include "vtd/regs.h"

/* Why a device whose requests always carry a PASID is of no use here; NULL: it is. */
static const char *lacks_untagged(const struct target *t)
{
	if (!t->scalable)
		return "the device's requests always carry a PASID, which legacy mode refuses";
	if (!field_of(t->unit->ecap, ECAP_PASID))
		return "the unit takes no requests with PASID (ECAP.PASID = 0)";
	if (t->kind == KIND_SM_CONTEXT)
		return "its states differ in RID_PASID, which the device's requests do not use";
	return NULL;
}

/* Whether the deepest tables that it has are not one level deeper than others. */
static bool has_one_depth(const struct vtd_unit *u)
{
	unsigned levels = 5;

	while (levels > 3 && !vtd_unit_has_levels(u, levels))
		levels--;
	return levels == 3 || !vtd_unit_has_levels(u, levels - 1);
}

static const char *lacks_of_unit(const struct target *t)
{
	const struct vtd_unit *u = t->unit;
	bool first = t->id == TARGET_PASID_FS || t->id == TARGET_PASID_FS_PT ||
		     t->id == TARGET_FS_LEAF || t->id == TARGET_FS_LARGE;

	if (target_passes_through(t->id) && !field_of(u->ecap, ECAP_PT))
		return "the unit has no pass-through (ECAP.PT = 0)";
	if (target_is_of_interrupts(t) && !field_of(u->ecap, ECAP_IR))
		return "the unit has no interrupt remapping (ECAP.IR = 0)";
	if (t->id == TARGET_IRTE_POSTED && !field_of(u->cap, CAP_PI))
		return "the unit has no posted interrupts (CAP.PI = 0)";
	/* Then A has the width that pass-through must have, and no mixture lands anywhere else than a state. */
	if (t->id == TARGET_CONTEXT_PT && has_one_depth(u))
		return "the unit has tables of one depth alone (CAP.SAGAW): no mixture with a pass-through entry would show";
	if (t->id == TARGET_LARGE && !(field_of(u->cap, CAP_SSLPS) & 1))
		return "the unit has no second-stage pages of 2 MiB (CAP.SSLPS)";
	if (!t->scalable)
		return NULL;
	if (!field_of(u->ecap, ECAP_SMTS))
		return "the unit has no scalable mode (ECAP.SMTS = 0)";
	if (!field_of(u->ecap, ECAP_SSTS) && !field_of(u->ecap, ECAP_FSTS))
		return "the unit has no page tables in scalable mode (ECAP.SSTS = FSTS = 0)";
	if ((t->id == TARGET_PASID_SS || t->id == TARGET_PASID_DID ||
	     t->id == TARGET_PASID_DIR_TABLE) &&
	    !field_of(u->ecap, ECAP_SSTS))
		return "the unit has no second stage in scalable mode (ECAP.SSTS = 0)";
	if (first && !field_of(u->ecap, ECAP_FSTS))
		return "the unit has no first stage (ECAP.FSTS = 0)";
	if (t->id == TARGET_PASID_NESTED && !field_of(u->ecap, ECAP_NEST))
		return "the unit has no nested translation (ECAP.NEST = 0)";
	return NULL;
}

const char *target_lacks(const struct target *t, const struct dma_device *device)
{
	const char *problem = lacks_of_unit(t);

	return !problem && device->tagging == DMA_TAGS_ALWAYS ? lacks_untagged(t) : problem;
}
