/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the 16550 of a PCI function is, by what its configuration space says. Pure. */
#ifndef KERNEL_PCI_UART_H
#define KERNEL_PCI_UART_H

#include "kernel/pci.h"
#include "kernel/output/uart.h"

enum { PCI_UART_BARS = 3 };

/* Class 07.00, 16550 and later: AMT's serial-over-LAN among them. */
bool pci_is_uart(const struct pci_function *function);

/*
 * Whether firmware left it decoding an address; *uart then has place and shape of the registers, else
 * the place that is not decoded, or 0. command and bars: what the registers of that name hold.
 */
bool pci_uart_place(const struct pci_function *function, uint16_t command,
		    const uint32_t bars[PCI_UART_BARS], struct uart *uart);

#endif
