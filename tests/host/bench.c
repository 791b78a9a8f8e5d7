/* SPDX-License-Identifier: BSD-2-Clause */
/* Targets and questions to the model, on a unit in software, for unit tests. */
#include "tests/host/bench.h"
#include "kernel/memory.h"
#include "tests/host/sim_unit.h"
#include "tests/litmus/traits.h"
#include "vtd/regs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t bench_more_ecap;
unsigned bench_sagaw = 6;
bool bench_ats;

/* What tests/litmus/predict.c asks of tests/litmus/traits.c: the unit here is no QEMU's. */
bool traits_is_qemu(void)
{
	return false;
}

const char *bench_target(struct target *target, struct vtd_unit *unit, enum target_id id)
{
	static struct dma_device device;

	sim_unit_reset();
	sim_unit.pages_left = 100000;
	sim_unit_set64(VTD_CAP, field_bits(CAP_ND, 6) | field_bits(CAP_SAGAW, bench_sagaw) |
					field_bits(CAP_MGAW, 47) | field_bits(CAP_FRO, 0x22) |
					field_bits(CAP_PI, 1) | field_bits(CAP_SSLPS, 1));
	sim_unit_set64(VTD_ECAP, field_bits(ECAP_QI, 1) | field_bits(ECAP_IRO, 0xf) |
					 field_bits(ECAP_SMTS, 1) | field_bits(ECAP_SSTS, 1) |
					 field_bits(ECAP_FSTS, 1) | field_bits(ECAP_PT, 1) |
					 field_bits(ECAP_NEST, 1) | field_bits(ECAP_RPS, 1) |
					 field_bits(ECAP_IR, 1) | field_bits(ECAP_EIM, 1) |
					 field_bits(ECAP_SSADS, 1) | field_bits(ECAP_EAFS, 1) |
					 field_bits(ECAP_SC, 1) | field_bits(ECAP_PRS, 1) |
					 bench_more_ecap);
	vtd_unit_probe(unit, sim_unit.unit.registers, SIM_UNIT_BASE, SIM_UNIT_BYTES);
	if (!device.private)
		device = (struct dma_device){ .private = memory_alloc_window(2),
					      .private_pages = 2,
					      .address_mask = ~0ull };
	return target_build(target, id, unit, &device, 0x10, bench_ats, NULL);
}

const struct sequence *bench_sequence(enum target_id id, enum operation operation, const char *name)
{
	for (size_t i = 0; i < sequence_count; i++)
		if (sequence_is_for(&sequences[i], id) && sequences[i].operation == operation &&
		    !strcmp(sequences[i].name, name))
			return &sequences[i];
	abort();
}

struct model_question bench_question_of(struct bench_question how, enum entry_kind kind,
					struct model_fetch *fetch)
{
	if (how.bits)
		model_fetch_chunks(fetch, kind, how.bits, !how.any_order);
	else
		model_fetch_qemu(fetch, kind);
	return (struct model_question){
		.kind = kind,
		.fetch = fetch,
		.coherent = how.coherent,
		.write_buffer = how.write_buffer,
		.caching_mode = how.caching_mode,
		.device_tlb = how.device_tlb,
		.caches = !how.no_caches,
		.one_way = how.one_way,
		.splits_vectors = how.splits_vectors,
		.set_drops = how.set_drops,
	};
}

struct model_answer bench_ask(struct target *t, const struct step *steps, size_t count,
			      bool never_blocks, struct bench_question how)
{
	static void *workspace;
	struct model_fetch fetch;
	struct model_answer answer = { 0 }, of_phase;
	struct target_reading reading = { .target = t };
	struct model_question q = bench_question_of(how, (enum entry_kind)t->kind, &fetch);

	q.steps = steps;
	q.count = count;
	q.legacy = !t->scalable;
	q.never_blocks = never_blocks;
	q.blocked = OUTCOME_NOT_PRESENT;
	q.meaning = target_read;
	q.context = &reading;
	if (!workspace)
		workspace = malloc(MODEL_WORKSPACE);
	/* What one phase cannot show, another does; the way to harm is the first one's that has any. */
	for (unsigned phase = 0; phase < (target_is_of_interrupts(t) ? t->phases : 1); phase++) {
		reading.phase = phase;
		q.state[0] = t->state[phase][0];
		q.state[1] = t->state[phase][1];
		model_run(&q, workspace, MODEL_WORKSPACE, &of_phase);
		of_phase.outcomes |= answer.outcomes;
		of_phase.harmful |= answer.harmful;
		of_phase.harms |= answer.harms;
		of_phase.states += answer.states;
		of_phase.overflow |= answer.overflow;
		if (answer.event_count) {
			of_phase.witness_harm = answer.witness_harm;
			of_phase.event_count = answer.event_count;
			for (unsigned i = 0; i < answer.event_count; i++)
				of_phase.events[i] = answer.events[i];
		}
		answer = of_phase;
	}
	return answer;
}

unsigned bench_harms(enum target_id id, const struct step *steps, size_t count, bool never_blocks,
		     struct bench_question how)
{
	struct vtd_unit unit;
	struct target t;

	if (bench_target(&t, &unit, id))
		abort();
	return bench_ask(&t, steps, count, never_blocks, how).harms;
}

unsigned bench_harms_of(enum target_id id, enum operation operation, const char *name,
			struct bench_question how)
{
	const struct sequence *s = bench_sequence(id, operation, name);

	return bench_harms(id, s->steps, s->count, s->never_blocks, how);
}

void bench_print_witness(const struct target *t, const struct step *steps,
			 const struct model_answer *a)
{
	char text[128];

	for (unsigned i = 0; i < a->event_count; i++) {
		const struct model_event *e = &a->events[i];

		printf("    %2u. ", i + 1);
		switch (e->type) {
		case EVENT_STEP:
			printf("software, %s, step %u: %s", e->to ? "A to B" : "B to A",
			       e->step + 1, step_text(&steps[e->step], text, sizeof(text)));
			printf(e->part ? "; of it word %u\n" : "\n", e->part - 1u);
			break;
		case EVENT_EVICT:
			printf("the processor's cache writes the line back by itself\n");
			break;
		case EVENT_FETCH:
			printf("unit fetches part %u of the entry\n", e->part);
			break;
		case EVENT_USE:
			printf("unit acts on it: %s, %s\n", target_outcome_name(t, e->outcome),
			       target_outcome_meaning(t, e->outcome));
			break;
		case EVENT_CACHE:
			printf("unit keeps the entry in its %s\n",
			       target_is_of_interrupts(t) ? "interrupt entry cache"
							  : "context or PASID cache");
			break;
		case EVENT_FILL:
			printf("unit keeps the translation (%s) in its IOTLB under domain-id %u\n",
			       target_outcome_name(t, e->outcome), e->domain);
			break;
		case EVENT_WALK:
			printf("unit uses an entry with domain-id %u; the walk goes on from paging "
			       "entries "
			       "kept under it: %s\n",
			       e->domain, target_outcome_name(t, e->outcome));
			break;
		case EVENT_REQUEST:
			printf("%s is the current entry, and nothing is under way; %s %s\n",
			       e->to ? "B" : "A",
			       target_is_of_interrupts(t)   ? "an interrupt comes to"
			       : e->outcome < OUTCOME_PAGES ? "a DMA lands in"
							    : "a DMA is refused:",
			       target_outcome_name(t, e->outcome));
			break;
		}
	}
}
