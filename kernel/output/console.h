/* SPDX-License-Identifier: BSD-2-Clause */
/* Which serial consoles there are, and the way to all of them at once. */
#ifndef KERNEL_CONSOLE_H
#define KERNEL_CONSOLE_H

#include <stdbool.h>

#include "kernel/options.h"

/*
 * Open what console= names. CONSOLE_AUTO is the one of the SPCR table, else of DBG2; where that is port
 * 0x3f8 or there is none, port 0x3f8 and every PCI UART that firmware left decoding its address. ACPI tables, own paging and the list
 * of PCI functions are used where they are up. What was written before (2 KiB of it) goes out first.
 */
void console_open(const struct options *options);

/* Say in the log which consoles there are, and what was wrong with the others. */
void console_describe(void);

void console_write(const char *text);
void console_drain(void);

/* Characters written so far, and ticks of the TSC that they took. */
uint64_t console_bytes(void);
uint64_t console_ticks(void);

/*
 * Whether some serial console took all that was written and has somebody at its other end, as far as
 * its modem lines tell.
 */
bool console_has_reader(void);

#endif
