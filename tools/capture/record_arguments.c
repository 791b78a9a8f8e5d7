/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "tools/capture/record_arguments.h"

enum {
	OPTION_CM = 256,
	OPTION_PLUGINS,
	OPTION_UNIT,
	OPTION_UNIT_ADDRESS,
	OPTION_BUSYBOX,
	OPTION_CPUS,
	OPTION_MEMORY,
	OPTION_OVMF,
	OPTION_ALL_CODE,
	OPTION_CRASH,
	OPTION_ONLY_SCRIPTS,
	OPTION_HOLD,
	OPTION_XEN,
	OPTION_PAGING,
	OPTION_NONE
};

const struct argp_option record_options[] = {
	{ "output", 'o', "FOLDER", 0, "where the capture goes; a capture that is there is replaced",
	  0 },
	{ NULL, 0, NULL, 0, "What is run:", 1 },
	{ "kernel", 'k', "FILE", 0, "a bzImage; its modules are looked for beside it", 1 },
	{ "modules", 'm', "FOLDER", 0,
	  "its modules: lib/modules/VERSION, or what make modules_install wrote", 1 },
	{ "package", 'p', "NAME", 0,
	  "a kernel of Debian's or Ubuntu's, by its package's name or file", 1 },
	{ "xen", OPTION_XEN, "FILE", 0, "a Xen hypervisor (xen-*.gz) under it: the kernel is dom0",
	  1 },
	{ "disk", 'd', "IMAGE", 0, "a disk image of any system; it is not changed", 1 },
	{ "append", 'a', "WORDS", 0, "more for the kernel's command line", 1 },
	{ "script", 's', "FILE", 0, "run by the guest's shell after the workload; may be repeated",
	  1 },
	{ "only-scripts", OPTION_ONLY_SCRIPTS, NULL, 0,
	  "of the workload no more than the drivers being loaded; then --script, --crash", 1 },
	{ "crash", OPTION_CRASH, NULL, 0,
	  "at the end start a crash kernel (kdump), the same one, which takes over the tables; without KASLR",
	  1 },
	{ "paging", OPTION_PAGING, NULL, 0,
	  "record paging entries, too; a kernel is started with iommu.strict=1, unless --append has iommu.strict=",
	  1 },
	{ NULL, 0, NULL, 0, "On which machine:", 2 },
	{ "mode", 'M', "MODE", 0, "legacy (if nothing is said), scalable, first-stage", 2 },
	{ "caching-mode", OPTION_CM, NULL, 0, "with CAP.CM = 1", 2 },
	{ "unit", OPTION_UNIT, "PROPERTIES", 0, "more properties of QEMU's intel-iommu", 2 },
	{ "unit-address", OPTION_UNIT_ADDRESS, "ADDRESS", 0,
	  "of its registers; else by the DMAR table", 2 },
	{ "qemu", 'q', "FILE", 0, "QEMU 9.2 or later with plugins", 2 },
	{ "plugins", OPTION_PLUGINS, "FOLDER", 0, "where vtd-capture-plugin-*.so are", 2 },
	{ "processors", OPTION_CPUS, "N", 0, "2 if nothing is said", 2 },
	{ "memory", OPTION_MEMORY, "MIB", 0, "1024 if nothing is said, at most 2048", 2 },
	{ "ovmf", OPTION_OVMF, NULL, 0, "UEFI firmware; for --disk", 2 },
	{ "all-code", OPTION_ALL_CODE, NULL, 0,
	  "stores of all code, not only of that in the upper half of the address space; slower",
	  2 },
	{ "hold", OPTION_HOLD, "ADDRESS", 0,
	  "hold each processor that comes to this instruction for 20 ms, while the others go on; "
	  "for races, in a guest without KASLR",
	  2 },
	{ "busybox", OPTION_BUSYBOX, "FILE", 0,
	  "for the guest, without libraries; else this system's", 2 },
	{ "no-plugin", OPTION_NONE, NULL, OPTION_HIDDEN, NULL, 2 },
	{ NULL, 0, NULL, 0, "Limits:", 3 },
	{ "seconds", 't', "N", 0, "300 if nothing is said", 3 },
	{ "size", 'S', "MIB", 0, "of the records; 512 if nothing is said", 3 },
	{ 0 }
};

