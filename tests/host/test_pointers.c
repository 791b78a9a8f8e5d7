/* SPDX-License-Identifier: BSD-2-Clause */
/* Pointers to tables, and a directory entry with its tables: as targets, in the model, in the notation, and in the unit. */
#include "tests/host/bench.h"
#include "tests/host/sim_unit.h"
#include "tests/host/test.h"
#include "tests/litmus/notation.h"
#include "tests/sim/options.h"
#include "tests/sim/unit.h"

#include <stdio.h>
#include <string.h>

static struct vtd_unit unit;
static struct target target;

static const struct sequence *find(enum target_id id, const char *name)
{
	for (size_t i = 0; i < sequence_count; i++)
		if (sequence_is_for(&sequences[i], id) && !strcmp(sequences[i].name, name))
			return &sequences[i];
	CHECK(!"there is such a sequence");
	return &sequences[0];
}

static struct model_answer ask(enum target_id id, const char *name, struct bench_question how)
{
	const struct sequence *s = find(id, name);

	CHECK_EQ(bench_target(&target, &unit, id), 0);
	return bench_ask(&target, s->steps, s->count, s->never_blocks, how);
}

TEST(pointers_lead_nowhere_where_their_entry_is_zero)
{
	static const uint8_t ids[] = { TARGET_ROOT_TABLE, TARGET_SM_ROOT_TABLE,
				       TARGET_INTERRUPT_TABLE };
	static const uint64_t zero[ENTRY_WORDS_MAX];

	for (unsigned i = 0; i < sizeof(ids); i++) {
		CHECK_EQ(bench_target(&target, &unit, ids[i]), 0);
		CHECK_EQ(target_meaning(&target, zero).outcome, OUTCOME_NOT_PRESENT);
		for (unsigned s = 0; s < 2; s++) {
			CHECK_EQ(target_meaning(&target, target.state[0][s]).outcome,
				 s ? OUTCOME_B : OUTCOME_A);
			CHECK(target_register(&target, target.state[0][s][0]) != target.empty);
		}
	}
}

/* Of RTADDR the mode must not change while it is in use (section 6.6). */
TEST(pointers_to_root_tables_keep_their_mode)
{
	for (unsigned scalable = 0; scalable < 2; scalable++) {
		CHECK_EQ(bench_target(&target, &unit,
				      scalable ? TARGET_SM_ROOT_TABLE : TARGET_ROOT_TABLE),
			 0);
		CHECK_EQ(target.empty >> 10 & 3, scalable);
		for (unsigned s = 0; s < 2; s++)
			CHECK_EQ(target.state[0][s][0] >> 10 & 3, scalable);
	}
}

TEST(pointers_to_interrupt_tables_say_the_mode_of_the_processors)
{
	for (unsigned x2apic = 0; x2apic < 2; x2apic++) {
		CHECK_EQ(bench_target(&target, &unit, TARGET_INTERRUPT_TABLE), 0);
		target_set_destination(&target, 0x81, x2apic);
		CHECK_EQ(target.empty >> 11 & 1, x2apic);
		for (unsigned s = 0; s < 2; s++) {
			CHECK_EQ(target.state[0][s][0] >> 11 & 1, x2apic);
			CHECK_EQ(target_meaning(&target, target.state[0][s]).outcome,
				 s ? OUTCOME_B : OUTCOME_A);
		}
	}
}

TEST(model_knows_what_a_command_invalidates)
{
	static const struct {
		enum target_id id;
		const char *name;
	} unsafe[] = {
		{ TARGET_ROOT_TABLE, "no-invalidation" },
		{ TARGET_ROOT_TABLE, "no-context-cache" },
		{ TARGET_ROOT_TABLE, "no-iotlb" },
		{ TARGET_ROOT_TABLE, "iotlb-first" },
		{ TARGET_ROOT_TABLE, "invalidate-first" },
		{ TARGET_SM_ROOT_TABLE, "linux-5.12" },
		{ TARGET_SM_ROOT_TABLE, "no-context-cache" },
		{ TARGET_SM_ROOT_TABLE, "no-iotlb" },
		{ TARGET_INTERRUPT_TABLE, "no-invalidation" },
	};
	struct bench_question plain = { .bits = 128 }, sets = { .bits = 128, .set_drops = true };

	for (size_t i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++) {
		CHECK_EQ(ask(unsafe[i].id, unsafe[i].name, plain).harms, HARM_STALE);
		CHECK_EQ(ask(unsafe[i].id, unsafe[i].name, sets).harms, 0);
	}
	CHECK_EQ(ask(TARGET_SM_ROOT_TABLE, "linux", plain).harms, 0);
	/* Nothing reaches the device's own TLB (section 6.5.2.5). */
	plain.device_tlb = sets.device_tlb = true;
	CHECK_EQ(ask(TARGET_SM_ROOT_TABLE, "linux", plain).harms, HARM_STALE);
	CHECK_EQ(ask(TARGET_SM_ROOT_TABLE, "linux", sets).harms, HARM_STALE);
	CHECK_EQ(ask(TARGET_SM_ROOT_TABLE, "with-device-tlb", plain).harms, 0);
}

