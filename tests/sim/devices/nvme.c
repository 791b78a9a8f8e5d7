/* SPDX-License-Identifier: BSD-2-Clause */
/* A model of an NVMe controller. */
#include "tests/sim/devices/nvme.h"

#include <string.h>

#define ENTRIES_MAX 256
#define CC_EN	    1u
#define CSTS_RDY    1u
#define CSTS_CFS    2u
#define LATENCY	    3 /* looks at CSTS until RDY follows CC.EN */

struct sim_nvme sim_nvme;

static struct queue {
	uint64_t submissions, completions; /* bus addresses; 0: there is none */
	uint32_t entries, completion_entries, head, tail, completion, consumed, phase;
} queues[2];
static uint32_t cc, csts, aqa;
static unsigned settling, shutting;
static uint64_t asq, acq;
static bool
	had_message; /* when the admin queue was made: what is turned on later is not looked at */

void sim_nvme_plug(void)
{
	memset(&sim_nvme, 0, sizeof(sim_nvme));
	sim_nvme.cap = 1023 | 1ull << 37 | 10ull << 24;
	sim_nvme.block_shift = 9;
	sim_nvme.blocks = sizeof(sim_nvme.disk) / 512;
	for (size_t i = 0; i < sizeof(sim_nvme.disk); i++)
		sim_nvme.disk[i] = (uint8_t)(i * 7 + i / 256) & 0x7f;
	cc = csts = aqa = settling = shutting = 0;
	had_message = false;
	asq = acq = 0;
	memset(queues, 0, sizeof(queues));
	bus_plug(&sim_nvme_device);
	sim_nvme_cmb_new();
	bus_has_msix(4, 0x2000, 33);
}

static uint64_t read(unsigned bar, uint64_t offset, unsigned bytes)
{
	if (bytes == 4 && sim_nvme_cmb_has(bar, offset))
		return sim_nvme_cmb_read(bar, offset);
	bus_expect(bar == 0 && bytes == 4, "NVMe: a register is read by another width than 32");
	switch (offset) {
	case 0x00:
		return (uint32_t)sim_nvme.cap;
	case 0x04:
		return sim_nvme.cap >> 32 | (uint64_t)sim_nvme.cmb << (57 - 32);
	case 0x14:
		return cc;
	case 0x1c:
		if (settling && !--settling)
			csts ^= CSTS_RDY;
		if (shutting && !--shutting) {
			csts = (csts & ~12u) | 8;
			sim_nvme.shutdowns++;
		}
		return csts;
	}
	bus_object("NVMe: a register is read that has no use here");
	return 0;
}

static void complete(struct queue *q, unsigned id, const uint8_t *command, uint16_t status)
{
	uint8_t entry[16] = { 0 };
	uint16_t word = (uint16_t)q->head;

	memcpy(entry + 8, &word, 2);
	word = (uint16_t)id;
	memcpy(entry + 10, &word, 2);
	memcpy(entry + 12, command + 2, 2);
	word = (uint16_t)(status << 1 | q->phase);
	memcpy(entry + 14, &word, 2);
	if (!bus_write(q->completions + 16 * q->completion, entry, sizeof(entry)))
		csts |= CSTS_CFS;
	else if (!id && had_message)
		bus_send_message();
	q->completion = (q->completion + 1) % q->completion_entries;
	if (!q->completion)
		q->phase ^= 1;
}

static uint16_t identify(const uint32_t *c)
{
	uint8_t data[4096] = { 0 };
	uint64_t prp1;

	memcpy(&prp1, c + 6, 8);
	bus_expect(c[10] == 0 || c[10] == 1, "NVMe: Identify of something else than is needed");
	bus_expect(c[1] == (c[10] ? 0 : 1), "NVMe: Identify with a wrong namespace");
	if (c[10] == 0) {
		if (!sim_nvme.blocks)
			return 0x00b; /* Invalid Namespace or Format */
		memcpy(data, &sim_nvme.blocks, 8);
		data[26] = 2;
		data[128 + 4 * 2] = sim_nvme.metadata;
		data[128 + 4 * 2 + 2] = sim_nvme.block_shift;
	} else {
		memset(data, 0x56, sizeof(data));
	}
	return bus_write(prp1, data, sizeof(data)) ? 0 : 0x004;
}

