/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/setup.h"
#include "kernel/firmware/acpi.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "kernel/memory.h"
#include "kernel/paging.h"
#include "kernel/output/record.h"
#include "kernel/smp.h"
#include "kernel/traps.h"
#include "kernel/watchdog.h"
#include "tests/litmus/ats.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/invalidation.h"
#include "tests/inventory/hidden.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/report.h"
#include "tests/litmus/traits.h"
#include "vtd/dmar.h"
#include "vtd/entry.h"
#include "vtd/pagetable.h"
#include "vtd/regs.h"

#define UNIT_MAX 64
#define SETUP_MS 20000 /* for a unit, for a device: deadline= comes on top */

static struct vtd_unit units[UNIT_MAX];
static enum vtd_status unit_status[UNIT_MAX];
static bool left_alone[UNIT_MAX];
static unsigned unit_count;
static struct dmar dmar;
static struct dma_device devices[BENCH_MAX];
static uint64_t *bases[UNIT_MAX]; /* root tables, legacy mode: what must stay mapped, and no more */
static bool reserved[UNIT_MAX];	  /* whether that is anything */

static bool bridge(void *context, uint16_t segment, uint8_t bus, uint8_t devfn, uint8_t *secondary,
		   uint8_t *subordinate)
{
	const struct pci_function *f = pci_find(segment, bus, devfn);

	(void)context;
	if (!f || !f->bridge)
		return false;
	*secondary = f->secondary;
	*subordinate = f->subordinate;
	return true;
}

const struct dmar_pci setup_pci_view = { bridge, NULL };

void setup_record_unit(const struct vtd_unit *u, unsigned index)
{
	record_begin();
	record_line("unit");
	record_add("n=%u base=0x%lx ver=0x%x cap=0x%lx ecap=0x%lx segment=%u all=%u gsts=0x%x "
		   "pmen=0x%x",
		   index, u->base, u->version, u->cap, u->ecap, u->segment, u->include_pci_all,
		   u->found_gsts, u->found_pmen);
	record_end();
}

static void log_unit(const struct vtd_unit *u, unsigned index)
{
	char levels[32] = "";
	size_t n = 0;

	for (unsigned l = 3; l <= 5; l++)
		if (vtd_unit_has_levels(u, l))
			n += format_text(levels + n, sizeof(levels) - n, "%s%u", n ? "/" : "",
					 12 + 9 * l);
	report_highlight("unit %u at 0x%lx: VER %lu.%lu, CAP %016lx, ECAP %016lx", index, u->base,
			 field_of(u->version, VER_MAX), field_of(u->version, VER_MIN), u->cap,
			 u->ecap);
	log_note("unit %u: %s-bit second stage, %s, %s, %u domain ids, %lu fault registers%s%s",
		 index, n ? levels : "no",
		 field_of(u->ecap, ECAP_QI) ? "queued invalidation" : "register invalidation",
		 u->coherent ? "coherent" : "not coherent", vtd_unit_domain_ids(u),
		 field_of(u->cap, CAP_NFR) + 1,
		 field_of(u->ecap, ECAP_SMTS) ? ", scalable mode" : "",
		 field_of(u->cap, CAP_CM) ? ", caching mode" : "");
	setup_record_unit(u, index);
	if (u->found_gsts & (G_TE | G_IRE | G_QIE) || u->found_pmen & PMEN_PRS)
		log_note("unit %u: firmware left on:%s%s%s%s (GSTS %08x)", index,
			 u->found_gsts & G_TE ? " translation" : "",
			 u->found_gsts & G_IRE ? " interrupt remapping" : "",
			 u->found_gsts & G_QIE ? " queued invalidation" : "",
			 u->found_pmen & PMEN_PRS ? " protected memory" : "", u->found_gsts);
}

