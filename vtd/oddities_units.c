/* SPDX-License-Identifier: BSD-2-Clause */
/* What is odd about the remapping units, as they answered and as firmware left them. */
#include "vtd/oddities_search.h"
#include "vtd/regs.h"

static void report_unit(const struct oddity_search *s, enum oddity_code code, unsigned index,
			bool has_value, uint64_t value)
{
	oddity_report(s, (struct oddity){ .code = code,
					  .at_unit = true,
					  .unit = index,
					  .at_offset = true,
					  .offset = s->m->units[index].unit.offset,
					  .has_value = has_value,
					  .value = value });
}

static void at_unit(const struct oddity_search *s, enum oddity_code code, unsigned index)
{
	report_unit(s, code, index, false, 0);
}

static void at_unit_value(const struct oddity_search *s, enum oddity_code code, unsigned index,
			  uint64_t value)
{
	report_unit(s, code, index, true, value);
}

static void check_found_state(const struct oddity_search *s, unsigned index)
{
	const struct vtd_unit *u = &s->m->units[index].unit;
	const uint32_t pending = FSTS_PPF | FSTS_PFO | FSTS_IQE | FSTS_ICE | FSTS_ITE;

	if (u->found_gsts & GCMD_TE)
		at_unit(s, ODD_TRANSLATION_ON, index);
	if (u->found_gsts & GCMD_IRE)
		at_unit(s, ODD_INTERRUPTS_ON, index);
	if (u->found_gsts & GCMD_QIE)
		at_unit(s, ODD_QUEUE_ON, index);
	if (u->found_pmen & PMEN_PRS)
		at_unit(s, ODD_PROTECTION_ON, index);
	if (u->found_fsts & pending)
		at_unit_value(s, ODD_FAULTS_PENDING, index, u->found_fsts);
}

/* Bit n of CAP.SAGAW is a table of n + 2 levels; 0 and 4 are reserved (section 11.4.2). */
#define SAGAW_LEVELS 0xeu

static uint64_t width_of(const struct vtd_unit *u)
{
	return field_of(u->cap, CAP_MGAW) + 1;
}

/*
 * MGAW is only recommended to reach the host address width (section 11.4.2), so all units may fall
 * short of it alike. One that does where another does not is worse off than its neighbour.
 */
static void check_widths(const struct oddity_search *s)
{
	uint64_t want = s->m->dmar.host_address_width, widest = 0;

	for (unsigned i = 0; i < s->m->unit_count; i++)
		if (s->m->units[i].status == VTD_OK && width_of(&s->m->units[i].unit) > widest)
			widest = width_of(&s->m->units[i].unit);
	if (widest && widest < want)
		oddity_report(s, (struct oddity){ .code = ODD_WIDTH_UNITS,
						  .has_value = true,
						  .value = widest });
	for (unsigned i = 0; widest >= want && i < s->m->unit_count; i++)
		if (s->m->units[i].status == VTD_OK && width_of(&s->m->units[i].unit) < want)
			at_unit_value(s, ODD_WIDTH_UNIT, i, width_of(&s->m->units[i].unit));
}

/* `first`: the first usable unit. */
static void check_usable_unit(const struct oddity_search *s, unsigned index, unsigned first)
{
	const struct vtd_unit *u = &s->m->units[index].unit;
	uint64_t decisive = field_mask(ECAP_C) | field_mask(ECAP_SC) | field_mask(ECAP_PASID) |
			    field_mask(ECAP_SMTS);
	uint64_t differs = (u->ecap ^ s->m->units[first].unit.ecap) & decisive;

	if (s->m->dmar.flags & DMAR_INTR_REMAP && !field_of(u->ecap, ECAP_IR))
		at_unit(s, ODD_NO_INTERRUPT_REMAPPING, index);
	if (!(field_of(u->cap, CAP_SAGAW) & SAGAW_LEVELS))
		at_unit_value(s, ODD_NO_LEVELS, index, field_of(u->cap, CAP_SAGAW));
	if (differs)
		at_unit_value(s, ODD_UNITS_DIFFER, index, differs);
	check_found_state(s, index);
}

void oddities_of_units(const struct oddity_search *s)
{
	unsigned first = s->m->unit_count;

	check_widths(s);
	for (unsigned i = 0; i < s->m->unit_count; i++) {
		const struct oddity_unit *u = &s->m->units[i];

		switch (u->status) {
		case VTD_OK:
			first = first < i ? first : i;
			check_usable_unit(s, i, first);
			break;
		case VTD_ALL_ONES:
			at_unit(s, ODD_UNIT_ONES, i);
			break;
		case VTD_NO_REGISTERS:
			at_unit(s, u->unit.cap ? ODD_UNIT_VERSION : ODD_UNIT_ZEROS, i);
			break;
		case VTD_BAD_OFFSETS:
			at_unit(s, ODD_UNIT_OFFSETS, i);
			break;
		default: /* a base of 0 is the table's oddity */
			if (u->unit.base)
				at_unit(s, ODD_UNIT_ADDRESS, i);
		}
	}
}
