/* SPDX-License-Identifier: BSD-2-Clause */
/* Intel 82093AA I/O APIC datasheet, section 3: an index register and a window. */
#include "kernel/ioapic.h"
#include "kernel/firmware/acpi.h"
#include "kernel/firmware/madt.h"
#include "kernel/output/log.h"
#include "kernel/paging.h"

#include <stddef.h>

// clang-format off
enum {
	IOAPIC_INDEX = 0x00,
	IOAPIC_WINDOW = 0x10,
	IOAPIC_BYTES = 0x14,

	/* by index: */
	IOAPIC_VERSION = 0x01,
	    VERSION_LAST_SHIFT = 16, /* the last pin, 23:16 */
	    VERSION_LAST = 0xff,
	IOAPIC_PINS = 0x10,          /* two of 32 bits for each, the low one first */
	    PIN_DELIVERY = 7 << 8,
	    PIN_SMI = 2 << 8,
	    PIN_MASKED = 1 << 16,
	PINS_MAX = 120,              /* more have no index */
};
// clang-format on

static uint32_t read(volatile uint8_t *at, uint32_t index)
{
	*(volatile uint32_t *)(at + IOAPIC_INDEX) = index;
	return *(volatile uint32_t *)(at + IOAPIC_WINDOW);
}

static void write(volatile uint8_t *at, uint32_t index, uint32_t value)
{
	*(volatile uint32_t *)(at + IOAPIC_INDEX) = index;
	*(volatile uint32_t *)(at + IOAPIC_WINDOW) = value;
}

/* How many were not masked before. */
static unsigned mask(volatile uint8_t *at)
{
	uint32_t version = read(at, IOAPIC_VERSION);
	unsigned pins = (version >> VERSION_LAST_SHIFT & VERSION_LAST) + 1, were_on = 0;

	if (version == ~0u || pins > PINS_MAX)
		return 0; /* nothing answers there */
	for (unsigned i = 0; i < pins; i++) {
		uint32_t pin = read(at, IOAPIC_PINS + 2 * i);

		if (pin & PIN_MASKED || (pin & PIN_DELIVERY) == PIN_SMI)
			continue;
		write(at, IOAPIC_PINS + 2 * i, pin | PIN_MASKED);
		were_on++;
	}
	return were_on;
}

void ioapic_mask_all(void)
{
	struct acpi_table madt;
	struct madt_walk walk;
	struct madt_entry e;
	unsigned were_on = 0;

	if (!acpi_open(&madt, "APIC", "MADT", MADT_FIXED_BYTES))
		return;
	madt_first(&walk, &madt);
	while (madt_next(&walk, &e)) {
		volatile uint8_t *at = NULL;

		if (!e.problem.text && e.type == MADT_IO_APIC)
			at = paging_map_mmio(e.io_apic_address, IOAPIC_BYTES);
		if (at)
			were_on += mask(at);
	}
	if (were_on)
		log_note("interrupts: firmware left %u pins of I/O APICs on; now masked", were_on);
}
