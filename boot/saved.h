/* SPDX-License-Identifier: BSD-2-Clause */
/* Results that an earlier run left in UEFI variables. */
#ifndef BOOT_SAVED_H
#define BOOT_SAVED_H

#include <efi.h>

#include "kernel/handoff.h"

/*
 * Take the results that an earlier run left in UEFI variables (kernel/output/saved.h) into the hand-off
 * record; add them to \vtd-litmus-results.txt on the volume that `root` is open on, and once they
 * stand there, delete the variables. root may be NULL: there is no volume.
 */
void saved_results(EFI_SYSTEM_TABLE *st, EFI_FILE *root, struct handoff *handoff);

#endif
