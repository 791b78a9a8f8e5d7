/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-model check: each sequence on each kind of unit. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tools/model/model.h"

static struct arguments {
	struct asked asked; /* units: those that the exit status is about */
	bool json, brief;
} arguments = { .asked.units = 1 };

static const struct argp_option option_list[] = {
	{ "units", 'u', "LIST", 0,
	  "kinds of unit to judge it on, separated by commas, or all; else all are shown and 128 decides",
	  0 },
	TARGET_OPTION,
	{ "json", 'j', NULL, 0, "everything, as JSON", 0 },
	{ "brief", 'b', NULL, 0, "a line for each sequence, no schedules", 0 },
	{ 0 }
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'j':
		a->json = true;
		return 0;
	case 'b':
		a->brief = true;
		return 0;
	default:
		return asked_parse(key, argument, state);
	}
}

static unsigned judged, unsafe, undecided;
static json_t *all; /* NULL: as text */

static const char *verdict(const struct model_answer *a, char *text, size_t room)
{
	if (a->overflow && !a->harms)
		return "not decided: too large";
	return harm_words(a->harms, text, room);
}

static void print_outcomes(const struct target *t, const struct model_answer *a)
{
	for (unsigned o = 0; o < OUTCOME_PREDICTED; o++)
		if (a->outcomes & 1 << o)
			printf(" %s%s", target_outcome_name(t, o), a->harmful & 1 << o ? "*" : "");
	printf("\n");
}

static void print_answers(const struct given *g, const struct target *t,
			  const struct model_answer *answers, const char *id)
{
	const struct sequence *s = &g->notation->sequence;
	char words[80];
	bool shown = false;

	printf("%s: %s (%s:%u)\n", id, s->title[0] ? s->title : "no title", g->file,
	       g->notation->line);
	for (unsigned u = 0; u < UNIT_KINDS; u++) {
		if (arguments.asked.only && !(arguments.asked.units & 1u << u))
			continue;
		printf("  %-13s%-26s", unit_kinds[u].name,
		       verdict(&answers[u], words, sizeof(words)));
		print_outcomes(t, &answers[u]);
	}
	for (unsigned u = 0; u < UNIT_KINDS && !shown; u++) {
		if (!(arguments.asked.units & 1u << u) || !answers[u].event_count)
			continue;
		printf("  A shortest way to harm on %s (%s):\n", unit_kinds[u].name,
		       model_harm_text((enum model_harm)answers[u].witness_harm));
		print_schedule(stdout, "    ", t, s->steps, g->notation->step_line, &unit_kinds[u],
			       &answers[u]);
		shown = true;
	}
	printf("\n");
}

static json_t *json_answer(const struct given *g, const struct target *t,
			   const struct model_answer *a, unsigned u)
{
	json_t *answer = json_object(), *harms = json_array(), *outcomes = json_array();
	json_t *schedule = json_array();
	char *text = NULL, words[80];
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (a->harms) {
		harm_words(a->harms, words, sizeof(words));
		for (char *w = strtok(words, " "); w; w = strtok(NULL, " "))
			json_array_append_new(harms, json_string(w));
	}
	for (unsigned o = 0; o < OUTCOME_PREDICTED; o++)
		if (a->outcomes & 1 << o)
			json_array_append_new(outcomes,
					      json_pack("{s:s, s:s, s:b}", "name",
							target_outcome_name(t, o), "meaning",
							target_outcome_meaning(t, o), "harmful",
							!!(a->harmful & 1 << o)));
	print_schedule(out, "", t, g->notation->sequence.steps, g->notation->step_line,
		       &unit_kinds[u], a);
	fclose(out);
	for (char *l = strtok(text, "\n"); l; l = strtok(NULL, "\n"))
		json_array_append_new(schedule, json_string(l));
	free(text);
	json_object_set_new(answer, "unit", json_string(unit_kinds[u].name));
	json_object_set_new(answer, "asked", json_boolean(arguments.asked.units & 1u << u));
	json_object_set_new(answer, "decided", json_boolean(a->harms || !a->overflow));
	json_object_set_new(answer, "harms", harms);
	json_object_set_new(answer, "outcomes", outcomes);
	json_object_set_new(answer, "schedule", schedule);
	json_object_set_new(answer, "states", json_integer(a->states));
	return answer;
}

