/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine that a guest runs on: QEMU with a remapping unit, devices behind it, and the plugin. */
#ifndef TOOLS_CAPTURE_MACHINE_H
#define TOOLS_CAPTURE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

enum machine_mode { MODE_LEGACY, MODE_SCALABLE, MODE_FIRST_STAGE, MODE_COUNT };

extern const char *const machine_modes[MODE_COUNT]; /* "legacy", "scalable", "first-stage" */

struct machine {
	const char *qemu;   /* program */
	const char *plugin; /* folder of the plugins, NULL: found beside vtd-capture */
	enum machine_mode mode;
	bool caching_mode, all_code;
	bool paging; /* paging entries are recorded, too */
	unsigned processors, megabytes;
	const char *image, *initramfs, *command_line; /* a kernel, or */
	const char *disk;			      /* what boots by itself */
	const char *unit;			      /* more properties of intel-iommu, or NULL */
	uint64_t unit_address;			      /* 0: by the DMAR table */
	uint64_t
		hold; /* a processor that comes to this address is held there for hold_ms; 0: none */
	unsigned hold_ms;
	bool ovmf;
	char **more;	/* arguments of QEMU's, NULL-terminated, or NULL */
	bool no_plugin; /* for a comparison of times: nothing is recorded */
};

struct machine_limits {
	unsigned seconds;
	uint64_t bytes; /* of records */
};

struct machine_run {
	bool timed_out, too_large, interrupted, started;
	int status; /* of waitpid() */
	double seconds, cpu_seconds;
	char version[32]; /* of QEMU */
};

/*
 * "10.0.2" into `version`; ends the program, saying why, if the QEMU is none, is too old for the plugin (before 9.2),
 * or has no plugins.
 */
void machine_check(const struct machine *m, char *version, unsigned room);

/* From now on a signal to end ends machine_run(), early if it is not running yet, and nothing else. */
void machine_catch_signals(void);

/*
 * Run it until it ends or a limit is reached; `folder` gets records, console and symbols.gz. Progress goes to standard
 * error: a line on a terminal, else one for each phase.
 */
struct machine_run machine_run(const struct machine *m, const struct machine_limits *limits,
			       const char *folder);

#endif
