/* SPDX-License-Identifier: BSD-2-Clause */
/* A machine on which nothing is odd, for tests that spoil one thing of it. */
#ifndef TESTS_HOST_ODD_MACHINE_H
#define TESTS_HOST_ODD_MACHINE_H

#include "tests/host/test.h"
#include "vtd/oddities.h"
#include "vtd/regs.h"

#include <string.h>

#define DEVFN(device, func) ((device) << 3 | (func))
#define UNIT_A		    0xfed90000
#define UNIT_B		    0xfed91000

/* Where things stand in the clean table. */
enum {
	DRHD_A = 48,
	DRHD_A_SCOPE = 64,
	DRHD_B = 72,
	DRHD_B_IOAPIC = 88,
	DRHD_B_ACPI = 96,
	RMRR_1 = 104,
	RMRR_1_SCOPE = 128,
	RMRR_2 = 136,
	ATSR = 168,
	ATSR_SCOPE = 176,
	RHSA = 184,
	ANDD = 204,
	SATC = 222,
	SIDP = 238,
	CLEAN_BYTES = 254,
};

static uint8_t table[1024];
static size_t table_bytes;
static struct oddity_unit units[2];
static struct oddity_machine machine;
static const uint8_t ioapics[] = { 2 };
static bool more_functions; /* one on a root bus of segment 1 */
static unsigned counts[ODD_COUNT], total;
static struct oddity last;

static inline void put(uint64_t value, unsigned bytes)
{
	for (; bytes; bytes--, value >>= 8)
		table[table_bytes++] = (uint8_t)value;
}

static inline void patch(size_t at, uint64_t value, unsigned bytes)
{
	size_t end = table_bytes;

	table_bytes = at;
	put(value, bytes);
	table_bytes = end;
}

static inline void put_header(uint16_t type, uint16_t length)
{
	put(type, 2);
	put(length, 2);
}

static inline void put_scope(uint8_t type, uint8_t id, uint8_t device)
{
	put(type, 1);
	put(8, 1);
	put(0, 2);
	put(id, 1);
	put(0, 1);
	put(device, 1);
	put(0, 1);
}

static inline void put_drhd(uint64_t base, uint8_t flags, uint16_t length)
{
	put_header(DMAR_DRHD, length);
	put(flags, 4); /* segment 0 */
	put(base, 8);
}

static inline void put_rmrr(uint64_t base, uint8_t device)
{
	put_header(DMAR_RMRR, 32);
	put(0, 4);
	put(base, 8);
	put(base + 0xfff, 8);
	put_scope(DMAR_SCOPE_ENDPOINT, 0, device);
}

static inline void put_table(void)
{
	memset(table, 0, sizeof(table));
	memcpy(table, "DMAR", 4);
	table[36] = 38; /* 39 bits */
	table[37] = 1;	/* INTR_REMAP */
	table_bytes = 48;
	put_drhd(UNIT_A, 0, 24);
	put_scope(DMAR_SCOPE_ENDPOINT, 0, 2);
	put_drhd(UNIT_B, 1, 32);
	put_scope(DMAR_SCOPE_IOAPIC, 2, 31);
	put_scope(DMAR_SCOPE_ACPI, 1, 21);
	put_rmrr(0x7e000000, 2);
	put_rmrr(0x7f000000, 20);
	put_header(DMAR_ATSR, 16);
	put(0, 4);
	put_scope(DMAR_SCOPE_BRIDGE, 0, 1);
	put_header(DMAR_RHSA, 20);
	put(0, 4);
	put(UNIT_A, 8);
	put(0, 4);
	put_header(DMAR_ANDD, 18);
	put(1 << 24, 4);
	memcpy(table + table_bytes, "\\_SB.I2C0", 10);
	table_bytes += 10;
	put_header(DMAR_SATC, 16);
	put(1, 4);
	put_scope(DMAR_SCOPE_ENDPOINT, 0, 2);
	put_header(DMAR_SIDP, 16);
	put(0, 4);
	put_scope(DMAR_SCOPE_ENDPOINT, 0, 2);
	patch(SIDP + 10, 3, 1);
}

