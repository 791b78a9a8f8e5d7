/* SPDX-License-Identifier: BSD-2-Clause */
/* The check flips: its table of bits, and one change of a bit under a DMA. */
#include "tests/litmus/flips.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/lib/random.h"
#include "kernel/lib/string.h"
#include "kernel/memory.h"
#include "kernel/output/log.h"
#include "kernel/time.h"
#include "tests/litmus/building.h"
#include "tests/litmus/clearing.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/explain.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/report.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/pagetable.h"
#include "vtd/regs.h"

#define ROUNDS		32 /* of the whole sequence; of one whose harm is a record */
#define ROUNDS_RECORDED 12
#define CONTROLS	8 /* of each that leaves something out */
#define PATH_MAX	5
#define ALWAYS		FIELD(0, 0) /* ECAP.C: asked of no unit */

/* Flags of paging entries: as SS_A, SS_D and FS_EA of vtd/entry.h. */
#define SS_ACCESSED (1ull << 8)
#define SS_DIRTY    (1ull << 9)
#define FS_EXTENDED (1ull << 10)

/* In which entry the bit is: the target's own, or one above it. */
enum place { OWN, CONTEXT_ABOVE, DIRECTORY_ABOVE };

/* By what it shows. */
enum seen {
	MARKS,	  /* flags that the walk sets in paging entries, while the bit is set */
	SILENCES, /* refused DMAs are not recorded, while the bit is set */
	NOTHING,  /* here: DMA goes on */
};

/* What is seen of a unit that goes by the old bit, from 0 to 1 and back: for the log, and as a sentence. */
static const struct {
	const char *word[2], *sentence[2];
} harms[] = {
	[MARKS] = { { "marked all the same", "not marked" },
		    { "the next writes set flags all the same",
		      "the next writes did not set all" } },
	[SILENCES] = { { "not recorded", "recorded all the same" },
		       { "the next refused DMA was not recorded",
			 "the next refused DMA was recorded" } },
	[NOTHING] = { { "not in its page", "not in its page" },
		      { "a DMA did not come to its page", "a DMA did not come to its page" } },
};

static const struct flip {
	uint8_t target, place, seen;
	struct vtd_field bit, needs; /* of ECAP */
	unsigned pieces;	     /* what table 28 asks for */
	uint64_t flags, leaf_flags;  /* MARKS: of every entry of the walk, and of the last */
	const char *name, *section;
} flips[] = {
	{ TARGET_PASID_SS, OWN, MARKS, PASID_SSADE, ECAP_SSADS, DO(PASID_ONE) | DO(IOTLB_DOMAIN),
	  SS_ACCESSED, SS_DIRTY, "SSADE of the PASID-table entry", "3.7.2" },
	{ TARGET_PASID_NESTED, OWN, MARKS, PASID_SSADE, ECAP_SSADS,
	  DO(PASID_ONE) | DO(IOTLB_DOMAIN), SS_ACCESSED, SS_DIRTY,
	  "SSADE of the nested PASID-table entry", "3.8.1" },
	{ TARGET_PASID_FS, OWN, MARKS, PASID_EAFE, ECAP_EAFS, DO(PASID_ONE) | DO(PIOTLB_PASID),
	  FS_EXTENDED, 0, "EAFE of the PASID-table entry", "3.6.2" },
	{ TARGET_CONTEXT, OWN, SILENCES, CONTEXT_FPD, ALWAYS, DO(CONTEXT_DEVICE) | DO(IOTLB_DOMAIN),
	  0, 0, "FPD of the context entry", "9.3" },
	{ TARGET_PASID_SS, CONTEXT_ABOVE, SILENCES, SM_CONTEXT_FPD, ALWAYS,
	  DO(CONTEXT_DEVICE) | DO(PASID_DOMAIN) | DO(IOTLB_DOMAIN), 0, 0,
	  "FPD of the scalable-mode context entry", "9.4" },
	{ TARGET_PASID_SS, DIRECTORY_ABOVE, SILENCES, PASID_DIR_FPD, ALWAYS,
	  DO(PASID_ONE) | DO(IOTLB_DOMAIN), 0, 0, "FPD of the PASID-directory entry", "9.5" },
	{ TARGET_PASID_SS, OWN, SILENCES, PASID_FPD, ALWAYS, DO(PASID_ONE) | DO(PIOTLB_PASID), 0, 0,
	  "FPD of the PASID-table entry", "9.6" },
	{ TARGET_PASID_SS, CONTEXT_ABOVE, NOTHING, SM_CONTEXT_PRE, ECAP_PRS,
	  DO(CONTEXT_DEVICE) | DO(PASID_DOMAIN) | DO(IOTLB_DOMAIN), 0, 0,
	  "PRE of the scalable-mode context entry", "9.4" },
	{ TARGET_PASID_SS, OWN, NOTHING, PASID_PGSNP, ECAP_SC, DO(PASID_ONE) | DO(PIOTLB_PASID), 0,
	  0, "PGSNP of the PASID-table entry", "9.6" },
};

