/* SPDX-License-Identifier: BSD-2-Clause */
/* Self-checks of interrupt remapping, with nobody rewriting. */
#ifndef TESTS_INTERRUPT_CHECKS_H
#define TESTS_INTERRUPT_CHECKS_H

#include "tests/litmus/bench.h"

/*
 * The witness of the current target: each state, each mixture of words, the halves without the other, and an absent
 * entry, put there by hand; each of several interrupts must come to what the reference says. How many did not.
 */
unsigned interrupt_try_mixtures(struct bench *bench, struct tally *tally);

/*
 * Invalidations of the interrupt entry cache reach what they name, and drain; entries that must be refused are, for
 * the right reason; an undisturbed entry loses none, doubles none and sends none astray.
 */
void check_interrupts(struct bench *bench, struct bench *other, const char *id);

#endif
