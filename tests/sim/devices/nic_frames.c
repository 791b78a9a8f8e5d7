/* SPDX-License-Identifier: BSD-2-Clause */
/* The simulated controller's DMA: frames sent, received again, and where both may go wrong. */
#include "tests/sim/devices/nic.h"

#include <string.h>

#define PAGE 4096

struct descriptor {
	uint64_t address;
	uint32_t word[2];
};

static struct sim_nic *const n = &sim_nic;

/* Once its virtual function is enabled, the queues' requests carry that one's id. */
static uint8_t requester(void)
{
	return (uint8_t)(n->function.devfn +
			 (sim_nic_vf_enabled() ? pci_read16(&n->function, FAKE_NIC_SRIOV + 0x14)
					       : 0));
}

/* Where a DMA goes; NULL if it is refused. */
static uint8_t *memory_at(uint64_t bus, uint64_t bytes, bool write)
{
	sim_nic_complain(!n->mastered, "DMA with bus mastering off");
	sim_nic_complain(sim_nic_get(NIC_CTRL) & CTRL_GIO_MASTER_DISABLE,
			 "DMA with the master disabled");
	sim_nic_complain(bus % PAGE + bytes > PAGE, "DMA beyond the end of a page");
	if (n->translate)
		return n->translate(requester(), bus, write);
	if (bus - n->private_at < 2 * PAGE)
		return n->private + (bus - n->private_at);
	if (bus == (uint64_t)n->buffer)
		return n->buffer;
	sim_nic_complain(true, "DMA to an address that nobody gave");
	return NULL;
}

static bool dma(uint64_t bus, void *data, uint64_t bytes, bool write)
{
	uint8_t *at = memory_at(bus, bytes, write);

	if (!at || n->complaint)
		return false;
	if (write)
		memcpy(at, data, bytes);
	else
		memcpy(data, at, bytes);
	return true;
}

/* Everything that keeps a frame inside, and that the datasheet wants before the first. */
static const char *why_not_to_send(void)
{
	const uint32_t want = CTRL_FD | CTRL_SLU | CTRL_FRCSPD | CTRL_FRCDPLX | CTRL_SPEED_1000;
	uint32_t ctrl = sim_nic_get(NIC_CTRL), rctl = sim_nic_get(NIC_RCTL);

	if (!sim_nic_phy_loops())
		return "a frame is sent with the PHY not in loopback";
	if ((ctrl & (want | CTRL_SPEED)) != want || ctrl & (CTRL_ASDE | CTRL_RFCE | CTRL_TFCE))
		return "a frame is sent with the MAC not forced to the PHY's speed";
	if (!(rctl & RCTL_EN) || !(rctl & RCTL_UPE) || !(rctl & RCTL_SECRC))
		return "a frame is sent that will not be received";
	if (n->kind->mac_loopback && !(rctl & RCTL_LBM_MAC))
		return "a frame is sent with the MAC not in loopback";
	if (n->function.device == 0x10d3 && ((n->phy[1][21] & 7) != 6 || n->phy[2][16] != 0x4c ||
					     n->phy[3][16] != 0x40 || n->phy[2][20] != 0x400))
		return "a frame is sent with the 82574's PHY not prepared";
	if (n->function.device == 0x156f && (sim_nic_get(0x3840) & 3 << 28) != 2 << 28)
		return "a frame is sent with three reads under way at once";
	if (n->function.device == 0x156f && !(sim_nic_get(0xf28) & 1 << 16))
		return "a frame is sent without the first I219's workaround (IOSFPC)";
	if (n->function.device == 0x10d3 &&
	    (!(sim_nic_get(0x5b00) & 1 << 22) || !(sim_nic_get(0x5b64) & 1) ||
	     (sim_nic_get(0x3840) & 0x7c000000) != 1 << 26 ||
	     (sim_nic_get(0x18) & 0xc00000) != 0x400000))
		return "a frame is sent without the 82574's workarounds";
	if (n->function.device == 0x15f2 && (pci_read16(&n->function, FAKE_NIC_L1 + 8) & 5 ||
					     pci_read16(&n->bridge, FAKE_NIC_L1 + 8) & 5))
		return "a frame is sent though the link may go into L1.2";
	if (sim_nic_has_pages() && n->phy[0][22])
		return "a frame is sent with the PHY at another page";
	if (sim_nic_vf_enabled() &&
	    (sim_nic_get(0xc8c) != 1 || sim_nic_get(0xc90) != 1 || !(sim_nic_get(0x18) & 1 << 14)))
		return "a frame is sent with the virtual function's queues off";
	if (!n->kind->advanced &&
	    (sim_nic_get(n->kind->transmit + QUEUE_DCTL) & 0x01400000) != 0x01400000)
		return "TXDCTL is not as the datasheet wants it";
	return NULL;
}