static struct tally t;
static char text[640];

/* One bit under test, on this bench. */
struct trying {
	struct bench *b;
	const struct flip *flip;
	bool first;	      /* first-stage tables */
	uint64_t *word, mask; /* the bit, in the live entry */
	uint64_t before;      /* what that word was */
	uint64_t other;	      /* bus address of a second page, in the same leaf table */
	uint64_t *leaf, *other_leaf;
	uint64_t *path[PATH_MAX]; /* paging entries of the page under test, the leaf first */
	unsigned levels;
	bool is_alone;	  /* there is no second page: `other` is the first */
	bool set;	  /* it goes from 0 to 1 */
	uint64_t missing; /* of the flags, after it did */
};

/* The live entry that holds the bit. */
static uint64_t *entry_of(const struct bench *b, enum place place)
{
	const struct target *target = b->target;
	unsigned devfn = b->source_id & 0xff;
	const uint64_t *root = target->root + ROOT_WORDS * (b->source_id >> 8);
	uint64_t *context;

	if (place == OWN)
		return target->entry;
	context = (uint64_t *)(root[devfn >> 7] & field_mask(ROOT_CTP)) +
		  SM_CONTEXT_WORDS * (devfn & 0x7f);
	if (place == CONTEXT_ABOVE)
		return context;
	return (uint64_t *)(field_get(context, SM_CONTEXT_PASIDDIRPTR) << 12) +
	       target->pasid[0] / 64;
}

/* A free entry of the leaf table, for a second page that leads where the first does. */
static bool find_other(struct trying *x)
{
	const struct target *target = x->b->target;
	uint64_t *table = (uint64_t *)((uint64_t)x->leaf & ~(PAGE_SIZE - 1));

	for (unsigned bit = 12; bit < 21; bit++) {
		x->other = target->address ^ 1ull << bit;
		x->other_leaf = table + vtd_table_index(x->other, 1);
		if (!*x->other_leaf && !(x->other & ~x->b->device->address_mask))
			return true;
	}
	return false;
}

static bool prepare(struct trying *x)
{
	struct bench *b = x->b;
	const struct flip *f = x->flip;
	const uint64_t *entry = b->target->state[0][0];
	uint64_t *root, at;

	x->word = entry_of(b, (enum place)f->place) + f->bit.low / 64;
	x->mask = 1ull << f->bit.low % 64;
	x->before = *x->word;
	x->leaf = b->target->leaf[0];
	x->first = b->target->id == TARGET_PASID_FS;
	if (!x->leaf || !find_other(x))
		return false;
	if (f->seen != MARKS)
		return true;
	/* Nested: what is looked at are the second-stage entries of what the first stage leads to. */
	at = b->target->id == TARGET_PASID_NESTED ? *x->leaf & field_mask(FS_ADDR)
						  : b->target->address;
	x->levels = x->first ? 4 : (unsigned)field_get(entry, PASID_AW) + 2;
	root = (uint64_t *)(field_get(entry, x->first ? PASID_FSPTPTR : PASID_SSPTPTR) << 12);
	for (unsigned level = 1; level <= x->levels; level++)
		x->path[level - 1] = building_paging_entry(root, x->levels, level, at);
	if (b->target->id == TARGET_PASID_NESTED) {
		x->other = b->target->address;
		x->other_leaf = x->path[0];
		x->is_alone = true;
	}
	return true;
}

