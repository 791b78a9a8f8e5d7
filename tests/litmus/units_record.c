/* SPDX-License-Identifier: BSD-2-Clause */
/* Machine records of what firmware and the units say, and the way through bridges that device scopes take. */
#include "tests/litmus/units_record.h"
#include "kernel/lib/format.h"
#include "kernel/output/record.h"

static bool bridge(void *context, uint16_t segment, uint8_t bus, uint8_t devfn, uint8_t *secondary,
		   uint8_t *subordinate)
{
	const struct pci_function *f = pci_find(segment, bus, devfn);

	(void)context;
	if (!f || !f->bridge)
		return false;
	*secondary = f->secondary;
	*subordinate = f->subordinate;
	return true;
}

const struct dmar_pci units_pci_view = { bridge, NULL };

void units_record(const struct vtd_unit *u, unsigned index)
{
	record_begin();
	record_line("unit");
	record_add(
		"n=%u base=0x%lx ver=0x%x cap=0x%lx ecap=0x%lx segment=%u all=%u gsts=0x%x pmen=0x%x",
		index, u->base, u->version, u->cap, u->ecap, u->segment, u->include_pci_all,
		u->found_gsts, u->found_pmen);
	record_end();
}

void units_record_dmar(const struct acpi_header *table)
{
	const uint8_t *bytes = (const uint8_t *)table;
	/* No DMAR table is longer, but a length may be anything. */
	uint32_t length = table->length < 65536 ? table->length : 65536;

	record_begin();
	for (uint32_t at = 0; at < length; at += 16) {
		char hex[33] = "";

		if (at % 128 == 0) {
			record_line("dmar");
			record_add("at=%u hex=", at);
		}
		for (uint32_t i = 0; i < 16 && at + i < length; i++)
			format_text(hex + 2 * i, 3, "%02x", bytes[at + i]);
		record_append(hex);
	}
	record_end();
}
