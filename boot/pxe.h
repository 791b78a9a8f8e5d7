/* SPDX-License-Identifier: BSD-2-Clause */
/* The files that a network boot has beside the image. */
#ifndef BOOT_PXE_H
#define BOOT_PXE_H

#include <efi.h>

struct handoff;

/*
 * If `device`, from which the image was loaded, is a network interface under PXE: fetch
 * vtd-litmus-<hardware address>.cfg or else vtd-litmus.cfg by TFTP, from the server and the folder
 * that the boot file came from, into handoff->config. What went wrong is added to handoff->note. Then .seq
 * likewise, into handoff->sequences, unless the volume had one; if it does not come whole, sequences_problem says so.
 */
void pxe_read_files(EFI_BOOT_SERVICES *bs, EFI_HANDLE device, struct handoff *handoff);

#endif
