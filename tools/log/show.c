/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-log show: a run for a terminal. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/litmus/model.h"
#include "tools/log/bits.h"
#include "tools/log/commands.h"
#include "tools/log/costs.h"
#include "tools/log/files.h"
#include "tools/log/status.h"
#include "tools/log/share.h"
#include "tools/log/statistics.h"
#include "vtd/fault.h"

static struct {
	struct paths paths;
	bool all, details;
	unsigned number; /* of the run; 0: the last */
} arguments;

static bool colour;

static const char *paint(const char *sgr)
{
	return colour ? sgr : "";
}

static const char *of_verdict(char verdict)
{
	return paint(verdict == 'p'   ? "\033[32m"
		     : verdict == 'f' ? "\033[1;31m"
		     : verdict == 's' ? "\033[33m"
				      : "\033[1;35m");
}

/* What the unit was seen to do, by the device whose DMA saw it. */
static void print_traits(const struct traits *t)
{
	static const char *const answers[] = { "not asked", "no", "yes" };
	_Static_assert(sizeof(answers) / sizeof(answers[0]) == TRAIT_ANSWERS, "a word for each");

	printf("  unit %-6" PRIu64 "by the DMA of %s:", t->unit, t->device);
	for (unsigned answer = TRAIT_ANSWERS; answer--;) {
		unsigned n = 0;

		for (unsigned i = 0; i < TRAITS; i++)
			if (t->answers[i] == answer) {
				if (n++)
					printf(", %s", trait_text(i));
				else
					printf(" %s: %s", answers[answer], trait_text(i));
			}
		if (n)
			putchar('.');
	}
	if (t->of)
		printf(" %" PRIu64 " of %" PRIu64 " DMAs met a mixture.", t->mixtures, t->of);
	if (t->absent_pasid)
		printf(" It reports an absent PASID-table entry by reason 0x%x: %s.",
		       t->absent_pasid, vtd_fault_reason_name(t->absent_pasid));
	putchar('\n');
}

static void print_machine(const struct run *r)
{
	const struct {
		const char *name, *value;
	} rows[] = { { "build", r->build },	     { "date", r->date },
		     { "options", r->options },	     { "sim", r->unit_options },
		     { "config", r->config },	     { "system", r->system },
		     { "board", r->board },	     { "BIOS", r->bios },
		     { "processor", r->brand },	     { "microcode", r->microcode },
		     { "hypervisor", r->hypervisor } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].value[0])
			printf("  %-11s%s\n", rows[i].name, rows[i].value);
	if (r->vendor[0])
		printf("  %-11s%s family %" PRIu64 " model 0x%" PRIx64 " stepping %" PRIu64 "\n",
		       "CPU", r->vendor, r->family, r->model, r->stepping);
	for (unsigned i = 0; i < r->unit_count; i++)
		printf("  unit %-6" PRIu64 "VER %" PRIu64 ".%" PRIu64 ", CAP %016" PRIx64
		       ", ECAP %016" PRIx64 " at 0x%" PRIx64 "\n",
		       r->units[i].n, r->units[i].version >> 4 & 15, r->units[i].version & 15,
		       r->units[i].cap, r->units[i].ecap, r->units[i].base);
	for (unsigned i = 0; i < r->traits_count; i++)
		print_traits(&r->traits[i]);
	for (unsigned i = 0; i < r->device_count; i++)
		printf("  %-11s%s at %s (%s)%s%s\n", "device", r->devices[i].name, r->devices[i].at,
		       r->devices[i].id, r->devices[i].why ? ": refused: " : "",
		       r->devices[i].why ? r->devices[i].why : "");
	if (r->ms) {
		/* What the printing took here may have been no time at all: in QEMU, or by USB. */
		double rest = (double)r->ms - (double)r->printing_ms;
		double line = (double)r->printed * 1000 / 11520;

		printf("  %-11s%.1f s; %" PRIu64
		       " characters printed: at 115200 baud %.1f %% of the time\n",
		       "time", (double)r->ms / 1000, r->printed, 100 * line / (rest + line));
	}
}

/* Sequences from outside, whole: the log is all that knows them. */
static void print_given(const struct given *g)
{
	printf("  %-11s%s\n", "sequence", g->name);
	for (const char *at = g->text; *at;) {
		size_t n = strcspn(at, "\n");

		printf(n ? "    %.*s\n" : "%.*s\n", (int)n, at);
		at += n + (at[n] == '\n');
	}
}

/* Beside the verdict: how long an update takes, and for how long it has DMA refused. */
static void print_costs(const struct costs *c)
{
	char text[96];

	if (!c->updates)
		return;
	printf("; an update takes %s", time_text(c->update.median, text));
	if (!c->blocking)
		printf(", no DMA refused in %" PRIu64, c->updates);
	else
		printf(", DMA refused in %" PRIu64 " of %" PRIu64 ", for %s", c->blocking,
		       c->updates, times_text(&c->blackout, text));
}

