/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vtd-model above: two levels. A scalable-mode context entry is rewritten after the PASID-table entries under it were taken
 * away: is what its own invalidations leave out made up for by theirs?
 *
 * It is two questions. Of the lower entry, one way: taken away, and after that the invalidations of the upper sequence;
 * is any of it used then? Of the upper entry, one way: from a directory whose entries are all absent to one that is
 * filled. Once the lower entry is gone from memory and from every cache, no walk brings it back, whatever context entry
 * it begins with; so nothing is lost by asking one after the other.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/model/model.h"
#include "vtd/entry.h"

static struct arguments {
	struct asked asked;
	const char *below, *name;
} arguments = { .asked.units = 1 };

static const struct argp_option option_list[] = {
	{ "below", 'b', "NAME", 0, "of the sequences for PASID-table entries, only this one", 0 },
	{ "name", 'n', "NAME", 0, "of those for scalable-mode context entries, only this one", 0 },
	UNITS_OPTION,
	{ 0 }
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'b':
		a->below = argument;
		return 0;
	case 'n':
		a->name = argument;
		return 0;
	default:
		return asked_parse(key, argument, state);
	}
}

/* The steps before the first that stores something of the new entry. */
static size_t taking_away(const struct sequence *s, struct step *steps)
{
	size_t n = 0;

	for (; n < s->count; n++) {
		const struct step *step = &s->steps[n];

		if (step_words((enum step_op)step->op) &&
		    (step->value == VALUE_NEW || step->value == VALUE_NEW_NOT_PRESENT))
			break;
		steps[n] = *step;
	}
	/* Stores in any order, of which there are none. */
	while (n && steps[n - 1].op == STEP_ANY_ORDER)
		n--;
	return n;
}

static bool is_given_up(const struct target *t, const struct step *steps, size_t count)
{
	static const uint64_t absent[ENTRY_WORDS_MAX];
	uint64_t entry[ENTRY_WORDS_MAX];

	memcpy(entry, t->state[0][0], sizeof(entry));
	for (size_t i = 0; i < count; i++)
		step_apply(&steps[i], (enum entry_kind)t->kind, t->state[0][0], absent, entry);
	return !(entry[0] & kind_present((enum entry_kind)t->kind));
}

/* What is used of the lower entry after all; 0: nothing. */
static unsigned harms_below(const struct sequence *lower, const struct sequence *upper,
			    const struct bench_question *how, bool *open)
{
	struct step steps[2 * SEQUENCE_STEPS_MAX];
	size_t own = taking_away(lower, steps), n = own;
	unsigned harms = 0;

	for (size_t i = 0; i < upper->count; i++)
		if (step_invalidates(&upper->steps[i]))
			steps[n++] = upper->steps[i];
	for (unsigned id = 0; id < TARGET_COUNT; id++) {
		struct vtd_unit unit;
		struct target t;
		struct model_answer a;
		struct bench_question one_way = *how;

		if (target_kind((enum target_id)id) != KIND_PASID ||
		    !sequence_is_for(lower, (enum target_id)id))
			continue;
		if (bench_target(&t, &unit, (enum target_id)id))
			exit(BAD_INPUT);
		if (!own || !is_given_up(&t, steps, own)) {
			harms |= HARM_WRONG_END;
			continue;
		}
		memset(t.state[0][1], 0, sizeof(t.state[0][1]));
		one_way.one_way = true;
		a = bench_ask(&t, steps, n < SEQUENCE_STEPS_MAX ? n : 0, false, one_way);
		/* Zeroed or not, it is absent. */
		harms |= a.harms & ~(unsigned)HARM_WRONG_END;
		*open |= a.overflow && !a.harms;
	}
	return harms;
}

/* All entries of the PASID table that the state's directory leads to. */
static void empty_directory(struct target *t, unsigned state)
{
	const uint64_t *directory =
		(const uint64_t *)(field_get(t->state[0][state], SM_CONTEXT_PASIDDIRPTR) << 12);

	memset((void *)(field_get(directory, PASID_DIR_SMPTBLPTR) << 12), 0, PAGE_SIZE);
}

static unsigned harms_above(const struct sequence *upper, const struct bench_question *how,
			    bool is_empty, bool *open)
{
	struct bench_question one_way = *how;
	struct model_answer a;
	struct vtd_unit unit;
	struct target t;

	if (bench_target(&t, &unit, TARGET_SM_CONTEXT))
		exit(BAD_INPUT);
	if (is_empty)
		empty_directory(&t, 0);
	one_way.one_way = true;
	a = bench_ask(&t, upper->steps, upper->count, upper->never_blocks, one_way);
	*open |= a.overflow && !a.harms;
	return a.harms;
}

static unsigned judged, unsafe, undecided;

/* Sequences for different ones may have the same name. */
static void print_targets(const struct sequence *lower)
{
	const char *between = "";

	for (unsigned id = 0; id < TARGET_COUNT; id++)
		if (target_kind((enum target_id)id) == KIND_PASID &&
		    sequence_is_for(lower, (enum target_id)id)) {
			printf("%s%s", between, target_name((enum target_id)id));
			between = ", ";
		}
}

static void judge(const struct sequence *lower, const struct sequence *upper)
{
	bool open = false, is_unsafe = false;
	char by_itself[80], after[80];

	printf("sm-context.%s.%s, after %s.%s (", operation_name((enum operation)upper->operation),
	       upper->name, operation_name((enum operation)lower->operation), lower->name);
	print_targets(lower);
	puts(") took away what is below");
	for (unsigned u = 0; u < UNIT_KINDS; u++) {
		const struct bench_question *how = &unit_kinds[u].how;
		bool open_alone = false;
		unsigned below, harms;

		if (!(arguments.asked.units & 1u << u))
			continue;
		below = harms_below(lower, upper, how, &open);
		harms = below | harms_above(upper, how, true, &open);
		harm_words(harms_above(upper, how, false, &open_alone), by_itself,
			   sizeof(by_itself));
		printf("  %-13s%s; with the entry below in use: %s\n", unit_kinds[u].name,
		       harm_words(harms, after, sizeof(after)),
		       open_alone ? "not decided" : by_itself);
		is_unsafe |= harms != 0;
	}
	judged++;
	unsafe += is_unsafe;
	undecided += open && !is_unsafe;
}

static bool is_named(const struct sequence *s, enum entry_kind kind, const char *name)
{
	return sequence_kinds(s) & 1u << kind && (!name || !strcmp(s->name, name));
}

int above_main(int argc, char **argv)
{
	static const struct argp argp = {
		option_list,
		parse,
		"FILE...",
		"Judge each sequence of FILE... for a scalable-mode context entry, from A to B, after each of them for a "
		"PASID-table entry took away what A leads to: its steps up to the first that stores something new.\v"
		"Exit status: as of vtd-model check.",
		NULL,
		NULL,
		NULL
	};
	struct given *given;
	size_t count;

	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	if (!read_files(argv + arguments.asked.first, argc - arguments.asked.first, &given, &count))
		return BAD_INPUT;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < count; k++)
			if (is_named(&given[i].notation->sequence, KIND_PASID, arguments.below) &&
			    is_named(&given[k].notation->sequence, KIND_SM_CONTEXT, arguments.name))
				judge(&given[i].notation->sequence, &given[k].notation->sequence);
	if (!judged) {
		fprintf(stderr,
			"vtd-model: there must be a sequence for pasid and one for sm-context, by the names asked for\n");
		return BAD_INPUT;
	}
	return unsafe ? UNSAFE : undecided ? UNDECIDED : SAFE;
}
