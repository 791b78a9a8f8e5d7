/* SPDX-License-Identifier: BSD-2-Clause */
/* A model of the Data Streaming Accelerator (DSA). */
#include "tests/sim/devices/dsa.h"

#include <string.h>

#define PASID_AT 0x100
#define ATS_AT	 0x200
#define LATENCY	 3 /* looks at CMDSTS until a command has ended */
#define GRPCFG	 0x400
#define WQCFG	 0x500

enum { READ_FAULT = 0x03, WRITE_FAULT = 0x83, RECORD_FAULT = 0x1a };

struct sim_dsa sim_dsa;

static struct {
	uint32_t wqcfg[16], grpcfg[12], software_error;
	bool fresh; /* reset, and not enabled since: to be configured */
	bool queue_enabled;
	unsigned active;
	uint8_t result;
} device;

void sim_dsa_plug(void)
{
	sim_dsa = (struct sim_dsa){
		.gencap = 1ull << 31 | 31ull << 16 | 10ull << 21,
		.wqcap = 128 | 8 << 16 | 1 << 24 | 3ull << 48 | 1ull << 54,
		.grpcap = 4 | 96 << 8 | 1 << 16,
		.engcap = 4,
		.opcap = 1 << 3 | 1,
		.offsets = GRPCFG / 0x100 | WQCFG / 0x100 << 16,
	};
	memset(&device, 0, sizeof(device));
	bus_plug(&sim_dsa_device);
	bus_config_set32(PASID_AT, PCI_EXT_PASID | 1 << 16 | (uint32_t)ATS_AT << 20);
	bus_config_set32(PASID_AT + 4, 20 << 8);
	bus_config_set32(ATS_AT, PCI_EXT_ATS | 1 << 16);
}

void sim_dsa_no_pasid(void)
{
	bus_config_set32(PASID_AT, 0xffff | (uint32_t)ATS_AT << 20);
}

static void forget(void)
{
	/* SWERR may outlast a reset by command: nobody is to rely on its end. */
	uint32_t software_error = device.software_error;

	memset(&device, 0, sizeof(device));
	device.software_error = software_error;
	device.fresh = true;
	sim_dsa.state = DSA_DISABLED;
	sim_dsa.reset_type = 0;
}

static void flr(void)
{
	sim_dsa.flrs++;
	forget();
	device.software_error = 0;
	bus_config_set32(PASID_AT + 4, pci_read16(&bus.function, PASID_AT + 4));
}

static bool pasid_is_on(void)
{
	return pci_extended_capability(&bus.function, PCI_EXT_PASID) &&
	       pci_read16(&bus.function, PASID_AT + 6) & 1;
}

static uint64_t read(unsigned bar, uint64_t offset, unsigned bytes)
{
	bus_expect(bar == 0 && bytes == 4, "DSA: a register is read by another width than 32");
	switch (offset) {
	case 0x10:
		return (uint32_t)sim_dsa.gencap;
	case 0x14:
		return sim_dsa.gencap >> 32;
	case 0x20:
		return (uint32_t)sim_dsa.wqcap;
	case 0x24:
		return sim_dsa.wqcap >> 32;
	case 0x30:
		return (uint32_t)sim_dsa.grpcap;
	case 0x34:
		return sim_dsa.grpcap >> 32;
	case 0x38:
		return (uint32_t)sim_dsa.engcap;
	case 0x40:
		return (uint32_t)sim_dsa.opcap;
	case 0x60:
		return sim_dsa.offsets;
	case 0x3c:
	case 0x44:
		return 0;
	case 0x90:
		return sim_dsa.state | sim_dsa.reset_type << 2;
	case 0xa8:
		if (device.active && !sim_dsa.deaf)
			device.active--;
		return device.active ? 1u << 31 : device.result;
	case 0xc0:
		return device.software_error;
	}
	bus_object("DSA: a register is read that has no use here");
	return 0;
}

