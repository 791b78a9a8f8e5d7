/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers in words: every field, and only those that the unit has. */
#include "tests/host/sim_unit.h"
#include "tests/host/test.h"
#include "vtd/decode.h"
#include "vtd/regs.h"

#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define BIT(n)	      (1ull << (n))

/* A unit that has everything; CAP bits 3 AFL, 5 PLMR, 6 PHMR, 61 ECMDS; ECAP bits by name below. */
static struct vtd_unit everything(void)
{
	sim_unit_reset();
	sim_unit_set64(VTD_CAP, field_bits(CAP_FRO, 0x22) | field_bits(CAP_NFR, 2) | BIT(3) |
					BIT(5) | BIT(6) | BIT(61));
	sim_unit_set64(VTD_ECAP, field_bits(ECAP_IRO, 0x0f) | field_bits(ECAP_QI, 1) |
					 field_bits(ECAP_IR, 1) | BIT(25) | BIT(29) | BIT(51));
	return sim_unit_probe();
}

static unsigned count_registers(const struct vtd_unit *unit)
{
	struct vtd_register_walk walk;
	struct vtd_register r;
	unsigned n = 0;

	vtd_register_first(&walk, unit);
	while (vtd_register_next(&walk, &r))
		n++;
	return n;
}

/* The register `name`, the first if there are several; its offset is 0xffff if it is not there. */
static struct vtd_register get(const struct vtd_unit *unit, const char *name)
{
	struct vtd_register_walk walk;
	struct vtd_register r;

	vtd_register_first(&walk, unit);
	while (vtd_register_next(&walk, &r))
		if (!strcmp(r.name, name))
			return r;
	return (struct vtd_register){ .name = name, .offset = 0xffff };
}

static bool get_field(const struct vtd_register *r, const char *name,
		      struct vtd_register_field *out)
{
	unsigned at = 0;

	while (vtd_field_next(r, &at, out))
		if (!strcmp(out->name, name))
			return true;
	return false;
}

TEST(decode_registers_do_not_overlap)
{
	struct vtd_unit unit = everything();
	struct vtd_register_walk walk;
	struct vtd_register r;
	bool taken[SIM_UNIT_BYTES] = { false };

	vtd_register_first(&walk, &unit);
	while (vtd_register_next(&walk, &r)) {
		CHECK(r.bytes == 4 || r.bytes == 8);
		CHECK_EQ(r.offset % r.bytes, 0);
		CHECK(r.name[0] && strlen(r.name) < 20);
		for (unsigned i = 0; i < r.bytes; i++) {
			CHECK(!taken[r.offset + i]);
			taken[r.offset + i] = true;
		}
	}
	CHECK(!taken[VTD_GCMD]); /* write-only */
	CHECK_EQ(sim_unit.write_count, 0);
}

TEST(decode_fields_do_not_overlap)
{
	struct vtd_unit unit = everything();
	struct vtd_register_walk walk;
	struct vtd_register r;
	struct vtd_register_field f;

	vtd_register_first(&walk, &unit);
	while (vtd_register_next(&walk, &r)) {
		unsigned at = 0, below = r.bytes * 8u;
		uint64_t known = 0;

		while (vtd_field_next(&r, &at, &f)) {
			CHECK(f.bits.high >= f.bits.low && f.bits.high < below);
			CHECK(f.name[0] && strlen(f.name) < 8);
			CHECK(!(known & field_mask(f.bits)));
			known |= field_mask(f.bits);
			below = f.bits.low;
		}
		r.value = ~0ull >> (64 - 8 * r.bytes);
		CHECK_EQ(vtd_unknown_bits(&r), known ? r.value & ~known : 0);
	}
}

