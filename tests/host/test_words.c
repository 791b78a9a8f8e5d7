/* SPDX-License-Identifier: BSD-2-Clause */
/* The sets of words, each in one list: what the documentation repeats of them is held against that list. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/host/test.h"
#include "kernel/dma/dma.h"
#include "kernel/lib/format.h"
#include "kernel/options.h"
#include "kernel/output/record.h"
#include "tests/litmus/words.h"
#include "tests/sim/options.h"

#define PAGE_BYTES (64 * 1024)
#define WORD_BYTES 64

/* A page of docs/, with a newline before its first line. */
static const char *page(const char *name)
{
	static char text[PAGE_BYTES];
	char path[WORD_BYTES];
	FILE *file;
	size_t n = 0;

	format_text(path, sizeof(path), "docs/%s", name);
	file = fopen(path, "r");
	text[n++] = '\n';
	if (file) {
		n += fread(text + n, 1, sizeof(text) - n - 1, file);
		fclose(file);
	}
	text[n] = 0;
	return text;
}

/* The line that begins so, up to its end, which is the next call's, too; empty: there is none. */
static const char *line_of(const char *text, const char *begin)
{
	static char line[4096];
	char wanted[WORD_BYTES];
	const char *at;
	size_t n = 0;

	format_text(wanted, sizeof(wanted), "\n%s", begin);
	at = strstr(text, wanted);
	for (at = at ? at + 1 : ""; at[n] && at[n] != '\n' && n + 1 < sizeof(line); n++)
		line[n] = at[n];
	line[n] = 0;
	return line;
}

/* The word in backquotes in the text, with '+' for its blanks: what follows it, or NULL. */
static const char *quoted(const char *text, const char *word)
{
	char wanted[WORD_BYTES];
	const char *at;

	format_text(wanted, sizeof(wanted), "`%s`", word);
	for (char *c = wanted; *c; c++)
		if (*c == ' ')
			*c = '+';
	at = strstr(text, wanted);
	return at ? at + strlen(wanted) : NULL;
}

/* Whether a row's first cell is this, or has it at one end. */
static bool begins_row(const char *text, const char *name)
{
	static const char *const forms[] = { "\n| %s |", "\n| %s, ", ", %s |" };
	char cell[WORD_BYTES];
	bool found = false;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		snprintf(cell, sizeof(cell), forms[i], name);
		found |= strstr(text, cell) != NULL;
	}
	return found;
}

TEST(words_generators_bear_the_names_of_their_list)
{
#define G(identifier, text) CHECK(!strcmp(dma_##identifier.name, text));
	DMA_GENERATORS(G, )
#undef G
#define M(identifier, text, model) CHECK(!strcmp(dma_##identifier.name, text));
	SIM_DRIVERS(M)
#undef M
}

TEST(words_of_generators_are_in_the_pages)
{
	const char *text = page("devices.md");

#define G(identifier, name) CHECK(begins_row(text, name));
	DMA_GENERATORS(G, )
#undef G
	text = line_of(page("options.md"), "| `dma=` |");
#define G(identifier, name) CHECK(quoted(text, name) != NULL);
	DMA_GENERATORS(G, )
#undef G
	/* "all but" those that only their name takes. */
	for (size_t i = 0; i < dma_generator_count; i++) {
		const char *end = strchr(text, ';'), *at = quoted(text, dma_generators[i]->name);

		CHECK(end && (at && at <= end) == (dma_generators[i]->only_named != NULL));
	}
}

TEST(words_of_simulated_drivers_are_in_their_page)
{
	const char *line = line_of(page("simulated-unit.md"), "| `sim.model=nvme` |");

#define M(identifier, name, model) CHECK(strstr(line, name) != NULL);
	SIM_DRIVERS(M)
#undef M
}

