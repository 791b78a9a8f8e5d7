/* SPDX-License-Identifier: BSD-2-Clause */
/* What the model says of a transition, between the very entries that were there. */
#ifndef TOOLS_CAPTURE_VERDICT_H
#define TOOLS_CAPTURE_VERDICT_H

#include "tests/litmus/model.h"
#include "tools/capture/shape.h"
#include "tools/model/kinds.h"

enum verdict_is {
	VERDICT_SAFE,
	VERDICT_UNSAFE,
	VERDICT_RESTS, /* unsafe by itself; what was done to other entries before makes it safe */
	VERDICT_UNDECIDED,
	VERDICT_APART, /* told, but not judged: see struct shape */
	VERDICT_NONE,  /* nothing to judge: nothing is changed */
};

struct verdict {
	enum verdict_is is;
	unsigned decides; /* bit set of unit_kinds[] that were asked and decide */
	unsigned asked;	  /* of those that were asked */
	unsigned harms;	  /* on those that decide */
	struct model_answer answers[UNIT_KINDS];
	char *why; /* of VERDICT_RESTS and VERDICT_UNDECIDED, or what else there is to say; NULL */
};

/*
 * `units`: the kinds of unit that decide, a bit set. Caching mode is asked for only where the capture has it, a
 * device-TLB only where the device has one.
 */
void verdict_find(const struct shape *s, unsigned units, bool caching_mode, struct verdict *out);

const char *verdict_text(const struct verdict *v, char *text,
			 size_t room); /* "unsafe: mixture stale" */

/* A shortest way to the harm on the first kind that decides and is unsafe, a line for each event. */
void verdict_print_schedule(FILE *out, const struct shape *s, const struct verdict *v,
			    const char *indent);

#endif
