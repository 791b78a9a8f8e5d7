/* SPDX-License-Identifier: BSD-2-Clause */
/* A bus for models of devices: configuration space, register accesses, DMA. */
#include "tests/sim/devices/register_bus.h"
#include "kernel/dma/registers.h"
#include "kernel/kernel.h"
#include "kernel/memory.h"
#include "kernel/time.h"

#include <stdio.h>
#include <string.h>

#define BARS	     6
#define EXPRESS_AT   0x40 /* PCI Express capability */
#define DEVCTL_FLR   (1 << 15)
#define RUN_LIMIT_US 1000000

struct sim_bus bus;

/* Addresses alone: nothing is ever stored there, as registers are reached by accessors. */
static uint8_t bars[BARS][BUS_BAR_BYTES] __attribute__((aligned(4096)));

void bus_config_set32(unsigned at, uint32_t value)
{
	memcpy(bus.config + at, &value, 4);
}

static uint16_t config16(unsigned at)
{
	return pci_read16(&bus.function, at);
}

static void put_bars(bool assigned)
{
	for (unsigned i = 0; i < BARS; i += 2) {
		uint64_t at = assigned ? (uint64_t)bars[i] : 0;

		bus_config_set32(PCI_BAR0 + 4 * i, (uint32_t)at | 4);
		bus_config_set32(PCI_BAR0 + 4 * i + 4, (uint32_t)(at >> 32));
	}
}

void bus_plug(const struct sim_device_model *model)
{
	memset(&bus, 0, sizeof(bus));
	bus.model = model;
	bus.cpu_features = 1u << 28 | 1u << 29;
	bus.function = (struct pci_function){ .vendor = model->vendor,
					      .device = model->device,
					      .class = model->class,
					      .config = bus.config };
	bus_config_set32(PCI_VENDOR_ID, model->vendor | (uint32_t)model->device << 16);
	put_bars(true);
	if (model->flr)
		bus_config_set32(EXPRESS_AT + PCI_EXPRESS_DEVCAP, 1u << 28);
}

void bus_object(const char *what)
{
	if (!bus.objection)
		bus.objection = what;
}

bool bus_expect(bool ok, const char *what)
{
	if (!ok)
		bus_object(what);
	return ok;
}

bool bus_is_content(void)
{
	if (bus.objection)
		printf("the model objects: %s\n", bus.objection);
	return !bus.objection;
}

static bool dma(uint64_t at, void *data, uint64_t bytes, bool write, bool has_pasid, uint32_t pasid)
{
	uint8_t *to = NULL;

	bus_expect(!bus.stopped, "the device does DMA after it was stopped");
	if (!bus_expect(config16(PCI_COMMAND) & PCI_COMMAND_MASTER,
			"the device is to do DMA with bus mastering off"))
		return false;
	if (bus.translate) {
		to = bus.translate(at, write, has_pasid, pasid);
	} else if (at >= BUS_PRIVATE_AT && at + bytes <= BUS_PRIVATE_AT + bus.private_bytes) {
		to = bus.refuse_private ? NULL : bus.private + (at - BUS_PRIVATE_AT);
	} else if (at >= BUS_TARGET_AT && at + bytes <= BUS_TARGET_AT + sizeof(bus.target)) {
		to = bus.refuse_target ? NULL : bus.target + (at - BUS_TARGET_AT);
	} else {
		bus_object("DMA to an address that was never given to the device");
	}
	if (!to)
		return false;
	if (write)
		memcpy(to, data, bytes);
	else
		memcpy(data, to, bytes);
	return true;
}

bool bus_write(uint64_t at, const void *data, uint64_t bytes)
{
	return dma(at, (void *)data, bytes, true, false, 0);
}

bool bus_read(uint64_t at, void *data, uint64_t bytes)
{
	return dma(at, data, bytes, false, false, 0);
}

bool bus_write_tagged(uint64_t at, const void *data, uint64_t bytes, uint32_t pasid)
{
	return dma(at, (void *)data, bytes, true, true, pasid);
}

bool bus_read_tagged(uint64_t at, void *data, uint64_t bytes, uint32_t pasid)
{
	return dma(at, data, bytes, false, true, pasid);
}

