/* SPDX-License-Identifier: BSD-2-Clause */
/* A capture with the verdicts on its transitions. */
#ifndef TOOLS_CAPTURE_JUDGED_H
#define TOOLS_CAPTURE_JUDGED_H

#include "tools/capture/unmappings.h"
#include "tools/capture/verdict.h"
#include "tools/capture/view.h"

struct judged {
	struct view view;
	struct verdict *verdicts;	   /* of each shape */
	unsigned number[VERDICT_NONE + 1]; /* of shapes by enum verdict_is */
	struct unmappings unmappings;	   /* beside them; they do not count for the status */
	int status;			   /* the exit status that it makes */
};

void judged_open(struct judged *j, const char *path, const char *symbols, unsigned units);

#endif
