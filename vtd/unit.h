/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One remapping unit: what it can do, its registers and its context entries. Functions
 * return VTD_OK or what went wrong; vtd_status_text() has the words.
 */
#ifndef VTD_UNIT_H
#define VTD_UNIT_H

#include <stdbool.h>
#include <stdint.h>

enum vtd_status {
	VTD_OK,
	VTD_NO_ADDRESS,	     /* the DRHD gives address 0 */
	VTD_ALL_ONES,	     /* every register reads as ones: nothing is there */
	VTD_NO_REGISTERS,    /* CAP or VER is zero */
	VTD_BAD_OFFSETS,     /* CAP.FRO or ECAP.IRO points outside the register set */
	VTD_NO_LEGACY,	     /* SAGAW has no level count: no second-stage tables in legacy mode */
	VTD_NO_INVALIDATION, /* neither queued nor register-based invalidation can be used */
	VTD_NO_MEMORY,
	VTD_TIMEOUT,	 /* a command did not finish within a second */
	VTD_QUEUE_ERROR, /* the unit stopped at a descriptor: FSTS.IQE, ITE or ICE */
};

struct vtd_queue {
	uint64_t *descriptors;	   /* 2^order pages; NULL: register-based */
	uint64_t *unused;	   /* these, while requests are given by registers */
	uint8_t order;		   /* IQA.QS: 0, but for a self-check */
	bool wide;		   /* descriptors of 256 bits: in scalable mode */
	volatile uint32_t *status; /* where a wait descriptor writes */
	uint32_t tail;		   /* index of the next free descriptor */
	uint32_t sequence;	   /* the last wait's status data */
	uint32_t errors;	   /* FSTS bits seen when the queue stopped */
};

struct vtd_unit {
	volatile uint8_t *registers;
	uint64_t base, bytes; /* where they are, and their extent */
	uint32_t offset;      /* of the DRHD in the DMAR table */
	uint16_t segment;
	bool include_pci_all;
	uint32_t version;
	uint64_t cap, ecap;
	uint64_t needs;	     /* bytes of registers that CAP.FRO, CAP.NFR and ECAP.IRO speak of */
	bool coherent;	     /* ECAP.C: no cache-line flushes needed */
	bool buffers_writes; /* CAP.RWBF, or a chip known to need it: see vtd_flush_write_buffer() */
	uint64_t *root_table;
	uint64_t
		*root_before; /* the root table before the last vtd_unit_set_root(), and its mode */
	bool was_scalable;
	struct vtd_queue queue;
	bool translating;
	bool remapping; /* interrupts: vtd/interrupts.h */
	uint32_t
		enables; /* times that translation was turned on: what was seen before may be so no more */
	/* Requests without PASID use the context entry's RID_PASID: ECAP.RPS, or what was seen. Else PASID 0. */
	bool uses_rid_pasid, rid_pasid_seen;
	bool scalable; /* root table mode: RTADDR.TTM = 1 */

	/* As firmware left it, read before anything was changed. */
	uint32_t found_gsts, found_fsts, found_pmen;
};

/* Read and check VER, CAP and ECAP. registers: the mapped register set, `bytes` long. */
enum vtd_status vtd_unit_probe(struct vtd_unit *unit, volatile void *registers, uint64_t base,
			       uint64_t bytes);

enum vtd_invalidation { VTD_QUEUED_OR_REGISTER, VTD_QUEUED_ONLY, VTD_REGISTER_ONLY };

/* Whether second-stage tables of `levels` (3 to 5) are supported: CAP.SAGAW. */
bool vtd_unit_has_levels(const struct vtd_unit *unit, unsigned levels);
unsigned
vtd_unit_any_levels(const struct vtd_unit *unit); /* one that is supported, 4 if it is; 0: none */
unsigned
vtd_unit_width(const struct vtd_unit *unit); /* bits of an address that it translates: CAP.MGAW */
/* Whether it has bits in CAP or ECAP that revision 5.10 reserves: what else that does may have got a meaning. */
bool vtd_unit_is_newer(const struct vtd_unit *unit);
unsigned vtd_unit_domain_ids(const struct vtd_unit *unit); /* how many there are: CAP.ND */

/*
 * The legacy-mode context entry of a function, its context table made if there is none yet; two
 * words. NULL if memory ran out. The entry is as it was: absent, when new.
 */
uint64_t *vtd_context_entry(struct vtd_unit *unit, uint8_t bus, uint8_t devfn);

/* Make `bytes` from `address` visible to a unit that does not snoop; nothing to do if it does. */
void vtd_flush(const struct vtd_unit *unit, const volatile void *address, uint64_t bytes);

/*
 * The same for paging entries. In scalable mode ECAP.C says nothing of them: their walks are snooped only by
 * units with ECAP.SMPWC, for PASID-table entries with PWSNP (section 9.6), and a torn such entry may have lost
 * that. So there they are always flushed.
 */
void vtd_flush_paging(const struct vtd_unit *unit, const volatile void *address, uint64_t bytes);

/*
 * Old chipsets keep writes to memory in a buffer of their own: it is flushed before each invalidation
 * (section 6.8). Nothing to do, and VTD_OK, for others.
 */
enum vtd_status vtd_flush_write_buffer(struct vtd_unit *unit);

/* Registers, for those who know what they do. */
uint32_t vtd_read32(const struct vtd_unit *unit, uint32_t offset);
uint64_t vtd_read64(const struct vtd_unit *unit, uint32_t offset);
void vtd_write32(struct vtd_unit *unit, uint32_t offset, uint32_t value);
void vtd_write64(struct vtd_unit *unit, uint32_t offset, uint64_t value);

/* Wait until (register & mask) == value, for at most a second. */
enum vtd_status vtd_wait32(const struct vtd_unit *unit, uint32_t offset, uint32_t mask,
			   uint32_t value);
/* A command of GCMD that is done once (set root pointer, flush write buffer): until GSTS has `done` in its bit. */
enum vtd_status vtd_command_once(struct vtd_unit *unit, uint32_t bit, uint32_t done);
/* Set or clear one persistent bit of GCMD and wait for GSTS to say so. */
enum vtd_status vtd_command(struct vtd_unit *unit, uint32_t bit, bool on);

const char *vtd_status_text(enum vtd_status status);

#endif