/* Options, and the words of each in their order, the default first; a row may be of two options. */
TEST(words_of_options_are_in_their_page)
{
	const char *text = page("options.md"), *name, *accepted, *words;
	size_t count = 0, rows = 0;

	for (size_t i = 0; option_help(i, &name, &accepted); i++) {
		char cell[WORD_BYTES];
		const char *at;

		count++;
		format_text(cell, sizeof(cell), "\n| `%s=`", name);
		at = strstr(text, cell);
		at = at ? at + 1 : NULL;
		format_text(cell, sizeof(cell), "%s=", name);
		CHECK(at || (at = quoted(text, cell)) || (at = quoted(text, name)));
		words = option_words(i);
		for (; at && words && *words; words += strlen(words) + 1) {
			const char *end = strchr(at, '\n');

			at = quoted(at, words);
			CHECK(at && end && at < end);
		}
	}
	for (const char *at = strstr(text, "\n| `"); at; at = strstr(at + 1, "\n| `"))
		rows++;
	CHECK(rows + 1 == count); /* the processors share one */
}

TEST(words_of_what_shows_a_bit_are_in_the_format)
{
	const char *line = line_of(page("log-format.md"), "| `bit` |");

	for (unsigned i = 0; bit_by_word(i); i++)
		CHECK(quoted(line, bit_by_word(i)) != NULL);
}

TEST(words_of_records_are_in_the_format)
{
	const char *text = page("log-format.md"), *line = line_of(text, "| `test` |"), *at = line;

#define H(identifier, word, meaning) CHECK((at = quoted(at, word)) != NULL);
	HARM_WORDS(H)
#undef H
	CHECK(quoted(line, RECORD_PASS) && quoted(line, RECORD_FAIL) && quoted(line, RECORD_SKIP) &&
	      quoted(line, RECORD_ERROR));
	line = line_of(text, "| `traits` |");
#define T(key, meaning) CHECK(quoted(line, #key) != NULL);
	TRAIT_WORDS(T)
#undef T
	line = line_of(text, "| `walks` |");
#define D(identifier, word) CHECK(quoted(line, word) != NULL);
	REGIME_WORDS(D)
#undef D
	line = line_of(text, "| `invalidations` |");
#define I(identifier, word, meaning) CHECK(quoted(line, word) != NULL);
	INVALIDATION_KIND_WORDS(I)
#undef I
	for (unsigned i = 0; i < OUT_KNOWN; i++) {
		char cell[WORD_BYTES];

		format_text(cell, sizeof(cell), "| `%s` |", outcome_word(i));
		CHECK(line_of(text, cell)[0]);
	}
}

TEST(words_of_a_result_are_in_its_page)
{
	const char *text = page("reading.md");
	char cell[WORD_BYTES];

	for (unsigned i = 0; i < HARM_BITS; i++) {
		format_text(cell, sizeof(cell), "| *%s* |", harm_word(i));
		CHECK(line_of(text, cell)[0]);
	}
	for (unsigned i = 0; i < REGIME_COUNT; i++) {
		format_text(cell, sizeof(cell), "| %s |", regime_word(i));
		CHECK(line_of(text, cell)[0]);
	}
}

TEST(words_of_targets_are_in_their_page)
{
	const char *text = page("targets.md");

#define T(identifier, word, kind, scalable, place) CHECK(quoted(text, word) != NULL);
	TARGET_WORDS(T)
#undef T
}

/* Places in the report are those of an order: each once. */
TEST(words_targets_have_places_of_their_own)
{
	uint32_t places = 0;

#define T(identifier, word, kind, scalable, place) places |= 1u << (place);
	TARGET_WORDS(T)
#undef T
	CHECK_EQ(places, (1u << TARGET_COUNT) - 1);
}

static unsigned complaints;

static void complain(const char *word, const char *accepted)
{
	(void)word;
	(void)accepted;
	complaints++;
}

/* Each line "#key=value" is an option that is accepted as it stands. */
TEST(words_of_the_sample_configuration_are_options)
{
	struct options options = option_defaults;
	FILE *file = fopen("boot/vtd-litmus.cfg", "r");
	char line[256];
	unsigned count = 0;

	complaints = 0;
	while (file && fgets(line, sizeof(line), file))
		if (line[0] == '#' && line[1] >= 'a' && line[1] <= 'z' && strchr(line, '=')) {
			options_parse(&options, line + 1, complain);
			count++;
		}
	if (file)
		fclose(file);
	CHECK(count >= 10 && !complaints && !options.refused);
}
