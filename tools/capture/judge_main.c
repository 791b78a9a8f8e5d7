/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-capture judge: the model's verdict for each distinct transition. */
#include <stdlib.h>
#include <string.h>

#include "tools/capture/arguments.h"
#include "tools/capture/capture.h"
#include "tools/capture/judged.h"

static struct arguments arguments = { .wanted = 1, .units = 1 };

static const struct argp_option option_list[] = {
	ARGUMENT_UNITS,
	ARGUMENT_SYMBOLS,
	{ "brief", 'b', NULL, 0, "a line for each, no steps and no schedules", 0 },
	{ "json", 'j', NULL, 0, "everything, as JSON", 0 },
	{ 0 }
};

static void print_units(const struct verdict *v)
{
	char text[80];

	for (unsigned u = 0; u < UNIT_KINDS; u++)
		if (v->asked & 1u << u)
			printf("    %-13s%s\n", unit_kinds[u].name,
			       v->answers[u].overflow && !v->answers[u].harms
				       ? "not decided: too large"
				       : harm_words(v->answers[u].harms, text, sizeof(text)));
}

static void print_one(const struct shape *s, const struct verdict *v)
{
	char name[120], word[120];

	printf("%s: %s: %s (%u time%s)\n", view_name(s, name, sizeof(name)), s->functions[0],
	       verdict_text(v, word, sizeof(word)), s->times, s->times == 1 ? "" : "s");
	if (v->why)
		printf("    %s\n", v->why);
	if (arguments.brief || v->is == VERDICT_NONE)
		return;
	printf("  %s\n", s->callers);
	shape_print(stdout, s, "  ");
	print_units(v);
	if (v->is == VERDICT_UNSAFE)
		verdict_print_schedule(stdout, s, v, "    ");
	printf("\n");
}

int judge_main(int argc, char **argv)
{
	static const struct argp argp = {
		option_list,
		arguments_parse,
		"CAPTURE",
		"Say of each distinct transition of an entry what hardware that keeps the specification may make of it.\v"
		"Exit status: 0 all are safe, 1 some are unsafe on a kind of unit that decides, 3 some are beyond the model, "
		"4 the capture is incomplete, 5 there is nothing to judge.",
		NULL,
		NULL,
		NULL
	};
	struct judged j;

	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	judged_open(&j, arguments.paths[0], arguments.symbols, arguments.units);
	if (arguments.json) {
		view_print_json(&j.view, j.verdicts, &j.unmappings);
		return j.status;
	}
	printf("%s\n\n", j.view.title);
	for (size_t i = 0; i < j.view.shapes.count; i++)
		print_one(&j.view.shapes.list[i], &j.verdicts[i]);
	printf("%zu distinct transitions: %u safe, %u unsafe, %u safe by what came before, %u not decided, %u that change nothing%s\n",
	       j.view.shapes.count, j.number[VERDICT_SAFE], j.number[VERDICT_UNSAFE],
	       j.number[VERDICT_RESTS], j.number[VERDICT_UNDECIDED], j.number[VERDICT_NONE],
	       j.view.incomplete ? "; the capture is incomplete" : "");
	if (j.number[VERDICT_APART])
		printf("%u of them are told, but not judged\n", j.number[VERDICT_APART]);
	if (j.unmappings.count)
		printf("beside these, a device-TLB was left out of an unmapping %zu times: vtd-capture unmappings says which\n",
		       j.unmappings.count);
	return j.status;
}
