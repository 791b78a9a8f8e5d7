/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device's own TLB (ATS), on for the tests of sequences alone: a translated request is not looked at by the
 * unit, so ownership and faults are only proven by untranslated ones.
 */
#ifndef TESTS_ATS_H
#define TESTS_ATS_H

#include "tests/litmus/bench.h"

/* At set-up, before the targets are built: decide whether this bench's tests use ATS, or why not; logged. */
void ats_examine(struct bench *bench);

/*
 * On, with an empty TLB: the device at rest, an entry of ours current that takes its requests. Off again, its TLB
 * emptied. Nobody else may use the unit's queue. NULL, or what went wrong; off it is then, too.
 */
const char *ats_on(struct bench *bench);
const char *ats_off(struct bench *bench);

/* Off where somebody else may be at the queue: the TLB keeps what it has, until ats_on() empties it. */
void ats_cut_off(struct bench *bench);

#endif
