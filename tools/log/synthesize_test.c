/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A test of a made-up log. Verdicts follow from the counts by the rules of tests/litmus/verdict.c, but for one: how often
 * the control tore is not asked.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/log/synthesize.h"

static bool is_multi_word(const char *id)
{
	return !strncmp(id, "context.", 8) || !strncmp(id, "sm-context.", 11) ||
	       (!strncmp(id, "pasid-", 6) && strncmp(id, "pasid-dir.", 10));
}

/* What this machine makes of it: times that of the log at hand. */
static double torn_factor(struct log *l)
{
	double jitter = 0.7 + below(l, 601) / 1000.0;

	if (l->kind->temper == NEVER_TEARS)
		return 0;
	if (l->kind->temper == TEARS_RARELY && below(l, 3))
		return 0;
	return l->kind->rate * jitter;
}

static uint64_t scaled(struct log *l, uint64_t count, double factor)
{
	double exact = (double)count * factor;
	uint64_t whole = (uint64_t)exact;

	return whole + (below(l, 1000) < (exact - (double)whole) * 1000);
}

/* Sets up the test's counts from its tally line. */
static void tally(struct log *l, char *line, size_t room)
{
	double speed = l->kind->speed * (10 + below(l, 4000) / 1000.0), factor = torn_factor(l);
	uint64_t dmas = number_in(line, "dmas"), torn = number_in(line, "torn");

	l->has_tally = true;
	l->dmas = scaled(l, dmas, speed);
	l->torn = scaled(l, torn, speed * factor);
	l->stale = scaled(l, number_in(line, "stale"), speed * (factor > 0 ? sqrt(factor) : 0));
	l->mistagged = scaled(l, number_in(line, "mistagged"),
			      speed * (factor > 0 ? sqrt(factor) : 0));
	l->surprise = l->kind->temper == TEARS_OLD && !l->updated && l->has_model && !l->unsafe &&
		      is_multi_word(l->id) && strstr(l->id, ".cmpxchg16b.") && below(l, 4);
	if (l->surprise)
		l->torn = 1 + below(l, 12);
	if (l->torn > l->dmas / 2)
		l->torn = l->dmas / 2;
	l->exposed = scaled(l, number_in(line, "exposed"), speed);
	l->exposed_torn = scaled(l, number_in(line, "exposed_torn"), speed * factor);
	if (l->surprise || l->exposed_torn > l->torn)
		l->exposed_torn = l->torn;
	if (l->exposed < l->exposed_torn)
		l->exposed = l->exposed_torn;
	set_number(line, room, "exposed", l->exposed);
	set_number(line, room, "exposed_torn", l->exposed_torn);
	put_number(line, room, "dmas", l->dmas);
	put_number(line, room, "torn", l->torn);
	cut(line, "first");
	put_number(line, room, "first", l->torn ? 1 + below(l, 300000) : 0);
	put_number(line, room, "stale", l->stale);
	put_number(line, room, "mistagged", l->mistagged);
	put_number(line, room, "held", scaled(l, number_in(line, "held"), speed));
	put_number(line, room, "tags", scaled(l, number_in(line, "tags"), speed));
}

/* name=count words: torn ones share the torn DMAs, the others the rest, as they did. */
static void outcomes(struct log *l, char *line, size_t room)
{
	char to[RECORD_LINE * 2] = "", word[80], *out = strstr(line, " out ");
	uint64_t sum[2] = { 0, 0 }, left[2] = { l->dmas - l->torn, l->torn };
	unsigned kinds[2] = { 0, 0 };
	bool any = false;

	if (!out)
		return;
	out += 4;
	for (unsigned pass = 0; pass < 2; pass++)
		for (const char *at = out; *at; at += strcspn(at, " ")) {
			const char *equals;
			uint64_t count, now;
			bool torn;

			at += strspn(at, " ");
			equals = strchr(at, '=');
			if (!equals)
				break;
			torn = memchr(at, '*', (size_t)(equals - at)) != NULL;
			count = strtoull(equals + 1, NULL, 10);
			if (!pass) {
				sum[torn] += count;
				kinds[torn]++;
				continue;
			}
			kinds[torn]--;
			now = !kinds[torn] ? left[torn]
			      : sum[torn]
				      ? (uint64_t)((double)(torn ? l->torn : l->dmas - l->torn) *
						   (double)count / (double)sum[torn])
				      : left[torn];
			left[torn] -= now;
			any |= torn;
			snprintf(word, sizeof(word), " %.*s=%" PRIu64, (int)(equals - at), at, now);
			strcat(to, word);
			if (now || torn)
				add(&l->words, "#   %9" PRIu64 "  %.*s%s\r\n", now,
				    (int)(equals - at), at, torn ? " a mixture" : "");
		}
	if (l->surprise && !any) {
		snprintf(word, sizeof(word), " AB*!=%" PRIu64, l->torn);
		strcat(to, word);
		add(&l->words,
		    "#   %9" PRIu64
		    "  AB    * NOT PREDICTED: pointer of A read with the width of B\r\n",
		    l->torn);
	}
	snprintf(out, room - (size_t)(out - line), "%s", to);
}

