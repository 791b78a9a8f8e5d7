/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the DMA of a device passes the unit that the DMAR table names. */
#include "tests/litmus/ownership.h"
#include "kernel/lib/format.h"
#include "kernel/kernel.h"
#include "kernel/lib/string.h"
#include "kernel/output/log.h"
#include "kernel/time.h"
#include "tests/litmus/arrival.h"
#include "tests/litmus/companion.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/explain.h"
#include "vtd/invalidate.h"
#include "vtd/translate.h"

#define ATTEMPTS	  9 /* their median is the time that a record takes */
#define ATTEMPTS_AT_LEAST 3 /* one that is slow, as a virtual machine's first is, makes no median */
#define LATER_US \
	1000 /* a record sooner than this is waited for eight times as long again, for others */
#define ENOUGH_US   300000 /* no further attempt after that */
#define STRAYS_MOST 2

static const char *say(struct bench *b, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	format_v(b->ownership, sizeof(b->ownership), format, arguments);
	va_end(arguments);
	return b->ownership;
}

/* The device's own id, or that of a bridge above it: its own, or its secondary bus and 0 (section 3.6.1). */
static bool may_be_its(const struct pci_function *f, uint16_t source_id)
{
	if (source_id == (uint16_t)(f->bus << 8 | f->devfn))
		return true;
	for (const struct pci_function *above = f->parent; above; above = above->parent)
		if (source_id == (uint16_t)(above->bus << 8 | above->devfn) ||
		    source_id == (uint16_t)(above->secondary << 8))
			return true;
	return false;
}

static unsigned recorded_by(struct bench *b, struct vtd_unit *units, unsigned count)
{
	for (unsigned u = 0; u < count; u++) {
		struct vtd_fault faults[16];
		bool overflow;
		unsigned n = 0;

		if (&units[u] != b->unit && units[u].translating)
			n = vtd_fault_read(&units[u], faults, 16, &overflow);
		for (unsigned i = 0; i < n; i++)
			if (fault_is_of_pages(&b->requester, &faults[i]))
				return u;
	}
	return count;
}

/* By the tables as they are: the reason for which this device's request must be refused. */
static uint8_t reason_of_base(const struct bench *b)
{
	struct vtd_request request = { .source_id = b->source_id,
				       .has_pasid = b->device->tagging == DMA_TAGS_ALWAYS,
				       .at = target_address() };
	struct vtd_translation result;

	vtd_translate(b->unit, &request, NULL, &result);
	return result.reason;
}

/* What was recorded in its place, or what becomes of more. */
static const char *missing(struct bench *b, const struct attempt *a)
{
	return a->others || a->overflow ? bench_attempt_text(b, a) : arrival_unrecorded(b);
}

static const char *judge(struct bench *b, const struct attempt *a, struct vtd_unit *units,
			 unsigned count)
{
	const struct vtd_fault *f = &a->fault;
	unsigned other;

	if (a->arrived)
		return say(b, "its DMA arrives though its entry is absent: %s%s",
			   a->recorded ? "it does not pass the unit that the DMAR table names"
				       : arrival_untranslated(b),
			   a->recorded ? ", though that recorded a fault" : "");
	if (!a->recorded) {
		other = recorded_by(b, units, count);
		if (other < count)
			return say(
				b,
				"its DMA was refused by unit %u, which the DMAR table does not name",
				other);
		return say(
			b,
			"its DMA neither arrived nor was recorded as refused (section 7.2; %lu were recorded before); %s",
			b->attempts, missing(b, a));
	}
	if (!may_be_its(b->device->function, f->source_id))
		return say(
			b,
			"its refused DMA was recorded with source-id %02x:%02x.%x, which is neither its own nor a bridge's above it",
			f->source_id >> 8, f->source_id >> 3 & 31, f->source_id & 7);
	b->source_id = f->source_id;
	if (f->reason != reason_of_base(b))
		return say(
			b,
			"its DMA was refused for reason 0x%x, and not 0x%x, though its entry is absent",
			f->reason, reason_of_base(b));
	return NULL;
}

static void sort(uint64_t *us, unsigned count)
{
	for (unsigned i = 1; i < count; i++)
		for (unsigned k = i; k && us[k] < us[k - 1]; k--) {
			uint64_t swap = us[k];

			us[k] = us[k - 1];
			us[k - 1] = swap;
		}
}

/* How long after the first record of a DMA its last one comes, of those that come within `most_us`; all are cleared. */
static uint64_t later_record_us(struct bench *b, uint64_t most_us)
{
	uint64_t begin = time_us(), now = begin, last = 0;
	struct vtd_fault fault;
	bool overflow;

	do {
		now = time_us();
		if (vtd_fault_read(b->unit, &fault, 1, &overflow))
			last = now - begin + 1;
	} while (now - begin < most_us);
	vtd_fault_clear(b->unit);
	return last;
}

