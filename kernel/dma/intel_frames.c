/* SPDX-License-Identifier: BSD-2-Clause */
/* The frame that an Intel port sends to itself: queues, descriptors, and one DMA. */
#include "kernel/dma/intel_nic.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"

enum {
	DESCRIPTORS = 64, /* of 16 bytes */
	RECEIVE_RING = 0, /* in the private pages */
	TRANSMIT_RING = 2048,
	FRAME = 4096,
	PROBE = FRAME + 2048, /* where the first frame is received */

	PROBE_US = 20000,
	TAKEN_US = 1000,     /* until a port with nothing else to do has taken a descriptor */
	POLLS_PER_LOOK = 64, /* the queue's head is looked at this seldom */
	/* A frame that was taken is waited for so long, and four times what the first one took. */
	RETURN_US = 100,
};

/* Legacy and advanced descriptors alike: the read format, and where the written one differs. */
struct descriptor {
	uint64_t address;
	uint32_t low, high;
};
_Static_assert(sizeof(struct descriptor) == 16 && offsetof(struct descriptor, low) == 8,
	       "a descriptor");

// clang-format off
enum {
	/* low, of transmit descriptors */
	TX_EOP = 1 << 24,
	TX_IFCS = 1 << 25,
	TX_DATA = 3 << 20,       /* advanced: DTYP */
	TX_DEXT = 1 << 29,
	TX_PAYLEN_SHIFT = 14,    /* advanced: in high */
	/* status of receive descriptors: in low if advanced, else in high */
	RX_DD = 1 << 0,
	RX_EOP = 1 << 1,
};
// clang-format on

static volatile struct descriptor *ring(const struct dma_device *d, unsigned offset)
{
	return (volatile struct descriptor *)(d->private + offset);
}

static void set_up_queue(struct dma_device *d, uint32_t queue, uint64_t base)
{
	nic_write(d, queue + QUEUE_BAL, (uint32_t)base);
	nic_write(d, queue + QUEUE_BAH, (uint32_t)(base >> 32));
	nic_write(d, queue + QUEUE_LEN, DESCRIPTORS * sizeof(struct descriptor));
	nic_write(d, queue + QUEUE_HEAD, 0);
	nic_write(d, queue + QUEUE_TAIL, 0);
}

const char *nic_set_up_queues(struct dma_device *d, uint64_t private_at)
{
	const struct nic_kind *kind = d->kind;

	set_up_queue(d, kind->receive, private_at + RECEIVE_RING);
	set_up_queue(d, kind->transmit, private_at + TRANSMIT_RING);
	if (kind->advanced) {
		nic_write(d, kind->receive + QUEUE_SRRCTL, SRRCTL_2K | SRRCTL_ONE_BUFFER);
		nic_write(d, kind->receive + QUEUE_DCTL, DCTL_WTHRESH_1 | DCTL_ENABLE);
		nic_write(d, kind->transmit + QUEUE_DCTL, DCTL_WTHRESH_1 | DCTL_ENABLE);
		if (!nic_wait(d, kind->receive + QUEUE_DCTL, DCTL_ENABLE, DCTL_ENABLE,
			      NIC_ENABLE_US) ||
		    !nic_wait(d, kind->transmit + QUEUE_DCTL, DCTL_ENABLE, DCTL_ENABLE,
			      NIC_ENABLE_US))
			return "its queues do not come on (RXDCTL, TXDCTL)";
	} else {
		nic_write(d, kind->transmit + QUEUE_DCTL,
			  DCTL_WTHRESH_1 | TXDCTL_COUNT_DESC | DCTL_GRAN);
	}
	nic_write(d, NIC_TCTL, TCTL_EN | TCTL_PSP | TCTL_CT | TCTL_COLD);
	nic_write(d, NIC_RCTL,
		  RCTL_EN | RCTL_UPE | RCTL_MPE | RCTL_BAM | RCTL_SECRC |
			  (kind->mac_loopback ? RCTL_LBM_MAC : 0));
	return NULL;
}

/* To and from locally administered addresses, with an EtherType that IEEE 802 leaves to experiments. */
static void write_frame(struct dma_device *d)
{
	static const uint8_t header[] = { 2,   'v', 't', 'd', 'l', 1,	 2,
					  'v', 't', 'd', 'l', 2,   0x88, 0xb5 };

	/* No mark of the pages under test is made of such bytes. */
	memset(d->private + FRAME, 0x5a, NIC_FRAME_BYTES);
	memcpy(d->private + FRAME, header, sizeof(header));
}

enum dma_state nic_probe(struct dma_device *d, uint64_t private_at)
{
	enum dma_state state = DMA_BUSY;
	uint64_t start = time_us(), end = start + PROBE_US;