/* The 4 series chipsets (GM45, G45, Q45 ...) need it without saying so in CAP.RWBF. */
static bool has_write_buffer_quirk(void)
{
	const struct pci_function *host = pci_find(0, 0, 0);

	return host && host->vendor == 0x8086 &&
	       (host->device == 0x2a40 || (host->device & 0xff8f) == 0x2e00 ||
		host->device == 0x2e90);
}

static void add_unit(const struct dmar_structure *drhd)
{
	struct vtd_unit *u = &units[unit_count];
	uint64_t bytes = drhd->register_bytes;
	enum vtd_status status = vtd_unit_probe(u, paging_map_mmio(drhd->register_base, bytes),
						drhd->register_base, bytes);

	/* Tables older than the size field (or wrong ones): the unit itself knows better. */
	if (status == VTD_BAD_OFFSETS) {
		bytes = u->needs;
		log_note("unit %u: CAP and ECAP speak of 0x%lx bytes of registers, the DMAR table "
			 "of 0x%lx: "
			 "as the unit says",
			 unit_count, bytes, drhd->register_bytes);
		status = vtd_unit_probe(u, paging_map_mmio(drhd->register_base, bytes),
					drhd->register_base, bytes);
	}
	u->offset = drhd->offset;
	u->segment = drhd->segment;
	u->include_pci_all = drhd->flags & 1;
	u->buffers_writes |= has_write_buffer_quirk();
	if (status == VTD_OK)
		log_unit(u, unit_count);
	unit_status[unit_count++] = status;
}

/* The unit that the DMAR table gives for a function, usable or not; NULL if none. */
static struct vtd_unit *owner_of(const struct pci_function *f)
{
	struct dmar_structure drhd;

	if (dmar_find_unit(&dmar, f->segment, f->bus, f->devfn, &setup_pci_view, &drhd) != DMAR_OK)
		return NULL;
	for (unsigned i = 0; i < unit_count; i++)
		if (units[i].offset == drhd.offset)
			return &units[i];
	return NULL;
}

/*
 * Whether nothing but display controllers is behind it. Firmware's picture may be fetched through
 * such a unit, and nothing that we test is there.
 */
static bool is_for_graphics(const struct vtd_unit *unit)
{
	bool any = false;

	for (unsigned i = 0; i < pci_count; i++) {
		if (owner_of(&pci_functions[i]) != unit)
			continue;
		if (pci_functions[i].class >> 16 != PCI_CLASS_DISPLAY)
			return false;
		any = true;
	}
	return any;
}

static void take_over(unsigned index)
{
	struct vtd_unit *u = &units[index];

	if (unit_status[index] == VTD_OK && !options.graphics && is_for_graphics(u)) {
		log_note("unit %u: only graphics is behind it: left alone (graphics=1 takes it, "
			 "too)",
			 index);
		left_alone[index] = true;
		return;
	}
	if (unit_status[index] == VTD_OK)
		unit_status[index] = vtd_unit_take_over(u);
	if (unit_status[index] != VTD_OK)
		log_note("unit %u at 0x%lx (DMAR offset 0x%x): not usable: %s", index, u->base,
			 u->offset, vtd_status_text(unit_status[index]));
}

void setup_record_dmar(const struct acpi_header *table)
{
	const uint8_t *bytes = (const uint8_t *)table;
	/* No DMAR table is longer, but a length may be anything. */
	uint32_t length = table->length < 65536 ? table->length : 65536;

	record_begin();
	for (uint32_t at = 0; at < length; at += 16) {
		char hex[33] = "";

		if (at % 128 == 0) {
			record_line("dmar");
			record_add("at=%u hex=", at);
		}
		for (uint32_t i = 0; i < 16 && at + i < length; i++)
			format_text(hex + 2 * i, 3, "%02x", bytes[at + i]);
		record_append(hex);
	}
	record_end();
}

