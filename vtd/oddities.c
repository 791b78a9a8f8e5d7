/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is odd about the DMAR table itself, and about what it leaves out. The units are in
 * oddities_units.c.
 */
#include "vtd/oddities_search.h"
#include "vtd/regs.h"

#define PAGE_BYTES 4096

enum {
	FLAGS_KNOWN = DMAR_INTR_REMAP | DMAR_X2APIC_OPT_OUT | DMAR_DMA_CTRL_PLATFORM_OPT_IN,
	RESERVED_FROM = 38, /* of the table's header, up to 48 */
	RESERVED_TO = 48,
	FLAG_FIRST = 1 << 0, /* the only flag of a DRHD, ATSR or SATC */
};

static void at_offset(const struct oddity_search *s, enum oddity_code code, uint32_t offset)
{
	oddity_report(s, (struct oddity){ .code = code, .at_offset = true, .offset = offset });
}

static void at_offset_value(const struct oddity_search *s, enum oddity_code code, uint32_t offset,
			    uint64_t value)
{
	oddity_report(s, (struct oddity){ .code = code,
					  .at_offset = true,
					  .offset = offset,
					  .has_value = true,
					  .value = value });
}

/* The table as a whole. */

static uint8_t sum(const struct dmar *dmar)
{
	uint8_t total = 0;

	for (size_t i = 0; i < dmar->length; i++)
		total += dmar->table[i];
	return total;
}

static void check_header(const struct oddity_search *s)
{
	const struct dmar *dmar = &s->m->dmar;

	if (s->m->opened == DMAR_BAD_CHECKSUM)
		at_offset_value(s, ODD_CHECKSUM, 9, sum(dmar));
	if (dmar->flags & ~FLAGS_KNOWN)
		at_offset_value(s, ODD_RESERVED_BITS, 37, dmar->flags & ~FLAGS_KNOWN);
	for (uint32_t i = RESERVED_FROM; i < RESERVED_TO; i++)
		if (dmar->table[i])
			at_offset_value(s, ODD_RESERVED_BITS, i, dmar->table[i]);
	/* Section 8.1: "valid only when the INTR_REMAP field (bit 0) is Set". */
	if (dmar->flags & DMAR_X2APIC_OPT_OUT)
		at_offset(s, dmar->flags & DMAR_INTR_REMAP ? ODD_X2APIC_OPT_OUT : ODD_OPT_OUT_VOID,
			  37);
	if (dmar->flags & DMAR_DMA_CTRL_PLATFORM_OPT_IN)
		at_offset(s, ODD_PLATFORM_OPT_IN, 37);
	if (s->m->physical_bits && dmar->host_address_width > s->m->physical_bits)
		at_offset_value(s, ODD_WIDTH_PROCESSOR, 36, dmar->host_address_width);
}

/*
 * Whether a DRHD before offset `end` (0: anywhere) has the register base.
 */
static bool has_drhd_at(const struct dmar *dmar, uint64_t base, uint32_t end)
{
	struct dmar_structure d;
	struct dmar_walk walk;

	dmar_first(&walk, dmar);
	while (dmar_next(&walk, &d) == DMAR_OK && (!end || d.offset < end))
		if (d.type == DMAR_DRHD && d.register_base == base)
			return true;
	return false;
}

/* Whether a scope of `type` with this id is anywhere before the first malformed one. */
static bool has_scope(const struct dmar *dmar, enum dmar_scope_type type, uint8_t id)
{
	struct dmar_structure d;
	struct dmar_scope scope;
	struct dmar_walk walk;

	dmar_first(&walk, dmar);
	while (dmar_next(&walk, &d) == DMAR_OK)
		while (dmar_next_scope(&d.scopes, &scope) == DMAR_OK)
			if (scope.type == type && scope.enumeration_id == id)
				return true;
	return false;
}

static bool has_andd(const struct dmar *dmar, uint8_t number)
{
	struct dmar_structure d;
	struct dmar_walk walk;

	dmar_first(&walk, dmar);
	while (dmar_next(&walk, &d) == DMAR_OK)
		if (d.type == DMAR_ANDD && d.acpi_device_number == number)
			return true;
	return false;
}

/* One structure. */

