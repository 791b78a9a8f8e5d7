/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupt-remapping entries and messages of every shape, put there by hand: which let an interrupt through, and why others do not. */
#include "tests/litmus/interrupt_entries.h"
#include "kernel/kernel.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/interrupt.h"
#include "vtd/entry.h"
#include "vtd/fault.h"
#include "vtd/interrupts.h"
#include "vtd/regs.h"

static char text[640];

/* Entries that this device's interrupt must, or must not, get by; word 1 holds SID, which is put in. */
static const struct {
	uint64_t low,
		high; /* flipped bits of the state that lets it, SVT and SID cleared before where by_sid */
	uint16_t sid; /* flipped bits of the device's */
	bool by_sid;
	uint8_t reason; /* 0: it is let through */
	const char *what, *section;
} variants[] = {
	{ 1, 0, 0, false, FAULT_IRTE_NOT_PRESENT, "P clear", "9.9" },
	{ 1 << 12, 0, 0, false, FAULT_IRTE_RESERVED, "bit 12 set", "9.9" },
	{ 1 << 24, 0, 0, false, FAULT_IRTE_RESERVED, "bit 24 set", "9.9" },
	{ 0, 1ull << 63, 0, false, FAULT_IRTE_RESERVED, "bit 127 set", "9.9" },
	{ 0, 1 << 20, 0, false, FAULT_IRTE_RESERVED, "bit 84 set", "9.9" },
	{ 1 << 8, 0, 0, false, 0, "AVAIL 1", "9.9" },
	{ 0, 1 << 18, 1, true, FAULT_IRTE_SOURCE, "SVT 01b, SQ 00b, SID of another function",
	  "9.9" },
	{ 0, 1 << 18, 0x100, true, FAULT_IRTE_SOURCE, "SVT 01b, SID of another bus", "9.9" },
	{ 0, 1 << 18 | 1 << 16, 4, true, 0, "SVT 01b, SQ 01b, SID with another bit 2", "9.9" },
	{ 0, 1 << 18 | 1 << 16, 2, true, FAULT_IRTE_SOURCE,
	  "SVT 01b, SQ 01b, SID with another bit 1", "9.9" },
	{ 0, 1 << 18 | 2 << 16, 6, true, 0, "SVT 01b, SQ 10b, SID with other bits 2 and 1", "9.9" },
	{ 0, 1 << 18 | 2 << 16, 1, true, FAULT_IRTE_SOURCE,
	  "SVT 01b, SQ 10b, SID with another bit 0", "9.9" },
	{ 0, 1 << 18 | 3 << 16, 7, true, 0, "SVT 01b, SQ 11b, SID of another function", "9.9" },
	{ 0, 1 << 18 | 3 << 16, 8, true, FAULT_IRTE_SOURCE,
	  "SVT 01b, SQ 11b, SID of another device", "9.9" },
	{ 0, 0, 0xffff, true, 0, "SVT 00b", "9.9" },
};

static void make_variant(const struct bench *b, unsigned v, uint64_t *entry)
{
	const uint64_t *from = b->target->state[0][0];

	entry[0] = from[0] ^ variants[v].low;
	entry[1] = from[1] ^ variants[v].high;
	if (variants[v].by_sid)
		entry[1] = variants[v].high | (b->source_id ^ variants[v].sid);
}

/* What was seen of an entry that was put there by hand. NULL, or what is wrong. */
static const char *judge_variant(struct bench *b, struct tally *t, const uint64_t *entry,
				 uint8_t want, const char *what, const char *section)
{
	bool is_unrecorded = b->traits.interrupt_records == TRAIT_NO, came, is_right;
	const struct fault_log *log = &t->faults;
	enum outcome outcome;
	uint8_t reason;

	if (!engine_put(b, entry, t))
		return t->stopped;
	memset(&t->faults, 0, sizeof(t->faults));
	outcome = engine_once(b, t);
	if (t->stopped)
		return t->stopped;
	came = outcome < OUTCOME_PAGES || outcome == OUTCOME_BOTH;
	reason = log->kind_count ? log->kinds[0].reason : 0;
	is_right = want ? !came && (reason == want || (is_unrecorded && !reason)) : came && !reason;
	/* QEMU is known to take SVT 11b and others for what they are not; who comes through is right all the same. */
	if (is_right || (want && !came && b->traits.is_qemu))
		return NULL;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"target irte, %s: the interrupt %s (fault reason 0x%x), where it must be %s%s: the entry is read wrongly (section %s), or its reason is (section 5.1.4.1)",
		what, came ? "was let through" : "came to nothing", reason,
		want ? "refused for reason " : "let through",
		want ? vtd_fault_reason_name(want) : "", section);
	return text;
}

