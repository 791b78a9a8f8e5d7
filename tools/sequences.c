/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes docs/sequences.md: every sequence of the catalogue, and what the model says of it. */
#include "tests/host/bench.h"
#include "tools/model/kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BY_SPECIFICATION 0
#define BY_QEMU		 (UNIT_KINDS - 1)

static unsigned long states, questions;

static struct model_answer ask(struct target *t, const struct sequence *s,
			       struct bench_question how)
{
	struct model_answer a = bench_ask(t, s->steps, s->count, s->never_blocks, how);

	if (a.overflow) {
		fprintf(stderr, "the model's memory is too small for %s\n", s->name);
		exit(1);
	}
	states += a.states;
	questions++;
	return a;
}

static const char *words_of(unsigned harms)
{
	static char text[96];

	return harm_words(harms, text, sizeof(text));
}

static void write_sequence(struct target *t, const struct sequence *s)
{
	struct model_answer a = ask(t, s, unit_kinds[BY_SPECIFICATION].how);
	struct model_answer qemu = ask(t, s, unit_kinds[BY_QEMU].how);
	char text[128];

	printf("### %s.%s.%s\n\n%s.%s%s\n\n", target_name((enum target_id)t->id),
	       operation_name(s->operation), s->name, s->title, s->citation ? " From: " : "",
	       s->citation ? s->citation : "");
	for (size_t i = 0; i < s->count; i++)
		printf("%zu. %s\n", i + 1, step_text(&s->steps[i], text, sizeof(text)));
	printf("\nOutcomes: ");
	for (unsigned o = 0, n = 0; o < OUTCOME_PREDICTED; o++)
		if (a.outcomes & 1 << o)
			printf("%s%s%s", n++ ? ", " : "", target_outcome_name(t, o),
			       a.harmful & 1 << o ? " (harmful)" : "");
	printf(". Verdict: **%s**.\n", words_of(a.harms));
	if (a.event_count) {
		printf("\nA shortest way to harm (%s):\n\n",
		       model_harm_text((enum model_harm)a.witness_harm));
		bench_print_witness(t, s->steps, &a);
	}
	if (qemu.event_count && !a.harms) {
		printf("\nIn QEMU: **%s**. A shortest way to it there (%s):\n\n",
		       words_of(qemu.harms), model_harm_text((enum model_harm)qemu.witness_harm));
		bench_print_witness(t, s->steps, &qemu);
	}
	printf("\n");
}

static void write_table(struct target *t)
{
	printf("| sequence |");
	for (size_t c = 0; c < UNIT_KINDS; c++)
		printf(" %s |", unit_kinds[c].title);
	printf("\n|---|");
	for (size_t c = 0; c < UNIT_KINDS; c++)
		printf("---|");
	printf("\n");
	for (size_t i = 0; i < sequence_count; i++) {
		const struct sequence *s = &sequences[i];

		if (!sequence_is_for(s, (enum target_id)t->id))
			continue;
		printf("| %s.%s |", operation_name(s->operation), s->name);
		for (size_t c = 0; c < UNIT_KINDS; c++)
			printf(" %s |", words_of(ask(t, s, unit_kinds[c].how).harms));
		printf("\n");
	}
	printf("\n");
}

/* All mutants, by the specification: how many are unsafe. */
static void count_mutants(struct target *t, unsigned *all, unsigned *unsafe)
{
	*all = *unsafe = 0;
	for (size_t i = 0; i < sequence_count; i++)
		for (unsigned m = 0; m < 2; m++)
			for (size_t at = 0; at < sequences[i].count; at++) {
				struct sequence s = sequences[i];
				struct step steps[SEQUENCE_STEPS_MAX];

				s.count = sequence_mutate(s.steps, s.count, (enum mutation)m, at,
							  steps);
				if (!sequence_is_for(&s, (enum target_id)t->id) || !s.count)
					continue;
				s.steps = steps;
				++*all;
				*unsafe += ask(t, &s, unit_kinds[BY_SPECIFICATION].how).harms != 0;
			}
}

int main(void)
{
	struct vtd_unit unit;
	struct target t;
	clock_t start = clock();

	printf("# Update sequences and what the model says of them\n\n"
	       "Written by `make docs` from `tests/catalogue/` and `tests/litmus/model.c`; do not edit.\n\n"
	       "States A and B are those of `tests/litmus/target.h`. The verdict is for a unit that fetches 128-bit chunks, the one with P first, does not snoop (ECAP.C = 0) and has no caching mode. The tables also have\n\n"
	       "- *coherent*: the unit snoops\n"
	       "- *caching mode*: CAP.CM = 1, which only emulated units have (section 6.1)\n"
	       "- *device-TLB*: a device with ATS on (`ats=1`), which keeps translations itself; the states have TT = 01b or DTE = 1 then\n"
	       "- other fetch sizes\n"
	       "- *any order* of 128-bit chunks: the specification promises none. Then P last is not enough for an entry of several chunks: what was read before must be drained twice ([notation.md](notation.md#which-order-would-be-safe))\n"
	       "- *QEMU* 7.2 and 10.0: a PASID-table entry is read anew for each field, all else in one copy\n\n"
	       "What is found:\n\n"
	       "- *mixture*: a DMA lands, or an interrupt comes, where neither A nor B leads\n"
	       "- *stale*: after the end, a DMA or an interrupt still goes by what was before\n"
	       "- *mis-tagged*: a translation of one state is kept under the other's domain-id, so the invalidation of its own does not reach it\n"
	       "- *blocked*: a DMA or an interrupt is refused, though the entry is present throughout\n\n");
	for (unsigned id = 0; id < TARGET_COUNT; id++) {
		unsigned all, unsafe;

		if (bench_target(&t, &unit, (enum target_id)id))
			return 1;
		count_mutants(&t, &all, &unsafe);
		printf("## %s: %s\n\nIts mixtures show by %s. Mutants: %u, unsafe: %u.\n\n",
		       target_name((enum target_id)id), kind_title((enum entry_kind)t.kind),
		       t.encoding, all, unsafe);
		write_table(&t);
		for (size_t k = 0; k < sequence_count; k++)
			if (sequence_is_for(&sequences[k], (enum target_id)t.id))
				write_sequence(&t, &sequences[k]);
	}
	fprintf(stderr, "%lu questions, %lu states, %.1f s\n", questions, states,
		(double)(clock() - start) / CLOCKS_PER_SEC);
	return 0;
}
