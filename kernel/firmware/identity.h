/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose machine this is. */
#ifndef KERNEL_IDENTITY_H
#define KERNEL_IDENTITY_H

/* Log whose machine this is: by SMBIOS, and by the processor's own words. */
void identity_describe(void);

/* By the machine type that it named: of QEMU 7.2, 702; 0: it is none of QEMU's, or names none. */
unsigned identity_qemu_version(void);

#endif
