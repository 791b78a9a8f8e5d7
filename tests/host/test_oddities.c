/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine on which nothing is odd, and one thing spoiled in each test: then that oddity, and no
 * other, must be found.
 */
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

static void put(uint64_t value, unsigned bytes)
{
	for (; bytes; bytes--, value >>= 8)
		table[table_bytes++] = (uint8_t)value;
}

static void patch(size_t at, uint64_t value, unsigned bytes)
{
	size_t end = table_bytes;

	table_bytes = at;
	put(value, bytes);
	table_bytes = end;
}

static void put_header(uint16_t type, uint16_t length)
{
	put(type, 2);
	put(length, 2);
}

static void put_scope(uint8_t type, uint8_t id, uint8_t device)
{
	put(type, 1);
	put(8, 1);
	put(0, 2);
	put(id, 1);
	put(0, 1);
	put(device, 1);
	put(0, 1);
}

static void put_drhd(uint64_t base, uint8_t flags, uint16_t length)
{
	put_header(DMAR_DRHD, length);
	put(flags, 4); /* segment 0 */
	put(base, 8);
}

static void put_rmrr(uint64_t base, uint8_t device)
{
	put_header(DMAR_RMRR, 32);
	put(0, 4);
	put(base, 8);
	put(base + 0xfff, 8);
	put_scope(DMAR_SCOPE_ENDPOINT, 0, device);
}

static void put_table(void)
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

static unsigned place_count(void)
{
	return sizeof(places) / sizeof(places[0]) - !more_functions;
}

static bool function(void *context, unsigned index, uint16_t *segment, uint8_t *bus, uint8_t *devfn)
{
	(void)context;
	if (index >= place_count())
		return false;
	*segment = places[index].segment;
	*bus = places[index].bus;
	*devfn = places[index].devfn;
	return true;
}

static enum oddity_kind kind(void *context, uint16_t segment, uint8_t bus, uint8_t devfn)
{
	(void)context;
	for (unsigned i = 0; i < place_count(); i++)
		if (places[i].segment == segment && places[i].bus == bus &&
		    places[i].devfn == devfn)
			return places[i].kind;
	return ODDITY_ABSENT;
}

static bool bridge(void *context, uint16_t segment, uint8_t bus, uint8_t devfn, uint8_t *secondary,
		   uint8_t *subordinate)
{
	*secondary = *subordinate = 1;
	return kind(context, segment, bus, devfn) == ODDITY_BRIDGE;
}

static enum oddity_memory memory(void *context, uint64_t base, uint64_t limit)
{
	(void)context;
	return limit >= 0x80000000 ? ODDITY_MEMORY_UNLISTED
	       : base < 0x1000	   ? ODDITY_MEMORY_RESERVED
	       : base < 0x7d000000 ? ODDITY_MEMORY_OCCUPIED
	       : base < 0x7e000000 ? ODDITY_MEMORY_FREE
				   : ODDITY_MEMORY_RESERVED;
}

static void clean(void)
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

static void found(void *context, const struct oddity *o)
{
	(void)context;
	counts[o->code]++;
	total++;
	last = *o;
}

static void find(void)
{
	memset(counts, 0, sizeof(counts));
	total = 0;
	oddities_find(&machine, found, NULL);
}

/* With length and checksum put right. */
static void find_in_table(void)
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
static void spoil(size_t at, uint64_t value, unsigned bytes, enum oddity_code code, uint32_t where)
{
	clean();
	patch(at, value, bytes);
	find_in_table();
	ONLY_AT(code, where);
}

TEST(oddities_none_on_a_clean_machine)
{
	clean();
	CHECK_EQ(table_bytes, CLEAN_BYTES);
	find_in_table();
	CHECK_EQ(total, 0);
	/* Nor where the machine cannot be asked. */
	machine.function = NULL;
	machine.kind = NULL;
	machine.memory = NULL;
	machine.physical_bits = 0;
	find();
	CHECK_EQ(total, 0);
}

TEST(oddities_have_words)
{
	unsigned of[3] = { 0 };

	for (int code = 0; code < ODD_COUNT; code++) {
		CHECK(oddity_text((enum oddity_code)code) &&
		      oddity_text((enum oddity_code)code)[0]);
		of[oddity_severity((enum oddity_code)code)]++;
	}
	CHECK(of[ODDITY_HIGH] && of[ODDITY_MEDIUM] && of[ODDITY_LOW]);
	CHECK(!strcmp(oddity_severity_name(ODDITY_HIGH), "HIGH"));
}

