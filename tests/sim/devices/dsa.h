/* SPDX-License-Identifier: BSD-2-Clause */
/* A Data Streaming Accelerator: what the architecture specification says, as far as it is used. */
#ifndef TESTS_HOST_MODEL_DSA_H
#define TESTS_HOST_MODEL_DSA_H

#include "tests/sim/devices/register_bus.h"

enum { DSA_DISABLED, DSA_ENABLED, DSA_DRAIN, DSA_HALT };

struct sim_dsa {
	uint64_t gencap, wqcap, grpcap, engcap, opcap;
	uint32_t offsets;
	unsigned state, reset_type; /* GENSTS */
	bool halts;		    /* a read that is refused halts it */
	bool deaf;		    /* commands do not end */
	uint8_t error;		    /* commands end with this, if not 0 */
	unsigned full;		    /* so many ENQCMDS are not taken */
	uint64_t resets, flrs, retries;
	uint32_t last_pasid;
	bool last_has_pasid;
};

extern struct sim_dsa sim_dsa;
extern const struct sim_device_model sim_dsa_device;

void sim_dsa_plug(void);
void sim_dsa_no_pasid(void); /* take its PASID capability away */

#endif
