/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_CAPTURE_SHAPE_STEPS_H
#define TOOLS_CAPTURE_SHAPE_STEPS_H

#include "tools/capture/shape.h"

/* An event of a transition as a step; `settle`: as of shapes_find(). */
void shape_step(struct shape_step *out, const struct transition *t, const struct event *e,
		const struct symbols *symbols, bool settle);

#endif
