/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/lib/crc32.h"
#include "tools/capture/paging_entry.h"
#include "tools/capture/tables_parts.h"
#include "vtd/entry.h"

bool tables_init(struct tables *t, struct recorder *recorder, struct guest_ram ram)
{
	memset(t, 0, sizeof(*t));
	t->recorder = recorder;
	t->ram = ram;
	t->kind = calloc(ram.bytes / PAGE + 1, 1);
	t->at = calloc(ram.bytes / PAGE + 1, sizeof(*t->at));
	return t->kind && t->at;
}

void tables_free(struct tables *t)
{
	for (size_t i = 0; i < t->count; i++) {
		free(t->list[i]->shadow);
		free(t->list[i]);
	}
	free(t->list);
	free(t->at);
	free((void *)t->kind);
	memset(t, 0, sizeof(*t));
}

static struct tracked *find(struct tables *t, uint64_t page)
{
	return page < t->ram.bytes / PAGE ? t->at[page] : NULL;
}

static void print_words(struct tables *t, uint64_t entry, unsigned words)
{
	for (unsigned w = 0; w < words; w++)
		fprintf(t->recorder->out, " %" PRIx64, ram_read(&t->ram, entry + 8 * w));
	fprintf(t->recorder->out, "\n");
}

static void print_found(struct tables *t, const struct tracked *table, enum table_kind kind)
{
	unsigned words = table_kinds[kind].words;
	uint64_t entry[TABLE_WORDS_MAX];

	for (unsigned at = 0; at < PAGE; at += words * 8) {
		bool any = false;

		memcpy(entry, table->shadow + at, words * 8);
		for (unsigned w = 0; w < words; w++)
			any |= entry[w] != 0;
		if (!any)
			continue;
		record_note(t->recorder, 'E');
		fprintf(t->recorder->out, " %" PRIx64 " %s", table->page * PAGE + at,
			table_kinds[kind].name);
		for (unsigned w = 0; w < words; w++)
			fprintf(t->recorder->out, " %" PRIx64, entry[w]);
		fprintf(t->recorder->out, "\n");
	}
}

struct tracked *tables_add(struct tables *t, uint64_t page, enum table_kind kind, uint64_t parent)
{
	struct tracked *table = malloc(sizeof(*table));

	if (t->count == t->room) {
		t->room = t->room ? 2 * t->room : 64;
		t->list = realloc(t->list, t->room * sizeof(*t->list));
	}
	if (!t->list || !table)
		abort();
	*table = (struct tracked){
		.page = page, .parent = parent, .shadow = malloc(PAGE), .place = t->count
	};
	if (!table->shadow)
		abort();
	memcpy(table->shadow, t->ram.at + page * PAGE, PAGE);
	t->list[t->count++] = table;
	t->at[page] = table;
	t->kind[page] = (uint8_t)kind;
	record_note(t->recorder, 'T');
	fprintf(t->recorder->out, " %" PRIx64 " %s %" PRIx64 "\n", page * PAGE,
		table_kinds[kind].name, parent);
	print_found(t, table, kind);
	return table;
}

void tables_give_up(struct tables *t, struct tracked *table)
{
	if (t->unsettled / PAGE == table->page)
		tables_settle(t);
	if (!table->lost)
		paging_unfollow(t, table);
	record_note(t->recorder, 'U');
	fprintf(t->recorder->out, " %" PRIx64 " %s\n", table->page * PAGE,
		table_kinds[t->kind[table->page]].name);
	t->kind[table->page] = TABLE_NONE;
	t->at[table->page] = NULL;
	t->list[table->place] = t->list[--t->count];
	t->list[table->place]->place = table->place;
	free(table->shadow);
	free(table);
}

