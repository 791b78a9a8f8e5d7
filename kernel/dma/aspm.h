/* SPDX-License-Identifier: BSD-2-Clause */
/* Power states of a PCI Express link, for generators whose device does not bear one. */
#ifndef KERNEL_DMA_ASPM_H
#define KERNEL_DMA_ASPM_H

#include "kernel/pci.h"

/* Keep the link above the function out of L1.2, whichever way it is entered, until the next reset. */
void dma_l1_2_off(const struct pci_function *function);

#endif
