/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the plugin share: the record that is being made, and the guest that it is of. */
#ifndef TOOLS_CAPTURE_PLUGIN_H
#define TOOLS_CAPTURE_PLUGIN_H

#include <pthread.h>

#include "tools/capture/config.h"
#include "tools/capture/qemu_plugin.h"
#include "tools/capture/units.h"

struct plugin {
	pthread_mutex_t lock; /* of recorder, tables, units and config */
	struct recorder recorder;
	struct tables tables;
	struct units units;
	struct config_space config;
	struct guest_ram ram;
	int ram_file;
	bool all_code; /* stores of all code, not only of that in the upper half of the address space */
	bool ended;    /* the record is closed */
	uint64_t hold; /* a processor that comes to this address is held there; 0: none is */
	unsigned hold_ms;
};

extern struct plugin plugin;

/* Have QEMU tell of an instruction what matters of it (tools/capture/instrument.c). */
void instrument(struct qemu_plugin_insn *insn);

/* The record cannot be written: say so once, and have QEMU end. */
void plugin_check_output(void);

#endif
