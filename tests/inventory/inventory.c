/* SPDX-License-Identifier: BSD-2-Clause */
/* The inventory: what firmware and the units say, and what is odd about it. */
#include "tests/inventory/inventory.h"
#include "kernel/firmware/acpi.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/output/saved.h"
#include "kernel/output/log.h"
#include "kernel/firmware/madt.h"
#include "kernel/memory.h"
#include "kernel/paging.h"
#include "kernel/pci.h"
#include "tests/litmus/report.h"
#include "tests/litmus/units_record.h"
#include "vtd/decode.h"
#include "vtd/oddities.h"
#include "vtd/regs.h"

#define UNIT_MAX   64
#define IOAPIC_MAX 64
#define NO_UNIT	   UINT32_MAX

/* Too large for the image, which holds what is zero at first too. */
struct inventory {
	struct oddity_machine machine;
	struct oddity_unit units[UNIT_MAX];
	uint8_t ioapics[IOAPIC_MAX];
	unsigned counts[ODDITY_LOW + 1];
	enum oddity_severity shown;
};

/* The units. */

static void add_unit(struct inventory *v, const struct dmar_structure *drhd)
{
	struct oddity_unit *u = &v->units[v->machine.unit_count++];
	uint64_t base = drhd->register_base, bytes = drhd->register_bytes;

	u->status = vtd_unit_probe(&u->unit, paging_map_mmio(base, bytes), base, bytes);
	u->unit.offset = drhd->offset;
	u->unit.segment = drhd->segment;
	u->unit.include_pci_all = drhd->flags & 1;
}

static void find_units(struct inventory *v)
{
	struct dmar_structure s;
	struct dmar_walk walk;

	v->machine.units = v->units;
	dmar_first(&walk, &v->machine.dmar);
	while (dmar_next(&walk, &s) == DMAR_OK)
		if (s.type == DMAR_DRHD && v->machine.unit_count < UNIT_MAX)
			add_unit(v, &s);
		else if (s.type == DMAR_DRHD)
			log_note("unit at 0x%lx: one too many, left out", s.register_base);
}

static void print_field(unsigned unit, const char *name, const struct vtd_register_field *f)
{
	char words[96], bits[8];

	vtd_field_words(f, words, sizeof(words));
	if (f->bits.high == f->bits.low)
		format_text(bits, sizeof(bits), "%u", f->bits.low);
	else
		format_text(bits, sizeof(bits), "%u:%u", f->bits.high, f->bits.low);
	log_note("unit %u   %s.%s [%s] = 0x%lx  %s%s%s", unit, name, f->name, bits, f->value,
		 f->meaning, words[0] && f->meaning[0] ? ": " : "", words);
}

static void print_register(unsigned unit, const struct vtd_register *r)
{
	struct vtd_register_field field;
	unsigned at = 0;
	char name[32];

	if (r->index < 0)
		format_text(name, sizeof(name), "%s", r->name);
	else
		format_text(name, sizeof(name), "%s%d", r->name, r->index);
	log_note("unit %u 0x%03x %s = 0x%0*lx", unit, r->offset, name, 2 * r->bytes, r->value);
	while (vtd_field_next(r, &at, &field))
		print_field(unit, name, &field);
	if (vtd_unknown_bits(r))
		log_note("unit %u   %s: bits not known here: 0x%lx", unit, name,
			 vtd_unknown_bits(r));
}

static void print_unit(const struct oddity_unit *u, unsigned index)
{
	struct vtd_register_walk walk;
	struct vtd_register r;
	unsigned empty = 0;

	log_note("unit %u: DMAR 0x%04x, base 0x%lx, %lu KiB, segment %u%s: %s", index,
		 u->unit.offset, u->unit.base, u->unit.bytes >> 10, u->unit.segment,
		 u->unit.include_pci_all ? ", INCLUDE_PCI_ALL" : "", vtd_status_text(u->status));
	if (u->status != VTD_OK && u->status != VTD_BAD_OFFSETS) {
		log_note("unit %u: VER %08x, CAP %016lx, ECAP %016lx", index, u->unit.version,
			 u->unit.cap, u->unit.ecap);
		return;
	}
	vtd_register_first(&walk, &u->unit);
	while (vtd_register_next(&walk, &r)) {
		/* There may be 256 of 128 bits, mostly empty. */
		if (r.name[0] == 'F' && r.name[1] == 'R' && !r.value)
			empty++;
		else
			print_register(index, &r);
	}
	log_note("unit %u: %u halves of fault recording registers (FRCD) are 0", index, empty);
}

