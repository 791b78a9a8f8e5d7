/* SPDX-License-Identifier: BSD-2-Clause */
/* A Data Streaming Accelerator: what the architecture specification says, as far as it is used. */
#ifndef TESTS_HOST_MODEL_DSA_H
#define TESTS_HOST_MODEL_DSA_H

#include "tests/sim/devices/register_bus.h"

enum { DSA_DISABLED, DSA_ENABLED, DSA_DRAIN, DSA_HALT };

struct dsa_model {
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

extern struct dsa_model dsa_model;
extern const struct fake_model model_dsa;

void dsa_model_plug(void);
void dsa_model_no_pasid(void); /* take its PASID capability away */

#endif
