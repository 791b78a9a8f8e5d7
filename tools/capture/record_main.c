/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-capture record: a kernel, a package or a disk image is run, and what it does to its tables recorded. */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/capture/capture.h"
#include "tools/capture/command.h"
#include "tools/capture/folder.h"
#include "tools/capture/kernel.h"
#include "tools/capture/machine.h"

#define SCRIPTS_MAX 20
#define ATTEMPTS    3

static struct arguments {
	struct machine machine;
	struct machine_limits limits;
	const char *output, *kernel, *package, *modules, *busybox, *append;
	char *scripts[SCRIPTS_MAX];
	unsigned script_count;
	bool crash;
} arguments = {
	.machine = { .qemu = "qemu-system-x86_64", .processors = 2, .megabytes = 1024 },
	.limits = { .seconds = 300, .bytes = 512ull << 20 },
};

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
	OPTION_NONE
};

static const struct argp_option option_list[] = {
	{ "output", 'o', "FOLDER", 0, "where the capture goes; a capture that is there is replaced",
	  0 },
	{ NULL, 0, NULL, 0, "What is run:", 1 },
	{ "kernel", 'k', "FILE", 0, "a bzImage; its modules are looked for beside it", 1 },
	{ "modules", 'm', "FOLDER", 0,
	  "its modules: lib/modules/VERSION, or what make modules_install wrote", 1 },
	{ "package", 'p', "NAME", 0,
	  "a kernel of Debian's or Ubuntu's, by its package's name or file", 1 },
	{ "disk", 'd', "IMAGE", 0, "a disk image of any system; it is not changed", 1 },
	{ "append", 'a', "WORDS", 0, "more for the kernel's command line", 1 },
	{ "script", 's', "FILE", 0, "run by the guest's shell after the workload; may be repeated",
	  1 },
	{ "crash", OPTION_CRASH, NULL, 0,
	  "at the end start a crash kernel (kdump), the same one, which takes over the tables; without KASLR",
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

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *a = state->input;

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
	case OPTION_BUSYBOX:
		a->busybox = argument;
		return 0;
	case OPTION_CRASH:
		a->crash = true;
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
		if (strchr(a->output, ','))
			argp_error(state, "QEMU takes no comma in --output");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The folder, empty; a capture that was there is replaced, anything else is left alone. */
static char *make_folder(const char *path)
{
	static const char *const files[] = { "records", "console", "symbols.gz", "about", "qemu" };

	if (mkdir(path, 0777) && errno != EEXIST)
		fail("%s: %s", path, strerror(errno));
	if (rmdir(path) && access(text_of("%s/about", path), F_OK))
		fail("%s: there is something in it, and it is no capture", path);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(text_of("%s/%s", path, files[i]));
	mkdir(path, 0777);
	/* From now on it is known as a capture, also if it comes to no end. */
	FILE *about = fopen(text_of("%s/about", path), "w");

	if (!about || fclose(about))
		fail("%s: %s", path, strerror(errno));
	return need(realpath(path, NULL));
}

static void write_about(const char *folder, const struct machine *m, const struct machine_run *run,
			const char *what, const char *version)
{
	FILE *about = fopen(text_of("%s/about", folder), "w");

	if (!about)
		fail("%s/about: %s", folder, strerror(errno));
	fprintf(about,
		"what: %s\nkernel: %s\nmode: %s\ncaching-mode: %s\nqemu: %s\nprocessors: %u\nseconds: %.1f\ncpu-seconds: %.1f\n",
		what, version, machine_modes[m->mode], m->caching_mode ? "on" : "off", run->version,
		m->processors, run->seconds, run->cpu_seconds);
	if (fclose(about))
		fail("%s/about: %s", folder, strerror(errno));
}

/* The last lines of a file, for a message. */
static void print_tail(const char *path, unsigned lines)
{
	char *text, *at;
	size_t length;

	if (!read_whole(path, &text, &length) || !length)
		return;
	at = text + length - (text[length - 1] == '\n');
	while (at > text && (at[-1] != '\n' || --lines))
		at--;
	fprintf(stderr, "%s", at);
	free(text);
}

/* Why there is no whole capture, or NULL. */
static const char *what_went_wrong(const struct machine_run *run, const struct folder *f)
{
	if (run->interrupted)
		return text_of("it was interrupted after %.0f s", run->seconds);
	if (run->timed_out)
		return text_of(
			"the guest had not come to its end after %.0f s (--seconds allows more): does it hang? The "
			"last lines of its console:",
			run->seconds);
	if (run->too_large)
		return "the records became larger than --size allows";
	if (f->panic)
		return "the guest crashed:";
	if (!WIFEXITED(run->status) || WEXITSTATUS(run->status))
		return text_of("QEMU ended with status %d:", WIFEXITED(run->status)
								     ? WEXITSTATUS(run->status)
								     : WTERMSIG(run->status));
	if (!f->ended && !arguments.machine.disk)
		return "the guest stopped before its workload was done; the last lines of its console:";
	if (arguments.crash && !f->crash_kernel)
		return "no crash kernel was started (--crash):";
	return NULL;
}

static int conclude(const char *path, const struct machine_run *run)
{
	struct folder f;
	const char *wrong;
	char incomplete[400];

	folder_open(&f, path, true);
	wrong = what_went_wrong(run, &f);
	if (wrong) {
		fprintf(stderr, "vtd-capture: %s\n", wrong);
		print_tail(text_of("%s/qemu", path), 4);
		if (!run->interrupted && !run->too_large)
			print_tail(text_of("%s/console", path), 12);
	}
	if (arguments.machine.no_plugin)
		return wrong ? NOTHING : ALL_SAFE;
	printf("%s: %" PRIu64 " stores seen, %" PRIu64 " to tables, %" PRIu64
	       " missed; %zu records, %.1f s, %.1f s of CPU\n",
	       path, f.records.seen, f.records.recorded, f.records.missed, f.records.count,
	       run->seconds, run->cpu_seconds);
	if (wrong)
		return NOTHING;
	if (records_incomplete(&f.records, incomplete, sizeof(incomplete))) {
		fprintf(stderr, "vtd-capture: the capture is incomplete: %s\n", incomplete);
		return INCOMPLETE;
	}
	if (!f.has_tables) {
		fprintf(stderr, "vtd-capture: the guest gave the unit no table%s\n",
			f.has_units
				? ": is VT-d off in it (CONFIG_INTEL_IOMMU, intel_iommu=on)?"
				: ", and touched none of its registers: is VT-d compiled in, and not off?");
		return NOTHING;
	}
	return ALL_SAFE;
}

/*
 * QEMU 10.0 aborts once in some dozens of runs: a processor uses what it knew of the memory map while another moves a BAR
 * ("iotlb_to_section: Assertion"). That says nothing of the guest.
 */
static struct machine_run run_it(const struct machine *m, const struct machine_limits *limits,
				 const char *folder)
{
	struct machine_run run;

	for (unsigned attempt = 1;; attempt++) {
		run = machine_run(m, limits, folder);
		if (!WIFSIGNALED(run.status) || WTERMSIG(run.status) != SIGABRT ||
		    attempt == ATTEMPTS)
			return run;
		fprintf(stderr, "vtd-capture: QEMU aborted, and is started once more:\n");
		print_tail(text_of("%s/qemu", folder), 1);
	}
}

/* What a kernel is started with. */
static void write_files(struct machine *m, const struct arguments *a, const struct kernel *kernel,
			const char *work)
{
	const char *busybox = a->busybox ? a->busybox : find_busybox(work);
	char *crash = a->crash ? text_of("%s/initramfs-crash", work) : NULL;

	if (crash)
		write_initramfs(crash, kernel, busybox, NULL, 0, NULL);
	m->initramfs = text_of("%s/initramfs", work);
	write_initramfs(m->initramfs, kernel, busybox, a->scripts, a->script_count, crash);
	/* no_timer_check: a busy host may be too slow for the check of the timer. */
	m->command_line = text_of(
		"console=ttyS0 quiet panic=1 no_timer_check intel_iommu=on%s%s %s",
		m->mode == MODE_LEGACY ? ",sm_off" : ",sm_on",
		crash ? " crashkernel=256M nokaslr" : "", a->append ? a->append : "");
}

int record_main(int argc, char **argv)
{
	static const struct argp argp = {
		option_list,
		parse,
		"[-- QEMU'S OPTIONS]",
		"Run a kernel in QEMU and record every store, flush and invalidation that it does to its VT-d tables.\v"
		"With --kernel and --package it gets a first file system of ours, whose workload binds and unbinds "
		"drivers, changes the types of domains, removes devices and finds them again, and moves interrupts. "
		"A disk image does what it does until it powers off or --seconds are over.",
		NULL,
		NULL,
		NULL
	};
	struct arguments *a = &arguments;
	struct machine *m = &a->machine;
	char work[] = "/tmp/vtd-capture-XXXXXX", version[32];
	struct kernel kernel = { .version = "", .title = "" };
	struct machine_run run;
	char *folder;

	argp_parse(&argp, argc, argv, 0, NULL, a);
	machine_check(m, version, sizeof(version));
	if (m->disk && access(m->disk, R_OK))
		fail("--disk %s: %s", m->disk, strerror(errno));
	if (!mkdtemp(work))
		fail("%s: %s", work, strerror(errno));
	folder_remove_at_exit(work);
	if (!m->disk) {
		kernel = a->kernel ? kernel_of_file(a->kernel, a->modules)
				   : kernel_of_package(a->package, work);
		m->image = kernel.image;
		write_files(m, a, &kernel, work);
		fprintf(stderr, "vtd-capture: Linux %s, %s mode, QEMU %s; modules: %s\n",
			kernel.title, machine_modes[m->mode], version,
			kernel.modules ? kernel.modules : "none found");
	}
	folder = make_folder(a->output);
	run = run_it(m, &a->limits, folder);
	write_about(folder, m, &run,
		    m->disk	 ? m->disk
		    : a->package ? a->package
				 : a->kernel,
		    kernel.title);
	return conclude(folder, &run);
}
