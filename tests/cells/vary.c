/* SPDX-License-Identifier: BSD-2-Clause */
/* How often the unit keeps and forgets, how long it pauses: all of it permitted, drawn anew for each round. */
#include "tests/cells/vary.h"
#include "tests/sim/options.h"
#include "tests/sim/sim.h"

#define VALUES_MAX 5

static const struct {
	uint32_t *knob;
	uint32_t count, values[VALUES_MAX];
} habits[] = {
	{ &sim.fetch_ns, 5, { 0, 60, 300, 2000, 20000 } },
	{ &sim.linger, 5, { 0, 0, 0, 30, 300 } },
	{ &sim.use_ns, 3, { 0, 40, 1000 } },
	{ &sim.context_cache, 3, { 20, 90, 100 } },
	{ &sim.pasid_cache, 3, { 20, 90, 100 } },
	{ &sim.iotlb, 4, { 0, 20, 90, 100 } },
	{ &sim.paging_cache, 4, { 0, 50, 100, 100 } },
	{ &sim.iec, 3, { 20, 90, 100 } },
	{ &sim.forget, 4, { 0, 2, 30, 70 } },
	{ &sim.prefetch, 3, { 0, 10, 80 } },
	{ &sim.coarse, 2, { 0, 5 } },
	{ &sim.lasting, 3, { 0, 50, 100 } },
	{ &sim.invalidate_ns, 3, { 0, 400, 5000 } },
	{ &sim.evict, 4, { 0, 2, 16, 100 } },
	{ &sim.turn, 3, { 4, 7, 10 } },
	{ &sim.device_tlb, 3, { 0, 90, 100 } },
	{ &sim.answer_ns, 4, { 0, 300, 3000, 20000 } },
};
#define HABITS (sizeof(habits) / sizeof(habits[0]))

/* The longest for sequences that do not come to their end: their first round is like no other, and must be met. */
static const uint32_t dwells_ns[] = { 0, 0, 100, 1000, 50000 };
static struct sim_options asked;

void vary_init(void)
{
	asked = sim;
}

void vary(unsigned round, struct trial *trial)
{
	sim = asked;
	trial->dwell_ns = 0;
	if (!round)
		return;
	for (unsigned i = 0; i < HABITS; i++)
		*habits[i].knob = habits[i].values[sim_random(habits[i].count)];
	trial->dwell_ns = dwells_ns[sim_random(sizeof(dwells_ns) / sizeof(dwells_ns[0]))];
}
