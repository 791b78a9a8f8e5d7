/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intel's one-gigabit controllers. They share most registers; what differs is in struct nic_kind.
 * Names are those of the datasheets: 82574, I217 to I219 with their PCHs, 82576, I350, I210, I225.
 * Which registers take part in a loopback is also to be seen in the self-tests of Linux's drivers
 * (ethtool.c of e1000e and igb).
 */
#ifndef KERNEL_DMA_INTEL_NIC_H
#define KERNEL_DMA_INTEL_NIC_H

#include "kernel/dma/dma.h"

// clang-format off
enum {
	NIC_CTRL = 0x0000,
	    CTRL_FD = 1 << 0,
	    CTRL_GIO_MASTER_DISABLE = 1 << 2,
	    CTRL_ASDE = 1 << 5,
	    CTRL_SLU = 1 << 6,
	    CTRL_ILOS = 1 << 7,
	    CTRL_SPEED = 3 << 8,
	    CTRL_SPEED_1000 = 2 << 8,
	    CTRL_FRCSPD = 1 << 11,
	    CTRL_FRCDPLX = 1 << 12,
	    CTRL_RST = 1 << 26,
	    CTRL_RFCE = 1 << 27,
	    CTRL_TFCE = 1 << 28,
	NIC_STATUS = 0x0008,
	    STATUS_FD = 1 << 0,
	    STATUS_LU = 1 << 1,
	    STATUS_LAN_ID_SHIFT = 2, /* 2 bits: which of the device's ports */
	    STATUS_GIO_MASTER_ENABLE = 1 << 19,
	NIC_EEC = 0x0010,
	    EEC_AUTO_RD = 1 << 9, /* what the NVM holds is loaded */
	NIC_CTRL_EXT = 0x0018,
	    CTRL_EXT_PFRSTD = 1 << 14, /* the port is reset: virtual functions may begin */
	NIC_MDIC = 0x0020,    /* data 15:0, register 20:16, PHY address 25:21 */
	    MDIC_WRITE = 1 << 26,
	    MDIC_READ = 2 << 26,
	    MDIC_READY = 1 << 28,
	    MDIC_ERROR = 1 << 30,
	NIC_ICR = 0x00c0, /* causes; ones written clear */
	NIC_ICS = 0x00c8, /* sets causes */
	NIC_IMS = 0x00d0, /* enables them, and IMC disables */
	NIC_IMC = 0x00d8,
	NIC_RCTL = 0x0100,
	    RCTL_EN = 1 << 1,
	    RCTL_UPE = 1 << 3,
	    RCTL_MPE = 1 << 4,
	    RCTL_LBM_MAC = 1 << 6,
	    RCTL_BAM = 1 << 15,
	    RCTL_SECRC = 1 << 26, /* BSIZE 0 is 2048 bytes */
	NIC_TCTL = 0x0400,
	    TCTL_EN = 1 << 1,
	    TCTL_PSP = 1 << 3,
	    TCTL_CT = 15 << 4,
	    TCTL_COLD = 0x3f << 12,
	NIC_EXTCNF_CTRL = 0x0f00,
	    EXTCNF_SW_OWNER = 1 << 5, /* MDIO_SW_OWNERSHIP of the 82574, SWFLAG of PCHs */
	NIC_VFRE = 0x0c8c,            /* virtual functions' receiving, one bit each; VFTE: sending */
	NIC_VFTE = 0x0c90,
	NIC_IOSFPC = 0x0f28,
	    IOSFPC_RDMTS_HEX = 1 << 16,
	NIC_ICR_2 = 0x1500,           /* the same, of controllers with EICR */
	NIC_ICS_2 = 0x1504,
	NIC_IMS_2 = 0x1508,
	NIC_IMC_2 = 0x150c,
	NIC_EIMC = 0x1528,
	NIC_RXPBSIZE = 0x2404,
	NIC_TXPBSIZE = 0x3404,
	NIC_TARC0 = 0x3840,
	    TARC0_MULR = 3 << 28, /* read requests under way at once, less one at 1 << 29 */
	    TARC0_MULR_2 = 2 << 28,
	    TARC0_82574 = 1 << 26, /* and bits 30:27 clear */
	NIC_RAL0 = 0x5400,
	NIC_RAH0 = 0x5404,
	NIC_MANC = 0x5820,
	    MANC_RCV_TCO_EN = 1 << 17,
	    MANC_BLK_PHY_RST_ON_IDE = 1 << 18,
	NIC_GCR = 0x5b00,
	NIC_GCR2 = 0x5b64,
	NIC_SWSM = 0x5b50,
	    SWSM_SMBI = 1 << 0, /* set by the read that finds it clear */
	    SWSM_SWESMBI = 1 << 1,
	NIC_FWSM = 0x5b54,
	    FWSM_MODE_SHIFT = 1, /* 3 bits; with 2 among them AMT is on */
	    FWSM_RSPCIPHY = 1 << 6,
	    FWSM_FW_VALID = 1 << 15,
	NIC_SW_FW_SYNC = 0x5b5c, /* software's bits 15:0, firmware's 31:16 */
	NIC_FEXTNVM11 = 0x5bbc,
	    FEXTNVM11_DISABLE_MULR_FIX = 1 << 13,

	NIC_BYTES = 0x10000,

