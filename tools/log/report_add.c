/* SPDX-License-Identifier: BSD-2-Clause */
/* A run into the sums of the page. Nothing here depends on the order in which runs come. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/log/report.h"

static unsigned outcome_of(const char *name)
{
	unsigned i = 0;

	while (i < OUT_KNOWN && strcmp(outcome_word(i), name))
		i++;
	return i;
}

static enum state state_of(const struct run_test *t)
{
	if (!t->has_block || !t->verdict)
		return STATE_LOST;
	/* The record says which: logs of builds that did not call all that failed a failure. */
	if (t->verdict == 'f')
		return t->is_error ? STATE_ERROR : STATE_FAILURE;
	if (!t->has_tally)
		return STATE_UNABLE;
	if (t->harms == HARMS_UNKNOWN)
		return STATE_LOST;
	if (t->verdict == 'p')
		return t->harms ? STATE_HARM : STATE_CLEAN;
	return t->harms ? STATE_UNSEEN : STATE_OPEN;
}

/* The highest rate of harm of any kind. */
static double highest(const struct share shares[SHARES])
{
	double most = 0;

	for (unsigned i = 0; i < SHARES; i++)
		if (i != SHARE_BLOCKED && shares[i].trials &&
		    most < (double)shares[i].harm / (double)shares[i].trials)
			most = (double)shares[i].harm / (double)shares[i].trials;
	return most;
}

static void add_model(struct cell *c, const struct run_test *t, enum state state)
{
	if (t->harms == HARMS_UNKNOWN)
		return;
	c->is_safe |= !t->spec_harms;
	c->is_unsafe |= t->spec_harms != 0;
	c->harm_only_here |= state == STATE_HARM && !t->spec_harms;
}

static void add_test(struct report *r, struct cell *c, const struct run_test *t, struct evidence *e)
{
	enum state state = e->state;
	struct share shares[SHARES];
	double rate;

	for (unsigned i = 0; i < SHARES; i++)
		shares[i] = share_of(t, (enum share_kind)i);
	rate = highest(shares);
	add_model(c, t, state);
	c->vouched |= t->shown;
	c->unsaid |= state == STATE_CLEAN && !t->shown;
	c->tests++;
	c->of_state[state]++;
	if (state <= STATE_CLEAN)
		share_add(c->proof, shares);
	else if (state <= STATE_OPEN)
		share_add(c->rest, shares);
	for (unsigned i = 0; i < t->outcome_count; i++) {
		unsigned o = outcome_of(t->outcomes[i].name);

		c->outcomes[o] += t->outcomes[i].count;
		c->torn_outcomes |= (uint16_t)(t->outcomes[i].torn << o);
	}
	if (state <= STATE_HARM) {
		c->least = c->most == 0 || rate < c->least ? (float)rate : c->least;
		c->most = rate > c->most ? (float)rate : c->most;
	}
	cost_add(&c->costs, &t->costs);
	e->weight = state <= STATE_HARM ? rate : (double)t->dmas;
	if (c->tests == 1 || is_more_telling(e, &c->best)) {
		c->best = *e;
		c->why = t->why ? report_intern(r, t->why) : NULL;
	}
}