/* --- the engine's part --- */

const char *bus_open(struct dma_device *d, const struct dma_generator *generator)
{
	const char *problem;

	*d = (struct dma_device){ .generator = generator, .function = &bus.function };
	problem = generator->open(d);
	if (problem)
		return problem;
	bus.private = d->private;
	bus.private_bytes = d->private_pages * PAGE_SIZE;
	pci_bus_master(d->function, true);
	return options.nvme_read ? generator->reset(d, BUS_PRIVATE_AT) : NULL;
}

const char *bus_settle(struct dma_device *d)
{
	bus.stopped = false;
	pci_bus_master(d->function, true);
	return d->generator->reset(d, BUS_PRIVATE_AT);
}

enum dma_state bus_run(struct dma_device *d)
{
	uint64_t end = bus.now_us + RUN_LIMIT_US;
	enum dma_state state;

	d->generator->start(d, BUS_TARGET_AT);
	while ((state = d->generator->poll(d)) == DMA_BUSY && bus.now_us++ < end)
		;
	return state;
}

unsigned bus_landed(struct dma_device *d, enum dma_state *state)
{
	static uint8_t mark = 0x80;
	unsigned changed = 0;

	mark = mark == 0xff ? 0x80 : mark + 1;
	memset(bus.target, mark, sizeof(bus.target));
	*state = bus_run(d);
	for (size_t i = 0; i < sizeof(bus.target); i++)
		changed += bus.target[i] != mark;
	return changed;
}

/* --- what the generators ask of the kernel --- */

static bool find(const volatile void *address, unsigned *bar, uint64_t *offset)
{
	uint64_t at = (uint64_t)address;

	for (*bar = 0; *bar < BARS; ++*bar) {
		*offset = at - (uint64_t)bars[*bar];
		if (*offset < BUS_BAR_BYTES)
			return bus_expect((pci_read32(&bus.function, PCI_BAR0 + 4 * *bar) & ~15u) ==
						  (uint32_t)(uint64_t)bars[*bar],
					  "registers are used where their BAR is not") &&
			       bus_expect(config16(PCI_COMMAND) & PCI_COMMAND_MEMORY,
					  "registers are used with memory decoding off");
	}
	bus_object("an access to no register of the device");
	return false;
}

static uint64_t reg_read(const volatile void *address, unsigned bytes)
{
	unsigned bar;
	uint64_t offset;

	if (!find(address, &bar, &offset))
		return ~0ull;
	return bus_msi_has(bar, offset) ? bus_msi_read(offset, bytes)
					: bus.model->read(bar, offset, bytes);
}

static void reg_write(volatile void *address, unsigned bytes, uint64_t value)
{
	unsigned bar;
	uint64_t offset;

	if (!find(address, &bar, &offset))
		return;
	if (bus_msi_has(bar, offset))
		bus_msi_write(offset, bytes, (uint32_t)value);
	else
		bus.model->write(bar, offset, bytes, value);
}

uint8_t dma_read8(const volatile void *address)
{
	return (uint8_t)reg_read(address, 1);
}

uint16_t dma_read16(const volatile void *address)
{
	return (uint16_t)reg_read(address, 2);
}

uint32_t dma_read32(const volatile void *address)
{
	return (uint32_t)reg_read(address, 4);
}

void dma_write8(volatile void *address, uint8_t value)
{
	reg_write(address, 1, value);
}

void dma_write16(volatile void *address, uint16_t value)
{
	reg_write(address, 2, value);
}

void dma_write32(volatile void *address, uint32_t value)
{
	reg_write(address, 4, value);
}

static bool submit(volatile void *portal, const void *descriptor, bool shared)
{
	unsigned bar;
	uint64_t offset;

	bus_expect(((uint64_t)portal & 63) == 0, "a portal address is not at a multiple of 64");
	if (!find(portal, &bar, &offset))
		return true;
	bus_expect(bar == 2, "64 bytes are stored to no portal");
	return bus.model->submit(offset, descriptor, shared);
}

void dma_movdir64b(volatile void *portal, const void *descriptor)
{
	bus_expect(bus.cpu_features & 1u << 28, "MOVDIR64B on a processor that has none");
	submit(portal, descriptor, false);
}

