/* SPDX-License-Identifier: BSD-2-Clause */
/* A model of Intel's gigabit ports: registers, semaphores, PHY. */
#include "tests/sim/devices/nic.h"
#include "kernel/kernel.h"
#include "kernel/dma/registers.h"
#include "kernel/paging.h"
#include "kernel/time.h"

#include <string.h>

#define FIRMWARE_BITS 0xffff0000u
/* From the descriptor taken until the frame is back: later than it is first looked for. */
#define RETURN_US     1000

struct sim_nic sim_nic;
static struct sim_nic *const n = &sim_nic;
static uint8_t config_space[256 << 12]; /* of one bus */
static uint8_t bridge_space[4096];

uint32_t sim_nic_get(uint32_t offset)
{
	uint32_t value;

	memcpy(&value, n->registers + offset, 4);
	return value;
}

void sim_nic_set(uint32_t offset, uint32_t value)
{
	memcpy(n->registers + offset, &value, 4);
}

void sim_nic_complain(bool wrong, const char *what)
{
	if (wrong && !n->complaint)
		n->complaint = what;
}

/* Of the I210 and I211. */
bool sim_nic_has_pages(void)
{
	return n->function.device == 0x1533 || n->function.device == 0x1539;
}

static void reset_phy(void)
{
	memset(n->phy, 0, sizeof(n->phy));
	n->phy[0][PHY_BMCR] = BMCR_DEFAULT;
	n->phy[0][22] = sim_nic_has_pages() ? 5 : 0; /* whatever page firmware chose last */
}

void sim_nic_new(uint16_t id)
{
	memset(n, 0, sizeof(*n));
	n->drop = -1;
	n->function = (struct pci_function){ .vendor = 0x8086, .device = id, .class = 0x020000 };
	for (size_t k = 0; k < nic_kind_count; k++)
		for (const uint16_t *i = nic_kinds[k].ids; *i; i++)
			if (*i == id)
				n->kind = &nic_kinds[k];
	memset(config_space, 0, sizeof(config_space));
	n->function.devfn = 8;
	n->function.config = config_space + (8 << 12);
	pci_write16(&n->function, FAKE_NIC_SRIOV + 0x14, 0x80); /* First VF Offset */
	n->bridge = (struct pci_function){ .bridge = true, .config = bridge_space };
	n->function.parent = &n->bridge;
	pci_write16(&n->function, FAKE_NIC_L1 + 8, 0xf);
	pci_write16(&n->bridge, FAKE_NIC_L1 + 8, 0xf);
	n->mastered = true;
	n->mastered_devfn = n->function.devfn;
	n->tick_us = 10;
	n->return_us = RETURN_US;
	sim_nic_set(NIC_EEC, EEC_AUTO_RD);
	sim_nic_set(NIC_FWSM, FWSM_RSPCIPHY);
	sim_nic_set(NIC_RAL0, 0x12005452);
	sim_nic_set(NIC_RAH0, 0x80005634);
	/* Firmware's driver was at work. */
	sim_nic_set(NIC_CTRL, CTRL_ASDE | CTRL_SLU | CTRL_RFCE);
	sim_nic_set(NIC_RCTL, RCTL_EN);
	sim_nic_set(NIC_TCTL, TCTL_EN);
	sim_nic_set(n->kind ? n->kind->receive + QUEUE_LEN : 0x2808, 256);
	reset_phy();
}

bool sim_nic_phy_loops(void)
{
	return n->phy[0][PHY_BMCR] == BMCR_LOOPBACK_1000 &&
	       n->phy[0][PHY_LOOPBACK_CONTROL] == n->kind->loopback_control;
}

static uint32_t status(void)
{
	uint32_t ctrl = sim_nic_get(NIC_CTRL);

	return STATUS_FD | (ctrl & CTRL_SLU && sim_nic_phy_loops() ? STATUS_LU : 0) |
	       (ctrl & CTRL_GIO_MASTER_DISABLE ? 0 : STATUS_GIO_MASTER_ENABLE) |
	       1 << STATUS_LAN_ID_SHIFT; /* port 1: bit 2 of SW_FW_SYNC */
}

static bool owns_phy(void)
{
	uint32_t sync = sim_nic_get(NIC_SW_FW_SYNC);

	if (n->kind->lock == NIC_LOCK_EXTCNF)
		return sim_nic_get(NIC_EXTCNF_CTRL) & EXTCNF_SW_OWNER && !n->held;
	return sync & 1 << 2 && !(sync & 1 << 18);
}

