/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Self-checks of pointers to tables: the new table is used from SRTP or SIRTP on, with the global invalidations that follow
 * where CAP.ESRTPS or ESIRTPS is 0, and with none where it is 1 (sections 6.6 and 6.7).
 */
#ifndef TESTS_SWITCHING_H
#define TESTS_SWITCHING_H

#include "tests/litmus/bench.h"

/* Of root tables, in both modes; of the interrupt-remapping table. NULL, or what is wrong; tally->stopped: no fault of the unit. */
const char *switching_find(struct bench *bench, struct tally *tally);
const char *switching_find_interrupts(struct bench *bench, struct tally *tally);

#endif
