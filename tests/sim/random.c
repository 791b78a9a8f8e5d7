/* SPDX-License-Identifier: BSD-2-Clause */
/* sim.random=SEED: a unit that the specification permits, drawn from all of its freedom. */
#include "kernel/lib/random.h"
#include "tests/sim/options.h"

#define VALUES_MAX 5

/* What a permitted unit may have; a value that is named twice is drawn twice as often. */
static const struct {
	uint32_t *knob;
	uint32_t count, values[VALUES_MAX];
} freedom[] = {
	{ &sim.version, 4, { 1, 1, 3, 6 } },
	{ &sim.coherent, 2, { 0, 1 } },
	{ &sim.smpwc, 2, { 0, 1 } },
	{ &sim.cm, 4, { 0, 0, 0, 1 } },
	{ &sim.rwbf, 4, { 0, 0, 0, 1 } },
	{ &sim.sagaw, 5, { 2, 4, 6, 6, 14 } },
	{ &sim.mgaw, 2, { 48, 57 } },
	{ &sim.nd, 2, { 0, 6 } },
	{ &sim.nfr, 4, { 1, 2, 8, 32 } },
	{ &sim.fro, 3, { 0x22, 0x40, 0xf0 } },
	{ &sim.iro, 3, { 0x0f, 0x50, 0xff } },
	{ &sim.esrtps, 2, { 0, 1 } },
	{ &sim.smts, 4, { 1, 1, 1, 0 } },
	{ &sim.ssts, 3, { 1, 1, 0 } },
	{ &sim.fsts, 3, { 1, 1, 0 } },
	{ &sim.nest, 2, { 0, 1 } },
	{ &sim.ssads, 3, { 1, 1, 0 } },
	{ &sim.eafs, 2, { 0, 1 } },
	{ &sim.sc, 2, { 0, 1 } },
	{ &sim.prs, 2, { 0, 1 } },
	{ &sim.pt, 2, { 0, 1 } },
	{ &sim.pasid, 2, { 0, 1 } },
	{ &sim.rps, 2, { 0, 1 } },
	{ &sim.chunk, 4, { 128, 128, 256, 512 } },
	{ &sim.order, 2, { 0, 1 } },
	{ &sim.fetch_ns, 4, { 0, 60, 300, 2000 } },
	{ &sim.linger, 3, { 0, 0, 30 } },
	{ &sim.use_ns, 3, { 0, 40, 1000 } },
	{ &sim.context_cache, 3, { 0, 50, 100 } },
	{ &sim.pasid_cache, 3, { 0, 50, 100 } },
	{ &sim.iotlb, 3, { 0, 50, 100 } },
	{ &sim.paging_cache, 3, { 0, 50, 100 } },
	{ &sim.large, 3, { 1, 1, 0 } },
	{ &sim.whole, 3, { 0, 50, 100 } },
	{ &sim.partial, 3, { 0, 50, 100 } },
	{ &sim.forget, 3, { 0, 2, 30 } },
	{ &sim.prefetch, 3, { 0, 10, 80 } },
	{ &sim.coarse, 3, { 0, 5, 50 } },
	{ &sim.lasting, 3, { 0, 50, 100 } },
	{ &sim.invalidate_ns, 4, { 0, 100, 400, 5000 } },
	{ &sim.late_ns, 4, { 0, 100, 800, 20000 } },
	{ &sim.compress, 2, { 0, 1 } },
	{ &sim.evict, 3, { 2, 16, 100 } },
	{ &sim.posted, 3, { 0, 50, 100 } },
	{ &sim.turn, 3, { 4, 7, 10 } },
	{ &sim.units, 3, { 1, 1, 2 } },
	{ &sim.tags, 2, { 0, 1 } },
	{ &sim.ats, 2, { 0, 1 } },
	{ &sim.dt, 4, { 0, 1, 1, 1 } },
	{ &sim.dit, 2, { 0, 1 } },
	{ &sim.ir, 4, { 0, 1, 1, 1 } },
	{ &sim.eim, 2, { 0, 1 } },
	{ &sim.pi, 2, { 0, 1 } },
	{ &sim.esirtps, 2, { 0, 1 } },
	{ &sim.x2apic, 3, { 0, 0, 1 } },
	{ &sim.high, 3, { 0, 1, 1 } },
	{ &sim.iec, 3, { 0, 50, 100 } },
	{ &sim.device_tlb, 3, { 0, 50, 100 } },
	{ &sim.answer_ns, 3, { 0, 500, 3000 } },
	{ &sim.retries, 3, { 0, 0, 50 } },
	{ &sim.stall_ns, 3, { 0, 0, 100000 } },
	{ &sim.pass_width, 3, { 1, 1, 0 } },
	{ &sim.pds, 2, { 0, 1 } },
	{ &sim.page_ns, 3, { 0, 500, 20000 } },
	{ &sim.older, 4, { 0, 0, 0, 1 } },
	{ &sim.newer, 4, { 0, 0, 0, 1 } },
	{ &sim.irreq, 4, { 0, 0, 0, 1 } },
	{ &sim.eimer, 4, { 0, 0, 0, 1 } },
	{ &sim.commit_ns, 3, { 0, 0, 2000 } },
};

void sim_options_draw(uint64_t seed)
{
	seed = seed * 0x9e3779b97f4a7c15 | 1;
	for (unsigned i = 0; i < 8; i++) /* small seeds are alike at first */
		random_next(&seed);
	for (unsigned i = 0; i < sizeof(freedom) / sizeof(freedom[0]); i++)
		*freedom[i].knob = freedom[i].values[(random_next(&seed) >> 32) % freedom[i].count];
	if (sim_registers_overlap())
		sim.iro = 0x0f;
	/* One of them there must be for scalable mode to be of use. */
	sim.ssts |= !sim.fsts;
	/* Neither without interrupt remapping (sections 11.4.2 and 11.4.3). */
	sim.eim &= sim.ir;
	sim.pi &= sim.ir;
}
