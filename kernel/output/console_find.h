/* SPDX-License-Identifier: BSD-2-Clause */
/* Which serial consoles there are. */
#ifndef KERNEL_CONSOLE_FIND_H
#define KERNEL_CONSOLE_FIND_H

#include "kernel/options.h"

/*
 * Open what console= names, once. CONSOLE_AUTO is the one of the SPCR table, else of DBG2; where that
 * is port 0x3f8 or there is none, port 0x3f8 and every PCI UART that firmware left decoding its address.
 * ACPI tables, own paging and the list of PCI functions are used where they are up. What was written before (2 KiB of it) goes out first.
 */
void console_find(const struct options *options);

/* Say in the log which consoles there are, and what was wrong with the others. */
void console_describe(void);

#endif
