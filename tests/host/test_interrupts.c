/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupt remapping: registers in order, descriptors, messages, and two readings of an entry held against each other. */
#include "tests/host/bench.h"
#include "tests/host/sim_unit.h"
#include "tests/host/test.h"
#include "kernel/interrupts.h"
#include "kernel/lib/random.h"
#include "kernel/memory.h"
#include "vtd/entry.h"
#include "vtd/fault.h"
#include "vtd/interrupts.h"
#include "vtd/invalidate.h"
#include "vtd/switch.h"

#include <string.h>

#define SOURCE 0x10 /* of bench_target() */

static struct vtd_unit remapping(uint64_t **table, bool x2apic)
{
	struct vtd_unit unit;

	sim_unit_reset();
	sim_unit_set64(VTD_ECAP, unit_get64(&sim_unit.unit, VTD_ECAP) | field_bits(ECAP_IR, 1) |
					 field_bits(ECAP_EIM, 1));
	unit = sim_unit_enabled();
	*table = memory_alloc(1);
	sim_unit.write_count = 0;
	CHECK_EQ(vtd_interrupts_on(&unit, *table, x2apic), VTD_OK);
	return unit;
}

TEST(interrupts_go_on_in_the_order_of_the_specification)
{
	for (unsigned x2apic = 0; x2apic < 2; x2apic++) {
		uint64_t *table;
		struct vtd_unit unit = remapping(&table, x2apic);
		int irta = sim_unit_write_to(VTD_IRTA, 0),
		    sirtp = sim_unit_command(GCMD_SIRTP, true), iec = sim_unit_write_to(VTD_IQT, 0),
		    ire = sim_unit_command(GCMD_IRE, true);

		CHECK(irta >= 0 && irta < sirtp && sirtp < iec && iec < ire);
		/* 4096 entries: 2^(S + 1). */
		CHECK_EQ(sim_unit.writes[irta].value,
			 (uint64_t)table | (x2apic ? 1 << 11 : 0) | 11);
		CHECK(unit.remapping && unit.translating);
		CHECK(sim_unit_get32(VTD_GSTS) & GCMD_TE);
		CHECK(!sim_unit.bits_at_once);
	}
}

TEST(interrupts_go_off_before_the_queue)
{
	uint64_t *table;
	struct vtd_unit unit = remapping(&table, false);

	sim_unit.write_count = 0;
	CHECK_EQ(vtd_unit_disable(&unit), VTD_OK);
	CHECK(!unit.remapping);
	CHECK(sim_unit_command(GCMD_IRE, false) >= 0);
	CHECK(sim_unit_command(GCMD_IRE, false) < sim_unit_command(GCMD_QIE, false));
	CHECK(!sim_unit.bits_at_once);
	/* Without it on, nothing is written. */
	sim_unit.write_count = 0;
	CHECK_EQ(vtd_interrupts_off(&unit), VTD_OK);
	CHECK_EQ(sim_unit.write_count, 0);
}

TEST(interrupts_block_the_compatibility_format_of_firmware)
{
	uint64_t *table;
	struct vtd_unit unit = remapping(&table, false);

	CHECK_EQ(vtd_command(&unit, GCMD_CFI, true), VTD_OK);
	CHECK(sim_unit_get32(VTD_GSTS) & GCMD_CFI);
	CHECK_EQ(vtd_interrupts_on(&unit, table, false), VTD_OK);
	CHECK(!(sim_unit_get32(VTD_GSTS) & GCMD_CFI));
}

TEST(interrupts_are_lacked_with_a_reason)
{
	struct vtd_unit unit;

	sim_unit_reset();
	unit = sim_unit_probe();
	CHECK(vtd_interrupts_lack(&unit, false) != NULL);
	unit.ecap |= field_bits(ECAP_IR, 1);
	CHECK(vtd_interrupts_lack(&unit, false) == NULL);
	CHECK(vtd_interrupts_lack(&unit, true) != NULL);
	unit.ecap |= field_bits(ECAP_EIM, 1);
	CHECK(vtd_interrupts_lack(&unit, true) == NULL);
	CHECK(vtd_interrupts_lack(&unit, false) == NULL);
	unit.ecap |= field_bits(ECAP_EIMER, 1);
	CHECK(vtd_interrupts_lack(&unit, true) == NULL);
	CHECK(vtd_interrupts_lack(&unit, false) != NULL);
	CHECK_EQ(vtd_interrupts_on(&unit, NULL, false), VTD_NO_INVALIDATION);
}

