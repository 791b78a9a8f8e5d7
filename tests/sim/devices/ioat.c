/* SPDX-License-Identifier: BSD-2-Clause */
/* A model of the IOAT DMA engine. */
#include "tests/sim/devices/ioat.h"

#include <string.h>

#define CHANERR_INT	 0x180
#define READ_ERROR	 (1u << 8)
#define DESCRIPTOR_ERROR (1u << 2)
#define LATENCY		 3 /* reads until a command is carried out */

struct sim_ioat sim_ioat;

static struct {
	uint16_t control, count;
	bool has_control;
	uint8_t command;
	unsigned pending;				       /* reads until the command is done */
	uint64_t chain, chain_set, completion, completion_set; /* halves written: bits 1 and 2 */
	uint64_t next, last;
	bool reset_since_error;
} channel;

void sim_ioat_plug(void)
{
	sim_ioat = (struct sim_ioat){
		.channels = 1, .capacity = 20, .version = 0x32, .state = IOAT_HALTED
	};
	memset(&channel, 0, sizeof(channel));
	bus_plug(&sim_ioat_device);
}

static void fail(uint32_t error)
{
	sim_ioat.error |= error;
	sim_ioat.state = IOAT_HALTED;
	if (sim_ioat.version < 0x33)
		bus_config_set32(CHANERR_INT, sim_ioat.error);
}

static bool is_running(void)
{
	return sim_ioat.state == IOAT_ACTIVE || sim_ioat.state == IOAT_IDLE ||
	       sim_ioat.state == IOAT_ARMED;
}

/* Between two looks at it, the channel goes on. */
static void progress(void)
{
	if (!channel.pending || --channel.pending)
		return;
	if (channel.command & 4 && is_running() && !sim_ioat.deaf)
		sim_ioat.state = IOAT_SUSPENDED;
	if (channel.command & 0x20 && !sim_ioat.stuck) {
		sim_ioat.resets++;
		memset(&channel, 0, sizeof(channel));
		sim_ioat.state = IOAT_HALTED;
		if (!sim_ioat.stays_bad)
			sim_ioat.error = 0;
	}
	channel.command &= sim_ioat.stuck ? 0x20 : 0;
}

