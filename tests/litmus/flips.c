/* SPDX-License-Identifier: BSD-2-Clause */
/* The check flips: its table of bits, each changed again and again; its controls and its words. */
#include "tests/litmus/flips.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/output/log.h"
#include "tests/litmus/bit_record.h"
#include "tests/litmus/clearing.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/flip.h"
#include "tests/litmus/known.h"
#include "tests/litmus/large_flags.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/refused_flags.h"
#include "tests/litmus/report.h"
#include "vtd/entry.h"
#include "vtd/regs.h"

#define ROUNDS		32 /* of the whole sequence; of one whose harm is a record */
#define ROUNDS_RECORDED 12
#define CONTROLS	8	    /* of each that leaves something out */
#define ABSENT		4	    /* the same, with P clear */
#define ALWAYS		FIELD(0, 0) /* ECAP.C: asked of no unit */

/* What is seen of a unit that goes by the old bit, where it went to 0 and to 1. */
static const char *const sentences[BIT_BYS][2] = {
	[BIT_BY_FLAGS] = { "the next writes set flags all the same",
			   "the next writes did not set all" },
	[BIT_BY_RECORDS] = { "the next refused DMA was not recorded",
			     "the next refused DMA was recorded" },
	[BIT_BY_SNOOPING] = { "a DMA did not come to its page",
			      "the next read that asked not to snoop got what memory had before" },
	[BIT_BY_ARRIVAL] = { "a DMA did not come to its page", "a DMA did not come to its page" },
};

static const struct flip flips[] = {
	{ TARGET_PASID_SS, OWN, BIT_BY_FLAGS, PASID_SSADE, ECAP_SSADS,
	  DO(PASID_ONE) | DO(IOTLB_DOMAIN), SS_ACCESSED, SS_DIRTY, "SSADE of the PASID-table entry",
	  "3.7.2" },
	{ TARGET_PASID_NESTED, OWN, BIT_BY_FLAGS, PASID_SSADE, ECAP_SSADS,
	  DO(PASID_ONE) | DO(IOTLB_DOMAIN), SS_ACCESSED, SS_DIRTY,
	  "SSADE of the nested PASID-table entry", "3.8.1" },
	{ TARGET_PASID_FS, OWN, BIT_BY_FLAGS, PASID_EAFE, ECAP_EAFS,
	  DO(PASID_ONE) | DO(PIOTLB_PASID), FS_EXTENDED, 0, "EAFE of the PASID-table entry",
	  "3.6.2" },
	{ TARGET_CONTEXT, OWN, BIT_BY_RECORDS, CONTEXT_FPD, ALWAYS,
	  DO(CONTEXT_DEVICE) | DO(IOTLB_DOMAIN), 0, 0, "FPD of the context entry", "9.3" },
	{ TARGET_PASID_SS, CONTEXT_ABOVE, BIT_BY_RECORDS, SM_CONTEXT_FPD, ALWAYS,
	  DO(CONTEXT_DEVICE) | DO(PASID_DOMAIN) | DO(IOTLB_DOMAIN), 0, 0,
	  "FPD of the scalable-mode context entry", "9.4" },
	{ TARGET_PASID_SS, DIRECTORY_ABOVE, BIT_BY_RECORDS, PASID_DIR_FPD, ALWAYS,
	  DO(PASID_ONE) | DO(IOTLB_DOMAIN), 0, 0, "FPD of the PASID-directory entry", "9.5" },
	{ TARGET_PASID_SS, OWN, BIT_BY_RECORDS, PASID_FPD, ALWAYS, DO(PASID_ONE) | DO(PIOTLB_PASID),
	  0, 0, "FPD of the PASID-table entry", "9.6" },
	{ TARGET_PASID_SS, CONTEXT_ABOVE, BIT_BY_ARRIVAL, SM_CONTEXT_PRE, ECAP_PRS,
	  DO(CONTEXT_DEVICE) | DO(PASID_DOMAIN) | DO(IOTLB_DOMAIN), 0, 0,
	  "PRE of the scalable-mode context entry", "9.4" },
	{ TARGET_PASID_SS, OWN, BIT_BY_SNOOPING, PASID_PGSNP, ECAP_SC,
	  DO(PASID_ONE) | DO(PIOTLB_PASID), 0, 0, "PGSNP of the PASID-table entry", "9.6" },
};

