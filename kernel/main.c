/* SPDX-License-Identifier: BSD-2-Clause */
/* From the hand-off to the tests, and the end of a run. */
#include "kernel/acpi.h"
#include "kernel/apic.h"
#include "kernel/cpu.h"
#include "kernel/kernel.h"
#include "kernel/log.h"
#include "kernel/memory.h"
#include "kernel/paging.h"
#include "kernel/pci.h"
#include "kernel/serial.h"
#include "kernel/smp.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "kernel/traps.h"

struct handoff *handoff;
struct options options;

#define DEBUG_EXIT_PORT 0xf4 /* QEMU's isa-debug-exit: its status is value << 1 | 1 */

_Noreturn void kernel_end(enum run_result result)
{
	static const char *const words[] = { "pass", "fail", "skip" };
	static bool ended;

	/* A trap on the way out must not end the run a second time. */
	if (__atomic_exchange_n(&ended, true, __ATOMIC_SEQ_CST))
		cpu_stop();
	log_printf("VTDL-END v1 %s\n", words[result]);
	serial_drain();
	interrupts_off();
	switch (options.on_done) {
	case ON_DONE_EXIT:
		outl(DEBUG_EXIT_PORT, 0x10 + result);
		break;
	case ON_DONE_REBOOT:
		handoff->reset_system(0, 0, 0, NULL);
		break;
	case ON_DONE_OFF:
		handoff->reset_system(2, 0, 0, NULL);
		break;
	}
	cpu_stop();
}

static void ignore_complaint(const char *word, const char *accepted)
{
	(void)word;
	(void)accepted;
}

static void print_complaint(const char *word, const char *accepted)
{
	if (accepted)
		log_note("option %s: ignored (accepted: %s)", word, accepted);
	else
		log_note("option %s: ignored: there is no such option (run=list prints them)",
			 word);
}

static void read_options(void (*complain)(const char *, const char *))
{
	options = option_defaults;
	options.seed = handoff->entry_tsc;
	options_parse(&options, handoff->config, complain);
	options_parse(&options, handoff->load_options, complain);
}

static void print_options(void)
{
	log_note("options: \"%s\"; %s%s", handoff->load_options,
		 handoff->config_path ? "read " : "no vtd-litmus.cfg",
		 handoff->config_path ? handoff->config_path : "");
	if (handoff->note)
		log_note("boot: %s", handoff->note);
	read_options(print_complaint);
}

/* A part of the machine without which nothing can be measured. */
static void need(const char *what_is_wrong)
{
	if (!what_is_wrong)
		return;
	log_printf("KTAP version 1\n1..1\nnot ok 1 machine\n# %s\n", what_is_wrong);
	log_printf("VTDL-RESULT machine fail 0 torn\n");
	kernel_end(RUN_FAIL);
}

_Noreturn void kernel_main(struct handoff *from_boot)
{
	const char *problem, *reference;

	handoff = from_boot;
	/* The console first, so options are read once in silence and once aloud. */
	read_options(ignore_complaint);
	serial_open(options.console);
	log_printf("\nVTDL-START v1 build=%s seed=%lu\n", handoff->build_id, options.seed);
	print_options();
	need(memory_init(handoff) ? NULL : "no free memory of 16 MiB below 4 GiB");
	need(paging_init(handoff) ? NULL : "no memory for page tables");
	traps_init_cpu(0);
	need(acpi_init(handoff->rsdp));
	reference = time_init();
	problem = smp_init(options.x2apic);
	if (problem)
		log_note("processors: %s", problem);
	problem = pci_init();
	if (problem && options.run == RUN_INVENTORY)
		log_note("pci: %s", problem);
	else
		need(problem);
	log_note("machine: %u processors, x2APIC %s, %lu MiB of memory, TSC %lu MHz by %s, %u PCI "
		 "functions",
		 smp_count, apic_is_x2apic() ? "on" : "off", memory_total() >> 20,
		 time_hz() / 1000000, reference ? reference : "a guess (no timer answers)",
		 pci_count);
	if (options.run != RUN_INVENTORY) /* it touches nothing */
		log_note("pci: bus mastering was on for %u functions; now off for all",
			 pci_quiesce());
	kernel_end(litmus_main());
}