	/* Of a queue, from nic_kind.receive or .transmit on. */
	QUEUE_BAL = 0x00,
	QUEUE_BAH = 0x04,
	QUEUE_LEN = 0x08, /* bytes, a multiple of 128 */
	QUEUE_SRRCTL = 0x0c,
	    SRRCTL_2K = 2, /* BSIZEPACKET, in KiB */
	    SRRCTL_ONE_BUFFER = 1 << 25,
	QUEUE_HEAD = 0x10,
	QUEUE_TAIL = 0x18,
	QUEUE_DCTL = 0x28,
	    DCTL_WTHRESH_1 = 1 << 16, /* each descriptor is written back by itself */
	    TXDCTL_COUNT_DESC = 1 << 22, /* reserved, to be 1 (82574) */
	    DCTL_GRAN = 1 << 24, /* thresholds count descriptors */
	    DCTL_ENABLE = 1 << 25,

	/* PHY registers: IEEE 802.3, clause 22, and the PHYs' own. */
	PHY_BMCR = 0,
	    BMCR_LOOPBACK_1000 = 0x4140, /* loopback, 1000 Mb/s full duplex, nothing negotiated */
	    BMCR_RESET = 1 << 15,
	    BMCR_DEFAULT = 0x1140, /* auto-negotiation */
	    BMCR_RESTART = 1 << 9,
	PHY_LOOPBACK_CONTROL = 19,
};
// clang-format on

/* What is written into the PHY before BMCR; a page of PHY_COMMIT is a PHY reset instead. */
struct nic_phy_step {
	uint16_t page;
	uint8_t reg;
	uint16_t clear, set;
};
#define PHY_COMMIT 0xffff

/* What is changed in the MAC once it was reset. */
struct nic_mac_step {
	uint32_t offset, clear, set;
};

enum { NIC_FRAME_BYTES = 1024, NIC_PRIVATE_PAGES = 2, NIC_ENABLE_US = 10000 /* of a queue */ };

enum nic_lock { NIC_LOCK_EXTCNF, NIC_LOCK_SWSM };

struct nic_kind {
	const struct dma_generator *generator;
	const char *title;
	const uint16_t *ids; /* 0 ends them */
	bool advanced;	     /* advanced descriptors; queues are enabled one by one */
	bool is_pch;	     /* the MAC is in the chipset, which shares it with the ME */
	bool hangs;	     /* for good, if it is reset while it holds descriptors */
	bool buffer_sizes; /* of its packet buffers survive a reset: they are set to the default */
	bool mac_loopback; /* RCTL.LBM, too */
	bool link_first;   /* STATUS.LU comes only by negotiating, and stays in loopback */
	bool no_l1_2;	   /* receiving stalls once its link was in L1.2 (Linux, igc) */
	bool interrupts_moved; /* ICR to IMC at their second place only */
	bool moderates;	       /* its messages, QEMU's */
	bool has_vfs;	       /* virtual functions, if its firmware shows them */
	uint8_t lock;	       /* enum nic_lock */
	uint8_t phy_address;
	uint8_t page_register, page_address, page_shift; /* of the PHY; register 0: no pages */
	uint16_t loopback_control;			 /* PHY register 19; 0: it has none such */
	uint16_t receive, transmit;
	uint32_t reset_us;     /* after CTRL.RST before anything else */
	uint32_t configure_us; /* of the PHY by the NVM, once that is loaded */
	const struct nic_phy_step *steps;
	uint8_t step_count, mac_step_count;
	const struct nic_mac_step *mac_steps;
};

extern const struct nic_kind nic_kinds[];
extern const size_t nic_kind_count;

/* What the generators of all families do: intel_refuse.c, intel_nic.c, intel_frames.c. */
const struct nic_kind *nic_kind_of(const struct pci_function *function); /* NULL: unknown */
const char *nic_refuses(struct dma_device *device);
void nic_describe(const struct dma_device *device, char *text, size_t room);
const char *nic_open(struct dma_device *device);
const char *nic_reset(struct dma_device *device, uint64_t private_at);
void nic_start(struct dma_device *device, uint64_t bus_address);
enum dma_state nic_poll(struct dma_device *device);
void nic_stop(struct dma_device *device);

/* intel_interrupts.c */
void nic_mask_interrupts(const struct dma_device *device);
const char *nic_interrupt_open(struct dma_device *device, uint64_t address, uint32_t data);
bool nic_interrupt_raise(struct dma_device *device);
void nic_interrupt_close(struct dma_device *device);

/* intel_frames.c: "Receive Initialization" and "Transmit Initialization" in the datasheets; NULL, or what went wrong. */
const char *nic_set_up_queues(struct dma_device *device, uint64_t private_at);

/* The frame, and descriptors that send it again and again. */
void nic_fill_rings(struct dma_device *device, uint64_t private_at);

/* The next frame may be sent although the one before was lost, with nothing reset. */
bool nic_go_on(struct dma_device *device);

/* intel_nic.c: from whatever state, by a reset of the MAC. NULL, or what went wrong. */
const char *nic_start_anew(struct dma_device *device, uint64_t private_at);

/* A frame of our own into a private page. DMA_BUSY: it is not even taken. */
enum dma_state nic_probe(struct dma_device *device, uint64_t private_at);

/* intel_phy.c. Each returns NULL, or what went wrong. */
const char *nic_lock(struct dma_device *device);
void nic_unlock(struct dma_device *device);

/*
 * Put the PHY into loopback, and see that it says so. *fresh: it was not before, and so needs its
 * time to settle.
 */
const char *nic_phy_loopback(struct dma_device *device, bool *fresh);
void nic_phy_restore(struct dma_device *device);

uint32_t nic_read(const struct dma_device *device, uint32_t offset);
void nic_write(const struct dma_device *device, uint32_t offset, uint32_t value);

/* A reset would hang it (I219): firmware's, or our, descriptors are still in it. */
bool nic_would_hang(const struct dma_device *device);

/* Wait until (register & mask) == value. */
bool nic_wait(const struct dma_device *device, uint32_t offset, uint32_t mask, uint32_t value,
	      uint64_t limit_us);

#endif
