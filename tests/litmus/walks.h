/* SPDX-License-Identifier: BSD-2-Clause */
/* Self-check: does the unit read entries as chapters 3 and 9 of the specification say? With nobody rewriting. */
#ifndef TESTS_WALKS_H
#define TESTS_WALKS_H

#include "tests/litmus/bench.h"

/*
 * Entries and addresses that must be refused (tests/litmus/refusals.h); the bits of an address and of a PASID, each; Accessed and Dirty; a root pointer that was written and
 * not set; with another device behind the unit, or NULL, whether each goes by its own entry.
 */
void check_walks(struct bench *bench, struct bench *other, const char *id);

/* The part of it that is about the bits of an address, on target context. NULL, or what is wrong. */
const char *walks_address_bits(struct bench *bench);

#endif
