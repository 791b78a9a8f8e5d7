/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intel's UARTs in memory are of two kinds. LPSS: registers of 32 bits in BAR 0. HSUART (Denverton,
 * Cedar Fork; Linux's 8250_mid.c knows them, too): registers of 8 bits side by side in BAR 1.
 */
#include "kernel/output/pci_uart.h"

#define INTEL 0x8086

bool pci_is_uart(const struct pci_function *f)
{
	return f->class >> 8 == 0x0700 && (f->class & 0xff) <= 6;
}

static bool is_hsuart(const struct pci_function *f)
{
	return f->vendor == INTEL && (f->device == 0x18d8 || f->device == 0x19d8);
}

/* What a memory BAR says, and the next one where it has 64 bits. */
static uint64_t memory_base(const uint32_t *bar)
{
	return (bar[0] & ~15u) | ((bar[0] & 6) == 4 ? (uint64_t)bar[1] << 32 : 0);
}

bool pci_uart_place(const struct pci_function *f, uint16_t command,
		    const uint32_t bars[PCI_UART_BARS], struct uart *uart)
{
	const uint32_t *memory = is_hsuart(f) ? &bars[1] : &bars[0];

	*uart = (struct uart){ .stride = 1, .width = 1 };
	if (bars[0] & 1) {
		uart->base = bars[0] & 0xfffc;
		if (uart->base && command & PCI_COMMAND_IO)
			return true;
	}
	/* A BAR 1 that is the upper half of BAR 0 is none. */
	if (*memory & 1 || (memory != bars && (bars[0] & 7) == 4) || !memory_base(memory))
		return false;
	uart->base = memory_base(memory);
	uart->is_mmio = true;
	if (f->vendor == INTEL && !is_hsuart(f))
		uart->stride = uart->width = 4;
	return command & PCI_COMMAND_MEMORY;
}
