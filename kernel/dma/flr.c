/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI Express base specification 5.0, section 6.6.2; conventional functions (the PCH's) have it in the
 * Advanced Features capability (PCI-SIG, ECN of 2006).
 */
#include "kernel/dma/flr.h"
#include "kernel/time.h"

#define DEVCTL_FLR (1u << 15)
#define FLR_US	   100000  /* that the function may take; it is not to be looked at before */
#define ANSWER_US  1000000 /* until it must answer */
#define BARS	   6

bool dma_flr(const struct pci_function *f)
{
	unsigned express = pci_capability(f, PCI_CAP_EXPRESS);
	unsigned control = express ? express + PCI_EXPRESS_DEVCTL
				   : pci_capability(f, PCI_CAP_AF) + PCI_AF_CONTROL;
	uint16_t command = pci_read16(f, PCI_COMMAND), settings;
	uint32_t bars[BARS];
	uint64_t end;

	if (!pci_has_flr(f))
		return false;
	settings = express ? pci_read16(f, control) : 0;
	for (unsigned i = 0; i < BARS; i++)
		bars[i] = pci_read32(f, PCI_BAR0 + 4 * i);
	pci_write16(f, PCI_COMMAND, command & (uint16_t)~PCI_COMMAND_MASTER);
	pci_write16(f, control, express ? settings | DEVCTL_FLR : 1);
	time_delay_us(FLR_US);
	for (end = time_us() + ANSWER_US; pci_read32(f, PCI_VENDOR_ID) == ~0u;)
		if (time_us() > end)
			return false;
	for (unsigned i = 0; i < BARS; i++)
		pci_write32(f, PCI_BAR0 + 4 * i, bars[i]);
	if (express)
		pci_write16(f, control, settings);
	pci_write16(f, PCI_COMMAND, command);
	return true;
}
