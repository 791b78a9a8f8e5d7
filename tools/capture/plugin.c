/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plugin that QEMU loads: it sees every instruction that the guest executes and every store, and records those that
 * are about tables of a remapping unit. Here is how it begins and ends.
 *
 * arguments: ram=FILE (the guest's memory, a shared memory-backend-file), out=FILE, code=upper|all (whose stores: of code
 * in the upper half of the address space, as kernels are, or of all), unit=ADDRESS (registers; else by the DMAR table),
 * paging=on (paging entries, too), hold=ADDRESS and hold-ms=N (a processor that comes to this instruction waits there; the others go on)
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/capture/plugin.h"
#include "tools/capture/vcpu.h"

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_API;

struct plugin plugin = { .lock = PTHREAD_MUTEX_INITIALIZER };

void plugin_check_output(void)
{
	static bool told;

	if (!ferror(plugin.recorder.out) || told)
		return;
	told = true;
	fprintf(stderr, "capture: the record cannot be written: %s\n", strerror(errno));
	kill(getpid(), SIGTERM);
}

static void translated(struct qemu_plugin_tb *tb)
{
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++)
		instrument(qemu_plugin_tb_get_insn(tb, i));
}

static void finish(void)
{
	uint64_t seen = 0, walks = 0, failed = 0;

	pthread_mutex_lock(&plugin.lock);
	for (unsigned i = 0; i < RECORDER_CPUS; i++)
		if (vcpus[i]) {
			seen += vcpus[i]->seen;
			walks += vcpus[i]->walks;
			failed += vcpus[i]->failed;
		}
	tables_finish(&plugin.tables);
	fprintf(plugin.recorder.out,
		"end %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
		" %" PRIu64 "\n",
		plugin.recorder.records, seen, plugin.tables.recorded, plugin.tables.missed, walks,
		failed, recorder_ms(&plugin.recorder));
	if (fflush(plugin.recorder.out))
		plugin_check_output();
	plugin.ended = true;
	pthread_mutex_unlock(&plugin.lock);
}

#if PLUGIN_API >= 7
static void on_translated(struct qemu_plugin_tb *tb, void *own)
{
	(void)own;
	translated(tb);
}

static void on_processor(unsigned cpu, void *own)
{
	(void)own;
	vcpu_add(cpu);
}

static void on_end(void *own)
{
	(void)own;
	finish();
}
#else
static void on_translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	(void)id;
	translated(tb);
}

static void on_processor(plugin_id id, unsigned cpu)
{
	(void)id;
	vcpu_add(cpu);
}

static void on_end(plugin_id id, void *own)
{
	(void)id;
	(void)own;
	finish();
}
#endif

static bool map_ram(const char *path)
{
	struct stat stat;

	plugin.ram_file = open(path, O_RDONLY);
	if (plugin.ram_file < 0 || fstat(plugin.ram_file, &stat))
		return false;
	plugin.ram.bytes = (uint64_t)stat.st_size;
	plugin.ram.at = mmap(NULL, plugin.ram.bytes, PROT_READ, MAP_SHARED, plugin.ram_file, 0);
	return plugin.ram.at != MAP_FAILED;
}

PLUGIN_EXPORT int qemu_plugin_install(plugin_id id, const struct plugin_info *info, int argc,
				      char **argv)
{
	const char *path = NULL, *out = NULL;
	uint64_t unit = 0;
	bool paging = false;

	if (!info->system || strcmp(info->target, "x86_64")) {
		fprintf(stderr, "capture: a plugin for qemu-system-x86_64, not for %s\n",
			info->target);
		return 1;
	}
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "ram=", 4))
			path = argv[i] + 4;
		else if (!strncmp(argv[i], "out=", 4))
			out = argv[i] + 4;
		else if (!strncmp(argv[i], "unit=", 5))
			unit = strtoull(argv[i] + 5, NULL, 0);
		else if (!strncmp(argv[i], "hold=", 5))
			plugin.hold = strtoull(argv[i] + 5, NULL, 0);
		else if (!strncmp(argv[i], "hold-ms=", 8))
			plugin.hold_ms = (unsigned)strtoul(argv[i] + 8, NULL, 0);
		else if (!strcmp(argv[i], "code=all"))
			plugin.all_code = true;
		else if (!strcmp(argv[i], "paging=on"))
			paging = true;
		else if (strcmp(argv[i], "code=upper")) {
			fprintf(stderr, "capture: no such argument: %s\n", argv[i]);
			return 1;
		}
	}
	if (!path || !map_ram(path)) {
		fprintf(stderr, "capture: ram=%s: %s\n", path ? path : "", strerror(errno));
		return 1;
	}
	plugin.recorder.out = out ? fopen(out, "w") : NULL;
	if (!plugin.recorder.out || !vcpu_init() ||
	    !tables_init(&plugin.tables, &plugin.recorder, plugin.ram)) {
		fprintf(stderr, "capture: out=%s: %s\n", out ? out : "", strerror(errno));
		return 1;
	}
	plugin.tables.paging = paging;
	setvbuf(plugin.recorder.out, NULL, _IOFBF, 1 << 18);
	plugin.recorder.start = recorder_ms(&plugin.recorder);
	fprintf(plugin.recorder.out, RECORD_FIRST " %d\n", CAPTURE_VERSION);
	plugin.units.tables = &plugin.tables;
	plugin.config.recorder = &plugin.recorder;
	if (unit)
		units_add(&plugin.units, unit, "given");
	qemu_plugin_register_vcpu_init_cb(id, (plugin_callback)on_processor, NULL);
	qemu_plugin_register_vcpu_tb_trans_cb(id, (plugin_callback)on_translated, NULL);
	qemu_plugin_register_atexit_cb(id, (plugin_callback)on_end, NULL);
	return 0;
}
