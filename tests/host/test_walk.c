/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two readings of the specification beside each other: the reference walk of vtd/translate.c, which
 * predictions rest on, and the unit of tests/sim/, which was written without it.
 */
#include "tests/host/bench.h"
#include "tests/host/sim_unit.h"
#include "tests/host/test.h"
#include "vtd/entry.h"
#include "vtd/fault.h"
#include "tests/litmus/sequence.h"
#include "vtd/translate.h"

static void compare_access(struct target *t, const struct vtd_unit *from, const uint64_t *entry,
			   enum unit_access access)
{
	struct vtd_unit view = *from;
	struct vtd_translation want;
	struct request r = { .source_id = t->source_id,
			     .has_pasid = t->tagged,
			     .pasid = t->pasid[0],
			     .at = t->address,
			     .access = access };
	uint8_t reason;
	uint64_t to;

	for (unsigned i = 0; i < t->words; i++)
		*target_word(t, i) = entry[i];
	view.root_table = target_root(t, entry);
	view.scalable = t->scalable;
	vtd_translate(&view,
		      &(struct vtd_request){ .is_translation = access == ACCESS_TRANSLATION,
					     .source_id = r.source_id,
					     .has_pasid = r.has_pasid,
					     .pasid = r.pasid,
					     .at = r.at },
		      NULL, &want);
	/* What page 0 holds is nobody's reading. */
	if (want.walks_page_zero)
		return;
	sim_unit.unit.root = (uint64_t)view.root_table | field_bits(RTADDR_TTM, t->scalable);
	sim_unit_set32(VTD_GSTS, GCMD_TE);
	drop_everything(&sim_unit.unit);
	sim_unit.write_count = 0;
	vtd_fault_clear(&view);
	unit_take(&sim_unit.unit, &r);
	reason = unit_translate(&sim_unit.unit, &r, &to);
	unit_leave(&sim_unit.unit, &r);
	CHECK_EQ(reason, want.reason);
	/* No entry here has FPD set. */
	CHECK_EQ(sim_unit_get32(VTD_FSTS) & FSTS_PPF,
		 want.reason && !want.is_unrecorded ? FSTS_PPF : 0);
	if (want.reason || reason)
		return;
	CHECK_EQ(to, want.address);
	CHECK_EQ(r.domain, want.domain);
}

/* What the device writes, and what its TLB asks for: where the entries do not allow that, and where they do. */
static void compare(struct target *t, const struct vtd_unit *from, const uint64_t *entry)
{
	compare_access(t, from, entry, ACCESS_WRITE);
	compare_access(t, from, entry, ACCESS_TRANSLATION);
}

/* Legacy pass-through takes nothing of a device-TLB; interrupts: test_interrupts.c. */
static bool is_there(enum target_id id)
{
	if (kind_is_of_interrupts(target_kind(id)))
		return false;
	return !bench_ats || id != TARGET_CONTEXT_PT;
}

static void every_mixture(void)
{
	static const uint64_t zero[ENTRY_WORDS_MAX];

	for (unsigned id = 0; id < TARGET_COUNT; id++) {
		struct vtd_unit unit;
		struct target t;

		if (!is_there((enum target_id)id))
			continue;
		CHECK(!bench_target(&t, &unit, (enum target_id)id));
		for (unsigned phase = 0; phase < t.phases; phase++)
			for (unsigned choice = 0; choice < 1u << t.words; choice++) {
				uint64_t entry[ENTRY_WORDS_MAX];

				target_mixture(&t, phase, choice, entry);
				compare(&t, &unit, entry);
				entry[0] &= ~1ull;
				compare(&t, &unit, entry);
			}
		compare(&t, &unit, zero);
	}
}

TEST(two_walks_agree_on_every_mixture)
{
	every_mixture();
	bench_ats = true;
	bench_more_ecap = field_bits(ECAP_DT, 1);
	every_mixture();
	bench_ats = false;
	every_mixture();
	bench_more_ecap = 0;
}

