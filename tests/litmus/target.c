/* SPDX-License-Identifier: BSD-2-Clause */
/* What a target's entry means, and where a DMA landed. tests/litmus/target_build.c builds it. */
#include "tests/litmus/target.h"
#include "kernel/memory.h"
#include "vtd/fault.h"

#define SAMPLES	     8 /* places looked at in each page: a DMA may land in pieces */
#define SAMPLE_WORDS (PAGE_SIZE / SAMPLES / sizeof(uint64_t))

static bool has_halves(const struct target *t)
{
	return t->kind == KIND_LEAF && t->pages == 4;
}

unsigned target_parts(const struct target *t)
{
	return has_halves(t) ? 2 : t->words < 3 ? t->words : 3;
}

void target_mixture(const struct target *t, unsigned phase, unsigned choice, uint64_t *entry)
{
	if (has_halves(t)) {
		entry[0] = (uint32_t)t->state[phase][choice & 1][0] |
			   t->state[phase][choice >> 1][0] >> 32 << 32;
		return;
	}
	for (unsigned i = 0; i < t->words; i++)
		entry[i] = t->state[phase][choice >> i & 1][i];
}

enum outcome target_fault_outcome(const struct target *t, uint8_t reason)
{
	if (vtd_fault_is_of_interrupt(reason) && t->refusals_unrecorded)
		return OUTCOME_NOT_PRESENT;
	switch (reason) {
	case FAULT_IRTE_NOT_PRESENT:
	case FAULT_ROOT_NOT_PRESENT:
	case FAULT_CONTEXT_NOT_PRESENT:
	case FAULT_PASID_DIR_NOT_PRESENT:
	case FAULT_PASID_NOT_PRESENT:
	case FAULT_SM_ROOT_NOT_PRESENT:
	case FAULT_SM_CONTEXT_NOT_PRESENT:
		return OUTCOME_NOT_PRESENT;
	case FAULT_WRITE_DENIED:
	case FAULT_READ_DENIED:
	case FAULT_FS_NOT_PRESENT:
	case FAULT_SM_SS_NOT_PRESENT:
		/* The absence of a paging entry is reported as a lack of permission. */
		return kind_is_of_paging((enum entry_kind)t->kind) ? OUTCOME_NOT_PRESENT
								   : OUTCOME_FAULT;
	case FAULT_PASID_ACCESS:
	case FAULT_PASID_INVALID:
		return t->any_pasid_fault_is_absence ? OUTCOME_NOT_PRESENT : OUTCOME_FAULT;
	}
	return OUTCOME_FAULT;
}

/* With this entry in its place: of a pointer, another root table. */
static struct vtd_unit unit_of(const struct target *t, const uint64_t *entry)
{
	struct vtd_unit unit = *t->unit;

	unit.root_table = target_root(t, entry);
	unit.scalable = t->scalable;
	return unit;
}

static struct vtd_view view_of(const struct target *t, const uint64_t *entry)
{
	struct vtd_view view = { .words = t->words };

	for (unsigned i = 0; i < t->words; i++) {
		view.at[i] = target_word(t, i);
		view.value[i] = entry[i];
	}
	return view;
}

static struct vtd_request request_to(const struct target *t, uint64_t at)
{
	return (struct vtd_request){
		.source_id = t->source_id, .has_pasid = t->tagged, .pasid = t->pasid[0], .at = at
	};
}

uint8_t target_reason_at(const struct target *t, uint64_t at)
{
	struct vtd_unit unit = unit_of(t, t->entry);
	struct vtd_request request = request_to(t, at);
	struct vtd_translation result;

	vtd_translate(&unit, &request, NULL, &result);
	return result.reason;
}

uint8_t target_reason_of(const struct target *t, const uint64_t *entry)
{
	struct vtd_view view = view_of(t, entry);
	struct vtd_unit unit = unit_of(t, entry);
	struct vtd_request request = request_to(t, t->address);
	struct vtd_translation result;

	vtd_translate(&unit, &request, &view, &result);
	return result.reason;
}

uint8_t target_reason_on_device(const struct target *t, uint64_t at, bool *is_recorded)
{
	struct vtd_unit unit = unit_of(t, t->entry);
	struct vtd_request request = request_to(t, at);
	struct vtd_translation result;

	request.is_translation = true;
	vtd_translate(&unit, &request, NULL, &result);
	*is_recorded = !result.is_unrecorded;
	return result.reason;
}

void target_read(void *reading, const uint64_t *entry, struct model_meaning *out)
{
	struct target_reading *r = reading;
	const struct target *t = r->target;
	struct vtd_view view = view_of(t, entry);
	struct vtd_translation result;
	struct vtd_unit unit = unit_of(t, entry);
	struct vtd_request request = request_to(t, t->address);

	if (target_is_of_interrupts(t)) {
		target_read_interrupt(r, entry, out);
		return;
	}
	request.is_translation = r->by_device_tlb;
	vtd_translate(&unit, &request, &view, &result);
	r->walks_page_zero |= result.walks_page_zero;
	*out = (struct model_meaning){ .outcome = OUTCOME_FAULT,
				       .translated = !result.reason,
				       .good = t->kind < KIND_PASID_DIR ? result.context_is_good
									: result.pasid_is_good,
				       .is_large = result.is_large,
				       .stage = result.stage,
				       .domain = result.domain };
	if (result.reason) {
		out->outcome = (uint8_t)target_fault_outcome(t, result.reason);
		if (!result.is_unrecorded || out->outcome == OUTCOME_NOT_PRESENT)
			return;
		r->meets_unrecorded = true;
		if (r->tells_unrecorded_as_absent)
			out->outcome = OUTCOME_NOT_PRESENT;
		return;
	}
	for (unsigned p = 0; p < t->pages; p++)
		if (result.address == (uint64_t)t->page[p])
			out->outcome = (uint8_t)p;
}

