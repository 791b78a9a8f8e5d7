/* SPDX-License-Identifier: BSD-2-Clause */
/* The MADT: processors and interrupt controllers. */
#include "kernel/firmware/madt.h"
#include "kernel/firmware/acpi_bytes.h"

enum {
	ENTRY_HEADER_BYTES = 2, /* type, length */
	LOCAL_APIC_BYTES = 8,
	IO_APIC_BYTES = 12,
	LOCAL_X2APIC_BYTES = 16,

	/* Messages to these ids go to every processor: they are nobody's. */
	XAPIC_BROADCAST = 0xff,
	XAPIC_LAST = 0xfe,
};
#define X2APIC_BROADCAST 0xffffffff

static uint8_t fixed_bytes(uint8_t type)
{
	return type == MADT_LOCAL_APIC	   ? LOCAL_APIC_BYTES
	       : type == MADT_IO_APIC	   ? IO_APIC_BYTES
	       : type == MADT_LOCAL_X2APIC ? LOCAL_X2APIC_BYTES
					   : ENTRY_HEADER_BYTES;
}

static void read_fields(struct madt_entry *e, const uint8_t *p)
{
	switch (e->type) {
	case MADT_LOCAL_APIC:
		e->uid = p[2];
		e->apic_id = p[3];
		e->flags = acpi_get32(p + 4);
		if (e->apic_id == XAPIC_BROADCAST && e->flags & MADT_ENABLED)
			e->problem = table_problem(
				"an enabled processor has APIC id 0xff, which is that of all",
				e->offset + 3);
		break;
	case MADT_IO_APIC:
		e->io_apic_id = p[2];
		e->io_apic_address = acpi_get32(p + 4);
		e->interrupt_base = acpi_get32(p + 8);
		break;
	case MADT_LOCAL_X2APIC:
		e->apic_id = acpi_get32(p + 4);
		e->flags = acpi_get32(p + 8);
		e->uid = acpi_get32(p + 12);
		if (e->apic_id == X2APIC_BROADCAST && e->flags & MADT_ENABLED)
			e->problem = table_problem(
				"an enabled processor has x2APIC id 0xffffffff, which is that of all",
				e->offset + 4);
		break;
	}
}

void madt_first(struct madt_walk *walk, const struct acpi_table *madt)
{
	walk->madt = madt;
	walk->offset = MADT_FIXED_BYTES;
}

bool madt_next(struct madt_walk *walk, struct madt_entry *out)
{
	const struct acpi_table *madt = walk->madt;
	uint32_t offset = walk->offset, left;
	const uint8_t *p;

	*out = (struct madt_entry){ .offset = offset };
	if (offset >= madt->length)
		return false;
	left = madt->length - offset;
	p = madt->bytes + offset;
	walk->offset = madt->length;
	if (left < ENTRY_HEADER_BYTES) {
		out->problem = table_problem("one byte is left, too few for an entry", offset);
		return true;
	}
	out->type = p[0];
	out->length = p[1];
	if (out->length < ENTRY_HEADER_BYTES) {
		out->problem = table_problem(
			"an entry has length 0 or 1: what is behind it cannot be found",
			offset + 1);
		return true;
	}
	if (out->length > left) {
		out->problem = table_problem("an entry runs past the end of the table", offset + 1);
		return true;
	}
	walk->offset = offset + out->length;
	if (out->length < fixed_bytes(out->type))
		out->problem = table_problem("an entry is shorter than its fixed part: skipped",
					     offset + 1);
	else
		read_fields(out, p);
	return true;
}

static bool is_among(uint32_t id, const uint32_t *ids, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

struct madt_processors madt_list(const struct acpi_table *madt, uint32_t boot_id, uint32_t *ids,
				 unsigned room, void (*complain)(struct table_problem problem))
{
	struct madt_processors found = { .count = 1 };
	struct madt_walk walk;
	struct madt_entry e;

	ids[0] = boot_id;
	madt_first(&walk, madt);
	while (madt_next(&walk, &e)) {
		if (e.problem.text) {
			complain(e.problem);
			continue;
		}
		if (e.type != MADT_LOCAL_APIC && e.type != MADT_LOCAL_X2APIC)
			continue;
		if (!(e.flags & MADT_ENABLED)) {
			found.online_capable += !!(e.flags & MADT_ONLINE_CAPABLE);
			continue;
		}
		found.beyond_xapic |= e.apic_id > XAPIC_LAST;
		/* A processor may be listed as both types (section 5.2.12.12). */
		if (is_among(e.apic_id, ids, found.count))
			continue;
		if (found.count == room)
			found.left_out++;
		else
			ids[found.count++] = e.apic_id;
	}
	return found;
}
