/* SPDX-License-Identifier: BSD-2-Clause */
/* Records of a test, and the closing blocks' results, put into a run. */
#include <string.h>

#include "kernel/output/record.h"
#include "tools/log/run_build.h"
#include "tools/log/words.h"

/* "mixture,stale"; the words with '+' for their blanks. */
static uint8_t harms_of(struct builder *b, struct span s)
{
	uint8_t harms = 0;

	while (s.bytes) {
		const char *comma = memchr(s.at, ',', s.bytes);
		struct span word = { s.at, comma ? (size_t)(comma - s.at) : s.bytes };
		const char *text = word_text(&b->arena, NULL, word);

		for (unsigned i = 0; harm_word(i); i++)
			if (!strcmp(text, harm_word(i)))
				harms |= (uint8_t)(1u << i);
		s.at += word.bytes + (comma ? 1 : 0);
		s.bytes -= word.bytes + (comma ? 1 : 0);
	}
	return harms;
}

void take_test(struct builder *b, struct span line)
{
	struct run_test *t = b->open;
	struct word w;

	if (!t) {
		GROW(b->tests, b->test_count, b->test_room);
		t = b->open = &b->tests[b->test_count++];
		memset(t, 0, sizeof(*t));
		t->has_block = true;
		t->harms = t->spec_harms = HARMS_UNKNOWN;
		t->unit = RECORD_UNIT;
		t->line_from = b->words_from;
		t->line_to = b->words_to;
		t->at = b->words_at;
		t->bytes = b->words_bytes;
	}
	while (word_next(&line, &w))
		if (word_is(w.key, "n"))
			t->n = (uint32_t)word_number(w.value);
		else if (word_is(w.key, "v"))
			t->verdict = word_letter(w.value);
		else if (word_is(w.key, "num"))
			t->number = word_number(w.value);
		else if (word_is(w.key, "unit"))
			t->unit = word_text(&b->arena, NULL, w.value);
		else if (word_is(w.key, "id"))
			t->id = word_text(&b->arena, NULL, w.value);
		else if (word_is(w.key, "class"))
			t->is_error = word_is(w.value, RECORD_ERROR);
		else if (word_is(w.key, "check"))
			t->check = true;
		else if (word_is(w.key, "at"))
			t->at_ms = word_number(w.value);
		else if (word_is(w.key, "harms"))
			t->harms = t->spec_harms = harms_of(b, w.value);
		else if (word_is(w.key, "spec"))
			t->spec_harms = harms_of(b, w.value);
		else if (word_is(w.key, "controls"))
			t->controls = word_number(w.value);
		else if (word_is(w.key, "shown"))
			t->shown = harms_of(b, w.value);
		else if (word_is(w.key, "why"))
			t->why = word_text(&b->arena, t->why, w.value);
}

static void take_outcomes(struct builder *b, struct span line)
{
	struct run_test *t = b->open;
	struct word w;

	while (t->outcome_count < OUTCOMES_MAX && word_next(&line, &w)) {
		struct outcome_count *o = &t->outcomes[t->outcome_count++];

		for (; w.key.bytes; w.key.bytes--) {
			char mark = w.key.at[w.key.bytes - 1];

			o->torn |= mark == '*';
			o->unpredicted |= mark == '!';
			if (mark != '*' && mark != '!')
				break;
		}
		word_copy(o->name, sizeof(o->name), w.key);
		o->count = word_number(w.value);
	}
}

void take_tally(struct builder *b, struct span line)
{
	static const struct field fields[] = {
		NUMBER_FIELD("us", run_test, us),
		NUMBER_FIELD("dmas", run_test, dmas),
		NUMBER_FIELD("torn", run_test, torn),
		NUMBER_FIELD("exposed", run_test, exposed),
		NUMBER_FIELD("exposed_torn", run_test, exposed_torn),
		NUMBER_FIELD("stores", run_test, stores),
		NUMBER_FIELD("first", run_test, first_torn_us),
		NUMBER_FIELD("rewrites", run_test, rewrites),
		NUMBER_FIELD("held", run_test, held),
		NUMBER_FIELD("stale", run_test, stale),
		NUMBER_FIELD("tags", run_test, tags),
		NUMBER_FIELD("mistagged", run_test, mistagged),
		NUMBER_FIELD("inv", run_test, invalidate_us),
		NUMBER_FIELD("dev", run_test, dma_us),
		NUMBER_FIELD("reset", run_test, reset_us),
		NUMBER_FIELD("resets", run_test, resets),
		NUMBER_FIELD("timeouts", run_test, timeouts),
		NUMBER_FIELD("foreign", run_test, foreign),
		NUMBER_FIELD("overflows", run_test, overflows),
	};
	struct word w;

	b->open->has_tally = true;
	while (word_next(&line, &w))
		if (word_is(w.key, "out")) {
			take_outcomes(b, line);
		} else {
			b->open->has_exposure |= word_is(w.key, "exposed");
			word_put(&b->arena, b->open, fields, COUNT(fields), &w);
		}
}

void take_fault(struct builder *b, struct span line)
{
	struct run_test *t = b->open;
	struct fault_count *f = &t->faults[t->fault_count];
	struct word w;

	if (t->fault_count == FAULTS_MAX)
		return;
	t->fault_count++;
	while (word_next(&line, &w))
		if (word_is(w.key, "reason"))
			f->reason = (uint8_t)word_number(w.value);
		else if (word_is(w.key, "type"))
			word_copy(f->type, sizeof(f->type), w.value);
		else if (word_is(w.key, "n"))
			f->count = word_number(w.value);
		else if (word_is(w.key, "raw") && !f->raw[0])
			word_copy(f->raw, sizeof(f->raw), w.value);
}

/* Of the concurrency check: walks that met a change under way, a line for each regime. */
void take_walks(struct builder *b, struct span line)
{
	static const struct field fields[] = {
		NUMBER_FIELD("n", walks, met),
		NUMBER_FIELD("dmas", walks, dmas),
		NUMBER_FIELD("exposed", walks, exposed),
		NUMBER_FIELD("stores", walks, stores),
	};
	struct walks *walks = &b->open->walks[b->open->walks_count];
	struct word w;

	if (b->open->walks_count == WALKS_MAX)
		return;
	b->open->walks_count++;
	while (word_next(&line, &w))
		if (word_is(w.key, "regime") ||
		    word_is(w.key, "drive")) /* so it was called until November 2026 */
			word_copy(walks->regime, sizeof(walks->regime), w.value);
		else
			word_put(&b->arena, walks, fields, COUNT(fields), &w);
}

/* "from=1 p36984.aef9 c0.3c5c": results one after the other. */
void take_sum(struct builder *b, struct span line)
{
	uint64_t n = 0;
	struct word w;

	while (word_next(&line, &w)) {
		const char *point;
		struct sum *s;

		if (word_is(w.key, "from")) {
			n = word_number(w.value);
			continue;
		}
		point = memchr(w.key.at, '.', w.key.bytes);
		if (!n || n > UINT32_MAX || !point || w.key.at + w.key.bytes - point != 5)
			return;
		GROW(b->sums, b->sum_count, b->sum_room);
		s = &b->sums[b->sum_count++];
		*s = (struct sum){ .n = (uint32_t)n++, .letter = w.key.at[0] };
		s->number = word_number(
			(struct span){ w.key.at + 1, (size_t)(point - w.key.at) - 1 });
		for (unsigned i = 1; i <= 4; i++)
			s->id = (uint16_t)(s->id << 4 | (word_nibble(point[i]) & 15));
	}
}