static unsigned number(struct argp_state *state, const char *text, unsigned low, unsigned high)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || end == text || value < low || value > high)
		argp_error(state, "\"%s\" is no number from %u to %u", text, low, high);
	return (unsigned)value;
}

static enum machine_mode mode_of(struct argp_state *state, const char *text)
{
	for (unsigned i = 0; i < MODE_COUNT; i++)
		if (!strcmp(machine_modes[i], text))
			return (enum machine_mode)i;
	argp_error(state, "\"%s\" is no mode; there are legacy, scalable, first-stage", text);
	return MODE_LEGACY;
}

error_t record_parse(int key, char *argument, struct argp_state *state)
{
	struct record_arguments *a = state->input;

	switch (key) {
	case 'o':
		a->output = argument;
		return 0;
	case 'k':
		a->kernel = argument;
		return 0;
	case 'm':
		a->modules = argument;
		return 0;
	case 'p':
		a->package = argument;
		return 0;
	case 'd':
		a->machine.disk = argument;
		return 0;
	case 'a':
		a->append = argument;
		return 0;
	case 's':
		if (a->script_count == SCRIPTS_MAX)
			argp_error(state, "at most %u scripts", SCRIPTS_MAX);
		a->scripts[a->script_count++] = argument;
		return 0;
	case 'M':
		a->machine.mode = mode_of(state, argument);
		return 0;
	case OPTION_CM:
		a->machine.caching_mode = true;
		return 0;
	case OPTION_UNIT:
		a->machine.unit = argument;
		return 0;
	case OPTION_UNIT_ADDRESS:
		a->machine.unit_address = strtoull(argument, NULL, 0);
		return 0;
	case 'q':
		a->machine.qemu = argument;
		return 0;
	case OPTION_PLUGINS:
		a->machine.plugin = argument;
		return 0;
	case OPTION_CPUS:
		a->machine.processors = number(state, argument, 1, 16);
		return 0;
	case OPTION_MEMORY:
		a->machine.megabytes = number(state, argument, 256, 2048);
		return 0;
	case OPTION_OVMF:
		a->machine.ovmf = true;
		return 0;
	case OPTION_ALL_CODE:
		a->machine.all_code = true;
		return 0;
	case OPTION_XEN:
		a->xen = argument;
		return 0;
	case OPTION_HOLD:
		a->machine.hold = strtoull(argument, NULL, 0);
		a->machine.hold_ms = 20;
		return 0;
	case OPTION_BUSYBOX:
		a->busybox = argument;
		return 0;
	case OPTION_CRASH:
		a->crash = true;
		return 0;
	case OPTION_ONLY_SCRIPTS:
		a->only_scripts = true;
		return 0;
	case OPTION_PAGING:
		a->machine.paging = true;
		return 0;
	case OPTION_NONE:
		a->machine.no_plugin = true;
		return 0;
	case 't':
		a->limits.seconds = number(state, argument, 1, 86400);
		return 0;
	case 'S':
		a->limits.bytes = (uint64_t)number(state, argument, 1, 1 << 20) << 20;
		return 0;
	case ARGP_KEY_ARGS: /* after "--" */
		a->machine.more = state->argv + state->next;
		return 0;
	case ARGP_KEY_END:
		if (!a->output)
			argp_error(state, "--output=FOLDER says where the capture goes");
		if (!!a->kernel + !!a->package + !!a->machine.disk != 1)
			argp_error(state, "one of --kernel, --package and --disk says what is run");
		if (a->crash && a->machine.disk)
			argp_error(state, "--crash is for --kernel and --package");
		if (a->xen && (a->machine.disk || a->crash || a->machine.mode != MODE_LEGACY))
			argp_error(
				state,
				"--xen is for --kernel and --package, in legacy mode, without --crash");
		if (strchr(a->output, ','))
			argp_error(state, "QEMU takes no comma in --output");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}
