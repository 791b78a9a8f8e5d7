/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-log json: everything that is known of every run. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tools/log/commands.h"
#include "tools/log/files.h"
#include "tools/log/json_bits.h"
#include "tools/log/status.h"
#include "vtd/fault.h"
#include "tests/litmus/model.h"

static struct {
	struct paths paths;
	bool compact;
} arguments;

struct context {
	bool first;
	int status;
	json_t *none; /* logs without a run */
};

/* What came over a serial line need not be UTF-8; what jansson is given must be. */
json_t *json_text(const char *s)
{
	json_t *j = s ? json_string(s) : json_null();
	char *clean, *to;

	if (j)
		return j;
	clean = to = malloc(strlen(s) + 1);
	if (!clean)
		return json_null();
	for (; *s; s++)
		*to++ = (signed char)*s < 0 ? '?' : *s;
	*to = 0;
	j = json_string(clean);
	free(clean);
	return j;
}

static json_t *number(uint64_t n)
{
	char s[24];

	if (n <= INT64_MAX)
		return json_integer((json_int_t)n);
	snprintf(s, sizeof(s), "%llu", (unsigned long long)n);
	return json_string(s);
}

/* Register values: JSON's numbers are exact up to 2^53 only. */
static json_t *hex(uint64_t n)
{
	char s[24];

	snprintf(s, sizeof(s), "0x%llx", (unsigned long long)n);
	return json_string(s);
}

static json_t *harms(uint8_t bits)
{
	json_t *array = json_array();

	for (unsigned i = 0; harm_word(i); i++)
		if (bits >> i & 1)
			json_array_append_new(array, json_string(harm_word(i)));
	return array;
}

static void add_tally(json_t *j, const struct run_test *t)
{
	const struct {
		const char *key;
		uint64_t value;
	} numbers[] = { { "us", t->us },
			{ "dmas", t->dmas },
			{ "torn", t->torn },
			{ "rewrites", t->rewrites },
			{ "held", t->held },
			{ "stale", t->stale },
			{ "tags", t->tags },
			{ "mistagged", t->mistagged },
			{ "first_torn_us", t->first_torn_us },
			{ "invalidate_us", t->invalidate_us },
			{ "dma_us", t->dma_us },
			{ "reset_us", t->reset_us },
			{ "resets", t->resets },
			{ "timeouts", t->timeouts },
			{ "foreign_faults", t->foreign },
			{ "fault_overflows", t->overflows } };
	const struct {
		const char *key;
		uint64_t value;
	} exposure[] = { { "exposed", t->exposed },
			 { "exposed_torn", t->exposed_torn },
			 { "stores", t->stores } };
	json_t *outcomes = json_array(), *faults = json_array();

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		json_object_set_new(j, numbers[i].key, number(numbers[i].value));
	for (size_t i = 0; i < sizeof(exposure) / sizeof(exposure[0]) && t->has_exposure; i++)
		json_object_set_new(j, exposure[i].key, number(exposure[i].value));
	for (unsigned i = 0; i < t->outcome_count; i++) {
		const struct outcome_count *o = &t->outcomes[i];

		json_array_append_new(outcomes,
				      json_pack("{s:o, s:o, s:b, s:b}", "name", json_text(o->name),
						"count", number(o->count), "torn", o->torn,
						"unpredicted", o->unpredicted));
	}
	for (unsigned i = 0; i < t->fault_count; i++) {
		const struct fault_count *f = &t->faults[i];

		json_array_append_new(faults,
				      json_pack("{s:i, s:o, s:o, s:o, s:o}", "reason", f->reason,
						"name", json_text(vtd_fault_reason_name(f->reason)),
						"type", json_text(f->type), "count",
						number(f->count), "raw", json_text(f->raw)));
	}
	json_object_set_new(j, "outcomes", outcomes);
	json_object_set_new(j, "faults", faults);
}

static json_t *walks_json(const struct run_test *t)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < t->walks_count; i++) {
		const struct walks *w = &t->walks[i];

		json_array_append_new(array,
				      json_pack("{s:o, s:o, s:o, s:o, s:o}", "regime",
						json_text(w->regime), "met", number(w->met), "dmas",
						number(w->dmas), "exposed", number(w->exposed),
						"stores", number(w->stores)));
	}
	return array;
}

static json_t *times_json(const struct times *t)
{
	return json_pack("{s:o, s:o, s:o}", "median", number(t->median), "percent_99",
			 number(t->nearly), "most", number(t->most));
}

