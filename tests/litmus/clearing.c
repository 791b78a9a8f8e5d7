/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of the check flips: software reads and clears Dirty of a leaf entry while a DMA has the unit set it. */
#include "tests/litmus/clearing.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/lib/random.h"
#include "kernel/output/log.h"
#include "kernel/output/record.h"
#include "kernel/time.h"
#include "tests/litmus/dirty_stage.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/report.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"

#define ROUNDS	  512
#define ROUNDS_US 100000
#define EXCHANGES 8

/* How software does it. The page counts as dirty if what was read says so, or what stands there in the end. */
enum how { LOCKED, IF_DIRTY, PLAIN, OTHER_PAGE };

static const struct way {
	enum how how;
	bool invalidates, is_control;
	const char *name;
} ways[] = {
	{ LOCKED, true, false, "LOCK AND, then the IOTLB invalidated" },
	/* Linux with generic page tables: what a plain store may lose was read as dirty before. */
	{ IF_DIRTY, true, false,
	  "where it is set a load and a plain store, then the IOTLB invalidated" },
	{ PLAIN, true, true, "a load and a plain store, then the IOTLB invalidated" },
	{ LOCKED, false, true, "LOCK AND, nothing invalidated" },
	{ OTHER_PAGE, true, false,
	  "LOCK XCHG for another page and back, then the IOTLB invalidated" },
};

/* Whose entry it is: a leaf of the first or of the second stage. */
struct clearing {
	struct bench *b;
	struct tally *t;
	volatile uint64_t *leaf;
	uint64_t accessed, dirty;
	uint64_t page[2]; /* what stands there: Dirty clear */
	const struct dirty_stage *stage;
};

struct found {
	unsigned rounds, before,
		after; /* those whose Dirty was seen in what was read; that came later */
	unsigned lost, lost_later, overwritten, astray;
};

static bool is_ok(struct clearing *c, enum vtd_status status)
{
	if (status != VTD_OK && !c->t->stopped)
		c->t->stopped = bench_status_text(c->b, status);
	return !c->t->stopped;
}

static bool forget_translations(struct clearing *c)
{
	struct bench *b = c->b;

	return is_ok(c, vtd_flush_write_buffer(b->unit)) &&
	       is_ok(c, vtd_invalidate_iotlb_domain(b->unit, b->target->domain[0]));
}

/* Returns what it read. */
static uint64_t clear(struct clearing *c, enum how how, uint64_t random)
{
	uint64_t before;

	if (how == LOCKED) {
		before = __atomic_fetch_and(c->leaf, ~c->dirty, __ATOMIC_SEQ_CST);
	} else {
		before = *c->leaf;
		cpu_spin(random & 63);
		if (how == PLAIN)
			*c->leaf = before & ~c->dirty;
		else if (before & c->dirty)
			*c->leaf = *c->leaf & ~c->dirty;
	}
	cpu_stored(c->leaf);
	return before;
}

/* The old page and another, by turns: each time what stands there must be what was put there. Returns who was marked. */
static unsigned exchange(struct clearing *c, struct found *f)
{
	struct bench *b = c->b;
	unsigned page = 0, marked = 0;

	for (unsigned i = 0; i < EXCHANGES; i++) {
		uint64_t before = __atomic_exchange_n(c->leaf, c->page[!page] & ~c->accessed,
						      __ATOMIC_SEQ_CST);

		cpu_stored(c->leaf);
		f->overwritten += ((before ^ c->page[page]) & field_mask(SS_ADDR)) != 0;
		if (before & c->dirty)
			marked |= 1u << page;
		page = !page;
		cpu_spin(random_next(&b->seed) & 255);
	}
	return marked;
}

/* What the DMA wrote to must be dirty by what was read, or in the end. */
static void judge(const struct clearing *c, unsigned marked, uint64_t after, unsigned written,
		  struct found *f)
{
	unsigned page = (after ^ c->page[1]) & field_mask(SS_ADDR) ? 0 : 1;

	f->before += marked != 0;
	f->after += (after & c->dirty) != 0;
	if (after & c->dirty)
		marked |= 1u << page;
	f->lost += (written & 3 & ~marked) != 0;
	f->astray += !(written & 3);
}

static void clear_once(struct clearing *c, const struct way *way, struct found *f)
{
	struct bench *b = c->b;
	uint64_t number = ++c->t->dmas, after;
	unsigned written, marked;

	/* Where all of the entry is exchanged the unit has Accessed to set, too; else it stays set, as software leaves it. */
	*c->leaf = way->how == OTHER_PAGE ? c->page[0] & ~c->accessed : c->page[0] | c->accessed;
	cpu_stored(c->leaf);
	if (!forget_translations(c))
		return;
	target_arm(b->target, number);
	b->device->generator->start(b->device, b->target->address);
	/* From at once to about the time that a DMA takes. */
	cpu_spin(random_next(&b->seed) & (random_next(&b->seed) & 256 ? 63 : 1023));
	if (way->how == OTHER_PAGE)
		marked = exchange(c, f);
	else
		marked = clear(c, way->how, random_next(&b->seed)) & c->dirty ? 1 : 0;
	if (way->invalidates && !forget_translations(c))
		return;
	if (bench_wait(b, c->t) == DMA_DEAD && !c->t->stopped)
		c->t->stopped = bench_reset(b);
	after = *c->leaf;
	written = target_written(b->target, number);
	f->rounds++;
	judge(c, marked, after, written, f);
	/* Marked, read and cleared: the next write must mark it again. */
	if (way->how == OTHER_PAGE || !marked || after & c->dirty || c->t->stopped)
		return;
	if (engine_once(b, c->t) == OUTCOME_A)
		f->lost_later += !(*c->leaf & c->dirty);
}