static const char *remark_on_region(const struct dmar_structure *s)
{
	uint64_t base = s->base & ~(PAGE_SIZE - 1);

	return s->limit < s->base ? ": its limit is below its base (firmware bug)"
	       : memory_is(base, s->limit - base + 1, MEMORY_RESERVED)
		       ? ""
		       : ": not in reserved memory (firmware bug)";
}

/* The DMAR table and its units, none of them touched yet. NULL, or why there is no list of units. */
static const char *read_dmar(void)
{
	const struct acpi_header *table = acpi_find("DMAR", 0);
	enum dmar_error error;
	struct dmar_structure s;
	struct dmar_walk walk;

	if (!table)
		return "firmware gives no DMAR table: VT-d is absent, or turned off in firmware "
		       "setup";
	setup_record_dmar(table);
	error = dmar_open(&dmar, table, table->length);
	if (error == DMAR_BAD_CHECKSUM)
		log_note("DMAR: %s; used all the same", dmar_error_text(error));
	else if (error != DMAR_OK)
		return dmar_error_text(error);
	dmar_first(&walk, &dmar);
	while ((error = dmar_next(&walk, &s)) == DMAR_OK) {
		if (s.type == DMAR_DRHD && unit_count < UNIT_MAX)
			add_unit(&s);
		else if (s.type == DMAR_RMRR)
			log_note("RMRR 0x%lx to 0x%lx%s", s.base, s.limit, remark_on_region(&s));
	}
	if (error != DMAR_END) {
		log_note("DMAR: at offset 0x%x: %s", walk.offset, dmar_error_text(error));
		return "the DMAR table is malformed";
	}
	return unit_count ? NULL : "the DMAR table lists no remapping unit (DRHD)";
}

static void take_over_all(void *usable)
{
	for (unsigned i = 0; i < unit_count; i++) {
		take_over(i);
		*(unsigned *)usable += unit_status[i] == VTD_OK && !left_alone[i];
	}
}

/* The same, NULL also if it is not usable. */
static struct vtd_unit *unit_of(const struct pci_function *f)
{
	struct vtd_unit *unit = owner_of(f);

	return unit && unit_status[unit - units] == VTD_OK && !left_alone[unit - units] ? unit
											: NULL;
}

/* The RMRR that is kept for this function (section 8.4); false: there is none. */
static bool find_region(const struct pci_function *f, struct dmar_structure *region)
{
	struct dmar_walk walk;
	struct dmar_scope scope;

	dmar_first(&walk, &dmar);
	while (dmar_next(&walk, region) == DMAR_OK) {
		if (region->type != DMAR_RMRR)
			continue;
		while (dmar_next_scope(&region->scopes, &scope) == DMAR_OK)
			if (dmar_scope_covers(&scope, region->segment, f->bus, f->devfn,
					      &setup_pci_view))
				return true;
	}
	return false;
}

/* Why a region cannot be mapped by this unit; NULL: it can. */
static const char *unmappable(const struct vtd_unit *unit, const struct dmar_structure *region)
{
	if (region->limit < region->base)
		return "its limit is below its base";
	if (region->limit >> vtd_unit_width(unit))
		return "it is beyond the unit's addresses";
	return NULL;
}

/*
 * Devices with reserved memory regions (RMRRs) behind `unit` keep them, mapped to themselves: some
 * firmware code goes on using them (section 8.4). One domain serves all. NULL, or what went wrong.
 */
