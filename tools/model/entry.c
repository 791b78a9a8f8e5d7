/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-model entry: two entries given as raw words, judged by the bits that a unit uses of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/model/model.h"
#include "tools/model/used.h"

static struct arguments {
	struct asked asked;
	int kind; /* -1: by the number of words */
} arguments = { .asked.units = 1, .kind = -1 };

static const struct argp_option option_list[] = {
	{ "kind", 'k', "KIND", 0,
	  "context (2 words), sm-context (4), pasid (8), irte (2), or root, sm-root, pasid-dir, table, leaf (1)",
	  0 },
	UNITS_OPTION,
	{ 0 }
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'k':
		for (a->kind = 0; a->kind < KIND_COUNT; a->kind++)
			if (!strcmp(kind_name((enum entry_kind)a->kind), argument))
				return 0;
		argp_error(state, "\"%s\" is no kind of entry", argument);
		return 0;
	case ARGP_KEY_ARGS:
		if (state->argc - state->next < 3)
			argp_usage(state);
		return asked_parse(key, argument, state);
	default:
		return asked_parse(key, argument, state);
	}
}

/* "0x1003,0x102": word 0 first. The number of words; 0: it is something else. */
static unsigned parse_words(const char *text, uint64_t *words)
{
	unsigned n = 0;
	char *end;

	for (;; text = end + 1) {
		errno = 0;
		if (n == 8 || *text == '-' || *text == '+' || *text == ' ')
			return 0;
		words[n] = strtoull(text, &end, 0);
		if (end == text || errno)
			return 0;
		n++;
		if (!*end)
			return n;
		if (*end != ',')
			return 0;
	}
}

static void read_pair(char **words, struct used_pair *pair)
{
	unsigned count = parse_words(words[0], pair->state[0]);

	if (!count || parse_words(words[1], pair->state[1]) != count) {
		fprintf(stderr,
			"vtd-model: \"%s\" and \"%s\" are no two entries: words in C's notation, separated by "
			"commas, word 0 first, as many in both\n",
			words[0], words[1]);
		exit(BAD_INPUT);
	}
	if (arguments.kind < 0)
		arguments.kind = count == 2   ? KIND_CONTEXT
				 : count == 4 ? KIND_SM_CONTEXT
					      : KIND_PASID;
	pair->kind = (enum entry_kind)arguments.kind;
	if (kind_words(pair->kind) != count) {
		fprintf(stderr,
			"vtd-model: %u words, but a %s entry has %u: --kind= says which it is\n",
			count, kind_name(pair->kind), kind_words(pair->kind));
		exit(BAD_INPUT);
	}
}

static void print_pair(const struct used_pair *pair)
{
	unsigned critical = used_critical_chunks(pair),
		 chunks = (unsigned)__builtin_popcount(critical);
	uint64_t old[8], new[8];

	used_bits(pair->kind, pair->state[0], old);
	used_bits(pair->kind, pair->state[1], new);
	printf("%s: %s\n", kind_name(pair->kind), kind_title(pair->kind));
	for (unsigned i = 0; i < kind_words(pair->kind); i++)
		if (old[i] | new[i])
			printf("  word %u: used of old 0x%016lx, of new 0x%016lx; changed and used of both: %#lx\n",
			       i, old[i], new[i],
			       old[i] & new[i] & (pair->state[0][i] ^ pair->state[1][i]));
	if (!(pair->state[0][0] & kind_present(pair->kind)) ||
	    !(pair->state[1][0] & kind_present(pair->kind)))
		printf("One of them is absent.\n");
	else if (chunks > 1)
		printf("%u chunks of 128 bits change in bits that both use: no order of 128-bit stores does it while the "
		       "entry is present.\n",
		       chunks);
	else if (chunks)
		printf("One chunk of 128 bits changes in bits that both use, from word %u: first store what only new "
		       "uses of the others, then exchange that one.\n",
		       2 * (unsigned)__builtin_ctz(critical));
	else
		printf("Nothing that both use changes.\n");
	printf("\n");
}

/* A state cannot have the domain-id that a sequence uses as the spare one. */
static void refuse_spare(const struct used_pair *pair, const struct given *given, size_t count)
{
	struct vtd_field domain = kind_domain(pair->kind);

	if (!domain.high || (field_get(pair->state[0], domain) != SPARE_DOMAIN &&
			     field_get(pair->state[1], domain) != SPARE_DOMAIN))
		return;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < given[i].notation->sequence.count; k++)
			if (step_is_spare(&given[i].notation->sequence.steps[k])) {
				fprintf(stderr,
					"vtd-model: %s uses domain-id %d as a spare one: the entries need another\n",
					given[i].notation->sequence.name, SPARE_DOMAIN);
				exit(BAD_INPUT);
			}
}

int entry_main(int argc, char **argv)
{
	static const struct argp argp = {
		option_list,
		parse,
		"OLD NEW FILE...",
		"Judge the sequences of FILE... on two entries given as raw words, e.g. 0x1001,0x102 and 0x2001,0x202: "
		"by the bits that a unit uses of them, with no tables behind.\v"
		"A domain-id of one with a pointer of the other counts as a mixture. Exit status: as of vtd-model check.",
		NULL,
		NULL,
		NULL
	};
	struct used_pair pair = { 0 };
	struct given *given;
	size_t count;
	unsigned judged = 0, unsafe = 0, undecided = 0;

	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	read_pair(argv + arguments.asked.first, &pair);
	if (!read_files(argv + arguments.asked.first + 2, argc - arguments.asked.first - 2, &given,
			&count))
		return BAD_INPUT;
	refuse_spare(&pair, given, count);
	print_pair(&pair);
	for (size_t i = 0; i < count; i++) {
		const struct sequence *s = &given[i].notation->sequence;
		unsigned harms = 0;
		bool open = false;
		char words[80];

		if (!(sequence_kinds(s) & 1u << pair.kind))
			continue;
		for (unsigned u = 0; u < UNIT_KINDS; u++)
			if (arguments.asked.units & 1u << u) {
				struct model_answer a = used_ask(&pair, s->steps, s->count,
								 s->never_blocks,
								 unit_kinds[u].how);

				harms |= a.harms;
				open |= a.overflow && !a.harms;
			}
		judged++;
		unsafe += harms != 0;
		undecided += open && !harms;
		printf("%s.%s: %s\n", operation_name((enum operation)s->operation), s->name,
		       open && !harms ? "not decided: too large"
				      : harm_words(harms, words, sizeof(words)));
	}
	if (!judged) {
		fprintf(stderr, "vtd-model: no sequence is for a %s entry\n", kind_name(pair.kind));
		return BAD_INPUT;
	}
	return unsafe ? UNSAFE : undecided ? UNDECIDED : SAFE;
}
