/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the lines stand that show a result, and which of two are shown. */
#include "tools/log/report.h"

const char *report_path(const struct report *r, uint32_t file)
{
	return r->files[file] + r->path_skip;
}

/* Of equals the one that comes first by name and line: whatever was read first. */
bool is_more_telling(const struct evidence *a, const struct evidence *b)
{
	if (a->state != b->state)
		return a->state < b->state;
	if (a->weight != b->weight)
		return a->weight > b->weight;
	if (a->file != b->file)
		return a->file < b->file;
	return a->at < b->at;
}