/* Fields that say what is looked at next, whatever is in them: no pointer to memory that is not there. */
TEST(two_walks_agree_on_changed_fields)
{
	static const struct {
		uint8_t kind;
		struct vtd_field field;
	} fields[] = {
		{ KIND_CONTEXT, { CONTEXT_AW_BITS } },
		{ KIND_CONTEXT, { CONTEXT_TT_BITS } },
		{ KIND_CONTEXT, { CONTEXT_DID_BITS } },
		{ KIND_SM_CONTEXT, { SM_CONTEXT_RID_PASID_BITS } },
		{ KIND_SM_CONTEXT, { SM_CONTEXT_DTE_BITS } },
		{ KIND_SM_CONTEXT, { 4, 4 } }, /* PRE */
		{ KIND_PASID, { 88, 88 } },    /* PGSNP */
		{ KIND_PASID, { PASID_AW_BITS } },
		{ KIND_PASID, { PASID_PGTT_BITS } },
		{ KIND_PASID, { PASID_DID_BITS } },
	};

	for (unsigned id = 0; id < 2 * TARGET_COUNT; id++)
		for (unsigned f = 0; f < sizeof(fields) / sizeof(fields[0]); f++) {
			struct vtd_unit unit;
			struct target t;

			bench_ats = id % 2;
			bench_more_ecap = field_bits(ECAP_DT, id % 2);
			if (target_kind((enum target_id)(id / 2)) != fields[f].kind ||
			    !is_there((enum target_id)(id / 2)))
				continue;
			CHECK(!bench_target(&t, &unit, (enum target_id)(id / 2)));
			for (unsigned value = 0; value < 512; value++) {
				uint64_t entry[ENTRY_WORDS_MAX];

				target_mixture(&t, 0, 0, entry);
				field_set(entry, fields[f].field, value);
				compare(&t, &unit, entry);
			}
		}
}

/* Section 4.2.5: a translated request is let through where the context entry allows it, whatever comes after. */
TEST(translated_requests_need_the_context_entry_alone)
{
	bench_ats = true;
	bench_more_ecap = field_bits(ECAP_DT, 1);
	for (unsigned id = 0; id < TARGET_COUNT; id++) {
		struct vtd_unit unit;
		struct target t;
		struct request r = { .source_id = 0x10,
				     .at = 0x123000,
				     .access = ACCESS_TRANSLATED };
		bool is_context;
		uint64_t to;

		if (!is_there((enum target_id)id))
			continue;
		CHECK(!bench_target(&t, &unit, (enum target_id)id));
		is_context = t.kind <= KIND_SM_CONTEXT;
		t.entry[0] = target_is_pointer(&t)
				     ? 0
				     : t.entry[0] & ~kind_present((enum entry_kind)t.kind);
		sim_unit.unit.root = (uint64_t)target_root(&t, t.entry) |
				     field_bits(RTADDR_TTM, t.scalable);
		sim_unit_set32(VTD_GSTS, GCMD_TE);
		drop_everything(&sim_unit.unit);
		unit_take(&sim_unit.unit, &r);
		CHECK_EQ(unit_translate(&sim_unit.unit, &r, &to) != 0, is_context);
		unit_leave(&sim_unit.unit, &r);
		CHECK(is_context || to == 0x123000);
	}
	bench_ats = false;
	bench_more_ecap = 0;
}

/* What a device-TLB asks for: only where the entry says that it may (LCT.5, SCT.5 of table 30). */
TEST(translation_requests_need_leave)
{
	for (unsigned allowed = 0; allowed < 2; allowed++)
		for (unsigned scalable = 0; scalable < 2; scalable++) {
			struct vtd_unit unit;
			struct target t;
			struct request ask = { .source_id = 0x10, .access = ACCESS_TRANSLATION };
			uint64_t to;
			uint8_t reason;

			CHECK(!bench_target(&t, &unit,
					    scalable ? TARGET_SM_CONTEXT : TARGET_CONTEXT));
			sim_unit_set64(VTD_ECAP, unit_get64(&sim_unit.unit, VTD_ECAP) |
							 field_bits(ECAP_DT, 1));
			if (scalable)
				field_set(t.entry, FIELD(2, 2), allowed); /* DTE */
			else
				field_set(t.entry, CONTEXT_TT, allowed);
			ask.at = t.address;
			sim_unit.unit.root = (uint64_t)t.root | field_bits(RTADDR_TTM, scalable);
			sim_unit_set32(VTD_GSTS, GCMD_TE);
			drop_everything(&sim_unit.unit);
			unit_take(&sim_unit.unit, &ask);
			reason = unit_translate(&sim_unit.unit, &ask, &to);
			unit_leave(&sim_unit.unit, &ask);
			CHECK_EQ(reason, allowed ? 0 : scalable ? 0x44 : 0x0d);
			if (allowed)
				CHECK_EQ(to, (uint64_t)t.page[OUTCOME_A]);
		}
}