/* The devices. */

static uint32_t unit_of(const struct inventory *v, const struct pci_function *f)
{
	struct dmar_structure drhd;

	if (dmar_find_unit(&v->machine.dmar, f->segment, f->bus, f->devfn, &units_pci_view,
			   &drhd) != DMAR_OK)
		return NO_UNIT;
	for (uint32_t i = 0; i < v->machine.unit_count; i++)
		if (v->units[i].unit.offset == drhd.offset)
			return i;
	return NO_UNIT;
}

static bool names(const struct dmar_structure *s, const struct pci_function *f)
{
	struct dmar_scopes scopes = s->scopes;
	struct dmar_scope scope;

	while (dmar_next_scope(&scopes, &scope) == DMAR_OK)
		if (dmar_scope_covers(&scope, s->segment, f->bus, f->devfn, &units_pci_view))
			return true;
	return false;
}

static size_t list_rmrrs(const struct inventory *v, const struct pci_function *f, char *text,
			 size_t room)
{
	struct dmar_structure s;
	struct dmar_walk walk;
	size_t n = 0;

	dmar_first(&walk, &v->machine.dmar);
	while (n + 24 < room && dmar_next(&walk, &s) == DMAR_OK)
		if (s.type == DMAR_RMRR && s.segment == f->segment && names(&s, f))
			n += format_text(text + n, room - n, "%s0x%04x",
					 n ? "," : " rmrr=", s.offset);
	return n;
}

static const char *switch_text(const struct pci_function *f, uint16_t id, unsigned on_bit)
{
	unsigned at = pci_extended_capability(f, id);

	/* Both capabilities have their control register at offset 6. */
	return !at ? "none" : pci_read16(f, at + 6) >> on_bit & 1 ? "on" : "off";
}

static void print_device(const struct inventory *v, const struct pci_function *f)
{
	char name[16], unit[16] = "none", behind[24] = "", rmrrs[128] = "";
	uint32_t index = unit_of(v, f);

	if (index != NO_UNIT)
		format_text(unit, sizeof(unit), "%u", index);
	if (f->bridge)
		format_text(behind, sizeof(behind), " buses=%02x-%02x", f->secondary,
			    f->subordinate);
	list_rmrrs(v, f, rmrrs, sizeof(rmrrs));
	log_note("device %s %04x:%04x class=%06x unit=%s bus-master=%s ats=%s pasid=%s flr=%s%s%s",
		 pci_name(f, name), f->vendor, f->device, f->class, unit,
		 f->mastered ? "on" : "off", switch_text(f, PCI_EXT_ATS, 15),
		 switch_text(f, PCI_EXT_PASID, 0), pci_has_flr(f) ? "yes" : "no", behind, rmrrs);
}

/* The reserved memory regions. */

static void print_rmrrs(const struct inventory *v)
{
	struct dmar_structure s;
	struct dmar_walk walk;

	dmar_first(&walk, &v->machine.dmar);
	while (dmar_next(&walk, &s) == DMAR_OK)
		if (s.type == DMAR_RMRR)
			log_note("rmrr 0x%04x 0x%lx to 0x%lx, %lu KiB: memory %s", s.offset, s.base,
				 s.limit, (s.limit - s.base + 1) >> 10,
				 s.limit < s.base ? "none: the limit is below the base"
						  : inventory_memory_text(inventory_memory(
							    handoff, s.base, s.limit)));
}

/* The oddities: how the machine answers the questions of vtd/oddities.c. */

static bool function_at(void *context, unsigned index, uint16_t *segment, uint8_t *bus,
			uint8_t *devfn)
{
	(void)context;
	if (index >= pci_count)
		return false;
	*segment = pci_functions[index].segment;
	*bus = pci_functions[index].bus;
	*devfn = pci_functions[index].devfn;
	return true;
}

static enum oddity_kind kind_at(void *context, uint16_t segment, uint8_t bus, uint8_t devfn)
{
	const struct pci_function *f = pci_find(segment, bus, devfn);

	(void)context;
	if (!f)
		return ODDITY_ABSENT;
	if (f->bridge)
		return ODDITY_BRIDGE;
	return f->class >> 16 == 6 ? ODDITY_EITHER : ODDITY_ENDPOINT;
}

static enum oddity_memory memory_at(void *context, uint64_t base, uint64_t limit)
{
	(void)context;
	return inventory_memory(handoff, base, limit);
}

static void count_oddity(void *context, const struct oddity *o)
{
	((struct inventory *)context)->counts[oddity_severity(o->code)]++;
}

