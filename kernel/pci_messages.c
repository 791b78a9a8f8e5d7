/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages of PCI functions turned off. */
#include "kernel/pci.h"

static bool any_mastered;

void pci_messages_off(const struct pci_function *f)
{
	unsigned msi = pci_capability(f, PCI_CAP_MSI), msix = pci_capability(f, PCI_CAP_MSIX);

	any_mastered = true;
	if (msi)
		pci_write16(f, msi + PCI_MSI_CONTROL,
			    pci_read16(f, msi + PCI_MSI_CONTROL) & (uint16_t)~1u);
	if (msix)
		pci_write16(f, msix + PCI_MSI_CONTROL,
			    pci_read16(f, msix + PCI_MSI_CONTROL) & 0x7fff);
}

void pci_messages_off_all(void)
{
	for (unsigned i = 0; any_mastered && i < pci_count; i++)
		if (!pci_functions[i].bridge &&
		    pci_read16(&pci_functions[i], PCI_COMMAND) & PCI_COMMAND_MASTER)
			pci_messages_off(&pci_functions[i]);
}