/* Section 6.5.2.8. */
TEST(interrupts_invalidation_descriptors)
{
	uint64_t *table;
	struct vtd_unit unit = remapping(&table, false);

	sim_unit.descriptor_count = 0;
	CHECK_EQ(vtd_invalidate_interrupts(&unit, 0x1234, 3), VTD_OK);
	CHECK_EQ(sim_unit.descriptors[0][0], 4 | 1 << 4 | 3u << 27 | 0x1234ull << 32);
	CHECK_EQ(sim_unit.descriptors[0][1], 0);
	sim_unit.descriptor_count = 0;
	CHECK_EQ(vtd_invalidate_interrupts_all(&unit), VTD_OK);
	CHECK_EQ(sim_unit.descriptors[0][0], 4);
	/* Where interrupts are remapped, all means theirs too. */
	sim_unit.descriptor_count = 0;
	CHECK_EQ(vtd_invalidate_all(&unit), VTD_OK);
	CHECK_EQ(sim_unit.descriptors[2][0], 4);
	CHECK_EQ(vtd_interrupts_off(&unit), VTD_OK);
	sim_unit.descriptor_count = 0;
	CHECK_EQ(vtd_invalidate_all(&unit), VTD_OK);
	CHECK(field_of(sim_unit.descriptors[2][0], FIELD(3, 0)) != 4);
	CHECK_EQ(vtd_unit_disable(&unit), VTD_OK);
	unit.queue.descriptors = NULL;
	CHECK_EQ(vtd_invalidate_interrupts(&unit, 0, 0), VTD_NO_INVALIDATION);
	CHECK_EQ(vtd_invalidate_interrupts_all(&unit), VTD_NO_INVALIDATION);
}

/* Section 5.1.2.2. */
TEST(interrupts_messages_name_their_entry)
{
	CHECK_EQ(vtd_interrupt_address(0), 0xfee00010);
	CHECK_EQ(vtd_interrupt_address(0x25), 0xfee004b0);
	CHECK_EQ(vtd_interrupt_address(0x8000), 0xfee00014);
	CHECK_EQ(vtd_interrupt_address(0xffff), 0xfeeffff4);
}

TEST(interrupts_faults_have_an_index_and_no_address)
{
	struct vtd_fault f = vtd_fault_decode(0x25ull << 48, 1ull << 63 | 0x26ull << 32 | 0x18);

	CHECK_EQ(f.index, 0x25);
	CHECK_EQ(f.address, 0);
	CHECK_EQ(f.source_id, 0x18);
	CHECK_EQ(f.reason, FAULT_IRTE_SOURCE);
	f = vtd_fault_decode(0x123456789000, 1ull << 63 | 0x05ull << 32 | 0x18);
	CHECK_EQ(f.index, 0);
	CHECK_EQ(f.address, 0x123456789000);
	for (unsigned reason = 0; reason < 256; reason++)
		CHECK_EQ(vtd_fault_is_of_interrupt((uint8_t)reason),
			 reason >= 0x20 && reason <= 0x2b);
}

/* What the unit of tests/sim/ makes of it: the reason, or 0 and the message. */
static uint8_t by_unit(const struct target *t, uint16_t source_id, const uint64_t *entry,
		       struct unit_message *message)
{
	struct request r = { .source_id = source_id,
			     .is_interrupt = true,
			     .at = vtd_interrupt_address(t->index) };
	uint8_t reason;

	memcpy(t->entry, entry, IRTE_WORDS * sizeof(*entry));
	sim_unit.unit.interrupt_table = (uint64_t)t->table | field_bits(IRTA_EIME, t->x2apic) | 7;
	sim_unit_set32(VTD_GSTS, GCMD_IRE);
	drop_everything(&sim_unit.unit);
	memset(sim_unit.unit.interrupts, 0, sizeof(sim_unit.unit.interrupts));
	unit_take(&sim_unit.unit, &r);
	reason = unit_remap(&sim_unit.unit, &r, message);
	unit_leave(&sim_unit.unit, &r);
	return reason;
}

