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
#include "tools/capture/record_arguments.h"
#include "tools/capture/xen.h"

#define ATTEMPTS 3

static struct record_arguments arguments = {
	.machine = { .qemu = "qemu-system-x86_64", .processors = 2, .megabytes = 1024 },
	.limits = { .seconds = 300, .bytes = 512ull << 20 },
};

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
		"what: %s\nkernel: %s\nmode: %s\ncaching-mode: %s\npaging: %s\nqemu: %s\nprocessors: %u\nseconds: %.1f\ncpu-seconds: %.1f\n",
		what, version, machine_modes[m->mode], m->caching_mode ? "on" : "off",
		m->paging ? "on" : "off", run->version, m->processors, run->seconds,
		run->cpu_seconds);
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
	if (f->crashed)
		return text_of("the guest crashed:\n%s", f->crashed);
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
		if (!run->interrupted && !run->too_large && !f.crashed)
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

/* Linux invalidates what was unmapped in the call that unmaps, and not later: then it is known what belongs together. */
static const char *strict(const struct record_arguments *a)
{
	return !a->machine.paging || (a->append && strstr(a->append, "iommu.strict="))
		       ? ""
		       : " iommu.strict=1";
}

/* What a kernel is started with. */
static void write_files(struct machine *m, const struct record_arguments *a,
			const struct kernel *kernel, const char *xen, const char *work)
{
	const char *busybox = a->busybox ? a->busybox : find_busybox(work);
	char *crash = a->crash ? text_of("%s/initramfs-crash", work) : NULL;

	if (crash)
		write_initramfs(crash, kernel, busybox, NULL, 0, NULL, false);
	m->initramfs = text_of("%s/initramfs", work);
	write_initramfs(m->initramfs, kernel, busybox, a->scripts, a->script_count, crash, a->xen);
	if (xen) {
		xen_under(m, xen,
			  a->only_scripts
				  ? text_of("vtd-only-scripts %s", a->append ? a->append : "")
				  : a->append,
			  work);
		return;
	}
	/* no_timer_check: a busy host may be too slow for the check of the timer. */
	m->command_line = text_of(
		"console=ttyS0 quiet panic=1 no_timer_check intel_iommu=on%s%s%s%s %s",
		m->mode == MODE_LEGACY ? ",sm_off" : ",sm_on", strict(a),
		crash ? " crashkernel=256M nokaslr" : "",
		a->only_scripts ? " vtd-only-scripts" : "", a->append ? a->append : "");
}

int record_main(int argc, char **argv)
{
	static const struct argp argp = {
		record_options,
		record_parse,
		"[-- QEMU'S OPTIONS]",
		"Run a kernel in QEMU and record every store, flush and invalidation that it does to its VT-d tables.\v"
		"With --kernel and --package it gets a first file system of ours, whose workload binds and unbinds "
		"drivers, changes the types of domains, removes devices and finds them again, and moves interrupts. "
		"A disk image does what it does until it powers off or --seconds are over.",
		NULL,
		NULL,
		NULL
	};
	struct record_arguments *a = &arguments;
	struct machine *m = &a->machine;
	const char *temporary = getenv("TMPDIR");
	char *work = text_of("%s/vtd-capture-XXXXXX", temporary ? temporary : "/tmp"), version[32];
	struct kernel kernel = { .version = "", .title = "" };
	struct machine_run run;
	char *folder, *xen = NULL;

	argp_parse(&argp, argc, argv, 0, NULL, a);
	machine_check(m, version, sizeof(version));
	if (m->disk && access(m->disk, R_OK))
		fail("--disk %s: %s", m->disk, strerror(errno));
	machine_catch_signals();
	if (!m->disk) {
		if (!mkdtemp(work))
			fail("%s: %s", work, strerror(errno));
		folder_remove_at_exit(work);
		xen = a->xen ? xen_of_file(a->xen, work) : NULL;
		kernel = a->kernel ? kernel_of_file(a->kernel, a->modules)
				   : kernel_of_package(a->package, work);
		m->image = kernel.image;
		write_files(m, a, &kernel, xen, work);
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
		    a->xen ? xen_title(folder) : kernel.title);
	return conclude(folder, &run);
}
