/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/interrupt_places.h"
#include "kernel/interrupts.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/memory.h"
#include "kernel/time.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/interrupt.h"
#include "vtd/entry.h"
#include "vtd/fault.h"
#include "vtd/interrupts.h"
#include "vtd/invalidate.h"

#define FIRST_HIGH  32
#define LAST_HIGH   51
#define TABLE_BYTES (VTD_INTERRUPT_PAGES * PAGE_SIZE)
#define CONTROL	    4 /* word of the descriptor: ON, SN, NV, NDST */
#define COMES_US    200

static char text[400];

/* As many pages as the table has; NULL: there is no free memory. */
static uint64_t *alias_of(const uint64_t *table, unsigned bit)
{
	for (uint64_t at = 0; at < TABLE_BYTES; at += PAGE_SIZE)
		if (!memory_alloc_alias((const uint8_t *)table + at, bit))
			return NULL;
	return (uint64_t *)((uint64_t)table | 1ull << bit);
}

static enum vtd_status use_table(struct bench *b, const uint64_t *table)
{
	enum vtd_status status = vtd_interrupts_set_register(
		b->unit, vtd_interrupts_register(table, b->target->x2apic));

	return status == VTD_OK ? vtd_invalidate_interrupts_all(b->unit) : status;
}

static const char *try_table(struct bench *b, struct tally *t)
{
	struct target *target = b->target;
	uint64_t *low = target->table;

	for (unsigned bit = FIRST_HIGH; bit <= LAST_HIGH && !t->stopped; bit++) {
		uint64_t *high = alias_of(low, bit), at = IRTE_WORDS * target->index;
		enum outcome outcome = OUTCOME_SILENT;
		enum vtd_status status, back;

		if (!high)
			continue;
		for (unsigned i = 0; i < IRTE_WORDS; i++) {
			high[at + i] = target->entry[i];
			bench_store(b, target->entry + i, 0);
		}
		vtd_flush(b->unit, high + at, IRTE_WORDS * sizeof(*high));
		status = use_table(b, high);
		if (status == VTD_OK)
			outcome = engine_once(b, t);
		for (unsigned i = IRTE_WORDS; i--;)
			bench_store(b, target->entry + i, high[at + i]);
		back = use_table(b, low);
		if (status != VTD_OK || back != VTD_OK)
			return t->stopped = bench_status_text(b, back);
		if (t->stopped || outcome == (enum outcome)target->expects[0])
			continue;
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target irte, the interrupt-remapping table at 0x%lx: an interrupt came to \"%s\", and not where its entry leads: bit %u of the address in IRTA is not used (section 11.4.10)",
			(uint64_t)high, target_outcome_name(target, outcome), bit);
		return text;
	}
	return t->stopped;
}

/* --- posted --- */

static void set_descriptor(volatile uint64_t *d, uint64_t control)
{
	for (unsigned i = 0; i < PID_WORDS; i++)
		d[i] = i == CONTROL ? control : 0;
}

/* One interrupt: how many came to this processor as the vector of A. */
static unsigned send(struct bench *b)
{
	struct interrupts_taken before = interrupts_let_in(), taken;
	uint64_t end;

	b->device->generator->interrupt_raise(b->device);
	end = time_us() + COMES_US;
	do
		taken = interrupts_let_in();
	while (time_us() < end);
	b->interrupt.seen = taken;
	return taken.a - before.a;
}

/* Posted to this descriptor: how many notifications came. */
static unsigned notified(struct bench *b, volatile uint64_t *d, uint64_t control)
{
	set_descriptor(d, control);
	return send(b);
}

static bool is_posted(const struct bench *b, const volatile uint64_t *d)
{
	unsigned bit = b->target->vector[0];

	return d[bit / 64] >> bit % 64 & 1;
}

static enum vtd_status lead_vector(struct bench *b, uint64_t descriptor, bool urgent,
				   unsigned vector)
{
	uint64_t entry[IRTE_WORDS] = { b->target->state[0][0][0], b->target->state[0][0][1] };

	field_set(entry, IRTE_PDAL, descriptor >> 6);
	field_set(entry, IRTE_PDAH, descriptor >> 32);
	field_set(entry, IRTE_URG, urgent);
	field_set(entry, IRTE_V, vector);
	bench_store(b, b->target->entry, 0);
	bench_store(b, b->target->entry + 1, entry[1]);
	bench_store(b, b->target->entry, entry[0]);
	return vtd_invalidate_interrupts_all(b->unit);
}

static enum vtd_status lead(struct bench *b, uint64_t descriptor, bool urgent)
{
	return lead_vector(b, descriptor, urgent, b->target->vector[0]);
}

/* Each bit of the vector counts: the one that it names is set, and no other. */
static const char *try_vectors(struct bench *b)
{
	volatile uint64_t *d = b->target->descriptor[0];

	for (unsigned bit = 0; bit < 8; bit++) {
		unsigned vector = b->target->vector[0] ^ 1u << bit;
		bool is_right = true;

		if (lead_vector(b, (uint64_t)d, false, vector) != VTD_OK)
			return NULL;
		notified(b, d, field_bits(PID_SN, 1));
		if (b->device->may_not_send && !(d[0] | d[1] | d[2] | d[3]))
			continue;
		for (unsigned i = 0; i < 4; i++)
			is_right &= d[i] == (vector / 64 == i ? 1ull << vector % 64 : 0);
		if (is_right)
			continue;
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target irte-posted, vector 0x%x: bits 0x%lx, 0x%lx, 0x%lx and 0x%lx of the four words of PIR are set, and not the one of the vector alone: bit %u of the vector is not used (section 5.2.3)",
			vector, d[0], d[1], d[2], d[3], bit);
		return text;
	}
	return NULL;
}