const char *ownership_find(struct bench *b, struct vtd_unit *units, unsigned count, bool *is_wrong)
{
	uint64_t us[ATTEMPTS], begin = time_us(), later;
	unsigned tries = 0, strays = 0;
	struct attempt a;
	uint16_t source_id;

	*is_wrong = false;
	if (options.breakage == BREAK_PROOF)
		return NULL;
	do {
		const char *problem;

		bench_attempt(b, &a);
		if (a.problem)
			return a.problem;
		/* Another device's refused DMA may be tried again, and recorded, late: a wrong source-id comes again. */
		if (!a.arrived && a.recorded && strays < STRAYS_MOST &&
		    !may_be_its(b->device->function, a.fault.source_id)) {
			strays++;
			time_delay_us(bench_record_wait_us(b));
			continue;
		}
		source_id = b->source_id;
		problem = judge(b, &a, units, count);
		/* A record that is late after one that was judged: the next attempt would take it for its own. */
		later = later_record_us(b, a.us < LATER_US ? 8 * a.us + 8 : 2 * a.us);
		if (later > b->later_us)
			b->later_us = later;
		if (!problem && tries && b->source_id != source_id)
			problem = say(
				b,
				"its refused DMA was recorded with two source-ids, one after the other");
		*is_wrong = problem;
		if (problem)
			return problem;
		us[tries++] = a.us;
		b->attempts++;
	} while (tries < ATTEMPTS && (tries < ATTEMPTS_AT_LEAST || time_us() - begin < ENOUGH_US));
	sort(us, tries);
	b->record_us = us[tries / 2] + 1;
	say(b,
	    "refused %u times while its entry was absent, recorded as %02x:%02x.%x, reason 0x%x, after %lu us",
	    tries, b->source_id >> 8, b->source_id >> 3 & 31, b->source_id & 7, a.fault.reason,
	    b->record_us);
	return NULL;
}

/* QEMU reports an absent PASID-table entry as one that it cannot read, or an invalid one. */
static bool is_absence(struct bench *b, uint8_t reason)
{
	if (b->target->kind == KIND_PASID && reason >= FAULT_PASID_ACCESS &&
	    reason <= FAULT_PASID_INVALID) {
		b->traits.absent_pasid_reason = reason;
		for (unsigned id = 0; id < TARGET_COUNT; id++)
			b->targets[id].any_pasid_fault_is_absence = reason !=
								    FAULT_PASID_NOT_PRESENT;
		return true;
	}
	return target_fault_outcome(b->target, reason) == OUTCOME_NOT_PRESENT;
}

/* Where the request led if the unit reads RID_PASID otherwise than it says (ECAP.RPS); then it does. */
static bool arrived_otherwise(struct bench *b, enum outcome outcome)
{
	if (b->target->id != TARGET_SM_CONTEXT || b->unit->rid_pasid_seen)
		return false;
	b->unit->uses_rid_pasid = !b->unit->uses_rid_pasid;
	target_choose_phase(b->target, 0);
	if (outcome == b->target->expects[0])
		return true;
	b->unit->uses_rid_pasid = !b->unit->uses_rid_pasid;
	target_choose_phase(b->target, 0);
	return false;
}

static const char *disprove(struct bench *b, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	format_v(b->disproved, sizeof(b->disproved), format, arguments);
	va_end(arguments);
	b->disproof = b->disproved;
	return b->disproof;
}

static void arm_every_target(struct bench *b, uint64_t number)
{
	for (unsigned id = 0; id < TARGET_COUNT; id++)
		if (!b->lacks[id])
			target_arm(&b->targets[id], number);
}

/* The first page that was written to: its name, and *id its target; NULL: none. */
static const char *landing(struct bench *b, uint64_t number, enum target_id *id)
{
	for (unsigned i = 0; i < TARGET_COUNT; i++) {
		unsigned written = b->lacks[i] ? 0 : target_written(&b->targets[i], number);

		*id = (enum target_id)i;
		for (unsigned p = 0; p < OUTCOME_PAGES; p++)
			if (written >> p & 1)
				return target_outcome_name(&b->targets[i], p);
	}
	return NULL;
}