static uint64_t *controls_of(struct log *l)
{
	const char *dot = strchr(l->id, '.');
	const char *regime = strstr(l->id, regime_word(REGIME_FAITHFUL))
				     ? regime_word(REGIME_FAITHFUL)
				     : regime_word(REGIME_HAMMER);
	char key[40];

	snprintf(key, sizeof(key), "%.*s %s", dot ? (int)(dot - l->id) : 0, l->id, regime);
	for (unsigned i = 0; i < TARGETS; i++) {
		if (!l->controls[i].regime[0])
			snprintf(l->controls[i].regime, sizeof(key), "%s", key);
		if (!strcmp(l->controls[i].regime, key))
			return &l->controls[i].harm;
	}
	return &l->controls[0].harm;
}

/* What the test came to. */
struct verdict {
	uint64_t harm;
	const char *unit, *why;
	char unit_text[32]; /* of a test whose counts stay */
	bool is_error;
};

/* Of the test's record: who it is, and what the model says. Whether it may be blocked. */
static bool begin(struct log *l, char *test, size_t room)
{
	const char *id = value_of(test, "id"), *harms = value_of(test, "harms");
	const char *blocked = harm_word(HARM_BIT_BLOCKED);

	snprintf(l->id, sizeof(l->id), "%.*s", id ? (int)strcspn(id, " ") : 0, id ? id : "");
	l->verdict = value_of(test, "v") ? *value_of(test, "v") : 's';
	l->has_model = harms != NULL;
	l->has_tally = l->surprise = false;
	l->unsafe = harms && strncmp(harms, "none", 4);
	l->dmas = l->exposed = l->torn = l->exposed_torn = l->stale = l->mistagged = 0;
	if (l->has_model) {
		cut(test, "controls");
		put_number(test, room, "controls", *controls_of(l));
	}
	return harms && memmem(harms, strcspn(harms, " "), blocked, strlen(blocked));
}

static void faults(struct log *l, char *line, size_t room)
{
	uint64_t n = scaled(l, number_in(line, "n"), 10 * l->kind->speed) * l->fault_factor / 100 +
		     1;

	set_number(line, room, "n", n);
	add(&l->words, "#     %" PRIu64 " of reason 0x%" PRIx64 "\r\n", n,
	    number_in(line, "reason"));
}

static void judge(struct log *l, struct verdict *v)
{
	uint64_t *controls = controls_of(l);

	v->unit = l->torn ? "torn" : l->stale ? "stale" : l->mistagged ? "mistagged" : "torn";
	if (l->surprise) {
		l->verdict = 'f';
		v->why = "outside the specification: an outcome that the model does not allow";
	} else if (l->unsafe) {
		l->verdict = v->harm ? 'p' : 's';
		v->why = v->harm ? NULL : "unsafe by the model; not seen in this run";
		*controls += v->harm;
	} else {
		l->verdict = *controls && l->exposed ? 'p' : 's';
		v->why =
			l->verdict == 'p' ? NULL
			: *controls
				? "inconclusive: nothing was rewritten during a DMA"
				: "inconclusive: no control of this target and regime has shown harm so far in this run";
		v->harm = 0;
	}
	/* Now and then a device hangs. */
	if (!l->surprise && !below(l, 3000)) {
		l->verdict = 'f';
		v->is_error = true;
		v->why = hostile(l, "the device did not answer in time, and was reset");
	}
}

