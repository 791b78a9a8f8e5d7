/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-log compare: two sides, each one run or many: which verdicts and which rates of harm differ, and how surely. */
#define _GNU_SOURCE
#include <argp.h>
#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "tools/log/arena.h"
#include "tools/log/commands.h"
#include "tools/log/compare.h"
#include "tools/log/files.h"
#include "tools/log/status.h"
#include "tools/log/distinct.h"
#include "tools/log/statistics.h"

#define ROWS_MAX 20000

static struct {
	char **paths;
	size_t count;
	double alpha;
	bool all;
} arguments = { .alpha = 0.01 };

static struct {
	struct row *rows;
	size_t count, room;
	struct {
		char name[400]; /* of the side's machine and build, where all runs have the same */
		char options[200];
		bool differ;
		unsigned runs, incomplete, broken; /* broken: failed by none of its tests */
	} sides[2];
} all;

static struct hsearch_data index_of_ids;

static struct row *row_of(const char *id)
{
	ENTRY wanted = { .key = (char *)id }, *found;
	struct row *row;

	if (hsearch_r(wanted, FIND, &found, &index_of_ids))
		return &all.rows[(size_t)found->data];
	if (all.count == all.room)
		return NULL;
	row = &all.rows[all.count];
	row->id = strdup(id);
	if (!row->id)
		return NULL;
	wanted.key = row->id;
	wanted.data = (void *)all.count;
	if (!hsearch_r(wanted, ENTER, &found, &index_of_ids))
		return NULL;
	all.count++;
	return row;
}

/* A later pass of a run (".pass-2") is the same test once more. */
static void plain_id(const char *id, char *out, size_t room)
{
	const char *pass = strstr(id, ".pass-");

	snprintf(out, room, "%.*s", pass ? (int)(pass - id) : (int)strlen(id), id);
}

static struct distinct copies;

static void note_run(const struct run *r, const char *text, void *context)
{
	(void)text;
	(void)context;
	distinct_note(&copies, r);
}

static void add_run(const struct run *r, const char *text, void *context)
{
	unsigned which = *(unsigned *)context;
	char name[400], id[160];

	(void)text;
	if (r->simulated)
		snprintf(name, sizeof(name), "a simulated unit, build %s", r->build);
	else
		snprintf(name, sizeof(name), "%s, %s, microcode %s, %s, build %s", r->system,
			 r->brand, r->microcode, r->bios, r->build);
	if (!distinct_counts(&copies, r))
		return;
	if (r->blocks_good) {
		snprintf(all.sides[which].options, sizeof(all.sides[which].options), "%s %s",
			 r->options, r->config);
		if (!all.sides[which].name[0])
			snprintf(all.sides[which].name, sizeof(name), "%s", name);
		else if (strcmp(all.sides[which].name, name))
			all.sides[which].differ = true;
	}
	all.sides[which].runs++;
	all.sides[which].incomplete += !run_is_whole(r);
	all.sides[which].broken += r->judgement == JUDGED_FAIL && !r->failed;
	for (size_t i = 0; i < r->test_count; i++) {
		const struct run_test *t = &r->tests[i];
		struct row *row;

		if (!t->id || !t->verdict)
			continue;
		plain_id(t->id, id, sizeof(id));
		row = row_of(id);
		if (!row)
			continue;
		side_add(&row->sides[which], t);
		bits_add(row, which, t);
	}
}

static void print_side(const struct row *r, const struct side *s)
{
	const struct share *share = &s->shares[r->kind];
	struct interval i = share_interval(share->harm, share->trials);

	if (!s->runs) {
		printf("%-45s", "-");
		return;
	}
	printf("%-5s", side_verdict(s) == 'm'		     ? "mixed"
		       : s->failed && s->errors == s->failed ? "error"
							     : verdict_word(side_verdict(s)));
	if (!share->trials)
		printf("%-40s", "");
	else if (share->harm)
		printf(" %-10s %8.3g [%8.2g, %8.2g]", share_word(r->kind),
		       (double)share->harm / (double)share->trials, i.low, i.high);
	else
		printf(" %-10s 0        below %-14.2g", share_word(r->kind), i.high);
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->id, ((const struct row *)b)->id);
}

