/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-model mutants: which steps of a sequence carry its safety, and which are superfluous. */
#include <stdlib.h>

#include "tools/model/model.h"

static struct asked asked = { .units = 1 };

static const struct argp_option option_list[] = { UNITS_OPTION, TARGET_OPTION, { 0 } };

static unsigned all_harms; /* of the sequences themselves */
static bool open_question;

/* Harm on any of the kinds of unit that were asked for. */
static unsigned harms_of(struct target *t, const struct sequence *s, const struct step *steps,
			 size_t count)
{
	unsigned harms = 0;

	for (unsigned u = 0; u < UNIT_KINDS; u++)
		if (asked.units & 1u << u) {
			struct model_answer a = bench_ask(t, steps, count, s->never_blocks,
							  unit_kinds[u].how);

			harms |= a.harms;
			open_question |= a.overflow && !a.harms;
		}
	return harms;
}

/* One mutant: what it says of the safety of the whole, whose harms are given. */
static void print_mutant(struct target *t, const struct sequence *s, enum mutation mutation,
			 size_t at, unsigned whole)
{
	struct step steps[SEQUENCE_STEPS_MAX];
	size_t count = sequence_mutate(s->steps, s->count, mutation, at, steps);
	unsigned harms;
	char text[80];

	if (!count && mutation == MUTATION_SWAP)
		return;
	printf(mutation == MUTATION_REMOVE ? "      without it:         "
					   : "      after the next one: ");
	if (!count) {
		printf("the same\n");
		return;
	}
	harms = harms_of(t, s, steps, count);
	/* Where the whole is unsafe already, what changes nothing may still be needed once that is mended. */
	printf("%s%s\n", harm_words(harms, text, sizeof(text)),
	       harms & ~whole ? whole ? ", more than the whole" : ", so it carries the safety"
	       : mutation == MUTATION_REMOVE && !whole ? ", so it is superfluous"
						       : "");
}

static void print_mutants(const struct given *g, enum target_id id)
{
	const struct sequence *s = &g->notation->sequence;
	struct vtd_unit unit;
	struct target t;
	unsigned whole;
	char text[128];

	if (bench_target(&t, &unit, id))
		exit(BAD_INPUT);
	whole = harms_of(&t, s, s->steps, s->count);
	printf("%s: ", sequence_id(s, id, text, sizeof(text)));
	printf("%s\n", harm_words(whole, text, sizeof(text)));
	for (size_t i = 0; i < s->count; i++) {
		printf("  %2zu. %s\n", i + 1, step_text(&s->steps[i], text, sizeof(text)));
		print_mutant(&t, s, MUTATION_REMOVE, i, whole);
		print_mutant(&t, s, MUTATION_SWAP, i, whole);
	}
	printf("\n");
	all_harms |= whole;
}

int mutants_main(int argc, char **argv)
{
	static const struct argp argp = {
		option_list,
		asked_parse,
		"FILE...",
		"Leave out each step of each sequence of FILE... in turn, then change it with the next, and judge "
		"what is left.\v"
		"The exit status is that of the sequences themselves, as of vtd-model check.",
		NULL,
		NULL,
		NULL
	};

	argp_parse(&argp, argc, argv, 0, NULL, &asked);
	if (!judge_files(&asked, argc, argv, print_mutants))
		return BAD_INPUT;
	if (open_question)
		fprintf(stderr,
			"vtd-model: some of it was too large for the search: \"safe\" may be wrong\n");
	return all_harms ? UNSAFE : open_question ? UNDECIDED : SAFE;
}