TEST(decode_agrees_with_regs_h)
{
	// clang-format off
#define F(reg, prefix, name) { #reg, #name, prefix##_##name }
	static const struct {
		const char *reg, *name;
		struct vtd_field bits;
	} fields[] = {
		F(VER, VER, MAX), F(VER, VER, MIN), F(CAP, CAP, ESRTPS), F(CAP, CAP, PI),
		F(CAP, CAP, DRD), F(CAP, CAP, DWD), F(CAP, CAP, MAMV), F(CAP, CAP, NFR),
		F(CAP, CAP, PSI), F(CAP, CAP, SSLPS), F(CAP, CAP, FRO), F(CAP, CAP, ZLR),
		F(CAP, CAP, MGAW), F(CAP, CAP, SAGAW), F(CAP, CAP, CM), F(CAP, CAP, PHMR),
		F(CAP, CAP, PLMR), F(CAP, CAP, RWBF), F(CAP, CAP, ND), F(ECAP, ECAP, RPS),
		F(ECAP, ECAP, SMPWC), F(ECAP, ECAP, FSTS), F(ECAP, ECAP, SSTS),
		F(ECAP, ECAP, SMTS), F(ECAP, ECAP, PASID), F(ECAP, ECAP, NEST),
		F(ECAP, ECAP, IRO), F(ECAP, ECAP, SC), F(ECAP, ECAP, PT), F(ECAP, ECAP, EIM),
		F(ECAP, ECAP, IR), F(ECAP, ECAP, DT), F(ECAP, ECAP, QI), F(ECAP, ECAP, C),
		F(RTADDR, RTADDR, TTM), F(CCMD, CCMD, CIRG), F(CCMD, CCMD, FM),
		F(CCMD, CCMD, SID), F(CCMD, CCMD, DID), F(FSTS, FSTS, FRI), F(IOTLB, IOTLB, IIRG),
		F(IOTLB, IOTLB, IAIG), F(IOTLB, IOTLB, DID), F(FRCD_HIGH, FRCD, F),
		F(FRCD_HIGH, FRCD, T1), F(FRCD_HIGH, FRCD, AT), F(FRCD_HIGH, FRCD, PV),
		F(FRCD_HIGH, FRCD, FR), F(FRCD_HIGH, FRCD, PP), F(FRCD_HIGH, FRCD, T2),
		F(FRCD_HIGH, FRCD, SID),
		/* regs.h has these two by their older names. */
		{ "CAP", "FS5LP", CAP_FL5LP }, { "CAP", "FS1GP", CAP_FL1GP },
	};
	// clang-format on
	static const struct {
		const char *reg, *name;
		uint64_t mask;
	} masks[] = {
		{ "GSTS", "TES", GCMD_TE },    { "GSTS", "RTPS", GCMD_SRTP },
		{ "GSTS", "FLS", GCMD_SFL },   { "GSTS", "AFLS", GCMD_EAFL },
		{ "GSTS", "WBFS", GCMD_WBF },  { "GSTS", "QIES", GCMD_QIE },
		{ "GSTS", "IRES", GCMD_IRE },  { "GSTS", "IRTPS", GCMD_SIRTP },
		{ "GSTS", "CFIS", GCMD_CFI },  { "CCMD", "ICC", CCMD_ICC },
		{ "FSTS", "ITE", FSTS_ITE },   { "FSTS", "ICE", FSTS_ICE },
		{ "FSTS", "IQE", FSTS_IQE },   { "FSTS", "PPF", FSTS_PPF },
		{ "FSTS", "PFO", FSTS_PFO },   { "FECTL", "IM", FECTL_IM },
		{ "PMEN", "EPM", PMEN_EPM },   { "PMEN", "PRS", PMEN_PRS },
		{ "IOTLB", "IVT", IOTLB_IVT }, { "IOTLB", "DR", IOTLB_DR },
		{ "IOTLB", "DW", IOTLB_DW },
	};
	struct vtd_unit unit = everything();
	struct vtd_register_field f;

	for (size_t i = 0; i < LENGTH(fields); i++) {
		struct vtd_register r = get(&unit, fields[i].reg);

		CHECK(get_field(&r, fields[i].name, &f) && f.bits.high == fields[i].bits.high &&
		      f.bits.low == fields[i].bits.low);
	}
	for (size_t i = 0; i < LENGTH(masks); i++) {
		struct vtd_register r = get(&unit, masks[i].reg);

		CHECK(get_field(&r, masks[i].name, &f) && field_mask(f.bits) == masks[i].mask);
	}
}

