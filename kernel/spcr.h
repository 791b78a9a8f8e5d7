/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where firmware says that its serial console is: the SPCR table (Microsoft, "Serial Port Console
 * Redirection Table", revision 4) and the DBG2 table ("Debug Port Table 2"). Pure: bytes in, a place
 * out; nothing outside the table is read.
 */
#ifndef KERNEL_SPCR_H
#define KERNEL_SPCR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct console_place {
	uint64_t base; /* address in its space */
	bool is_mmio;  /* memory space, else I/O ports */
	uint8_t stride, width;
	uint32_t baud; /* bits/s that firmware says; 0: as it stands */
};

/*
 * The table, header included, of which `bytes` may be read. NULL and *place filled, or why it names
 * no UART of the 16550 kind. From DBG2 the first serial port is taken that is one.
 */
const char *spcr_read(const void *table, size_t bytes, struct console_place *place);
const char *dbg2_read(const void *table, size_t bytes, struct console_place *place);

#endif
