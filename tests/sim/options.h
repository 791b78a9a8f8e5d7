/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim.KEY=VALUE: what the simulated machine is, what of the specification's freedom its units use, and what
 * of the specification they break. One list; the values are printed into the log.
 */
#ifndef TESTS_SIM_OPTIONS_H
#define TESTS_SIM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/sim/bugs.h"

#define SIM_UNITS_MAX	4
#define SIM_DEVICES_MAX 4

/*
 * Whose driver does the DMA, by sim.model=NAME, with dma_IDENTIFIER of kernel/dma/: on the model of its device that
 * this function puts on the bus of tests/sim/devices/register_bus.h; or on that of a network port with this device id.
 */
// clang-format off
#define SIM_ON_BUS(M)                                                                               \
	M(nvme, "nvme", sim_nvme_plug)                                                             \
	M(ioat, "ioat", sim_ioat_plug)                                                             \
	M(dsa, "dsa", sim_dsa_plug)                                                                \
	M(dsa_shared, "dsa-shared", sim_dsa_plug)
#define SIM_PORTS(M)                                                                                \
	M(e1000e, "e1000e", 0x10d3)                                                                  \
	M(igb, "igb", 0x10c9)                                                                        \
	M(igc, "igc", 0x15f2)                                                                        \
	M(igbvf, "igbvf", 0x10c9)
#define SIM_DRIVERS(M) SIM_ON_BUS(M) SIM_PORTS(M)
// clang-format on

