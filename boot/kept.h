/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that firmware's tables keep for devices, before anything of ours is put anywhere. */
#ifndef BOOT_KEPT_H
#define BOOT_KEPT_H

#include "kernel/handoff.h"

/*
 * Fill handoff->kept from the RMRRs of the DMAR table (VT-d specification, section 8.4): the memory map
 * should reserve them, but some firmware calls them free. Reads only what the memory map, known by now,
 * calls memory; a table elsewhere is left to the kernel. Ranges that make no sense are left out.
 */
void find_kept(struct handoff *handoff);

#endif
