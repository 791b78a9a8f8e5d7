/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/flip.h"
#include "kernel/cpu.h"
#include "kernel/lib/random.h"
#include "kernel/memory.h"
#include "kernel/time.h"
#include "tests/litmus/building.h"
#include "tests/litmus/engine.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"
#include "vtd/pagetable.h"

uint64_t *flip_entry(const struct bench *b, enum place place)
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

bool flip_prepare(struct trying *x)
{
	struct bench *b = x->b;
	const struct flip *f = x->flip;
	const uint64_t *entry = b->target->state[0][0];
	uint64_t *root, at;

	x->word = flip_entry(b, (enum place)f->place) + f->bit.low / 64;
	x->mask = 1ull << f->bit.low % 64;
	x->before = *x->word;
	x->leaf = b->target->leaf[0];
	x->first = b->target->id == TARGET_PASID_FS;
	if (!x->leaf || !find_other(x))
		return false;
	if (f->by != BIT_BY_FLAGS)
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

/*
 * DMA to a page that is mapped must land. It is tried twice: some device has trouble from a DMA that was refused before
 * (kernel/dma/nvme.c).
 */
static void go_to(struct trying *x, uint64_t at)
{
	struct measurement there = { .address = at };

	if (engine_dma(x->b, &there, x->tally, false) != OUTCOME_A && !x->tally->stopped &&
	    engine_dma(x->b, &there, x->tally, false) != OUTCOME_A)
		x->astray = true;
}

/* One DMA to the page under test, which no entry maps. Whether it was recorded; certain: a record must come. */
static bool is_recorded(struct trying *x, bool certain)
{
	struct bench *b = x->b;
	struct tally *t = x->tally;
	struct dma_device *d = b->device;
	uint64_t began = time_us(), limit = 4 * d->typical_us + bench_record_wait_us(b);
	enum dma_state state;
	bool recorded;

	bench_forget_faults(b);
	target_arm(b->target, ++t->dmas);
	d->generator->start(d, b->target->address);
	do {
		state = d->generator->poll(d);
		if (!b->has_interrupt)
			bench_read_faults(b, &t->faults);
		else
			cpu_pause();
	} while (state == DMA_BUSY && !bench_said_anything(b) && time_us() - began < limit);
	bench_collect_faults(b, t, !certain);
	recorded = bench_said_anything(b);
	if (state != DMA_DONE)
		t->stopped = bench_reset(b);
	bench_drain_faults(b, t, time_us());
	return recorded;
}

/* The processor stores, and its cache has the line; a read that asks not to snoop gets what was stored only if it snoops. */
static bool reads_stores(struct trying *x)
{
	static uint64_t number;
	struct dma_device *d = x->b->device;
	volatile uint64_t *page = x->b->target->page[OUTCOME_A];
	bool are_seen = true;

	number++;
	for (unsigned i = 0; i < DMA_READ_BYTES / 8; i++)
		page[i] = number << 8 | i;
	d->skips_snooping = true;
	d->generator->start_read(d, x->b->target->address);
	if (bench_wait(x->b, x->tally) != DMA_DONE && !x->tally->stopped)
		x->tally->stopped = bench_reset(x->b);
	d->skips_snooping = false;
	for (unsigned i = 0; i < DMA_READ_BYTES / 8; i++)
		are_seen &= d->generator->was_read(d)[i] == (number << 8 | i);
	return are_seen;
}

static bool is_ok(struct trying *x, enum vtd_status status)
{
	if (status != VTD_OK && !x->tally->stopped)
		x->tally->stopped = bench_status_text(x->b, status);
	return !x->tally->stopped;
}

/* State A, with the bit as it was, both pages mapped or, where refusals are looked for, the second alone. */
static bool put_old(struct trying *x)
{
	struct bench *b = x->b;

	if (!engine_put(b, b->target->state[0][0], x->tally))
		return false;
	if (x->flip->place == CONTEXT_ABOVE && x->flip->by == BIT_BY_ARRIVAL)
		bench_store(b, x->word, *x->word | field_mask(SM_CONTEXT_DTE)); /* PRE wants it */
	if (!x->is_alone)
		bench_store(b, x->other_leaf, b->target->leaf_value[0]);
	if (x->flip->by == BIT_BY_RECORDS)
		bench_store(b, x->leaf, 0);
	if (x->flip->by == BIT_BY_FLAGS)
		clear_flags(x);
	set_bit(x, !x->set);
	return is_ok(x, vtd_flush_write_buffer(b->unit)) && is_ok(x, vtd_invalidate_all(b->unit));
}

void flip_put_back(struct trying *x)
{
	struct bench *b = x->b;

	bench_store(b, x->word, x->before);
	if (!x->is_alone)
		bench_store(b, x->other_leaf, 0);
	engine_put(b, b->target->state[0][0], x->tally);
}

/* The bit changes under a DMA to `at`, which is mapped; its invalidations come, and the DMA ends. */
static void change_under_dma(struct trying *x, uint64_t at, unsigned pieces)
{
	struct bench *b = x->b;
	struct tally *t = x->tally;
	enum vtd_status status;

	target_arm(b->target, ++t->dmas);
	b->device->generator->start(b->device, at);
	/* From at once to about the time that a DMA takes. */
	cpu_spin(random_next(&b->seed) & (random_next(&b->seed) & 256 ? 63 : 1023));
	set_bit(x, x->set);
	status = vtd_flush_write_buffer(b->unit);
	if (status == VTD_OK && pieces == FLIP_GLOBALLY)
		status = vtd_invalidate_all(b->unit);
	else if (status == VTD_OK)
		status = pieces_give(b, pieces, 0);
	if (bench_wait(b, t) == DMA_DEAD && !t->stopped)
		t->stopped = bench_reset(b);
	if (is_ok(x, status) && !(target_written(b->target, t->dmas) & 1 << OUTCOME_A))
		x->astray = true;
}

/* Both pages, one after the other: also what the unit keeps of the entry. */
static void go_to_both(struct trying *x)
{
	if (x->flip->by != BIT_BY_RECORDS)
		go_to(x, x->b->target->address);
	go_to(x, x->other);
}

bool flip_is_harmed(struct trying *x, unsigned pieces, const char **at_once)
{
	bool astray_before = x->astray;
	uint64_t any, missing;

	x->astray = false;
	if (!put_old(x))
		return false;
	go_to_both(x);
	if (x->flip->by == BIT_BY_FLAGS && !x->tally->stopped && !x->astray) {
		read_flags(x, &any, &missing);
		if (x->set ? any : missing)
			*at_once = x->set ? "set although it was clear"
					  : "clear although it was set";
	}
	change_under_dma(x, x->flip->by == BIT_BY_RECORDS ? x->other : x->b->target->address,
			 pieces);
	if (x->flip->by == BIT_BY_FLAGS && !x->set)
		clear_flags(x);
	if (!x->tally->stopped)
		go_to_both(x);
	if (x->tally->stopped || x->astray)
		return !x->tally->stopped;
	x->astray = astray_before;
	if (x->flip->by == BIT_BY_RECORDS)
		return is_recorded(x, !x->set && pieces == x->flip->pieces) == x->set;
	if (x->flip->by == BIT_BY_ARRIVAL)
		return false;
	if (x->flip->by == BIT_BY_SNOOPING)
		return x->set && !reads_stores(x);
	read_flags(x, &any, &missing);
	x->missing |= x->set ? missing : 0;
	return x->set ? missing : any;
}

bool flip_is_recorded_absent(struct trying *x)
{
	struct bench *b = x->b;
	bool recorded = false;

	flip_put_back(x);
	bench_store(b, x->word, (x->before & ~1ull) | x->mask);
	/* Its own pages are out of its reach, too: what resets the device must do no DMA. */
	b->device->unproven = true;
	if (is_ok(x, vtd_flush_write_buffer(b->unit)) && is_ok(x, vtd_invalidate_all(b->unit)))
		x->tally->stopped = bench_reset(b);
	/* What was refused before may have been tried again, and its record come late. */
	time_delay_us(bench_record_wait_us(b));
	vtd_fault_clear(b->unit);
	if (!x->tally->stopped)
		recorded = is_recorded(x, false);
	b->device->unproven = false;
	return recorded;
}