static json_t *costs_json(const struct costs *c)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < c->invalidation_count; i++)
		json_array_append_new(array, json_pack("{s:o, s:o, s:o}", "name",
						       json_text(c->invalidations[i].name), "count",
						       number(c->invalidations[i].count), "ns",
						       times_json(&c->invalidations[i].times)));
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "updates", number(c->updates),
		"blocking", number(c->blocking), "dmas", number(c->dmas), "refused",
		number(c->refused), "unended", number(c->unended), "update_ns",
		times_json(&c->update), "dma_ns", times_json(&c->dma), "blackout_ns",
		c->blocking ? times_json(&c->blackout) : json_null(), "invalidations", array);
}

static json_t *test_json(const struct run_test *t)
{
	json_t *j = json_pack(
		"{s:o, s:o, s:s, s:b, s:o, s:o, s:o, s:o, s:b, s:o, s:o}", "n", number(t->n), "id",
		json_text(t->id), "verdict", verdict_word(t->verdict), "check", t->check, "number",
		number(t->number), "unit", json_text(t->unit), "why", json_text(t->why), "at_ms",
		number(t->at_ms), "own_block", t->has_block, "first_line", number(t->line_from),
		"last_line", number(t->line_to));

	if (t->harms != HARMS_UNKNOWN) {
		json_object_set_new(j, "harms", harms(t->harms));
		json_object_set_new(j, "harms_by_specification", harms(t->spec_harms));
		json_object_set_new(j, "controls", number(t->controls));
		if (t->shown)
			json_object_set_new(j, "would_have_shown", harms(t->shown));
	}
	if (t->verdict == 'f')
		json_object_set_new(j, "class", json_text(class_word(t)));
	if (t->walks_count)
		json_object_set_new(j, "walks", walks_json(t));
	if (t->costs.updates)
		json_object_set_new(j, "costs", costs_json(&t->costs));
	if (t->bits)
		json_object_set_new(j, "bits", bits_json(t));
	if (t->dirty)
		json_object_set_new(j, "dirty", dirty_json(t));
	if (t->has_tally)
		add_tally(j, t);
	return j;
}

/* What was not asked is null. */
static json_t *traits_json(const struct traits *t)
{
	json_t *j = json_pack("{s:o, s:o, s:o, s:o, s:o}", "unit", number(t->unit), "device",
			      json_text(t->device), "absent_pasid",
			      t->absent_pasid ? hex(t->absent_pasid) : json_null(), "mixtures",
			      number(t->mixtures), "of", number(t->of));

	for (unsigned i = 0; i < TRAITS; i++)
		json_object_set_new(j, trait_key(i),
				    t->answers[i] == TRAIT_UNKNOWN
					    ? json_null()
					    : json_boolean(t->answers[i] == TRAIT_YES));
	return j;
}

static json_t *machine_json(const struct run *r)
{
	json_t *j = json_object(), *units = json_array(), *devices = json_array();
	json_t *seen = json_array();
	const struct {
		const char *key, *value;
	} texts[] = { { "system", r->system },	     { "board", r->board },
		      { "bios", r->bios },	     { "processor", r->processor },
		      { "cpu_vendor", r->vendor },   { "cpu_brand", r->brand },
		      { "microcode", r->microcode }, { "hypervisor", r->hypervisor } };
	const struct {
		const char *key;
		uint64_t value;
	} numbers[] = { { "cpu_family", r->family },	 { "cpu_model", r->model },
			{ "cpu_stepping", r->stepping }, { "processors", r->processors },
			{ "memory_mib", r->memory_mib }, { "tsc_hz", r->tsc_hz },
			{ "x2apic", r->x2apic } };
	char *dmar = calloc(1, 2 * r->dmar_bytes + 1);

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		json_object_set_new(j, texts[i].key, json_text(texts[i].value));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		json_object_set_new(j, numbers[i].key, number(numbers[i].value));
	for (unsigned i = 0; i < r->unit_count; i++) {
		const struct unit *u = &r->units[i];

		json_array_append_new(units, json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "n",
						       (int)u->n, "base", hex(u->base), "ver",
						       hex(u->version), "cap", hex(u->cap), "ecap",
						       hex(u->ecap), "found_gsts", hex(u->gsts),
						       "found_pmen", hex(u->pmen)));
	}
	for (unsigned i = 0; i < r->device_count; i++) {
		const struct device *d = &r->devices[i];

		json_array_append_new(devices,
				      json_pack("{s:o, s:o, s:o, s:i, s:o}", "generator",
						json_text(d->name), "at", json_text(d->at), "id",
						json_text(d->id), "unit", (int)d->unit, "refused",
						json_text(d->why)));
	}
	for (unsigned i = 0; i < r->traits_count; i++)
		json_array_append_new(seen, traits_json(&r->traits[i]));
	for (size_t i = 0; dmar && i < r->dmar_bytes; i++)
		sprintf(dmar + 2 * i, "%02x", r->dmar[i]);
	json_object_set_new(j, "dmar", json_text(dmar));
	free(dmar);
	json_object_set_new(j, "units", units);
	json_object_set_new(j, "devices", devices);
	json_object_set_new(j, "traits", seen);
	json_object_set_new(j, "simulated", json_boolean(r->simulated));
	return j;
}

