/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Extended PCI configuration space, as a guest stores to it: there a device's ATS is turned on and off. In memory, where the
 * MCFG table says (PCI Firmware specification 3.3, section 4.1.2).
 */
#ifndef TOOLS_CAPTURE_CONFIG_H
#define TOOLS_CAPTURE_CONFIG_H

#include "tools/capture/tables.h"

struct config_space {
	struct recorder *recorder;
	uint64_t base;	/* of bus 0; 0: not known */
	uint64_t bytes; /* to the end of the last bus */
};

/* By the first MCFG table in `bytes` of memory that is right, its first entry. False: there is none. */
bool config_from_mcfg(struct config_space *c, const uint8_t *memory, uint64_t bytes);

static inline bool config_at(const struct config_space *c, uint64_t physical)
{
	return c->base && physical - c->base < c->bytes;
}

/* A store to it; `stack` as of tables_store(). */
void config_store(struct config_space *c, const struct table_store *store,
		  void (*stack)(void *context), void *context);

#endif
