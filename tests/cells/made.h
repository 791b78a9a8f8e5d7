/* SPDX-License-Identifier: BSD-2-Clause */
/* Sequences that nobody wrote down: to hold the model against, beyond the catalogue and its mutants. */
#ifndef TESTS_CELLS_MADE_H
#define TESTS_CELLS_MADE_H

#include "tests/litmus/sequence.h"

/*
 * The next sequence for entries of this kind, by the generator's state `seed`: its number of steps, in `steps`
 * (room for SEQUENCE_STEPS_MAX). One in two is a sequence of the catalogue with up to four mutations, the other
 * stores and invalidations as they fall. Nearly all end in the new entry.
 */
size_t made_sequence(enum entry_kind kind, uint64_t *seed, struct step *steps);

#endif
