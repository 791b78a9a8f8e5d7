/* SPDX-License-Identifier: BSD-2-Clause */
/* A driver of kernel/dma/ on its model of tests/host/, whose DMA goes through the simulated unit. */
#include "tests/sim/bus.h"
#include "kernel/log.h"
#include "tests/host/fake_bus.h"
#include "tests/host/model_dsa.h"
#include "tests/host/model_ioat.h"
#include "tests/host/model_nvme.h"
#include "tests/sim/device.h"
#include "tests/sim/machine.h"
#include "tests/sim/sim.h"

extern const struct dma_generator dma_nvme, dma_ioat, dma_dsa, dma_dsa_shared;
extern const struct dma_generator sim_generator_0, sim_generator_1, sim_generator_2,
	sim_generator_3;

static const struct {
	const struct dma_generator *generator;
	void (*plug)(void);
} models[SIM_MODELS] = {
	[SIM_NVME] = { &dma_nvme, nvme_model_plug },
	[SIM_IOAT] = { &dma_ioat, ioat_model_plug },
	[SIM_DSA] = { &dma_dsa, dsa_model_plug },
	[SIM_DSA_SHARED] = { &dma_dsa_shared, dsa_model_plug },
};

static void *translate(uint64_t at, bool write, bool has_pasid, uint32_t pasid)
{
	const struct request r = { .source_id = device_requester(0),
				   .has_pasid = has_pasid,
				   .pasid = pasid,
				   .at = at,
				   .access = write ? ACCESS_WRITE : ACCESS_READ };

	sim_point(20);
	return platform_map(0, &r);
}

static const struct dma_generator *real(void)
{
	return models[sim.model].generator;
}

static bool matches(const struct pci_function *f)
{
	return sim.model && real()->matches(f);
}

static const char *open(struct dma_device *d)
{
	return real()->open(d);
}

/* The engine turned bus mastering on, in the kernel's way, which the fake bus does not see. */
static const char *reset(struct dma_device *d, uint64_t private_at)
{
	bus.stopped = false;
	return real()->reset(d, private_at);
}

static void start(struct dma_device *d, uint64_t at)
{
	sim_point(20);
	real()->start(d, at);
}

static enum dma_state poll(struct dma_device *d)
{
	enum dma_state state = real()->poll(d);

	if (state == DMA_BUSY)
		sim_wait();
	return state;
}

static void stop(struct dma_device *d)
{
	real()->stop(d);
}

static struct dma_generator on_model = {
	.matches = matches, .open = open, .reset = reset, .start = start, .poll = poll, .stop = stop
};

const struct dma_generator *const dma_generators[] = { &sim_generator_0, &sim_generator_1,
						       &sim_generator_2, &sim_generator_3,
						       &on_model };
const size_t dma_generator_count = sizeof(dma_generators) / sizeof(dma_generators[0]);

void bus_attach(void)
{
	if (!sim.model)
		return;
	on_model.name = real()->name;
	models[sim.model].plug();
	bus.translate = translate;
	pci_functions[pci_count] = bus.function;
	pci_functions[pci_count++].devfn = device_devfn(0);
}

void bus_report(void)
{
	if (sim.model)
		log_note("the device's model %s",
			 bus.objection ? bus.objection : "has no objection");
}
