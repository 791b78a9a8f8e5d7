/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where PCI configuration space is: the MCFG table (PCI Firmware specification 3.3, section 4.1.2).
 * Pure, as kernel/firmware/acpi_table.h.
 */
#ifndef KERNEL_MCFG_H
#define KERNEL_MCFG_H

#include "kernel/firmware/acpi_table.h"

enum { MCFG_FIXED_BYTES = 44 };

struct mcfg_walk {
	const struct acpi_table *mcfg;
	uint32_t offset; /* of the next entry */
};

struct mcfg_entry {
	uint32_t offset;
	uint64_t base; /* of bus 0, also where first_bus is another: see mcfg_address() */
	uint16_t segment;
	uint8_t first_bus, last_bus;
	struct table_problem problem; /* with one, it is not to be used */
};

void mcfg_first(struct mcfg_walk *walk, const struct acpi_table *mcfg);

/* The next entry, good or not; false past the last. */
bool mcfg_next(struct mcfg_walk *walk, struct mcfg_entry *out);

/* Whether `mcfg` has this bus where `entry`, of another table, has it. */
bool mcfg_agrees(const struct acpi_table *mcfg, const struct mcfg_entry *entry, uint8_t bus);

/*
 * Where the 4 KiB of a function are: "the base address of the memory mapped configuration space
 * always corresponds to bus number 0 (regardless of the start bus number decoded by the host
 * bridge)", section 4.1.2.
 */
uint64_t mcfg_address(const struct mcfg_entry *entry, uint8_t bus, uint8_t devfn);

#endif
