/* SPDX-License-Identifier: BSD-2-Clause */
/* What a command says of runs: its exit status, and a line for each. */
#include "tools/log/status.h"

int exit_status(enum judgement judgement)
{
	static const int statuses[] = { EXIT_RUN_PASS, EXIT_RUN_FAIL, EXIT_RUN_SKIP,
					EXIT_RUN_INCOMPLETE };

	return statuses[judgement];
}

int graver(int a, int b)
{
	static const int order[] = { EXIT_INPUT, EXIT_RUN_FAIL, EXIT_RUN_INCOMPLETE, EXIT_NO_RUN,
				     EXIT_RUN_SKIP };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return EXIT_RUN_PASS;
}

/* What passed, told apart: a sequence that is safe and stayed clean is another thing than one that did harm. */
static void print_passed(FILE *out, const struct run *r)
{
	unsigned clean = 0, harmed = 0, only_here = 0;

	for (size_t i = 0; i < r->test_count; i++) {
		const struct run_test *t = &r->tests[i];

		if (t->verdict == 'p' && !t->check && t->harms != HARMS_UNKNOWN) {
			clean += !t->harms;
			harmed += t->harms != 0;
			only_here += t->harms && !t->spec_harms;
		}
	}
	fprintf(out, "%u passed", r->passed);
	if (clean + harmed)
		fprintf(out, " (%u safe one%s stayed clean, %u control%s did harm", clean,
			clean == 1 ? "" : "s", harmed, harmed == 1 ? "" : "s");
	if (only_here)
		fprintf(out, ", %u of these by this unit's model only", only_here);
	fprintf(out, "%s, %u check%s passed, %u failed", clean + harmed ? ")" : "", r->checks,
		r->checks == 1 ? "" : "s", r->failed);
	if (r->errors)
		fprintf(out, " (%u by an error of device, machine or tool)", r->errors);
	fprintf(out, ", %u skipped", r->skipped);
}

void print_run_line(FILE *out, const struct run *r)
{
	fprintf(out, "%s: ", judgement_word(r->judgement));
	if (r->simulated)
		fputs("simulated unit, no hardware: ", out);
	if (r->judgement == JUDGED_FAIL && (r->lost_verdicts || r->blocks_missing || !r->has_end))
		fputs("(and not whole) ", out);
	print_passed(out, r);
	if (r->lost_verdicts)
		fprintf(out, ", %u lost", r->lost_verdicts);
	if (r->system[0] || r->brand[0])
		fprintf(out, "; %s%s%s", r->system, r->system[0] && r->brand[0] ? ", " : "",
			r->brand);
	if (r->build[0])
		fprintf(out, "; build %s, seed %llu", r->build, (unsigned long long)r->seed);
	fputc('\n', out);
}
