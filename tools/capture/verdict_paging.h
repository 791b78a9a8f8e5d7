/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_CAPTURE_VERDICT_PAGING_H
#define TOOLS_CAPTURE_VERDICT_PAGING_H

#include "tests/host/bench.h"
#include "tools/capture/shape.h"

/* What the model says of a paging entry, between the two that were there; steps as of the shape. */
struct model_answer paging_ask(const struct shape *s, const struct step *steps,
			       struct bench_question how);

#endif
