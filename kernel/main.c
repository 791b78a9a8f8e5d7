/* SPDX-License-Identifier: BSD-2-Clause */
/* From the hand-off to the tests, and the end of a run. */
#include "kernel/firmware/acpi.h"
#include "kernel/apic.h"
#include "kernel/output/console.h"
#include "kernel/output/console_find.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/firmware/identity.h"
#include "kernel/output/saved.h"
#include "kernel/ioapic.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "kernel/memory.h"
#include "kernel/paging.h"
#include "kernel/pci.h"
#include "kernel/output/record.h"
#include "kernel/run.h"
#include "kernel/output/screen.h"
#include "kernel/smp.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"
#include "kernel/traps.h"
#include "kernel/watchdog.h"

#define DEBUG_EXIT_PORT 0xf4 /* QEMU's isa-debug-exit: its status is value << 1 | 1 */
#define DEBUG_EXIT_BASE 0x10 /* and the run's result */

/* The chipset's reset control register, the keyboard controller's command, UEFI's reset types (2.10, 8.5.1). */
#define RESET_PORT	     0xcf9
#define RESET_SYSTEM	     (1 << 1)
#define RESET_CPU	     (1 << 2)
#define KEYBOARD_COMMAND     0x64
#define KEYBOARD_PULSE_RESET 0xfe
#define EFI_RESET_COLD	     0
#define EFI_RESET_SHUTDOWN   2

static char summary[1024] = "the run did not come to its end\n";

void kernel_summary(const char *text)
{
	format_text(summary, sizeof(summary), "%s", text);
}

/* Where the results went besides the serial consoles; NULL: nowhere, there was no need. */
static const char *keep(const char *verdict)
{
	bool has_reader = console_has_reader();
	const char *problem;

	/* A list is no result. */
	if (options.save == SAVE_NEVER || options.run == RUN_LIST ||
	    (options.save == SAVE_AUTO && has_reader)) {
		/* An earlier run's, which could be written nowhere, are in this log now. */
		if (handoff->saved && !handoff->saved_to && has_reader)
			saved_clear();
		return NULL;
	}
	problem = saved_write(verdict);
	return problem ? problem
		       : "results are kept in UEFI variables; the next start adds them to \\vtd-litmus-results.txt";
}

static void show_verdict(enum run_result result, const char *kept)
{
	static const char *const words[] = {
		[RUN_PASS] = "PASS", [RUN_FAIL] = "FAIL", [RUN_SKIP] = "SKIP"
	};
	static const enum colour colours[] = {
		[RUN_PASS] = COLOUR_GREEN, [RUN_FAIL] = COLOUR_RED, [RUN_SKIP] = COLOUR_AMBER
	};
	static char text[1600];

	format_text(text, sizeof(text),
		    "vtd-litmus %s  seed %lu  %s\noptions: %s%s%s\n\n%s\n%s%s%s\n",
		    handoff->build_id, options.seed, handoff->date, handoff->load_options,
		    handoff->load_options[0] && run_config_words()[0] ? " " : "",
		    run_config_words(), summary, kept ? kept : "", kept ? "\n" : "",
		    options.on_done == ON_DONE_HALT ? "The machine can be switched off." : "");
	screen_verdict(words[result], colours[result], text);
}

static void ask_firmware(void *type)
{
	handoff->firmware.reset_system((uint32_t)(uint64_t)type, 0, 0, NULL);
}

/*
 * By firmware; where that returns or traps, by the chipset's reset control register, the keyboard
 * controller, and a triple fault, as Linux goes on: a machine of a rack must come back.
 */
static void restart(bool off)
{
	static const uint8_t no_idt[10];

	trap_guard(ask_firmware, (void *)(uint64_t)(off ? EFI_RESET_SHUTDOWN : EFI_RESET_COLD),
		   true);
	if (off)
		return;
	outb(RESET_PORT, RESET_SYSTEM);
	time_delay_us(50);
	outb(RESET_PORT, RESET_SYSTEM | RESET_CPU);
	time_delay_us(100000);
	outb(KEYBOARD_COMMAND, KEYBOARD_PULSE_RESET);
	time_delay_us(100000);
	__asm__ volatile("lidt %0; int3" : : "m"(no_idt));
}

