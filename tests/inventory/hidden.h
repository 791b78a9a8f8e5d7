/* SPDX-License-Identifier: BSD-2-Clause */
/* What may hide test devices from a machine's list of PCI functions. */
#ifndef TESTS_HIDDEN_H
#define TESTS_HIDDEN_H

#include "kernel/pci.h"
#include "vtd/dmar.h"

/*
 * What of these functions, or of the DMAR table, says that there may be devices that are not among
 * them, and what to do about it: words in a buffer that the next call overwrites. NULL: nothing does.
 */
const char *hidden_devices(const struct pci_function *functions, unsigned count,
			   const struct dmar *dmar);

#endif
