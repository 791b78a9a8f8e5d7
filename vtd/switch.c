/* SPDX-License-Identifier: BSD-2-Clause */
/* Translation turned on and off: after firmware, with a root table, with another one. */
#include "vtd/switch.h"
#include "vtd/fault.h"
#include "vtd/interrupts.h"
#include "vtd/invalidate.h"
#include "vtd/platform.h"
#include "vtd/queue.h"
#include "vtd/regs.h"

#include <stddef.h>

#define PAGE_BYTES 4096

enum vtd_status vtd_unit_take_over(struct vtd_unit *unit)
{
	/* Translation first: the tables behind it are firmware's, and may be gone already. */
	static const uint32_t order[] = { GCMD_TE, GCMD_IRE };
	enum vtd_status status = VTD_OK;

	vtd_write32(unit, VTD_FECTL, FECTL_IM);
	for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]) && status == VTD_OK; i++)
		if (vtd_read32(unit, VTD_GSTS) & order[i])
			status = vtd_command(unit, order[i], false);
	if (status == VTD_OK)
		status = vtd_invalidation_close(unit);
	if (status != VTD_OK)
		return status;
	vtd_fault_clear(unit);
	return VTD_OK;
}

void vtd_unit_write_root(struct vtd_unit *unit, const uint64_t *root)
{
	vtd_write64(unit, VTD_RTADDR, (uint64_t)root | field_bits(RTADDR_TTM, unit->scalable));
}

enum vtd_status vtd_unit_set_root_register(struct vtd_unit *unit, uint64_t value)
{
	vtd_write64(unit, VTD_RTADDR, value);
	return vtd_command_once(unit, GCMD_SRTP, GCMD_SRTP);
}

/* The root pointer, then the global invalidations that make it take effect (section 6.6). */
static enum vtd_status set_root(struct vtd_unit *unit)
{
	enum vtd_status status;

	vtd_unit_write_root(unit, unit->root_table);
	status = vtd_command_once(unit, GCMD_SRTP, GCMD_SRTP);
	if (status == VTD_OK)
		status = vtd_invalidate_all(unit);
	return status;
}

static enum vtd_status leave_protected_regions(struct vtd_unit *unit)
{
	if (!(unit->found_pmen & (PMEN_EPM | PMEN_PRS)))
		return VTD_OK;
	vtd_write32(unit, VTD_PMEN, unit->found_pmen & ~PMEN_EPM);
	return vtd_wait32(unit, VTD_PMEN, PMEN_PRS, 0);
}

enum vtd_status vtd_unit_enable(struct vtd_unit *unit, enum vtd_invalidation how)
{
	enum vtd_status status;

	if (!vtd_unit_any_levels(unit))
		return VTD_NO_LEGACY;
	if (!unit->root_table)
		unit->root_table = platform_alloc_page();
	if (!unit->root_table)
		return VTD_NO_MEMORY;
	vtd_flush(unit, unit->root_table, PAGE_BYTES);
	status = vtd_flush_write_buffer(unit);
	if (status == VTD_OK)
		status = vtd_invalidation_open(unit, how);
	if (status == VTD_OK)
		status = set_root(unit);
	if (status == VTD_OK)
		status = vtd_command(unit, GCMD_TE, true);
	if (status == VTD_OK)
		status = leave_protected_regions(unit);
	unit->translating = status == VTD_OK;
	unit->enables++;
	return status;
}

enum vtd_status vtd_unit_disable(struct vtd_unit *unit)
{
	/* The interrupt entry cache is invalidated by the queue, which goes off. */
	enum vtd_status status = vtd_interrupts_off(unit), off = vtd_command(unit, GCMD_TE, false);

	unit->translating = false;
	status = status == VTD_OK ? off : status;
	if (status == VTD_OK)
		status = vtd_invalidation_close(unit);
	return status;
}

enum vtd_status vtd_unit_set_root(struct vtd_unit *unit, uint64_t *root, bool scalable)
{
	enum vtd_invalidation how = unit->queue.descriptors ? VTD_QUEUED_ONLY : VTD_REGISTER_ONLY;
	enum vtd_status status = vtd_unit_disable(unit);

	if (status != VTD_OK)
		return status;
	unit->root_before = unit->root_table;
	unit->was_scalable = unit->scalable;
	unit->root_table = root;
	unit->scalable = scalable;
	return vtd_unit_enable(unit, how);
}
