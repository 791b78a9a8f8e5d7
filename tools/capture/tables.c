/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/lib/crc32.h"
#include "tools/capture/tables.h"
#include "vtd/entry.h"

#define PAGE 4096u

bool tables_init(struct tables *t, struct recorder *recorder, struct guest_ram ram)
{
	memset(t, 0, sizeof(*t));
	t->recorder = recorder;
	t->ram = ram;
	t->kind = calloc(ram.bytes / PAGE + 1, 1);
	return t->kind;
}

void tables_free(struct tables *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->list[i].shadow);
	free(t->list);
	free((void *)t->kind);
	memset(t, 0, sizeof(*t));
}

static struct tracked *find(struct tables *t, uint64_t page)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->list[i].page == page)
			return &t->list[i];
	return NULL;
}

static struct tracked *add(struct tables *t, uint64_t page)
{
	if (t->count == t->room) {
		t->room = t->room ? 2 * t->room : 64;
		t->list = realloc(t->list, t->room * sizeof(*t->list));
		if (!t->list)
			abort();
	}
	t->list[t->count] = (struct tracked){ .page = page, .shadow = malloc(PAGE) };
	if (!t->list[t->count].shadow)
		abort();
	return &t->list[t->count++];
}

static void give_up(struct tables *t, struct tracked *table)
{
	record_note(t->recorder, 'U');
	fprintf(t->recorder->out, " %" PRIx64 " %s\n", table->page * PAGE,
		table_kinds[t->kind[table->page]].name);
	t->kind[table->page] = TABLE_NONE;
	free(table->shadow);
	*table = t->list[--t->count];
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
	for (size_t i = 0; i < t->count; i++) {
		struct tracked *table = &t->list[i];

		if (is_reached(t, table))
			table->lost = 0;
		else if (!table->lost)
			table->lost = t->queued + 1;
	}
}

static void print_words(struct tables *t, uint64_t entry, unsigned words)
{
	for (unsigned w = 0; w < words; w++)
		fprintf(t->recorder->out, " %" PRIx64, ram_read(&t->ram, entry + 8 * w));
	fprintf(t->recorder->out, "\n");
}

static void follow(struct tables *t, uint64_t entry, enum table_kind kind);

static void track(struct tables *t, uint64_t page, enum table_kind kind, uint64_t parent,
		  uint64_t base)
{
	unsigned words = table_kinds[kind].words;
	struct tracked *table;
	uint64_t address = page * PAGE;

	if (page >= t->ram.bytes / PAGE)
		return;
	table = find(t, page);
	if (table && t->kind[page] != kind) {
		give_up(t, table);
		table = NULL;
	}
	if (table) {
		table->parent = parent;
		table->base = base;
		return;
	}
	table = add(t, page);
	table->parent = parent;
	table->base = base;
	memcpy(table->shadow, t->ram.at + address, PAGE);
	t->kind[page] = (uint8_t)kind;
	record_note(t->recorder, 'T');
	fprintf(t->recorder->out, " %" PRIx64 " %s %" PRIx64 "\n", address, table_kinds[kind].name,
		parent);
	for (uint64_t at = address; at < address + PAGE; at += words * 8) {
		bool any = false;

		for (unsigned w = 0; w < words; w++)
			any |= ram_read(&t->ram, at + w * 8) != 0;
		if (!any)
			continue;
		record_note(t->recorder, 'E');
		fprintf(t->recorder->out, " %" PRIx64 " %s", at, table_kinds[kind].name);
		print_words(t, at, words);
		follow(t, at, kind);
	}
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

static void apply(struct tables *t, const struct tracked *table, const struct table_store *s)
{
	uint64_t value[2] = { s->low, s->high };

	if (s->locked)
		memcpy(table->shadow + s->physical % PAGE, t->ram.at + s->physical, s->bytes);
	else
		memcpy(table->shadow + s->physical % PAGE, value, s->bytes);
}

bool tables_store(struct tables *t, const struct table_store *store, void (*stack)(void *context),
		  void *context)
{
	uint64_t page = store->physical / PAGE, size, entry;
	struct tracked *table = find(t, page);
	struct table_store s = *store;
	FILE *out = t->recorder->out;
	enum table_kind kind;

	if (!table)
		return false;
	if (table->lost && t->queued >= table->lost) {
		give_up(t, table);
		return false;
	}
	kind = (enum table_kind)t->kind[page];
	size = table_kinds[kind].words * 8;
	entry = s.physical & ~(size - 1);
	apply(t, table, &s);
	if (s.locked) {
		s.low = s.high = 0;
		memcpy(&s.low, table->shadow + s.physical % PAGE, s.bytes < 8 ? s.bytes : 8);
		if (s.bytes > 8)
			memcpy(&s.high, table->shadow + s.physical % PAGE + 8, 8);
	}
	t->recorded++;
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
	/* What the entry leads to may have changed. Stores to its other words change nothing of that. */
	if (kind != TABLE_CONTEXT && kind != TABLE_PASID && kind != TABLE_IRTE &&
	    s.physical == entry) {
		if (!table->lost)
			follow(t, entry, kind);
		look_for_lost(t);
	}
	return true;
}

void tables_finish(struct tables *t)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct tracked *table = &t->list[i];
		const uint8_t *memory = t->ram.at + table->page * PAGE;
		const char *kind = table_kinds[t->kind[table->page]].name;
		unsigned size = table_kinds[t->kind[table->page]].words * 8;

		if (table->lost && t->queued >= table->lost)
			continue;
		for (unsigned at = 0; at < PAGE; at += size)
			if (memcmp(table->shadow + at, memory + at, size)) {
				t->missed++;
				record_note(t->recorder, '!');
				fprintf(t->recorder->out, " %" PRIx64 " %s",
					table->page * PAGE + at, kind);
				print_words(t, table->page * PAGE + at, size / 8);
			}
		record_note(t->recorder, 'Z');
		fprintf(t->recorder->out, " %" PRIx64 " %s %x\n", table->page * PAGE, kind,
			crc32_add(0, memory, PAGE));
	}
}
