/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupt-remapping entries and messages of every shape, put there by hand: which let an interrupt through, and why others do not. */
#include "tests/litmus/interrupt_entries.h"
#include "kernel/kernel.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/smp.h"
#include "kernel/time.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/interrupt.h"
#include "tests/litmus/known.h"
#include "vtd/entry.h"
#include "vtd/fault.h"
#include "vtd/interrupts.h"
#include "vtd/regs.h"

#define ELSEWHERE_US 100000	   /* a busy host may let the other processor wait */
#define COMPATIBLE   0xfee00000ull /* section 5.1.2.1 */

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
	if (is_right)
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
		if (v < 2 && known_of_qemu(b, KNOWN_BUS_RANGE_SWAPPED))
			first = last = bus;
		entry[0] = b->target->state[0][0][0];
		entry[1] = (uint64_t)SVT_BUS << 18 | first << 8 | last;
		problem = judge_variant(b, t, entry, v < 2 ? 0 : FAULT_IRTE_SOURCE, what[v], "9.9");
	}
	return problem;
}

/* Values that are reserved in xAPIC mode, or always; for SVT 11b the reason may be that no source fits. */
static const char *try_reserved_values(struct bench *b, struct tally *t)
{
	static const struct {
		uint64_t low, high;
		bool in_xapic;
		const char *what;
	} rows[] = {
		{ 1ull << 32, 0, true, "bit 32 set, in xAPIC mode" },
		{ 1ull << 63, 0, true, "bit 63 set, in xAPIC mode" },
		{ 0, 3 << 18, false, "SVT 11b" },
	};
	const char *problem = NULL;

	for (unsigned r = 0; r < sizeof(rows) / sizeof(rows[0]) && !problem; r++) {
		uint64_t entry[IRTE_WORDS] = { b->target->state[0][0][0] | rows[r].low,
					       b->target->state[0][0][1] | rows[r].high };

		if (rows[r].in_xapic &&
		    (b->target->x2apic || known_of_qemu(b, KNOWN_DESTINATION_RESERVED)))
			continue;
		problem = judge_variant(b, t, entry, FAULT_IRTE_RESERVED, rows[r].what, "9.9");
		if (problem && !t->stopped && !rows[r].in_xapic && t->faults.kind_count &&
		    t->faults.kinds[0].reason == FAULT_IRTE_SOURCE)
			problem = NULL;
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

/* The entry names the other processor, which is at rest: there it comes, and nowhere else. */
static const char *try_destination(struct bench *b, struct tally *t)
{
	uint64_t entry[IRTE_WORDS] = { b->target->state[0][0][0], b->target->state[0][0][1] };
	struct interrupts_taken taken, *seen = &b->interrupt.seen;
	bool x2apic = b->target->x2apic;
	uint32_t there;
	uint64_t end;

	if (smp_count < 2 || !smp_processors[b->updater_cpu].started)
		return NULL;
	there = smp_processors[b->updater_cpu].apic_id;
	if (there == b->driver_apic || (!x2apic && there > 254))
		return NULL;
	field_set(entry, x2apic ? IRTE_DST : IRTE_DST_8, there);
	if (!engine_put(b, entry, t))
		return t->stopped;
	interrupt_arm(b, t);
	b->device->generator->interrupt_raise(b->device);
	end = time_us() + ELSEWHERE_US;
	do
		taken = interrupts_let_in();
	while (taken.elsewhere == seen->elsewhere && taken.a == seen->a && time_us() < end);
	if ((taken.elsewhere == seen->elsewhere + 1 && taken.a == seen->a && taken.b == seen->b) ||
	    b->device->may_not_send) {
		*seen = taken;
		return engine_put(b, b->target->state[0][0], t) ? NULL : t->stopped;
	}
	format_text(
		text, sizeof(text),
		OUTSIDE
		"target irte, its entry names APIC 0x%x, the processor of the updater: %u interrupts came there, and %u at APIC 0x%x: the destination of the entry is not used, or not all of it (section 9.9, DST)",
		there, taken.elsewhere - seen->elsewhere, taken.a - seen->a + (taken.b - seen->b),
		b->driver_apic);
	return text;
}

/* Messages that no entry of ours is for. */
static const char *try_messages(struct bench *b, struct tally *t)
{
	static const struct {
		uint64_t address;
		uint32_t data;
		uint8_t reason;
		const char *what;
		enum known known; /* why QEMU's does not do so; KNOWN_COUNT: it does */
	} messages[] = {
		{ 0xfee00010ull | (VTD_INTERRUPT_ENTRIES & 0x7fff) << 5, 0, FAULT_IRTE_BEYOND_TABLE,
		  "an index beyond the table", KNOWN_COUNT },
		{ 0xfee00010ull | 1 << 3, 1u << 16, FAULT_IRTE_REQUEST_RESERVED,
		  "SHV set and bit 16 of the data", KNOWN_MESSAGE_LAST },
		{ COMPATIBLE, INTERRUPT_VECTOR_A, FAULT_COMPATIBILITY_BLOCKED,
		  "compatibility format, with CFIS = 0", KNOWN_COMPATIBILITY },
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

		if (messages[m].known < KNOWN_COUNT && known_of_qemu(b, messages[m].known))
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

/* In compatibility format, as it is opened: whether it comes as it is. */
static bool comes_as_it_is(struct bench *b, struct tally *t)
{
	uint64_t end = time_us() + bench_fault_wait_us(b);
	struct interrupts_taken taken;
	bool comes;

	interrupt_arm(b, t);
	if (!b->device->generator->interrupt_raise(b->device))
		t->stopped = "the device did not send an interrupt";
	do
		taken = interrupts_let_in();
	while (taken.a == b->interrupt.seen.a && time_us() < end);
	comes = taken.a != b->interrupt.seen.a;
	b->interrupt.seen = taken;
	return comes;
}

/* With CFI, then without. NULL, or what was seen. */
static const char *set_and_clear(struct bench *b, struct tally *t)
{
	enum vtd_status on = vtd_command(b->unit, GCMD_CFI, true), off;
	bool passes = on != VTD_OK || comes_as_it_is(b, t), stays = false;

	off = vtd_command(b->unit, GCMD_CFI, false);
	if (off != VTD_OK)
		return t->stopped = bench_status_text(b, off);
	if (on == VTD_OK && passes && !t->stopped)
		stays = comes_as_it_is(b, t);
	return t->stopped     ? t->stopped
	       : on != VTD_OK ? OUTSIDE
		       "GCMD.CFI was set, and GSTS.CFIS does not read 1 (section 11.4.4.2)"
	       : !passes && !b->device->may_not_send ? OUTSIDE
		       "GSTS.CFIS reads 1, extended interrupt mode is off, and an interrupt in compatibility format did not come: CFI is not looked at (section 5.1.4)"
	       : stays ? OUTSIDE
		       "GSTS.CFIS was 1, reads 0 again, and an interrupt in compatibility format still came: CFI is not looked at when it is cleared (section 11.4.4.1)"
		       : NULL;
}

static const char *try_compatibility(struct bench *b, struct tally *t)
{
	const struct dma_generator *g = b->device->generator;
	const char *problem;

	/* In extended interrupt mode they are blocked whatever CFI says; and they have eight bits of an APIC id. */
	if (b->target->x2apic || b->driver_apic > 255 || b->has_interrupt ||
	    known_of_qemu(b, KNOWN_COMPATIBILITY))
		return NULL;
	t->stopped = g->interrupt_open(b->device, COMPATIBLE | (uint64_t)b->driver_apic << 12,
				       INTERRUPT_VECTOR_A);
	problem = t->stopped ? t->stopped : set_and_clear(b, t);
	/* Of the one that was blocked. */
	vtd_fault_clear(b->unit);
	if (!t->stopped)
		t->stopped = interrupt_open(b);
	return problem ? problem : t->stopped;
}

const char *interrupt_entries_find(struct bench *b, struct tally *t)
{
	const char *problem = try_variants(b, t);

	if (!problem)
		problem = try_reserved_values(b, t);
	if (!problem)
		problem = try_fpd(b, t);
	if (!problem)
		problem = try_destination(b, t);
	if (!problem)
		problem = try_messages(b, t);
	return problem ? problem : try_compatibility(b, t);
}
