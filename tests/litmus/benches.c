/* SPDX-License-Identifier: BSD-2-Clause */
/* Benches: each device that may be used, behind its unit, proven, and with the tables of every target. */
#include "tests/litmus/benches.h"
#include "kernel/cpu.h"
#include "kernel/dma/choice.h"
#include "kernel/kernel.h"
#include "kernel/lib/format.h"
#include "kernel/memory.h"
#include "kernel/output/log.h"
#include "kernel/output/record.h"
#include "kernel/smp.h"
#include "kernel/traps.h"
#include "kernel/watchdog.h"
#include "tests/litmus/ats.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/interrupt.h"
#include "tests/litmus/invalidation.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/traits.h"
#include "tests/litmus/units.h"

static struct dma_device devices[BENCH_MAX];

static void build_targets(struct bench *b)
{
	for (unsigned id = 0; id < TARGET_COUNT; id++) {
		b->lacks[id] = target_build(&b->targets[id], (enum target_id)id, b->unit, b->device,
					    b->source_id, b->ats.usable, units_base(b->unit));
		if (!b->lacks[id] && b->targets[id].scalable && units_keep_regions(b->unit))
			b->lacks[id] =
				"the unit's devices have reserved memory regions, which are kept mapped in legacy mode only";
		if (!b->lacks[id] && b->targets[id].scalable && !b->unit->queue.descriptors)
			b->lacks[id] =
				"scalable mode needs queued invalidation, which is not in use";
		if (!b->lacks[id] && target_is_of_interrupts(&b->targets[id]))
			b->lacks[id] = interrupt_lacks(b);
	}
}

/* NULL, or why this device cannot be used. *is_wrong: the DMAR table is, or what the unit records. */
static const char *open_bench(struct bench *b, unsigned driver_cpu, bool *is_wrong)
{
	struct dma_device *d = b->device;
	uint32_t driver_id = smp_processors[driver_cpu].apic_id;
	const char *problem;
	struct vtd_unit *units;
	unsigned unit_count, first = 0;

	/* What a device translates itself is nothing that the unit did. */
	if (pci_ats_enabled(d->function)) {
		log_note("device %02x:%02x.%u: firmware left ATS on; turned off", d->function->bus,
			 d->function->devfn >> 3, d->function->devfn & 7u);
		pci_ats_off(d->function);
		if (pci_ats_enabled(d->function))
			return "its ATS cannot be turned off";
	}
	b->driver_apic = driver_id;
	problem = units_choose_base(b->unit, is_wrong);
	if (!problem)
		problem = d->generator->open(d);
	if (problem)
		return problem;
	if (target_address() & ~d->address_mask)
		return "it cannot address the memory that its DMA is sent to";
	/* What firmware left at work in it ends before its bus mastering goes on. */
	d->generator->stop(d);
	/* It may have put another in its place: a virtual function, whose unit is the same (8.3). */
	b->source_id = (uint16_t)(d->function->bus << 8 | d->function->devfn);
	units = units_all(&unit_count);
	problem = ownership_find(b, units, unit_count, is_wrong);
	if (problem)
		return problem;
	ats_examine(b);
	build_targets(b);
	while (first < TARGET_COUNT && b->lacks[first])
		first++;
	if (first == TARGET_COUNT)
		return b->lacks[TARGET_CONTEXT];
	problem = engine_choose(b, &b->targets[first]);
	if (!problem)
		problem = ownership_prove(b);
	if (!problem && !d->only_beside)
		traits_probe(b);
	/* It was trusted a moment ago: what in the unit broke? The simplest tables tell most. */
	if (!problem && b->disproof)
		problem = invalidation_find(b);
	*is_wrong = b->disproof;
	if (problem || b->disproof)
		return problem ? problem : b->disproof;
	if (options.fault_interrupt) {
		if (driver_id > 255)
			return "the fault event cannot be sent to an APIC id above 255";
		bench_use_interrupt(b, (uint8_t)driver_id, VECTOR_VTD_FAULT);
	}
	return NULL;
}

/* "nvme 00:03.0 (1b36:0010)"; of a network port also the model and the MAC address. */
static const char *describe(const struct dma_device *d)
{
	static char text[96];
	char name[16], more[48] = "";

	if (d->generator->describe)
		d->generator->describe(d, more, sizeof(more));
	format_text(text, sizeof(text), "%s %s (%04x:%04x%s)", d->generator->name,
		    pci_name(d->function, name), d->function->vendor, d->function->device, more);
	return text;
}

enum stance { STANCE_TRY, STANCE_EXCLUDED, STANCE_UNWANTED, STANCE_REFUSED };

/* What is to be done with a device, as far as options and reading tell; *why, if it is not tried. */
static enum stance stance_on(struct dma_device *d, setup_wanted wanted, bool *named,
			     const char **why)
{
	const struct dma_generator *g = d->generator;

	*why = "excluded by dma=";
	if (!dma_choice_allows(options.dma, g->name, d->function, named))
		return STANCE_EXCLUDED;
	*why = "left alone: tests= names no test of it";
	if (!wanted(g->name))
		return STANCE_UNWANTED;
	*why = g->refuses ? g->refuses(d) : NULL;
	return *why ? STANCE_REFUSED : STANCE_TRY;
}

