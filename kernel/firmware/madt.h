/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processors and I/O APICs of the MADT (ACPI specification 6.5, section 5.2.12). Pure, as
 * kernel/firmware/acpi_table.h.
 */
#ifndef KERNEL_MADT_H
#define KERNEL_MADT_H

#include "kernel/firmware/acpi_table.h"

enum {
	MADT_FIXED_BYTES = 44,

	MADT_LOCAL_APIC = 0,   /* section 5.2.12.2 */
	MADT_IO_APIC = 1,      /* 5.2.12.3 */
	MADT_LOCAL_X2APIC = 9, /* 5.2.12.12 */

	MADT_ENABLED = 1 << 0,
	MADT_ONLINE_CAPABLE = 1 << 1, /* not there yet */
};

struct madt_walk {
	const struct acpi_table *madt;
	uint32_t offset; /* of the next entry */
};

/* One entry. Types other than the three above are walked over: only type and length are read. */
struct madt_entry {
	uint8_t type, length;
	uint32_t offset;
	uint32_t uid, apic_id, flags; /* of a processor */
	uint8_t io_apic_id;
	uint32_t io_apic_address, interrupt_base;
	struct table_problem problem; /* with one, the fields mean nothing */
};

void madt_first(struct madt_walk *walk, const struct acpi_table *madt);

/* The next entry, good or not; false past the last, and behind one whose length cannot be. */
bool madt_next(struct madt_walk *walk, struct madt_entry *out);

struct madt_processors {
	unsigned count; /* ids written: the boot processor's, then those that are enabled */
	unsigned online_capable; /* listed, but only to come */
	unsigned left_out;	 /* enabled, but more than there was room for */
	bool beyond_xapic;	 /* an enabled one has an id that only x2APIC mode reaches */
};

/*
 * The APIC ids of the processors that can be started, in the table's order, each once, that of the
 * boot processor first whether listed or not; `room` is at least 1. complain() is called for each
 * problem of the table.
 */
struct madt_processors madt_list(const struct acpi_table *madt, uint32_t boot_id, uint32_t *ids,
				 unsigned room, void (*complain)(struct table_problem problem));

#endif
