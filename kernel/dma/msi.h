/* SPDX-License-Identifier: BSD-2-Clause */
/* One message of a function's: its MSI, or vector 0 of its MSI-X, programmed and put back. */
#ifndef KERNEL_DMA_MSI_H
#define KERNEL_DMA_MSI_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/pci.h"

enum { MSIX_VECTORS_MAX = 2048 };

/* What is open, and what was there before. All zeros: nothing. */
struct msi {
	const struct pci_function *function; /* NULL: nothing is open */
	bool is_msix;
	unsigned at; /* of the capability */
	uint16_t control;
	uint32_t address, upper, mask;
	uint32_t data;
	volatile uint8_t *table;		  /* MSI-X */
	unsigned vectors;			  /* of it */
	uint8_t was_masked[MSIX_VECTORS_MAX / 8]; /* a bit each */
};

/*
 * Have the function send this message, and no other. Of a function that has both, vector 0 of MSI-X if
 * `prefer_msix`, else the MSI. pci_bus_master(function, true) comes before: it turns messages off. NULL, or why not.
 */
const char *msi_open(struct msi *msi, const struct pci_function *function, uint64_t address,
		     uint32_t data, bool prefer_msix);

/* Off, and what was there before, but that neither MSI nor MSI-X is on. Nothing to do if nothing is open. */
void msi_close(struct msi *msi);

#endif
