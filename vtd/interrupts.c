/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupt remapping on and off, and messages that ask for it. */
#include "vtd/interrupts.h"
#include "vtd/entry.h"
#include "vtd/fault.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"

#include <stddef.h>

/* Section 5.1.2.2. */
#define MESSAGE_FORMAT (1ull << 4) /* remappable */

const char *vtd_interrupts_lack(const struct vtd_unit *unit, bool x2apic)
{
	if (!field_of(unit->ecap, ECAP_IR))
		return "the unit has no interrupt remapping (ECAP.IR = 0)";
	if (x2apic && !field_of(unit->ecap, ECAP_EIM))
		return "the processors are in x2APIC mode, which the unit's interrupt remapping does not have (ECAP.EIM = 0)";
	if (!x2apic && field_of(unit->ecap, ECAP_EIMER))
		return "the processors are not in x2APIC mode (x2apic=1), without which the unit remaps no interrupts (ECAP.EIMER = 1)";
	return NULL;
}

uint64_t vtd_interrupts_register(const uint64_t *table, bool x2apic)
{
	return (uint64_t)table | field_bits(IRTA_EIME, x2apic) |
	       field_bits(IRTA_S, VTD_INTERRUPT_BITS - 1);
}

void vtd_interrupts_write_register(struct vtd_unit *unit, uint64_t value)
{
	vtd_write64(unit, VTD_IRTA, value);
}

enum vtd_status vtd_interrupts_set_register(struct vtd_unit *unit, uint64_t value)
{
	vtd_interrupts_write_register(unit, value);
	return vtd_command_once(unit, GCMD_SIRTP, GCMD_SIRTP);
}

enum vtd_status vtd_interrupts_on(struct vtd_unit *unit, const uint64_t *table, bool x2apic)
{
	enum vtd_status status = vtd_interrupts_off(unit);

	if (status == VTD_OK && !unit->queue.descriptors)
		status = VTD_NO_INVALIDATION;
	if (status == VTD_OK)
		status = vtd_flush_write_buffer(unit);
	if (status == VTD_OK)
		status = vtd_interrupts_set_register(unit, vtd_interrupts_register(table, x2apic));
	/* Whatever CAP.ESIRTPS says of it: section 6.7. */
	if (status == VTD_OK)
		status = vtd_invalidate_interrupts_all(unit);
	if (status == VTD_OK && vtd_read32(unit, VTD_GSTS) & GCMD_CFI)
		status = vtd_command(unit, GCMD_CFI, false);
	if (status == VTD_OK)
		status = vtd_command(unit, GCMD_IRE, true);
	unit->remapping = status == VTD_OK;
	return status;
}

enum vtd_status vtd_interrupts_off(struct vtd_unit *unit)
{
	unit->remapping = false;
	return vtd_read32(unit, VTD_GSTS) & GCMD_IRE ? vtd_command(unit, GCMD_IRE, false) : VTD_OK;
}

uint64_t vtd_interrupt_address(uint16_t index)
{
	return MESSAGE_ADDRESS | MESSAGE_FORMAT | (uint64_t)(index & 0x7fff) << 5 |
	       (uint64_t)(index >> 15) << 2;
}

static bool is_requester(const uint64_t *entry, uint16_t source_id)
{
	/* By SQ: bits of the function number that are not compared. */
	static const uint16_t ignored[] = { 0, 4, 6, 7 };
	uint16_t sid = (uint16_t)field_get(entry, IRTE_SID);

	switch (field_get(entry, IRTE_SVT)) {
	case SVT_NONE:
		return true;
	case SVT_ID:
		return !((sid ^ source_id) & ~ignored[field_get(entry, IRTE_SQ)] & 0xffff);
	default:
		return source_id >> 8 >= sid >> 8 && source_id >> 8 <= (sid & 0xff);
	}
}

/* Fields that must be 0, in the format that the entry has. */
static bool is_wrong(const struct vtd_unit *unit, const uint64_t *entry, bool x2apic)
{
	bool posted = field_get(entry, IRTE_IM);

	if (field_get(entry, IRTE_SVT) > SVT_BUS || (posted && !field_of(unit->cap, CAP_PI)))
		return true;
	if (posted)
		return entry[0] & 0x3fff0030fcull || entry[1] & 0xfff00000;
	return entry[0] & (x2apic ? 0xff007000 : 0xffff00ffff007000) || entry[1] >> 20;
}

struct vtd_interrupt vtd_interrupt_by(const struct vtd_unit *unit, const uint64_t *entry,
				      uint16_t source_id, bool x2apic)
{
	struct vtd_interrupt i = { .is_posted = field_get(entry, IRTE_IM),
				   .vector = (uint8_t)field_get(entry, IRTE_V) };

	if (!field_get(entry, IRTE_P))
		i.reason = FAULT_IRTE_NOT_PRESENT;
	else if (field_get(entry, IRTE_SVT) <= SVT_BUS && !is_requester(entry, source_id))
		i.reason = FAULT_IRTE_SOURCE;
	else if (is_wrong(unit, entry, x2apic))
		i.reason = FAULT_IRTE_RESERVED;
	if (i.is_posted)
		i.descriptor = field_get(entry, IRTE_PDAL) << 6 | field_get(entry, IRTE_PDAH) << 32;
	else
		i.destination = (uint32_t)field_get(entry, x2apic ? IRTE_DST : IRTE_DST_8);
	return i;
}
