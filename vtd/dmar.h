/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ACPI DMAR table (VT-d specification, chapter 8 "BIOS Considerations"), read in place.
 *
 * Nothing is copied and nothing is allocated: an iterator walks the table and hands out one
 * structure at a time, every length checked against the table first. What is wrong with a table
 * is returned with the offset at which it is wrong, so that a BIOS engineer can find the byte.
 */
#ifndef VTD_DMAR_H
#define VTD_DMAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dmar_type {
	DMAR_DRHD = 0, /* DMA-remapping hardware unit, section 8.3 */
	DMAR_RMRR = 1, /* reserved memory region, section 8.4 */
	DMAR_ATSR = 2, /* root-port ATS capability, section 8.5 */
	DMAR_RHSA = 3, /* NUMA affinity of a unit, section 8.6 */
	DMAR_ANDD = 4, /* ACPI name-space device, section 8.7 */
	DMAR_SATC = 5, /* SoC-integrated ATS, section 8.8 */
	DMAR_SIDP = 6, /* SoC-integrated device property, section 8.9 */
};

enum dmar_error {
	DMAR_OK = 0,
	DMAR_END,	    /* no further structure: the walk is complete */
	DMAR_NO_TABLE,	    /* a null table was given */
	DMAR_BAD_SIGNATURE, /* not "DMAR" */
	DMAR_BAD_LENGTH,    /* the table's length is under 48, or over the memory given */
	DMAR_BAD_CHECKSUM,  /* the bytes do not sum to 0 */
	DMAR_TRUNCATED,	    /* a structure or device scope runs over what contains it */
	DMAR_TOO_SHORT,	    /* a structure or device scope is under its fixed size (length 0 too) */
};

/* The table's flags, section 8.1 */
enum {
	DMAR_INTR_REMAP = 1 << 0,
	DMAR_X2APIC_OPT_OUT = 1 << 1,
	DMAR_DMA_CTRL_PLATFORM_OPT_IN = 1 << 2,
};

/* The whole table. */
struct dmar {
	const uint8_t *table;	    /* header included */
	size_t length;		    /* bytes of it that may be read */
	uint8_t host_address_width; /* in bits: the field + 1, but 255 for 0xff */
	uint8_t flags;
};

/* A list of device scopes inside one structure; walk it with dmar_next_scope(). */
struct dmar_scopes {
	const uint8_t *at, *end;
	uint32_t offset; /* of `at` in the table */
};

enum dmar_scope_type {
	DMAR_SCOPE_ENDPOINT = 1,
	DMAR_SCOPE_BRIDGE = 2, /* the bridge and all behind it */
	DMAR_SCOPE_IOAPIC = 3,
	DMAR_SCOPE_HPET = 4,
	DMAR_SCOPE_ACPI = 5, /* an ANDD names it by enumeration_id */
};

struct dmar_scope {
	uint8_t type;		/* enum dmar_scope_type, or one not known here */
	uint8_t flags;		/* SIDP's device properties; 0 in older tables */
	uint8_t reserved;	/* to be 0 */
	uint8_t enumeration_id; /* I/O APIC id, HPET number or ACPI device number */
	uint8_t start_bus;
	uint8_t hops;	     /* number of {device, function} pairs in path, 0 to 124 */
	const uint8_t *path; /* 2 * hops bytes */
};

/* One structure of the table. Only the fields of its own type are meaningful. */
struct dmar_structure {
	uint16_t type;	  /* enum dmar_type, or one not known here (it is skipped by its length) */
	uint16_t length;  /* in bytes, header included */
	uint32_t offset;  /* from the start of the table */
	uint16_t segment; /* DRHD, RMRR, ATSR, SATC, SIDP */
	uint8_t flags;	  /* bit 0: DRHD INCLUDE_PCI_ALL, ATSR ALL_PORTS, SATC ATC_REQUIRED */
	uint64_t register_base;	    /* DRHD, RHSA */
	uint64_t register_bytes;    /* DRHD: 4096 << size field */
	uint64_t base, limit;	    /* RMRR: first and last byte */
	uint32_t proximity_domain;  /* RHSA */
	uint8_t acpi_device_number; /* ANDD */
	const char *acpi_name;	    /* ANDD: NUL-terminated inside the structure, else NULL */
	struct dmar_scopes scopes;  /* DRHD, RMRR, ATSR, SATC, SIDP; empty for the others */
};

struct dmar_walk {
	const struct dmar *dmar;
	uint32_t offset; /* of the next structure */
};

/*
 * Check header, length and checksum of the table at `table`, of which `available` bytes may be
 * read. DMAR_BAD_CHECKSUM still fills *dmar: firmware gets that wrong, and the caller may go on.
 * After any other error *dmar is a table without structures.
 */
enum dmar_error dmar_open(struct dmar *dmar, const void *table, size_t available);

void dmar_first(struct dmar_walk *walk, const struct dmar *dmar);

/*
 * The next structure. DMAR_OK, DMAR_END, or what is wrong with the structure at walk->offset
 * (the walk cannot go on after that: where the next one begins is unknown). Then out->type and
 * out->length are what the table says, or 0 where not even those fit.
 */
enum dmar_error dmar_next(struct dmar_walk *walk, struct dmar_structure *out);

/* The next device scope of a structure: DMAR_OK, DMAR_END or what is wrong at scopes->offset. */
enum dmar_error dmar_next_scope(struct dmar_scopes *scopes, struct dmar_scope *out);

/* A word for people, e.g. "a structure runs past the end of the table". */
const char *dmar_error_text(enum dmar_error error);
const char *dmar_type_name(uint16_t type); /* "DRHD" ...; "unknown" */

/* How a device is found behind bridges: the caller's view of PCI. */
struct dmar_pci {
	/*
	 * Secondary and subordinate bus of the bridge at segment/bus/devfn; false if there is none
	 * or it is no bridge. Numbers as they stand in the registers: a bridge whose secondary bus
	 * is not above its own, or above its subordinate, counts as one with nothing behind it.
	 */
	bool (*bridge)(void *context, uint16_t segment, uint8_t bus, uint8_t devfn,
		       uint8_t *secondary, uint8_t *subordinate);
	void *context;
};

/*
 * The function that the path of `scope` leads to, of a structure of `segment` (section 8.3.1),
 * present or not. False if the path is empty, has impossible numbers, or a bridge on it is missing.
 */
bool dmar_scope_end(const struct dmar_scope *scope, uint16_t segment, const struct dmar_pci *pci,
		    uint8_t *bus, uint8_t *devfn);

/*
 * Whether `scope` of a structure of `segment` covers the PCI function bus/devfn (section 8.3.1).
 * Only endpoint and bridge scopes do; a path through a missing bridge covers nothing.
 */
bool dmar_scope_covers(const struct dmar_scope *scope, uint16_t segment, uint8_t bus, uint8_t devfn,
		       const struct dmar_pci *pci);

/*
 * The DRHD that owns a PCI function: the first whose scope names the function or a bridge above
 * it, else the INCLUDE_PCI_ALL unit of its segment. DMAR_OK with *drhd filled, DMAR_END if no unit
 * owns it, or the error (of a structure, or of a scope in that segment's units) that stopped the
 * walk before one was found. An INCLUDE_PCI_ALL unit is no answer in a broken table: what cannot
 * be read may name the function. *drhd means something only with DMAR_OK.
 */
enum dmar_error dmar_find_unit(const struct dmar *dmar, uint16_t segment, uint8_t bus,
			       uint8_t devfn, const struct dmar_pci *pci,
			       struct dmar_structure *drhd);

#endif
