/* SPDX-License-Identifier: BSD-2-Clause */
/* A second device that does DMA of its own while the first is under test. */
#include "tests/litmus/companion.h"
#include "kernel/cpu.h"
#include "kernel/kernel.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"
#include "vtd/entry.h"
#include "vtd/invalidate.h"

/* Write its entry wherever the current target's tables may lead to it, and invalidate everything. */
static const char *put(struct bench *b, const struct bench *other, const uint64_t *entry)
{
	const struct target *ours = b->target;
	uint8_t bus = (uint8_t)(other->source_id >> 8), devfn = (uint8_t)other->source_id;
	uint64_t *entries[3] = { vtd_context_entry(b->unit, bus, devfn) };
	enum vtd_status status;

	/* A root entry that is rewritten has a context table for each state. */
	for (unsigned i = 0; i < 2 && ours->id == TARGET_ROOT && bus == b->source_id >> 8; i++)
		entries[1 + i] = (uint64_t *)(ours->state[0][i][0] & field_mask(ROOT_CTP)) +
				 CONTEXT_WORDS * devfn;
	if (!entries[0])
		return "no memory for a context table";
	for (unsigned i = 0; i < 3; i++) {
		if (!entries[i])
			continue;
		memcpy(entries[i], entry, CONTEXT_WORDS * sizeof(*entry));
		vtd_flush(b->unit, entries[i], CONTEXT_WORDS * sizeof(*entry));
	}
	status = vtd_invalidate_all(b->unit);
	return status == VTD_OK ? NULL : bench_status_text(b, status);
}

const char *companion_take_out(struct bench *b, const struct bench *other)
{
	static const uint64_t absent[CONTEXT_WORDS];

	return put(b, other, absent);
}

void companion_leave(struct bench *b, struct bench *other)
{
	other->device->generator->stop(other->device);
	companion_take_out(b, other);
}

const char *companion_place(struct bench *b, struct bench *other)
{
	const struct target *theirs = &other->targets[TARGET_CONTEXT];
	uint64_t entry[CONTEXT_WORDS];
	const char *problem;

	memcpy(entry, theirs->state[0][options.breakage == BREAK_COMPANION], sizeof(entry));
	/* Paging-structure caches are looked up by domain-id: other tables, another one (section 6.2.2.1). */
	field_set(entry, CONTEXT_DID, COMPANION_DOMAIN);
	problem = put(b, other, entry);
	if (problem)
		return problem;
	other->device->has_pasid = false;
	pci_bus_master(other->device->function, true);
	problem = bench_reset(other);
	vtd_fault_clear(b->unit);
	return problem;
}

static struct {
	uint64_t number;
	bool busy;
} at_work;

void companion_begin(struct bench *b, struct tally *t)
{
	if (!b->companion || b->target->scalable || t->stopped)
		return;
	t->stopped = companion_place(b, b->companion);
	t->companion = b->companion->device;
	at_work.busy = false;
}

void companion_step(struct bench *b, struct tally *t)
{
	struct bench *c = b->companion;
	struct target *theirs;
	enum dma_state state;
	unsigned written;

	if (!c || !t->companion || b->target->scalable)
		return;
	theirs = &c->targets[TARGET_CONTEXT];
	if (!at_work.busy) {
		target_arm(theirs, ++at_work.number);
		c->device->generator->start(c->device, theirs->address);
		at_work.busy = true;
		return;
	}
	state = c->device->generator->poll(c->device);
	if (state == DMA_BUSY)
		return;
	at_work.busy = false;
	written = target_written(theirs, at_work.number);
	t->companion_dmas++;
	t->companion_astray += written & ~(1u << OUTCOME_A) ? 1 : 0;
	t->companion_blocked += !written;
	t->companion_refused += !written && b->target->kind != KIND_ROOT;
	if (state == DMA_DEAD)
		t->stopped = bench_reset(c);
}

/* A transfer under way is waited for: not every device can break it off. */
void companion_end(struct bench *b)
{
	struct dma_device *d = b->companion ? b->companion->device : NULL;
	uint64_t deadline;

	if (!d || b->target->scalable)
		return;
	deadline = time_us() + d->timeout_us;
	while (at_work.busy && d->generator->poll(d) == DMA_BUSY && time_us() < deadline)
		cpu_pause();
	at_work.busy = false;
	d->generator->stop(d);
}