static bool enable_device(void)
{
	unsigned size = device.wqcfg[0] & 0xffff;

	return bus_expect(sim_dsa.state == DSA_DISABLED,
			  "DSA: enabled though it is not disabled") &&
	       bus_expect(pci_read16(&bus.function, PCI_COMMAND) & PCI_COMMAND_MASTER,
			  "DSA: enabled with bus mastering off") &&
	       bus_expect(size && size <= (sim_dsa.wqcap & 0xffff),
			  "DSA: enabled with no queue configured, or too large a one") &&
	       bus_expect(device.grpcfg[0] == 1 && !device.grpcfg[1] && !device.grpcfg[2],
			  "DSA: the group has not queue 0 alone") &&
	       bus_expect(device.grpcfg[8] == 1, "DSA: the group has not engine 0 alone") &&
	       bus_expect((device.grpcfg[10] >> 20 & 0xff) ==
				  (sim_dsa.grpcap & 1 << 16 ? sim_dsa.grpcap >> 8 & 0xff : 0),
			  "DSA: the group is not allowed the read buffers there are");
}

static bool enable_queue(uint32_t operand)
{
	uint32_t mode = device.wqcfg[2];
	bool dedicated = mode & 1, tags = mode & 1 << 28;

	return bus_expect(operand == 0, "DSA: another queue than 0 is enabled") &&
	       bus_expect(sim_dsa.state == DSA_ENABLED,
			  "DSA: a queue is enabled before the device") &&
	       bus_expect(!device.queue_enabled, "DSA: a queue is enabled twice") &&
	       bus_expect(mode >> 4 & 15, "DSA: a queue of priority 0") &&
	       bus_expect(!(mode & 2), "DSA: a queue that blocks on faults") &&
	       bus_expect(sim_dsa.wqcap >> (dedicated ? 49 : 48) & 1,
			  "DSA: a queue of a mode that is not there") &&
	       bus_expect(dedicated || tags, "DSA: a shared queue without PASIDs") &&
	       bus_expect(dedicated || (device.wqcfg[1] & 0xffff),
			  "DSA: a shared queue with threshold 0") &&
	       bus_expect(!tags || pasid_is_on(), "DSA: a queue with PASIDs, which are off") &&
	       bus_expect(dedicated || !(mode >> 8 & 0xfffff),
			  "DSA: a shared queue with a PASID of its own") &&
	       bus_expect((device.wqcfg[3] & 31) <= (sim_dsa.gencap >> 16 & 31),
			  "DSA: larger transfers than GENCAP allows");
}

static void command(uint32_t value)
{
	bus_expect(!device.active, "DSA: a command while another is carried out");
	bus_expect(!(value & 1u << 31 || value & 0x7e000000),
		   "DSA: a command that asks for an interrupt, or has reserved bits");
	bus_expect(sim_dsa.state != DSA_HALT || (value >> 20 == 5 && !sim_dsa.reset_type),
		   "DSA: a command to a halted device that needs another reset");
	device.result = sim_dsa.error;
	device.active = LATENCY;
	if (sim_dsa.error || sim_dsa.deaf)
		return;
	switch (value >> 20) {
	case 1:
		if (!enable_device())
			break;
		sim_dsa.state = DSA_ENABLED;
		device.fresh = false;
		return;
	case 5:
		sim_dsa.resets++;
		forget();
		device.active = LATENCY;
		return;
	case 6:
		if (!enable_queue(value & 0xfffff))
			break;
		device.queue_enabled = true;
		return;
	default:
		bus_object("DSA: another command than enable, reset, enable queue");
	}
	device.result = 0x11;
}

static void write(unsigned bar, uint64_t offset, unsigned bytes, uint64_t value)
{
	bus_expect(bar == 0 && bytes == 4, "DSA: a register is written by another width than 32");
	if ((offset >= WQCFG && offset < WQCFG + sizeof(device.wqcfg)) ||
	    (offset >= GRPCFG && offset < GRPCFG + sizeof(device.grpcfg))) {
		bus_expect(device.fresh && !device.active,
			   "DSA: configured without a reset before, or while enabled");
		*(offset >= WQCFG ? &device.wqcfg[(offset - WQCFG) / 4]
				  : &device.grpcfg[(offset - GRPCFG) / 4]) = (uint32_t)value;
		return;
	}
	switch (offset) {
	case 0x88:
		bus_expect(!value, "DSA: interrupts are asked for");
		break;
	case 0xa0:
		command((uint32_t)value);
		break;
	case 0xc0:
		if (value & 1)
			device.software_error = 0;
		break;
	default:
		bus_object("DSA: a register is written that has no use here");
	}
}