static void print_cost_details(const struct costs *c)
{
	char text[96], dma[24];

	if (!c->updates)
		return;
	printf("        an update %s; %" PRIu64 " of %" PRIu64 " DMAs refused, one takes %s\n",
	       times_text(&c->update, text), c->refused, c->dmas, time_text(c->dma.median, dma));
	for (unsigned i = 0; i < c->invalidation_count; i++)
		printf("        %10" PRIu64 "  %s: %s\n", c->invalidations[i].count,
		       c->invalidations[i].name, times_text(&c->invalidations[i].times, text));
	if (c->unended)
		printf("        %10" PRIu64 "  updates after which DMA stayed refused\n",
		       c->unended);
}

static void print_bits(const struct run_test *t)
{
	char what[BIT_TEXT], result[BIT_TEXT];

	for (const struct bit *b = t->bits; b; b = b->next)
		printf("        %s: %s\n", bit_what(b, what), bit_result(b, result));
	for (const struct dirty *d = t->dirty; d; d = d->next)
		printf("        %s\n", dirty_text(d, what));
}

static void print_details(const struct run_test *t)
{
	for (unsigned i = 0; i < t->outcome_count; i++)
		printf("        %10" PRIu64 "  %s%s%s\n", t->outcomes[i].count, t->outcomes[i].name,
		       t->outcomes[i].torn ? " *" : "",
		       t->outcomes[i].unpredicted ? " not predicted" : "");
	for (unsigned i = 0; i < t->fault_count; i++)
		printf("        %10" PRIu64 "  fault%s of reason 0x%x, %s: %s, first %s\n",
		       t->faults[i].count, t->faults[i].count == 1 ? "" : "s", t->faults[i].reason,
		       t->faults[i].type, vtd_fault_reason_name(t->faults[i].reason),
		       t->faults[i].raw);
	if (t->has_tally)
		printf("        %.3f s: invalidation %.3f, device %.3f, resets %.3f; %" PRIu64
		       " rewrites, %" PRIu64 " held, lines %u to %u\n",
		       (double)t->us / 1e6, (double)t->invalidate_us / 1e6, (double)t->dma_us / 1e6,
		       (double)t->reset_us / 1e6, t->rewrites, t->held, t->line_from, t->line_to);
	print_cost_details(&t->costs);
	print_bits(t);
}

/* Controls vouch for this kind of harm; logs of older builds do not say. */
static bool is_vouched(const struct run_test *t, unsigned harm)
{
	return !t->shown || t->shown & harm;
}

/* None of this kind, in so many, at most this rate. */
static void print_none(const struct run_test *t, enum share_kind kind)
{
	struct share s = share_of(t, kind);

	printf(": %s 0 of %" PRIu64 " %s, below %.2g at 95 %%", share_word(kind), s.trials,
	       kind == SHARE_TORN && !t->has_exposure ? "DMAs" : share_among(kind),
	       share_interval(0, s.trials).high);
}

/* Each kind of harm that was seen; or the bound on torn ones, or on what else a control vouches for. */
static void print_harm(const struct run_test *t)
{
	struct share torn = share_of(t, SHARE_TORN);
	bool any = false;

	for (unsigned k = 0; k < SHARES; k++) {
		struct share s = share_of(t, (enum share_kind)k);
		struct interval i = share_interval(s.harm, s.trials);

		if (!s.harm || (k == SHARE_TORN_ALL && torn.harm))
			continue;
		printf("%s %s%s %" PRIu64 " of %" PRIu64 "%s %s, %.2g to %.2g at 95 %%",
		       any ? ";" : ":", paint("\033[1m"), share_word((enum share_kind)k), s.harm,
		       s.trials, paint("\033[0m"),
		       k == SHARE_TORN && !t->has_exposure ? "DMAs"
							   : share_among((enum share_kind)k),
		       i.low, i.high);
		any = true;
	}
	if (any)
		return;
	if (!is_vouched(t, HARM_MIXTURE))
		print_none(t, t->shown & HARM_STALE ? SHARE_STALE : SHARE_MISTAGGED);
	else if (torn.trials)
		print_none(t, SHARE_TORN);
	else
		printf(": no DMA met a store");
}

static void print_model(const struct run_test *t)
{
	if (!t->harms)
		printf(" (controls: %" PRIu64 "%s)", t->controls,
		       is_vouched(t, HARM_MIXTURE) ? "" : "; torn: no control tore often enough");
	else
		printf(t->spec_harms
			       ? " (unsafe by the model)"
			       : " (unsafe by this unit's model only: the specification's calls it safe)");
}