static void print_oddity(void *context, const struct oddity *o)
{
	const struct inventory *v = context;
	char unit[16] = "", function[24] = "", offset[24] = "", value[24] = "";

	if (oddity_severity(o->code) != v->shown)
		return;
	if (o->at_offset)
		format_text(offset, sizeof(offset), " DMAR 0x%04x", o->offset);
	if (o->at_unit)
		format_text(unit, sizeof(unit), " unit %u", o->unit);
	if (o->at_function)
		format_text(function, sizeof(function), " %04x:%02x:%02x.%x", o->segment,
			    o->source_id >> 8, o->source_id >> 3 & 31, o->source_id & 7);
	if (o->has_value)
		format_text(value, sizeof(value), " 0x%lx", o->value);
	log_note("oddity %s%s%s%s: %s%s", oddity_severity_name(oddity_severity(o->code)), offset,
		 unit, function, oddity_text(o->code), value);
	saved_line(v->shown == ODDITY_HIGH, "oddity %s%s%s%s: %s%s",
		   oddity_severity_name(oddity_severity(o->code)), offset, unit, function,
		   oddity_text(o->code), value);
}

/* What is wrong with the table was said when the processors were listed. */
static void find_ioapics(struct inventory *v)
{
	struct acpi_table madt;
	struct madt_walk walk;
	struct madt_entry e;

	v->machine.ioapic_ids = v->ioapics;
	acpi_open(&madt, "APIC", "MADT", MADT_FIXED_BYTES);
	madt_first(&walk, &madt);
	while (madt_next(&walk, &e))
		if (e.type == MADT_IO_APIC && !e.problem.text &&
		    v->machine.ioapic_count < IOAPIC_MAX)
			v->ioapics[v->machine.ioapic_count++] = e.io_apic_id;
}

static void print_oddities(struct inventory *v)
{
	oddities_find(&v->machine, count_oddity, v);
	log_note("oddities: %u HIGH, %u MEDIUM, %u LOW", v->counts[ODDITY_HIGH],
		 v->counts[ODDITY_MEDIUM], v->counts[ODDITY_LOW]);
	for (unsigned severity = ODDITY_HIGH; severity <= ODDITY_LOW; severity++) {
		v->shown = (enum oddity_severity)severity;
		oddities_find(&v->machine, print_oddity, v);
	}
}

static void print_all(struct inventory *v)
{
	const struct acpi_header *table = acpi_find("DMAR", 0);
	struct oddity_machine *m = &v->machine;

	m->opened = dmar_open(&m->dmar, table, table ? table->length : 0);
	m->pci = units_pci_view;
	m->memory = memory_at;
	m->physical_bits = cpuid(0x80000008, 0).eax & 0xff;
	/* With no way to configuration space, a function that is not seen may be there. */
	if (pci_count) {
		m->function = function_at;
		m->kind = kind_at;
	}
	find_ioapics(v);
	log_note("DMAR: %s; processor: %u physical address bits; %u I/O APICs; %u PCI functions",
		 dmar_error_text(m->opened), m->physical_bits, m->ioapic_count, pci_count);
	if (acpi_find("DMAR", 1))
		log_note("DMAR: there is a second table at 0x%lx; the first is used",
			 (uint64_t)acpi_find("DMAR", 1));
	if (m->dmar.length)
		inventory_print_dmar(&m->dmar, &units_pci_view);
	if (table)
		inventory_dump((const uint8_t *)table, table->length);
	if (table)
		units_record_dmar(table);
	find_units(v);
	for (unsigned i = 0; i < m->unit_count; i++)
		print_unit(&v->units[i], i);
	for (unsigned i = 0; i < m->unit_count; i++)
		units_record(&v->units[i].unit, i);
	for (unsigned i = 0; i < pci_count; i++)
		print_device(v, &pci_functions[i]);
	print_rmrrs(v);
	print_oddities(v);
}

enum run_result inventory_run(void)
{
	struct inventory *v = memory_alloc_bytes(sizeof(*v));
	unsigned all = 0;

	report_plan(1, 0);
	if (!v) {
		report_result("inventory", VERDICT_ERROR, "no memory for it", 0, "oddities");
		return report_end();
	}
	print_all(v);
	for (unsigned i = 0; i <= ODDITY_LOW; i++)
		all += v->counts[i];
	report_result("inventory", v->counts[ODDITY_HIGH] ? VERDICT_FAIL : VERDICT_PASS,
		      "there are oddities of high severity", all, "oddities");
	return report_end();
}
