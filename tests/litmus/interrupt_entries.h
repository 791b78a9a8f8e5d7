/* SPDX-License-Identifier: BSD-2-Clause */
/* What of an interrupt-remapping entry and of a message counts. */
#ifndef TESTS_INTERRUPT_ENTRIES_H
#define TESTS_INTERRUPT_ENTRIES_H

#include "tests/litmus/bench.h"

/*
 * Entries of target irte with one field or bit changed, and messages that no entry of ours is for: each must be let
 * through or refused as sections 5.1.4, 5.1.4.1 and 9.9 say, for the right reason. Those in compatibility format pass while
 * GCMD.CFI is set. NULL, or what is wrong.
 */
const char *interrupt_entries_find(struct bench *bench, struct tally *tally);

#endif
