/* SPDX-License-Identifier: BSD-2-Clause */
/* A capture as JSON. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tools/capture/unmappings.h"
#include "tools/capture/verdict.h"
#include "tools/capture/view.h"

static json_t *words_of(const uint64_t *words, enum table_kind kind)
{
	json_t *list = json_array();
	char text[24];

	for (unsigned w = 0; w < table_kinds[kind].words; w++) {
		snprintf(text, sizeof(text), "0x%lx", words[w]);
		json_array_append_new(list, json_string(text));
	}
	return list;
}

static json_t *steps_of(const struct shape *s)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < s->count; i++) {
		const struct shape_step *step = &s->steps[i];

		json_array_append_new(
			list, json_pack("{s:s, s:b, s:s, s:s}", "step",
					step->text + (strncmp(step->text, "# ", 2) ? 0 : 2),
					"in_notation", step->expressible, "note",
					step->note ? step->note : "", "function", step->function));
	}
	return list;
}

static json_t *verdict_of(const struct shape *s, const struct verdict *v)
{
	json_t *units = json_object(), *schedule = json_array();
	char text[120], *lines = NULL;
	size_t length;
	FILE *out = open_memstream(&lines, &length);

	for (unsigned u = 0; u < UNIT_KINDS; u++)
		if (v->asked & 1u << u)
			json_object_set_new(
				units, unit_kinds[u].name,
				json_string(harm_words(v->answers[u].harms, text, sizeof(text))));
	verdict_print_schedule(out, s, v, "");
	fclose(out);
	for (char *l = strtok(lines, "\n"); l; l = strtok(NULL, "\n"))
		json_array_append_new(schedule, json_string(l));
	free(lines);
	return json_pack("{s:s, s:s, s:o, s:o}", "verdict", verdict_text(v, text, sizeof(text)),
			 "why", v->why ? v->why : "", "units", units, "schedule", schedule);
}

static json_t *shape_of(const struct shape *s)
{
	json_t *functions = json_array(), *shape;

	for (unsigned i = 0; i < s->function_count; i++)
		json_array_append_new(functions, json_string(s->functions[i]));
	shape = json_pack("{s:s, s:s, s:s, s:i, s:o, s:s, s:o, s:o, s:o}", "entry",
			  table_kinds[s->kind].name, "transition", transition_word(s->is), "type",
			  s->type, "times", (int)s->times, "functions", functions, "callers",
			  s->callers, "old", words_of(s->example->old, s->kind), "new",
			  words_of(s->example->new, s->kind), "steps", steps_of(s));
	if (s->apart)
		json_object_set_new(shape, "apart", json_string(s->apart));
	if (s->given_up)
		json_object_set_new(shape, "table_given_up", json_integer(s->given_up));
	return shape;
}

void view_print_json(const struct view *v, const struct verdict *verdicts,
		     const struct unmappings *unmappings)
{
	const struct records *r = &v->folder.records;
	json_t *list = json_array(), *all;

	for (size_t i = 0; i < v->shapes.count; i++) {
		json_t *shape = shape_of(&v->shapes.list[i]);

		if (verdicts)
			json_object_set_new(shape, "judged",
					    verdict_of(&v->shapes.list[i], &verdicts[i]));
		json_array_append_new(list, shape);
	}
	all = json_pack("{s:s, s:s, s:s, s:b, s:s, s:s, s:I, s:I, s:I, s:o}", "title", v->title,
			"kernel", v->folder.kernel, "mode", v->folder.mode, "caching_mode",
			v->folder.caching_mode, "qemu", v->folder.qemu, "incomplete",
			v->incomplete ? v->incomplete : "", "stores_seen", (json_int_t)r->seen,
			"stores_recorded", (json_int_t)r->recorded, "stores_missed",
			(json_int_t)r->missed, "transitions", list);
	if (unmappings)
		json_object_set_new(all, "unmappings",
				    json_pack("{s:i, s:i, s:i}", "of_pages",
					      (int)unmappings->invalidations, "with_device_tlbs",
					      (int)unmappings->with_devices, "device_tlb_left_out",
					      (int)unmappings->count));
	json_dumpf(all, stdout, JSON_INDENT(1));
	printf("\n");
	json_decref(all);
}
