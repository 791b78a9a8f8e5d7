/* SPDX-License-Identifier: BSD-2-Clause */
/* The serial consoles in use, and the way to all of them at once. */
#ifndef KERNEL_CONSOLE_H
#define KERNEL_CONSOLE_H

#include "kernel/output/uart.h"

/* Whether there is one at this place; whether there is room for one more; take one more, which uart_open() has opened. */
bool console_has(uint64_t base, bool is_mmio);
bool console_is_full(void);
void console_add(const struct uart *uart);

/* All there are were added: what was written before (2 KiB of it) goes out. */
void console_open(void);
bool console_is_open(void);

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