TEST(oddities_no_table)
{
	clean();
	machine.opened = dmar_open(&machine.dmar, NULL, 0);
	find();
	ONLY(ODD_NO_TABLE);
	table[0] = 'X';
	find_in_table();
	ONLY_AT(ODD_TABLE_UNREADABLE, 0);
}

TEST(oddities_checksum)
{
	clean();
	find_in_table();
	table[9]++;
	machine.opened = dmar_open(&machine.dmar, table, sizeof(table));
	find();
	ONLY_AT(ODD_CHECKSUM, 9);
	CHECK_EQ(last.value, 1);
}

TEST(oddities_malformed)
{
	/* A broken table may own every function: nothing is said of those. */
	spoil(SIDP + 2, 200, 2, ODD_MALFORMED, SIDP);
	spoil(SIDP + 2, 0, 2, ODD_MALFORMED, SIDP);
	spoil(ATSR_SCOPE + 1, 9, 1, ODD_MALFORMED_SCOPE, ATSR_SCOPE);
	spoil(ATSR_SCOPE + 1, 5, 1, ODD_MALFORMED_SCOPE, ATSR_SCOPE);
}

TEST(oddities_no_unit)
{
	clean();
	table_bytes = 48;
	machine.unit_count = 0;
	find_in_table();
	ONLY(ODD_NO_DRHD);
}

TEST(oddities_of_register_bases)
{
	clean();
	patch(DRHD_B + 8, 0, 8);
	units[1].unit.base = 0;
	units[1].status = VTD_NO_ADDRESS;
	find_in_table();
	ONLY_AT(ODD_DRHD_ZERO, DRHD_B);
	spoil(DRHD_B + 8, UNIT_B + 0x800, 8, ODD_DRHD_UNALIGNED, DRHD_B);
	spoil(DRHD_B + 8, UNIT_A, 8, ODD_DRHD_SHARED, DRHD_B);
}

TEST(oddities_of_units_that_do_not_answer)
{
	static const struct {
		enum vtd_status status;
		enum oddity_code code;
	} cases[] = { { VTD_ALL_ONES, ODD_UNIT_ONES },
		      { VTD_NO_REGISTERS, ODD_UNIT_VERSION },
		      { VTD_BAD_OFFSETS, ODD_UNIT_OFFSETS },
		      { VTD_NO_ADDRESS, ODD_UNIT_ADDRESS } };

	for (unsigned i = 0; i < 4; i++) {
		clean();
		units[1].status = cases[i].status;
		find_in_table();
		ONLY_AT(cases[i].code, DRHD_B);
		CHECK(last.at_unit && last.unit == 1);
	}
	clean();
	units[0].status = VTD_NO_REGISTERS;
	units[0].unit.cap = 0;
	find_in_table();
	ONLY_AT(ODD_UNIT_ZEROS, DRHD_A);
}

TEST(oddities_of_include_pci_all)
{
	clean();
	patch(DRHD_A + 4, 1, 1);
	find_in_table();
	CHECK_EQ(counts[ODD_REST_TWICE], 1);
	CHECK_EQ(total, 1);
	/* The other way round, and with another segment in between, which is nothing odd. */
	clean();
	patch(DRHD_A + 4, 1, 1);
	patch(DRHD_B + 4, 0, 1);
	find_in_table();
	ONLY_AT(ODD_REST_NOT_LAST, DRHD_B);
	patch(DRHD_B + 4, 1, 1);
	patch(DRHD_B + 6, 1, 2);
	find_in_table();
	CHECK_EQ(total, 0);
}

/* Nobody says what functions there are. */
TEST(oddities_segment_without_include_pci_all)
{
	clean();
	machine.function = NULL;
	machine.kind = NULL;
	patch(DRHD_A + 6, 1, 2);
	find_in_table();
	ONLY_AT(ODD_NO_REST, DRHD_A);
	CHECK_EQ(last.value, 1);
	/* Said once of each such segment. */
	patch(DRHD_B + 4, 0, 1);
	patch(DRHD_B + 6, 1, 2);
	find_in_table();
	ONLY_AT(ODD_NO_REST, DRHD_A);
	/* What cannot be read may be the unit. */
	patch(SIDP + 2, 200, 2);
	find_in_table();
	ONLY_AT(ODD_MALFORMED, SIDP);
}