static struct tally t;
static char text[640];

static const char *flag_name(uint64_t flags)
{
	return flags & SS_DIRTY ? "Dirty" : flags & SS_ACCESSED ? "Accessed" : "Extended Accessed";
}

/* How often, in so many changes. */
static unsigned count_harms(struct trying *x, unsigned pieces, unsigned rounds)
{
	const char *at_once = NULL;
	unsigned failed = 0;

	for (unsigned i = 0; i < rounds && !t.stopped; i++)
		failed += flip_is_harmed(x, pieces, &at_once);
	if (at_once && !t.stopped && pieces == x->flip->pieces)
		format_text(
			text, sizeof(text),
			OUTSIDE
			"target %s: with everything invalidated before, flags of the paging entries were %s: %s does not count here (section %s)",
			target_name((enum target_id)x->b->target->id), at_once, x->flip->name,
			x->flip->section);
	return failed;
}

/* Of a unit that does not do it after all that the specification asks for. */
static void complain(struct trying *x, unsigned failed, unsigned rounds)
{
	char given[240];
	bool helps = !count_harms(x, FLIP_GLOBALLY, CONTROLS) && !t.stopped;

	pieces_text(given, sizeof(given), x->flip->pieces);
	format_text(
		text, sizeof(text),
		OUTSIDE
		"target %s: %s went from %d to %d while a DMA was under way, and these were done: %s; after %u of %u such changes %s%s%s (section %s): %s",
		target_name((enum target_id)x->b->target->id), x->flip->name, !x->set, x->set,
		given, failed, rounds, sentences[x->astray ? BIT_BY_ARRIVAL : x->flip->by][x->set],
		x->missing && !x->astray ? ", not " : "",
		x->missing && !x->astray ? flag_name(x->missing) : "", x->flip->section,
		helps ? "not so with everything invalidated globally instead: one of these is not done, or a request that was under way fills a cache after it (section 6.2.3.1)"
		      : "so also with everything invalidated globally instead: the bit is not looked at, is refused, or is kept beside the caches");
}

/* The controls: with none, and without each. */
static void try_controls(struct trying *x, struct bit_change *c)
{
	c->controls = CONTROLS;
	c->none = count_harms(x, 0, CONTROLS);
	for (unsigned p = 0; p < PIECES && !t.stopped; p++) {
		enum bit_cache cache = p <= CONTEXT_ALL ? BIT_CONTEXT_CACHE
				       : p <= PASID_ALL ? BIT_PASID_CACHE
							: BIT_IOTLB;

		if (!(x->flip->pieces & DO(p)))
			continue;
		c->has[cache] = true;
		c->without[cache] = count_harms(x, x->flip->pieces & ~DO(p), CONTROLS);
	}
}

static const char *try_direction(struct trying *x)
{
	struct bit_change c = { .name = x->flip->name,
				.target = (enum target_id)x->b->target->id,
				.by = (enum bit_by)x->flip->by,
				.to = x->set,
				.changes = x->flip->by == BIT_BY_RECORDS ? ROUNDS_RECORDED
									 : ROUNDS };

	text[0] = 0;
	x->missing = 0;
	x->astray = false;
	c.failed = count_harms(x, x->flip->pieces, c.changes);
	/* With PGSNP clear a request that asks not to snoop may snoop all the same. */
	if (!c.failed && !text[0] && !t.stopped && c.by != BIT_BY_ARRIVAL &&
	    !(c.by == BIT_BY_SNOOPING && !x->set))
		try_controls(x, &c);
	bit_change_tell(&c);
	if (c.failed && !text[0] && !t.stopped)
		complain(x, c.failed, c.changes);
	return t.stopped ? t.stopped : text[0] ? text : NULL;
}