/* Sequences from outside. */
static json_t *given_json(const struct run *r)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < r->given_count; i++)
		json_array_append_new(array,
				      json_pack("{s:o, s:o}", "name", json_text(r->given[i].name),
						"text", json_text(r->given[i].text)));
	return array;
}

static json_t *run_json(const struct run *r)
{
	json_t *tests = json_array(), *problems = json_array();
	json_t *j = json_pack("{s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "file",
			      json_text(r->path), "run", number(r->number), "verdict",
			      judgement_word(r->judgement), "log_version", number(r->log_version),
			      "build", json_text(r->build), "seed", number(r->seed), "date",
			      json_text(r->date), "options", json_text(r->options), "config",
			      json_text(r->config), "first_line", number(r->line_from), "last_line",
			      number(r->line_to));

	json_object_update_new(
		j, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "planned",
			     number(r->has_end ? r->end_planned : r->planned), "passed",
			     number(r->passed), "checks_passed", number(r->checks), "failed",
			     number(r->failed), "errors", number(r->errors), "skipped",
			     number(r->skipped), "lost_verdicts", number(r->lost_verdicts), "ms",
			     number(r->ms), "printed_bytes", number(r->printed), "blocks",
			     number(r->blocks_good), "blocks_lost", number(r->blocks_missing)));
	for (size_t i = 0; i < r->problem_count; i++)
		json_array_append_new(problems, json_text(r->problems[i]));
	for (size_t i = 0; i < r->test_count; i++)
		json_array_append_new(tests, test_json(&r->tests[i]));
	json_object_set_new(j, "model", json_text(r->fetches));
	json_object_set_new(j, "problems", problems);
	json_object_set_new(j, "machine", machine_json(r));
	json_object_set_new(j, "sequences", given_json(r));
	json_object_set_new(j, "tests", tests);
	return j;
}

static void print_run(const struct run *r, const char *log, void *context)
{
	struct context *c = context;
	json_t *j = run_json(r);

	(void)log;
	fputs(c->first ? "\n" : ",\n", stdout);
	json_dumpf(j, stdout, arguments.compact ? JSON_COMPACT : JSON_INDENT(1));
	json_decref(j);
	c->first = false;
	c->status = graver(c->status, exit_status(r->judgement));
}

static void note_none(const char *path, void *context)
{
	struct context *c = context;

	json_array_append_new(c->none, json_text(path));
}

static error_t on_option(int key, char *argument, struct argp_state *state)
{
	(void)argument;
	switch (key) {
	case 'c':
		arguments.compact = true;
		return 0;
	}
	return take_paths(key, state, &arguments.paths);
}

int json_main(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "compact", 'c', NULL, 0, "a run to a line", 0 }, { 0 }
	};
	static const struct argp argp = {
		.options = options,
		.parser = on_option,
		.args_doc = "FILE|FOLDER...",
		.doc = "Print {\"runs\": [...], \"without_a_run\": [files]}: everything that is known of every run. The exit status is that of the gravest run."
	};
	struct context c = { true, EXIT_RUN_PASS, json_array() };
	int status;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	fputs("{\"runs\": [", stdout);
	status = each_run(&arguments.paths, print_run, note_none, &c);
	fputs("\n], \"without_a_run\": ", stdout);
	json_dumpf(c.none, stdout, JSON_COMPACT);
	fputs("}\n", stdout);
	json_decref(c.none);
	return graver(c.status, status);
}