TEST(oddities_unit_with_nothing_behind_it)
{
	clean();
	table_bytes = DRHD_A_SCOPE;
	put_drhd(UNIT_B, 1, 24);
	put_scope(DMAR_SCOPE_IOAPIC, 2, 31);
	patch(DRHD_A + 2, 16, 2);
	find_in_table();
	ONLY_AT(ODD_DRHD_OWNS_NOTHING, DRHD_A);
	/* The one for the rest needs no scope. */
	machine.ioapic_count = 0;
	table_bytes = DRHD_A_SCOPE;
	patch(DRHD_A + 4, 1, 1);
	find_in_table();
	CHECK_EQ(total, 0);
}

TEST(oddities_function_that_no_unit_owns)
{
	clean();
	more_functions = true;
	find_in_table();
	ONLY(ODD_FUNCTION_UNOWNED);
	CHECK(last.at_function && last.segment == 1 && last.source_id == 0);
}

TEST(oddities_of_reserved_regions)
{
	spoil(RMRR_1 + 16, 0x7dffffff, 8, ODD_RMRR_LIMIT, RMRR_1);
	spoil(RMRR_1 + 8, 0x7e000010, 8, ODD_RMRR_UNALIGNED, RMRR_1);
	spoil(RMRR_1 + 16, 0x7e000ffe, 8, ODD_RMRR_UNALIGNED, RMRR_1);
	spoil(RMRR_1 + 8, 0x7d000000, 8, ODD_RMRR_FREE, RMRR_1);
	spoil(RMRR_1 + 8, 0x7c000000, 8, ODD_RMRR_OCCUPIED, RMRR_1);
	spoil(RMRR_2 + 16, 0x80000fff, 8, ODD_RMRR_UNLISTED, RMRR_2);
	CHECK_EQ(last.value, 0x7f000000);
	spoil(RMRR_2 + 8, 0x7e000000, 8, ODD_RMRR_OVERLAP, RMRR_2);
	CHECK_EQ(last.value, RMRR_1);
	clean();
	patch(RMRR_2 + 8, 0, 8);
	patch(RMRR_2 + 16, 0xfff, 8);
	find_in_table();
	ONLY_AT(ODD_RMRR_ZERO, RMRR_2);
}

TEST(oddities_of_paths)
{
	spoil(ATSR_SCOPE + 6, 3, 1, ODD_SCOPE_ABSENT, ATSR_SCOPE);
	CHECK(last.at_function && last.source_id == DEVFN(3, 0));
	spoil(ATSR_SCOPE + 6, 32, 1, ODD_PATH_BROKEN, ATSR_SCOPE);
	spoil(ATSR_SCOPE + 6, 2, 1, ODD_BRIDGE_IS_ENDPOINT, ATSR_SCOPE);
	spoil(RMRR_1_SCOPE + 6, 1, 1, ODD_ENDPOINT_IS_BRIDGE, RMRR_1_SCOPE);
	/* The host bridge may be named as either. */
	clean();
	patch(RMRR_1_SCOPE + 6, 0, 1);
	find_in_table();
	CHECK_EQ(total, 0);
	patch(ATSR_SCOPE + 6, 0, 1);
	find_in_table();
	CHECK_EQ(total, 0);
	/* Through an endpoint to behind it. */
	clean();
	table_bytes = ATSR;
	put_header(DMAR_ATSR, 18);
	put(0, 4);
	put_scope(DMAR_SCOPE_ENDPOINT, 0, 2);
	put(0, 2);
	patch(ATSR_SCOPE + 1, 10, 1);
	patch(DRHD_B_ACPI, DMAR_SCOPE_HPET, 1);
	find_in_table();
	ONLY_AT(ODD_PATH_BROKEN, ATSR_SCOPE);
	patch(ATSR_SCOPE + 6, 1, 1); /* through the bridge: what is there */
	find_in_table();
	CHECK_EQ(total, 0);
	/* No path at all. */
	table_bytes = ATSR;
	put_header(DMAR_ATSR, 14);
	put(0, 4);
	put(DMAR_SCOPE_IOAPIC | 6 << 8, 6);
	find_in_table();
	ONLY_AT(ODD_PATH_BROKEN, ATSR_SCOPE);
}

