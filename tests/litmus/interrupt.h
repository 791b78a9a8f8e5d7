/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An interrupt in the place of a DMA: the device under test sends its message, and what became of it is seen by the
 * vectors that its processor took, by posted-interrupt descriptors, and by fault records. Remapping is on while a target
 * of interrupts is the current one, and off before the unit's queue is.
 */
#ifndef TESTS_INTERRUPT_H
#define TESTS_INTERRUPT_H

#include "tests/litmus/bench.h"

/* Why this device or its machine cannot have the targets of interrupts, though its unit can; NULL: it can. */
const char *interrupt_lacks(const struct bench *bench);

/*
 * Make such a target the current one: the device's DMA goes through the tables of target context, proven, and its unit
 * remaps interrupts by the target's table. NULL, or what went wrong. Nothing to do where it is so already.
 */
const char *interrupt_choose(struct bench *bench, struct target *target);

/* The device's message, after a reset of the device. NULL, or why it cannot be had. */
const char *interrupt_open(struct bench *bench);

/* The same by SHV, with this subhandle: the entry is that of the current target all the same. */
const char *interrupt_open_by_subhandle(struct bench *bench, uint16_t subhandle);

/* Messages off, then remapping. */
void interrupt_leave(struct bench *bench);

/* One interrupt: what came before it is none of its; sent; what became of it. */
void interrupt_arm(struct bench *bench, struct tally *tally);
enum dma_state interrupt_send(struct bench *bench, struct tally *tally);
enum outcome interrupt_classify(struct bench *bench, struct tally *tally, enum dma_state state);

#endif
