/* SPDX-License-Identifier: BSD-2-Clause */
/* The remapping units that the DMAR table lists: found, taken over, with tables that keep reserved memory mapped. */
#ifndef TESTS_UNITS_H
#define TESTS_UNITS_H

#include "kernel/firmware/acpi.h"
#include "kernel/pci.h"
#include "vtd/dmar.h"
#include "vtd/unit.h"

#define SETUP_MS 20000 /* for a unit, for a device: deadline= comes on top */

/* Read the DMAR table and probe its units, none of them touched yet. NULL, or why there is no list of units. */
const char *units_read(void);

/* Take what firmware left on down, in every unit that is not left alone. How many are usable. */
unsigned units_take_over(void);

/* Turn translation off. The devices must be stopped. */
void units_undo(void);

struct vtd_unit *units_all(unsigned *count);
const struct dmar *units_dmar(void);
unsigned units_index(const struct vtd_unit *unit); /* in the order of the DMAR table */

/* The unit that the DMAR table gives for a function; NULL if there is none, or it is not usable. */
struct vtd_unit *units_of(const struct pci_function *function);

/* Why a device with memory that firmware reserves for it (RMRR) cannot be tested; NULL: it has none. */
const char *units_region_in_the_way(const struct pci_function *function);

/* A unit's own root table, which leads no device under test anywhere; and whether RMRRs are mapped in it. */
const uint64_t *units_base(const struct vtd_unit *unit);
bool units_keep_regions(const struct vtd_unit *unit);

/*
 * Make that table the current one, and turn translation on if it is off. NULL, or what went wrong; *is_wrong:
 * the unit did not do what it was told.
 */
const char *units_choose_base(struct vtd_unit *unit, bool *is_wrong);

#endif