/* FPD counts whatever P says (sections 9.3 to 9.6): Linux leaves it behind in entries of processes that end. */
static const char *try_absent(struct trying *x)
{
	/* It looks at P before it looks at FPD, below the context entry. */
	bool known = known_of_qemu(x->b, KNOWN_FPD_AFTER_P) && x->flip->place != CONTEXT_ABOVE &&
		     x->b->target->scalable;
	unsigned recorded = 0;

	for (unsigned i = 0; i < ABSENT && !t.stopped; i++)
		recorded += flip_is_recorded_absent(x);
	bit_change_tell(&(struct bit_change){ .name = x->flip->name,
					      .target = (enum target_id)x->b->target->id,
					      .by = BIT_BY_RECORDS,
					      .to = true,
					      .absent = true,
					      .known = known && recorded,
					      .changes = ABSENT,
					      .failed = recorded });
	if (!recorded || t.stopped)
		return t.stopped;
	format_text(
		text, sizeof(text),
		OUTSIDE
		"target %s: %s set and P clear, and everything invalidated: %u of %u refused DMAs were recorded: FPD counts whatever P says (section %s)",
		target_name((enum target_id)x->b->target->id), x->flip->name, recorded, ABSENT,
		x->flip->section);
	if (known) {
		log_note("  known of QEMU: %s", text);
		return NULL;
	}
	return text;
}

/* Why this bit is not tried here; NULL: it is. */
static const char *lacks(const struct bench *b, const struct flip *f, enum target_id *id)
{
	*id = (enum target_id)f->target;
	/* Where there is no second stage, the first does for what does not depend on it. */
	if (f->by != BIT_BY_FLAGS && *id == TARGET_PASID_SS && b->lacks[*id])
		*id = TARGET_PASID_FS;
	if (b->lacks[*id])
		return b->lacks[*id];
	if (b->targets[*id].phases > 1)
		return "with tables of one depth the entry has more than two states";
	if (f->needs.high && !field_of(b->unit->ecap, f->needs))
		return "ECAP says that the unit does not have it";
	if (f->by == BIT_BY_FLAGS && !field_of(b->unit->ecap, ECAP_SMPWC))
		return "its walks do not snoop (ECAP.SMPWC = 0), so it may set no flags";
	return NULL;
}

static const char *try_flip(struct bench *b, const struct flip *row, unsigned *done)
{
	struct flip flip = *row, *f = &flip;
	struct trying x = { .b = b, .tally = &t, .flip = f };
	enum target_id id;
	const char *problem = lacks(b, f, &id);

	if (problem) {
		bit_untried_tell(f->name, id, (enum bit_by)f->by, problem);
		return NULL;
	}
	if (f->by == BIT_BY_SNOOPING && !b->device->may_skip_snooping)
		f->by = BIT_BY_ARRIVAL;
	problem = ownership_settle(b, &b->targets[id], &t);
	if (problem)
		return t.stopped = problem;
	if (!flip_prepare(&x)) {
		bit_untried_tell(f->name, id, (enum bit_by)f->by, "the device has no second page");
		return NULL;
	}
	/* Not before: the proof of ownership reads its records itself. */
	bench_log_interrupts(b, &t.faults);
	for (unsigned direction = 0; direction < 2 && !problem; direction++) {
		x.set = !direction;
		problem = try_direction(&x);
		*done += !problem;
	}
	if (!problem && f->by == BIT_BY_RECORDS)
		problem = try_absent(&x);
	bench_log_interrupts(b, NULL);
	if (!t.stopped)
		flip_put_back(&x);
	return problem;
}

void check_flips(struct bench *b, const char *id)
{
	const char *problem = NULL, *follows = bench_follows(b, BROKEN(BROKEN_CACHES), id);
	unsigned done = 0;

	log_note("%s: one bit of a live entry changed under a DMA; Dirty cleared under one", id);
	memset(&t, 0, sizeof(t));
	for (unsigned i = 0; i < sizeof(flips) / sizeof(flips[0]) && !problem; i++)
		problem = try_flip(b, &flips[i], &done);
	if (!problem)
		problem = clearing_find(b, &t);
	if (!problem)
		problem = large_flags_find(b, &t);
	if (!problem)
		problem = refused_flags_find(b, &t);
	report_result(id,
		      !problem	  ? VERDICT_SELF_CHECK
		      : t.stopped ? VERDICT_ERROR
				  : VERDICT_FAIL,
		      problem && !t.stopped && follows ? follows : problem, done, "flips");
}