static void report_device(const struct dma_device *d, const struct bench *b, const char *problem)
{
	char name[16];

	record_begin();
	record_line("device");
	record_add("name=%s at=%s id=%04x:%04x", d->generator->name, pci_name(d->function, name),
		   d->function->vendor, d->function->device);
	if (problem)
		record_add_text("why", problem);
	else
		record_add("unit=%u", units_index(b->unit));
	record_end();
	if (problem)
		log_note("device %s: refused: %s", describe(d), problem);
	else
		log_note("device %s: behind unit %u%s%s", describe(d), units_index(b->unit),
			 d->evidence ? "; " : "", d->evidence ? d->evidence : "");
}

/* One device, opened under the watchdog. */
struct opening {
	struct bench *bench;
	const char *problem;
	unsigned driver_cpu;
	bool is_wrong, ended;
};

static void open_watched(void *argument)
{
	struct opening *o = argument;

	if (options.breakage == BREAK_SETUP)
		for (;;)
			cpu_pause();
	o->problem = open_bench(o->bench, o->driver_cpu, &o->is_wrong);
	/* Until it is to work: a virtual function that stays on takes its port's queues, for one. */
	o->bench->device->generator->stop(o->bench->device);
	o->ended = true;
}

/* NULL, or why the device is not used: then it is stopped, and its bus mastering is off. */
static const char *open_device(struct setup *setup, struct bench *b, struct dma_device *d,
			       unsigned updater_cpu)
{
	struct opening o = { .bench = b, .driver_cpu = setup->driver_cpu };
	struct misowned *m = &setup->misowned[setup->misowned_count];
	const struct pci_function *f = d->function;

	*b = (struct bench){ .device = d,
			     .unit = units_of(f),
			     .unit_index = units_index(units_of(f)),
			     .traits.is_qemu = traits_is_qemu(),
			     .updater_cpu = updater_cpu,
			     .seed = options.seed | 1 };
	o.problem = units_region_in_the_way(f);
	if (o.problem)
		return o.problem;
	watchdog_run("the set-up of a device", SETUP_MS + options.deadline_ms, open_watched, &o);
	pci_bus_master(d->function, false);
	if (!o.ended)
		return "its set-up did not end within its deadline, and was cut off";
	if (o.is_wrong && setup->misowned_count < BENCH_MAX) {
		setup->misowned_count++;
		format_text(m->name, sizeof(m->name), "%s", d->generator->name);
		format_text(m->why, sizeof(m->why), "%s", o.problem);
	}
	return o.problem;
}

void benches_open(struct setup *setup, const struct dma_generator *generator, setup_wanted wanted,
		  unsigned updater_cpu)
{
	for (unsigned i = 0; i < pci_count && setup->bench_count < BENCH_MAX; i++) {
		const struct pci_function *f = &pci_functions[i];
		struct bench *b = &setup->benches[setup->bench_count];
		struct dma_device *d = &devices[setup->bench_count];
		enum stance stance;
		const char *why;
		bool named;

		if (!generator->matches(f))
			continue;
		*d = (struct dma_device){ .generator = generator, .function = f };
		stance = stance_on(d, wanted, &named, &why);
		setup->excluded += stance == STANCE_EXCLUDED;
		setup->unwanted += stance == STANCE_UNWANTED;
		if (stance == STANCE_UNWANTED)
			log_note("device %s: %s", describe(d), why);
		if (stance == STANCE_EXCLUDED || stance == STANCE_UNWANTED)
			continue;
		if (!why && !units_of(f))
			why = "no usable remapping unit owns it";
		if (why) {
			setup->refused++;
			report_device(d, b, why);
			continue;
		}
		why = open_device(setup, b, d, updater_cpu);
		report_device(d, b, why);
		if (!why) {
			setup->bench_count++;
			return; /* one of each kind */
		}
		setup->refused++;
		if (f->class >> 16 == PCI_CLASS_NETWORK && !named) {
			log_note(
				"  its link was down for a moment; no other %s port is tried: dma=%s@BUS:DEVICE.FUNCTION names one",
				generator->name, generator->name);
			return;
		}
	}
}

static void list_devices(const struct dma_generator *generator, setup_wanted wanted)
{
	bool is_first = true;

	for (unsigned i = 0; i < pci_count; i++) {
		struct dma_device d = { .generator = generator, .function = &pci_functions[i] };
		enum stance stance;
		const char *why;
		bool named;

		if (!generator->matches(d.function))
			continue;
		stance = stance_on(&d, wanted, &named, &why);
		log_note("device %s: %s%s", describe(&d),
			 stance == STANCE_REFUSED ? "refused: " : "",
			 why	    ? why
			 : is_first ? "would be used"
				    : "not used: another of its kind comes first");
		is_first &= stance != STANCE_TRY;
	}
}

void benches_list(setup_wanted wanted)
{
	for (size_t g = 0; g < dma_generator_count; g++)
		list_devices(dma_generators[g], wanted);
}