static void mdic(uint32_t value)
{
	static const uint16_t pages[] = { 0, 2, 769, 776 };
	unsigned reg = value >> 16 & 31, page = 0;
	uint16_t *at;

	sim_nic_complain(!owns_phy(), "MDIC is written without the semaphore");
	sim_nic_complain(!(sim_nic_get(NIC_MDIC) & MDIC_READY) && sim_nic_get(NIC_MDIC),
			 "MDIC is written before it is ready");
	if (n->kind->page_register && reg == n->kind->page_register) {
		sim_nic_complain((value >> 21 & 31) != 1,
				 "a PHY page is selected at another address");
		n->phy_page = (uint16_t)((value & 0xffff) >> n->kind->page_shift);
		sim_nic_set(NIC_MDIC, value | MDIC_READY);
		return;
	}
	sim_nic_complain((value >> 21 & 31) != n->kind->phy_address, "MDIC names another PHY");
	while (reg > 15 && page < 4 && pages[page] != n->phy_page)
		page++;
	if (page == 4) {
		sim_nic_set(NIC_MDIC, value | MDIC_READY | MDIC_ERROR);
		return;
	}
	at = &n->phy[page][reg];
	if (value & MDIC_READ)
		value = (value & ~0xffffu) | *at;
	else if (page || reg != PHY_BMCR)
		*at = (uint16_t)value;
	else if (!(value & 0x4000) || !n->deaf_phy)
		*at = (uint16_t)(value & ~(uint32_t)BMCR_RESET);
	sim_nic_set(NIC_MDIC, value | MDIC_READY);
}

static bool is_i219(void)
{
	return n->function.device == 0x156f || n->function.device == 0x15bb;
}

static void ctrl(uint32_t value)
{
	static const uint16_t kept[] = { NIC_EEC,  NIC_FWSM,	   NIC_MANC, NIC_RAL0,
					 NIC_RAH0, NIC_SW_FW_SYNC, NIC_SWSM, NIC_EXTCNF_CTRL };
	uint32_t values[8];

	if (!(value & CTRL_RST)) {
		sim_nic_set(NIC_CTRL, value);
		return;
	}
	sim_nic_complain(n->kind->lock == NIC_LOCK_EXTCNF && !owns_phy(),
			 "the MAC is reset without the semaphore");
	sim_nic_complain(sim_nic_get(NIC_RCTL) & RCTL_EN || sim_nic_get(NIC_TCTL) & TCTL_EN,
			 "the MAC is reset while it receives or sends");
	sim_nic_complain(!(sim_nic_get(NIC_CTRL) & CTRL_GIO_MASTER_DISABLE),
			 "the MAC is reset with the master not disabled");
	sim_nic_complain(is_i219() && !(sim_nic_get(0x5bbc) & 1 << 13),
			 "an I219 is reset without FEXTNVM11 bit 13");
	sim_nic_complain(n->ring_left && sim_nic_get(0x3808),
			 "an I219 is reset with descriptors in it: it hangs");
	sim_nic_complain((n->function.device == 0x1533 || n->function.device == 0x15f2) &&
				 (sim_nic_get(0x2404) != 0xa2 || sim_nic_get(0x3404) != 0x04000014),
			 "packet buffers are left as they were found");
	for (unsigned i = 0; i < 8; i++)
		values[i] = sim_nic_get(kept[i]);
	memset(n->registers, 0, sizeof(n->registers));
	for (unsigned i = 0; i < 8; i++)
		sim_nic_set(kept[i], values[i]);
	n->under_way = n->swallows_next = false;
	n->causes = n->enabled = 0;
	n->resets++;
	n->was_reset = true;
	n->masked = false;
	if (!n->keeps_phy)
		reset_phy();
}

static bool is_on(uint32_t queue)
{
	bool receives = queue == n->kind->receive;

	return (receives ? sim_nic_get(NIC_RCTL) & RCTL_EN : sim_nic_get(NIC_TCTL) & TCTL_EN) &&
	       (!n->kind->advanced || sim_nic_get(queue + QUEUE_DCTL) & DCTL_ENABLE);
}

