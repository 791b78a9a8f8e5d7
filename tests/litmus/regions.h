/* SPDX-License-Identifier: BSD-2-Clause */
/* Reserved memory regions (RMRRs) of the DMAR table. */
#ifndef TESTS_REGIONS_H
#define TESTS_REGIONS_H

#include "kernel/pci.h"
#include "vtd/dmar.h"
#include "vtd/unit.h"

/* What is wrong with a region as firmware gives it, for the log; "": nothing. */
const char *region_remark(const struct dmar_structure *region);

/* The unit that translates for a function; NULL: none that is used. */
typedef struct vtd_unit *region_unit_of(const struct pci_function *function);

/*
 * Devices with reserved memory regions (RMRRs) behind `unit` keep them, mapped to themselves: some
 * firmware code goes on using them (section 8.4). One domain serves all. NULL, or what went wrong; *any is
 * set if there is one.
 */
const char *regions_map(const struct dmar *dmar, struct vtd_unit *unit, region_unit_of *unit_of,
			bool *any);

/*
 * A device whose own memory is reserved needs it mapped while it works, and the tables under test do not map it. Says
 * so; NULL: it has none.
 */
const char *region_in_the_way(const struct dmar *dmar, const struct pci_function *function);

#endif
