/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run needs, one after the other: units, two processors, memory, devices. */
#include "tests/litmus/setup.h"
#include "kernel/kernel.h"
#include "kernel/lib/format.h"
#include "kernel/memory.h"
#include "kernel/output/log.h"
#include "kernel/output/record.h"
#include "kernel/smp.h"
#include "tests/inventory/hidden.h"
#include "tests/litmus/benches.h"
#include "tests/litmus/traits.h"
#include "tests/litmus/units.h"

/* The boot processor, or the one asked for; -1 if it is not there. */
static int choose_driver(void)
{
	unsigned asked = options.driver_cpu < 0 ? 0 : (unsigned)options.driver_cpu;

	return asked < smp_count && smp_start(asked) ? (int)asked : -1;
}

/*
 * Start a processor to rewrite: the one asked for; else one of another core than the driver's, of
 * the same kind where there are several; else of another core; else any. -1 if there is none or none
 * answers.
 */
static int choose_updater(unsigned driver)
{
	for (unsigned pass = options.updater_cpu >= 0 ? 2 : 0; pass < 3; pass++)
		for (unsigned i = 0; i < smp_count; i++) {
			if (i == driver || smp_processors[i].failed ||
			    (pass < 2 && smp_same_core(driver, i)) ||
			    (options.updater_cpu >= 0 && (unsigned)options.updater_cpu != i))
				continue;
			if (!smp_start(i)) {
				log_note("processor %u (APIC id %u) does not start", i,
					 smp_processors[i].apic_id);
				continue;
			}
			if (pass || smp_processors[i].core_type == smp_processors[driver].core_type)
				return (int)i;
		}
	return -1;
}

static void fail(struct setup *setup, const char *problem, bool is_wrong)
{
	setup->problem = problem;
	setup->is_wrong = is_wrong;
}

static const char *no_device(const struct setup *setup)
{
	static char text[384];
	const char *hidden = hidden_devices(pci_functions, pci_count, units_dmar());

	if (setup->refused)
		return "no test device: what dma= and tests= allow was refused, see above";
	/* Then tests= is what is wrong, and the run says so. */
	if (setup->unwanted)
		return NULL;
	if (setup->excluded)
		return "no test device: those that are here are excluded by dma= (run=list shows them)";
	format_text(text, sizeof(text),
		    "no test device: none of the DMA generators that this kernel knows is here%s%s",
		    hidden ? "; " : "", hidden ? hidden : "");
	return text;
}

void setup_machine(struct setup *setup, setup_wanted wanted)
{
	const char *problem = units_read();
	int driver, updater;

	if (problem) {
		fail(setup, problem, true);
		return;
	}
	if (smp_count < 2) {
		fail(setup, "one processor only: nobody can rewrite while another drives DMA",
		     false);
		return;
	}
	driver = choose_driver();
	if (driver < 0) {
		fail(setup, "driver-cpu= names no processor that answers", true);
		return;
	}
	updater = choose_updater((unsigned)driver);
	if (updater < 0) {
		fail(setup,
		     options.updater_cpu >= 0 ? "updater-cpu= names no other processor that answers"
					      : "no other processor answers to INIT-SIPI-SIPI",
		     true);
		return;
	}
	setup->driver_cpu = (unsigned)driver;
	log_note("driver: processor %d (APIC id %u)%s; updater: processor %d (APIC id %u)%s%s",
		 driver, smp_processors[driver].apic_id, smp_core_name((unsigned)driver), updater,
		 smp_processors[updater].apic_id, smp_core_name((unsigned)updater),
		 smp_same_core((unsigned)driver, (unsigned)updater) ? ", a thread of the same core"
								    : "");
	record_begin();
	record_line("pair");
	record_add("model=%s", traits_is_qemu() ? "qemu" : "spec");
	record_add("driver=%d driver_apic=%u updater=%d updater_apic=%u same_core=%u", driver,
		   smp_processors[driver].apic_id, updater, smp_processors[updater].apic_id,
		   smp_same_core((unsigned)driver, (unsigned)updater));
	record_end();
	if (!units_take_over()) {
		fail(setup, "no remapping unit of the DMAR table is usable", true);
		return;
	}
	if (!memory_window()) {
		fail(setup, "no 2 MiB of free memory below 1 GiB to send DMA to", true);
		return;
	}
	for (size_t i = 0; i < dma_generator_count; i++)
		benches_open(setup, dma_generators[i], wanted, (unsigned)updater);
	if (!setup->bench_count)
		fail(setup, no_device(setup), false);
}