static const char *try_variants(struct bench *b, struct tally *t)
{
	unsigned bus = b->source_id >> 8;
	uint64_t entry[IRTE_WORDS];
	const char *problem = NULL;

	for (unsigned v = 0; v < sizeof(variants) / sizeof(variants[0]) && !problem; v++) {
		make_variant(b, v, entry);
		problem = judge_variant(b, t, entry, variants[v].reason, variants[v].what,
					variants[v].section);
	}
	for (unsigned v = 0; v < 4 && !problem; v++) {
		static const char *const what[] = { "SVT 10b, a range that ends with its bus",
						    "SVT 10b, a range that begins with its bus",
						    "SVT 10b, a range below its bus",
						    "SVT 10b, a range above its bus" };
		unsigned first = v == 0	  ? 0
				 : v == 1 ? bus
				 : v == 2 ? 0
					  : bus + 1,
			 last = v == 0	 ? bus
				: v == 2 ? bus - 1
					 : 255;

		if ((v == 2 && !bus) || (v == 3 && bus == 255))
			continue;
		/* QEMU's unit takes StartBus# for EndBus#, and the other way round: known. */
		if (v < 2 && b->traits.is_qemu)
			first = last = bus;
		entry[0] = b->target->state[0][0][0];
		entry[1] = (uint64_t)SVT_BUS << 18 | first << 8 | last;
		problem = judge_variant(b, t, entry, v < 2 ? 0 : FAULT_IRTE_SOURCE, what[v], "9.9");
	}
	return problem;
}

/* With FPD nothing of it is recorded; the entry after it is, so that records do work. */
static const char *try_fpd(struct bench *b, struct tally *t)
{
	uint64_t entry[IRTE_WORDS] = { b->target->state[0][1][0], b->target->state[0][1][1] };

	if (b->traits.interrupt_records != TRAIT_YES)
		return NULL;
	field_set(entry, IRTE_FPD, 1);
	if (!engine_put(b, entry, t))
		return t->stopped;
	memset(&t->faults, 0, sizeof(t->faults));
	interrupt_arm(b, t);
	bench_forget_faults(b);
	interrupt_send(b, t);
	bench_drain_faults(b, t, time_us());
	return t->faults.recorded ? OUTSIDE
		       "target irte, FPD set: a refused interrupt was recorded all the same (section 9.9)"
				  : NULL;
}

/* Messages that no entry of ours is for. */
static const char *try_messages(struct bench *b, struct tally *t)
{
	static const struct {
		uint64_t address;
		uint32_t data;
		uint8_t reason;
		const char *what;
		bool qemu_has_not;
	} messages[] = {
		{ 0xfee00010ull | (VTD_INTERRUPT_ENTRIES & 0x7fff) << 5, 0, FAULT_IRTE_BEYOND_TABLE,
		  "an index beyond the table", false },
		{ 0xfee00010ull | 1 << 3, 1u << 16, FAULT_IRTE_REQUEST_RESERVED,
		  "SHV set and bit 16 of the data", true },
		{ 0xfee00000ull, INTERRUPT_VECTOR_A, FAULT_COMPATIBILITY_BLOCKED,
		  "compatibility format, with CFIS = 0", true },
	};
	const struct dma_generator *g = b->device->generator;
	const char *problem = NULL;

	if (b->traits.interrupt_records == TRAIT_NO)
		return NULL;
	for (unsigned m = 0; m < sizeof(messages) / sizeof(messages[0]) && !problem; m++) {
		struct interrupts_taken taken;
		struct vtd_fault faults[16];
		uint64_t end;
		unsigned n = 0;
		bool overflow;

		if (messages[m].qemu_has_not && b->traits.is_qemu)
			continue;
		if (b->has_interrupt)
			return NULL;
		bench_drain_faults(b, t, time_us());
		vtd_fault_clear(b->unit);
		problem = g->interrupt_open(b->device, messages[m].address, messages[m].data);
		if (problem)
			break;
		interrupt_arm(b, t);
		g->interrupt_raise(b->device);
		end = time_us() + bench_fault_wait_us(b);
		while (!n && time_us() < end)
			n = vtd_fault_read(b->unit, faults, 16, &overflow);
		taken = interrupts_let_in();
		if (n && faults[0].reason == messages[m].reason &&
		    faults[0].source_id == b->source_id && taken.a == b->interrupt.seen.a &&
		    taken.b == b->interrupt.seen.b)
			continue;
		format_text(
			text, sizeof(text),
			OUTSIDE
			"a message with %s: %s, and %s (reason 0x%x) where it must be refused for reason 0x%x (sections 5.1.4, 5.1.4.1)",
			messages[m].what,
			taken.a == b->interrupt.seen.a ? "no interrupt came" : "an interrupt came",
			n ? "a fault was recorded" : "no fault was recorded",
			n ? faults[0].reason : 0, messages[m].reason);
		problem = text;
	}
	if (!problem)
		problem = interrupt_open(b);
	return problem;
}

const char *interrupt_entries_find(struct bench *b, struct tally *t)
{
	const char *problem = try_variants(b, t);

	if (!problem)
		problem = try_fpd(b, t);
	return problem ? problem : try_messages(b, t);
}
