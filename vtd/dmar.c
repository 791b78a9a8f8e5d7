/* SPDX-License-Identifier: BSD-2-Clause */
/* VT-d specification, chapter 8. Tables may be unaligned: fields are read byte by byte. */
#include "vtd/dmar.h"

enum {
	TABLE_HEADER_BYTES = 48,
	STRUCTURE_HEADER_BYTES = 4,
	SCOPE_HEADER_BYTES = 6,
	FLAG_INCLUDE_PCI_ALL = 1 << 0,
	SIGNATURE = 0x52414d44, /* "DMAR" */
};

/* Device scopes, where a type has them, begin right behind its fixed part. */
static const struct layout {
	char name[5];
	uint8_t fixed_bytes;
	bool has_scopes;
} layouts[] = {
	[DMAR_DRHD] = { "DRHD", 16, true }, [DMAR_RMRR] = { "RMRR", 24, true },
	[DMAR_ATSR] = { "ATSR", 8, true },  [DMAR_RHSA] = { "RHSA", 20, false },
	[DMAR_ANDD] = { "ANDD", 8, false }, [DMAR_SATC] = { "SATC", 8, true },
	[DMAR_SIDP] = { "SIDP", 8, true },
};

static const struct layout unknown_layout = { "", STRUCTURE_HEADER_BYTES, false };

static bool is_known(uint16_t type)
{
	return type < sizeof(layouts) / sizeof(layouts[0]);
}

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static uint64_t get64(const uint8_t *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
}

static uint8_t sum(const uint8_t *p, size_t bytes)
{
	uint8_t total = 0;

	while (bytes--)
		total += *p++;
	return total;
}

enum dmar_error dmar_open(struct dmar *dmar, const void *table, size_t available)
{
	const uint8_t *p = table;
	uint32_t length;

	*dmar = (struct dmar){ 0 };
	if (!p)
		return DMAR_NO_TABLE;
	if (available < TABLE_HEADER_BYTES)
		return DMAR_BAD_LENGTH;
	if (get32(p) != SIGNATURE)
		return DMAR_BAD_SIGNATURE;
	length = get32(p + 4);
	if (length < TABLE_HEADER_BYTES || length > available)
		return DMAR_BAD_LENGTH;
	dmar->table = p;
	dmar->length = length;
	dmar->host_address_width = p[36] < UINT8_MAX ? p[36] + 1 : UINT8_MAX;
	dmar->flags = p[37];
	return sum(p, length) ? DMAR_BAD_CHECKSUM : DMAR_OK;
}

void dmar_first(struct dmar_walk *walk, const struct dmar *dmar)
{
	walk->dmar = dmar;
	walk->offset = TABLE_HEADER_BYTES;
}

/* The name if it ends before `end`. */
static const char *text_before(const uint8_t *text, const uint8_t *end)
{
	for (const uint8_t *p = text; p < end; p++)
		if (!*p)
			return (const char *)text;
	return NULL;
}

static void read_fields(struct dmar_structure *s, const uint8_t *p)
{
	switch (s->type) {
	case DMAR_DRHD:
		s->flags = p[4];
		s->register_bytes = 4096ull << (p[5] & 0xf);
		s->register_base = get64(p + 8);
		break;
	case DMAR_RMRR:
		s->base = get64(p + 8);
		s->limit = get64(p + 16);
		break;
	case DMAR_ATSR:
	case DMAR_SATC:
		s->flags = p[4];
		break;
	case DMAR_RHSA:
		s->register_base = get64(p + 8);
		s->proximity_domain = get32(p + 16);
		break;
	case DMAR_ANDD:
		s->acpi_device_number = p[7];
		s->acpi_name = text_before(p + 8, p + s->length);
		break;
	}
}

enum dmar_error dmar_next(struct dmar_walk *walk, struct dmar_structure *out)
{
	const struct dmar *dmar = walk->dmar;
	const struct layout *layout;
	const uint8_t *p;
	size_t left;

	*out = (struct dmar_structure){ .offset = walk->offset };
	if (walk->offset >= dmar->length)
		return DMAR_END;
	p = dmar->table + walk->offset;
	left = dmar->length - walk->offset;
	if (left < STRUCTURE_HEADER_BYTES)
		return DMAR_TRUNCATED;
	out->type = get16(p);
	out->length = get16(p + 2);
	layout = is_known(out->type) ? &layouts[out->type] : &unknown_layout;
	if (out->length < layout->fixed_bytes)
		return DMAR_TOO_SHORT;
	if (out->length > left)
		return DMAR_TRUNCATED;
	read_fields(out, p);
	if (layout->has_scopes) {
		out->segment = get16(p + 6);
		out->scopes.at = p + layout->fixed_bytes;
		out->scopes.end = p + out->length;
		out->scopes.offset = walk->offset + layout->fixed_bytes;
	}
	walk->offset += out->length;
	return DMAR_OK;
}

enum dmar_error dmar_next_scope(struct dmar_scopes *scopes, struct dmar_scope *out)
{
	const uint8_t *p = scopes->at;
	size_t left;
	uint8_t length;

