/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "tools/capture/unwind.h"

/* Linux calls by a pointer through a function of this name, where Spectre is to be kept out. */
static bool is_indirect(const struct symbols *symbols, uint64_t called)
{
	return !called || !strncmp(symbols_name(symbols, called), "__x86_indirect_", 15);
}

static void unwind_one(struct record *r, const struct symbols *symbols)
{
	uint64_t in = symbols_start(symbols, r->pc), kept[RECORD_STACK], called[RECORD_STACK];
	unsigned count = 0;

	for (unsigned i = 0; i < r->depth && in; i++) {
		if (!is_indirect(symbols, r->called[i]) && symbols_start(symbols, r->called[i]) != in)
			continue;
		kept[count] = r->stack[i];
		called[count++] = r->called[i];
		in = symbols_start(symbols, r->stack[i] - 1);
	}
	if (!count)
		return;
	memcpy(r->stack, kept, count * sizeof(*kept));
	memcpy(r->called, called, count * sizeof(*called));
	r->depth = count;
}

void unwind(struct records *records, const struct symbols *symbols)
{
	bool any = false;

	for (size_t i = 0; i < records->count; i++)
		for (unsigned k = 0; k < records->list[i].depth; k++)
			any |= records->list[i].called[k] != 0;
	if (!any || !symbols->count)
		return;
	for (size_t i = 0; i < records->count; i++)
		unwind_one(&records->list[i], symbols);
}