TEST(tables_of_a_directory_are_in_lines_of_their_own)
{
	CHECK_EQ(bench_target(&target, &unit, TARGET_PASID_DIR_TABLE), 0);
	for (unsigned i = 0; i < 3; i++)
		for (unsigned k = 0; k < i; k++)
			CHECK((uint64_t)target_word(&target, i) / 64 !=
			      (uint64_t)target_word(&target, k) / 64);
}

/* A valid entry that leads to a page of its own. */
TEST(tables_of_a_directory_have_what_another_owner_left)
{
	CHECK_EQ(bench_target(&target, &unit, TARGET_PASID_DIR_TABLE), 0);
	for (unsigned choice = 0; choice < 8; choice++) {
		uint64_t entry[ENTRY_WORDS_MAX];
		unsigned to = choice & 1, filled = choice >> (1 + to) & 1;

		target_mixture(&target, 0, choice, entry);
		CHECK_EQ(target_meaning(&target, entry).outcome,
			 filled == to ? (to ? OUTCOME_B : OUTCOME_A)
			 : to	      ? OUTCOME_MIXTURE_2
				      : OUTCOME_MIXTURE_1);
	}
}

TEST(model_knows_that_two_lines_leave_the_cache_each_by_itself)
{
	struct bench_question dark = { .bits = 128 }, coherent = { .bits = 128, .coherent = true };
	struct bench_question buffered = { .bits = 128, .write_buffer = true };
	struct model_answer a;

	a = ask(TARGET_PASID_DIR_TABLE, "linux-6.3", dark);
	CHECK(a.harms & HARM_MIXTURE);
	CHECK(a.harmful & 1 << OUTCOME_MIXTURE_1 && a.harmful & 1 << OUTCOME_MIXTURE_2);
	CHECK_EQ(ask(TARGET_PASID_DIR_TABLE, "linux-6.3", coherent).harms, 0);
	CHECK_EQ(ask(TARGET_PASID_DIR_TABLE, "linux-7.0", dark).harms, 0);
	CHECK_EQ(ask(TARGET_PASID_DIR_TABLE, "linux-7.0", coherent).harms, 0);
	CHECK(ask(TARGET_PASID_DIR_TABLE, "led-to-first", coherent).harms & HARM_MIXTURE);
	/* Nobody says in which order a write buffer lets go of lines (section 6.8). */
	CHECK(ask(TARGET_PASID_DIR_TABLE, "linux-7.0", buffered).harms & HARM_MIXTURE);
}

/* With each fetch size: the directory entry is read first, and in one piece. */
TEST(model_reads_a_directory_before_its_tables)
{
	static const unsigned bits[] = { 64, 128, 256, 512 };

	for (unsigned i = 0; i < 4; i++)
		for (unsigned any = 0; any < 2; any++)
			CHECK_EQ(ask(TARGET_PASID_DIR_TABLE, "linux-7.0",
				     (struct bench_question){ .bits = bits[i], .any_order = any })
					 .harms,
				 0);
}

static const char *refused(const char *target_line, const char *step)
{
	static struct notation n;
	static struct notation_error error;
	struct notation_reader reader;
	char text[256];

	snprintf(text, sizeof(text), "target: %s\noperation: replace\nname: x\n\n%s\n", target_line,
		 step);
	notation_open(&reader, text, strlen(text));
	return notation_next(&reader, &n, &error) == NOTATION_ERROR ? error.accepted : "";
}

TEST(notation_has_the_steps_of_each_kind)
{
	CHECK(!*refused("root-table, sm-root-table", "set the table pointer := new"));
	CHECK(!*refused("pasid-dir-table", "store word 2 := new"));
	CHECK(!*refused("pasid-dir-table", "flush the tables if ECAP.C = 0"));
	CHECK(strstr(refused("root-table", "store word 0 := new"), "set the table pointer"));
	CHECK(strstr(refused("interrupt-table", "store word 0 := 0"), "set the table pointer"));
	CHECK(strstr(refused("root", "set the table pointer := new"), "a store"));
	CHECK(strstr(refused("pasid-dir-table", "exchange 128 bits from word 0 := new"),
		     "a 64-bit store"));
	CHECK(strstr(refused("pasid-dir-table", "store word 0: bits 63:0 := new"),
		     "a 64-bit store"));
	CHECK(strstr(refused("pasid-dir", "flush the tables if ECAP.C = 0"), "flush the line"));
	CHECK(*refused("root-table", "set the table pointer := old"));
}

/* Section 6.6: what is under way at SRTP fills nothing afterwards, wherever it is. */
TEST(unit_that_invalidates_at_srtp_lets_nothing_be_kept_afterwards)
{
	uint32_t lasting = sim.lasting;

	sim.lasting = 100;
	for (unsigned where = 0; where < 2; where++) {
		struct request r = { .source_id = 0x10,
				     .access = ACCESS_TRANSLATION, /* nobody waits for it */
				     .knows_domain = where };

		sim_unit_reset();
		unit_take(&sim_unit.unit, &r);
		drop_everything(&sim_unit.unit);
		CHECK(r.no_context && r.no_pasid && r.no_translation);
		unit_leave(&sim_unit.unit, &r);
	}
	sim.lasting = lasting;
}