	*out = (struct dmar_scope){ 0 };
	if (p == scopes->end)
		return DMAR_END;
	left = (size_t)(scopes->end - p);
	if (left < 2)
		return DMAR_TRUNCATED;
	out->type = p[0];
	length = p[1];
	if (length < SCOPE_HEADER_BYTES)
		return DMAR_TOO_SHORT;
	if (length > left)
		return DMAR_TRUNCATED;
	out->flags = p[2];
	out->reserved = p[3];
	out->enumeration_id = p[4];
	out->start_bus = p[5];
	out->hops = (length - SCOPE_HEADER_BYTES) / 2;
	out->path = p + SCOPE_HEADER_BYTES;
	scopes->at += length;
	scopes->offset += length;
	return DMAR_OK;
}

const char *dmar_error_text(enum dmar_error error)
{
	switch (error) {
	case DMAR_OK:
		return "no error";
	case DMAR_END:
		return "nothing further";
	case DMAR_NO_TABLE:
		return "there is no DMAR table";
	case DMAR_BAD_SIGNATURE:
		return "the table's signature is not DMAR";
	case DMAR_BAD_LENGTH:
		return "the table's length is under 48 bytes or over the memory it lies in";
	case DMAR_BAD_CHECKSUM:
		return "the table's checksum is wrong";
	case DMAR_TRUNCATED:
		return "a structure or device scope runs past the end of what contains it";
	case DMAR_TOO_SHORT:
		return "a structure or device scope is shorter than its fixed part";
	}
	return "unknown error";
}

const char *dmar_type_name(uint16_t type)
{
	return is_known(type) ? layouts[type].name : "unknown";
}

struct place {
	uint8_t bus, devfn;
};

/*
 * A secondary bus number at or under the bridge's own marks a bridge nobody configured: 0 after
 * reset. Taken at its word it would cover the root bus.
 */
static bool buses_behind(const struct dmar_pci *pci, uint16_t segment, struct place at,
			 uint8_t *secondary, uint8_t *subordinate)
{
	return pci->bridge(pci->context, segment, at.bus, at.devfn, secondary, subordinate) &&
	       *secondary > at.bus && *subordinate >= *secondary;
}

static bool follow_path(const struct dmar_scope *scope, uint16_t segment,
			const struct dmar_pci *pci, struct place *at)
{
	const uint8_t *pair = scope->path;
	uint8_t subordinate;

	at->bus = scope->start_bus;
	for (unsigned hop = 0; hop < scope->hops; hop++, pair += 2) {
		if (hop && !buses_behind(pci, segment, *at, &at->bus, &subordinate))
			return false;
		if (pair[0] > 31 || pair[1] > 7)
			return false;
		at->devfn = (uint8_t)(pair[0] << 3 | pair[1]);
	}
	return scope->hops > 0;
}

bool dmar_scope_end(const struct dmar_scope *scope, uint16_t segment, const struct dmar_pci *pci,
		    uint8_t *bus, uint8_t *devfn)
{
	struct place at = { 0, 0 };
	bool ok = follow_path(scope, segment, pci, &at);

	*bus = at.bus;
	*devfn = at.devfn;
	return ok;
}

bool dmar_scope_covers(const struct dmar_scope *scope, uint16_t segment, uint8_t bus, uint8_t devfn,
		       const struct dmar_pci *pci)
{
	struct place at;
	uint8_t secondary, subordinate;

	/* The path of the other types is the requester id of something that is no PCI function. */
	if (scope->type != DMAR_SCOPE_ENDPOINT && scope->type != DMAR_SCOPE_BRIDGE)
		return false;
	if (!follow_path(scope, segment, pci, &at))
		return false;
	if (bus == at.bus && devfn == at.devfn)
		return true;
	return scope->type == DMAR_SCOPE_BRIDGE &&
	       buses_behind(pci, segment, at, &secondary, &subordinate) && bus >= secondary &&
	       bus <= subordinate;
}

/* DMAR_OK if one of the unit's scopes covers the function, DMAR_END if none does. */
static enum dmar_error unit_names(const struct dmar_structure *drhd, uint8_t bus, uint8_t devfn,
				  const struct dmar_pci *pci)
{
	struct dmar_scopes scopes = drhd->scopes;
	struct dmar_scope scope;
	enum dmar_error error;

	while ((error = dmar_next_scope(&scopes, &scope)) == DMAR_OK)
		if (dmar_scope_covers(&scope, drhd->segment, bus, devfn, pci))
			break;
	return error;
}

enum dmar_error dmar_find_unit(const struct dmar *dmar, uint16_t segment, uint8_t bus,
			       uint8_t devfn, const struct dmar_pci *pci,
			       struct dmar_structure *drhd)
{
	struct dmar_walk walk;
	struct dmar_structure s;
	enum dmar_error error;
	bool has_rest = false;

	dmar_first(&walk, dmar);
	while ((error = dmar_next(&walk, &s)) == DMAR_OK) {
		if (s.type != DMAR_DRHD || s.segment != segment)
			continue;
		error = unit_names(&s, bus, devfn, pci);
		if (error == DMAR_OK)
			*drhd = s;
		if (error != DMAR_END)
			return error;
		/* Section 8.3 has it listed last; not every firmware does, so the walk goes on. */
		if (s.flags & FLAG_INCLUDE_PCI_ALL && !has_rest) {
			*drhd = s;
			has_rest = true;
		}
	}
	return error == DMAR_END && has_rest ? DMAR_OK : error;
}
