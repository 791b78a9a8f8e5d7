/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "tools/capture/capture.h"
#include "tools/capture/judged.h"

void judged_open(struct judged *j, const char *path, const char *symbols, unsigned units)
{
	memset(j, 0, sizeof(*j));
	view_open(&j->view, path, symbols);
	j->verdicts = need(calloc(j->view.shapes.count + 1, sizeof(*j->verdicts)));
	for (size_t i = 0; i < j->view.shapes.count; i++) {
		verdict_find(&j->view.shapes.list[i], units, j->view.folder.caching_mode,
			     &j->verdicts[i]);
		j->number[j->verdicts[i].is]++;
	}
	unmappings_find(&j->view.folder.records, j->view.folder.caching_mode, &j->unmappings);
	j->status = j->view.status		   ? j->view.status
		    : j->number[VERDICT_UNSAFE]	   ? SOME_UNSAFE
		    : j->number[VERDICT_UNDECIDED] ? NOT_DECIDED
						   : ALL_SAFE;
}
