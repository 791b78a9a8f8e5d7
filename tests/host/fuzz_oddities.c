/* SPDX-License-Identifier: BSD-2-Clause */
/* needs: vtd/dmar.c vtd/oddities.c vtd/oddities_text.c vtd/oddities_units.c */
/* libFuzzer: whatever the table, every oddity has words and lies inside it. */
#include "vtd/oddities.h"
#include "tests/host/fuzz.h"

/* Functions on bus 0, a bridge at each odd device. */
static enum oddity_kind kind(void *context, uint16_t segment, uint8_t bus, uint8_t devfn)
{
	(void)context;
	return segment || bus > 1 ? ODDITY_ABSENT : devfn & 8 ? ODDITY_BRIDGE : ODDITY_ENDPOINT;
}

static bool bridge(void *context, uint16_t segment, uint8_t bus, uint8_t devfn, uint8_t *secondary,
		   uint8_t *subordinate)
{
	*secondary = *subordinate = 1;
	return kind(context, segment, bus, devfn) == ODDITY_BRIDGE;
}

static bool function(void *context, unsigned index, uint16_t *segment, uint8_t *bus, uint8_t *devfn)
{
	(void)context;
	*segment = *bus = 0;
	*devfn = (uint8_t)(8 * index);
	return index < 8;
}

static enum oddity_memory memory(void *context, uint64_t base, uint64_t limit)
{
	(void)context;
	require(base <= limit);
	return (enum oddity_memory)(base >> 30 & 3);
}

static void found(void *context, const struct oddity *o)
{
	const struct oddity_machine *m = context;

	require(o->code < ODD_COUNT && oddity_text(o->code));
	require(oddity_severity(o->code) <= ODDITY_LOW);
	require(!o->at_offset || o->offset <= m->dmar.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t ioapic = 2;
	size_t length = size < 48 ? 48 : size;
	uint8_t *table = calloc(1, length); /* exactly, so that the sanitizer sees the end */
	struct oddity_machine m = {
		.pci = { bridge, NULL },
		.function = function,
		.kind = kind,
		.memory = memory,
		.physical_bits = 46,
		.ioapic_ids = &ioapic,
		.ioapic_count = 1,
	};

	if (size)
		memcpy(table, data, size);
	put_header(table, length, "DMAR");
	m.opened = dmar_open(&m.dmar, table, length);
	oddities_find(&m, found, &m);
	free(table);
	return 0;
}