/* K(key, default, greatest value, meaning); a key's '_' is '-' in the option. */
// clang-format off
#define SIM_KNOBS(K)                                                                                \
	/* what the unit is: VER, CAP, ECAP and the size of its register set */                      \
	K(version, 1, 15, "VER, major")                                                              \
	K(coherent, 1, 1, "ECAP.C")                                                                  \
	K(smpwc, 1, 1, "ECAP.SMPWC")                                                                 \
	K(cm, 0, 1, "CAP.CM, caching mode")                                                          \
	K(rwbf, 0, 1, "CAP.RWBF: a write buffer")                                                    \
	K(sagaw, 6, 31, "CAP.SAGAW, table depths")                                                   \
	K(mgaw, 48, 64, "CAP.MGAW plus one, bits")                                                   \
	K(large, 1, 1, "CAP.SSLPS: second-stage pages of 2 MiB")                                     \
	K(nd, 6, 6, "CAP.ND, width of domain-ids")                                                   \
	K(nfr, 8, 64, "fault recording registers")                                                   \
	K(fro, 0x22, 0xff, "CAP.FRO")                                                                \
	K(iro, 0x0f, 0xff, "ECAP.IRO")                                                               \
	K(esrtps, 0, 1, "CAP.ESRTPS")                                                                \
	K(qi, 1, 1, "ECAP.QI")                                                                       \
	K(smts, 1, 1, "ECAP.SMTS, scalable mode")                                                    \
	K(ssts, 1, 1, "ECAP.SSTS")                                                                   \
	K(fsts, 1, 1, "ECAP.FSTS")                                                                   \
	K(ssads, 1, 1, "ECAP.SSADS, Accessed and Dirty of the second stage")                         \
	K(eafs, 1, 1, "ECAP.EAFS, Extended Accessed of the first stage")                             \
	K(nest, 1, 1, "ECAP.NEST")                                                                   \
	K(pt, 1, 1, "ECAP.PT")                                                                       \
	K(pasid, 1, 1, "ECAP.PASID")                                                                 \
	K(rps, 1, 1, "ECAP.RPS, RID_PASID is used")                                                  \
	K(sc, 1, 1, "ECAP.SC, snoop control")                                                        \
	K(dt, 1, 1, "ECAP.DT, device-TLBs")                                                          \
	K(prs, 1, 1, "ECAP.PRS, page requests; with DT")                                             \
	K(pds, 1, 1, "ECAP.PDS, page-request draining; with PRS")                                    \
	K(ir, 1, 1, "ECAP.IR, interrupt remapping")                                                  \
	K(eim, 1, 1, "ECAP.EIM, for x2APIC mode")                                                    \
	K(pi, 1, 1, "CAP.PI, posted interrupts")                                                     \
	K(esirtps, 0, 1, "CAP.ESIRTPS")                                                              \
	K(irreq, 0, 1, "ECAP.IRREQ, messages are blocked while interrupts are not remapped; with IR")  \
	K(eimer, 0, 1, "ECAP.EIMER, extended interrupt mode is required; with EIM")                  \
	K(dit, 0, 1, "ECAP.DIT, device-TLB invalidations name the physical function")                \
	K(older, 0, 1, "ECAP.CH, ERS, MTS, and bits of entries that older revisions had with them are taken") \
	K(newer, 0, 1, "ECAP bit 54, and bits of DMA-remapping entries and descriptors are taken that revision 5.10 reserves") \
	/* what the specification lets it do */                                                      \
	K(chunk, 128, 512, "bits of an entry read at once (64 is less than section 6.2.3.1 permits)") \
	K(order, 1, 3, "of chunks: 0 ascending, 1 P first, then any, 2 descending, 3 any")           \
	K(fetch_ns, 60, 1000000, "pause before a chunk is read, at most")                            \
	K(linger, 0, 100000, "turns of others between two chunks, at most")                      \
	K(use_ns, 40, 1000000, "pause between translation and write, at most")                       \
	K(commit_ns, 0, 1000000, "more of it, by the clock: in the queue of the root complex, at most")      \
	K(context_cache, 90, 100, "percent of context entries that are kept")                        \
	K(pasid_cache, 90, 100, "percent of PASID entries that are kept")                            \
	K(iotlb, 90, 100, "percent of translations that are kept")                                   \
	K(paging_cache, 50, 100, "percent of paging entries that are kept")                          \
	K(whole, 50, 100, "percent of translations of large pages that are kept as one")             \
	K(partial, 50, 100, "percent of invalidations of a part of a large page that drop it where it is kept as one") \
	K(iec, 90, 100, "percent of interrupt-remapping entries that are kept")                      \
	K(forget, 2, 100, "percent of hits that find their line evicted")                            \
	K(prefetch, 10, 100, "percent of requests with a walk of the unit's own beside them")        \
	K(coarse, 5, 100, "percent of invalidations done more coarsely than asked")                  \
	K(lasting, 50, 100, "percent of walks that no invalidation of the IOTLB ends before one of what they read") \
	K(invalidate_ns, 400, 1000000, "for a descriptor, at most")                                  \
	K(late_ns, 800, 100000000, "between a fault and its record, at most")                        \
	K(compress, 0, 1, "pending faults of one source-id are collapsed into one")                  \
	K(evict, 16, 1000000, "one store in so many writes its line back at once; 0: none")          \
	K(posted, 50, 100, "percent of refused writes that the device takes for done")               \
	K(retries, 0, 100, "percent of refused writes that the device tries again, once")            \
	K(stall_ns, 0, 1000000, "before one DMA in 8, at most")                                      \
	K(device_tlb, 90, 100, "percent of translations that a device with ATS on keeps")            \
	K(answer_ns, 3000, 1000000, "of a translation on its way to the device, at most")            \
	K(page_ns, 6000, 1000000, "from a page request's arrival to its descriptor, at most")        \
	K(pass_width, 1, 1, "AW of a pass-through context entry is looked at (table 30, LCT.4.1)")   \
	/* the machine */                                                                            \
	K(threads, 0, 1, "real processors instead of turns")                                         \
	K(turn, 7, 20, "by turns: up to 2^(this - 1) points to a turn")                              \
	K(high, 1, 1, "memory above 4 GiB, too")                                                     \
	K(x2apic, 0, 1, "processors in x2APIC mode")                                                 \
	K(units, 1, SIM_UNITS_MAX, "remapping units")                                                \
	K(slot, 3, 28, "device number of the first of them") \
	K(devices, 1, SIM_DEVICES_MAX, "plain DMA generators")                                       \
	K(beside, 1, 1, "one device more, used only beside those")                                   \
	K(bytes, 128, 4096, "written by a DMA of theirs")                                           \
	K(tags, 0, 1, "they can tag requests with a PASID")                                          \
	K(ats, 0, 1, "they have an ATS capability, left on by firmware")                             \
	K(wrong_owner, 0, 1, "the DMAR table gives them to a unit that does not see their DMA")      \
	K(alias, 0, 1, "their requests bear another requester-id, as under a PCI bridge")           \
	K(model, 0, SIM_MODELS - 1, "whose driver does DMA, on the model of its device")       \
	K(port, 0, 0xffff, "device id of the network port's model; 0: 82574, 82576 or I225")         \
	K(swallow, 0, 1, "a port goes past a descriptor that it could not read, and loses the next frame") \
	K(cmb, 0, 1, "the NVMe controller's model has a controller memory buffer")                   \
	K(made_up, 0, 1000000, "vtd-cells: so many sequences of its own for each target")              \
	K(rounds, 20, 1000000, "vtd-cells: of a cell, at most, until all that is predicted is seen") \
	K(seconds, 0, 1000000, "of real time after which the whole run is given up; 0: never")
// clang-format on

enum sim_model {
	SIM_PLAIN,
#define M(identifier, name, model) SIM_##identifier,
	SIM_DRIVERS(M)
#undef M
		SIM_MODELS
};

struct sim_options {
#define K(key, value, most, meaning) uint32_t key;
	SIM_KNOBS(K)
#undef K
	enum sim_bug bug;
};

extern struct sim_options sim;

/* DMA generators in all. */
static inline unsigned sim_device_count(void)
{
	unsigned all = sim.devices + sim.beside;

	return all < SIM_DEVICES_MAX ? all : SIM_DEVICES_MAX;
}

/* Take a word "sim.KEY=VALUE". NULL, or what is wrong with it. */
const char *sim_option(const char *word);

/* Draw a unit that the specification permits. */
void sim_options_draw(uint64_t seed);

/* Whether fault recording, invalidation or fixed registers lie one over the other: no specification permits that. */
bool sim_registers_overlap(void);

/* All values that are not the defaults, as words; cut to what fits. */
void sim_options_text(char *text, size_t room);

/* Lines for people: each key, its default and meaning; then the planted faults. */
void sim_options_help(void);

/* Whether this fault is planted. */
static inline bool sim_has(enum sim_bug bug)
{
	return __builtin_expect(sim.bug == bug, 0);
}

#endif