static void compare(const struct target *t, uint16_t source_id, const uint64_t *entry)
{
	struct vtd_interrupt i = vtd_interrupt_by(t->unit, entry, source_id, t->x2apic);
	struct unit_message m;

	/* A descriptor that is nobody's is not to be written to. */
	if (!i.reason && i.is_posted && i.descriptor != (uint64_t)t->descriptor[0] &&
	    i.descriptor != (uint64_t)t->descriptor[1])
		return;
	if (t->posted)
		target_clear_descriptors(t);
	CHECK_EQ(by_unit(t, source_id, entry, &m), i.reason);
	if (i.reason)
		return;
	if (i.is_posted && field_of(entry[0], IRTE_URG))
		return; /* An urgent one is told at once, whatever SN says (section 5.2.5). */
	CHECK_EQ(m.is_posted, i.is_posted);
	CHECK_EQ(m.vector, i.vector);
	if (i.is_posted)
		CHECK_EQ(m.descriptor, i.descriptor);
	else
		CHECK_EQ(m.destination, i.destination);
}

TEST(two_readings_of_interrupt_entries_agree)
{
	uint64_t seed = 20261128;

	for (unsigned how = 0; how < 4; how++) {
		enum target_id id = how & 1 ? TARGET_IRTE_POSTED : TARGET_IRTE;
		struct vtd_unit unit;
		struct target t;

		CHECK_EQ(bench_target(&t, &unit, id), 0);
		target_set_destination(&t, 5, how & 2);
		for (unsigned n = 0; n < 20000; n++) {
			const uint64_t *a = t.state[random_next(&seed) % TARGET_PHASES][n & 1],
				       *b = t.state[random_next(&seed) % TARGET_PHASES][n >> 1 & 1];
			uint64_t entry[IRTE_WORDS] = { a[0], b[1] };
			uint16_t source_id = SOURCE;

			if (n & 4) /* SVT, SQ, SID */
				entry[1] = (entry[1] & ~0xfffffull) |
					   (random_next(&seed) & 0xf0000) |
					   ((SOURCE ^ (random_next(&seed) & 0x107)) & 0xffff);
			if (n & 8)
				entry[n >> 4 & 1] ^= 1ull << (random_next(&seed) & 63);
			if (n & 32)
				source_id ^= (uint16_t)(random_next(&seed) & 0x307);
			compare(&t, source_id, entry);
		}
	}
}

/* Each pair: who is let in, and what a mixture comes to. */
TEST(interrupts_targets_tell_mixtures_apart)
{
	static const struct {
		uint8_t phase, low, high, outcome; /* 2: zero */
	} cases[] = {
		{ 0, 0, 0, OUTCOME_A },		  { 0, 1, 1, OUTCOME_FAULT },
		{ 0, 1, 0, OUTCOME_MIXTURE_2 },	  { 0, 0, 1, OUTCOME_FAULT },
		{ 1, 0, 0, OUTCOME_FAULT },	  { 1, 1, 1, OUTCOME_B },
		{ 1, 1, 0, OUTCOME_FAULT },	  { 1, 0, 1, OUTCOME_MIXTURE_1 },
		{ 2, 0, 0, OUTCOME_NOT_PRESENT }, { 2, 1, 1, OUTCOME_FAULT },
		{ 2, 1, 0, OUTCOME_MIXTURE_2 },	  { 2, 0, 1, OUTCOME_NOT_PRESENT },
		{ 0, 1, 2, OUTCOME_MIXTURE_2 },	  { 1, 0, 2, OUTCOME_MIXTURE_1 },
		{ 1, 2, 1, OUTCOME_NOT_PRESENT },
	};

	for (unsigned id = TARGET_IRTE; id <= TARGET_IRTE_POSTED; id++) {
		struct vtd_unit unit;
		struct target t;

		CHECK_EQ(bench_target(&t, &unit, (enum target_id)id), 0);
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			const uint64_t(*state)[ENTRY_WORDS_MAX] = t.state[cases[i].phase];
			uint64_t entry[IRTE_WORDS] = {
				cases[i].low < 2 ? state[cases[i].low][0] : 0,
				cases[i].high < 2 ? state[cases[i].high][1] : 0
			};

			target_choose_phase(&t, cases[i].phase);
			CHECK_EQ(target_meaning(&t, entry).outcome, cases[i].outcome);
		}
	}
}

