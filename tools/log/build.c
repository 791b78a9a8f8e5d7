/* SPDX-License-Identifier: BSD-2-Clause */
/* Blocks and lines as they arrive, put into a run. Kinds and keys that are not known are passed over. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/output/record.h"
#include "tools/log/run_build.h"
#include "tools/log/words.h"

#define PROBLEMS_MAX 64

void build_begin(struct builder *b, const char *path, unsigned number)
{
	static const char empty[] = "";

	memset(b, 0, sizeof(*b));
	b->run.path = path;
	b->run.number = number;
	b->run.build = b->run.unit_options = b->run.date = b->run.options = b->run.config =
		b->run.system = empty;
	b->run.board = b->run.bios = b->run.processor = b->run.vendor = empty;
	b->run.microcode = b->run.hypervisor = b->run.brand = b->run.fetches = empty;
}

void build_free(struct builder *b)
{
	free(b->blocks);
	free(b->tests);
	free(b->sums);
	free(b->said);
	free(b->gaps);
	free(b->bad);
	free(b->run.problems);
	arena_free(&b->arena);
}

void build_problem(struct builder *b, const char *format, ...)
{
	char text[400];
	va_list arguments;

	if (b->run.problem_count == PROBLEMS_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	GROW(b->run.problems, b->run.problem_count, b->problem_room);
	b->run.problems[b->run.problem_count++] = arena_text(&b->arena, text, strlen(text));
}

void build_line(struct builder *b, struct span line)
{
	static const struct {
		const char *kind;
		void (*take)(struct builder *, struct span);
		bool of_test;
	} kinds[] = {
		{ "test", take_test, false },	  { "tally", take_tally, true },
		{ "fault", take_fault, true },	  { "sum", take_sum, false },
		{ "run", take_run, false },	  { "machine", take_run, false },
		{ "cpu", take_run, false },	  { "platform", take_run, false },
		{ "dmar", take_dmar, false },	  { "unit", take_unit, false },
		{ "device", take_device, false }, { "plan", take_plan, false },
		{ "pair", take_pair, false },	  { "end", take_end, false },
		{ "traits", take_traits, false }, { "walks", take_walks, true },
		{ "sim", take_sim, false },	  { "sequence", take_sequence, false },
		{ "costs", take_costs, true },	  { "invalidations", take_invalidations, true },
		{ "bit", take_bit, true },	  { "dirty", take_dirty, true },
	};
	const char *blank = memchr(line.at, ' ', line.bytes);
	struct span kind = { line.at, blank ? (size_t)(blank - line.at) : line.bytes };

	line.at += kind.bytes;
	line.bytes -= kind.bytes;
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (word_is(kind, kinds[i].kind)) {
			if (!kinds[i].of_test || b->open)
				kinds[i].take(b, line);
			return;
		}
}

/* Blocks, and what did not become one. */

static void add_lines(struct lines **array, size_t *count, size_t *room, struct lines l)
{
	GROW(*array, *count, *room);
	(*array)[(*count)++] = l;
}

void build_words(struct builder *b, uint32_t from, size_t at, uint32_t to, size_t bytes)
{
	b->words_from = from;
	b->words_at = at;
	b->words_to = to;
	b->words_bytes = bytes;
}

bool blocks_have(const struct seen_block *blocks, size_t count, uint32_t sequence, uint32_t crc)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (blocks[middle].sequence < sequence)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && blocks[low].sequence == sequence && blocks[low].crc == crc;
}

bool build_has_block(const struct builder *b, uint16_t tag, uint32_t sequence, uint32_t crc)
{
	return b->run.has_tag && b->run.tag == tag &&
	       blocks_have(b->blocks, b->run.blocks_good, sequence, crc);
}

void build_block(struct builder *b, uint16_t tag, uint32_t sequence, uint32_t crc)
{
	b->run.has_tag = true;
	b->run.tag = tag;
	if (sequence > b->next_block)
		add_lines(&b->gaps, &b->gap_count, &b->gap_room,
			  (struct lines){ .from = b->next_block, .to = sequence - 1 });
	b->next_block = sequence + 1;
	GROW(b->blocks, b->run.blocks_good, b->block_room);
	b->blocks[b->run.blocks_good++] = (struct seen_block){ sequence, crc };
	b->open = NULL;
}

void build_bad_block(struct builder *b, uint32_t sequence, uint32_t from, uint32_t to, bool is_end)
{
	b->run.blocks_bad++;
	add_lines(&b->bad, &b->bad_count, &b->bad_room,
		  (struct lines){ .block = sequence, .from = from, .to = to, .is_end = is_end });
}

/* "VTDL-RESULT id pass 12 torn" */
void build_flat(struct builder *b, struct span line)
{
	struct word w;
	struct said s = { 0 };

	word_next(&line, &w);
	if (!word_next(&line, &w))
		return;
	s.id = w.key;
	if (!word_next(&line, &w))
		return;
	s.verdict = word_letter(w.key);
	if (!s.verdict)
		return;
	GROW(b->said, b->said_count, b->said_room);
	b->said[b->said_count++] = s;
}

/* "ok 5 id", "not ok 5 id", "ok 5 id # SKIP why" */
void build_ktap(struct builder *b, struct span line)
{
	struct said s = { .verdict = 'p' };
	struct word w;

	word_next(&line, &w);
	if (word_is(w.key, "not")) {
		s.verdict = 'f';
		word_next(&line, &w);
	}
	if (!word_next(&line, &w))
		return;
	s.n = (uint32_t)word_number(w.key);
	if (!s.n || !word_next(&line, &w))
		return;
	s.id = w.key;
	if (s.verdict == 'p' && word_next(&line, &w) && word_is(w.key, "#") &&
	    word_next(&line, &w) && word_is(w.key, "SKIP"))
		s.verdict = 's';
	GROW(b->said, b->said_count, b->said_room);
	b->said[b->said_count++] = s;
}

void build_measure(struct builder *b, size_t characters)
{
	if (characters > b->longest) {
		b->longest = characters;
		b->so_long = 0;
	}
	b->so_long += characters == b->longest;
}

void build_end_line(struct builder *b, struct span line)
{
	struct word w;

	for (unsigned i = 0; i < 3; i++)
		if (!word_next(&line, &w))
			return;
	b->end_line = word_letter(w.key);
	b->run.has_end_line = b->end_line != 0;
}
