/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-capture compare: two captures, function by function: whose order of stores and invalidations changed. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tools/capture/arguments.h"
#include "tools/capture/capture.h"
#include "tools/capture/judged.h"

static struct arguments arguments = { .wanted = 2, .units = 1 };

static const struct argp_option option_list[] = {
	ARGUMENT_UNITS, { "json", 'j', NULL, 0, "everything, as JSON", 0 }, { 0 }
};

/* The same done to the same kind of entry; which function does it does not count, nor how often. */
static bool same_steps(const struct shape *a, const struct shape *b)
{
	if (a->kind != b->kind || a->is != b->is || strcmp(a->type, b->type) ||
	    a->count != b->count || a->unwaited != b->unwaited || a->apart != b->apart)
		return false;
	for (unsigned i = 0; i < a->count; i++)
		if (strcmp(a->steps[i].text, b->steps[i].text))
			return false;
	return true;
}

static bool has(const struct shapes *list, const struct shape *s)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->list[i].functions[0], s->functions[0]) &&
		    same_steps(&list->list[i], s))
			return true;
	return false;
}

static bool has_function(const struct shapes *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->list[i].functions[0], name))
			return true;
	return false;
}

static void print_shapes(const struct judged *j, const struct shapes *other, const char *function,
			 const char *sign)
{
	for (size_t i = 0; i < j->view.shapes.count; i++) {
		const struct shape *s = &j->view.shapes.list[i];
		char name[120], word[120];

		if (strcmp(s->functions[0], function) || has(other, s))
			continue;
		printf("  %s %s, %u time%s: %s\n", sign, view_name(s, name, sizeof(name)), s->times,
		       s->times == 1 ? "" : "s", verdict_text(&j->verdicts[i], word, sizeof(word)));
		if (j->verdicts[i].why)
			printf("  %s   %s\n", sign, j->verdicts[i].why);
		for (unsigned k = 0; k < s->count; k++)
			printf("  %s   %2u. %s\n", sign, k + 1,
			       s->steps[k].text + (strncmp(s->steps[k].text, "# ", 2) ? 0 : 2));
	}
}

static json_t *shapes_json(const struct judged *j, const struct shapes *other, const char *function)
{
	json_t *list = json_array();

	for (size_t i = 0; i < j->view.shapes.count; i++) {
		const struct shape *s = &j->view.shapes.list[i];
		json_t *steps = json_array();
		char word[120];

		if (strcmp(s->functions[0], function) || has(other, s))
			continue;
		for (unsigned k = 0; k < s->count; k++)
			json_array_append_new(
				steps, json_string(s->steps[k].text +
						   (strncmp(s->steps[k].text, "# ", 2) ? 0 : 2)));
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s, s:i, s:s, s:o}", "entry",
						table_kinds[s->kind].name, "transition",
						transition_word(s->is), "type", s->type, "times",
						(int)s->times, "verdict",
						verdict_text(&j->verdicts[i], word, sizeof(word)),
						"steps", steps));
	}
	return list;
}

/* The functions of both that differ, each once, in the order of the captures. */
static unsigned find_changed(const struct judged j[2], const char **changed)
{
	unsigned count = 0;

	for (unsigned side = 0; side < 2; side++)
		for (size_t i = 0; i < j[side].view.shapes.count; i++) {
			const struct shape *s = &j[side].view.shapes.list[i];
			bool known = has(&j[!side].view.shapes, s);

			for (unsigned k = 0; k < count && !known; k++)
				known = !strcmp(changed[k], s->functions[0]);
			if (!known)
				changed[count++] = s->functions[0];
		}
	return count;
}

static void print_text(const struct judged j[2], const char **changed, unsigned count)
{
	printf("- %s\n+ %s\n\n", j[0].view.title, j[1].view.title);
	for (unsigned i = 0; i < count; i++) {
		bool before = has_function(&j[0].view.shapes, changed[i]),
		     after = has_function(&j[1].view.shapes, changed[i]);

		printf("%s%s\n", changed[i], !after ? ": stores no more" : !before ? ": new" : ":");
		print_shapes(&j[0], &j[1].view.shapes, changed[i], "-");
		print_shapes(&j[1], &j[0].view.shapes, changed[i], "+");
		printf("\n");
	}
	if (!count)
		printf("nothing changed\n");
	else
		printf("%u function%s changed\n", count, count == 1 ? "" : "s");
}

int compare_main(int argc, char **argv)
{
	static const struct argp argp = {
		option_list,
		arguments_parse,
		"CAPTURE CAPTURE",
		"Name the functions that do something else to entries in the second capture than in the first.\v"
		"What came in one of them alone is printed, with its verdict; how often it came does not count. A workload that ran "
		"otherwise differs as well: compare captures of the same machine and workload. Exit status: 0 nothing changed, 1 "
		"something did, 4 a capture is incomplete, 5 there is nothing in one.",
		NULL,
		NULL,
		NULL
	};
	struct judged j[2];
	const char **changed;
	unsigned count;

	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	for (unsigned i = 0; i < 2; i++)
		judged_open(&j[i], arguments.paths[i], NULL, arguments.units);
	changed = need(
		calloc(j[0].view.shapes.count + j[1].view.shapes.count + 1, sizeof(*changed)));
	count = find_changed(j, changed);
	if (arguments.json) {
		json_t *list = json_array();

		for (unsigned i = 0; i < count; i++)
			json_array_append_new(
				list, json_pack("{s:s, s:o, s:o}", "function", changed[i], "before",
						shapes_json(&j[0], &j[1].view.shapes, changed[i]),
						"after",
						shapes_json(&j[1], &j[0].view.shapes, changed[i])));
		json_dumpf(list, stdout, JSON_INDENT(1));
		printf("\n");
	} else {
		print_text(j, changed, count);
	}
	for (unsigned i = 0; i < 2; i++)
		if (j[i].view.status)
			return j[i].view.status;
	return count ? SOME_UNSAFE : ALL_SAFE;
}
