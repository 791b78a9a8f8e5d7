/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check of invalidations: the queue itself, its waits and their event, and the status it shows. */
#ifndef TESTS_QUEUE_CHECKS_H
#define TESTS_QUEUE_CHECKS_H

#include "tests/litmus/bench.h"

/*
 * A wait writes its four bytes of status and no more, and tells of itself where IF asks for it; of several descriptors with one
 * wait each is done (is_leaf: target leaf is the current one, in state A); IQH follows; a descriptor of no type stops the queue, which
 * goes on when that was cleared (section 6.5.2).
 */
const char *check_queue(struct bench *bench, bool is_leaf, struct tally *tally);

/* Of two conditions that FSTS shows one is cleared: the other stays. NULL, or what was seen. */
const char *check_status_bits(struct bench *bench, struct tally *tally);

#endif
