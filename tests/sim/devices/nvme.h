/* SPDX-License-Identifier: BSD-2-Clause */
/* An NVMe controller with one namespace, after the NVM Express base specification 1.4. */
#ifndef TESTS_HOST_MODEL_NVME_H
#define TESTS_HOST_MODEL_NVME_H

#include "tests/sim/devices/register_bus.h"

struct sim_nvme {
	uint64_t cap;
	uint8_t block_shift, metadata; /* format of namespace 1, ... */
	uint64_t blocks;	       /* ... and its size; 0: there is none */
	bool no_queues;		       /* it makes no I/O queues */
	unsigned refuse_fetches;       /* so many commands are refused before one is fetched */
	bool cmb;		       /* it has memory of its own, of which it says ... */
	uint32_t cmbloc, cmbsz;	       /* ... this, */
	bool cmb_invalid, cmb_forgets, cmb_is_none; /* CBAI; off after each reset; keeps no word */

	uint8_t disk[8192];
	uint64_t sent[2][256];	 /* commands seen, by queue and opcode */
	uint64_t fetched_within; /* commands, from its own memory */
	unsigned shutdowns;
};

extern struct sim_nvme sim_nvme;
extern const struct sim_device_model sim_nvme_device;

void sim_nvme_plug(void);

/* nvme_cmb.c: what answers in BAR 2, and its registers in BAR 0. */
void sim_nvme_cmb_new(void);
void sim_nvme_cmb_reset(void); /* of the controller */
uint64_t sim_nvme_cmb_read(unsigned bar, uint64_t offset);
void sim_nvme_cmb_write(unsigned bar, uint64_t offset, uint64_t value, bool enabled);
bool sim_nvme_cmb_has(unsigned bar, uint64_t offset);
/* Where these bytes of the bus are in it; NULL: they are not. */
const uint8_t *sim_nvme_cmb_at(uint64_t at, uint64_t bytes);

#endif
