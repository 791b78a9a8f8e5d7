/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An Intel gigabit controller made of software. It checks every register write against the
 * programming sequence of its family, and receives what it sends when it is in loopback. It stands
 * behind kernel/dma/registers.h; there is one at a time.
 */
#ifndef TESTS_HOST_FAKE_NIC_H
#define TESTS_HOST_FAKE_NIC_H

#include "kernel/dma/intel_nic.h"

#define FAKE_NIC_BYTES 0x10000
#define FAKE_NIC_FRAME 1514 /* bytes of the longest frame */

/* What becomes of a frame's accesses. */
enum sim_refusal {
	REFUSE_NOTHING,
	REFUSE_TRANSMIT, /* its own descriptor: the queue stops there */
	REFUSE_FRAME,	 /* it is taken and never comes back */
	REFUSE_DATA,	 /* not received into its buffer; the descriptor says done */
	REFUSE_LENGTH,	 /* the part of the answer that holds the length */
	REFUSE_EOP,	 /* the descriptor was read in parts: it holds no whole frame */
	REFUSE_ANSWER,	 /* all of the answer */
	RECEIVE_ERROR,	 /* none, but the frame came back with an error */
};

struct sim_nic {
	uint8_t registers[FAKE_NIC_BYTES] __attribute__((aligned(4096)));
	uint16_t phy[4][32]; /* pages 0, 2, 769, 776 */
	uint16_t phy_page;
	struct pci_function function, bridge; /* the port, and what it is behind */
	uint8_t mastered_devfn; /* of the function that bus mastering was last changed of */
	const struct nic_kind *kind;
	uint8_t *private; /* seen by the device at private_at */
	uint64_t private_at;
	uint8_t *buffer; /* the page under test, at its own address */

	/* How it is. */
	bool keeps_phy; /* CTRL.RST leaves the PHY alone */
	bool deaf_phy;	/* it does not go into loopback */
	bool held;	/* firmware has the PHY */
	bool smbi_left; /* a driver of firmware's never gave SMBI back */
	bool ring_left; /* a descriptor is in it that only an FLR takes out (I219) */
	bool has_flr;
	bool keeps_l1; /* its link is in L1.2, whatever is written */
	enum sim_refusal refuse;
	int drop; /* the write with this number is lost; -1: none */

	bool no_msi; /* MSI-X alone */
	struct {
		bool on;
		uint64_t address;
		uint32_t data;
		unsigned sent;
		uint64_t last_us;  /* when the last one was sent */
		uint32_t apart_us; /* sooner than that after it, it comes late, or not at all */
		/* If set, called with each; else it is only counted. */
		void (*send)(uint8_t devfn, uint64_t address, uint32_t data);
	} message;
	uint32_t causes, enabled; /* ICR, IMS */

	/* If set, asked instead of the two above: where a DMA of this devfn goes, NULL if it is refused. */
	void *(*translate)(uint8_t devfn, uint64_t at, bool write);

	uint64_t now_us, tick_us; /* its clock, and how far a look at it turns it */
	uint64_t return_us;	  /* how long a frame is under way */
	bool swallows; /* it goes past a transmit descriptor that it could not read, and loses the next frame */
	bool swallows_next;
	bool under_way; /* a frame was taken */
	uint8_t frame[FAKE_NIC_FRAME];
	uint32_t bytes_under_way;
	uint64_t back_at_us;

	/* What was seen. */
	const char *complaint; /* the first thing that was not in sequence; NULL: nothing */
	unsigned writes, resets, flrs, received, sent_out;
	bool harmless; /* nobody would miss the write that was lost */
	bool was_reset, masked, mastered, smbi;
};

extern struct sim_nic sim_nic;

/* A controller with this device id, as its firmware leaves it. */
void sim_nic_new(uint16_t id);
/* The SR-IOV capability in its configuration space, if the kind has one. */
#define FAKE_NIC_SRIOV 0x160
/* L1 PM substates, in the port's and in the bridge's; firmware left all of them on. */
#define FAKE_NIC_L1    0x1a0
uint32_t sim_nic_get(uint32_t offset);
void sim_nic_set(uint32_t offset, uint32_t value);

/* Between its parts: nic.c (registers), nic_frames.c (DMA), nic_interrupts.c (causes), nic_bus.c (PCI, time). */
bool sim_nic_interrupt_write(uint32_t at, uint32_t value); /* false: `at` is no such register */
void sim_nic_complain(bool wrong, const char *what);
bool sim_nic_has_pages(void); /* its PHY: I210 and I211 */
bool sim_nic_phy_loops(void);
bool sim_nic_vf_enabled(void);
void sim_nic_send(void); /* what is in the transmit queue */
void sim_nic_look(void); /* whether a frame is back */

#endif
