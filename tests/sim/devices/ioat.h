/* SPDX-License-Identifier: BSD-2-Clause */
/* A channel of Intel QuickData Technology: what the Xeon datasheets say, as far as it is used. */
#ifndef TESTS_HOST_MODEL_IOAT_H
#define TESTS_HOST_MODEL_IOAT_H

#include "tests/sim/devices/register_bus.h"

enum { IOAT_ACTIVE, IOAT_IDLE, IOAT_SUSPENDED, IOAT_HALTED, IOAT_ARMED };

struct sim_ioat {
	uint8_t channels, capacity, version;
	unsigned state; /* CHANSTS.status */
	uint32_t error;
	bool deaf;	/* it never suspends */
	bool stuck;	/* its reset does not end */
	bool stays_bad; /* an error survives its reset */
	bool mute;	/* it does nothing */
	uint64_t resets;
};

extern struct sim_ioat sim_ioat;
extern const struct sim_device_model sim_ioat_device;

void sim_ioat_plug(void);

#endif
