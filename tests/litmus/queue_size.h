/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check of invalidations: a queue of more than one page. */
#ifndef TESTS_QUEUE_SIZE_H
#define TESTS_QUEUE_SIZE_H

#include "tests/litmus/bench.h"

/*
 * The queue once round, in two, four and sixteen pages: it must go back to its start where IQA.QS says that it ends (section
 * 11.4.9.3). After it the queue is where it was. NULL, or what was seen.
 */
const char *check_queue_size(struct bench *bench, struct tally *tally);

#endif