static void set_bit(struct trying *x, bool on)
{
	bench_store(x->b, x->word, on ? *x->word | x->mask : *x->word & ~x->mask);
}

static void clear_flags(struct trying *x)
{
	uint64_t flags = x->flip->flags | x->flip->leaf_flags;

	for (unsigned level = 0; level < x->levels; level++)
		bench_store(x->b, x->path[level], *x->path[level] & ~flags);
	bench_store(x->b, x->other_leaf, *x->other_leaf & ~flags);
}

/* Of the flags that the walks of both pages set: those that are somewhere, and those that are not everywhere. */
static void read_flags(const struct trying *x, uint64_t *any, uint64_t *missing)
{
	uint64_t all = x->flip->flags | x->flip->leaf_flags;
	uint64_t here = *(volatile uint64_t *)x->path[0] & all,
		 other = *(volatile uint64_t *)x->other_leaf & all;

	*any = here | other;
	*missing = all & ~(here & other);
	for (unsigned level = 1; level < x->levels; level++) {
		uint64_t above = *(volatile uint64_t *)x->path[level] & x->flip->flags;

		*any |= above;
		*missing |= x->flip->flags & ~above;
	}
}

static const char *flag_name(uint64_t flags)
{
	return flags & SS_DIRTY ? "Dirty" : flags & SS_ACCESSED ? "Accessed" : "Extended Accessed";
}

/* One DMA to a page that is mapped. */
static enum outcome go_to(struct bench *b, uint64_t at)
{
	struct measurement there = { .address = at };

	return engine_dma(b, &there, &t, false);
}

/* One DMA to the page under test, which no entry maps. Whether it was recorded; certain: a record must come. */
static bool is_recorded(struct bench *b, bool certain)
{
	struct dma_device *d = b->device;
	uint64_t began = time_us(), limit = 4 * d->typical_us + bench_record_wait_us(b);
	enum dma_state state;
	bool recorded;

	bench_forget_faults(b);
	target_arm(b->target, ++t.dmas);
	d->generator->start(d, b->target->address);
	do {
		state = d->generator->poll(d);
		if (!b->has_interrupt)
			bench_read_faults(b, &t.faults);
		else
			cpu_pause();
	} while (state == DMA_BUSY && !bench_said_anything(b) && time_us() - began < limit);
	bench_collect_faults(b, &t, !certain);
	recorded = bench_said_anything(b);
	if (state != DMA_DONE)
		t.stopped = bench_reset(b);
	bench_drain_faults(b, &t, time_us());
	return recorded;
}

static bool is_ok(struct bench *b, enum vtd_status status)
{
	if (status != VTD_OK && !t.stopped)
		t.stopped = bench_status_text(b, status);
	return !t.stopped;
}

/* State A, with the bit as it was, both pages mapped or, where refusals are looked for, the second alone. */
static bool put_old(struct trying *x)
{
	struct bench *b = x->b;

	if (!engine_put(b, b->target->state[0][0], &t))
		return false;
	if (x->flip->place == CONTEXT_ABOVE && x->flip->seen == NOTHING)
		bench_store(b, x->word, *x->word | field_mask(SM_CONTEXT_DTE)); /* PRE wants it */
	if (!x->is_alone)
		bench_store(b, x->other_leaf, b->target->leaf_value[0]);
	if (x->flip->seen == SILENCES)
		bench_store(b, x->leaf, 0);
	if (x->flip->seen == MARKS)
		clear_flags(x);
	set_bit(x, !x->set);
	return is_ok(b, vtd_flush_write_buffer(b->unit)) && is_ok(b, vtd_invalidate_all(b->unit));
}

/* As before the check. */
static void put_back(struct trying *x)
{
	struct bench *b = x->b;

	bench_store(b, x->word, x->before);
	if (!x->is_alone)
		bench_store(b, x->other_leaf, 0);
	engine_put(b, b->target->state[0][0], &t);
}

