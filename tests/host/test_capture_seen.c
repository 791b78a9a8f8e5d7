/* SPDX-License-Identifier: BSD-2-Clause */
/* Transitions of a capture, printed as sequences: they are read back, and the model says the same of them on targets. */
#include <stdlib.h>
#include <string.h>

#include "tests/host/bench.h"
#include "tests/host/capture_guest.h"
#include "tests/host/test.h"
#include "tests/litmus/notation.h"
#include "tools/capture/seen.h"

#define IEC_INVALIDATION(index) (0x14ull | (uint64_t)(index) << 32)

static const struct symbols no_symbols;

/* What the guest did, as a file of sequences, to be freed. */
static char *seen(struct guest *g, enum table_kind only, unsigned *number)
{
	struct transitions t;
	struct shapes shapes;
	struct records records = guest_end(g);
	char *text;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	transitions_find(&records, &t);
	shapes_find(&t, &no_symbols, false, &shapes);
	*number = seen_print(out, &shapes, "a guest", only);
	fclose(out);
	shapes_free(&shapes);
	transitions_free(&t);
	return text;
}

/* The harms of the first sequence of `text` on this target, where 128 bits are fetched. */
static unsigned harms_of(const char *text, enum target_id id)
{
	static struct notation notation;
	struct notation_reader reader;
	struct notation_error error;
	struct target target;
	struct vtd_unit unit;

	notation_open(&reader, text, strlen(text));
	if (!CHECK_EQ(notation_next(&reader, &notation, &error), NOTATION_SEQUENCE))
		return ~0u;
	CHECK(sequence_is_for(&notation.sequence, id));
	CHECK_EQ(bench_target(&target, &unit, id), 0);
	return bench_ask(&target, notation.sequence.steps, notation.sequence.count, false,
			 (struct bench_question){ .bits = 128 })
		.harms;
}

/* An interrupt entry, set up and freed as Linux does it; or high half first. */
static char *interrupt_entry(bool low_first, unsigned *number)
{
	struct guest g;
	char *text;

	guest_start(&g);
	for (unsigned i = 0; i < 2; i++)
		if (!i == low_first)
			guest_store(&g, GUEST_IRT + 0x10, 0x230001);
		else
			guest_store(&g, GUEST_IRT + 0x18, 0x40028);
	guest_flush(&g, GUEST_IRT + 0x10);
	guest_invalidate(&g, IEC_INVALIDATION(1), 0);
	guest_store(&g, GUEST_IRT + 0x10, 0);
	guest_store(&g, GUEST_IRT + 0x18, 0);
	guest_flush(&g, GUEST_IRT + 0x10);
	guest_invalidate(&g, IEC_INVALIDATION(1), 0);
	text = seen(&g, TABLE_NONE, number);
	guest_free(&g);
	return text;
}

TEST(capture_interrupt_entries_as_sequences)
{
	unsigned number;
	char *text = interrupt_entry(true, &number);

	CHECK_EQ(number, 1);
	CHECK(strstr(text, "\ntarget: irte\noperation: teardown-setup\nname: seen-1\n"));
	CHECK_EQ(harms_of(text, TARGET_IRTE), HARM_MIXTURE);
	free(text);
	text = interrupt_entry(false, &number);
	CHECK_EQ(number, 1);
	CHECK_EQ(harms_of(text, TARGET_IRTE), 0);
	free(text);
}

/* A changed affinity: word 1 is stored, too, as it was. Judged so it is safe; between the target's states it is not. */
TEST(capture_a_changed_affinity_as_a_sequence)
{
	struct guest g;
	unsigned number;
	char *text;

	guest_start(&g);
	guest_store(&g, GUEST_IRT + 0x18, 0x40028);
	guest_store(&g, GUEST_IRT + 0x10, 0x230001);
	guest_flush(&g, GUEST_IRT + 0x10);
	guest_invalidate(&g, IEC_INVALIDATION(1), 0);
	guest_store(&g, GUEST_IRT + 0x10, 0x240001);
	guest_store(&g, GUEST_IRT + 0x18, 0x40028);
	guest_flush(&g, GUEST_IRT + 0x10);
	guest_invalidate(&g, IEC_INVALIDATION(1), 0);
	text = seen(&g, TABLE_IRTE, &number);
	CHECK_EQ(number, 1);
	CHECK(strstr(text, "\n# Some of what is stored did not change in the capture."));
	CHECK(harms_of(text, TARGET_IRTE) & HARM_MIXTURE);
	free(text);
	guest_free(&g);
}

TEST(capture_context_entries_as_sequences)
{
	struct guest g;
	unsigned number;
	char *text;

	guest_start(&g);
	guest_set_up(&g, 0x20, 0x5001, 0x102);
	guest_store(&g, GUEST_CONTEXT + 0x20, 0);
	guest_store(&g, GUEST_CONTEXT + 0x28, 0);
	guest_flush(&g, GUEST_CONTEXT + 0x20);
	guest_invalidate(&g, 0x31ull | 2ull << 32 | 1ull << 16, 0);
	guest_invalidate(&g, 0x22ull | 1ull << 16, 0);
	text = seen(&g, TABLE_NONE, &number);
	CHECK_EQ(number, 1);
	CHECK_EQ(harms_of(text, TARGET_CONTEXT), 0);
	free(text);
	guest_free(&g);
}

/* Half of the domain-id in one store: the notation refuses that, and so nothing of it is printed. */
TEST(capture_what_cannot_be_run_is_no_sequence)
{
	struct guest g;
	unsigned number;
	char *text;

	guest_start(&g);
	guest_set_up(&g, 0x20, 0x5001, 0x10102);
	guest_store16(&g, GUEST_CONTEXT + 0x20, 0x6001, 0x30102); /* the rest of it is neither */
	guest_store(&g, GUEST_CONTEXT + 0x28, 0x30302);
	guest_flush(&g, GUEST_CONTEXT + 0x20);
	text = seen(&g, TABLE_CONTEXT, &number);
	CHECK_EQ(number, 0);
	CHECK_EQ(strlen(text), 0);
	free(text);
	guest_free(&g);
}
