/* SPDX-License-Identifier: BSD-2-Clause */
#include "vtd/sequence.h"
#include "vtd/entry.h"

// clang-format off
#define STORE(word, value)	{ STEP_STORE, word, VALUE_##value }
#define CAS(word, value)	{ STEP_CAS, word, VALUE_##value }
#define BARRIER			{ STEP_BARRIER, 0, 0 }
#define FLUSH			{ STEP_FLUSH, 0, 0 }
#define INVALIDATE(value)	{ STEP_INVALIDATE_CONTEXT, 0, VALUE_##value }, \
				{ STEP_INVALIDATE_IOTLB, 0, VALUE_##value }
#define SETTLE_NEW		{ STEP_SETTLE_NEW, 0, VALUE_NEW }
#define STEPS(...)		(const struct step[]){ __VA_ARGS__ }, \
				sizeof((const struct step[]){ __VA_ARGS__ }) / sizeof(struct step)

/* domain_context_clear_one() and domain_context_mapping_one() of Linux 7.0 */
#define LINUX_7_0_STEPS                                                                       \
	STORE(0, OLD_NOT_PRESENT), BARRIER, FLUSH, INVALIDATE(OLD),                           \
	STORE(0, ZERO), STORE(1, ZERO), FLUSH,                                                \
	STORE(1, NEW), STORE(0, NEW_NOT_PRESENT), BARRIER, STORE(0, NEW), FLUSH, SETTLE_NEW

/* Controls stand first: a safe sequence's verdict needs to know whether they tore. */
const struct sequence context_sequences[] = {
	{ "linux-pre7", "Linux before 7.0, in place",
	  "the word-by-word copy over a live entry of intel_pasid_replace_*(), Linux 6.13 to 6.19, "
	  "applied to a context entry",
	  OPERATION_REPLACE, SEQUENCE_TEARS, true,
	  STEPS(STORE(0, NEW), STORE(1, NEW), FLUSH, INVALIDATE(OLD)) },
	{ "field-by-field", "field by field on the live entry",
	  "the order in which domain_context_mapping_one() of Linux before 7.0 sets domain, pointer "
	  "and width, without the clearing before it",
	  OPERATION_REPLACE, SEQUENCE_TEARS, true,
	  STEPS(STORE(1, NEW_DOMAIN), STORE(0, NEW), STORE(1, NEW), FLUSH, INVALIDATE(OLD)) },
	{ "high-first", "high half, then low half", NULL,
	  OPERATION_REPLACE, SEQUENCE_TEARS, true,
	  STEPS(STORE(1, NEW), STORE(0, NEW), FLUSH, INVALIDATE(OLD)) },
	{ "low-first", "low half, barrier, high half", NULL,
	  OPERATION_REPLACE, SEQUENCE_TEARS, true,
	  STEPS(STORE(0, NEW), BARRIER, STORE(1, NEW), FLUSH, INVALIDATE(OLD)) },
	{ "no-invalidation", "one 128-bit compare-and-exchange, nothing invalidated", NULL,
	  OPERATION_REPLACE, SEQUENCE_STALE, true,
	  STEPS(CAS(0, NEW), FLUSH) },
	{ "cmpxchg16b", "one 128-bit compare-and-exchange",
	  "Xen's domain_context_mapping_one() where the processor has CX16; version 1 of the Linux "
	  "7.0 series",
	  OPERATION_REPLACE, SEQUENCE_SAFE, true,
	  STEPS(CAS(0, NEW), FLUSH, INVALIDATE(OLD)) },
	{ "linux-7.0", "Linux 7.0: clear P, invalidate, zero, set up",
	  "the fix of CVE-2026-45944: replacing is tearing down and setting up",
	  OPERATION_REPLACE, SEQUENCE_SAFE, false,
	  STEPS(LINUX_7_0_STEPS) },

	{ "high-first", "high half first, both ways",
	  "what the compiler may make of context_clear_entry() of Linux before 7.0, whose two plain "
	  "stores have no order",
	  OPERATION_TEARDOWN_SETUP, SEQUENCE_TEARS, false,
	  STEPS(STORE(1, ZERO), STORE(0, ZERO), FLUSH, INVALIDATE(OLD),
		STORE(1, NEW), STORE(0, NEW), FLUSH, SETTLE_NEW) },
	{ "low-first", "low half first, both ways", NULL,
	  OPERATION_TEARDOWN_SETUP, SEQUENCE_TEARS, false,
	  STEPS(STORE(0, ZERO), STORE(1, ZERO), FLUSH, INVALIDATE(OLD),
		STORE(0, NEW), STORE(1, NEW), FLUSH, SETTLE_NEW) },
	{ "linux-pre7", "Linux before 7.0, stores in program order",
	  "domain_context_clear_one() and domain_context_mapping_one() of Linux before 7.0",
	  OPERATION_TEARDOWN_SETUP, SEQUENCE_SAFE, false,
	  STEPS(STORE(0, ZERO), STORE(1, ZERO), FLUSH, INVALIDATE(OLD),
		STORE(1, NEW), STORE(0, NEW_NOT_PRESENT), STORE(0, NEW), FLUSH, SETTLE_NEW) },
	{ "cmpxchg16b", "both steps by 128-bit compare-and-exchange",
	  "version 1 of the Linux 7.0 series",
	  OPERATION_TEARDOWN_SETUP, SEQUENCE_SAFE, false,
	  STEPS(CAS(0, ZERO), FLUSH, INVALIDATE(OLD), CAS(0, NEW), FLUSH, SETTLE_NEW) },
	{ "linux-7.0", "Linux 7.0: clear P, invalidate, zero, set up",
	  "domain_context_clear_one() and domain_context_mapping_one() of Linux 7.0 "
	  "(CVE-2026-45944)",
	  OPERATION_TEARDOWN_SETUP, SEQUENCE_SAFE, false,
	  STEPS(LINUX_7_0_STEPS) },
};
// clang-format on
const size_t context_sequence_count = sizeof(context_sequences) / sizeof(context_sequences[0]);

uint64_t step_word(const struct step *step, unsigned word, const uint64_t *old, const uint64_t *new)
{
	uint64_t present = word == 0 ? field_mask(CONTEXT_P) : 0;
	uint64_t domain = word == CONTEXT_DID.low / 64 ? field_mask(CONTEXT_DID) : 0;

	switch (step->value) {
	case VALUE_OLD:
		return old[word];
	case VALUE_NEW:
		return new[word];
	case VALUE_OLD_NOT_PRESENT:
		return old[word] & ~present;
	case VALUE_NEW_NOT_PRESENT:
		return new[word] & ~present;
	case VALUE_NEW_DOMAIN:
		return (old[word] & ~domain) | (new[word] & domain);
	default:
		return 0;
	}
}

size_t sequence_without_invalidations(const struct sequence *from, struct step *to)
{
	size_t n = 0;

	for (size_t i = 0; i < from->count; i++)
		if (from->steps[i].op != STEP_INVALIDATE_CONTEXT &&
		    from->steps[i].op != STEP_INVALIDATE_IOTLB)
			to[n++] = from->steps[i];
	return n == from->count ? 0 : n;
}

size_t sequence_without_present(const struct sequence *from, struct step *to)
{
	size_t n = 0;
	bool taken = false;

	for (size_t i = 0; i < from->count; i++) {
		const struct step *s = &from->steps[i];

		if (s->value == VALUE_OLD_NOT_PRESENT) {
			taken = true;
			continue;
		}
		to[n++] = *s;
		/* Word 0 no longer absent first: its zeroing may come after word 1's. */
		if (taken && s->op == STEP_STORE && s->value == VALUE_ZERO && s->word == 1 &&
		    n > 1 && to[n - 2].op == STEP_STORE && to[n - 2].word == 0) {
			to[n - 1] = to[n - 2];
			to[n - 2] = *s;
		}
	}
	return taken ? n : 0;
}

size_t sequence_without_barrier(const struct sequence *from, struct step *to)
{
	size_t n = 0;
	bool taken = false;

	for (size_t i = 0; i < from->count; i++) {
		const struct step *after = &from->steps[i + 1];
		size_t start = n, kept;

		if (from->steps[i].op != STEP_BARRIER || i + 1 == from->count ||
		    after->op != STEP_STORE) {
			to[n++] = from->steps[i];
			continue;
		}
		/* The store behind goes before the stores in front; those to its own word merge. */
		while (start > 0 && to[start - 1].op == STEP_STORE)
			start--;
		kept = start;
		for (size_t k = start; k < n; k++)
			if (to[k].word != after->word)
				to[kept++] = to[k];
		for (size_t k = kept; k > start; k--)
			to[k] = to[k - 1];
		to[start] = *after;
		n = kept + 1;
		i++;
		taken = true;
	}
	return taken ? n : 0;
}

static char *append(char *at, const char *end, const char *text)
{
	while (*text && at < end)
		*at++ = *text++;
	return at;
}

char *step_text(const struct step *step, char *text, size_t room)
{
	static const char *const values[] = {
		[VALUE_ZERO] = "0",
		[VALUE_OLD] = "old",
		[VALUE_NEW] = "new",
		[VALUE_OLD_NOT_PRESENT] = "old with P clear",
		[VALUE_NEW_NOT_PRESENT] = "new with P clear",
		[VALUE_NEW_DOMAIN] = "old with the DID of new",
	};
	static const char *const ops[] = {
		[STEP_STORE] = "store word ",
		[STEP_CAS] = "exchange 128 bits from word ",
		[STEP_BARRIER] = "barrier",
		[STEP_FLUSH] = "flush the line if ECAP.C = 0",
		[STEP_INVALIDATE_CONTEXT] = "invalidate the context cache, DID of ",
		[STEP_INVALIDATE_IOTLB] = "invalidate the IOTLB, DID of ",
		[STEP_SETTLE_NEW] = "if CAP.CM = 1, invalidate both, DID 0 and DID of ",
	};
	const char *end = text + room - 1;
	char *at = append(text, end, ops[step->op]);

	if (step->op == STEP_STORE || step->op == STEP_CAS) {
		char word[] = { (char)('0' + step->word), 0 };

		at = append(append(at, end, word), end, " := ");
	}
	if (step->op != STEP_BARRIER && step->op != STEP_FLUSH)
		at = append(at, end, values[step->value]);
	*at = 0;
	return text;
}

const char *operation_name(enum operation operation)
{
	return operation == OPERATION_REPLACE ? "replace" : "teardown-setup";
}