static const struct place {
	uint16_t segment;
	uint8_t bus, devfn;
	enum oddity_kind kind;
} places[] = {
	{ 0, 0, 0, ODDITY_EITHER },
	{ 0, 0, DEVFN(1, 0), ODDITY_BRIDGE },
	{ 0, 1, 0, ODDITY_ENDPOINT },
	{ 0, 0, DEVFN(2, 0), ODDITY_ENDPOINT },
	{ 0, 0, DEVFN(20, 0), ODDITY_ENDPOINT },
	{ 1, 0, 0, ODDITY_ENDPOINT },
};

static inline unsigned place_count(void)
{
	return sizeof(places) / sizeof(places[0]) - !more_functions;
}

static inline bool function(void *context, unsigned index, uint16_t *segment, uint8_t *bus,
			    uint8_t *devfn)
{
	(void)context;
	if (index >= place_count())
		return false;
	*segment = places[index].segment;
	*bus = places[index].bus;
	*devfn = places[index].devfn;
	return true;
}

static inline enum oddity_kind kind(void *context, uint16_t segment, uint8_t bus, uint8_t devfn)
{
	(void)context;
	for (unsigned i = 0; i < place_count(); i++)
		if (places[i].segment == segment && places[i].bus == bus &&
		    places[i].devfn == devfn)
			return places[i].kind;
	return ODDITY_ABSENT;
}

static inline bool bridge(void *context, uint16_t segment, uint8_t bus, uint8_t devfn,
			  uint8_t *secondary, uint8_t *subordinate)
{
	*secondary = *subordinate = 1;
	return kind(context, segment, bus, devfn) == ODDITY_BRIDGE;
}

static inline enum oddity_memory memory(void *context, uint64_t base, uint64_t limit)
{
	(void)context;
	return limit >= 0x80000000 ? ODDITY_MEMORY_UNLISTED
	       : base < 0x1000	   ? ODDITY_MEMORY_RESERVED
	       : base < 0x7d000000 ? ODDITY_MEMORY_OCCUPIED
	       : base < 0x7e000000 ? ODDITY_MEMORY_FREE
				   : ODDITY_MEMORY_RESERVED;
}

static inline void clean(void)
{
	put_table();
	more_functions = false;
	for (unsigned i = 0; i < 2; i++)
		units[i] = (struct oddity_unit){
			.unit = { .base = i ? UNIT_B : UNIT_A,
				  .offset = i ? DRHD_B : DRHD_A,
				  .version = 0x10,
				  .cap = field_bits(CAP_MGAW, 38) | field_bits(CAP_SAGAW, 4),
				  .ecap = field_bits(ECAP_IR, 1) | field_bits(ECAP_C, 1) },
			.status = VTD_OK,
		};
	machine = (struct oddity_machine){
		.units = units,
		.unit_count = 2,
		.pci = { bridge, NULL },
		.function = function,
		.kind = kind,
		.memory = memory,
		.physical_bits = 39,
		.ioapic_ids = ioapics,
		.ioapic_count = 1,
	};
}

static inline void found(void *context, const struct oddity *o)
{
	(void)context;
	counts[o->code]++;
	total++;
	last = *o;
}

static inline void find(void)
{
	memset(counts, 0, sizeof(counts));
	total = 0;
	oddities_find(&machine, found, NULL);
}

/* With length and checksum put right. */
static inline void find_in_table(void)
{
	uint8_t sum = 0;

	patch(4, table_bytes, 4);
	table[9] = 0;
	for (size_t i = 0; i < table_bytes; i++)
		sum += table[i];
	table[9] = (uint8_t)-sum;
	machine.opened = dmar_open(&machine.dmar, table, sizeof(table));
	find();
}

/* `code` was found once, and nothing else. */
#define ONLY(odd)                         \
	do {                              \
		CHECK_EQ(total, 1);       \
		CHECK_EQ(last.code, odd); \
	} while (0)

#define ONLY_AT(odd, where)                   \
	do {                                  \
		ONLY(odd);                    \
		CHECK(last.at_offset);        \
		CHECK_EQ(last.offset, where); \
	} while (0)

/* The clean table with `bytes` at `at` changed has this oddity there and no other. */
static inline void spoil(size_t at, uint64_t value, unsigned bytes, enum oddity_code code,
			 uint32_t where)
{
	clean();
	patch(at, value, bytes);
	find_in_table();
	ONLY_AT(code, where);
}

#endif