/* The bit changes under a DMA to `at`, which is mapped; its invalidations come, and the DMA ends. True: it landed. */
static bool change_under_dma(struct trying *x, uint64_t at, unsigned pieces)
{
	struct bench *b = x->b;
	enum vtd_status status;
	enum dma_state state;

	target_arm(b->target, ++t.dmas);
	b->device->generator->start(b->device, at);
	/* From at once to about the time that a DMA takes. */
	cpu_spin(random_next(&b->seed) & (random_next(&b->seed) & 256 ? 63 : 1023));
	set_bit(x, x->set);
	status = vtd_flush_write_buffer(b->unit);
	if (status == VTD_OK && pieces == DO(PIECES))
		status = vtd_invalidate_all(b->unit);
	else if (status == VTD_OK)
		status = pieces_give(b, pieces, 0);
	state = bench_wait(b, &t);
	if (state == DMA_DEAD && !t.stopped)
		t.stopped = bench_reset(b);
	return is_ok(b, status) && target_written(b->target, t.dmas) & 1 << OUTCOME_A;
}

/* Whether the new state does not hold after it. `pieces`: the invalidations that are given. */
static bool is_harmed(struct trying *x, unsigned pieces, const char **at_once)
{
	struct bench *b = x->b;
	uint64_t here = b->target->address;
	uint64_t any, missing;
	bool landed = true;

	if (!put_old(x))
		return false;
	/* What the unit keeps of the old entry. */
	if (x->flip->seen != SILENCES)
		landed &= go_to(b, here) == OUTCOME_A;
	landed &= go_to(b, x->other) == OUTCOME_A;
	if (x->flip->seen == MARKS && !t.stopped) {
		read_flags(x, &any, &missing);
		if (x->set ? any : missing)
			*at_once = x->set ? "set although it was clear"
					  : "clear although it was set";
	}
	landed &= change_under_dma(x, x->flip->seen == SILENCES ? x->other : here, pieces);
	if (t.stopped)
		return false;
	if (x->flip->seen == SILENCES) {
		landed &= go_to(b, x->other) == OUTCOME_A;
		return landed && is_recorded(b, !x->set && pieces == x->flip->pieces) == x->set;
	}
	if (x->flip->seen == MARKS && !x->set)
		clear_flags(x);
	landed &= go_to(b, here) == OUTCOME_A;
	landed &= go_to(b, x->other) == OUTCOME_A;
	if (x->flip->seen == NOTHING)
		return !landed;
	read_flags(x, &any, &missing);
	x->missing |= landed && x->set ? missing : 0;
	return landed && (x->set ? missing : any);
}

/* How often, in so many changes. */
static unsigned count_harms(struct trying *x, unsigned pieces, unsigned rounds)
{
	const char *at_once = NULL;
	unsigned failed = 0;

	for (unsigned i = 0; i < rounds && !t.stopped; i++)
		failed += is_harmed(x, pieces, &at_once);
	if (at_once && !t.stopped && pieces == x->flip->pieces)
		format_text(
			text, sizeof(text),
			"outside the specification: target %s: with everything invalidated before, flags of the paging entries were %s: %s does not count here (section %s)",
			target_name((enum target_id)x->b->target->id), at_once, x->flip->name,
			x->flip->section);
	return failed;
}

/* Of a unit that does not do it after all that the specification asks for. */
static void complain(struct trying *x, unsigned failed, unsigned rounds)
{
	char given[240];
	bool helps = !count_harms(x, DO(PIECES), CONTROLS) && !t.stopped;

	pieces_text(given, sizeof(given), x->flip->pieces);
	format_text(
		text, sizeof(text),
		"outside the specification: target %s: %s went from %d to %d while a DMA was under way, and these were done: %s; after %u of %u such changes %s%s%s (section %s): %s",
		target_name((enum target_id)x->b->target->id), x->flip->name, !x->set, x->set,
		given, failed, rounds, harms[x->flip->seen].sentence[x->set],
		x->missing ? ", not " : "", x->missing ? flag_name(x->missing) : "",
		x->flip->section,
		helps ? "not so with everything invalidated globally instead: one of these is not done, or a request that was under way fills a cache after it (section 6.2.3.1)"
		      : "so also with everything invalidated globally instead: the bit is not looked at, is refused, or is kept beside the caches");
}

