/* SPDX-License-Identifier: BSD-2-Clause */
/* What vtd-capture record is told on the command line. */
#ifndef TOOLS_CAPTURE_RECORD_ARGUMENTS_H
#define TOOLS_CAPTURE_RECORD_ARGUMENTS_H

#include <argp.h>

#include "tools/capture/machine.h"

#define SCRIPTS_MAX 20

struct record_arguments {
	struct machine machine;
	struct machine_limits limits;
	const char *output, *kernel, *package, *modules, *busybox, *append, *xen;
	char *scripts[SCRIPTS_MAX];
	unsigned script_count;
	bool crash, only_scripts;
};

extern const struct argp_option record_options[];

/* argp's parser, with a struct record_arguments as its input. */
error_t record_parse(int key, char *argument, struct argp_state *state);

#endif
