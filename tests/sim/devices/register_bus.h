/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PCI function in software for the DMA generators of kernel/dma/, which run here unchanged: each
 * register access, each wait and each DMA of the device goes through this. What the device is, is a
 * model (tests/host/model_*.c); models object to what the published programming sequence does not
 * allow, and the first objection is kept.
 */
#ifndef TESTS_HOST_FAKE_BUS_H
#define TESTS_HOST_FAKE_BUS_H

#include "kernel/dma/dma.h"
#include "tests/sim/devices/msi.h"

#define BUS_BAR_BYTES  0x20000
#define BUS_PRIVATE_AT 0x203000ull /* where the device sees its private pages */
#define BUS_TARGET_AT  0x202000ull /* and the page under test */

struct sim_device_model {
	uint16_t vendor, device;
	uint32_t class;
	uint64_t (*read)(unsigned bar, uint64_t offset, unsigned bytes);
	void (*write)(unsigned bar, uint64_t offset, unsigned bytes, uint64_t value);
	/* 64 bytes at once, to BAR 2; whether they were taken. */
	bool (*submit)(uint64_t offset, const uint8_t *descriptor, bool shared);
	void (*flr)(void); /* function-level reset */
	/* A write to configuration space; true if the model did what is to be done. */
	bool (*configure)(unsigned offset, unsigned bytes, uint32_t value);
};

struct sim_bus {
	struct pci_function function;
	uint8_t config[4096] __attribute__((aligned(4096)));
	const struct sim_device_model *model;
	const char *objection; /* the first; NULL: none */
	uint64_t now_us;
	uint32_t cpu_features; /* CPUID.7.0:ECX */
	bool stopped;	       /* bus mastering was turned off: no DMA is to follow */
	bool has_messages;     /* MSI or MSI-X */
	struct sim_messages messages;

	/* What DMA reaches. Physical addresses reach nothing: drivers must use bus addresses. */
	uint8_t *private;
	uint64_t private_bytes;
	uint8_t target[4096] __attribute__((aligned(4096)));
	bool refuse_target, refuse_private;
	/* If set, asked instead of the windows above: where a DMA goes, NULL if it is refused. */
	void *(*translate)(uint64_t at, bool write, bool has_pasid, uint32_t pasid);
};

extern struct sim_bus bus;

/* Everything anew, with this device on it. */
void bus_plug(const struct sim_device_model *model);

void bus_config_set32(unsigned at, uint32_t value);

/* Note what is wrong, if it is the first. */
void bus_object(const char *what);
/* The same unless `ok`, which it returns. */
bool bus_expect(bool ok, const char *what);

/* True if nobody objected; prints what was objected to otherwise. */
bool bus_is_content(void);

/* A DMA by the device; false if it was refused. */
bool bus_write(uint64_t at, const void *data, uint64_t bytes);
bool bus_read(uint64_t at, void *data, uint64_t bytes);
bool bus_write_tagged(uint64_t at, const void *data, uint64_t bytes, uint32_t pasid);
bool bus_read_tagged(uint64_t at, void *data, uint64_t bytes, uint32_t pasid);

/* Open and reset it as the engine does. NULL, or why it cannot be used. */
const char *bus_open(struct dma_device *device, const struct dma_generator *generator);
const char *bus_settle(struct dma_device *device);

/* Start one DMA to the page under test and wait for its end. */
enum dma_state bus_run(struct dma_device *device);
/* How many of the page's bytes one more DMA changed. */
unsigned bus_landed(struct dma_device *device, enum dma_state *state);

#endif