/* The controls: with none, and without each. */
static void try_controls(struct trying *x, char *line, size_t room)
{
	size_t n = format_text(line, room, "; controls: %u of %u with nothing invalidated",
			       count_harms(x, 0, CONTROLS), CONTROLS);

	for (unsigned p = 0; p < PIECES && !t.stopped; p++)
		if (x->flip->pieces & DO(p))
			n += format_text(line + n, room - n, ", %u without the %s",
					 count_harms(x, x->flip->pieces & ~DO(p), CONTROLS),
					 p <= CONTEXT_ALL ? "context cache"
					 : p <= PASID_ALL ? "PASID cache"
							  : "IOTLB");
}

static const char *try_direction(struct trying *x)
{
	unsigned rounds = x->flip->seen == SILENCES ? ROUNDS_RECORDED : ROUNDS, failed;
	char line[240] = "";

	text[0] = 0;
	x->missing = 0;
	failed = count_harms(x, x->flip->pieces, rounds);
	if (!failed && !text[0] && !t.stopped && x->flip->seen != NOTHING)
		try_controls(x, line, sizeof(line));
	log_note("  %s, %d to %d: %s after its invalidations in %u of %u%s", x->flip->name, !x->set,
		 x->set, harms[x->flip->seen].word[x->set], failed, rounds, line);
	if (failed && !text[0] && !t.stopped)
		complain(x, failed, rounds);
	return t.stopped ? t.stopped : text[0] ? text : NULL;
}

/* Why this bit is not tried here; NULL: it is. */
static const char *lacks(const struct bench *b, const struct flip *f, enum target_id *id)
{
	*id = (enum target_id)f->target;
	/* Where there is no second stage, the first does for what does not depend on it. */
	if (f->seen != MARKS && *id == TARGET_PASID_SS && b->lacks[*id])
		*id = TARGET_PASID_FS;
	if (b->lacks[*id])
		return b->lacks[*id];
	if (b->targets[*id].phases > 1)
		return "with tables of one depth the entry has more than two states";
	if (f->needs.high && !field_of(b->unit->ecap, f->needs))
		return "ECAP says that the unit does not have it";
	if (f->seen == MARKS && !field_of(b->unit->ecap, ECAP_SMPWC))
		return "its walks do not snoop (ECAP.SMPWC = 0), so it may set no flags";
	return NULL;
}

static const char *try_flip(struct bench *b, const struct flip *f, unsigned *done)
{
	struct trying x = { .b = b, .flip = f };
	enum target_id id;
	const char *problem = lacks(b, f, &id);

	if (problem) {
		log_note("  %s: not tried: %s", f->name, problem);
		return NULL;
	}
	problem = ownership_settle(b, &b->targets[id], &t);
	if (problem)
		return t.stopped = problem;
	if (!prepare(&x)) {
		log_note("  %s: not tried: the device has no second page", f->name);
		return NULL;
	}
	for (unsigned direction = 0; direction < 2 && !problem; direction++) {
		x.set = !direction;
		problem = try_direction(&x);
		*done += !problem;
	}
	if (!t.stopped)
		put_back(&x);
	return problem;
}

void check_flips(struct bench *b, const char *id)
{
	const char *problem = NULL, *follows = bench_follows(b, BROKEN(BROKEN_CACHES), id);
	unsigned done = 0;

	log_note("%s: one bit of a live entry changed under a DMA; Dirty cleared under one", id);
	memset(&t, 0, sizeof(t));
	bench_log_interrupts(b, &t.faults);
	for (unsigned i = 0; i < sizeof(flips) / sizeof(flips[0]) && !problem; i++)
		problem = try_flip(b, &flips[i], &done);
	if (!problem)
		problem = clearing_find(b, &t);
	bench_log_interrupts(b, NULL);
	report_result(id,
		      !problem	  ? VERDICT_SELF_CHECK
		      : t.stopped ? VERDICT_ERROR
				  : VERDICT_FAIL,
		      problem && !t.stopped && follows ? follows : problem, done, "flips");
}
