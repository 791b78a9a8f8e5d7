/* SPDX-License-Identifier: BSD-2-Clause */
/* The NVMe controller's model: its controller memory buffer, in BAR 2 (base specification 1.4, sections 3.1.11, 3.1.12, 3.1.16, 3.1.17). */
#include "tests/sim/devices/nvme.h"

#include <string.h>

#define CMBLOC	   0x38
#define CMBSZ	   0x3c
#define CMBMSC	   0x50
#define CMBMSC_TOP 0x54
#define CMBSTS	   0x58
#define CRE	   1u
#define CMSE	   2u
#define BYTES	   0x4000
#define BEGIN	   0x1000 /* in its BAR */

static uint8_t memory[BYTES];
static uint64_t cmbmsc;

void sim_nvme_cmb_new(void)
{
	memset(memory, 0xee, sizeof(memory));
	cmbmsc = 0;
	sim_nvme.cmbloc = 1 << 12 | 2;
	sim_nvme.cmbsz = BYTES / 4096 << 12 | 1; /* SQS, units of 4 KiB */
}

void sim_nvme_cmb_reset(void)
{
	if (sim_nvme.cmb_forgets)
		cmbmsc = 0;
}

bool sim_nvme_cmb_has(unsigned bar, uint64_t offset)
{
	if (bar == 2)
		return sim_nvme.cmb;
	return bar == 0 && (offset == CMBLOC || offset == CMBSZ || offset == CMBMSC ||
			    offset == CMBMSC_TOP || offset == CMBSTS);
}

static uint8_t *within(uint64_t offset)
{
	static uint8_t nowhere[4];

	if (bus_expect(offset >= BEGIN && offset + 4 <= BEGIN + BYTES && offset % 4 == 0,
		       "NVMe: an access beside its memory, or across two words"))
		return memory + (offset - BEGIN);
	return nowhere;
}

uint64_t sim_nvme_cmb_read(unsigned bar, uint64_t offset)
{
	uint32_t value;

	if (bar == 2) {
		memcpy(&value, within(offset), 4);
		return sim_nvme.cmb_is_none ? ~0u : value;
	}
	bus_expect(sim_nvme.cmb, "NVMe: a register of memory that it has not (CAP.CMBS) is read");
	switch (offset) {
	case CMBLOC:
		return cmbmsc & CRE ? sim_nvme.cmbloc : 0;
	case CMBSZ:
		return cmbmsc & CRE ? sim_nvme.cmbsz : 0;
	case CMBMSC:
		return (uint32_t)cmbmsc;
	case CMBMSC_TOP:
		return cmbmsc >> 32;
	}
	return cmbmsc & CMSE && sim_nvme.cmb_invalid;
}

void sim_nvme_cmb_write(unsigned bar, uint64_t offset, uint64_t value, bool enabled)
{
	const uint32_t word = (uint32_t)value;

	if (bar == 2) {
		memcpy(within(offset), &word, 4);
		return;
	}
	bus_expect(sim_nvme.cmb,
		   "NVMe: a register of memory that it has not (CAP.CMBS) is written");
	bus_expect(!enabled, "NVMe: its memory is moved while it is enabled");
	bus_expect(offset == CMBMSC || offset == CMBMSC_TOP,
		   "NVMe: a register that is read only is written");
	if (offset == CMBMSC)
		cmbmsc = (cmbmsc & ~0xffffffffull) | word;
	else
		cmbmsc = (uint32_t)cmbmsc | value << 32;
	bus_expect(offset != CMBMSC_TOP || !(cmbmsc & CMSE),
		   "NVMe: its memory is moved while it is on");
	bus_expect(!(cmbmsc & CMSE) || cmbmsc & CRE,
		   "NVMe: its memory is on, its registers are not");
}

const uint8_t *sim_nvme_cmb_at(uint64_t at, uint64_t bytes)
{
	uint64_t begin = cmbmsc & ~0xfffull;

	if (!sim_nvme.cmb || !(cmbmsc & CMSE) || at < begin || at + bytes > begin + BYTES)
		return NULL;
	bus_expect(sim_nvme.cmbsz & 1, "NVMe: a queue in memory that is not for queues (SQS)");
	return memory + (at - begin);
}
