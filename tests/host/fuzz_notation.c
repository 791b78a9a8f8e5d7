/* SPDX-License-Identifier: BSD-2-Clause */
/* needs: tests/litmus/notation.c tests/litmus/notation_field.c tests/litmus/notation_print.c tests/litmus/notation_step.c tests/litmus/sequence.c kernel/lib/format.c */
/* libFuzzer: sequences as text, of any bytes. What is read is printed, and read again as the same. */
#include "tests/host/fuzz.h"
#include "kernel/lib/format.h"
#include "tests/litmus/notation.h"

static void check_error(const struct notation_error *e, const uint8_t *bytes, size_t size)
{
	unsigned line = 1, column = 1;
	char text[600];

	require(e->accepted[0] && memchr(e->accepted, 0, sizeof(e->accepted)));
	require(memchr(e->word, 0, sizeof(e->word)));
	/* It is a place of the text, or its end. */
	for (size_t i = 0; i < size && (line < e->line || column < e->column); i++) {
		column = bytes[i] == '\n' ? 1 : column + 1;
		line += bytes[i] == '\n';
	}
	require(line == e->line && column == e->column);
	notation_error_text(e, "file", text, sizeof(text));
	require(strlen(text) < sizeof(text));
}

static void check_sequence(const struct sequence *s)
{
	unsigned words = 8, kinds = sequence_kinds(s);

	require(s->targets && s->targets < 1u << TARGET_COUNT && s->count &&
		s->count <= SEQUENCE_STEPS_MAX);
	require(s->name[0] && strlen(s->name) < NOTATION_NAME && strlen(s->title) < NOTATION_TITLE);
	require(!s->citation || (s->citation[0] && strlen(s->citation) < NOTATION_FROM));
	require(s->claim <= CLAIM_NONE && s->operation <= OPERATION_TEARDOWN_SETUP);
	for (unsigned k = 0; k < KIND_COUNT; k++)
		if (kinds & 1u << k && kind_words((enum entry_kind)k) < words)
			words = kind_words((enum entry_kind)k);
	for (size_t i = 0; i < s->count; i++) {
		/* What it stores is within the entry: it ends where these do, and the sanitizer looks. */
		uint64_t last[8] = { 0 }, *entry = last + 8 - words;

		require(s->steps[i].op < STEP_OP_COUNT);
		require(!notation_cut_field(&s->steps[i], kinds));
		require(!notation_misfit(&s->steps[i], kinds));
		require(s->steps[i].op != STEP_ANY_ORDER ||
			steps_in_any_order(s->steps, s->count, i));
		for (unsigned k = 0; k < KIND_COUNT; k++)
			if (kinds & 1u << k && kind_words((enum entry_kind)k) == words)
				step_apply(&s->steps[i], (enum entry_kind)k, entry, entry, entry);
	}
}

#ifndef LLVMFuzzerTestOneInput /* not among the unit tests */
/*
 * Of bytes alone few become lines that are understood. So each second change is a line: one goes, or one is
 * put in: a step, of any kind there is, or a line of the head.
 */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);

static unsigned drawn(unsigned *seed, unsigned count)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 16) % count;
}

static void any_step(unsigned *seed, char *text, size_t room)
{
	struct step step = { .op = (uint8_t)drawn(seed, STEP_OP_COUNT),
			     .value = (uint8_t)drawn(seed, 4) };
	unsigned width = step_words((enum step_op)step.op), low = drawn(seed, 512);

	step.word = width ? (uint8_t)(drawn(seed, 8) / width * width) : 0;
	step.field = (struct vtd_field){ (uint16_t)(low + drawn(seed, 64 - low % 64)),
					 (uint16_t)low };
	if (step.op <= STEP_STORE512)
		step.value = (uint8_t)drawn(seed, VALUE_COUNT);
	else if (step.value == 3)
		step.value = VALUE_OLD_SPARE;
	step_text(&step, text, room);
}

static void any_head(unsigned *seed, char *text, size_t room)
{
	unsigned key = drawn(seed, NOTATION_KEYS), n = drawn(seed, 40);
	const char *word = key == NOTATION_KEY_TARGET
				   ? target_name((enum target_id)drawn(seed, TARGET_COUNT))
			   : key == NOTATION_KEY_OPERATION
				   ? notation_operations[drawn(seed, NOTATION_OPERATIONS)]
			   : key == NOTATION_KEY_CLAIM
				   ? notation_claims[drawn(seed, NOTATION_CLAIMS)]
			   : key == NOTATION_KEY_PROMISE
				   ? NOTATION_NEVER_BLOCKS
				   : &"abcdefghijklmnopqrstuvwxyz-0123456789.xyz"[n];

	format_text(text, room, "%s %s", notation_keys[key], word);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
	size_t at, end, length;
	char line[128];

	if (drawn(&seed, 2))
		return LLVMFuzzerMutate(data, size, room);
	/* The beginning of a line, and of the next. */
	at = size ? drawn(&seed, (unsigned)size + 1) : 0;
	while (at && data[at - 1] != '\n')
		at--;
	for (end = at; end < size && data[end] != '\n'; end++)
		;
	end += end < size;
	if (!drawn(&seed, 3) && end > at) {
		memmove(data + at, data + end, size - end);
		return size - (end - at);
	}
	(drawn(&seed, 4) ? any_step : any_head)(&seed, line, sizeof(line) - 1);
	length = strlen(line);
	line[length++] = '\n';
	if (size + length > room)
		return LLVMFuzzerMutate(data, size, room);
	memmove(data + at + length, data + at, size - at);
	memcpy(data + at, line, length);
	return size + length;
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct notation n, again;
	static char text[16384], twice[16384];
	uint8_t *bytes = exact(data, size);
	struct notation_reader reader, second;
	struct notation_error error;
	enum notation_result result;

	notation_open(&reader, (const char *)bytes, size);
	while ((result = notation_next(&reader, &n, &error)) == NOTATION_SEQUENCE) {
		size_t length = notation_print(&n.sequence, text, sizeof(text));

		check_sequence(&n.sequence);
		require(length == strlen(text) && length < sizeof(text));
		notation_open(&second, text, length);
		require(notation_next(&second, &again, &error) == NOTATION_SEQUENCE);
		require(again.sequence.count == n.sequence.count &&
			!memcmp(again.steps, n.steps, sizeof(n.steps)));
		require(notation_print(&again.sequence, twice, sizeof(twice)) == length &&
			!strcmp(text, twice));
		require(notation_next(&second, &again, &error) == NOTATION_END);
	}
	if (result == NOTATION_ERROR)
		check_error(&error, bytes, size);
	require(notation_next(&reader, &n, &error) == NOTATION_END);
	free(bytes);
	return 0;
}