static const char *map_reserved_regions(struct vtd_unit *unit)
{
	const uint16_t domain = 3;
	unsigned levels = vtd_unit_any_levels(unit);
	struct dmar_walk walk;
	struct dmar_structure s;
	struct dmar_scope scope;
	struct vtd_table table = { 0 };

	dmar_first(&walk, &dmar);
	while (dmar_next(&walk, &s) == DMAR_OK) {
		const char *problem = s.type == DMAR_RMRR ? unmappable(unit, &s) : NULL;

		if (s.type != DMAR_RMRR)
			continue;
		while (dmar_next_scope(&s.scopes, &scope) == DMAR_OK)
			for (unsigned i = 0; i < pci_count; i++) {
				const struct pci_function *f = &pci_functions[i];
				uint64_t from = s.base & ~(PAGE_SIZE - 1), *entry;
				char name[16];

				if (unit_of(f) != unit ||
				    !dmar_scope_covers(&scope, s.segment, f->bus, f->devfn,
						       &setup_pci_view))
					continue;
				if (problem) {
					log_note("RMRR 0x%lx to 0x%lx of %s: not mapped: %s",
						 s.base, s.limit, pci_name(f, name), problem);
					continue;
				}
				if (!table.root && !vtd_table_new(&table, unit, levels))
					return "no memory for the tables of reserved regions";
				entry = vtd_context_entry(unit, f->bus, f->devfn);
				if (!entry || !vtd_table_map(&table, from, from,
							     (s.limit - from) / PAGE_SIZE + 1))
					return "no memory for the tables of reserved regions";
				reserved[unit - units] = true;
				field_set(entry, CONTEXT_AW, aw_of_levels(levels));
				field_set(entry, CONTEXT_DID, domain);
				field_set(entry, CONTEXT_SSPTPTR, (uint64_t)table.root >> 12);
				field_set(entry, CONTEXT_P, 1);
				vtd_flush(unit, entry, 16);
			}
	}
	return NULL;
}

/* NULL, or what it lacks; *status: what became of it, once it was told to. */
static const char *enable(struct vtd_unit *unit, enum vtd_status *status)
{
	static const uint8_t how[] = {
		[INVALIDATION_AUTO] = VTD_QUEUED_OR_REGISTER,
		[INVALIDATION_QUEUED] = VTD_QUEUED_ONLY,
		[INVALIDATION_REGISTER] = VTD_REGISTER_ONLY,
	};
	const char *problem;

	if (unit->translating)
		return NULL;
	if (!vtd_unit_any_levels(unit))
		return vtd_status_text(VTD_NO_LEGACY);
	if (!bases[unit - units])
		bases[unit - units] = memory_alloc(1);
	unit->root_table = bases[unit - units];
	unit->scalable = false;
	if (!unit->root_table)
		return "no memory for its tables";
	problem = map_reserved_regions(unit);
	if (problem)
		return problem;
	*status = vtd_unit_enable(unit, how[options.invalidation]);
	return NULL;
}

static const uint64_t *base_of(const struct vtd_unit *unit)
{
	return bases[unit - units];
}

/*
 * Back to the unit's base tables, which lead this device nowhere. NULL, or what went wrong; *is_wrong: the
 * unit did not do what it was told.
 */
static const char *choose_base(struct vtd_unit *unit, bool *is_wrong)
{
	enum vtd_status status = VTD_OK;
	const char *problem = NULL;

	if (!unit->translating || unit->root_table == base_of(unit))
		problem = enable(unit, &status);
	else
		status = vtd_unit_set_root(unit, bases[unit - units], false);
	*is_wrong = status == VTD_TIMEOUT || status == VTD_QUEUE_ERROR;
	return problem || status == VTD_OK ? problem : status_text(unit, status);
}

/* A device whose own memory is reserved needs it mapped while it works, and the tables under test do not. */
static const char *region_in_the_way(const struct pci_function *f)
{
	static char text[120];
	struct dmar_structure region;

	if (!find_region(f, &region))
		return NULL;
	format_text(text, sizeof(text),
		    "firmware keeps memory for it (RMRR 0x%lx to 0x%lx), which the tables under "
		    "test would not map",
		    region.base, region.limit);
	return text;
}

