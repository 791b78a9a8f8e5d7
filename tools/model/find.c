/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-model find: the shortest safe sequences for a target, or that there is none. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/model/find.h"

static struct arguments {
	struct asked asked;
	unsigned stores; /* bits 64, 128, 256, 512 */
	unsigned long steps, most, limit;
	bool never_blocks, global, spare;
} arguments = { .asked.units = 1, .stores = 64 | 128, .steps = 16, .most = 4, .limit = 1500000 };

static const struct argp_option option_list[] = {
	{ "never-blocks", 'n', NULL, 0, "no DMA may be refused meanwhile", 0 },
	{ "steps", 's', "N", 0, "the longest sequences to try; 16, unless given", 0 },
	{ "units", 'u', "LIST", 0,
	  "kinds of unit that it is to be safe on, all of them; 128, unless given", 0 },
	{ "stores", 'w', "LIST", 0,
	  "bits that one store may have: 64, 128 (a compare-and-exchange), 256 (AVX, of which 64 are promised at once), 512 (MOVDIR64B); 64,128, unless given",
	  0 },
	{ "global", 'g', NULL, 0, "global invalidations may be used, too", 0 },
	{ "spare-did", 'd', NULL, 0, "a domain-id that nothing else has may be used for a while",
	  0 },
	{ "limit", 'l', "N", 0,
	  "give up after so many questions to the model; 1500000, unless given: a minute or less",
	  0 },
	{ "most", 'm', "N", 0, "print so many of the shortest; 4, unless given", 0 },
	{ 0 }
};

static unsigned long number(const char *text, unsigned long from, unsigned long to,
			    struct argp_state *state)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || n < from || n > to)
		argp_error(state, "\"%s\" is no number from %lu to %lu", text, from, to);
	return n;
}

static unsigned parse_stores(char *list, struct argp_state *state)
{
	unsigned stores = 0;

	for (char *word = strtok(list, ","); word; word = strtok(NULL, ",")) {
		if (strcmp(word, "64") && strcmp(word, "128") && strcmp(word, "256") &&
		    strcmp(word, "512"))
			argp_error(state, "no store has \"%s\" bits; there are: 64, 128, 256, 512",
				   word);
		stores |= (unsigned)atoi(word);
	}
	if (!stores)
		argp_error(state, "without stores nothing changes");
	return stores;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'n':
		a->never_blocks = true;
		return 0;
	case 's':
		a->steps = number(argument, 1, SEQUENCE_STEPS_MAX, state);
		return 0;
	case 'w':
		a->stores = parse_stores(argument, state);
		return 0;
	case 'g':
		a->global = true;
		return 0;
	case 'm':
		a->most = number(argument, 0, 1000000, state);
		return 0;
	case 'd':
		a->spare = true;
		return 0;
	case 'l':
		a->limit = number(argument, 1, ~0ul >> 1, state);
		return 0;
	case ARGP_KEY_ARG:
		if (a->asked.target)
			argp_usage(state);
		a->asked.target = argument;
		return 0;
	default:
		return asked_parse(key, argument, state);
	}
}

static enum target_id target_by_name(const char *name)
{
	for (unsigned id = 0; id < TARGET_COUNT; id++)
		if (!strcmp(name, target_name((enum target_id)id)))
			return (enum target_id)id;
	fprintf(stderr, "vtd-model: \"%s\" is no target; there are:", name);
	for (unsigned id = 0; id < TARGET_COUNT; id++)
		fprintf(stderr, " %s", target_name((enum target_id)id));
	fprintf(stderr, "\n");
	exit(BAD_INPUT);
}

static void print_one(const struct find *f, const struct step *steps, size_t count, unsigned number)
{
	char name[NOTATION_NAME], title[NOTATION_TITLE], text[4096];
	struct sequence s = {
		.name = name,
		.title = title,
		.targets = 1u << f->target->id,
		.operation = OPERATION_REPLACE,
		.claim = CLAIM_NONE,
		.never_blocks = f->never_blocks,
		.steps = steps,
		.count = count,
	};

	snprintf(name, sizeof(name), "found-%u", number);
	snprintf(title, sizeof(title), "one of the shortest for %s, found by vtd-model",
		 target_name((enum target_id)f->target->id));
	notation_print(&s, text, sizeof(text));
	printf("%s\n", text);
}

static void print_question(const struct find *f)
{
	char text[128];

	printf("# %s%s, safe on", target_name((enum target_id)f->target->id),
	       f->never_blocks ? ", never blocked" : "");
	for (unsigned u = 0; u < UNIT_KINDS; u++)
		if (f->units & 1u << u)
			printf(" %s", unit_kinds[u].name);
	printf("; the same steps from A to B and back, up to %zu of these %zu:\n", f->longest,
	       f->step_count);
	for (size_t i = 0; i < f->step_count; i++)
		printf("#   %s\n", step_text(&f->steps[i], text, sizeof(text)));
	printf("\n");
}