/* Bits of a descriptor that must be 0 (section 9.11): nothing may be posted. The same without them comes, above. */
static const char *try_reserved(struct bench *b)
{
	static const struct {
		unsigned word, bit;
	} reserved[] = { { CONTROL, 2 }, { CONTROL, 15 }, { CONTROL, 24 }, { 5, 0 }, { 7, 63 } };
	volatile uint64_t *d = b->target->descriptor[0];

	if (b->has_interrupt || lead(b, (uint64_t)d, false) != VTD_OK)
		return NULL;
	for (unsigned i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		struct vtd_fault faults[16] = { 0 };
		unsigned n, word = reserved[i].word;
		bool overflow, is_set;

		vtd_fault_clear(b->unit);
		set_descriptor(d, field_bits(PID_SN, 1));
		d[word] |= 1ull << reserved[i].bit;
		send(b);
		n = vtd_fault_read(b->unit, faults, 16, &overflow);
		is_set = is_posted(b, d);
		d[word] = 0;
		if (!is_set && (b->device->may_not_send ||
				(n && faults[0].reason == FAULT_DESCRIPTOR_RESERVED)))
			continue;
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target irte-posted, bit %u of its descriptor set, which is reserved: the interrupt was%s posted, and a fault of reason 0x%x recorded, where it must be refused for reason 0x28 (section 5.1.4.1)",
			64 * word + reserved[i].bit, is_set ? "" : " not", faults[0].reason);
		return text;
	}
	return NULL;
}

static const char *try_notifications(struct bench *b)
{
	static const struct {
		bool urgent, on, held; /* URG of the entry; ON and SN of the descriptor before */
		const char *seen;      /* if it is not as it must be */
	} cases[] = {
		{ false, false, false, "ON and SN were clear: one must" },
		{ false, true, false, "ON was set: none may" },
		{ false, false, true, "SN was set: none may" },
		{ true, false, true, "SN was set and the interrupt is urgent (URG): one must" },
		{ true, true, false, "ON was set and the interrupt is urgent (URG): none may" },
	};
	volatile uint64_t *d = b->target->descriptor[0];
	/* To this processor, as the vector of A (section 9.11). */
	uint64_t to = (uint64_t)b->driver_apic << (b->target->x2apic ? 32 : 40) |
		      (uint64_t)INTERRUPT_VECTOR_A << 16;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool must = !cases[i].on && (!cases[i].held || cases[i].urgent);
		unsigned came;

		if (lead(b, (uint64_t)d, cases[i].urgent) != VTD_OK)
			return NULL;
		came = notified(b, d, to | cases[i].on | (uint64_t)cases[i].held << 1);
		if (b->device->may_not_send && !is_posted(b, d))
			continue;
		if (came != must || !is_posted(b, d)) {
			format_text(
				text, sizeof(text),
				OUTSIDE
				"target irte-posted: an interrupt was%s posted and %u notifications came, where %s come (section 5.2.3)",
				is_posted(b, d) ? "" : " not", came, cases[i].seen);
			return text;
		}
		if (!(d[CONTROL] & 1) == (must || cases[i].on))
			return OUTSIDE
				"target irte-posted: a notification was sent, and ON of the descriptor was not set with it, or it was where none was sent (section 5.2.3)";
	}
	return NULL;
}

static const char *try_descriptor(struct bench *b, struct tally *t)
{
	volatile uint64_t *low = b->target->descriptor[0];

	for (unsigned bit = FIRST_HIGH; bit <= LAST_HIGH; bit++) {
		volatile uint64_t *high = memory_alloc_alias((const void *)(uint64_t)low, bit);

		if (!high)
			continue;
		if (lead(b, (uint64_t)high, false) != VTD_OK)
			return t->stopped = "the queue stopped";
		set_descriptor(low, field_bits(PID_SN, 1));
		notified(b, high, 2);
		if (is_posted(b, high) || (b->device->may_not_send && !is_posted(b, low)))
			continue;
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target irte-posted, its descriptor at 0x%lx: an interrupt was not posted there%s: bit %u of its address is not used (section 9.10)",
			(uint64_t)high, is_posted(b, low) ? ", but where that bit is clear" : "",
			bit);
		return text;
	}
	return NULL;
}

const char *interrupt_places_find(struct bench *b, struct tally *t)
{
	const char *problem;

	if (!engine_settle(b, b->target->state[0][0], t))
		return t->stopped;
	problem = try_table(b, t);
	if (problem || b->lacks[TARGET_IRTE_POSTED])
		return problem;
	problem = engine_choose(b, &b->targets[TARGET_IRTE_POSTED]);
	if (!problem && !engine_settle(b, b->target->state[0][0], t))
		problem = t->stopped;
	if (problem)
		return t->stopped = problem;
	problem = try_notifications(b);
	if (!problem)
		problem = try_vectors(b);
	if (!problem)
		problem = try_reserved(b);
	if (!problem)
		problem = try_descriptor(b, t);
	if (!engine_put(b, b->target->state[0][0], t))
		return t->stopped;
	return problem;
}
