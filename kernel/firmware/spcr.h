/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where firmware says that its serial console is: the SPCR table (Microsoft, "Serial Port Console
 * Redirection Table", revision 4) and the DBG2 table ("Debug Port Table 2"). Pure, as
 * kernel/firmware/acpi_table.h.
 */
#ifndef KERNEL_SPCR_H
#define KERNEL_SPCR_H

#include "kernel/firmware/acpi_table.h"

enum { SPCR_FIXED_BYTES = 80, DBG2_FIXED_BYTES = 44 };

struct console_place {
	uint64_t base; /* address in its space */
	bool is_mmio;  /* memory space, else I/O ports */
	uint8_t stride, width;
	uint32_t baud; /* bits/s that firmware says; 0: as it stands */
};

/*
 * *place filled, or why the table names no UART of the 16550 kind. From DBG2 the first serial port is
 * taken that is one.
 */
struct table_problem spcr_read(const struct acpi_table *table, struct console_place *place);
struct table_problem dbg2_read(const struct acpi_table *table, struct console_place *place);

#endif