static void check_drhd(const struct oddity_search *s, const struct dmar_structure *drhd)
{
	const struct dmar *dmar = &s->m->dmar;
	struct dmar_structure other;
	struct dmar_walk walk;

	if (dmar->table[drhd->offset + 5] & 0xf0)
		at_offset_value(s, ODD_RESERVED_BITS, drhd->offset + 5,
				dmar->table[drhd->offset + 5] & 0xf0);
	if (!drhd->register_base)
		at_offset(s, ODD_DRHD_ZERO, drhd->offset);
	else if (has_drhd_at(dmar, drhd->register_base, drhd->offset))
		at_offset_value(s, ODD_DRHD_SHARED, drhd->offset, drhd->register_base);
	if (drhd->register_base % PAGE_BYTES)
		at_offset_value(s, ODD_DRHD_UNALIGNED, drhd->offset, drhd->register_base);
	if (!(drhd->flags & FLAG_FIRST) && drhd->scopes.at == drhd->scopes.end)
		at_offset(s, ODD_DRHD_OWNS_NOTHING, drhd->offset);
	dmar_first(&walk, dmar);
	while (dmar_next(&walk, &other) == DMAR_OK && other.offset < drhd->offset) {
		if (other.type != DMAR_DRHD || other.segment != drhd->segment ||
		    !(other.flags & FLAG_FIRST))
			continue;
		if (drhd->flags & FLAG_FIRST)
			at_offset_value(s, ODD_REST_TWICE, drhd->offset, drhd->segment);
		else
			at_offset(s, ODD_REST_NOT_LAST, drhd->offset);
		break;
	}
}

/* Section 8.4: the memory map must have it as reserved. */
static void check_memory(const struct oddity_search *s, const struct dmar_structure *rmrr)
{
	switch (s->m->memory(s->m->context, rmrr->base, rmrr->limit)) {
	case ODDITY_MEMORY_RESERVED:
		break;
	case ODDITY_MEMORY_FREE:
		at_offset_value(s, ODD_RMRR_FREE, rmrr->offset, rmrr->base);
		break;
	case ODDITY_MEMORY_UNLISTED:
		at_offset_value(s, ODD_RMRR_UNLISTED, rmrr->offset, rmrr->base);
		break;
	case ODDITY_MEMORY_OCCUPIED:
		at_offset_value(s, ODD_RMRR_OCCUPIED, rmrr->offset, rmrr->base);
		break;
	}
}

static void check_rmrr(const struct oddity_search *s, const struct dmar_structure *rmrr)
{
	struct dmar_structure other;
	struct dmar_walk walk;

	if (rmrr->limit < rmrr->base) {
		at_offset_value(s, ODD_RMRR_LIMIT, rmrr->offset, rmrr->limit);
		return;
	}
	if (rmrr->base % PAGE_BYTES || (rmrr->limit + 1) % PAGE_BYTES)
		at_offset(s, ODD_RMRR_UNALIGNED, rmrr->offset);
	if (!rmrr->base)
		at_offset(s, ODD_RMRR_ZERO, rmrr->offset);
	if (s->m->memory)
		check_memory(s, rmrr);
	dmar_first(&walk, &s->m->dmar);
	while (dmar_next(&walk, &other) == DMAR_OK && other.offset < rmrr->offset)
		if (other.type == DMAR_RMRR && other.base <= rmrr->limit &&
		    rmrr->base <= other.limit)
			at_offset_value(s, ODD_RMRR_OVERLAP, rmrr->offset, other.offset);
}

static void check_pci_scope(const struct oddity_search *s, const struct dmar_structure *in,
			    const struct dmar_scope *scope, uint32_t offset)
{
	struct oddity o = {
		.at_offset = true, .offset = offset, .at_function = true, .segment = in->segment
	};
	enum oddity_kind kind;
	uint8_t bus, devfn;

	if (!s->m->kind)
		return;
	if (!dmar_scope_end(scope, in->segment, &s->m->pci, &bus, &devfn)) {
		at_offset(s, ODD_PATH_BROKEN, offset);
		return;
	}
	o.source_id = (uint16_t)(bus << 8 | devfn);
	kind = s->m->kind(s->m->context, in->segment, bus, devfn);
	if (kind == ODDITY_ABSENT)
		o.code = ODD_SCOPE_ABSENT;
	else if (scope->type == DMAR_SCOPE_ENDPOINT && kind == ODDITY_BRIDGE)
		o.code = ODD_ENDPOINT_IS_BRIDGE;
	else if (scope->type == DMAR_SCOPE_BRIDGE && kind == ODDITY_ENDPOINT)
		o.code = ODD_BRIDGE_IS_ENDPOINT;
	else
		return;
	oddity_report(s, o);
}

