/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run=inventory: what firmware says of VT-d and what is there, in the log. No unit and no device is
 * written to. docs/inventory.md has the lines.
 */
#ifndef TESTS_INVENTORY_H
#define TESTS_INVENTORY_H

#include "kernel/kernel.h"
#include "vtd/dmar.h"
#include "vtd/oddities.h"

/* The whole inventory as one test: it fails where an oddity of high severity was found. */
enum run_result inventory_run(void);

/* The table's structures and device scopes, a line each. */
void inventory_print_dmar(const struct dmar *dmar, const struct dmar_pci *pci);

/* The table's bytes as acpidump prints them, whatever they are. */
void inventory_dump(const uint8_t *table, uint32_t length);

/* What the memory map says of base to limit, the last byte, and the words for it. */
enum oddity_memory inventory_memory(const struct handoff *map, uint64_t base, uint64_t limit);
const char *inventory_memory_text(enum oddity_memory memory);

#endif
