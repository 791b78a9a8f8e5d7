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

	uint8_t disk[8192];
	uint64_t sent[2][256]; /* commands seen, by queue and opcode */
	unsigned shutdowns;
};

extern struct sim_nvme sim_nvme;
extern const struct sim_device_model sim_nvme_device;

void sim_nvme_plug(void);

#endif
