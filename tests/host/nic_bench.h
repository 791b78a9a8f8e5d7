/* SPDX-License-Identifier: BSD-2-Clause */
/* The drivers of Intel ports on the model of one, for tests. */
#ifndef TESTS_HOST_NIC_BENCH_H
#define TESTS_HOST_NIC_BENCH_H

#include "kernel/kernel.h"
#include "kernel/options.h"
#include "tests/host/test.h"
#include "tests/sim/devices/nic.h"

#include <string.h>

#define PRIVATE_AT 0x203000

extern const struct dma_generator dma_e1000e, dma_igb, dma_igc, dma_igbvf;
extern struct options options;

/* One of each kind. */
static const uint16_t ids[] = { 0x10d3, 0x153a, 0x156f, 0x15bb, 0x10c9,
				0x1521, 0x1533, 0x1539, 0x15f2 };
#define ID_COUNT (sizeof(ids) / sizeof(ids[0]))

static uint8_t page[4096] __attribute__((aligned(4096)));

static inline struct dma_device device_of(void)
{
	struct dma_device d = { .function = &sim_nic.function };

	d.generator = dma_igb.matches(d.function)   ? &dma_igb
		      : dma_igc.matches(d.function) ? &dma_igc
						    : &dma_e1000e;
	return d;
}

static const char *bring_up(struct dma_device *d)
{
	const char *problem = d->generator->open(d);

	if (problem)
		return problem;
	sim_nic.private = d->private;
	sim_nic.private_at = PRIVATE_AT;
	sim_nic.buffer = page;
	pci_bus_master(d->function, true);
	return d->generator->reset(d, PRIVATE_AT);
}

static inline enum dma_state one_dma(struct dma_device *d)
{
	enum dma_state state = DMA_BUSY;

	memset(page, 0, sizeof(page));
	d->generator->start(d, (uint64_t)page);
	for (unsigned i = 0; i < 100000 && state == DMA_BUSY; i++)
		state = d->generator->poll(d);
	return state;
}

static inline struct dma_device new_device(uint16_t id)
{
	strcpy(options.dma, id == 0x15f2 ? "igc" : "");
	sim_nic_new(id);
	return device_of();
}

#endif