static void add_failure(struct report *r, struct row *machine, const struct run_test *t,
			const struct evidence *e)
{
	char key[1024], id[128];
	const char *pass;
	struct failure *f;
	struct entry *entry;
	struct test_name name;

	snprintf(id, sizeof(id), "%s", t->id ? t->id : "(its name did not arrive)");
	if (test_name(t->id, &name) && (pass = strstr(id, ".pass-")) != NULL)
		id[pass - id] = 0;
	snprintf(key, sizeof(key), "%s\x1f%s\x1f%s\x1f%s", id, class_word(t), t->why ? t->why : "",
		 machine->parent->key);
	entry = table_of(r, &r->failures, key);
	f = entry->value;
	if (!f) {
		f = entry->value = arena_alloc(&r->arena, sizeof(*f));
		f->id = report_intern(r, id);
		f->why = report_intern(
			r, t->why	  ? t->why
			   : t->has_block ? "no reason given"
					  : "its record did not arrive: no reason is known");
		f->row = machine->parent;
		f->class = class_word(t);
		f->is_error = t->has_block && t->is_error;
		f->best = *e;
	}
	f->tests++;
	if (is_more_telling(e, &f->best))
		f->best = *e;
	snprintf(key + strlen(key), sizeof(key) - strlen(key), "\x1f%s", machine->machine);
	entry = table_of(r, &r->machines_of, key);
	if (!entry->value) {
		entry->value = r;
		/* Runs come sorted by path, so these are the first ones by name, as a rule. */
		if (f->machines < sizeof(f->names) / sizeof(f->names[0]))
			f->names[f->machines] = machine->machine;
		f->machines++;
	}
}

static void add_incomplete(struct report *r, const struct run *run, const struct row *machine)
{
	struct incomplete *in;
	size_t bytes = 0;
	char *text;

	if (r->incomplete_count == 1000) {
		r->incomplete_more++;
		return;
	}
	if (r->incomplete_count == r->incomplete_room) {
		r->incomplete_room = r->incomplete_room ? 2 * r->incomplete_room : 64;
		r->incomplete = must_realloc(r->incomplete,
					     r->incomplete_room * sizeof(*r->incomplete));
	}
	for (size_t i = 0; i < run->problem_count; i++)
		bytes += strlen(run->problems[i]) + 1;
	text = arena_alloc(&r->arena, bytes + 1);
	for (size_t i = 0; i < run->problem_count; i++) {
		strcat(text, run->problems[i]);
		strcat(text, "\n");
	}
	in = &r->incomplete[r->incomplete_count++];
	*in = (struct incomplete){ .path = report_path(r, r->file),
				   .machine = machine->machine,
				   .number = run->number,
				   .line_from = run->line_from,
				   .line_to = run->line_to,
				   .judgement = run->judgement,
				   .problems = text };
}

/* Days since 1970-01-01 of "2026-11-25 14:03:28"; false if it is none. */
static bool day_of(const char *date, int32_t *day)
{
	static const char form[] = "dddd-dd-dd dd:dd:dd";
	int y, m, d;

	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)date[i]) : date[i] != form[i])
			return false;
	y = atoi(date);
	m = atoi(date + 5);
	d = atoi(date + 8);
	if (y < 1970 || m < 1 || m > 12 || d < 1 || d > 31)
		return false;
	/* Years that begin in March: the leap day is the last one. */
	y -= m <= 2;
	*day = y / 400 * 146097 + y % 400 * 365 + y % 400 / 4 - y % 400 / 100 +
	       (153 * ((m + 9) % 12) + 2) / 5 + d - 1 - 719468;
	return true;
}

static struct day *at_day(struct report *r, int32_t day)
{
	size_t from = 0, to = r->day_count;

	while (from < to) {
		size_t middle = (from + to) / 2;

		if (r->days[middle].day < day)
			from = middle + 1;
		else
			to = middle;
	}
	if (from < r->day_count && r->days[from].day == day)
		return &r->days[from];
	if (r->day_count == r->day_room) {
		r->day_room = r->day_room ? 2 * r->day_room : 32;
		r->days = must_realloc(r->days, r->day_room * sizeof(*r->days));
	}
	memmove(&r->days[from + 1], &r->days[from], (r->day_count - from) * sizeof(*r->days));
	r->days[from] = (struct day){ .day = day };
	r->day_count++;
	return &r->days[from];
}

/* A safeguard taken out, or a part broken, by an option: what fails then fails as it should. */
static bool deliberate(const char *options)
{
	static const char *const words[] = { "without=", "break=" };

	for (size_t i = 0; i < 2; i++)
		for (const char *at = options; (at = strstr(at, words[i])) != NULL; at++)
			if ((at == options || strchr(" ?", at[-1])) &&
			    strncmp(at + strlen(words[i]), "nothing", 7))
				return true;
	return false;
}

