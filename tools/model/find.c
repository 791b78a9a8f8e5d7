/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-model find: the shortest safe sequences for a target, or that there is none. */
#include <argp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/model/find.h"

static struct arguments {
	const char *target;
	unsigned units, stores; /* of stores: bits 64, 128, 256, 512 */
	unsigned long steps, most;
	bool never_blocks, global;
} arguments = { .units = 1, .stores = 64 | 128, .steps = 16, .most = 4 };

static const struct argp_option option_list[] = {
	{ "never-blocks", 'n', NULL, 0, "no DMA may be refused meanwhile", 0 },
	{ "steps", 's', "N", 0, "the longest sequences to try; 16, unless given", 0 },
	{ "units", 'u', "LIST", 0,
	  "kinds of unit that it is to be safe on, all of them; 128, unless given", 0 },
	{ "stores", 'w', "LIST", 0,
	  "bits that one store may have: 64, 128 (a compare-and-exchange), 256 (AVX, of which 64 are promised at once), 512 (MOVDIR64B); 64,128, unless given",
	  0 },
	{ "global", 'g', NULL, 0, "global invalidations may be used, too", 0 },
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
	case 'u':
		a->units = parse_units(argument);
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
	case ARGP_KEY_ARG:
		if (a->target)
			argp_usage(state);
		a->target = argument;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
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

static void choose(struct find *f, unsigned op, unsigned word, unsigned value)
{
	if (f->step_count == FIND_STEPS_MAX)
		abort();
	f->steps[f->step_count++] =
		(struct step){ .op = (uint8_t)op, .word = (uint8_t)word, .value = (uint8_t)value };
}

/* What an entry is after a store, in each direction; words that are not stored, or are 0 in both states, are ~0. */
static void stored(const struct find *f, const struct step *step, uint64_t words[2][8])
{
	const struct target *t = f->target;
	enum entry_kind kind = (enum entry_kind)t->kind;

	memset(words, 0xff, 2 * sizeof(words[0]));
	for (unsigned from = 0; from < 2; from++) {
		step_apply(step, kind, t->state[0][from], t->state[0][!from], words[from]);
		for (unsigned i = 0; i < kind_words(kind); i++)
			if (!(t->state[0][0][i] | t->state[0][1][i]))
				words[from][i] = ~0ull;
	}
}

/* Stores of this width; not those that do what one before them does, or nothing. */
static void choose_stores(struct find *f, unsigned op, unsigned width)
{
	static const uint8_t values[] = { VALUE_NEW, VALUE_NEW_NOT_PRESENT, VALUE_ZERO, VALUE_OLD,
					  VALUE_OLD_NOT_PRESENT };
	unsigned words = kind_words((enum entry_kind)f->target->kind);

	for (unsigned word = 0; word + width <= words; word += width)
		for (size_t v = 0; v < sizeof(values); v++) {
			struct step step = { .op = (uint8_t)op,
					     .word = (uint8_t)word,
					     .value = values[v] };
			uint64_t now[2][8], other[2][8];
			bool is_new;

			stored(f, &step, now);
			memset(other, 0xff, sizeof(other));
			is_new = memcmp(now, other, sizeof(now)) != 0;
			for (size_t i = 0; i < f->step_count; i++) {
				stored(f, &f->steps[i], other);
				is_new = is_new && memcmp(now, other, sizeof(now)) != 0;
			}
			if (is_new)
				choose(f, op, word, values[v]);
		}
}

/* By the domain-id of old and, if that is another, of new. */
static void choose_invalidation(struct find *f, unsigned op)
{
	choose(f, op, 0, VALUE_OLD);
	if (f->target->domain[0] != f->target->domain[1])
		choose(f, op, 0, VALUE_NEW);
}

static void choose_invalidations(struct find *f)
{
	enum entry_kind kind = (enum entry_kind)f->target->kind;
	bool scalable = f->target->scalable, context = false, pasid = false;

	switch (kind) {
	case KIND_IRTE:
		choose(f, STEP_INVALIDATE_IEC, 0, VALUE_ZERO);
		return;
	case KIND_SM_ROOT:
	case KIND_SM_CONTEXT:
		/* It leads to many PASIDs: section 6.5.2.1. */
		choose(f, STEP_INVALIDATE_CONTEXT, 0, VALUE_OLD);
		choose_invalidation(f, STEP_INVALIDATE_PASID_DOMAIN);
		context = pasid = true;
		break;
	case KIND_PASID_DIR:
	case KIND_PASID:
		choose_invalidation(f, STEP_INVALIDATE_PASID);
		pasid = true;
		break;
	case KIND_TABLE:
	case KIND_LEAF:
		break;
	default:
		choose_invalidation(f, STEP_INVALIDATE_CONTEXT);
		context = true;
	}
	choose_invalidation(f, STEP_INVALIDATE_IOTLB);
	if (scalable)
		choose_invalidation(f, STEP_INVALIDATE_PIOTLB);
	/* Where one PGTT is both states', it is one of these two. */
	if (target_meaning(f->target, f->target->state[0][0]).stage !=
	    target_meaning(f->target, f->target->state[0][1]).stage)
		choose_invalidation(f, STEP_INVALIDATE_TLB);
	if (arguments.global && context)
		choose(f, STEP_INVALIDATE_CONTEXT_GLOBAL, 0, VALUE_ZERO);
	if (arguments.global && pasid)
		choose(f, STEP_INVALIDATE_PASID_GLOBAL, 0, VALUE_ZERO);
	if (arguments.global)
		choose(f, STEP_INVALIDATE_IOTLB_GLOBAL, 0, VALUE_ZERO);
}

static bool any_unit(bool (*has)(const struct bench_question *))
{
	for (unsigned u = 0; u < UNIT_KINDS; u++)
		if (arguments.units & 1u << u && has(&unit_kinds[u].how))
			return true;
	return false;
}

static bool does_not_snoop(const struct bench_question *how)
{
	return !how->coherent;
}

static bool has_caching_mode(const struct bench_question *how)
{
	return how->caching_mode;
}

static bool has_device_tlb(const struct bench_question *how)
{
	return how->device_tlb;
}

/* What a driver may do; what these kinds of unit have no use for is left out. */
static void choose_steps(struct find *f)
{
	if (arguments.stores & 64)
		choose_stores(f, STEP_STORE, 1);
	if (arguments.stores & 128)
		choose_stores(f, STEP_CAS, 2);
	if (arguments.stores & 256)
		choose_stores(f, STEP_STORE256, 4);
	if (arguments.stores & 512)
		choose_stores(f, STEP_STORE512, 8);
	if (any_unit(does_not_snoop))
		choose(f, STEP_FLUSH, 0, VALUE_ZERO);
	choose_invalidations(f);
	if (any_unit(has_caching_mode))
		choose(f, STEP_SETTLE_NEW, 0, VALUE_ZERO);
	if (any_unit(has_device_tlb))
		choose(f, STEP_INVALIDATE_DEVTLB, 0, VALUE_ZERO);
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
	else if (r->overflow)
		printf("# Not decided: too large for the search.\n");
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
	return r->overflow || r->one_way ? UNDECIDED : UNSAFE;
}

/* Where one of the kinds of unit has none, all together have none: it is soon tried. */
static bool none_on_one(const struct find *f, struct find_result *r)
{
	struct find one = *f;

	one.most = 10000;
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
	problem = bench_target(&target, &unit, target_by_name(arguments.target));
	if (problem) {
		fprintf(stderr, "vtd-model: %s: %s\n", arguments.target, problem);
		return BAD_INPUT;
	}
	f.target = &target;
	f.units = arguments.units;
	f.never_blocks = arguments.never_blocks;
	f.longest = arguments.steps;
	choose_steps(&f);
	print_question(&f);
	if (!none_on_one(&f, &r))
		find_run(&f, &r, (unsigned)arguments.most, print_one);
	print_size(&r, (double)(clock() - start) / CLOCKS_PER_SEC);
	return print_result(&f, &r);
}