static void add_json(const struct given *g, const struct target *t,
		     const struct model_answer *answers, const char *id, const char *status)
{
	json_t *units = json_array();

	for (unsigned u = 0; u < UNIT_KINDS; u++)
		if (!arguments.asked.only || arguments.asked.units & 1u << u)
			json_array_append_new(units, json_answer(g, t, &answers[u], u));
	json_array_append_new(
		all,
		json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:b, s:s, s:o}", "id", id, "file",
			  g->file, "line", (int)g->notation->line, "target",
			  target_name((enum target_id)t->id), "operation",
			  operation_name((enum operation)g->notation->sequence.operation), "title",
			  g->notation->sequence.title, "never_blocks",
			  g->notation->sequence.never_blocks, "verdict", status, "units", units));
}

static void judge(const struct given *g, enum target_id id)
{
	static struct model_answer answers[UNIT_KINDS];
	const struct sequence *s = &g->notation->sequence;
	struct vtd_unit unit;
	struct target target;
	unsigned harms = 0;
	bool open = false;
	const char *problem = bench_target(&target, &unit, id), *status;
	char name[128], words[80];

	if (problem) {
		fprintf(stderr, "vtd-model: %s: %s\n", target_name(id), problem);
		exit(BAD_INPUT);
	}
	for (unsigned u = 0; u < UNIT_KINDS; u++) {
		if (arguments.asked.only && !(arguments.asked.units & 1u << u))
			continue;
		answers[u] = bench_ask(&target, s->steps, s->count, s->never_blocks,
				       unit_kinds[u].how);
		if (arguments.asked.units & 1u << u) {
			harms |= answers[u].harms;
			open |= answers[u].overflow && !answers[u].harms;
		}
	}
	judged++;
	unsafe += harms != 0;
	undecided += !harms && open;
	status = harms ? "unsafe" : open ? "undecided" : "safe";
	sequence_id(s, id, name, sizeof(name));
	if (all)
		add_json(g, &target, answers, name, status);
	else if (arguments.brief)
		printf("%s: %s%s%s\n", name, status, harms ? ": " : "",
		       harms ? harm_words(harms, words, sizeof(words)) : "");
	else
		print_answers(g, &target, answers, name);
}

static void print_units(void)
{
	const char *between = "";

	for (unsigned u = 0; u < UNIT_KINDS; u++)
		if (arguments.asked.units & 1u << u) {
			printf("%s%s", between, unit_kinds[u].name);
			between = ", ";
		}
}

int check_main(int argc, char **argv)
{
	static const struct argp argp = {
		option_list,
		parse,
		"FILE...",
		"Judge each sequence of FILE... (\"-\": standard input) on each kind of unit.\v"
		"An outcome with * is harmful. Exit status: 0 safe, 1 unsafe on a kind of unit that was asked "
		"for, 2 bad input, 3 not decided.",
		NULL,
		NULL,
		NULL
	};

	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	if (arguments.json)
		all = json_array();
	if (!judge_files(&arguments.asked, argc, argv, judge))
		return BAD_INPUT;
	if (all) {
		json_dumpf(all, stdout, JSON_INDENT(1));
		printf("\n");
	} else {
		printf("%u judged on ", judged);
		print_units();
		printf(": %u safe, %u unsafe", judged - unsafe - undecided, unsafe);
		printf(undecided ? ", %u not decided\n" : "\n", undecided);
	}
	return unsafe ? UNSAFE : undecided ? UNDECIDED : SAFE;
}
