/* SPDX-License-Identifier: BSD-2-Clause */
/* What one unit can do, its registers and commands, and stores that it must see. */
#include "vtd/unit.h"
#include "vtd/entry.h"
#include "vtd/platform.h"
#include "vtd/regs.h"

#include <stddef.h>

#define TIMEOUT_US 1000000
#define PAGE_BYTES 4096
#define LINE_BYTES 64

uint32_t vtd_read32(const struct vtd_unit *unit, uint32_t offset)
{
	return platform_read32(unit->registers + offset);
}

uint64_t vtd_read64(const struct vtd_unit *unit, uint32_t offset)
{
	return platform_read64(unit->registers + offset);
}

void vtd_write32(struct vtd_unit *unit, uint32_t offset, uint32_t value)
{
	platform_write32(unit->registers + offset, value);
}

void vtd_write64(struct vtd_unit *unit, uint32_t offset, uint64_t value)
{
	platform_write64(unit->registers + offset, value);
}

enum vtd_status vtd_wait32(const struct vtd_unit *unit, uint32_t offset, uint32_t mask,
			   uint32_t value)
{
	uint64_t deadline = platform_time_us() + TIMEOUT_US;

	while ((vtd_read32(unit, offset) & mask) != value) {
		if (platform_time_us() > deadline)
			return VTD_TIMEOUT;
		platform_relax();
	}
	return VTD_OK;
}

enum vtd_status vtd_command(struct vtd_unit *unit, uint32_t bit, bool on)
{
	uint32_t state = vtd_read32(unit, VTD_GSTS) & GCMD_PERSISTENT;

	/* One bit at a time, the others as they are (section 11.4.4). */
	vtd_write32(unit, VTD_GCMD, on ? state | bit : state & ~bit);
	return vtd_wait32(unit, VTD_GSTS, bit, on ? bit : 0);
}

enum vtd_status vtd_command_once(struct vtd_unit *unit, uint32_t bit, uint32_t done)
{
	vtd_write32(unit, VTD_GCMD, (vtd_read32(unit, VTD_GSTS) & GCMD_PERSISTENT) | bit);
	return vtd_wait32(unit, VTD_GSTS, bit, done);
}

enum vtd_status vtd_flush_write_buffer(struct vtd_unit *unit)
{
	return unit->buffers_writes ? vtd_command_once(unit, GCMD_WBF, 0) : VTD_OK;
}

enum vtd_status vtd_unit_probe(struct vtd_unit *unit, volatile void *registers, uint64_t base,
			       uint64_t bytes)
{
	uint64_t faults_end, iotlb_end;

	*unit = (struct vtd_unit){ .registers = registers, .base = base, .bytes = bytes };
	if (!base || !registers)
		return VTD_NO_ADDRESS;
	unit->version = vtd_read32(unit, VTD_VER);
	unit->cap = vtd_read64(unit, VTD_CAP);
	unit->ecap = vtd_read64(unit, VTD_ECAP);
	if (unit->cap == ~0ull || unit->ecap == ~0ull || unit->version == ~0u)
		return VTD_ALL_ONES;
	if (!unit->cap || !field_of(unit->version, VER_MAX))
		return VTD_NO_REGISTERS;
	unit->coherent = field_of(unit->ecap, ECAP_C);
	unit->buffers_writes = field_of(unit->cap, CAP_RWBF);
	unit->uses_rid_pasid = field_of(unit->ecap, ECAP_RPS);
	faults_end = (field_of(unit->cap, CAP_FRO) + field_of(unit->cap, CAP_NFR) + 1) * 16;
	iotlb_end = (field_of(unit->ecap, ECAP_IRO) + 1) * 16;
	unit->needs = faults_end > iotlb_end ? faults_end : iotlb_end;
	if (unit->needs > bytes)
		return VTD_BAD_OFFSETS;
	unit->found_gsts = vtd_read32(unit, VTD_GSTS);
	unit->found_fsts = vtd_read32(unit, VTD_FSTS);
	if (field_of(unit->cap, CAP_PHMR) || field_of(unit->cap, CAP_PLMR))
		unit->found_pmen = vtd_read32(unit, VTD_PMEN);
	return VTD_OK;
}

