/* SPDX-License-Identifier: BSD-2-Clause */
/* A driver of kernel/dma/ on its model of tests/sim/devices/, whose DMA goes through the simulated unit. */
#include "tests/sim/bus.h"
#include "kernel/output/log.h"
#include "tests/sim/devices/register_bus.h"
#include "tests/sim/devices/nic.h"
#include "tests/sim/devices/nvme.h"
#include "tests/sim/device.h"
#include "tests/sim/machine.h"
#include "tests/sim/sim.h"

extern const struct dma_generator sim_generator_0, sim_generator_1, sim_generator_2,
	sim_generator_3;

#define M(identifier, name, plug) void plug(void);
SIM_ON_BUS(M)
#undef M

static const struct {
	const struct dma_generator *generator;
	void (*plug)(void); /* not of a network port, which is on a bus of its own */
	uint16_t port;	    /* its device id */
} models[SIM_MODELS] = {
#define M(identifier, name, put) [SIM_##identifier] = { &dma_##identifier, .plug = put },
	SIM_ON_BUS(M)
#undef M
#define M(identifier, name, id) [SIM_##identifier] = { &dma_##identifier, .port = id },
		SIM_PORTS(M)
#undef M
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

static void *translate_for_port(uint8_t devfn, uint64_t at, bool write)
{
	const struct request r = { .source_id = devfn,
				   .at = at,
				   .access = write ? ACCESS_WRITE : ACCESS_READ };
	volatile uint8_t *config = sim_nic.function.config +
				   ((uint64_t)(devfn - sim_nic.function.devfn) << 12);

	sim_nic_complain(!(config[PCI_COMMAND] & PCI_COMMAND_MASTER),
			 "DMA with its function's bus mastering off");
	sim_point(20);
	return platform_map(0, &r);
}

static void send(uint64_t address, uint32_t data)
{
	sim_point(20);
	platform_interrupt(0, device_requester(0), address, data);
}

static void send_of_port(uint8_t devfn, uint64_t address, uint32_t data)
{
	sim_point(20);
	platform_interrupt(0, devfn, address, data);
}

static const struct dma_generator *real(void)
{
	return models[sim.model].generator;
}

static bool matches(const struct pci_function *f)
{
	return sim.model && real()->matches(f);
}

/* What the driver says of a DMA's time is of the real device; here it takes as long as a plain one's. */
static const char *open(struct dma_device *d)
{
	const char *problem = real()->open(d);

	d->typical_us = 1;
	return problem;
}

/* The engine turned bus mastering on, in the kernel's way, which the models' buses do not see. */
static const char *reset(struct dma_device *d, uint64_t private_at)
{
	bus.stopped = false;
	sim_nic.mastered = true;
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

static struct pci_function *plug(void)
{
	if (models[sim.model].plug) {
		models[sim.model].plug();
		sim_nvme.cmb = sim.cmb;
		bus.translate = translate;
		bus.messages.send = send;
		bus.function.devfn = device_devfn(0);
		return &bus.function;
	}
	sim_nic_new(sim.port ? (uint16_t)sim.port : models[sim.model].port);
	sim_nic.translate = translate_for_port;
	sim_nic.message.send = send_of_port;
	/* Its clock is not the machine's, and shall cost few steps; a frame is back at once. */
	sim_nic.tick_us = 1000;
	sim_nic.return_us = 0;
	sim_nic.swallows = sim.swallow;
	return &sim_nic.function;
}

void bus_attach(void)
{
	if (!sim.model)
		return;
	on_model.name = real()->name;
	on_model.start_read = real()->start_read;
	on_model.was_read = real()->was_read;
	on_model.refuses = real()->refuses;
	on_model.describe = real()->describe;
	on_model.leave = real()->leave;
	on_model.interrupt_open = real()->interrupt_open;
	on_model.interrupt_raise = real()->interrupt_raise;
	on_model.interrupt_close = real()->interrupt_close;
	pci_functions[pci_count++] = *plug();
}

void bus_report(void)
{
	const char *objection = sim_nic.complaint ? sim_nic.complaint : bus.objection;

	if (sim.model)
		log_note("the device's model %s%s", objection ? "objects: " : "has no objection",
			 objection ? objection : "");
}