static void print_size(const struct find_result *r, double seconds)
{
	unsigned long tried = 0;

	printf("# length    tried  harmful    known     more      new\n");
	for (size_t i = 1; i <= SEQUENCE_STEPS_MAX; i++) {
		const struct find_length *l = &r->length[i];

		if (!l->tried)
			continue;

		printf("# %6zu %8lu %8lu %8lu %8lu %8lu\n", i, l->tried, l->harmful, l->known,
		       l->more, l->new);
		tried += l->tried;
	}
	printf("# harmful: no later step takes that back. known: one that was tried leaves the same. more: a shorter one "
	       "leaves part of it.\n"
	       "# %lu tried, %lu questions to the model, %.1f s\n",
	       tried, r->asked, seconds);
}

/* How vtd-model check judges what was printed: on these units, and of the targets of its kind on this one. */
static void print_command(const struct find *f)
{
	const char *between = "";

	printf("# Judge them with: vtd-model check --target=%s --units=",
	       target_name((enum target_id)f->target->id));
	for (unsigned u = 0; u < UNIT_KINDS; u++)
		if (f->units & 1u << u) {
			printf("%s%s", between, unit_kinds[u].name);
			between = ",";
		}
	printf(" -\n");
}

static int print_result(const struct find *f, const struct find_result *r)
{
	if (r->found)
		printf("# The shortest safe sequences have %zu steps; there are %.0f%s.\n",
		       r->found, r->count,
		       !arguments.most		   ? ""
		       : r->count > arguments.most ? ", of which the first are above"
						   : ": those above");
	else if (r->overflow || r->given_up)
		printf("# Not decided: there is none of up to %zu steps; longer ones %s.\n",
		       r->none,
		       r->overflow ? "are too large for the search"
				   : "were not all tried, for the limit (--limit) came first");
	else if (r->one_way)
		printf("# Not decided: what was found is safe from A to B alone.\n");
	else if (r->exhausted)
		printf("# There is none, of any length: no more steps lead to anything that was not tried.\n");
	else
		printf("# There is none of up to %zu steps.\n", f->longest);
	if (r->found && (r->one_way || r->overflow))
		printf("# Whether a shorter one is safe was not decided: %u are safe from A to B alone%s.\n",
		       r->one_way, r->overflow ? "; some were too large for the search" : "");
	if (r->found && arguments.most)
		print_command(f);
	if (r->found)
		return SAFE;
	return r->overflow || r->given_up || r->one_way ? UNDECIDED : UNSAFE;
}

/* Where one of the kinds of unit has none, all together have none: it is soon tried. */
static bool none_on_one(const struct find *f, struct find_result *r)
{
	struct find one = *f;

	one.limit = f->limit < 20000 ? f->limit : 20000;
	for (unsigned u = 0; u < UNIT_KINDS && f->units & (f->units - 1); u++) {
		if (!(f->units & 1u << u))
			continue;
		one.units = 1u << u;
		find_run(&one, r, 0, NULL);
		if (r->exhausted && !r->found && !r->one_way && !r->overflow) {
			printf("# On %s alone there is none, so none on all of them:\n",
			       unit_kinds[u].name);
			return true;
		}
	}
	return false;
}

int find_main(int argc, char **argv)
{
	static const struct argp argp = {
		option_list,
		parse,
		"TARGET",
		"Search the shortest safe sequences that rewrite the entry of TARGET (context, pasid-fs, ...), or show that "
		"there is none of up to N steps.\v"
		"What is printed can be read by vtd-model check. Exit status: 0 found, 1 there is none, 2 bad input, 3 not "
		"decided.",
		NULL,
		NULL,
		NULL
	};
	static struct find f;
	static struct find_result r;
	struct vtd_unit unit;
	struct target target;
	const char *problem;
	clock_t start = clock();

	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	problem = bench_target(&target, &unit, target_by_name(arguments.asked.target));
	if (problem) {
		fprintf(stderr, "vtd-model: %s: %s\n", arguments.asked.target, problem);
		return BAD_INPUT;
	}
	f.target = &target;
	f.units = arguments.asked.units;
	f.never_blocks = arguments.never_blocks;
	f.longest = arguments.steps;
	f.limit = arguments.limit;
	find_choose_steps(&f, arguments.stores, arguments.global, arguments.spare);
	print_question(&f);
	if (!none_on_one(&f, &r))
		find_run(&f, &r, (unsigned)arguments.most, print_one);
	print_size(&r, (double)(clock() - start) / CLOCKS_PER_SEC);
	return print_result(&f, &r);
}