static uint32_t entries(uint32_t queue)
{
	uint32_t bytes = sim_nic_get(queue + QUEUE_LEN);

	return bytes >= 16 ? bytes / 16 : 1;
}

static uint64_t descriptor_at(uint32_t queue, uint32_t index)
{
	return (sim_nic_get(queue + QUEUE_BAL) | (uint64_t)sim_nic_get(queue + QUEUE_BAH) << 32) +
	       16 * index;
}

/* Writes are posted: the device does not learn that one was refused. */
static void receive(void)
{
	uint32_t queue = n->kind->receive, head = sim_nic_get(queue + QUEUE_HEAD);
	uint64_t at = descriptor_at(queue, head);
	uint32_t done = 3, length = n->bytes_under_way, *answer;
	struct descriptor d;

	if (head == sim_nic_get(queue + QUEUE_TAIL))
		return; /* no room: it is dropped */
	sim_nic_set(queue + QUEUE_HEAD, (head + 1) % entries(queue));
	if (!dma(at, &d, sizeof(d), false))
		return;
	if (n->refuse != REFUSE_DATA)
		dma(d.address, n->frame, length, true);
	n->received++;
	if (n->refuse == REFUSE_ANSWER)
		return;
	if (n->refuse == REFUSE_EOP)
		done = 1;
	if (n->refuse == RECEIVE_ERROR)
		done |= n->kind->advanced ? 1u << 31 : 1u << 15;
	answer = d.word;
	answer[n->kind->advanced ? 0 : 1] = done;
	if (n->refuse != REFUSE_LENGTH)
		answer[n->kind->advanced ? 1 : 0] = length;
	dma(at + 8, answer, 8, true);
}

static void take(const struct descriptor *d, const char *problem)
{
	uint32_t length = d->word[0] & 0xffff;
	bool read;

	sim_nic_complain(d->word[0] >> 16 != (n->kind->advanced ? 0x2330 : 0x0300) ||
				 d->word[1] != (n->kind->advanced ? length << 14 : 0),
			 "the transmit descriptor is malformed");
	sim_nic_complain(length < 60 || length > FAKE_NIC_FRAME,
			 "the frame is too short or too long");
	if (n->complaint)
		return;
	read = dma(d->address, n->frame, length, false);
	sim_nic_complain(read && ((n->frame[0] & 3) != 2 || (n->frame[6] & 3) != 2 ||
				  n->frame[12] != 0x88 || n->frame[13] != 0xb5),
			 "the frame is not from and to locally administered addresses");
	sim_nic_complain(read && problem, problem);
	n->sent_out += read && problem;
	if (!read || problem || n->refuse == REFUSE_FRAME)
		return;
	if (n->swallows_next) {
		n->swallows_next = false;
		return;
	}
	n->under_way = true;
	n->bytes_under_way = length;
	n->back_at_us = n->now_us + n->return_us;
	sim_nic_look();
}

/* A queue whose descriptor cannot be read stops there, if it does not swallow it; a frame that cannot be read is lost. */
void sim_nic_send(void)
{
	uint32_t queue = n->kind->transmit, head = sim_nic_get(queue + QUEUE_HEAD);
	const char *problem = why_not_to_send();
	struct descriptor d;

	/* What was set up wrongly leads anywhere. */
	while (head != sim_nic_get(queue + QUEUE_TAIL) && n->refuse != REFUSE_TRANSMIT &&
	       !n->complaint) {
		if (dma(descriptor_at(queue, head), &d, sizeof(d), false))
			take(&d, problem);
		else if (n->swallows)
			n->swallows_next = true;
		else
			return;
		head = (head + 1) % entries(queue);
		sim_nic_set(queue + QUEUE_HEAD, head);
	}
}

void sim_nic_look(void)
{
	if (!n->under_way || n->now_us < n->back_at_us)
		return;
	n->under_way = false;
	receive();
}
