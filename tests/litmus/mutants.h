/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mutants: every sequence with each single step removed and each pair of neighbours swapped. The
 * model says which are unsafe; the metal is asked to show it.
 */
#ifndef TESTS_MUTANTS_H
#define TESTS_MUTANTS_H

#include "tests/litmus/bench.h"

/* The mutants of one target: one test of the log. */
void mutants_run(struct bench *bench, enum target_id target, const char *id);

#endif
