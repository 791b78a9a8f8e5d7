/* SPDX-License-Identifier: BSD-2-Clause */
/* Function-level reset of a PCI function. */
#ifndef KERNEL_DMA_FLR_H
#define KERNEL_DMA_FLR_H

#include "kernel/pci.h"

/*
 * Function-level reset; addresses and the command register are put back, other capabilities are as
 * after power-on. False if the function has no such reset, or does not come back from it.
 */
bool dma_flr(const struct pci_function *f);

#endif