/* A request of `b`, its entry absent in the current tables of its unit. */
static const char *see_refused(struct bench *b)
{
	const char *target = target_name((enum target_id)b->target->id), *page;
	uint64_t number = ++b->attempts;
	enum target_id other;
	struct attempt a;

	arm_every_target(b, number);
	bench_attempt(b, &a);
	if (a.problem)
		return a.problem;
	page = landing(b, number, &other);
	if (a.arrived)
		return disprove(b, "its DMA arrives though its entry is absent: %s",
				a.recorded ? "it passes the unit by" : arrival_untranslated(b));
	if (!a.recorded && page)
		return disprove(
			b,
			"target %s, its entry absent, everything invalidated globally: its DMA was not refused, it landed in page %s of target %s; %s",
			target, page, target_name(other), explain_not_refused(b));
	if (!a.recorded)
		return disprove(
			b,
			"target %s: its DMA neither arrived nor was recorded as refused, while its entry was absent (section 7.2; %lu were recorded before); %s",
			target, number - 1, missing(b, &a));
	if (fault_fit(&b->requester, &a.fault) != FAULT_FITS)
		return disprove(b, "%s", fault_fit_text(fault_fit(&b->requester, &a.fault)));
	if (!a.fault.reason)
		return disprove(
			b,
			"target %s: its DMA was refused, and the record says reason 0x0, which is none: F is set before the rest of the record is written (section 7.2.1)",
			target);
	if (!is_absence(b, a.fault.reason))
		return disprove(
			b,
			"target %s: its DMA was refused for reason 0x%x, which is not its entry's absence: an entry with P clear was taken for one that is present (chapter 9), or the reason is wrong (section 7.1.3)",
			target, a.fault.reason);
	return NULL;
}

/*
 * A DMA that is to arrive, after one that was refused. A device that goes on after that may do nothing of it, whatever the unit
 * does: then it is never to go on so.
 */
static enum outcome dma_after_refused(struct bench *b, struct tally *t)
{
	struct measurement once = { .address = b->target->address, .invalidate = true };
	bool may_lose = b->device->may_lose_next;
	enum outcome outcome = engine_dma(b, &once, t, false);

	if (outcome != OUTCOME_SILENT || !may_lose || t->stopped)
		return outcome;
	b->device->starts_anew = true;
	log_note(
		"%s does nothing of the DMA that follows a refused one: it is reset as a whole after each",
		b->device->generator->name);
	t->stopped = bench_reset(b);
	return t->stopped ? outcome : engine_dma(b, &once, t, false);
}

const char *ownership_prove(struct bench *b)
{
	static const uint64_t absent[ENTRY_WORDS_MAX];
	static struct tally t;
	const char *problem;
	unsigned phase = b->target->phase;

	if (b->disproof || b->proven == b->unit->enables || options.breakage == BREAK_PROOF)
		return b->disproof;
	memset(&t, 0, sizeof(t));
	if (!engine_put(b, absent, &t))
		return t.stopped;
	target_choose_phase(b->target, 0);
	problem = see_refused(b);
	if (!problem && !engine_settle(b, b->target->state[0][0], &t))
		problem = t.stopped;
	if (!problem) {
		enum outcome outcome = dma_after_refused(b, &t);

		if (t.stopped)
			problem = t.stopped;
		else if (outcome != b->target->expects[0] && !arrived_otherwise(b, outcome))
			problem = disprove(b, "%s", arrival_elsewhere(b, outcome, &t));
	}
	b->unit->rid_pasid_seen |= !problem && b->target->id == TARGET_SM_CONTEXT;
	target_choose_phase(b->target, phase);
	if (problem) {
		b->device->generator->stop(b->device);
		pci_bus_master(b->device->function, false);
		return problem;
	}
	b->proven = b->unit->enables;
	return NULL;
}

const char *ownership_settle(struct bench *b, struct target *target, struct tally *t)
{
	const char *problem = engine_choose(b, target);

	memset(t, 0, sizeof(*t));
	if (!problem)
		problem = ownership_prove(b);
	if (!problem && !engine_settle(b, target->state[0][0], t))
		problem = t->stopped;
	return problem;
}

const char *ownership_prove_beside(struct bench *b, struct bench *other)
{
	const char *problem;

	if (other->disproof || other->proven == b->unit->enables || options.breakage == BREAK_PROOF)
		return other->disproof;
	other->target = &other->targets[b->target->scalable ? b->target->id : TARGET_CONTEXT];
	problem = companion_take_out(b, other);
	if (!problem)
		problem = see_refused(other);
	if (problem) {
		other->device->generator->stop(other->device);
		pci_bus_master(other->device->function, false);
		return problem;
	}
	other->proven = b->unit->enables;
	return NULL;
}

const char *ownership_join(struct bench *b, struct bench *other)
{
	const char *problem = ownership_prove_beside(b, other);

	return problem ? problem : companion_place(b, other);
}