static const char *complain(const struct clearing *c, const struct way *way, const struct found *f)
{
	static char text[560];

	if (f->astray)
		format_text(
			text, sizeof(text),
			OUTSIDE
			"%s leaf entry, %s, while a DMA was under way: in %u of %u rounds the DMA came to no page of the entry, which was present at each moment (section %s)",
			c->stage->name, way->name, f->astray, f->rounds, c->stage->section);
	else if (f->overwritten)
		format_text(
			text, sizeof(text),
			OUTSIDE
			"%s leaf entry, %s, while a DMA was under way: %u times in %u rounds what had stood there before stood there again: the unit sets Accessed or Dirty by a read and a write of the entry, not atomically, and a change that software makes meanwhile is lost (section %s)",
			c->stage->name, way->name, f->overwritten, f->rounds, c->stage->section);
	else
		format_text(
			text, sizeof(text),
			OUTSIDE
			"%s leaf entry, %s, while a DMA was under way: lost dirty in %u of %u rounds, and in %u the next write was not marked: Dirty was neither in what was read nor in the entry afterwards (section %s)%s",
			c->stage->name, way->name, f->lost, f->rounds, f->lost_later,
			c->stage->section,
			f->lost ? ": it is not set, or not atomically"
				: ": what the IOTLB knows of Dirty outlives its invalidation (section 6.5.2.3)");
	return text;
}

static void tell(const struct clearing *c, const struct way *way, const struct found *f)
{
	char how[120];

	record_encode(how, sizeof(how), way->name);
	report_extra(
		"dirty stage=%s how=%s%s rounds=%u before=%u after=%u lost=%u later=%u overwritten=%u astray=%u",
		c->stage->name, how, way->is_control ? " control=1" : "", f->rounds, f->before,
		f->after, f->lost, f->lost_later, f->overwritten, f->astray);
}

static const char *try_ways(struct clearing *c)
{
	const char *problem = NULL;

	for (unsigned w = 0; w < sizeof(ways) / sizeof(ways[0]) && !problem; w++) {
		uint64_t started = time_us();
		struct found f = { 0 };

		while (f.rounds < ROUNDS && !c->t->stopped &&
		       (f.rounds % 16 || time_us() - started < ROUNDS_US))
			clear_once(c, &ways[w], &f);
		log_note(
			"  %sDirty of the %s leaf, %s: read in %u of %u rounds, in the end set in %u; lost in %u, by the next write in %u",
			ways[w].is_control ? "control: " : "", c->stage->name, ways[w].name,
			f.before, f.rounds, f.after, f.lost, f.lost_later);
		tell(c, &ways[w], &f);
		if (c->t->stopped)
			problem = c->t->stopped;
		else if (!ways[w].is_control && f.lost + f.lost_later + f.overwritten + f.astray)
			problem = complain(c, &ways[w], &f);
		/* QEMU 10.0 to 11.1 sets Dirty only together with Accessed, and by a read and a plain write. */
		if (problem && !c->t->stopped && c->b->traits.is_qemu) {
			log_note("  known of QEMU: %s", problem);
			problem = NULL;
		}
	}
	return problem;
}

static const char *try_stage(struct bench *b, const struct dirty_stage *stage, struct tally *t)
{
	struct clearing c = { .b = b,
			      .t = t,
			      .accessed = field_mask(stage->accessed),
			      .dirty = field_mask(stage->dirty),
			      .stage = stage };
	const char *problem;

	c.leaf = dirty_stage_choose(b, stage, t);
	if (!c.leaf)
		return t->stopped;
	for (unsigned s = 0; s < 2; s++)
		c.page[s] = stage->needs_ssade ? (b->target->leaf_value[0] & ~field_mask(SS_ADDR)) |
							 (uint64_t)b->target->page[s]
					       : b->target->state[0][s][0] & ~c.dirty;
	problem = try_ways(&c);
	if (!t->stopped)
		engine_put(b, b->target->state[0][0], t);
	return problem;
}

const char *clearing_find(struct bench *b, struct tally *t)
{
	/* QEMU sets those of the first stage though it says that its walks do not snoop. */
	bool sets = field_of(b->unit->ecap, ECAP_SMPWC) || b->traits.is_qemu;
	const char *problem = NULL;

	for (unsigned i = 0; i < DIRTY_STAGES && !problem; i++)
		if (sets && dirty_stage_is_had(b, &dirty_stages[i]))
			problem = try_stage(b, &dirty_stages[i], t);
	return problem;
}