static const char *verdict_word(const struct log *l)
{
	return l->verdict == 'p' ? RECORD_PASS : l->verdict == 's' ? RECORD_SKIP : RECORD_FAIL;
}

static void put_verdict(struct log *l, char *test, size_t room, const struct verdict *v)
{
	cut(test, "why");
	cut(test, "unit");
	set(test, room, "v", verdict_word(l));
	cut(test, "num");
	put_number(test, room, "num", v->harm);
	if (strcmp(v->unit, RECORD_UNIT)) {
		strcat(test, " unit=");
		strcat(test, v->unit);
	}
	if (v->why) {
		strcat(test, " why=x");
		set_text(test, room, "why", v->why);
	}
	cut(test, "class");
	if (v->is_error)
		strcat(test, " class=error");
}

/* Of a check, and of a test without counts, what it came to stays. */
static void keep_verdict(const char *test, struct verdict *v)
{
	const char *unit = value_of(test, "unit");

	v->harm = number_in(test, "num");
	snprintf(v->unit_text, sizeof(v->unit_text), "%s", RECORD_UNIT);
	if (unit)
		snprintf(v->unit_text, sizeof(v->unit_text), "%.*s", (int)strcspn(unit, " "), unit);
	v->unit = v->unit_text;
}

static void say(struct log *l, unsigned n, const struct verdict *v)
{
	const char *why = v->why ? v->why : "";

	if (l->has_model && l->has_tally && l->torn)
		add(&l->words,
		    "#   Sometimes: %" PRIu64 " of %" PRIu64 " DMAs torn; %" PRIu64
		    " met stores, %" PRIu64 " of these torn\r\n",
		    l->torn, l->dmas, l->exposed, l->exposed_torn);
	else if (l->has_model && l->has_tally)
		add(&l->words,
		    "#   Never: 0 of %" PRIu64 " DMAs torn that met stores (%" PRIu64
		    " in all), below %.3g at 95 %%\r\n",
		    l->exposed, l->dmas, l->exposed > 3 ? 3.0 / (double)l->exposed : 1.0);
	if (l->has_model && l->verdict == 'f')
		add(&l->words, "#   %s: %s\r\n", v->is_error ? "ERROR" : "FAIL", why);
	add_bytes(&l->out, l->words.at ? l->words.at : "", l->words.bytes);
	add(&l->out, "%sok %u %s%s%s\r\n", l->verdict == 'f' ? "not " : "", n, l->id,
	    l->verdict == 's' ? " # SKIP " : "", l->verdict == 's' ? why : "");
	add(&l->out, "VTDL-RESULT %s %s %" PRIu64 " %s\r\n", l->id, verdict_word(l), v->harm,
	    v->unit);
	l->words.bytes = 0;
}

void test_block(struct log *l, char lines[][RECORD_LINE * 2], unsigned count)
{
	struct verdict v = { 0 };
	char *test = lines[0];
	size_t room = sizeof(lines[0]);
	uint64_t refused = 0;
	unsigned n = (unsigned)number_in(test, "n");
	bool is_check = value_of(test, "check") != NULL, may_block = begin(l, test, room);

	/* Of a check the counts stay. */
	for (unsigned i = 1; l->has_model && i < count; i++) {
		if (!strncmp(lines[i], "tally ", 6)) {
			tally(l, lines[i], room);
			outcomes(l, lines[i], room);
			refused = may_block ? number_in(lines[i], "np") : 0;
		} else if (!strncmp(lines[i], "fault ", 6)) {
			faults(l, lines[i], room);
		}
	}
	v.harm = l->torn ? l->torn : l->stale ? l->stale : l->mistagged ? l->mistagged : refused;
	if (l->has_model && l->has_tally) {
		judge(l, &v);
		put_verdict(l, test, room, &v);
	} else {
		keep_verdict(test, &v);
	}
	if (n && n < TESTS_MAX) {
		l->results[n].letter = is_check && l->verdict == 'p' ? 'c' : l->verdict;
		l->results[n].number = v.harm;
	}
	say(l, n, &v);
}
