/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paging tables, which many entries may lead to: each page counts those in tables that something leads to. When the last is
 * gone, it and what only it led to are lost, and given up as other tables are. The unit sets Accessed and Dirty in their
 * entries by itself.
 */
#include <inttypes.h>
#include <string.h>

#include "tools/capture/paging_entry.h"
#include "tools/capture/tables_parts.h"

static void drop(struct tables *t, struct paging_lead lead)
{
	struct tracked *table;

	if (lead.kind == TABLE_NONE || lead.page >= t->ram.bytes / PAGE)
		return;
	table = t->at[lead.page];
	if (!table || !table->references || --table->references)
		return;
	table->lost = t->queued + 1;
	paging_unfollow(t, table);
}

static void take(struct tables *t, struct paging_lead lead, uint64_t parent)
{
	struct tracked *table;

	if (!t->paging || lead.kind == TABLE_NONE || lead.page >= t->ram.bytes / PAGE)
		return;
	table = t->at[lead.page];
	/* What others stored to it meanwhile was perhaps not recorded: it is found anew. */
	if (table && table->lost &&
	    (t->kind[lead.page] != lead.kind ||
	     memcmp(table->shadow, t->ram.at + lead.page * PAGE, PAGE))) {
		tables_give_up(t, table);
		table = NULL;
	}
	/* Led to as two kinds at once: it stays the first. */
	if (table && t->kind[lead.page] != lead.kind)
		return;
	if (table && table->references++)
		return;
	if (!table) {
		table = tables_add(t, lead.page, lead.kind, parent);
		table->references = 1;
	}
	table->parent = parent;
	table->lost = 0;
	paging_follow(t, table);
}

static bool leads(enum table_kind kind)
{
	return kind == TABLE_CONTEXT || kind == TABLE_PASID ||
	       (paging_is(kind) && paging_level(kind) > 1);
}

static struct paging_lead lead_at(enum table_kind kind, const struct tracked *table, unsigned at)
{
	uint64_t entry[TABLE_WORDS_MAX];

	memcpy(entry, table->shadow + at, table_kinds[kind].words * 8);
	return paging_lead(kind, entry);
}

void paging_follow(struct tables *t, const struct tracked *table)
{
	enum table_kind kind = (enum table_kind)t->kind[table->page];

	for (unsigned at = 0; leads(kind) && at < PAGE; at += table_kinds[kind].words * 8)
		take(t, lead_at(kind, table, at), table->page * PAGE + at);
}

void paging_unfollow(struct tables *t, const struct tracked *table)
{
	enum table_kind kind = (enum table_kind)t->kind[table->page];

	for (unsigned at = 0; leads(kind) && at < PAGE; at += table_kinds[kind].words * 8)
		drop(t, lead_at(kind, table, at));
}

static void moved(struct tables *t, const struct tracked *table, uint64_t entry,
		  const uint64_t *before)
{
	enum table_kind kind = (enum table_kind)t->kind[table->page];
	struct paging_lead old, new;

	old = paging_lead(kind, before);
	new = lead_at(kind, table, (unsigned)(entry % PAGE));
	if (old.page == new.page && old.kind == new.kind)
		return;
	drop(t, old);
	take(t, new, entry);
}

void tables_settle(struct tables *t)
{
	uint64_t entry = t->unsettled;
	const struct tracked *table = entry ? t->at[entry / PAGE] : NULL;

	t->unsettled = 0;
	if (table && !table->lost && leads((enum table_kind)t->kind[table->page]))
		moved(t, table, entry, t->was);
}

/*
 * Where a present entry of several words is changed in place, word by word, the pointer of one goes with the width of the
 * other for a moment: no table is where that leads.
 */
void paging_changed(struct tables *t, const struct tracked *table, uint64_t entry,
		    const uint64_t *before)
{
	enum table_kind kind = (enum table_kind)t->kind[table->page];
	uint64_t now;

	if (!leads(kind) || !t->paging || t->unsettled == entry)
		return;
	memcpy(&now, table->shadow + entry % PAGE, 8);
	if (paging_is(kind) || !(before[0] & now & table_present(kind))) {
		moved(t, table, entry, before);
		return;
	}
	t->unsettled = entry;
	memcpy(t->was, before, table_kinds[kind].words * 8);
}

/* In legacy mode nothing is set in the second stage's: there is no SSADE (section 9.3). */
static bool unit_sets(const struct tables *t, enum table_kind kind)
{
	return paging_is_first_stage(kind) || t->kind[t->root] == TABLE_SM_ROOT;
}

bool paging_check(struct tables *t, struct tracked *table, unsigned offset)
{
	enum table_kind kind = (enum table_kind)t->kind[table->page];
	uint64_t shadow, memory = ram_read(&t->ram, table->page * PAGE + offset), set;
	bool by_unit;

	memcpy(&shadow, table->shadow + offset, 8);
	if (shadow == memory)
		return true;
	if (table->lost) {
		tables_give_up(t, table);
		return false;
	}
	set = shadow ^ memory;
	by_unit = unit_sets(t, kind) && shadow & table_present(kind) &&
		  !(set & ~paging_set_by_unit(kind)) && !(shadow & set);
	t->missed += !by_unit;
	record_note(t->recorder, by_unit ? 'A' : '!');
	fprintf(t->recorder->out, " %" PRIx64 " %s %" PRIx64 "\n", table->page * PAGE + offset,
		table_kinds[kind].name, memory);
	memcpy(table->shadow + offset, &memory, 8);
	return true;
}

void paging_store(struct tables *t, struct tracked *table, const struct table_store *store,
		  void (*stack)(void *context), void *context)
{
	struct table_store s = *store;
	unsigned first = (unsigned)(s.physical % PAGE) & ~7u,
		 end = (unsigned)(s.physical % PAGE) + s.bytes;
	enum table_kind kind = (enum table_kind)t->kind[table->page];
	uint64_t before[3], page = table->page * PAGE;
	FILE *out = t->recorder->out;

	if (end > PAGE) /* the rest of it is in another page */
		end = PAGE;
	s.bytes = end - (unsigned)(s.physical % PAGE);
	memcpy(before, table->shadow + first, ((end + 7) & ~7u) - first);
	tables_apply(t, table, &s);
	record_begin(t->recorder, s.cpu, s.pc, 'S');
	fprintf(out, " %" PRIx64 " %x %" PRIx64 " %" PRIx64 " %x %s %" PRIx64, s.physical, s.bytes,
		s.low, s.high, s.locked, table_kinds[kind].name, page + first);
	if (stack)
		stack(context);
	fprintf(out, "\n");
	for (unsigned at = first; at < end; at += 8) {
		if (!paging_check(t, table, at))
			return;
		if (!table->lost)
			paging_changed(t, table, page + at, &before[(at - first) / 8]);
	}
}