_Noreturn void kernel_end(enum run_result result)
{
	static bool ended;
	const char *kept;
	char end[RUN_END_BYTES];

	/* A trap on the way out must not end the run a second time. */
	if (__atomic_exchange_n(&ended, true, __ATOMIC_SEQ_CST))
		cpu_stop();
	interrupts_off();
	watchdog_stop();
	console_find(&options); /* where the run ended before it had one */
	if (trap_foreign_nmis)
		log_note("%u NMIs came that were not sent from here (a BMC, a button, a bus error)",
			 trap_foreign_nmis);
	if (trap_strays.count)
		log_note(
			"%u interrupts came that nobody here asked for; the first: vector 0x%x, at APIC id %u",
			trap_strays.count, trap_strays.vector, trap_strays.apic_id);
	run_close(result, end);
	console_drain();
	pci_messages_off_all();
	/* Where firmware hangs in what comes next, the verdict is there to be read. */
	show_verdict(result, NULL);
	kept = keep(end);
	if (kept)
		show_verdict(result, kept);
	switch (options.on_done) {
	case ON_DONE_EXIT:
		outl(DEBUG_EXIT_PORT, DEBUG_EXIT_BASE + result);
		break;
	case ON_DONE_REBOOT:
		restart(false);
		break;
	case ON_DONE_OFF:
		restart(true);
		break;
	}
	cpu_stop();
}

/* What an earlier run kept, line by line. */
static void print_saved(void)
{
	const char *at = handoff->saved;
	char line[200];

	if (!at)
		return;
	log_note("an earlier run's results, kept in UEFI variables%s%s:",
		 handoff->saved_to ? ", now added to " : "",
		 handoff->saved_to ? handoff->saved_to : " (no volume to write them to)");
	while (*at) {
		size_t n = 0;

		for (; *at && *at != '\n'; at++)
			if (n < sizeof(line) - 1)
				line[n++] = *at >= ' ' && *at <= '~' ? *at : '?';
		line[n] = 0;
		at += *at == '\n';
		log_note("  earlier: %s", line);
	}
}

/* A part of the machine without which nothing can be measured. */
static void need(const char *what_is_wrong)
{
	if (!what_is_wrong)
		return;
	log_printf("KTAP version 1\n1..1\nnot ok 1 machine\n# %s\n", what_is_wrong);
	log_printf("VTDL-RESULT machine fail 0 tests\n");
	record_plan(1, 0, false);
	record_test(1, "machine", RECORD_FAIL, false, 0, "tests", what_is_wrong);
	record_add("class=error");
	kernel_summary(what_is_wrong);
	kernel_end(RUN_FAIL);
}

static void open_screen(void)
{
	char title[128];

	format_text(title, sizeof(title), " vtd-litmus %s   seed %lu   %s", handoff->build_id,
		    options.seed, handoff->date);
	if (options.screen && screen_open(&handoff->framebuffer, title))
		return;
	handoff->framebuffer.base = 0;
}

static void describe_outputs(void)
{
	const struct framebuffer *f = &handoff->framebuffer;

	console_describe();
	if (f->base)
		log_note("console: screen of %u x %u at 0x%lx", f->width, f->height, f->base);
	else
		log_note("console: no screen");
}

_Noreturn void kernel_main(struct handoff *from_boot)
{
	const char *problem, *reference, *acpi_problem, *pci_problem;
	bool is_whole;

	run_start(from_boot);
	write_cr4(read_cr4() & ~CR4_UNWANTED);
	need(memory_init(handoff) ? NULL : "no free memory of 16 MiB below 4 GiB");
	need(paging_init(handoff) ? NULL : "no memory for page tables");
	traps_init_cpu(0);
	acpi_problem = acpi_init(handoff->rsdp);
	pci_problem = pci_init();
	console_find(&options);
	open_screen();
	log_note("started %s", handoff->date[0] ? handoff->date : "at an unknown time");
	run_print_options();
	describe_outputs();
	print_saved();
	run_record();
	identity_describe();
	need(acpi_problem);
	reference = time_init();
	problem = smp_init(options.x2apic, watchdog_tick_here);
	if (problem)
		log_note("processors: %s", problem);
	if (pci_problem && options.run == RUN_INVENTORY)
		log_note("pci: %s", pci_problem);
	else
		need(pci_problem);
	log_note(
		"machine: %u processors, x2APIC %s, %u-level paging, %lu MiB of memory, TSC %lu MHz by %s, %u PCI functions",
		smp_count, apic_is_x2apic() ? "on" : "off", paging_levels(), memory_total() >> 20,
		time_hz() / 1000000, reference ? reference : "a guess (no timer answers)",
		pci_count);
	run_record_platform(apic_is_x2apic(), paging_levels(), memory_total(), pci_count);
	is_whole = litmus_take_sequences();
	if (is_whole && !options.refused && options.run != RUN_INVENTORY &&
	    options.run != RUN_LIST) {
		log_note(
			"pci: bus mastering was on for %u functions; now off for all that were found",
			pci_quiesce(!options.graphics));
		ioapic_mask_all();
		watchdog_init();
	}
	/* Where only this is found, the machine did not come to the end. */
	keep("the run was cut before its end");
	kernel_end(litmus_main());
}