/* Whether the unit can come to it, by the entries as memory has them. */
static bool is_reached(struct tables *t, const struct tracked *table)
{
	uint64_t entry;
	const struct tracked *above;

	switch (t->kind[table->page]) {
	case TABLE_ROOT:
	case TABLE_SM_ROOT:
		return table->page == t->root;
	case TABLE_IRTE:
		return table->page - t->irt < t->irt_pages;
	default:
		entry = ram_read(&t->ram, table->parent);
		above = find(t, table->parent / PAGE);
		return entry & 1 && entry / PAGE == table->base && above && is_reached(t, above);
	}
}

static void look_for_lost(struct tables *t)
{
	tables_settle(t);
	for (size_t i = 0; i < t->count;) {
		struct tracked *table = t->list[i++];
		bool lost;

		/* Of these the references are counted. */
		if (paging_is((enum table_kind)t->kind[table->page]))
			continue;
		lost = !is_reached(t, table);
		if (lost == !!table->lost)
			continue;
		if (lost)
			paging_unfollow(t, table);
		table->lost = lost ? t->queued + 1 : 0;
		if (!lost)
			paging_follow(t, table);
		i = 0; /* the list may be in another order now */
	}
}

static void follow(struct tables *t, uint64_t entry, enum table_kind kind);

static void track(struct tables *t, uint64_t page, enum table_kind kind, uint64_t parent,
		  uint64_t base)
{
	struct tracked *table;

	if (page >= t->ram.bytes / PAGE)
		return;
	table = find(t, page);
	if (table && t->kind[page] != kind) {
		tables_give_up(t, table);
		table = NULL;
	}
	if (table) {
		table->parent = parent;
		table->base = base;
		return;
	}
	table = tables_add(t, page, kind, parent);
	table->base = base;
	for (unsigned at = 0; at < PAGE; at += table_kinds[kind].words * 8)
		follow(t, page * PAGE + at, kind);
	paging_follow(t, table);
}

/* The tables that an entry, as memory has it, leads to. */
static void follow(struct tables *t, uint64_t entry, enum table_kind kind)
{
	uint64_t word = ram_read(&t->ram, entry), to = word / PAGE & 0xfffffffffull, bytes;

	if (!(word & 1))
		return;
	switch (kind) {
	case TABLE_ROOT:
		track(t, to, TABLE_CONTEXT, entry, word / PAGE);
		break;
	case TABLE_SM_ROOT:
		track(t, to, TABLE_SM_CONTEXT, entry, word / PAGE);
		break;
	case TABLE_SM_CONTEXT: /* 2 ^ (PDTS + 7) entries of 8 bytes, section 9.4 */
		bytes = 8ull << (field_get(&word, SM_CONTEXT_PDTS) + 7);
		for (uint64_t at = 0; at < bytes; at += PAGE)
			track(t, to + at / PAGE, TABLE_PASID_DIR, entry, word / PAGE);
		break;
	case TABLE_PASID_DIR:
		track(t, to, TABLE_PASID, entry, word / PAGE);
		break;
	default:
		break;
	}
}

void tables_root(struct tables *t, uint64_t physical, bool scalable)
{
	t->root = physical / PAGE;
	track(t, t->root, scalable ? TABLE_SM_ROOT : TABLE_ROOT, 0, 0);
	look_for_lost(t);
}

void tables_irt(struct tables *t, uint64_t physical, uint64_t bytes)
{
	t->irt = physical / PAGE;
	t->irt_pages = bytes / PAGE;
	for (uint64_t i = 0; i < t->irt_pages; i++)
		track(t, t->irt + i, TABLE_IRTE, 0, 0);
	look_for_lost(t);
}

void tables_apply(struct tables *t, struct tracked *table, struct table_store *s)
{
	uint8_t *to = table->shadow + s->physical % PAGE;
	uint64_t value[2] = { s->low, s->high };

	memcpy(to, s->locked ? t->ram.at + s->physical : (const uint8_t *)value, s->bytes);
	if (!s->locked)
		return;
	s->low = s->high = 0;
	memcpy(&s->low, to, s->bytes < 8 ? s->bytes : 8);
	if (s->bytes > 8)
		memcpy(&s->high, to + 8, 8);
}

