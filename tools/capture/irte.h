/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt-remapping entries, for the model: like a context entry they are of 128 bits and are kept in one cache, here
 * the interrupt entry cache, which an invalidation by index or a global one empties (section 6.5.2).
 */
#ifndef TOOLS_CAPTURE_IRTE_H
#define TOOLS_CAPTURE_IRTE_H

#include "tests/host/bench.h"
#include "tools/capture/shape.h"

/* A step on such an entry as one on a context entry. False: there is none. */
bool irte_step(const struct shape_step *step, struct step *out);

struct model_answer irte_ask(const uint64_t *old, const uint64_t *new, const struct step *steps,
			     size_t count, struct bench_question how);

#endif