bool dma_enqcmds(volatile void *portal, const void *descriptor)
{
	bus_expect(bus.cpu_features & 1u << 29, "ENQCMDS on a processor that has none");
	return submit(portal, descriptor, true);
}

uint32_t dma_cpu_features(void)
{
	return bus.cpu_features;
}

/* --- PCI --- */

uint16_t pci_read16(const struct pci_function *f, unsigned offset)
{
	return (uint16_t)(f->config[offset] | f->config[offset + 1] << 8);
}

uint32_t pci_read32(const struct pci_function *f, unsigned offset)
{
	return pci_read16(f, offset) | (uint32_t)pci_read16(f, offset + 2) << 16;
}

static void config_write(unsigned offset, unsigned bytes, uint32_t value)
{
	if (bus.model->configure && bus.model->configure(offset, bytes, value))
		return;
	bus_msi_configured(offset, bytes, value);
	/* What a BAR decodes stays 0. */
	if (offset >= PCI_BAR0 && offset < PCI_BAR0 + 4 * BARS && value == ~0u) {
		bus_expect(!(config16(PCI_COMMAND) & PCI_COMMAND_MEMORY),
			   "a BAR is sized with memory decoding on");
		value = (offset - PCI_BAR0) % 8 ? ~0u : ~(BUS_BAR_BYTES - 1u) | 4;
	}
	memcpy(bus.config + offset, &value, bytes);
}

void pci_write16(const struct pci_function *f, unsigned offset, uint16_t value)
{
	(void)f;
	config_write(offset, 2, value);
}

void pci_write32(const struct pci_function *f, unsigned offset, uint32_t value)
{
	(void)f;
	config_write(offset, 4, value);
}

void pci_bus_master(const struct pci_function *f, bool on)
{
	uint16_t command = pci_read16(f, PCI_COMMAND) & (uint16_t)~PCI_COMMAND_MASTER;

	pci_write16(f, PCI_COMMAND,
		    on ? command | PCI_COMMAND_MASTER | PCI_COMMAND_MEMORY : command);
	bus.stopped = !on;
}

volatile void *pci_map_bar(const struct pci_function *f, unsigned index, uint64_t bytes)
{
	uint64_t at = pci_read32(f, PCI_BAR0 + 4 * index) & ~15u;

	at |= (uint64_t)pci_read32(f, PCI_BAR0 + 4 * index + 4) << 32;
	if (!at)
		return NULL;
	bus_expect(bytes <= BUS_BAR_BYTES, "more of a BAR is mapped than there is");
	pci_write16(f, PCI_COMMAND, pci_read16(f, PCI_COMMAND) | PCI_COMMAND_MEMORY);
	return (volatile void *)at;
}

unsigned pci_capability(const struct pci_function *f, uint8_t id)
{
	(void)f;
	return id == PCI_CAP_EXPRESS ? EXPRESS_AT : bus_msi_capability(id);
}

bool pci_has_flr(const struct pci_function *f)
{
	return pci_read32(f, EXPRESS_AT + PCI_EXPRESS_DEVCAP) & 1u << 28;
}

unsigned pci_extended_capability(const struct pci_function *f, uint16_t id)
{
	for (unsigned at = 0x100; at; at = pci_read32(f, at) >> 20)
		if ((uint16_t)pci_read32(f, at) == id)
			return at;
	return 0;
}

/* --- time --- */

uint64_t time_us(void)
{
	return bus.now_us += 10;
}

/* A function-level reset takes what was configured; its bit reads as 0. */
void time_delay_us(uint64_t us)
{
	bus.now_us += us;
	if (!(config16(EXPRESS_AT + PCI_EXPRESS_DEVCTL) & DEVCTL_FLR))
		return;
	bus_expect(bus.model->flr && us >= 100000,
		   "a function-level reset is given less than 100 ms, or is not there");
	bus_expect(!(config16(PCI_COMMAND) & PCI_COMMAND_MASTER),
		   "a function-level reset with bus mastering on");
	bus_config_set32(EXPRESS_AT + PCI_EXPRESS_DEVCTL, 0);
	bus_config_set32(PCI_COMMAND, 0);
	put_bars(false);
	bus.model->flr();
}