static void print_walks(const struct run_test *t)
{
	for (unsigned i = 0; i < t->walks_count; i++)
		printf("%s %s %" PRIu64 " of %" PRIu64 " walks met a change under way",
		       i ? ";" : ":", t->walks[i].regime, t->walks[i].met, t->walks[i].dmas);
}

static void print_bit_count(const struct run_test *t)
{
	struct bit_count c = bits_count(t);

	if (!t->bits)
		return;
	printf("; %u changes of bits, the old value held after %u of them", c.tried, c.failed);
	if (c.untried)
		printf(", %u bits not tried", c.untried);
	if (c.uncounted)
		printf(", %u did not count with P clear", c.uncounted);
}

static void print_test(const struct run_test *t)
{
	bool is_trial = t->has_tally && t->dmas && !t->check && t->verdict;

	printf("  %s%-5s%s%4u %s", of_verdict(t->verdict),
	       t->verdict == 'f' && t->is_error ? "error" : verdict_word(t->verdict),
	       paint("\033[0m"), t->n, t->id ? t->id : "(name lost)");
	if (!t->has_block)
		printf(": its own block did not arrive");
	else if (t->why)
		printf(": %s", t->why);
	else if (!is_trial && !t->walks_count)
		printf(": %" PRIu64 " %s", t->number, t->unit ? t->unit : "");
	print_walks(t);
	print_bit_count(t);
	if (is_trial && t->harms != HARMS_UNKNOWN) {
		print_harm(t);
		if (!t->why)
			print_model(t);
		print_costs(&t->costs);
	}
	putchar('\n');
	if (arguments.details)
		print_details(t);
}

struct context {
	unsigned wanted; /* 0: count only */
	unsigned runs;
	int status;
};

static void show_run(const struct run *r, const char *text, void *context)
{
	struct context *c = context;

	(void)text;
	c->runs++;
	if (!arguments.all && r->number != c->wanted)
		return;
	printf("%s%s, run %u, lines %u to %u%s\n", paint("\033[1m"), r->path, r->number,
	       r->line_from, r->line_to, paint("\033[0m"));
	print_machine(r);
	for (unsigned i = 0; i < r->given_count; i++)
		print_given(&r->given[i]);
	for (size_t i = 0; i < r->test_count; i++)
		print_test(&r->tests[i]);
	for (size_t i = 0; i < r->problem_count; i++)
		printf("  %s! %s%s\n", of_verdict(0), r->problems[i], paint("\033[0m"));
	printf("%s", of_verdict("pfs\0"[r->judgement]));
	print_run_line(stdout, r);
	printf("%s", paint("\033[0m"));
	c->status = graver(c->status, exit_status(r->judgement));
}

static void count_run(const struct run *r, const char *text, void *context)
{
	(void)text;
	*(unsigned *)context = r->number;
}

static int show_file(const char *path)
{
	struct context c = { .wanted = arguments.number };

	/* Standard input cannot be read twice. */
	if (!arguments.all && !c.wanted && strcmp(path, "-") &&
	    read_or_say(path, count_run, &c.wanted) < 0)
		return EXIT_INPUT;
	if (!strcmp(path, "-") && !c.wanted)
		arguments.all = true;
	if (read_or_say(path, show_run, &c) < 0)
		return EXIT_INPUT;
	if (!c.runs)
		printf("%s: no run of vtd-litmus in it\n", path);
	else if (c.wanted > c.runs)
		printf("%s: there are %u runs in it\n", path, c.runs);
	return c.runs && c.wanted <= c.runs ? c.status : EXIT_NO_RUN;
}

static error_t on_option(int key, char *argument, struct argp_state *state)
{
	switch (key) {
	case 'a':
		arguments.all = true;
		return 0;
	case 'd':
		arguments.details = true;
		return 0;
	case 'r':
		arguments.number = (unsigned)strtoul(argument, NULL, 10);
		if (!arguments.number)
			argp_error(state, "--run counts from 1");
		return 0;
	}
	return take_paths(key, state, &arguments.paths);
}

int show_main(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "all", 'a', NULL, 0, "every run of each file", 0 },
		{ "run", 'r', "N", 0, "the N-th run of the file, not the last", 0 },
		{ "details", 'd', NULL, 0, "also histograms, faults and times of each test", 0 },
		{ 0 }
	};
	static const struct argp argp = { .options = options,
					  .parser = on_option,
					  .args_doc = "FILE|FOLDER...",
					  .doc = "Show the last run of each log." };
	int status = EXIT_RUN_PASS;
	struct files files;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	colour = isatty(1) && !getenv("NO_COLOR");
	if (!find_files(&files, arguments.paths.at, arguments.paths.count, true))
		return EXIT_INPUT;
	for (size_t i = 0; i < files.count; i++)
		status = graver(status, show_file(files.paths[i]));
	status = graver(status, files.status);
	free_files(&files);
	return status;
}