	memset(d->private + PROBE, 0, NIC_FRAME_BYTES);
	if (!d->confirmed)
		d->return_us = PROBE_US;
	nic_start(d, private_at + PROBE);
	while (state == DMA_BUSY && time_us() < end)
		state = nic_poll(d);
	if (state == DMA_DONE && memcmp(d->private + PROBE, d->private + FRAME, NIC_FRAME_BYTES))
		return DMA_FAILED;
	if (state == DMA_DONE && !d->confirmed)
		d->return_us = RETURN_US + 4 * (time_us() - start);
	return state;
}

void nic_fill_rings(struct dma_device *d, uint64_t private_at)
{
	const struct nic_kind *kind = d->kind;

	memset(d->private, 0, FRAME);
	write_frame(d);
	for (unsigned i = 0; i < DESCRIPTORS; i++) {
		volatile struct descriptor *t = &ring(d, TRANSMIT_RING)[i];

		t->address = private_at + FRAME;
		t->low = NIC_FRAME_BYTES | TX_EOP | TX_IFCS |
			 (kind->advanced ? TX_DATA | TX_DEXT : 0);
		t->high = kind->advanced ? NIC_FRAME_BYTES << TX_PAYLEN_SHIFT : 0;
	}
	d->slot = d->sent = d->lost = 0;
	d->private_at = private_at;
	d->given_at = 0;
}

/*
 * What the rings say after a frame was lost: the transmit descriptor is taken, or it would not be lost. The receive descriptor
 * is used up if the head has passed it. If not it stays the port's, which may have read it: the next frame goes where it says.
 */
bool nic_go_on(struct dma_device *d)
{
	const struct nic_kind *kind = d->kind;
	uint32_t head, next = (d->slot + 1) % DESCRIPTORS;

	if (!nic_wait(d, kind->transmit + QUEUE_HEAD, ~0u, d->sent, TAKEN_US))
		return false;
	head = nic_read(d, kind->receive + QUEUE_HEAD);
	if (!d->given_at)
		return head == d->slot;
	if (head != d->slot && head != next)
		return false;
	if (head == next) {
		d->slot = next;
		d->given_at = 0;
	}
	return true;
}

void nic_start(struct dma_device *d, uint64_t bus_address)
{
	const struct nic_kind *kind = d->kind;
	volatile struct descriptor *r;
	uint32_t next;

	/* It is told to forget the descriptor that it may have read. */
	if (d->in_loopback && d->given_at && d->given_at != bus_address &&
	    nic_start_anew(d, d->private_at))
		return;
	r = &ring(d, RECEIVE_RING)[d->slot];
	next = (d->slot + 1) % DESCRIPTORS;
	r->address = bus_address;
	r->low = 0;
	r->high = 0;
	d->polls = 0;
	d->sent_us = 0;
	if (!d->in_loopback)
		return;
	d->given_at = bus_address;
	d->sent = (d->sent + 1) % DESCRIPTORS;
	nic_write(d, kind->receive + QUEUE_TAIL, next);
	nic_write(d, kind->transmit + QUEUE_TAIL, d->sent);
}

enum dma_state nic_poll(struct dma_device *d)
{
	const struct nic_kind *kind = d->kind;
	volatile struct descriptor *r = &ring(d, RECEIVE_RING)[d->slot];
	uint32_t next = (d->slot + 1) % DESCRIPTORS;
	uint32_t status = kind->advanced ? r->low : r->high;
	uint32_t length = kind->advanced ? r->high : r->low;
	uint32_t errors = kind->advanced ? status >> 24 : status >> 8 & 0xff;

	if (!(status & RX_DD)) {
		uint32_t head;

		if (++d->polls % POLLS_PER_LOOK || !d->in_loopback)
			return DMA_BUSY;
		/* A frame that was taken and does not come back: one of its accesses was refused. */
		head = nic_read(d, kind->transmit + QUEUE_HEAD);
		if (head == ~0u)
			return DMA_DEAD;
		if (head == d->sent && !d->sent_us)
			d->sent_us = time_us();
		return d->sent_us && time_us() - d->sent_us > d->return_us ? DMA_DEAD : DMA_BUSY;
	}
	/*
	 * An IOMMU may refuse a part of a descriptor only: QEMU tries a refused access again in
	 * pieces of four bytes, and the entry may be present again for the last of them. Then the
	 * frame was received somewhere else, or the answer is here in parts.
	 */
	if (!(status & RX_EOP) || (length & 0xffff) != NIC_FRAME_BYTES)
		return DMA_DEAD;
	d->slot = next;
	d->given_at = 0;
	d->lost = 0;
	return errors ? DMA_FAILED : DMA_DONE;
}