static void count_in(struct report *r, struct table *t, const char *name)
{
	struct entry *e = table_of(r, t, name);
	struct count *c = e->value;

	if (!c) {
		c = e->value = arena_alloc(&r->arena, sizeof(*c));
		c->name = e->key;
	}
	c->count++;
}

static void span_dates(char from[20], char to[20], const char *date)
{
	if (!from[0] || strcmp(date, from) < 0)
		memcpy(from, date, 20);
	if (strcmp(date, to) > 0)
		memcpy(to, date, 20);
}

static bool lacks_exposure(const struct run *run)
{
	for (size_t i = 0; i < run->test_count; i++)
		if (run->tests[i].rewrites && !run->tests[i].has_exposure)
			return true;
	return false;
}

static void add_tests(struct report *r, const struct run *run, struct row *machine, struct day *day)
{
	struct row *row = machine;

	for (unsigned level = LEVEL_MACHINE; level < r->level; level++)
		row = row->parent;
	for (size_t i = 0; i < run->test_count; i++) {
		const struct run_test *t = &run->tests[i];
		struct test_name name;
		struct evidence e = { .file = r->file,
				      .line_from = t->line_from,
				      .line_to = t->line_to,
				      .at = t->at,
				      .bytes = t->bytes > UINT32_MAX ? UINT32_MAX
								     : (uint32_t)t->bytes,
				      .state = (uint8_t)state_of(t) };

		r->dmas += t->dmas;
		if (day)
			day->dmas += t->dmas;
		for (unsigned k = 0; day && k < t->fault_count; k++)
			day->faults[t->faults[k].reason] += t->faults[k].count;
		if (test_name(t->id, &name))
			add_test(r,
				 row_cell(r, row, report_subject(r, &name), regime_of(name.regime)),
				 t, &e);
		if (t->verdict == 'f')
			add_failure(r, machine, t, &e);
	}
}

void report_add(struct report *r, const struct run *run)
{
	const char *broken = deliberate(run->options)  ? run->options
			     : deliberate(run->config) ? run->config
						       : NULL;
	struct row *machine, *row;
	struct day *day = NULL;
	int32_t date;

	r->runs++;
	r->any_judgement |= 1u << run->judgement;
	count_in(r, &r->builds, run->build);
	if (broken) {
		r->broken_runs++;
		count_in(r, &r->broken, broken);
		return;
	}
	if (run->simulated) {
		r->simulated_runs++;
		table_of(r, &r->simulated_files, report_path(r, r->file))->value = r;
		return;
	}
	r->unexposed_runs += lacks_exposure(run);
	machine = report_row(r, run);
	r->of_judgement[run->judgement]++;
	if (day_of(run->date, &date)) {
		day = at_day(r, date);
		day->runs++;
		span_dates(r->from, r->to, run->date);
	}
	for (row = machine; row; row = row->parent) {
		row->runs++;
		row->of_judgement[run->judgement]++;
		row->lost_verdicts += run->lost_verdicts;
		row->tests += run->has_end ? run->end_tests : run->planned;
		row->whole += run->has_end && !run->lost_verdicts;
		if (day)
			span_dates(row->from, row->to, run->date);
	}
	add_tests(r, run, machine, day);
	for (unsigned i = 0; i < run->given_count; i++)
		table_of(r, &r->given, run->given[i].name)->value = (void *)report_intern(
			r, run->given[i].text);
	report_add_units(r, run, machine);
	report_add_traits(r, run, machine->parent->parent);
	report_add_bits(r, run, machine->parent->parent);
	if (run->judgement == JUDGED_INCOMPLETE || run->problem_count)
		add_incomplete(r, run, machine);
	report_fold(r);
}
