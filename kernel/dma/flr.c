/* SPDX-License-Identifier: BSD-2-Clause */
/* PCI Express base specification 5.0, section 6.6.2. */
#include "kernel/dma/flr.h"
#include "kernel/time.h"

#define DEVCTL_FLR (1u << 15)
#define FLR_US	   100000 /* that the function may take; it is not to be looked at before */
#define BARS	   6

bool dma_flr(const struct pci_function *f)
{
	unsigned control = pci_capability(f, PCI_CAP_EXPRESS) + PCI_EXPRESS_DEVCTL;
	uint16_t command = pci_read16(f, PCI_COMMAND), settings;
	uint32_t bars[BARS];

	if (!pci_has_flr(f))
		return false;
	settings = pci_read16(f, control);
	for (unsigned i = 0; i < BARS; i++)
		bars[i] = pci_read32(f, PCI_BAR0 + 4 * i);
	pci_write16(f, PCI_COMMAND, command & (uint16_t)~PCI_COMMAND_MASTER);
	pci_write16(f, control, settings | DEVCTL_FLR);
	time_delay_us(FLR_US);
	if (pci_read32(f, PCI_VENDOR_ID) == ~0u)
		return false;
	for (unsigned i = 0; i < BARS; i++)
		pci_write32(f, PCI_BAR0 + 4 * i, bars[i]);
	pci_write16(f, control, settings);
	pci_write16(f, PCI_COMMAND, command);
	return true;
}