static error_t on_option(int key, char *argument, struct argp_state *state)
{
	char *end;

	switch (key) {
	case 'a':
		arguments.all = true;
		return 0;
	case 'p':
		arguments.alpha = strtod(argument, &end);
		if (*end || !(arguments.alpha > 0 && arguments.alpha < 1))
			argp_error(state, "--alpha is a probability between 0 and 1");
		return 0;
	case ARGP_KEY_ARGS:
		arguments.paths = state->argv + state->next;
		arguments.count = (size_t)(state->argc - state->next);
		return 0;
	case ARGP_KEY_END:
		if (arguments.count != 2)
			argp_usage(state);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* Every run of both sides into the rows. An exit status if something cannot be read, or a side has no run; else 0. */
static int read_sides(void)
{
	int status = 0;

	for (unsigned which = 0; which < 2; which++) {
		struct files files;

		if (!find_files(&files, &arguments.paths[which], 1, true))
			return EXIT_INPUT;
		/* Copies are looked for within a side: both may be the same logs. */
		for (size_t i = 0; i < files.count; i++)
			log_read(files.paths[i], note_run, NULL);
		for (size_t i = 0; i < files.count; i++)
			if (read_or_say(files.paths[i], add_run, &which) < 0)
				status = EXIT_INPUT;
		if (files.status == EXIT_INPUT)
			status = EXIT_INPUT;
		distinct_free(&copies);
		free_files(&files);
	}
	return status;
}

static int print_sides(void)
{
	int status = 0;

	for (unsigned which = 0; which < 2; which++) {
		printf("%c: %s: %u run%s%s; %s%s\n", "AB"[which], arguments.paths[which],
		       all.sides[which].runs, all.sides[which].runs == 1 ? "" : "s",
		       all.sides[which].incomplete ? " (incomplete ones among them)" : "",
		       all.sides[which].name, all.sides[which].differ ? ", and others" : "");
		if (!all.sides[which].runs)
			status = EXIT_NO_RUN;
	}
	if (!status && strcmp(all.sides[0].options, all.sides[1].options))
		printf("The options differ: A \"%s\", B \"%s\"\n", all.sides[0].options,
		       all.sides[1].options);
	return status;
}

/* "12.1 us to 13.0 us, DMA refused in 80 of 100 for 2.1 us to 2.2 us" */
static void print_cost(const struct cost_sum *c)
{
	char from[24], to[24];

	printf("%s to %s", time_text(c->update_least, from), time_text(c->update_most, to));
	if (c->blocking)
		printf(", DMA refused in %" PRIu64 " of %" PRIu64 " for %s to %s", c->blocking,
		       c->updates, time_text(c->blackout_least, from),
		       time_text(c->blackout_most, to));
	else
		printf(", no DMA refused in %" PRIu64, c->updates);
}

static void print_row(const struct row *r)
{
	printf("%s\n    A ", r->id);
	print_side(r, &r->sides[0]);
	printf("  B ");
	print_side(r, &r->sides[1]);
	printf("  %s%s%s", r->verdict ? r->verdict : "", r->verdict && r->rate ? "; " : "",
	       r->rate	    ? r->rate
	       : r->verdict ? ""
			    : "no sure difference");
	if (r->rate)
		printf(" (p = %.2g)", r->p);
	if (r->sides[0].costs.runs && r->sides[1].costs.runs) {
		printf("\n    an update, by the medians of the runs: A ");
		print_cost(&r->sides[0].costs);
		printf("; B ");
		print_cost(&r->sides[1].costs);
		printf(": %s", r->cost ? r->cost : "no sure difference");
	}
	putchar('\n');
	bits_print(r, arguments.all);
}

static bool has_many_runs(void)
{
	return all.sides[0].runs >= MANY_RUNS && all.sides[1].runs >= MANY_RUNS;
}

/* The rows that differ, or all of them, and how many there are. Whether anything differs; *is_compared: if any test is on both sides. */
static bool print_rows(bool *is_compared)
{
	unsigned changed = 0, few = 0, one_sided = 0, alone = 0;

	for (size_t i = 0; i < all.count; i++) {
		const struct row *r = &all.rows[i];

		few += r->few && !r->verdict;
		one_sided += r->one_sided;
		alone += r->fails_alone;
		if ((!r->verdict || (r->one_sided && !r->fails_alone)) && !r->rate && !r->cost &&
		    !bits_differ(r) && !arguments.all)
			continue;
		changed += (r->verdict || r->rate || r->cost || bits_differ(r)) &&
			   (!r->one_sided || r->fails_alone);
		print_row(r);
	}
	if (all.count == one_sided)
		printf("nothing is compared: no test is on both sides (its name has the device in it)\n");
	else
		printf("%u of %zu tests that both have differ\n", changed - alone,
		       all.count - one_sided);
	if (all.count > one_sided && !has_many_runs())
		printf("of rates and costs it says nothing: that takes %u runs a side\n",
		       MANY_RUNS);
	if (alone)
		printf("%u that only one side has fail%s there\n", alone, alone == 1 ? "s" : "");
	for (unsigned which = 0; which < 2; which++)
		if (all.sides[which].broken)
			printf("%c: %u run%s failed by none of %s tests: a panic, or the watchdog\n",
			       "AB"[which], all.sides[which].broken,
			       all.sides[which].broken == 1 ? "" : "s",
			       all.sides[which].broken == 1 ? "its" : "their");
	if (few)
		printf("%u more have rates that seem to differ: that takes %u runs a side to tell (--all lists them)\n",
		       few, MANY_RUNS);
	if (one_sided)
		printf("%u are on one side only%s\n", one_sided,
		       all.sides[0].incomplete || all.sides[1].incomplete
			       ? "; not known of a side whose log is incomplete"
			       : "");
	*is_compared = all.count > one_sided;
	return changed || !all.sides[0].broken != !all.sides[1].broken;
}

int compare_main(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "all", 'a', NULL, 0, "also list tests without a difference", 0 },
		{ "alpha", 'p', "P", 0,
		  "probability of calling something a difference that is none (0.01)", 0 },
		{ 0 }
	};
	static const struct argp argp = {
		.options = options,
		.parser = on_option,
		.args_doc = "A B",
		.doc = "Compare two runs, or two groups of runs: A and B are logs or folders of logs; every run in them counts.\vA rate is the harm of one kind among the DMAs that could show it, with its 95 % interval. The kind (torn, stale, mis-tagged, blocked) is the one in which the sides differ most. Torn counts among DMAs that met stores, or among all if a log does not say which did.\n\n"
		       "Rates vary from run to run more than chance does. So a difference of rates, or of harm seen or not, is listed only if each side has three or more runs, if their rates do not overlap, and if Fisher's exact test, over all tests together (Bonferroni), says that it is no chance. Failures are always listed. Copies of a run count once.\n\n"
		       "What an update costs is listed as a difference only with three or more runs a side: times where the medians of all runs of one side are more than twice those of the other's, refused DMA where each run of one side has some and no run of the other.\n\n"
		       "Exit status: 0 nothing differs; 1 something does; 2 no test is on both sides, of complete runs; 3 a side has an incomplete run and nothing else differs; 4 a side has no run."
	};
	struct question question;
	bool changed = false, is_compared = true;
	int status;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	all.room = ROWS_MAX;
	all.rows = must_realloc(NULL, all.room * sizeof(*all.rows));
	memset(all.rows, 0, all.room * sizeof(*all.rows));
	if (!hcreate_r(2 * all.room, &index_of_ids))
		return EXIT_INPUT;
	status = read_sides();
	if (status)
		return status;
	status = print_sides();
	question = (struct question){ all.count,
				      arguments.alpha,
				      { all.sides[0].incomplete, all.sides[1].incomplete } };
	for (size_t i = 0; i < all.count; i++)
		judge_row(&all.rows[i], &question);
	hdestroy_r(&index_of_ids);
	if (all.count)
		qsort(all.rows, all.count, sizeof(*all.rows), by_id);
	if (!status)
		changed = print_rows(&is_compared);
	for (size_t i = 0; i < all.count; i++)
		free(all.rows[i].id), bits_free(&all.rows[i]);
	free(all.rows);
	return status						    ? status
	       : changed					    ? 1
	       : all.sides[0].incomplete || all.sides[1].incomplete ? EXIT_RUN_INCOMPLETE
	       : is_compared					    ? 0
								    : EXIT_RUN_SKIP;
}