/* To any table but one of paging. */
static void store_to(struct tables *t, struct tracked *table, const struct table_store *store,
		     void (*stack)(void *context), void *context)
{
	enum table_kind kind = (enum table_kind)t->kind[table->page];
	struct table_store s = *store;
	uint64_t size = table_kinds[kind].words * 8, entry = s.physical & ~(size - 1),
		 before[TABLE_WORDS_MAX];
	FILE *out = t->recorder->out;

	memcpy(before, table->shadow + entry % PAGE, size);
	tables_apply(t, table, &s);
	record_begin(t->recorder, s.cpu, s.pc, 'S');
	fprintf(out, " %" PRIx64 " %x %" PRIx64 " %" PRIx64 " %x %s %" PRIx64, s.physical, s.bytes,
		s.low, s.high, s.locked, table_kinds[kind].name, entry);
	if (stack)
		stack(context);
	fprintf(out, "\n");
	if (memcmp(table->shadow + entry % PAGE, t->ram.at + entry, size)) {
		t->missed++;
		record_note(t->recorder, '!');
		fprintf(out, " %" PRIx64 " %s", entry, table_kinds[kind].name);
		print_words(t, entry, (unsigned)size / 8);
		memcpy(table->shadow + entry % PAGE, t->ram.at + entry, size);
	}
	if (!table->lost)
		paging_changed(t, table, entry, before);
	/* What the entry leads to may have changed. Stores to its other words change nothing of that. */
	if (kind != TABLE_CONTEXT && kind != TABLE_PASID && kind != TABLE_IRTE &&
	    s.physical == entry) {
		if (!table->lost)
			follow(t, entry, kind);
		look_for_lost(t);
	}
}

static uint64_t entry_of(const struct tables *t, uint64_t physical)
{
	return physical & ~(uint64_t)(table_kinds[tables_kind(t, physical)].words * 8 - 1);
}

bool tables_store(struct tables *t, const struct table_store *store, void (*stack)(void *context),
		  void *context)
{
	struct tracked *table;

	if (t->unsettled && t->unsettled != entry_of(t, store->physical))
		tables_settle(t);
	table = find(t, store->physical / PAGE);
	if (!table)
		return false;
	if (table->lost && t->queued >= table->lost) {
		tables_give_up(t, table);
		return false;
	}
	t->recorded++;
	if (paging_is((enum table_kind)t->kind[table->page]))
		paging_store(t, table, store, stack, context);
	else
		store_to(t, table, store, stack, context);
	return true;
}

/* False: it was given up, and the last of the list is in its place. */
static bool finish(struct tables *t, struct tracked *table)
{
	enum table_kind kind = (enum table_kind)t->kind[table->page];
	const uint8_t *memory = t->ram.at + table->page * PAGE;
	unsigned size = table_kinds[kind].words * 8;

	for (unsigned at = 0; at < PAGE; at += size) {
		if (paging_is(kind)) {
			if (!paging_check(t, table, at))
				return false;
			continue;
		}
		if (!memcmp(table->shadow + at, memory + at, size))
			continue;
		t->missed++;
		record_note(t->recorder, '!');
		fprintf(t->recorder->out, " %" PRIx64 " %s", table->page * PAGE + at,
			table_kinds[kind].name);
		print_words(t, table->page * PAGE + at, size / 8);
	}
	record_note(t->recorder, 'Z');
	fprintf(t->recorder->out, " %" PRIx64 " %s %x\n", table->page * PAGE,
		table_kinds[kind].name,
		crc32_add(0, paging_is(kind) ? table->shadow : memory, PAGE));
	return true;
}

void tables_finish(struct tables *t)
{
	tables_settle(t);
	for (size_t i = 0; i < t->count;)
		if ((t->list[i]->lost && t->queued >= t->list[i]->lost) || finish(t, t->list[i]))
			i++;
}