/* The bits that chapter 11 has as reserved, withdrawn ones aside. */
TEST(decode_knows_all_but_reserved_bits)
{
	static const struct {
		const char *name;
		uint64_t reserved;
	} cases[] = {
		{ "VER", 0xffffff00 },
		{ "CAP", CAP_RESERVED },
		{ "ECAP", ECAP_RESERVED },
		{ "GSTS", 0x007fffff },
		{ "RTADDR", 0x3ff },
		{ "CCMD", 0x07fffffc00000000 },
		{ "FSTS", 0xffff0000 },
		{ "FECTL", 0x3fffffff },
		{ "FEDATA", 0xffff0000 },
		{ "FEADDR", 0x3 },
		{ "FEUADDR", 0 },
		{ "AFLOG", 0x1ff },
		{ "PMEN", 0x7ffffffe },
		{ "IQH", 0xfffffffffff8000f },
		{ "IQT", 0xfffffffffff8000f },
		{ "IQA", 0x7f8 },
		{ "ICS", 0xfffffffe },
		{ "IQERCD", 0xfffffff0 },
		{ "IRTA", 0x7f0 },
		{ "PQH", 0xfffffffffff8001f },
		{ "PQT", 0xfffffffffff8001f },
		{ "PQA", 0xff8 },
		{ "PRS", 0xfffffffc },
		{ "MTRRCAP", 0xfffffffffffffa00 },
		{ "MTRRDEF", 0xfffffffffffff300 },
		{ "MTRR_FIX64K_00000", 0 },
		{ "MTRR_PHYSBASE", 0xf00 },
		{ "MTRR_PHYSMASK", 0x7ff },
		{ "IVA", 0xf80 },
		{ "IOTLB", 0x49fc0000ffffffff },
		{ "FRCD_LOW", 0xfff },
		{ "FRCD_HIGH", 0x0fff0000 },
	};
	struct vtd_unit unit = everything();

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct vtd_register r = get(&unit, cases[i].name);

		r.value = ~0ull >> (64 - 8 * r.bytes);
		CHECK_EQ(vtd_unknown_bits(&r), cases[i].reserved);
	}
}

TEST(decode_offsets)
{
	struct vtd_unit unit = everything();

	/* Section 11.2, for those that regs.h does not name. */
	CHECK_EQ(get(&unit, "AFLOG").offset, 0x58);
	CHECK_EQ(get(&unit, "PHMLIMIT").offset, 0x78);
	CHECK_EQ(get(&unit, "ICS").offset, 0x9c);
	CHECK_EQ(get(&unit, "PRS").offset, 0xdc);
	CHECK_EQ(get(&unit, "MTRR_PHYSBASE").offset, 0x180);
	CHECK_EQ(get(&unit, "IOTLB").offset, 0xf8);
	CHECK_EQ(get(&unit, "FRCD_HIGH").offset, 0x228);
}

TEST(decode_registers_exist_as_the_unit_says)
{
	static const struct {
		uint64_t cap, ecap;
		unsigned more;
		const char *one;
	} cases[] = {
		{ BIT(3), 0, 1, "AFLOG" },    { BIT(5), 0, 3, "PLMBASE" },
		{ BIT(6), 0, 3, "PHMLIMIT" }, { BIT(61), 0, 6, "ECCAP" },
		{ 0, BIT(1), 9, "IQH" },      { 0, BIT(3), 1, "IRTA" },
		{ 0, BIT(29), 8, "PQA" },     { 0, BIT(25), 33, "MTRRDEF" },
		{ 0, BIT(51), 6, "PERFCAP" },
	};
	struct vtd_unit unit;
	unsigned bare;

	sim_unit_reset();
	sim_unit_set64(VTD_ECAP, field_bits(ECAP_IRO, 0xf));
	unit = sim_unit_probe();
	bare = count_registers(&unit);
	CHECK_EQ(bare, 11 + 2 + 2 * SIM_UNIT_RECORDS);
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct vtd_unit more = unit;

		CHECK_EQ(get(&more, cases[i].one).offset, 0xffff);
		more.cap |= cases[i].cap;
		more.ecap |= cases[i].ecap;
		CHECK_EQ(count_registers(&more), bare + cases[i].more);
		CHECK(get(&more, cases[i].one).offset != 0xffff);
	}
}

