/* SPDX-License-Identifier: BSD-2-Clause */
/* The I/O APICs: nobody here asks for what they send. */
#ifndef KERNEL_IOAPIC_H
#define KERNEL_IOAPIC_H

/*
 * Mask every pin of every I/O APIC of the MADT, but those of system management interrupts, which are firmware's. What
 * firmware left on would come to vectors that are nobody's; with interrupt remapping on, a unit would refuse and
 * record it.
 */
void ioapic_mask_all(void);

#endif
