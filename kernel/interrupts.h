/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts under test: two vectors of their own, counted at the processor that listens. */
#ifndef KERNEL_INTERRUPTS_H
#define KERNEL_INTERRUPTS_H

#include <stdbool.h>
#include <stdint.h>

#define INTERRUPT_VECTOR_A 0x50
#define INTERRUPT_VECTOR_B 0x60

struct interrupts_taken {
	uint32_t a, b;	    /* by the processor that listens */
	uint32_t elsewhere; /* A or B, by another */
	uint32_t stray;	    /* of vectors that are nobody's */
};

/* The calling processor counts, from 0 on; or none does any more. */
void interrupts_listen(bool on);

/* Let the calling processor take what is pending; what was counted since interrupts_listen(true). */
struct interrupts_taken interrupts_let_in(void);

uint32_t interrupts_here(void);	 /* APIC id of the calling processor */
bool interrupts_x2apic(void);	 /* processors are in x2APIC mode */

#endif