TEST(decode_leaves_out_what_is_outside)
{
	struct vtd_unit unit = everything();
	unsigned all = count_registers(&unit);

	/* The first record at 0x3ff0. */
	unit.bytes = 0x4000;
	unit.cap |= field_mask(CAP_FRO);
	CHECK_EQ(count_registers(&unit), all - 2 * SIM_UNIT_RECORDS + 2);
	unit.bytes = 0x400;
	CHECK(count_registers(&unit) < all);
}

static const char *words(const char *reg, const char *field, uint64_t value)
{
	static char text[64];
	struct vtd_unit unit = everything();
	struct vtd_register r = get(&unit, reg);
	struct vtd_register_field f;

	CHECK(get_field(&r, field, &f));
	f.value = value;
	return vtd_field_words(&f, text, sizeof(text));
}

#define WORDS(reg, field, value, text) CHECK(!strcmp(words(reg, field, value), text))

TEST(decode_words)
{
	WORDS("CAP", "SAGAW", 6, "39, 48");
	WORDS("CAP", "SAGAW", 0, "none");
	WORDS("CAP", "SSLPS", 3, "2 MiB, 1 GiB");
	WORDS("CAP", "ND", 6, "65536");
	WORDS("CAP", "ND", 7, "reserved");
	WORDS("CAP", "MGAW", 47, "48");
	WORDS("CAP", "FRO", 0x22, "0x220");
	WORDS("CAP", "PSI", 1, "");
	WORDS("RTADDR", "RTA", 0x12345, "0x12345000");
	WORDS("RTADDR", "TTM", 1, "scalable");
	WORDS("RTADDR", "TTM", 2, "reserved");
	WORDS("RTADDR", "TTM", 3, "abort DMA");
	WORDS("CCMD", "CIRG", 1, "global");
	WORDS("CCMD", "SID", 0x12a5, "12:14.5");
	WORDS("FEADDR", "MA", 0x3fb80000, "0xfee00000");
	WORDS("AFLOG", "FLS", 2, "4");
	WORDS("IQA", "QS", 1, "512");
	WORDS("IQERCD", "IQEI", 1, "invalid tail");
	WORDS("IRTA", "S", 15, "65536");
	WORDS("MTRRDEF", "TYPE", 6, "write back");
	WORDS("MTRRDEF", "TYPE", 200, "reserved");
	WORDS("FRCD_HIGH", "FR", 2, "context entry not present");
	WORDS("FRCD_HIGH", "AT", 3, "reserved");
}

TEST(decode_words_fit_the_room)
{
	struct vtd_unit unit = everything();
	struct vtd_register r = get(&unit, "CAP");
	struct vtd_register_field f;
	char text[5] = "????";

	CHECK(get_field(&r, "SAGAW", &f));
	f.value = 0xe;
	vtd_field_words(&f, text, sizeof(text));
	CHECK(!strcmp(text, "39, "));
}

TEST(decode_reads_values_and_unknown_bits)
{
	struct vtd_unit unit = everything();
	struct vtd_register r;
	struct vtd_register_field f;

	sim_unit_set32(VTD_GSTS, GCMD_TE | 1);
	sim_unit_set64(VTD_RTADDR, 0x1234567000 | 1 << 10);
	r = get(&unit, "GSTS");
	CHECK_EQ(r.value, GCMD_TE | 1);
	CHECK(get_field(&r, "TES", &f) && f.value == 1);
	CHECK_EQ(vtd_unknown_bits(&r), 1);
	r = get(&unit, "RTADDR");
	CHECK(get_field(&r, "RTA", &f) && f.value == 0x1234567);
	CHECK(get_field(&r, "TTM", &f) && f.value == 1);
	CHECK_EQ(vtd_unknown_bits(&r), 0);
	CHECK_EQ(sim_unit.write_count, 0);
}
