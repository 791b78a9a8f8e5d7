/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DMAR table for people and for iasl. In the lines, `key=value` words are as they stand in the
 * table, but that in texts a byte that is no character is `?`; what follows in parentheses is this
 * kernel's reading of them.
 */
#include "kernel/firmware/acpi.h"
#include "kernel/lib/format.h"
#include "kernel/output/log.h"
#include "kernel/lib/string.h"
#include "tests/inventory/inventory.h"

#define DUMP_MOST (64u << 10) /* a length above that is not believed */

static const char *const scope_names[] = {
	"?", "endpoint", "bridge", "I/O APIC", "HPET", "ACPI device",
};

/* Up to `room` - 1 characters, those that would disturb the line as '?'. */
static const char *printable(char *text, size_t room, const char *from, size_t length)
{
	size_t n = 0;

	for (; n < length && n + 1 < room && from[n]; n++)
		text[n] = from[n] >= ' ' && from[n] < 0x7f && from[n] != '"' ? from[n] : '?';
	text[n] = 0;
	return text;
}

static void print_header(const struct dmar *dmar)
{
	const struct acpi_header *h = (const void *)dmar->table;
	char oem[8], oem_table[12], creator[8];
	uint8_t f = dmar->flags;

	log_note(
		"dmar 0x0000 DMAR length=%u revision=%u checksum=0x%02x oem-id=\"%s\" oem-table-id=\"%s\" oem-revision=0x%x creator-id=\"%s\" creator-revision=0x%x host-address-width=0x%02x flags=0x%02x  (%u bits%s%s%s)",
		h->length, h->revision, h->checksum,
		printable(oem, sizeof(oem), h->oem, sizeof(h->oem)),
		printable(oem_table, sizeof(oem_table), h->oem_table, sizeof(h->oem_table)),
		h->oem_revision,
		printable(creator, sizeof(creator), (const char *)dmar->table + 28, 4),
		h->creator_revision, dmar->table[36], f, dmar->host_address_width,
		f & DMAR_INTR_REMAP ? ", INTR_REMAP" : "",
		f & DMAR_X2APIC_OPT_OUT ? ", X2APIC_OPT_OUT" : "",
		f & DMAR_DMA_CTRL_PLATFORM_OPT_IN ? ", DMA_CTRL_PLATFORM_OPT_IN" : "");
}

static void print_structure(const struct dmar *dmar, const struct dmar_structure *s)
{
	const uint8_t *raw = dmar->table + s->offset;
	char head[48], name[128];

	format_text(head, sizeof(head), "dmar 0x%04x %s length=%u", s->offset,
		    dmar_type_name(s->type), s->length);
	switch (s->type) {
	case DMAR_DRHD:
		log_note("%s flags=0x%02x size=0x%02x segment=%u base=0x%lx  (%lu KiB%s)", head,
			 s->flags, raw[5], s->segment, s->register_base, s->register_bytes >> 10,
			 s->flags & 1 ? ", INCLUDE_PCI_ALL" : "");
		break;
	case DMAR_RMRR:
		log_note("%s segment=%u base=0x%lx limit=0x%lx", head, s->segment, s->base,
			 s->limit);
		break;
	case DMAR_ATSR:
		log_note("%s flags=0x%02x segment=%u%s", head, s->flags, s->segment,
			 s->flags & 1 ? "  (ALL_PORTS)" : "");
		break;
	case DMAR_RHSA:
		log_note("%s base=0x%lx domain=%u", head, s->register_base, s->proximity_domain);
		break;
	case DMAR_ANDD:
		log_note("%s number=%u name=\"%s\"", head, s->acpi_device_number,
			 printable(name, sizeof(name), (const char *)raw + 8, s->length - 8u));
		break;
	case DMAR_SATC:
		log_note("%s flags=0x%02x segment=%u%s", head, s->flags, s->segment,
			 s->flags & 1 ? "  (ATC_REQUIRED)" : "");
		break;
	case DMAR_SIDP:
		log_note("%s segment=%u", head, s->segment);
		break;
	default:
		log_note("%s type=%u", head, s->type);
	}
}

