/* SPDX-License-Identifier: BSD-2-Clause */
/* The local APIC, in xAPIC (MMIO) or x2APIC (MSR) mode. Intel SDM volume 3, chapter 11. */
#ifndef KERNEL_APIC_H
#define KERNEL_APIC_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Enable this processor's local APIC. x2APIC mode is kept where it is on already, and turned on if
 * `want_x2apic` and the processor has it. False if there is no local APIC.
 */
bool apic_init_cpu(bool want_x2apic);
bool apic_is_x2apic(void);
uint32_t apic_id(void); /* of this processor: 8 bits in xAPIC mode, 32 in x2APIC mode */
void apic_end_of_interrupt(void);
void apic_end_all_interrupts(void); /* of handlers that were left for good */

/* Interprocessor interrupts to one APIC id; false if the APIC does not take it within 10 ms. */
bool apic_send_init(uint32_t id);
bool apic_send_interrupt(uint32_t id, uint8_t vector);
bool apic_send_nmi(uint32_t id);
bool apic_send_startup(uint32_t id, uint8_t page); /* start at physical page << 12 */

/* This processor's timer: an interrupt `hz` times a second (1 to 1000). Takes 10 ms the first time. */
void apic_start_timer(uint8_t vector, unsigned hz);

#endif