/* QEMU 7.2 records none: then all that is refused looks like an absent entry. */
TEST(interrupts_refused_without_a_record_look_alike)
{
	struct vtd_unit unit;
	struct target t;

	CHECK_EQ(bench_target(&t, &unit, TARGET_IRTE), 0);
	t.refusals_unrecorded = true;
	target_choose_phase(&t, 0);
	CHECK_EQ(t.expects[0], OUTCOME_A);
	CHECK_EQ(t.expects[1], OUTCOME_NOT_PRESENT);
	CHECK_EQ(target_fault_outcome(&t, FAULT_IRTE_SOURCE), OUTCOME_NOT_PRESENT);
}

/* Section 5.2.3: the bit of the vector, once; with SN no notification. */
TEST(interrupts_are_posted_to_the_descriptor)
{
	struct vtd_unit unit;
	struct target t;
	struct unit_message m;

	CHECK_EQ(bench_target(&t, &unit, TARGET_IRTE_POSTED), 0);
	target_clear_descriptors(&t);
	CHECK_EQ(target_posted(&t), 0);
	CHECK_EQ(by_unit(&t, SOURCE, t.state[0][0], &m), 0);
	CHECK(m.is_posted);
	CHECK_EQ(target_posted(&t), 1);
	CHECK_EQ(t.descriptor[0][1], 1ull << (INTERRUPT_VECTOR_A - 64));
	CHECK_EQ(by_unit(&t, SOURCE, t.state[1][1], &m), 0);
	CHECK_EQ(target_posted(&t), 3);
	t.descriptor[1][0] = 1;
	CHECK(target_posted(&t) & TARGET_POSTED_WRONG);
	/* Without SN, and with nothing outstanding: ON is set, and the notification vector sent. */
	target_clear_descriptors(&t);
	t.descriptor[0][4] = field_bits(PID_NV, 0x77) | field_bits(PID_NDST, 5 << 8);
	CHECK_EQ(by_unit(&t, SOURCE, t.state[0][0], &m), 0);
	CHECK(!m.is_posted);
	CHECK_EQ(m.vector, 0x77);
	CHECK_EQ(m.destination, 5);
	CHECK(t.descriptor[0][4] & 1);
	CHECK_EQ(by_unit(&t, SOURCE, t.state[0][0], &m), 0);
	CHECK(m.is_posted);
	t.descriptor[0][5] = 1;
	CHECK_EQ(by_unit(&t, SOURCE, t.state[0][0], &m), FAULT_DESCRIPTOR_RESERVED);
}

/* Section 6.4: what is kept, what an invalidation drops, and what one of another index leaves. */
TEST(interrupt_entry_cache_keeps_and_drops)
{
	struct vtd_unit unit;
	struct target t;
	struct request r;
	struct unit_message m;
	uint32_t before = sim.iec, forget = sim.forget, coarse = sim.coarse;

	sim.iec = 100;
	sim.forget = sim.coarse = 0;
	CHECK_EQ(bench_target(&t, &unit, TARGET_IRTE), 0);
	CHECK_EQ(by_unit(&t, SOURCE, t.state[0][0], &m), 0);
	memset(t.entry, 0, IRTE_WORDS * sizeof(*t.entry));
	for (unsigned round = 0; round < 3; round++) {
		static const uint8_t reasons[] = { 0, 0, FAULT_IRTE_NOT_PRESENT };

		if (round == 1)
			interrupts_drop(&sim_unit.unit, true, t.index ^ 4, 2);
		if (round == 2)
			interrupts_drop(&sim_unit.unit, true, t.index ^ 1, 1);
		r = (struct request){ .source_id = SOURCE,
				      .is_interrupt = true,
				      .at = vtd_interrupt_address(t.index) };
		unit_take(&sim_unit.unit, &r);
		CHECK_EQ(unit_remap(&sim_unit.unit, &r, &m), reasons[round]);
		unit_leave(&sim_unit.unit, &r);
	}
	sim.iec = before;
	sim.forget = forget;
	sim.coarse = coarse;
}