/* A DMA of queue 0, tagged as its mode and the descriptor say. */
static bool dma(uint64_t at, void *data, uint64_t size, bool is_write, const uint32_t *d)
{
	bool dedicated = device.wqcfg[2] & 1;

	sim_dsa.last_has_pasid = device.wqcfg[2] & 1 << 28;
	sim_dsa.last_pasid = dedicated ? device.wqcfg[2] >> 8 & 0xfffff : d[0] & 0xfffff;
	if (!sim_dsa.last_has_pasid)
		return is_write ? bus_write(at, data, size) : bus_read(at, data, size);
	return is_write ? bus_write_tagged(at, data, size, sim_dsa.last_pasid)
			: bus_read_tagged(at, data, size, sim_dsa.last_pasid);
}

static void finish(const uint32_t *d, uint64_t record_at, uint8_t status, uint64_t fault)
{
	uint8_t record[32] = { status };

	memcpy(record + 4, status == 1 ? &d[8] : &(uint32_t){ 0 }, 4);
	memcpy(record + 8, &fault, 8);
	if (!dma(record_at, record, sizeof(record), true, d))
		device.software_error = 1 | RECORD_FAULT << 8;
}

static void move(const uint32_t *d)
{
	uint64_t record_at, source, destination;
	uint8_t data[4096];

	memcpy(&record_at, d + 2, 8);
	memcpy(&source, d + 4, 8);
	memcpy(&destination, d + 6, 8);
	bus_expect(d[1] == (3u << 24 | 8 | 4), "DSA: no plain copy with a completion record");
	bus_expect(!(record_at & 31), "DSA: a completion record at no multiple of 32");
	bus_expect(!(d[0] & 0x7ff00000), "DSA: reserved bits beside the PASID");
	bus_expect(!(device.wqcfg[2] & 1) || !d[0],
		   "DSA: a PASID in a dedicated queue's descriptor");
	bus_expect(d[8] <= 1u << (device.wqcfg[3] & 31), "DSA: a transfer larger than WQCFG says");
	for (unsigned i = 9; i < 16; i++)
		bus_expect(!d[i], "DSA: reserved words of a descriptor are set");
	bus_expect(!(sim_dsa.wqcap >> 54 & 1) || device.wqcfg[8] >> 3 & 1,
		   "DSA: the queue does not take this operation (WQCFG)");
	if (!bus_expect(d[8] && d[8] <= sizeof(data), "DSA: a transfer of no length"))
		return;
	if (!dma(source, data, d[8], false, d)) {
		if (sim_dsa.halts) {
			sim_dsa.state = DSA_HALT;
			device.queue_enabled = false;
			return;
		}
		finish(d, record_at, READ_FAULT, source);
		return;
	}
	if (!dma(destination, data, d[8], true, d)) {
		finish(d, record_at, WRITE_FAULT, destination);
		return;
	}
	finish(d, record_at, 1, 0);
}

static bool submit(uint64_t offset, const uint8_t *descriptor, bool shared)
{
	uint32_t d[16];

	memcpy(d, descriptor, sizeof(d));
	if (!bus_expect(device.queue_enabled, "DSA: a descriptor to a queue that is not enabled") ||
	    !bus_expect(offset < 0x1000, "DSA: a descriptor to another portal than queue 0's") ||
	    !bus_expect(shared == !(device.wqcfg[2] & 1),
			"DSA: the instruction is not the one for the queue's mode") ||
	    !bus_expect(!device.software_error, "DSA: a descriptor before SWERR was cleared"))
		return true;
	if (shared && sim_dsa.full) {
		sim_dsa.full--;
		sim_dsa.retries++;
		return false;
	}
	move(d);
	return true;
}

static bool configure(unsigned offset, unsigned bytes, uint32_t value)
{
	(void)bytes;
	(void)value;
	if (offset == PASID_AT + 6)
		bus_expect(sim_dsa.state == DSA_DISABLED,
			   "DSA: PASIDs are turned on or off in an enabled device");
	return false;
}

const struct sim_device_model sim_dsa_device = {
	.vendor = 0x8086,
	.device = 0x0b25,
	.class = 0x088000,
	.read = read,
	.write = write,
	.submit = submit,
	.flr = flr,
	.configure = configure,
};
