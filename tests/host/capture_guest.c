/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/host/capture_guest.h"
#include "tests/host/test.h"
#include "vtd/regs.h"

static void print_call(void *context)
{
	struct guest *g = context;

	fprintf(g->recorder.out, " stack %" PRIx64 " %" PRIx64 "/0/2", g->stack, g->call);
}

static void store(struct guest *g, uint64_t physical, uint64_t low, uint64_t high, unsigned bytes,
		  bool locked)
{
	struct table_store s = { .cpu = g->cpu,
				 .pc = g->pc,
				 .physical = physical,
				 .low = low,
				 .high = high,
				 .bytes = bytes,
				 .locked = locked };
	uint64_t value[2] = { low, high };
	struct watched_unit *unit = units_at(&g->units, physical);

	if (unit) {
		units_store(&g->units, unit, &s, print_call, g);
		return;
	}
	if (config_at(&g->config, physical)) {
		config_store(&g->config, &s, print_call, g);
		return;
	}
	memcpy(g->ram + physical, value, bytes);
	if (tables_kind(&g->tables, physical))
		tables_store(&g->tables, &s, print_call, g);
}

void guest_start(struct guest *g)
{
	memset(g, 0, sizeof(*g));
	g->call = 0xffffffff81000100;
	g->stack = 0xffffc90000003f00;
	g->pc = 0xffffffff81000000;
	g->recorder.out = open_memstream(&g->text, &g->length);
	fprintf(g->recorder.out, RECORD_FIRST " %d\n", CAPTURE_VERSION);
	g->recorder.start = recorder_ms(&g->recorder);
	CHECK(tables_init(&g->tables, &g->recorder, (struct guest_ram){ g->ram, GUEST_BYTES }));
	g->units.tables = &g->tables;
	units_add(&g->units, GUEST_UNIT, "given");
	g->config = (struct config_space){ .recorder = &g->recorder,
					   .base = GUEST_CONFIG,
					   .bytes = 1 << 20 };
	store(g, GUEST_UNIT + VTD_IQA, GUEST_QUEUE, 0, 8, false);
	store(g, GUEST_UNIT + VTD_IRTA, GUEST_IRT | 7, 0, 8, false);
	store(g, GUEST_UNIT + VTD_GCMD, GCMD_SIRTP, 0, 4, false);
	store(g, GUEST_UNIT + VTD_RTADDR, GUEST_ROOT, 0, 8, false);
	store(g, GUEST_UNIT + VTD_GCMD, GCMD_SRTP, 0, 4, false);
	store(g, GUEST_ROOT, GUEST_CONTEXT | 1, 0, 8, false);
	guest_flush(g, GUEST_ROOT);
}

void guest_free(struct guest *g)
{
	if (g->recorder.out)
		fclose(g->recorder.out);
	tables_free(&g->tables);
	records_free(&g->records);
	free(g->text);
}

void guest_store(struct guest *g, uint64_t physical, uint64_t value)
{
	store(g, physical, value, 0, 8, false);
}

void guest_store_unseen(struct guest *g, uint64_t physical, uint64_t value)
{
	memcpy(g->ram + physical, &value, 8);
}

void guest_store16(struct guest *g, uint64_t physical, uint64_t low, uint64_t high)
{
	store(g, physical, low, high, 16, true);
}

void guest_flush(struct guest *g, uint64_t physical)
{
	tables_settle(&g->tables);
	record_begin(&g->recorder, g->cpu, g->pc, 'F');
	fprintf(g->recorder.out, " %" PRIx64 " clflush %s", physical,
		table_kinds[tables_kind(&g->tables, physical)].name);
	print_call(g);
	fprintf(g->recorder.out, "\n");
}

void guest_invalidate(struct guest *g, uint64_t low, uint64_t high)
{
	static const uint64_t wait[2] = { 0x25, 0 };
	uint64_t words[2] = { low, high };

	for (unsigned i = 0; i < 2; i++) {
		memcpy(g->ram + GUEST_QUEUE + g->tail, i ? wait : words, 16);
		g->tail = (g->tail + 16) % 4096;
	}
	store(g, GUEST_UNIT + VTD_IQT, g->tail, 0, 8, false);
}

void guest_set_up(struct guest *g, uint64_t entry, uint64_t low, uint64_t high)
{
	guest_store(g, GUEST_CONTEXT + entry + 8, high);
	guest_store(g, GUEST_CONTEXT + entry, low);
	guest_flush(g, GUEST_CONTEXT + entry);
}

void guest_config(struct guest *g, unsigned source, unsigned offset, uint16_t value)
{
	store(g, GUEST_CONFIG + (source << 12 | offset), value, 0, 2, false);
}

void guest_start_paging(struct guest *g)
{
	guest_start(g);
	g->tables.paging = true;
	guest_store_unseen(g, GUEST_TOP, GUEST_MIDDLE | GUEST_RW);
	guest_store_unseen(g, GUEST_MIDDLE, GUEST_LEAVES | GUEST_RW);
	guest_set_up(g, 0x20, GUEST_TOP | 1, 0x101);
}

void guest_map(struct guest *g, unsigned page, uint64_t to)
{
	guest_store(g, GUEST_LEAVES + 8 * page, to | GUEST_RW);
	guest_flush(g, GUEST_LEAVES + 8 * page);
}

struct records guest_end(struct guest *g)
{
	char *why;

	tables_finish(&g->tables);
	fprintf(g->recorder.out, "end %" PRIu64 " 100 %" PRIu64 " %" PRIu64 " 0 0 1\n",
		g->recorder.records, g->tables.recorded, g->tables.missed);
	fclose(g->recorder.out);
	g->recorder.out = NULL;
	g->records = guest_read(g->text, &why);
	free(why);
	return g->records;
}

struct records guest_read(const char *text, char **why)
{
	struct records records;
	char error[400];
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");

	*why = NULL;
	if (!records_read(file, &records, error, sizeof(error)) ||
	    records_incomplete(&records, error, sizeof(error)))
		*why = strdup(error);
	fclose(file);
	return records;
}

struct shapes guest_shapes(struct guest *g, struct transitions *t)
{
	static const struct symbols no_symbols;
	struct shapes shapes;
	struct records records = guest_end(g);

	transitions_find(&records, t);
	shapes_find(t, &no_symbols, false, &shapes);
	return shapes;
}

const struct shape *guest_shape(const struct shapes *s, enum table_kind kind, enum transition_is is)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i].kind == kind && s->list[i].is == is)
			return &s->list[i];
	CHECK(false);
	return &s->list[0];
}