struct model_meaning target_meaning(const struct target *t, const uint64_t *entry)
{
	struct target_reading reading = { .target = t, .phase = t->phase };
	struct model_meaning meaning;

	target_read(&reading, entry, &meaning);
	return meaning;
}

void target_choose_phase(struct target *t, unsigned phase)
{
	t->phase = phase;
	for (unsigned s = 0; s < 2; s++)
		t->expects[s] = target_meaning(t, t->state[phase][s]).outcome;
}

void target_arm(const struct target *t, uint64_t number)
{
	for (unsigned p = 0; p < t->pages; p++)
		for (unsigned i = 0; i < SAMPLES; i++)
			t->page[p][i * SAMPLE_WORDS] = ~number;
}

unsigned target_written(const struct target *t, uint64_t number)
{
	unsigned written = 0;

	for (unsigned p = 0; p < t->pages; p++) {
		uint64_t differs = 0;

		for (unsigned i = 0; i < SAMPLES; i++)
			differs |= t->page[p][i * SAMPLE_WORDS] ^ ~number;
		written |= (unsigned)(differs != 0) << p;
	}
	return written;
}

#define PHYSICAL_MARK 0x5f5f6c69746d7573ull

static volatile uint64_t *physical_sample(unsigned i)
{
	return (volatile uint64_t *)target_address() + i * SAMPLE_WORDS;
}

void target_arm_physical(void)
{
	for (unsigned i = 0; i < SAMPLES; i++)
		*physical_sample(i) = PHYSICAL_MARK;
}

bool target_landed_physically(void)
{
	for (unsigned i = 0; i < SAMPLES; i++)
		if (*physical_sample(i) != PHYSICAL_MARK)
			return true;
	return false;
}

const char *target_outcome_name(const struct target *t, unsigned outcome)
{
	static const uint8_t words[OUTCOME_COUNT] = {
		[OUTCOME_A] = OUT_AA,		[OUTCOME_B] = OUT_BB,
		[OUTCOME_MIXTURE_1] = OUT_AB,	[OUTCOME_MIXTURE_2] = OUT_BA,
		[OUTCOME_NOT_PRESENT] = OUT_NP, [OUTCOME_FAULT] = OUT_FAULT,
		[OUTCOME_BOTH] = OUT_BOTH,	[OUTCOME_LOST] = OUT_LOST,
		[OUTCOME_SILENT] = OUT_SILENT,
	};

	return outcome_word(outcome == OUTCOME_MIXTURE_1 && t->pages == 3 ? OUT_DECOY
									  : words[outcome]);
}

const char *target_outcome_meaning(const struct target *t, unsigned outcome)
{
	static const char *const meanings[OUTCOME_COUNT] = {
		[OUTCOME_A] = "state A",
		[OUTCOME_B] = "state B",
		[OUTCOME_NOT_PRESENT] = "refused: not present",
		[OUTCOME_FAULT] = "refused for another reason",
		[OUTCOME_BOTH] = "landed partly in A's page, partly in B's: changed under way",
		[OUTCOME_LOST] = "done by the device, landed in no page, no fault",
		[OUTCOME_SILENT] = "not done by the device, and no fault was recorded",
	};

	if (target_is_of_interrupts(t))
		return target_interrupt_meaning(t, outcome);
	if (outcome != OUTCOME_MIXTURE_1 && outcome != OUTCOME_MIXTURE_2)
		return meanings[outcome];
	if (t->pages == 3)
		return "PGTT of A with the unused first-stage pointer of B";
	if (t->kind == KIND_PASID_DIR_TABLE)
		return outcome == OUTCOME_MIXTURE_1 ? "what another owner left in A's table"
						    : "what another owner left in B's table";
	if (t->kind == KIND_LEAF)
		return outcome == OUTCOME_MIXTURE_1 ? "low half of A's address, high half of B's"
						    : "low half of B's address, high half of A's";
	if (t->kind == KIND_FREED_TABLE)
		return outcome == OUTCOME_MIXTURE_1
			       ? "the page of who got A's table when it was freed"
			       : "the page of who got B's table when it was freed";
	if (t->kind == KIND_SM_CONTEXT)
		return outcome == OUTCOME_MIXTURE_1 ? "directory of A with the RID_PASID of B"
						    : "directory of B with the RID_PASID of A";
	if (outcome == OUTCOME_MIXTURE_1)
		return "pointer of A read with the width of B";
	return t->id == TARGET_CONTEXT_PT ? "unused pointer of B with the TT of A"
					  : "pointer of B read with the width of A";
}
