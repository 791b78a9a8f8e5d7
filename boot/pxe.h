/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration file of a network boot. */
#ifndef BOOT_PXE_H
#define BOOT_PXE_H

#include <efi.h>

struct handoff;

/*
 * If `device`, from which the image was loaded, is a network interface under PXE: fetch
 * vtd-litmus-<hardware address>.cfg or else vtd-litmus.cfg by TFTP, from the server and the folder
 * that the boot file came from, into handoff->config. What went wrong is added to handoff->note.
 */
void pxe_read_config(EFI_BOOT_SERVICES *bs, EFI_HANDLE device, struct handoff *handoff);

#endif
