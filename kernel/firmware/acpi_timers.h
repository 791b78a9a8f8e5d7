/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the timers are that the TSC is measured by: the HPET table (IA-PC HPET specification 1.0a,
 * section 3.2.4) and the FADT (ACPI specification 6.5, section 5.2.9). Pure, as
 * kernel/firmware/acpi_table.h.
 */
#ifndef KERNEL_ACPI_TIMERS_H
#define KERNEL_ACPI_TIMERS_H

#include "kernel/firmware/acpi_table.h"

enum {
	HPET_FIXED_BYTES = 56,
	HPET_BYTES = 1024, /* of registers */
	FADT_FIXED_BYTES = 116,
};

/* The registers' address in memory; *base is 0 with a problem. */
struct table_problem hpet_read(const struct acpi_table *table, uint64_t *base);

/* The I/O port of the ACPI PM timer; *port is 0 with a problem. */
struct table_problem fadt_read_pm_timer(const struct acpi_table *table, uint16_t *port);

#endif
