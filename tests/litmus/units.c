/* SPDX-License-Identifier: BSD-2-Clause */
/* The remapping units that the DMAR table lists: found, taken over, with tables that keep reserved memory mapped. */
#include "tests/litmus/units.h"
#include "kernel/kernel.h"
#include "kernel/lib/format.h"
#include "kernel/memory.h"
#include "kernel/output/log.h"
#include "kernel/paging.h"
#include "kernel/watchdog.h"
#include "tests/litmus/regions.h"
#include "tests/litmus/report.h"
#include "tests/litmus/status.h"
#include "tests/litmus/units_record.h"
#include "vtd/regs.h"
#include "vtd/switch.h"

#define UNIT_MAX 64

static struct vtd_unit units[UNIT_MAX];
static unsigned unit_count;

/* Of each: what became of it, and its own root table in legacy mode, which maps what must stay mapped and no more. */
static struct {
	enum vtd_status status;
	bool left_alone;
	bool keeps_regions;
	uint64_t *base;
} about[UNIT_MAX];

static struct dmar dmar;

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
	units_record(u, index);
	if (u->found_gsts & (GCMD_TE | GCMD_IRE | GCMD_QIE) || u->found_pmen & PMEN_PRS)
		log_note("unit %u: firmware left on:%s%s%s%s (GSTS %08x)", index,
			 u->found_gsts & GCMD_TE ? " translation" : "",
			 u->found_gsts & GCMD_IRE ? " interrupt remapping" : "",
			 u->found_gsts & GCMD_QIE ? " queued invalidation" : "",
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
		log_note(
			"unit %u: CAP and ECAP speak of 0x%lx bytes of registers, the DMAR table of 0x%lx: as the unit says",
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
	about[unit_count++].status = status;
}

/* The unit that the DMAR table gives for a function, usable or not; NULL if none. */
static struct vtd_unit *owner_of(const struct pci_function *f)
{
	struct dmar_structure drhd;

	if (dmar_find_unit(&dmar, f->segment, f->bus, f->devfn, &units_pci_view, &drhd) != DMAR_OK)
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

	if (about[index].status == VTD_OK && !options.graphics && is_for_graphics(u)) {
		log_note(
			"unit %u: only graphics is behind it: left alone (graphics=1 takes it, too)",
			index);
		about[index].left_alone = true;
		return;
	}
	if (about[index].status == VTD_OK)
		about[index].status = vtd_unit_take_over(u);
	if (about[index].status != VTD_OK)
		log_note("unit %u at 0x%lx (DMAR offset 0x%x): not usable: %s", index, u->base,
			 u->offset, vtd_status_text(about[index].status));
}

/* The DMAR table and its units, none of them touched yet. NULL, or why there is no list of units. */
const char *units_read(void)
{
	const struct acpi_header *table = acpi_find("DMAR", 0);
	enum dmar_error error;
	struct dmar_structure s;
	struct dmar_walk walk;

	if (!table)
		return "firmware gives no DMAR table: VT-d is absent, or turned off in firmware setup";
	units_record_dmar(table);
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
			log_note("RMRR 0x%lx to 0x%lx%s", s.base, s.limit, region_remark(&s));
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
		*(unsigned *)usable += about[i].status == VTD_OK && !about[i].left_alone;
	}
}

struct vtd_unit *units_of(const struct pci_function *f)
{
	struct vtd_unit *unit = owner_of(f);

	return unit && about[unit - units].status == VTD_OK && !about[unit - units].left_alone
		       ? unit
		       : NULL;
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
	if (!about[unit - units].base)
		about[unit - units].base = memory_alloc(1);
	unit->root_table = about[unit - units].base;
	unit->scalable = false;
	if (!unit->root_table)
		return "no memory for its tables";
	problem = regions_map(&dmar, unit, units_of, &about[unit - units].keeps_regions);
	if (problem)
		return problem;
	*status = vtd_unit_enable(unit, how[options.invalidation]);
	return NULL;
}

const uint64_t *units_base(const struct vtd_unit *unit)
{
	return about[unit - units].base;
}

bool units_keep_regions(const struct vtd_unit *unit)
{
	return about[unit - units].keeps_regions;
}

unsigned units_index(const struct vtd_unit *unit)
{
	return (unsigned)(unit - units);
}

struct vtd_unit *units_all(unsigned *count)
{
	*count = unit_count;
	return units;
}

const struct dmar *units_dmar(void)
{
	return &dmar;
}

unsigned units_take_over(void)
{
	unsigned usable = 0;

	watchdog_run("the take-over of the remapping units",
		     (uint64_t)unit_count * SETUP_MS + options.deadline_ms, take_over_all, &usable);
	return usable;
}

/*
 * Back to the unit's base tables, which lead this device nowhere. NULL, or what went wrong; *is_wrong: the
 * unit did not do what it was told.
 */
const char *units_choose_base(struct vtd_unit *unit, bool *is_wrong)
{
	enum vtd_status status = VTD_OK;
	const char *problem = NULL;

	if (!unit->translating || unit->root_table == units_base(unit))
		problem = enable(unit, &status);
	else
		status = vtd_unit_set_root(unit, about[unit - units].base, false);
	*is_wrong = status == VTD_TIMEOUT || status == VTD_QUEUE_ERROR;
	return problem || status == VTD_OK ? problem : status_text(unit, status);
}

const char *units_region_in_the_way(const struct pci_function *f)
{
	return region_in_the_way(&dmar, f);
}

void units_undo(void)
{
	for (unsigned i = 0; i < unit_count; i++)
		if (about[i].status == VTD_OK && units[i].translating)
			vtd_unit_disable(&units[i]);
}
