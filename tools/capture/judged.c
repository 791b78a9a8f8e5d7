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
	j->status = j->view.status		   ? j->view.status
		    : j->number[VERDICT_UNSAFE]	   ? SOME_UNSAFE
		    : j->number[VERDICT_UNDECIDED] ? NOT_DECIDED
						   : ALL_SAFE;
}

unsigned judged_units(const char *list)
{
	unsigned units = 0;

	if (!strcmp(list, "all"))
		return (1u << UNIT_KINDS) - 1;
	while (*list) {
		size_t length = strcspn(list, ",");
		unsigned before = units;

		for (unsigned u = 0; u < UNIT_KINDS; u++)
			if (strlen(unit_kinds[u].name) == length &&
			    !strncmp(unit_kinds[u].name, list, length))
				units |= 1u << u;
		if (units == before)
			fail("\"%.*s\" is no kind of unit; vtd-model check shows all", (int)length,
			     list);
		list += length + (list[length] == ',');
	}
	return units;
}