static uint64_t read(unsigned bar, uint64_t offset, unsigned bytes)
{
	static const struct {
		uint8_t offset, bytes;
	} widths[] = { { 0x00, 1 }, { 0x01, 1 }, { 0x08, 1 }, { 0x80, 2 }, { 0x84, 1 },
		       { 0x86, 2 }, { 0x88, 4 }, { 0x8c, 4 }, { 0xa8, 4 } };
	bool known = false;

	for (unsigned i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
		known |= widths[i].offset == offset && widths[i].bytes == bytes;
	bus_expect(bar == 0 && known,
		   "IOAT: a register is read by another width, or has no use here");
	switch (offset) {
	case 0x00:
		return sim_ioat.channels;
	case 0x01:
		return sim_ioat.capacity;
	case 0x08:
		return sim_ioat.version;
	case 0x80:
		return channel.control;
	case 0x84:
		progress();
		return channel.command;
	case 0x86:
		return channel.count;
	case 0x88:
		progress();
		return (uint32_t)channel.last | sim_ioat.state;
	case 0x8c:
		return channel.last >> 32;
	case 0xa8:
		return sim_ioat.error;
	}
	return 0;
}

static void complete(void)
{
	uint64_t word = channel.last | sim_ioat.state;

	bus_write(channel.completion, &word,
		  sizeof(word)); /* posted: nobody says if it is refused */
}

/* One descriptor; false at an error. */
static bool copy(void)
{
	uint32_t d[16];
	uint64_t source, destination, next;
	uint8_t data[4096];

	if (!bus_read(channel.next, d, sizeof(d))) {
		fail(DESCRIPTOR_ERROR);
		return false;
	}
	memcpy(&source, d + 2, 8);
	memcpy(&destination, d + 4, 8);
	memcpy(&next, d + 6, 8);
	bus_expect(!(next & 63), "IOAT: a descriptor leads to one that is not at a multiple of 64");
	bus_expect(d[1] == 1 << 3, "IOAT: a descriptor that is no plain copy with a completion");
	bus_expect(!d[8] && !d[9] && !d[10] && !d[11],
		   "IOAT: reserved words of a descriptor are set");
	if (!bus_expect(d[0] && d[0] <= sizeof(data) && d[0] <= 1u << sim_ioat.capacity,
			"IOAT: a copy of no length, or beyond XFERCAP"))
		return false;
	if (!bus_read(source, data, d[0])) {
		fail(READ_ERROR);
		complete();
		return false;
	}
	bus_write(destination, data, d[0]); /* posted, too */
	channel.last = channel.next;
	channel.next = next;
	return true;
}

static void set_count(uint16_t count)
{
	uint16_t given = (uint16_t)(count - channel.count);

	bus_expect(channel.has_control, "IOAT: started before CHANCTRL was set");
	bus_expect(channel.chain_set == 3 && !(channel.chain & 63) && channel.chain,
		   "IOAT: started without a chain at a multiple of 64");
	bus_expect(channel.completion_set == 3 && !(channel.completion & 7) && channel.completion,
		   "IOAT: started without a completion address at a multiple of 8");
	bus_expect(!sim_ioat.error, "IOAT: started with an error in CHANERR");
	bus_expect(sim_ioat.state != IOAT_SUSPENDED && !channel.command,
		   "IOAT: started while suspended or in reset");
	bus_expect(given == 1, "IOAT: another number of descriptors than one is given");
	if (bus.objection || sim_ioat.mute)
		return;
	channel.count = count;
	if (!channel.next)
		channel.next = channel.chain;
	sim_ioat.state = IOAT_ACTIVE;
	if (!copy())
		return;
	sim_ioat.state = IOAT_IDLE;
	complete();
}

static void set_half(uint64_t *to, uint64_t *set, bool high, uint64_t value)
{
	*to = high ? (uint32_t)*to | value << 32 : (*to & ~0xffffffffull) | value;
	*set |= high ? 2 : 1;
}

static void command(uint8_t value)
{
	bus_expect(value == 4 || value == 0x20, "IOAT: another command than suspend or reset");
	bus_expect(!channel.pending || (value == 0x20 && sim_ioat.deaf),
		   "IOAT: a command while another is carried out");
	if (value == 0x20) {
		bus_expect(!is_running() || sim_ioat.deaf,
			   "IOAT: a channel is reset that was not suspended");
		bus_expect(!sim_ioat.error || sim_ioat.stays_bad,
			   "IOAT: reset with errors left in CHANERR");
		bus_expect(sim_ioat.version >= 0x33 || !pci_read32(&bus.function, CHANERR_INT),
			   "IOAT: reset with errors left in CHANERR_INT");
	}
	channel.command = value;
	channel.pending = LATENCY;
}

static void write(unsigned bar, uint64_t offset, unsigned bytes, uint64_t value)
{
	static const char wrong[] =
		"IOAT: a register is written by another width, or has no use here";

	bus_expect(bar == 0, wrong);
	bus_expect(offset == 0x84 || !channel.pending,
		   "IOAT: registers are written before a command ended");
	switch (offset << 4 | bytes) {
	case 0x802:
		bus_expect(!(value & 0x11), "IOAT: interrupts are asked for");
		bus_expect(value & 8, "IOAT: errors would not stop the channel");
		channel.control = (uint16_t)value;
		channel.has_control = true;
		break;
	case 0x841:
		command((uint8_t)value);
		break;
	case 0x862:
		set_count((uint16_t)value);
		break;
	case 0x904:
	case 0x944:
		bus_expect(!channel.count, "IOAT: the chain is changed behind a channel at work");
		set_half(&channel.chain, &channel.chain_set, offset == 0x94, value);
		break;
	case 0x984:
	case 0x9c4:
		bus_expect(!channel.count,
			   "IOAT: the completion address of a channel at work is changed");
		set_half(&channel.completion, &channel.completion_set, offset == 0x9c, value);
		break;
	case 0xa84:
		if (!sim_ioat.stays_bad)
			sim_ioat.error &= (uint32_t)~value;
		break;
	default:
		bus_object(wrong);
	}
}

static bool configure(unsigned offset, unsigned bytes, uint32_t value)
{
	if (offset != CHANERR_INT)
		return false;
	bus_expect(bytes == 4 && sim_ioat.version < 0x33,
		   "IOAT: CHANERR_INT is written where it is not, or by another width");
	bus_config_set32(CHANERR_INT, pci_read32(&bus.function, CHANERR_INT) & ~value);
	return true;
}

const struct sim_device_model sim_ioat_device = {
	.vendor = 0x8086,
	.device = 0x6f20,
	.class = 0x088000,
	.read = read,
	.write = write,
	.configure = configure,
};