static void check_scope(const struct oddity_search *s, const struct dmar_structure *in,
			const struct dmar_scope *scope, uint32_t offset)
{
	switch (scope->type) {
	case DMAR_SCOPE_ENDPOINT:
	case DMAR_SCOPE_BRIDGE:
		check_pci_scope(s, in, scope, offset);
		break;
	case DMAR_SCOPE_ACPI:
		if (!has_andd(&s->m->dmar, scope->enumeration_id))
			at_offset_value(s, ODD_ACPI_WITHOUT_ANDD, offset, scope->enumeration_id);
		/* fall through */
	case DMAR_SCOPE_IOAPIC:
	case DMAR_SCOPE_HPET:
		if (!scope->hops)
			at_offset(s, ODD_PATH_BROKEN, offset);
		break;
	default:
		at_offset_value(s, ODD_UNKNOWN_SCOPE, offset, scope->type);
	}
	/* Only in an SIDP are they device properties (section 8.9). */
	if (in->type != DMAR_SIDP && scope->flags)
		at_offset_value(s, ODD_RESERVED_BITS, offset + 2, scope->flags);
	if (scope->reserved)
		at_offset_value(s, ODD_RESERVED_BITS, offset + 3, scope->reserved);
}

static void check_scopes(const struct oddity_search *s, const struct dmar_structure *in)
{
	struct dmar_scopes scopes = in->scopes;
	struct dmar_scope scope;
	enum dmar_error error;
	uint32_t offset = scopes.offset;

	while ((error = dmar_next_scope(&scopes, &scope)) == DMAR_OK) {
		check_scope(s, in, &scope, offset);
		offset = scopes.offset;
	}
	if (error != DMAR_END)
		at_offset(s, ODD_MALFORMED_SCOPE, offset);
}

/* Of a structure's fixed part, sections 8.4 to 8.9: all that are reserved "must be initialized to 0" (8.1). */
static void check_reserved_bytes(const struct oddity_search *s, const struct dmar_structure *in)
{
	static const struct {
		uint8_t from, to;
	} bytes[] = {
		[DMAR_RMRR] = { 4, 6 }, [DMAR_ATSR] = { 5, 6 }, [DMAR_RHSA] = { 4, 8 },
		[DMAR_ANDD] = { 4, 7 }, [DMAR_SATC] = { 5, 6 }, [DMAR_SIDP] = { 4, 6 },
	};
	const uint8_t *at = s->m->dmar.table + in->offset;

	if (in->type >= sizeof(bytes) / sizeof(bytes[0]))
		return;
	for (uint32_t i = bytes[in->type].from; i < bytes[in->type].to; i++)
		if (at[i])
			at_offset_value(s, ODD_RESERVED_BITS, in->offset + i, at[i]);
}

static void check_structure(const struct oddity_search *s, const struct dmar_structure *in)
{
	switch (in->type) {
	case DMAR_DRHD:
		check_drhd(s, in);
		break;
	case DMAR_RMRR:
		check_rmrr(s, in);
		break;
	case DMAR_RHSA:
		if (!has_drhd_at(&s->m->dmar, in->register_base, 0))
			at_offset_value(s, ODD_RHSA_NO_UNIT, in->offset, in->register_base);
		break;
	case DMAR_ANDD:
		if (!in->acpi_name)
			at_offset(s, ODD_ANDD_NAME, in->offset);
		if (!has_scope(&s->m->dmar, DMAR_SCOPE_ACPI, in->acpi_device_number))
			at_offset_value(s, ODD_ANDD_WITHOUT_ACPI, in->offset,
					in->acpi_device_number);
		break;
	case DMAR_ATSR:
	case DMAR_SATC:
	case DMAR_SIDP:
		break;
	default:
		at_offset_value(s, ODD_UNKNOWN_TYPE, in->offset, in->type);
	}
	if (in->flags & ~FLAG_FIRST)
		at_offset_value(s, ODD_RESERVED_BITS, in->offset + 4, in->flags & ~FLAG_FIRST);
	check_reserved_bytes(s, in);
	check_scopes(s, in);
}