static uint16_t create(const uint32_t *c, bool completions)
{
	struct queue *q = &queues[1];
	uint64_t prp1;

	memcpy(&prp1, c + 6, 8);
	if (sim_nvme.no_queues)
		return 0x101; /* Invalid Queue Identifier */
	bus_expect((c[10] & 0xffff) == 1 && !(prp1 & 4095), "NVMe: another queue than number 1");
	bus_expect(c[10] >> 16 && c[10] >> 16 <= (sim_nvme.cap & 0xffff),
		   "NVMe: a queue is longer than CAP.MQES or shorter than two");
	if (completions) {
		bus_expect(c[11] == 1, "NVMe: a completion queue with interrupts, or in pieces");
		bus_expect(!q->completions, "NVMe: a completion queue is made twice");
		q->completions = prp1;
		q->completion_entries = (c[10] >> 16) + 1;
		q->completion = q->consumed = 0;
		q->phase = 1;
	} else {
		bus_expect(c[11] == (1 << 16 | 1), "NVMe: a submission queue with wrong flags");
		bus_expect(q->completions && !q->submissions,
			   "NVMe: a submission queue before its completion queue, or twice");
		q->submissions = prp1;
		q->entries = (c[10] >> 16) + 1;
		q->head = q->tail = 0;
	}
	return 0;
}

static uint16_t read_blocks(const uint32_t *c)
{
	uint64_t prp1, block, count = (uint64_t)(c[12] & 0xffff) + 1;
	uint64_t bytes = count << sim_nvme.block_shift;

	memcpy(&prp1, c + 6, 8);
	memcpy(&block, c + 10, 8);
	bus_expect(c[1] == 1 && !(c[12] & ~0xffffu), "NVMe: a read with other flags, or elsewhere");
	bus_expect(bytes <= 4096 && !(prp1 & 4095), "NVMe: a read of more than a page");
	if (block + count > sim_nvme.blocks)
		return 0x080; /* LBA Out of Range */
	return bus_write(prp1, sim_nvme.disk + (block << sim_nvme.block_shift), bytes) ? 0 : 0x004;
}

static uint16_t execute(unsigned id, const uint32_t *c)
{
	uint8_t opcode = (uint8_t)c[0];

	sim_nvme.sent[id][opcode]++;
	bus_expect(!(c[0] & 0xff00) && !c[2] && !c[3] && !c[4] && !c[5] && !c[8] && !c[9],
		   "NVMe: a command with flags, metadata or a second page");
	if (id == 1) {
		if (opcode == 0x02)
			return read_blocks(c);
		bus_object("NVMe: an I/O command that is no read");
		memset(sim_nvme.disk, 0, sizeof(sim_nvme.disk)); /* what a careless one does */
		return 0;
	}
	switch (opcode) {
	case 0x0a:
		bus_expect(
			c[10] == 1 && !c[6] && !c[7],
			"NVMe: Get Features of something else than the arbitration, or with data");
		return 0;
	case 0x06:
		return identify(c);
	case 0x05:
		return create(c, true);
	case 0x01:
		return create(c, false);
	}
	bus_object("NVMe: an admin command other than Identify and the making of queues");
	return 0x001;
}

static bool fetch(uint64_t at, uint32_t *command)
{
	const uint8_t *within = sim_nvme_cmb_at(at, 64);

	if (!within)
		return bus_read(at, command, 64);
	memcpy(command, within, 64);
	sim_nvme.fetched_within++;
	return true;
}

static void run(unsigned id)
{
	struct queue *q = &queues[id];
	uint32_t command[16];

	/* A full completion queue, one entry short of its size, holds everything up. */
	while (q->head != q->tail && !(csts & CSTS_CFS) &&
	       (q->completion + 1) % q->completion_entries != q->consumed) {
		if (sim_nvme.refuse_fetches && sim_nvme.refuse_fetches--) {
			csts |= CSTS_CFS;
			return;
		}
		if (!fetch(q->submissions + 64 * q->head, command)) {
			csts |= CSTS_CFS;
			return;
		}
		q->head = (q->head + 1) % q->entries;
		complete(q, id, (const uint8_t *)command, execute(id, command));
	}
}

