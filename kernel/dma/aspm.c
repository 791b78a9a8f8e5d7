/* SPDX-License-Identifier: BSD-2-Clause */
/* PCI Express base specification 5.0, section 7.8.3: the L1 PM Substates extended capability. */
#include "kernel/dma/aspm.h"

enum {
	CONTROL_1 = 8,
	PCI_PM_L1_2 = 1 << 0,
	ASPM_L1_2 = 1 << 2,
};

static void clear(const struct pci_function *f)
{
	unsigned at = pci_extended_capability(f, PCI_EXT_L1_SUBSTATES);
	uint16_t control = at ? pci_read16(f, at + CONTROL_1) : 0;

	if (control & (PCI_PM_L1_2 | ASPM_L1_2))
		pci_write16(f, at + CONTROL_1, control & (uint16_t) ~(PCI_PM_L1_2 | ASPM_L1_2));
}

/* Section 5.5.4: cleared in the upstream port, which is the device's, before the port above. */
void dma_l1_2_off(const struct pci_function *f)
{
	clear(f);
	if (f->parent)
		clear(f->parent);
}
