/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <string.h>

#include "tools/capture/units.h"
#include "vtd/dmar.h"
#include "vtd/regs.h"

#define IQA_WIDE (1u << 11) /* descriptors of 256 bits */

void units_add(struct units *u, uint64_t base, const char *source)
{
	base &= ~(uint64_t)(UNIT_REGISTERS - 1);
	if (u->count == UNITS_MAX || units_at(u, base))
		return;
	u->unit[u->count++] = (struct watched_unit){ .base = base };
	record_note(u->tables->recorder, 'G');
	fprintf(u->tables->recorder->out, " %" PRIx64 " %s\n", base, source);
}

unsigned units_from_dmar(struct units *u, const uint8_t *memory, uint64_t bytes)
{
	const uint8_t *at = memory, *end = memory + bytes;
	unsigned before = u->count;

	while (u->count == before && (at = memmem(at, (size_t)(end - at), "DMAR", 4))) {
		struct dmar dmar;
		struct dmar_walk walk;
		struct dmar_structure s;

		if (dmar_open(&dmar, at, (size_t)(end - at)) == DMAR_OK) {
			dmar_first(&walk, &dmar);
			while (dmar_next(&walk, &s) == DMAR_OK)
				if (s.type == DMAR_DRHD && s.register_base)
					units_add(u, s.register_base, "DMAR");
		}
		at += 4;
	}
	return u->count - before;
}

struct watched_unit *units_at(struct units *u, uint64_t physical)
{
	for (unsigned i = 0; i < u->count; i++)
		if (physical - u->unit[i].base < UNIT_REGISTERS)
			return &u->unit[i];
	return NULL;
}

static uint64_t get(const struct watched_unit *unit, unsigned offset)
{
	uint64_t value;

	memcpy(&value, unit->registers + offset, 8);
	return value;
}

static void queue_moved(struct units *u, struct watched_unit *unit, const struct table_store *s,
			void (*stack)(void *), void *context)
{
	uint64_t iqa = get(unit, VTD_IQA), base = iqa & ~0xfffull, bytes = 4096ull << (iqa & 7);
	unsigned step = iqa & IQA_WIDE ? 32 : 16;
	uint64_t tail = s->low & IQT_QT & (bytes - 1);
	struct recorder *r = u->tables->recorder;

	tables_settle(u->tables);
	record_begin(r, s->cpu, s->pc, 'Q');
	fprintf(r->out, " %" PRIx64 " %" PRIx64 " %" PRIx64, unit->base, unit->tail, tail);
	if (stack)
		stack(context);
	fprintf(r->out, "\n");
	for (; unit->tail != tail; unit->tail = (unit->tail + step) & (bytes - 1)) {
		record_begin(r, s->cpu, s->pc, 'I');
		for (unsigned i = 0; i < step; i += 8)
			fprintf(r->out, " %" PRIx64,
				ram_read(&u->tables->ram, base + unit->tail + i));
		fprintf(r->out, "\n");
	}
	u->tables->queued++;
}

static void command(struct units *u, const struct watched_unit *unit, uint32_t value)
{
	uint64_t root = get(unit, VTD_RTADDR), irta = get(unit, VTD_IRTA);

	if (value & GCMD_SRTP) /* TTM: 1 is scalable mode */
		tables_root(u->tables, root & ~0xfffull, field_of(root, RTADDR_TTM) == 1);
	if (value & GCMD_SIRTP) /* 2 ^ (S + 1) entries of 16 bytes */
		tables_irt(u->tables, irta & ~0xfffull, 16ull << ((irta & 15) + 1));
}

void units_store(struct units *u, struct watched_unit *unit, const struct table_store *s,
		 void (*stack)(void *context), void *context)
{
	unsigned offset = (unsigned)(s->physical - unit->base), bytes = s->bytes > 8 ? 8 : s->bytes;

	if (offset + bytes > UNIT_REGISTERS)
		return;
	memcpy(unit->registers + offset, &s->low, bytes);
	if (offset == VTD_IQT) {
		queue_moved(u, unit, s, stack, context);
		return;
	}
	record_begin(u->tables->recorder, s->cpu, s->pc, 'M');
	fprintf(u->tables->recorder->out, " %" PRIx64 " %x %x %" PRIx64, unit->base, offset, bytes,
		s->low);
	if (stack)
		stack(context);
	fprintf(u->tables->recorder->out, "\n");
	if (offset == VTD_IQA || offset == VTD_IQA + 4)
		unit->tail = 0;
	if (offset == VTD_GCMD)
		command(u, unit, (uint32_t)s->low);
}
