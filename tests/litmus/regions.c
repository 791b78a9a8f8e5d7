/* SPDX-License-Identifier: BSD-2-Clause */
/* Reserved memory regions (RMRRs): checked, and kept mapped for the devices that they are for (section 8.4). */
#include "tests/litmus/regions.h"
#include "kernel/lib/format.h"
#include "kernel/memory.h"
#include "kernel/output/log.h"
#include "tests/litmus/units_record.h"
#include "vtd/entry.h"
#include "vtd/pagetable.h"
#include "vtd/regs.h"

const char *region_remark(const struct dmar_structure *s)
{
	uint64_t base = s->base & ~(PAGE_SIZE - 1);

	return s->limit < s->base ? ": its limit is below its base (firmware bug)"
	       : memory_is(base, s->limit - base + 1, MEMORY_RESERVED)
		       ? ""
		       : ": not in reserved memory (firmware bug)";
}

/* The RMRR that is kept for this function (section 8.4); false: there is none. */
static bool find_region(const struct dmar *dmar, const struct pci_function *f,
			struct dmar_structure *region)
{
	struct dmar_walk walk;
	struct dmar_scope scope;

	dmar_first(&walk, dmar);
	while (dmar_next(&walk, region) == DMAR_OK) {
		if (region->type != DMAR_RMRR)
			continue;
		while (dmar_next_scope(&region->scopes, &scope) == DMAR_OK)
			if (dmar_scope_covers(&scope, region->segment, f->bus, f->devfn,
					      &units_pci_view))
				return true;
	}
	return false;
}

/* Why a region cannot be mapped by this unit; NULL: it can. */
static const char *unmappable(const struct vtd_unit *unit, const struct dmar_structure *region)
{
	if (region->limit < region->base)
		return "its limit is below its base";
	if (region->limit >> vtd_unit_width(unit))
		return "it is beyond the unit's addresses";
	return NULL;
}

const char *regions_map(const struct dmar *dmar, struct vtd_unit *unit, region_unit_of *unit_of,
			bool *any)
{
	const uint16_t domain = 3;
	unsigned levels = vtd_unit_any_levels(unit);
	struct dmar_walk walk;
	struct dmar_structure s;
	struct dmar_scope scope;
	struct vtd_table table = { 0 };

	dmar_first(&walk, dmar);
	while (dmar_next(&walk, &s) == DMAR_OK) {
		const char *problem = s.type == DMAR_RMRR ? unmappable(unit, &s) : NULL;

		if (s.type != DMAR_RMRR)
			continue;
		while (dmar_next_scope(&s.scopes, &scope) == DMAR_OK)
			for (unsigned i = 0; i < pci_count; i++) {
				const struct pci_function *f = &pci_functions[i];
				uint64_t from = s.base & ~(PAGE_SIZE - 1), *entry;
				char name[16];

				if (unit_of(f) != unit ||
				    !dmar_scope_covers(&scope, s.segment, f->bus, f->devfn,
						       &units_pci_view))
					continue;
				if (problem) {
					log_note("RMRR 0x%lx to 0x%lx of %s: not mapped: %s",
						 s.base, s.limit, pci_name(f, name), problem);
					continue;
				}
				if (!table.root && !vtd_table_new(&table, unit, levels))
					return "no memory for the tables of reserved regions";
				entry = vtd_context_entry(unit, f->bus, f->devfn);
				if (!entry || !vtd_table_map(&table, from, from,
							     (s.limit - from) / PAGE_SIZE + 1))
					return "no memory for the tables of reserved regions";
				*any = true;
				field_set(entry, CONTEXT_AW, aw_of_levels(levels));
				field_set(entry, CONTEXT_DID, domain);
				field_set(entry, CONTEXT_SSPTPTR, (uint64_t)table.root >> 12);
				field_set(entry, CONTEXT_P, 1);
				vtd_flush(unit, entry, 16);
			}
	}
	return NULL;
}

const char *region_in_the_way(const struct dmar *dmar, const struct pci_function *f)
{
	static char text[120];
	struct dmar_structure region;

	if (!find_region(dmar, f, &region))
		return NULL;
	format_text(
		text, sizeof(text),
		"firmware keeps memory for it (RMRR 0x%lx to 0x%lx), which the tables under test would not map",
		region.base, region.limit);
	return text;
}
