/* SPDX-License-Identifier: BSD-2-Clause */
/* What firmware and the units say: machine records, and the way through bridges that device scopes take. */
#ifndef TESTS_UNITS_RECORD_H
#define TESTS_UNITS_RECORD_H

#include "kernel/firmware/acpi.h"
#include "kernel/pci.h"
#include "vtd/dmar.h"
#include "vtd/unit.h"

/* How device scopes find their way through bridges: the functions that pci_init() saw. */
extern const struct dmar_pci units_pci_view;

/*
 * Machine records: the whole DMAR table, bytes in hexadecimal, so that one log is enough to see what
 * firmware said; a unit's registers as they were found.
 */
void units_record_dmar(const struct acpi_header *table);
void units_record(const struct vtd_unit *unit, unsigned index);

#endif