bool vtd_unit_has_levels(const struct vtd_unit *unit, unsigned levels)
{
	return levels >= 3 && levels <= 5 &&
	       field_of(unit->cap, CAP_SAGAW) & 1u << aw_of_levels(levels);
}

unsigned vtd_unit_any_levels(const struct vtd_unit *unit)
{
	static const uint8_t order[] = { 4, 3, 5 };

	for (unsigned i = 0; i < sizeof(order); i++)
		if (vtd_unit_has_levels(unit, order[i]))
			return order[i];
	return 0;
}

bool vtd_unit_is_newer(const struct vtd_unit *unit)
{
	return unit->cap & CAP_RESERVED || unit->ecap & ECAP_RESERVED;
}

unsigned vtd_unit_width(const struct vtd_unit *unit)
{
	unsigned width = (unsigned)field_of(unit->cap, CAP_MGAW) + 1;
	unsigned tables = 12 + 9 * vtd_unit_any_levels(unit);

	return width < tables ? width : tables;
}

unsigned vtd_unit_domain_ids(const struct vtd_unit *unit)
{
	unsigned nd = (unsigned)field_of(unit->cap, CAP_ND);

	return 1u << (4 + 2 * (nd > 6 ? 6 : nd));
}

uint64_t *vtd_context_entry(struct vtd_unit *unit, uint8_t bus, uint8_t devfn)
{
	uint64_t *root = unit->root_table + 2 * bus;
	uint64_t *table = (uint64_t *)(root[0] & field_mask(ROOT_CTP));

	if (!field_get(root, ROOT_P)) {
		table = platform_alloc_page();
		if (!table)
			return NULL;
		vtd_flush(unit, table, PAGE_BYTES);
		root[0] = (uint64_t)table | field_bits(ROOT_P, 1);
		vtd_flush(unit, root, 16);
	}
	return table + CONTEXT_WORDS * devfn;
}

static void flush_lines(const volatile void *address, uint64_t bytes)
{
	uint64_t at = (uint64_t)address & ~(uint64_t)(LINE_BYTES - 1);

	for (; at < (uint64_t)address + bytes; at += LINE_BYTES)
		platform_flush_line((const volatile void *)at);
}

void vtd_flush(const struct vtd_unit *unit, const volatile void *address, uint64_t bytes)
{
	if (!unit->coherent)
		flush_lines(address, bytes);
}

void vtd_flush_paging(const struct vtd_unit *unit, const volatile void *address, uint64_t bytes)
{
	if (!unit->coherent || field_of(unit->ecap, ECAP_SMTS))
		flush_lines(address, bytes);
}

const char *vtd_status_text(enum vtd_status status)
{
	switch (status) {
	case VTD_OK:
		return "ok";
	case VTD_NO_ADDRESS:
		return "the DMAR table gives it no usable address";
	case VTD_ALL_ONES:
		return "its registers read as all ones: nothing answers there";
	case VTD_NO_REGISTERS:
		return "its version or capability register is zero: no remapping unit there";
	case VTD_BAD_OFFSETS:
		return "CAP.FRO or ECAP.IRO points outside the register set";
	case VTD_NO_LEGACY:
		return "CAP.SAGAW names no table depth: no legacy-mode translation";
	case VTD_NO_INVALIDATION:
		return "the invalidation interface asked for is not there";
	case VTD_NO_MEMORY:
		return "no memory left";
	case VTD_TIMEOUT:
		return "a command did not finish within a second";
	case VTD_QUEUE_ERROR:
		return "the invalidation queue stopped with an error";
	}
	return "?";
}