static void build_targets(struct bench *b)
{
	for (unsigned id = 0; id < TARGET_COUNT; id++) {
		b->lacks[id] = target_build(&b->targets[id], (enum target_id)id, b->unit, b->device,
					    b->source_id, b->ats.usable, base_of(b->unit));
		if (!b->lacks[id] && b->targets[id].scalable && reserved[b->unit - units])
			b->lacks[id] = "the unit's devices have reserved memory regions, which are "
				       "kept mapped in legacy mode only";
		if (!b->lacks[id] && b->targets[id].scalable && !b->unit->queue.descriptors)
			b->lacks[id] =
				"scalable mode needs queued invalidation, which is not in use";
	}
}

/* NULL, or why this device cannot be used. *is_wrong: the DMAR table is, or what the unit records. */
static const char *open_bench(struct bench *b, unsigned driver_cpu, bool *is_wrong)
{
	struct dma_device *d = b->device;
	uint32_t driver_id = smp_processors[driver_cpu].apic_id;
	const char *problem;
	unsigned first = 0;

	/* What a device translates itself is nothing that the unit did. */
	if (pci_ats_enabled(d->function)) {
		log_note("device %02x:%02x.%u: firmware left ATS on; turned off", d->function->bus,
			 d->function->devfn >> 3, d->function->devfn & 7u);
		pci_ats_off(d->function);
		if (pci_ats_enabled(d->function))
			return "its ATS cannot be turned off";
	}
	b->driver_apic = driver_id;
	problem = choose_base(b->unit, is_wrong);
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
	if (!option_dma_allows(options.dma, g->name, d->function, named))
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
		record_add("unit=%u", (unsigned)(b->unit - units));
	record_end();
	if (problem)
		log_note("device %s: refused: %s", describe(d), problem);
	else
		log_note("device %s: behind unit %u%s%s", describe(d), (unsigned)(b->unit - units),
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
			     .unit = unit_of(f),
			     .unit_index = (unsigned)(unit_of(f) - units),
			     .traits.is_qemu = traits_is_qemu(),
			     .updater_cpu = updater_cpu,
			     .seed = options.seed | 1 };
	o.problem = region_in_the_way(f);
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

static void open_generator(struct setup *setup, const struct dma_generator *generator,
			   setup_wanted wanted, unsigned updater_cpu)
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
		if (!why && !unit_of(f))
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
			log_note("  its link was down for a moment; no other %s port is tried: "
				 "dma=%s@BUS:DEVICE.FUNCTION names one",
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

void setup_list_devices(setup_wanted wanted)
{
	for (size_t g = 0; g < dma_generator_count; g++)
		list_devices(dma_generators[g], wanted);
}

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
	const char *hidden = hidden_devices(pci_functions, pci_count, &dmar);

	if (setup->refused)
		return "no test device: what dma= and tests= allow was refused, see above";
	/* Then tests= is what is wrong, and the run says so. */
	if (setup->unwanted)
		return NULL;
	if (setup->excluded)
		return "no test device: those that are here are excluded by dma= (run=list shows "
		       "them)";
	format_text(text, sizeof(text),
		    "no test device: none of the DMA generators that this kernel knows is here%s%s",
		    hidden ? "; " : "", hidden ? hidden : "");
	return text;
}

void setup_machine(struct setup *setup, setup_wanted wanted)
{
	const char *problem = read_dmar();
	unsigned usable = 0;
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
	watchdog_run("the take-over of the remapping units",
		     (uint64_t)unit_count * SETUP_MS + options.deadline_ms, take_over_all, &usable);
	if (!usable) {
		fail(setup, "no remapping unit of the DMAR table is usable", true);
		return;
	}
	if (!memory_window()) {
		fail(setup, "no 2 MiB of free memory below 1 GiB to send DMA to", true);
		return;
	}
	for (size_t i = 0; i < dma_generator_count; i++)
		open_generator(setup, dma_generators[i], wanted, (unsigned)updater);
	if (!setup->bench_count)
		fail(setup, no_device(setup), false);
}

void setup_undo(void)
{
	for (unsigned i = 0; i < unit_count; i++)
		if (unit_status[i] == VTD_OK && units[i].translating)
			vtd_unit_disable(&units[i]);
}