TEST(oddities_of_acpi_devices)
{
	clean();
	patch(DRHD_B_ACPI + 4, 7, 1);
	find_in_table();
	CHECK_EQ(total, 2);
	CHECK_EQ(counts[ODD_ACPI_WITHOUT_ANDD], 1);
	CHECK_EQ(counts[ODD_ANDD_WITHOUT_ACPI], 1);
	spoil(DRHD_B_ACPI, DMAR_SCOPE_HPET, 1, ODD_ANDD_WITHOUT_ACPI, ANDD);
	spoil(SATC - 1, 'x', 1, ODD_ANDD_NAME, ANDD);
}

TEST(oddities_of_interrupt_remapping)
{
	clean();
	units[1].unit.ecap = field_bits(ECAP_C, 1);
	find_in_table();
	ONLY_AT(ODD_NO_INTERRUPT_REMAPPING, DRHD_B);
	table[37] = 0; /* the table promises none */
	find_in_table();
	CHECK_EQ(total, 0);
	clean();
	patch(DRHD_B_IOAPIC + 4, 3, 1);
	find_in_table();
	ONLY(ODD_IOAPIC_UNSCOPED);
	CHECK_EQ(last.value, 2);
	table[37] = 0;
	find_in_table();
	CHECK_EQ(total, 0);
}

TEST(oddities_of_widths)
{
	clean();
	units[0].unit.cap -= field_bits(CAP_MGAW, 1);
	find_in_table();
	ONLY_AT(ODD_WIDTH_UNIT, DRHD_A);
	CHECK_EQ(last.value, 38);
	CHECK_EQ(oddity_severity(last.code), ODDITY_MEDIUM);
	/* All of them: once, and no fault of any one; nor is one that does not answer counted. */
	units[1].unit.cap -= field_bits(CAP_MGAW, 2);
	find_in_table();
	ONLY(ODD_WIDTH_UNITS);
	CHECK_EQ(last.value, 38);
	CHECK_EQ(oddity_severity(last.code), ODDITY_LOW);
	units[0].status = VTD_ALL_ONES;
	find_in_table();
	CHECK_EQ(total, 2);
	CHECK_EQ(counts[ODD_WIDTH_UNITS], 1);
	CHECK_EQ(counts[ODD_WIDTH_UNIT], 0);
	clean();
	machine.physical_bits = 36;
	find_in_table();
	ONLY_AT(ODD_WIDTH_PROCESSOR, 36);
}

TEST(oddities_of_levels)
{
	static const uint8_t unusable[] = { 0, 1, 0x10, 0x11 };

	for (unsigned i = 0; i < sizeof(unusable); i++) {
		clean();
		units[1].unit.cap = field_bits(CAP_MGAW, 38) | field_bits(CAP_SAGAW, unusable[i]);
		find_in_table();
		ONLY_AT(ODD_NO_LEVELS, DRHD_B);
		CHECK_EQ(last.value, unusable[i]);
		CHECK(last.at_unit && last.unit == 1);
	}
	for (unsigned bit = 1; bit <= 3; bit++) {
		clean();
		units[1].unit.cap = field_bits(CAP_MGAW, 38) |
				    field_bits(CAP_SAGAW, 1u << bit | 0x11);
		find_in_table();
		CHECK_EQ(total, 0);
	}
}

TEST(oddities_of_what_firmware_left_on)
{
	static const struct {
		uint32_t gsts, pmen, fsts;
		enum oddity_code code;
	} cases[] = {
		{ G_TE, 0, 0, ODD_TRANSLATION_ON },
		{ G_IRE, 0, 0, ODD_INTERRUPTS_ON },
		{ G_QIE, 0, 0, ODD_QUEUE_ON },
		{ 0, PMEN_EPM | PMEN_PRS, 0, ODD_PROTECTION_ON },
		{ 0, 0, FSTS_PPF, ODD_FAULTS_PENDING },
		{ 0, 0, FSTS_PFO, ODD_FAULTS_PENDING },
		{ 0, 0, FSTS_ITE, ODD_FAULTS_PENDING },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		clean();
		units[1].unit.found_gsts = cases[i].gsts;
		units[1].unit.found_pmen = cases[i].pmen;
		units[1].unit.found_fsts = cases[i].fsts;
		find_in_table();
		ONLY_AT(cases[i].code, DRHD_B);
		CHECK(last.at_unit && last.unit == 1);
	}
}