static void queue_write(uint32_t queue, uint32_t at, uint32_t value)
{
	bool receives = queue == n->kind->receive;
	uint32_t length = sim_nic_get(queue + QUEUE_LEN);

	sim_nic_complain(!n->mastered && value, "a queue is written after the stop");
	if (at < QUEUE_TAIL) {
		sim_nic_complain(!n->was_reset, "a queue is set up before the reset");
		sim_nic_complain(is_on(queue), "a queue is set up while it is on");
	}
	sim_nic_complain(at == QUEUE_BAL && value % 128, "a ring is not at a multiple of 128");
	sim_nic_complain(at == QUEUE_LEN && (!value || value % 128 || value > 65536),
			 "a ring is of no legal length");
	if (at == QUEUE_DCTL && value & DCTL_ENABLE) {
		sim_nic_complain(!length, "a queue is enabled without a ring");
		sim_nic_complain(receives && sim_nic_get(queue + QUEUE_SRRCTL) >> 25 != 1,
				 "a queue is enabled with another kind of descriptor");
	}
	if (at == QUEUE_TAIL && value) {
		sim_nic_complain(!is_on(queue), "descriptors are given to a queue that is off");
		sim_nic_complain(value >= length / 16, "a tail is outside its ring");
	}
	sim_nic_set(queue + at, value);
	if (at == QUEUE_TAIL && !receives && is_on(queue))
		sim_nic_send();
}

static void effect(uint32_t at, uint32_t value)
{
	if (at == NIC_CTRL) {
		ctrl(value);
	} else if (at == NIC_MDIC) {
		mdic(value);
	} else if (sim_nic_interrupt_write(at, value)) {
		return;
	} else if (at == NIC_SW_FW_SYNC) {
		sim_nic_complain(!(sim_nic_get(NIC_SWSM) & SWSM_SWESMBI),
				 "SW_FW_SYNC is written without its semaphore");
		sim_nic_complain((value ^ sim_nic_get(at)) & FIRMWARE_BITS,
				 "firmware's bits are changed");
		sim_nic_set(at, value);
	} else if (at == NIC_SWSM) {
		sim_nic_complain(value & SWSM_SWESMBI && !n->smbi, "SWESMBI is taken without SMBI");
		n->smbi = value & SWSM_SMBI;
		n->smbi_left = n->smbi_left && n->smbi;
		sim_nic_set(at, value);
	} else if (at - n->kind->receive <= QUEUE_DCTL) {
		queue_write(n->kind->receive, at - n->kind->receive, value);
	} else if (at - n->kind->transmit <= QUEUE_DCTL && at != NIC_TARC0) {
		queue_write(n->kind->transmit, at - n->kind->transmit, value);
	} else {
		sim_nic_complain(at == NIC_RCTL && value & RCTL_EN && !n->masked,
				 "it receives with interrupts not masked");
		sim_nic_complain((at == NIC_RCTL || at == NIC_TCTL) && value & RCTL_EN &&
					 !n->mastered,
				 "it is turned on after the stop");
		sim_nic_set(at, value);
	}
}

uint32_t dma_read32(const volatile void *address)
{
	uint32_t at = (uint32_t)((const volatile uint8_t *)address - n->registers), value;

	if (at == NIC_STATUS && sim_nic_get(at) != ~0u)
		return status();
	value = sim_nic_get(at);
	if (at == NIC_SWSM && n->smbi_left)
		value |= SWSM_SMBI;
	if (at == NIC_SWSM) {
		sim_nic_set(at, value | SWSM_SMBI);
		n->smbi = n->smbi || !(value & SWSM_SMBI);
	}
	if (n->held && at == NIC_EXTCNF_CTRL)
		value &= ~(uint32_t)EXTCNF_SW_OWNER;
	if (n->held && at == NIC_SW_FW_SYNC)
		value |= FIRMWARE_BITS;
	return value;
}

/*
 * Losing it changes nothing: it has been said before, or will be said again, or all it leads to is
 * an answer (of MDIC) that was the same before.
 */
static bool is_harmless(uint32_t at, uint32_t value)
{
	unsigned reg = value >> 16 & 31;

	if (at == NIC_MDIC)
		return value & MDIC_READ || value & BMCR_RESET || reg == n->kind->page_register;
	return sim_nic_get(at) == value || at == NIC_SWSM || at == NIC_SW_FW_SYNC ||
	       at == NIC_EXTCNF_CTRL || at == NIC_IMC || at == NIC_IMC_2 || at == NIC_EIMC ||
	       (at == NIC_TCTL && !(value & TCTL_EN)) ||
	       (n->kind->advanced && at % 0x2000 == QUEUE_DCTL && !value);
}

void dma_write32(volatile void *address, uint32_t value)
{
	uint32_t at = (uint32_t)((volatile uint8_t *)address - n->registers);

	if ((int)n->writes++ != n->drop) {
		effect(at, value);
		return;
	}
	n->harmless = is_harmless(at, value);
}
