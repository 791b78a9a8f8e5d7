/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "tools/capture/unwind.h"

/* Linux calls by a pointer through a function of such a name, where Spectre is to be kept out. */
static bool is_indirect(const struct symbols *symbols, uint64_t called)
{
	return !called || !strncmp(symbols_name(symbols, called), "__x86_indirect_", 15);
}

/* These come first; those farther up the stack stay after them. */
static void keep(struct record *r, const uint64_t *stack, const uint64_t *called,
		 const uint64_t *at, unsigned count)
{
	unsigned all = count;

	for (unsigned i = 0; i < r->all; i++) {
		if (r->at[i] <= at[count - 1])
			continue;
		r->stack[all] = r->stack[i];
		r->called[all] = r->called[i];
		r->at[all++] = r->at[i];
	}
	memcpy(r->stack, stack, count * sizeof(*stack));
	memcpy(r->called, called, count * sizeof(*called));
	memcpy(r->at, at, count * sizeof(*at));
	r->depth = count;
	r->all = all;
}

static void unwind_one(struct record *r, const struct symbols *symbols)
{
	uint64_t in = symbols_start(symbols, r->pc), kept[RECORD_STACK], called[RECORD_STACK],
		 at[RECORD_STACK];
	unsigned count = 0, after = 0;

	for (unsigned i = 0; i < r->depth && in; i++) {
		if (!is_indirect(symbols, r->called[i]) &&
		    symbols_start(symbols, r->called[i]) != in)
			continue;
		kept[count] = r->stack[i];
		at[count] = r->at[i];
		called[count++] = r->called[i];
		after = i + 1;
		in = symbols_start(symbols, r->stack[i] - 1);
	}
	if (!count)
		return;
	/*
	 * Where a function was not called but jumped to, at the end of another, nobody's call names it: what comes next on
	 * the stack stands for its callers, as far as calls are told from each other by them.
	 */
	for (unsigned i = after; i < r->depth && count < RECORD_CALLERS; i++) {
		kept[count] = r->stack[i];
		at[count] = r->at[i];
		called[count++] = r->called[i];
	}
	keep(r, kept, called, at, count);
}

/* Where no symbols are known: a function begins where a call went. Their names do not matter here. */
static struct symbols called_functions(const struct records *records)
{
	struct symbols s = { 0 };
	size_t room = 0;

	for (size_t i = 0; i < records->count; i++)
		for (unsigned k = 0; k < records->list[i].depth; k++) {
			uint64_t called = records->list[i].called[k];
			size_t low = 0, high = s.count;

			while (low < high) {
				size_t middle = (low + high) / 2;

				if (s.list[middle].address < called)
					low = middle + 1;
				else
					high = middle;
			}
			if (!called || (low < s.count && s.list[low].address == called))
				continue;
			if (s.count == room) {
				room = room ? 2 * room : 256;
				s.list = realloc(s.list, room * sizeof(*s.list));
				if (!s.list)
					abort();
			}
			memmove(s.list + low + 1, s.list + low, (s.count - low) * sizeof(*s.list));
			s.list[low] = (struct symbol){ called, "" };
			s.count++;
		}
	return s;
}

void unwind(struct records *records, const struct symbols *symbols)
{
	struct symbols called = { 0 };
	bool any = false;

	for (size_t i = 0; i < records->count; i++)
		for (unsigned k = 0; k < records->list[i].depth; k++)
			any |= records->list[i].called[k] != 0;
	if (!any)
		return;
	if (!symbols->count) {
		called = called_functions(records);
		symbols = &called;
	}
	for (size_t i = 0; i < records->count; i++)
		unwind_one(&records->list[i], symbols);
	free(called.list);
}
