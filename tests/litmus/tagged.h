/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the self-check walks: what a context entry must refuse of requests with PASID. */
#ifndef TESTS_TAGGED_H
#define TESTS_TAGGED_H

#include "tests/litmus/bench.h"

/* NULL, or what is wrong; also where the device does not tag its requests. */
const char *tagged_find(struct bench *bench, struct tally *tally);

#endif