static void doorbell(uint64_t offset, uint32_t value)
{
	uint64_t stride = 4ull << (sim_nvme.cap >> 32 & 15);
	unsigned number = (unsigned)((offset - 0x1000) / stride), id = number / 2;
	struct queue *q = &queues[id & 1];

	bus_expect((offset - 0x1000) % stride == 0 && id < 2, "NVMe: a write beside the doorbells");
	bus_expect(csts & CSTS_RDY, "NVMe: a doorbell is rung before the controller is ready");
	if (id > 1 || !bus_expect(q->submissions, "NVMe: a doorbell of a queue that is not there"))
		return;
	if (number & 1) {
		bus_expect(value == (q->consumed + 1) % q->completion_entries,
			   "NVMe: a completion queue's head is not moved by one");
		q->consumed = value;
		run(id);
		return;
	}
	bus_expect(value < q->entries, "NVMe: a tail beyond its queue");
	q->tail = value % q->entries;
	run(id);
}

static void configure(uint32_t value)
{
	if (value >> 14 & 3 && !(cc >> 14 & 3)) {
		bus_expect(cc & CC_EN && csts & CSTS_RDY,
			   "NVMe: told to shut down while it is not at work");
		bus_expect((value >> 14 & 3) == 1, "NVMe: an abrupt shutdown");
		csts |= 1 << 2;
		shutting = LATENCY;
	}
	if (cc & CC_EN && !(value & CC_EN) && csts & CSTS_RDY && !(csts & CSTS_CFS) &&
	    (csts >> 2 & 3) == 1)
		bus_object("NVMe: disabled before its shutdown has ended");
	if (value & CC_EN && !(cc & CC_EN)) {
		bus_expect((value >> 16 & 15) == 6 && (value >> 20 & 15) == 4,
			   "NVMe: enabled with wrong entry sizes");
		bus_expect(!(value & 0xfff0 & ~0xc000u),
			   "NVMe: enabled with another page size or set");
		bus_expect(asq && acq && !(asq & 4095) && !(acq & 4095),
			   "NVMe: enabled without admin queues");
		queues[0] = (struct queue){ .submissions = asq,
					    .completions = acq,
					    .entries = (aqa & 0xfff) + 1,
					    .completion_entries = (aqa >> 16 & 0xfff) + 1,
					    .phase = 1 };
		had_message = pci_read16(&bus.function,
					 bus_msi_capability(PCI_CAP_MSIX) + PCI_MSI_CONTROL) &
			      1 << 15;
		settling = LATENCY;
	}
	if (cc & CC_EN && !(value & CC_EN)) {
		memset(queues, 0, sizeof(queues));
		sim_nvme_cmb_reset();
		csts &= CSTS_RDY;
		settling = csts ? LATENCY : 0;
	}
	cc = value;
}

static void write(unsigned bar, uint64_t offset, unsigned bytes, uint64_t value)
{
	uint64_t *pair = offset < 0x30 ? &asq : &acq;

	if (bytes == 4 && sim_nvme_cmb_has(bar, offset)) {
		sim_nvme_cmb_write(bar, offset, value, cc & CC_EN);
		return;
	}
	bus_expect(bar == 0 && bytes == 4, "NVMe: a register is written by another width than 32");
	if (offset >= 0x1000) {
		doorbell(offset, (uint32_t)value);
		return;
	}
	bus_expect(!settling || offset == 0x14 || offset >= 0x1000,
		   "NVMe: queues are changed before the controller has stopped");
	bus_expect(offset != 0x14 || !settling || !(value & CC_EN),
		   "NVMe: enabled before it has stopped");
	bus_expect(offset == 0x14 || !(cc & CC_EN),
		   "NVMe: queues are changed while the controller is enabled");
	switch (offset) {
	case 0x14:
		configure((uint32_t)value);
		break;
	case 0x24:
		aqa = (uint32_t)value;
		break;
	case 0x28:
	case 0x30:
		*pair = (*pair & ~0xffffffffull) | value;
		break;
	case 0x2c:
	case 0x34:
		*pair = (uint32_t)*pair | value << 32;
		break;
	default:
		bus_object("NVMe: a register is written that has no use here");
	}
}

const struct sim_device_model sim_nvme_device = {
	.vendor = 0x1b36,
	.device = 0x0010,
	.class = 0x010802,
	.read = read,
	.write = write,
};
