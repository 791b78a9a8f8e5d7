/* SPDX-License-Identifier: BSD-2-Clause */
/* The Page Request Interface of a function: PCI Express base specification, 10.4 and 10.5.2. */
#include "kernel/pci.h"

bool pci_page_requests_enabled(const struct pci_function *f)
{
	unsigned at = pci_extended_capability(f, PCI_EXT_PRI);

	return at && pci_read16(f, at + PCI_PRI_CONTROL) & PCI_PRI_ENABLE;
}

void pci_page_requests_off(const struct pci_function *f)
{
	unsigned at = pci_extended_capability(f, PCI_EXT_PRI);

	if (at)
		pci_write16(f, at + PCI_PRI_CONTROL,
			    pci_read16(f, at + PCI_PRI_CONTROL) & (uint16_t)~PCI_PRI_ENABLE);
}

bool pci_page_requests_on(const struct pci_function *f)
{
	unsigned at = pci_extended_capability(f, PCI_EXT_PRI);

	if (!at || !pci_ats_enabled(f))
		return false;
	/* The allocation may not change while it is on. */
	pci_page_requests_off(f);
	pci_write32(f, at + PCI_PRI_ALLOCATION, pci_read32(f, at + PCI_PRI_CAPACITY));
	pci_write16(f, at + PCI_PRI_CONTROL, PCI_PRI_ENABLE);
	return pci_page_requests_enabled(f);
}