/* Returns whether the table has a unit, and can be read to its end. */
static bool check_structures(const struct oddity_search *s)
{
	struct dmar_structure in;
	struct dmar_walk walk;
	enum dmar_error error;
	uint16_t highest = 0;
	bool units = false;

	dmar_first(&walk, &s->m->dmar);
	while ((error = dmar_next(&walk, &in)) == DMAR_OK) {
		/* Section 8.1: "in numerical order". */
		if (in.type < highest)
			at_offset_value(s, ODD_ORDER, in.offset, in.type);
		else
			highest = in.type;
		units |= in.type == DMAR_DRHD;
		check_structure(s, &in);
	}
	if (error != DMAR_END)
		at_offset(s, ODD_MALFORMED, walk.offset);
	if (!units)
		at_offset(s, ODD_NO_DRHD, RESERVED_TO);
	return units && error == DMAR_END;
}

/* What no unit looks after. */

/* The first unit of `segment`, or the first of those that have INCLUDE_PCI_ALL. Offset 0: none. */
static uint32_t first_unit(const struct dmar *dmar, uint16_t segment, bool of_rest)
{
	struct dmar_structure d;
	struct dmar_walk walk;

	dmar_first(&walk, dmar);
	while (dmar_next(&walk, &d) == DMAR_OK)
		if (d.type == DMAR_DRHD && d.segment == segment &&
		    (!of_rest || d.flags & FLAG_FIRST))
			return d.offset;
	return 0;
}

/* What is plugged in there later is behind no unit, whatever is there now. */
static void check_segments(const struct oddity_search *s)
{
	struct dmar_structure d;
	struct dmar_walk walk;

	dmar_first(&walk, &s->m->dmar);
	while (dmar_next(&walk, &d) == DMAR_OK)
		if (d.type == DMAR_DRHD && first_unit(&s->m->dmar, d.segment, false) == d.offset &&
		    !first_unit(&s->m->dmar, d.segment, true))
			at_offset_value(s, ODD_NO_REST, d.offset, d.segment);
}

static void check_owners(const struct oddity_search *s)
{
	struct dmar_structure drhd;
	uint16_t segment;
	uint8_t bus, devfn;

	for (unsigned i = 0;
	     s->m->function && s->m->function(s->m->context, i, &segment, &bus, &devfn); i++)
		if (dmar_find_unit(&s->m->dmar, segment, bus, devfn, &s->m->pci, &drhd) == DMAR_END)
			oddity_report(s,
				      (struct oddity){ .code = ODD_FUNCTION_UNOWNED,
						       .at_function = true,
						       .segment = segment,
						       .source_id = (uint16_t)(bus << 8 | devfn) });
	for (unsigned i = 0; s->m->dmar.flags & DMAR_INTR_REMAP && i < s->m->ioapic_count; i++)
		if (!has_scope(&s->m->dmar, DMAR_SCOPE_IOAPIC, s->m->ioapic_ids[i]))
			oddity_report(s, (struct oddity){ .code = ODD_IOAPIC_UNSCOPED,
							  .has_value = true,
							  .value = s->m->ioapic_ids[i] });
}

void oddities_find(const struct oddity_machine *machine,
		   void (*found)(void *context, const struct oddity *oddity), void *context)
{
	struct oddity_search s = { machine, found, context };

	if (machine->opened == DMAR_NO_TABLE) {
		oddity_report(&s, (struct oddity){ .code = ODD_NO_TABLE });
		return;
	}
	if (machine->opened != DMAR_OK && machine->opened != DMAR_BAD_CHECKSUM) {
		at_offset(&s, ODD_TABLE_UNREADABLE, 0);
		return;
	}
	check_header(&s);
	if (check_structures(&s)) {
		check_segments(&s);
		check_owners(&s);
	}
	oddities_of_units(&s);
}
