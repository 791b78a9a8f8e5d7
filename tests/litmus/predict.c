/* SPDX-License-Identifier: BSD-2-Clause */
/* Predictions for a trial: by the specification, and by what is known of this unit. */
#include "tests/litmus/predict.h"
#include "tests/litmus/stores.h"
#include "tests/litmus/traits.h"
#include "kernel/kernel.h"
#include "kernel/memory.h"
#include "kernel/lib/string.h"
#include "vtd/regs.h"

static void *workspace;
static size_t workspace_bytes;

bool predict_init(size_t bytes)
{
	workspace = memory_alloc(bytes / PAGE_SIZE);
	workspace_bytes = bytes;
	return workspace;
}

/* In the hammer regime the driver invalidates everything, and the sequence nothing. */
static size_t strip(const struct trial *trial, struct step *steps)
{
	size_t n = 0;

	for (size_t i = 0; i < trial->count; i++)
		if (trial->regime == REGIME_FAITHFUL ||
		    (!step_invalidates(&trial->steps[i]) && !step_settles(&trial->steps[i])))
			steps[n++] = trial->steps[i];
	return n;
}

void predict_as(struct bench *b, const struct trial *trial, bool never_blocks,
		struct unit_model how, struct prediction *p)
{
	const struct target *t = b->target;
	struct step steps[SEQUENCE_STEPS_MAX];
	struct model_fetch fetch;
	struct model_answer answer;
	struct target_reading reading = {
		.target = t,
		.by_device_tlb = trial->ats && b->ats.usable && !target_is_of_interrupts(t),
		.tells_unrecorded_as_absent = how.as_told,
	};
	struct model_question q = {
		.steps = steps,
		.count = strip(trial, steps),
		.kind = (enum entry_kind)t->kind,
		.fetch = &fetch,
		.legacy = !t->scalable,
		.coherent = t->coherent || how.coherent,
		.write_buffer = b->unit->buffers_writes && !how.coherent,
		.caching_mode = field_of(b->unit->cap, CAP_CM),
		.device_tlb = reading.by_device_tlb,
		.caches = trial->regime == REGIME_FAITHFUL,
		.splits_vectors = stores_split_vectors(),
		.qemu_caches = how.qemu_caches,
		.set_drops = field_of(b->unit->cap,
				      target_is_of_interrupts(t) ? CAP_ESIRTPS : CAP_ESRTPS),
		.never_blocks = never_blocks,
		.blocked = OUTCOME_NOT_PRESENT,
		.meaning = target_read,
		.context = &reading,
	};

	*p = (struct prediction){ .problem = workspace ? NULL : "no memory for the model" };
	if (p->problem)
		return;
	if (how.qemu_fetches)
		model_fetch_qemu(&fetch, q.kind);
	else
		model_fetch_chunks(&fetch, q.kind, how.bits ? how.bits : 128, !how.any_order);
	p->fetch = fetch.name;
	for (unsigned phase = 0; phase < t->phases; phase++) {
		reading.phase = phase;
		q.state[0] = t->state[phase][0];
		q.state[1] = t->state[phase][1];
		model_run(&q, workspace, workspace_bytes, &answer);
		if (answer.overflow)
			p->problem = "the model's memory is too small for this sequence";
		p->outcomes |= answer.outcomes;
		p->harms |= answer.harms;
	}
	p->walks_page_zero = reading.walks_page_zero;
	/* A wrong entry that is refused without a record is seen as an absent one. */
	if (reading.meets_unrecorded) {
		p->outcomes |= 1 << OUTCOME_NOT_PRESENT;
		p->harms |= never_blocks ? HARM_BLOCKED : 0;
	}
}

static bool rereads(const struct bench *b)
{
	return b->traits.rereads == TRAIT_YES;
}

static bool snoops(const struct bench *b)
{
	return b->traits.snoops == TRAIT_YES;
}

/* What the model knows of QEMU's caches: no PASID cache, and translations looked up after the context entry. */
static bool keeps_less(const struct bench *b)
{
	if (target_is_of_interrupts(b->target))
		return b->traits.interrupt_cache == TRAIT_NO ||
		       (b->traits.interrupt_cache == TRAIT_UNKNOWN && traits_is_qemu());
	return b->traits.pasid_cache == TRAIT_NO ||
	       (b->traits.pasid_cache == TRAIT_UNKNOWN && traits_is_qemu());
}

void predict(struct bench *b, const struct trial *trial, bool never_blocks, struct prediction *p)
{
	predict_as(b, trial, never_blocks, (struct unit_model){ .qemu_fetches = rereads(b) }, p);
}

void predict_by_specification(struct bench *b, const struct trial *trial, bool never_blocks,
			      struct prediction *p)
{
	predict_as(b, trial, never_blocks, (struct unit_model){ 0 }, p);
}

void predict_on_this_unit(struct bench *b, const struct trial *trial, bool never_blocks,
			  struct prediction *p)
{
	predict_as(b, trial, never_blocks,
		   (struct unit_model){ .qemu_fetches = rereads(b),
					.qemu_caches = keeps_less(b),
					.coherent = snoops(b),
					.as_told = true },
		   p);
}

void predict_known_bad(struct bench *b, const struct trial *trial, bool never_blocks,
		       struct prediction *p)
{
	predict_as(b, trial, never_blocks,
		   (struct unit_model){
			   .qemu_caches = keeps_less(b), .coherent = snoops(b), .as_told = true },
		   p);
}

const char *predict_why_hidden(struct bench *b, const struct trial *trial, bool never_blocks)
{
	struct prediction p;

	predict_as(b, trial, never_blocks, (struct unit_model){ .as_told = true }, &p);
	if (!p.harms)
		return "not observable: a device-TLB is refused without a record (section 7.1.2), as by an absent entry";
	predict_as(b, trial, never_blocks, (struct unit_model){ .coherent = true }, &p);
	if (!p.harms)
		return "not observable: the unit sees stores whether flushed or not (probed)";
	predict_as(b, trial, never_blocks,
		   (struct unit_model){ .coherent = true, .qemu_caches = true }, &p);
	if (!p.harms)
		return "not observable: the unit does not have the cache that would keep it (probed)";
	return "not observable: the unit reads the entry in one copy";
}

const char *predict_outside(const struct prediction *p, const struct tally *t)
{
	for (unsigned o = 0; o < OUTCOME_PREDICTED; o++)
		if (t->outcomes[o] && !(p->outcomes & 1 << o))
			return OUTSIDE "an outcome that the model does not allow";
	if (t->stale && !(p->harms & (HARM_STALE | HARM_WRONG_END)))
		return OUTSIDE "a DMA met an entry that was no longer the current one";
	if (t->mistagged && !(p->harms & HARM_MISTAGGED))
		return OUTSIDE "a translation was kept under the wrong domain-id";
	return NULL;
}

const char *predict_other_order(struct bench *b, const struct trial *trial, bool never_blocks,
				const struct tally *t)
{
	struct prediction p;

	predict_as(b, trial, never_blocks, (struct unit_model){ .any_order = true }, &p);
	return p.problem || predict_outside(&p, t)
		       ? NULL
		       : "chunks of the entry were read in another order than P first, which the specification nowhere forbids (6.2.3.1 names no order): on this unit the sequence is unsafe";
}

uint64_t predict_harm_seen(const struct prediction *p, const struct tally *t)
{
	uint64_t blocked = p->harms & HARM_BLOCKED ? t->blocked : 0;

	return t->torn + t->stale + t->mistagged + blocked;
}