static void print_scope(const struct dmar_scope *scope, uint32_t offset, uint16_t segment,
			const struct dmar_pci *pci)
{
	char path[124 * 5 + 8] = "", end[32] = "";
	size_t n = 0;
	uint8_t bus, devfn;

	for (unsigned i = 0; i < scope->hops; i++)
		n += format_text(path + n, sizeof(path) - n, "%s%02x.%x", i ? "/" : "",
				 scope->path[2 * i], scope->path[2 * i + 1]);
	if (scope->type == DMAR_SCOPE_ENDPOINT || scope->type == DMAR_SCOPE_BRIDGE) {
		if (dmar_scope_end(scope, segment, pci, &bus, &devfn))
			format_text(end, sizeof(end), " %04x:%02x:%02x.%x", segment, bus,
				    devfn >> 3, devfn & 7);
		else
			format_text(end, sizeof(end), ", leads nowhere");
	}
	/* The length stands before the flags; with an odd one, hops does not tell all of it. */
	log_note(
		"dmar 0x%04x   scope type=%u length=%u flags=0x%02x reserved=0x%02x enumeration-id=%u bus=0x%02x path=%s  (%s%s)",
		offset, scope->type, scope->path[-5], scope->flags, scope->reserved,
		scope->enumeration_id, scope->start_bus, path,
		scope_names[scope->type < 6 ? scope->type : 0], end);
}

static void print_scopes(const struct dmar_structure *s, const struct dmar_pci *pci)
{
	struct dmar_scopes scopes = s->scopes;
	struct dmar_scope scope;
	enum dmar_error error;
	uint32_t offset = scopes.offset;

	while ((error = dmar_next_scope(&scopes, &scope)) == DMAR_OK) {
		print_scope(&scope, offset, s->segment, pci);
		offset = scopes.offset;
	}
	if (error != DMAR_END)
		log_note("dmar 0x%04x   malformed: %s", offset, dmar_error_text(error));
}

void inventory_print_dmar(const struct dmar *dmar, const struct dmar_pci *pci)
{
	struct dmar_structure s;
	struct dmar_walk walk;
	enum dmar_error error;

	print_header(dmar);
	dmar_first(&walk, dmar);
	while ((error = dmar_next(&walk, &s)) == DMAR_OK) {
		print_structure(dmar, &s);
		print_scopes(&s, pci);
	}
	if (error != DMAR_END)
		log_note("dmar 0x%04x malformed: %s (type %u, length %u)", walk.offset,
			 dmar_error_text(error), s.type, s.length);
}

void inventory_dump(const uint8_t *table, uint32_t length)
{
	static const char digits[] = "0123456789ABCDEF";
	char hex[3 * 16 + 1], ascii[16 + 1];

	if (length > DUMP_MOST)
		log_note("the table says that it has %u bytes; the dump ends after %u", length,
			 DUMP_MOST);
	log_printf("DMAR @ 0x%016lx\n", (uint64_t)table);
	for (uint32_t at = 0; at < length && at < DUMP_MOST; at += 16) {
		memset(hex, ' ', sizeof(hex));
		memset(ascii, 0, sizeof(ascii));
		hex[sizeof(hex) - 1] = 0;
		for (uint32_t i = 0; i < 16 && at + i < length; i++) {
			uint8_t byte = table[at + i];

			hex[3 * i] = digits[byte >> 4];
			hex[3 * i + 1] = digits[byte & 15];
			ascii[i] = byte >= ' ' && byte < 0x7f ? (char)byte : '.';
		}
		log_printf("    %04x: %s %s\n", at, hex, ascii);
	}
	/* acpixtract takes an empty line, or one that begins another table, as the end. */
	log_printf("\n");
}
