/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts under test: two vectors that are counted where they are taken. How a device's message comes to one
 * of them is none of the kernel's business: it is given to the device by others (kernel/dma/dma.h).
 */
#ifndef KERNEL_INTERRUPTS_H
#define KERNEL_INTERRUPTS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/vectors.h"

#define INTERRUPT_VECTOR_A VECTOR_TEST_A
#define INTERRUPT_VECTOR_B VECTOR_TEST_B

/* Counted since interrupts_listen(true). */
struct interrupts_taken {
	uint32_t a, b;	    /* by the processor that listens */
	uint32_t elsewhere; /* of either vector, by another processor */
	uint32_t stray;	    /* of vectors that are nobody's, by any processor */
};

/*
 * The calling processor counts interrupts of both vectors from now on; what came before is forgotten. Off: they are
 * strays from now on. One that is pending and not let in is not counted, so let it in first.
 */
void interrupts_listen(bool on);

/*
 * Take what is pending at the calling processor: interrupts are on for a few instructions, then as they were
 * before. The counts since interrupts_listen(true).
 */
struct interrupts_taken interrupts_let_in(void);

/* APIC id of the calling processor: what a message that comes here must name. */
uint32_t interrupts_here(void);

/* Whether the processors are in x2APIC mode. */
bool interrupts_x2apic(void);

#endif