TEST(oddities_order_and_unknown_types)
{
	clean();
	put_drhd(0xfed92000, 1, 16);
	patch(table_bytes - 10, 1, 2); /* of segment 1 */
	find_in_table();
	ONLY_AT(ODD_ORDER, CLEAN_BYTES);
	clean();
	put_header(7, 4);
	find_in_table();
	ONLY_AT(ODD_UNKNOWN_TYPE, CLEAN_BYTES);
	CHECK_EQ(last.value, 7);
	spoil(DRHD_A_SCOPE, 6, 1, ODD_UNKNOWN_SCOPE, DRHD_A_SCOPE);
	spoil(DRHD_A_SCOPE, 0, 1, ODD_UNKNOWN_SCOPE, DRHD_A_SCOPE);
}

TEST(oddities_reserved_bits)
{
	spoil(37, 0x81, 1, ODD_RESERVED_BITS, 37);
	CHECK_EQ(last.value, 0x80);
	spoil(47, 1, 1, ODD_RESERVED_BITS, 47);
	spoil(DRHD_A + 4, 2, 1, ODD_RESERVED_BITS, DRHD_A + 4);
	spoil(DRHD_A + 5, 0x10, 1, ODD_RESERVED_BITS, DRHD_A + 5);
	spoil(ATSR + 4, 4, 1, ODD_RESERVED_BITS, ATSR + 4);
	spoil(SATC + 4, 3, 1, ODD_RESERVED_BITS, SATC + 4);
	spoil(RMRR_1 + 5, 1, 1, ODD_RESERVED_BITS, RMRR_1 + 5);
	spoil(ATSR + 5, 1, 1, ODD_RESERVED_BITS, ATSR + 5);
	spoil(RHSA + 7, 1, 1, ODD_RESERVED_BITS, RHSA + 7);
	spoil(ANDD + 4, 1, 1, ODD_RESERVED_BITS, ANDD + 4);
	spoil(SATC + 5, 1, 1, ODD_RESERVED_BITS, SATC + 5);
	spoil(SIDP + 4, 1, 1, ODD_RESERVED_BITS, SIDP + 4);
	spoil(ATSR_SCOPE + 2, 1, 1, ODD_RESERVED_BITS, ATSR_SCOPE + 2);
	spoil(ATSR_SCOPE + 3, 2, 1, ODD_RESERVED_BITS, ATSR_SCOPE + 3);
	CHECK_EQ(last.value, 2);
	spoil(SIDP + 11, 2, 1, ODD_RESERVED_BITS, SIDP + 11);
	/* A size of the register set is no reserved bit. */
	clean();
	patch(DRHD_A + 5, 2, 1);
	find_in_table();
	CHECK_EQ(total, 0);
}

TEST(oddities_affinity_of_no_unit)
{
	spoil(RHSA + 8, 0xfed92000, 8, ODD_RHSA_NO_UNIT, RHSA);
}

TEST(oddities_units_that_differ)
{
	static const struct vtd_field decisive[] = { ECAP_C, ECAP_SC, ECAP_PASID, ECAP_SMTS };

	for (unsigned i = 0; i < 4; i++) {
		clean();
		units[1].unit.ecap ^= field_mask(decisive[i]);
		find_in_table();
		ONLY_AT(ODD_UNITS_DIFFER, DRHD_B);
		CHECK_EQ(last.value, field_mask(decisive[i]));
		/* A unit that does not answer is no measure. */
		units[0].status = VTD_ALL_ONES;
		find_in_table();
		CHECK_EQ(counts[ODD_UNITS_DIFFER], 0);
	}
}

TEST(oddities_what_firmware_asks_for)
{
	spoil(37, 3, 1, ODD_X2APIC_OPT_OUT, 37);
	spoil(37, 5, 1, ODD_PLATFORM_OPT_IN, 37);
	spoil(37, 2, 1, ODD_OPT_OUT_VOID, 37);
}
