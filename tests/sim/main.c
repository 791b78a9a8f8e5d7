/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vtd-sim [--sequences=FILE] [sim.KEY=VALUE ...] [OPTION=VALUE ...]: a run of the tests as the image makes it, on the simulated
 * machine. The log goes to the standard output. Exit status: 0 pass (or a list), 1 fail, 2 skip, 3 misuse.
 */
#define _GNU_SOURCE
#include "kernel/firmware/acpi.h"
#include "kernel/firmware/identity.h"
#include "kernel/cpu.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "kernel/memory.h"
#include "kernel/pci.h"
#include "kernel/output/record.h"
#include "kernel/run.h"
#include "kernel/traps.h"
#include "tests/sim/bus.h"
#include "tests/sim/device.h"
#include "tests/sim/machine.h"
#include "tests/sim/sim.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct memory_region all_memory[1 + SIM_HIGH_COUNT] = { { SIM_MEMORY, SIM_BYTES / PAGE_SIZE,
								 MEMORY_FREE, 0 } };
static struct handoff the_handoff = { .build_id = BUILD_ID,
				      .regions = all_memory,
				      .region_count = 1 };

static void read_sequences(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t room = sizeof(the_handoff.sequences);

	if (file)
		the_handoff.sequences_bytes = fread(the_handoff.sequences, 1, room, file);
	if (!file || ferror(file)) {
		fprintf(stderr, "vtd-sim: %s: %s\n", path, strerror(errno));
		exit(3);
	}
	fclose(file);
	the_handoff.sequences_path = path;
	/* As boot/ has it. */
	if (the_handoff.sequences_bytes >= room - 1)
		the_handoff.sequences_problem =
			"the file of sequences is too long: accepted are fewer than 32767 bytes";
}

static void add_word(const char *word)
{
	char *options = the_handoff.load_options;
	size_t n = strlen(options);

	if (n + strlen(word) + 2 > sizeof(the_handoff.load_options)) {
		fprintf(stderr, "vtd-sim: too many options\n");
		exit(3);
	}
	sprintf(options + n, "%s%s", n ? " " : "", word);
}

/* What nobody gave, and a simulated run needs: it must be repeatable, and its seconds are not real. */
static void add_defaults(void)
{
	const char *given = the_handoff.load_options;

	if (!strstr(given, "seed="))
		add_word("seed=1");
	if (!strstr(given, "seconds=") && !sim.threads)
		add_word("seconds=0.007");
}

static void take_words(int count, char **words)
{
	static const char sequences_option[] = "--sequences=";

	for (int i = 0; i < count; i++) {
		const char *problem;

		if (!strcmp(words[i], "sim.help") || !strcmp(words[i], "--help")) {
			sim_options_help();
			exit(0);
		}
		if (!strcmp(words[i], "--version")) {
			printf("vtd-sim %s\n", BUILD_ID);
			exit(0);
		}
		if (!strncmp(words[i], sequences_option, strlen(sequences_option))) {
			read_sequences(words[i] + strlen(sequences_option));
			continue;
		}
		if (words[i][0] == '-') {
			fprintf(stderr, "vtd-sim: %s: no such option; --help lists them\n",
				words[i]);
			exit(3);
		}
		if (strncmp(words[i], "sim.", 4)) {
			add_word(words[i]);
			continue;
		}
		problem = sim_option(words[i]);
		if (problem) {
			fprintf(stderr, "vtd-sim: %s: %s\n", words[i], problem);
			exit(3);
		}
	}
	if (sim_registers_overlap()) {
		fprintf(stderr,
			"vtd-sim: sim.fro=0x%x sim.nfr=%u sim.iro=0x%x: registers lie one over the other\n",
			sim.fro, sim.nfr, sim.iro);
		exit(3);
	}
	if (sim.wrong_owner && sim.units < 2)
		sim.units = 2;
	add_defaults();
}

static void on_signal(int signal)
{
	panic(signal == SIGALRM ? "sim.seconds have passed"
				: "a wild access of the tests, signal %d",
	      signal);
}

unsigned identity_qemu_version(void)
{
	return 0;
}

/* In place of kernel/firmware/identity.c: that no reader takes this for a machine. */
static void identify(void)
{
	char text[1024];

	sim_options_text(text, sizeof(text));
	log_note("system: simulated unit (vtd-sim), %s", sim.threads ? "by threads" : "by turns");
	log_note("simulated unit: %s", text[0] ? text : "adversarial (all defaults)");
	record_line("machine");
	record_add_text("system", "simulated unit");
	record_add("simulated=1");
	record_line("cpu");
	record_add_text("hypervisor", "vtd-sim");
	record_line("sim");
	record_add_text("options", text[0] ? text : "defaults");
}

int main(int argc, char **argv)
{
	const char *problem;
	enum run_result result;
	char end[RUN_END_BYTES];

	take_words(argc - 1, argv + 1);
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	signal(SIGSEGV, on_signal);
	signal(SIGALRM, on_signal);
	alarm(sim.seconds);
	sim_by_turns = !sim.threads;
	memory_map();
	for (unsigned i = 0; i < SIM_HIGH_COUNT; i++)
		if (memory_is_high[i])
			all_memory[the_handoff.region_count++] =
				(struct memory_region){ SIM_MEMORY | 1ull << memory_high_bits[i],
							SIM_BYTES / PAGE_SIZE, MEMORY_FREE, 0 };
	memory_init(&the_handoff);
	units_init();
	the_handoff.entry_tsc = rdtsc();
	the_handoff.rsdp = firmware_init();
	run_start(&the_handoff);
	turns_init(options.seed);
	machine_start();
	run_print_options();
	run_record();
	identify();
	problem = acpi_init(handoff->rsdp);
	if (!problem)
		problem = pci_init();
	if (problem)
		panic("%s", problem);
	bus_attach();
	run_record_platform(false, 4, memory_total(), pci_count);
	litmus_take_sequences();
	pci_quiesce(true);
	result = litmus_main();
	bus_report();
	run_close(result, end);
	/* A list teaches nothing of the unit, but is all that was asked for. */
	exit(options.run == RUN_LIST && result == RUN_SKIP ? 0 : (int)result);
}
