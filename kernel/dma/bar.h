/* SPDX-License-Identifier: BSD-2-Clause */
/* How much memory a BAR decodes: what a device says of an offset in it is not believed beyond that. */
#ifndef KERNEL_DMA_BAR_H
#define KERNEL_DMA_BAR_H

#include "kernel/pci.h"

#define DMA_LAST_BAR 5

/* PCI Express base specification 5.0, 7.5.1.2.1; 0: no memory, or 4 GiB or more. Decoding is off meanwhile. */
static inline uint32_t dma_bar_bytes(const struct pci_function *f, unsigned bar)
{
	unsigned at = PCI_BAR0 + 4 * bar;
	uint16_t command = pci_read16(f, PCI_COMMAND);
	uint32_t before = pci_read32(f, at), sized;

	pci_write16(f, PCI_COMMAND, command & (uint16_t) ~(PCI_COMMAND_MEMORY | PCI_COMMAND_IO));
	pci_write32(f, at, ~0u);
	sized = pci_read32(f, at);
	pci_write32(f, at, before);
	pci_write16(f, PCI_COMMAND, command);
	return before & 1 ? 0 : ~(sized & ~15u) + 1;
}

#endif
