/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A remapping unit in software: registers, invalidation queue, fault recording, caches, and a walk of its
 * own. It is a second reading of the specification (rev. 5.10), beside vtd/translate.c and tests/litmus/model.c. vtd-sim
 * gives it memory and time (sim.h); the host unit tests give it others (tests/host/sim_unit.c).
 */
#ifndef TESTS_SIM_UNIT_H
#define TESTS_SIM_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/sim/options.h"
#include "vtd/field.h"
#include "vtd/regs.h"

#define UNIT_REGISTER_BYTES 0x3000
#define CONTEXT_LINES	    8
#define PASID_LINES	    8
#define TLB_LINES	    16
#define PAGING_LINES	    16
#define INTERRUPT_LINES	    4
#define UNIT_REQUESTS	    8 /* under way at once */
#define LATE_FAULTS	    16

/* What a translation went through. */
enum unit_stage { UNIT_LEGACY, UNIT_FIRST, UNIT_SECOND, UNIT_NESTED, UNIT_PASS };

enum unit_access {
	ACCESS_WRITE,
	ACCESS_READ,
	ACCESS_TRANSLATION,
	ACCESS_TRANSLATED,
	ACCESS_PAGE /* a page request: it goes no further than the PASID-table entry */
};

/* A request of a device, from its arrival until what it does is in memory. */
struct request {
	/* the device's */
	uint16_t source_id;
	bool has_pasid;
	uint32_t pasid;
	uint64_t at;
	uint8_t access; /* enum unit_access */
	bool is_prefetch;
	bool no_snoop; /* it asks not to snoop */
	bool is_last;  /* of a page request: of its group */
	uint16_t group;

	/* the unit's: what is known of it so far */
	bool knows_context, knows_domain, suppress_faults;
	uint8_t task; /* which waits for it */
	uint16_t domain;
	uint32_t uses_pasid; /* its own, or RID_PASID */
	uint8_t stage;	     /* enum unit_stage */
	/* Invalidations came since it read what it goes by: it fills these caches no more (6.2.2.1). */
	bool no_context, no_pasid, no_translation;
	bool may_write;	   /* where it was translated: what a device-TLB is told */
	bool tracks;	   /* Dirty of the last entry is set for a write to it */
	bool is_marked;	   /* it is set */
	bool forces_snoop; /* it snoops whatever it asks for: PGSNP */
	uint8_t order;	   /* its page is 2^this of 4 KiB */
	uint64_t number;   /* in order of arrival */
	uint8_t place;	   /* among those under way */

	/* of an interrupt: `at` is the address of its message */
	bool is_interrupt, no_entry; /* no_entry: it fills the interrupt entry cache no more */
	uint32_t data;
	uint32_t index; /* of its entry */
};

/* What an interrupt becomes: a message, or a bit in a posted-interrupt descriptor. */
struct unit_message {
	bool is_posted;
	uint8_t vector;
	uint32_t destination;
	uint64_t descriptor;
};

/* A page group response on its way to a device. */
struct unit_answer {
	uint16_t source_id, group;
	bool has_pasid;
	uint32_t pasid;
	uint8_t code; /* table 32 */
};

struct unit_fault {
	uint64_t due; /* ns */
	uint64_t low, high;
};

struct unit {
	uint8_t registers[UNIT_REGISTER_BYTES] __attribute__((aligned(4096)));
	unsigned number;
	uint64_t root;		    /* RTADDR, as SRTP took it over */
	uint64_t interrupt_table;   /* IRTA, as SIRTP took it over */
	uint32_t first_destination; /* of an interrupt */

	/* Which lines of the caches are valid, a bit for each: most are not, and are passed over. */
	uint32_t valid_contexts, valid_pasids, valid_translations, valid_paging;
	struct {
		uint16_t source_id, domain;
		uint64_t words[4];
	} context[CONTEXT_LINES];
	struct {
		uint16_t source_id, domain;
		uint32_t pasid;
		uint64_t words[8];
	} pasid[PASID_LINES];
	struct unit_translation {
		bool has_pasid, may_read, may_write, tracks, is_marked, suppress_faults, of_read,
			forces_snoop;
		uint8_t order; /* 2^this pages of 4 KiB */
		uint32_t uses;
		uint8_t stage, reason;
		uint16_t source_id, domain;
		uint32_t pasid;
		uint64_t page, frame;
	} tlb[TLB_LINES];
	struct {
		bool first;
		uint8_t level; /* of the table that it leads to */
		uint16_t domain;
		uint32_t pasid;
		uint64_t prefix, table;
		bool may_read, may_write;
	} paging[PAGING_LINES];
	struct {
		bool valid;
		uint32_t index;
		uint64_t words[2];
	} interrupts[INTERRUPT_LINES];
	unsigned next_context, next_pasid, next_translation, next_paging, next_interrupt;

	/* Those under way; which places they have, a bit for each. */
	struct request *requests[UNIT_REQUESTS];
	uint32_t under_way;
	bool overflowed;
	uint64_t arrivals;

	struct unit_fault late[LATE_FAULTS];
	unsigned late_first, late_count, next_record;

	/* What was submitted by registers, and not done yet. */
	bool context_command, iotlb_command;

	/* For the unit tests: what is wrong with it. */
	uint32_t deaf;	 /* GCMD bits that it does not act on */
	bool stuck;	 /* takes descriptors and does nothing */
	uint8_t refuses; /* stops at descriptors of this type (IQE) */

	/* Planted faults remember here. */
	uint64_t old_width, old_frame, translates_from, last_address, old_root, kept, kept_tag;
	uint64_t next_pointer, pointer_from;
	uint64_t first_queue, late_due, open_until, remaps_from, walk_ended, walk_to;
	uint16_t last_domain, last_source, late_domain;
	bool pages_ended;
	uint8_t last_type;
	bool was_remapping, was_compatible, skips_next, fresh;
	uint32_t count, marked_count;
	uint64_t marked[16];
};

/* Every register as after a reset, capabilities as the options say. */
void unit_reset(struct unit *unit, unsigned number);

/* Accesses to its registers: at `offset`, of 4 or 8 bytes. */
uint64_t unit_read(struct unit *unit, uint32_t offset, unsigned bytes);
void unit_write(struct unit *unit, uint32_t offset, unsigned bytes, uint64_t value);

/* Do some of what is to be done; false if there was nothing. */
bool unit_work(struct unit *unit);

/*
 * A request comes and, when it is in memory, goes. In between unit_translate() gives its physical address:
 * 0, or the reason of the fault, which is recorded.
 */
void unit_take(struct unit *unit, struct request *r);
uint8_t unit_translate(struct unit *unit, struct request *r, uint64_t *to);
void unit_leave(struct unit *unit, struct request *r);
/* Until all that is under way is done. */
void unit_drain(struct unit *unit);

/*
 * The same of an interrupt (remap.c): what becomes of it, or the reason of the fault, which is recorded. What is posted
 * is in its descriptor then.
 */
uint8_t unit_remap(struct unit *unit, struct request *r, struct unit_message *message);

/* A page request that was taken: it is in the queue, or was answered, when this returns (page_requests.c). */
void unit_page_request(struct unit *unit, struct request *r);

/* A task was broken off, wherever it was: none of its requests is under way any more. */
void unit_forget_task(struct unit *unit, uint8_t task);

/* --- between the unit's parts --- */

uint32_t unit_get32(const struct unit *unit, uint32_t offset);
uint64_t unit_get64(const struct unit *unit, uint32_t offset);
void unit_set32(struct unit *unit, uint32_t offset, uint32_t value);
void unit_set64(struct unit *unit, uint32_t offset, uint64_t value);

/* Of a set of lines or places that is not empty: the first, and the set without it. */
static inline unsigned unit_first_of(uint32_t set)
{
	return (unsigned)__builtin_ctz(set);
}

static inline uint32_t unit_rest_of(uint32_t set)
{
	return set & (set - 1);
}

static inline unsigned unit_records(const struct unit *unit)
{
	return (unsigned)field_of(unit_get64(unit, VTD_CAP), CAP_NFR) + 1;
}

static inline uint32_t unit_record_at(const struct unit *unit, unsigned index)
{
	return ((uint32_t)field_of(unit_get64(unit, VTD_CAP), CAP_FRO) + index) * 16;
}

static inline uint32_t unit_iotlb_at(const struct unit *unit)
{
	return (uint32_t)field_of(unit_get64(unit, VTD_ECAP), ECAP_IRO) * 16;
}

static inline bool unit_is_scalable(const struct unit *unit)
{
	return field_of(unit->root, RTADDR_TTM) == 1;
}

/* registers.c. Planted faults: a pointer that was set takes effect, when its time has come. */
void unit_set_late(struct unit *unit);

/* faults.c */
void fault_record(struct unit *unit, const struct request *r, uint8_t reason);
void fault_suppress(struct unit *unit); /* one that FPD asks not to record */
void fault_event(struct unit *unit);	/* a condition of FSTS was just set, none was before */
bool fault_deliver(struct unit *unit);
void fault_acknowledge(struct unit *unit, uint32_t value); /* a write to FSTS */
void fault_free(struct unit *unit, uint32_t offset, uint32_t value);
void fault_control(struct unit *unit, uint32_t value);

/* page_requests.c: writes to PRS and PECTL; a response; those that came before are done, one way or the other. */
void pages_acknowledge(struct unit *unit, uint32_t value);
void pages_event_control(struct unit *unit, uint32_t value);
void pages_respond(struct unit *unit, const uint64_t descriptor[4]);
void pages_drain(struct unit *unit);
/* walk.c: what a page request goes by, as far as its PASID-table entry. 0, or the reason, which is recorded. */
uint8_t unit_look_up(struct unit *unit, struct request *r);

/* queue.c: false if there was nothing to do */
bool queue_work(struct unit *unit);
void queue_event_control(struct unit *unit, uint32_t value); /* a write to IECTL (11.4.9.5) */

/* caches.c. Lookups copy what they find; fills ask the request whether it may. */
bool context_find(struct unit *unit, const struct request *r, uint64_t words[4]);
void context_keep(struct unit *unit, const struct request *r, const uint64_t words[4], bool faults);
bool pasid_find(struct unit *unit, const struct request *r, uint64_t words[8]);
void pasid_keep(struct unit *unit, const struct request *r, const uint64_t words[8], bool faults);
const struct unit_translation *tlb_find(struct unit *unit, const struct request *r);
uint64_t tlb_address(const struct unit_translation *known, const struct request *r);
/* For those who watch it: told of each translation that the IOTLB takes. NULL: nobody. */
extern void (*tlb_watch)(const struct unit_translation *kept);
void tlb_keep(struct unit *unit, const struct request *r, uint64_t to, bool may_read,
	      bool may_write, uint8_t reason);
/* The deepest table that is known: its level; 0 if none is. */
unsigned paging_find(struct unit *unit, const struct request *r, bool first, unsigned levels,
		     uint64_t at, uint64_t *table, bool *may_read, bool *may_write);
void paging_keep(struct unit *unit, const struct request *r, bool first, unsigned level,
		 uint64_t at, uint64_t table, bool may_read, bool may_write);

/* drops.c: invalidations of these, with what of the requests under way they must end. */
enum { GRANULARITY_GLOBAL = 1, GRANULARITY_DOMAIN, GRANULARITY_FINE };
void context_drop(struct unit *unit, unsigned granularity, uint16_t domain, uint16_t source_id,
		  unsigned function_mask);
void pasid_drop(struct unit *unit, unsigned granularity, uint16_t domain, uint32_t pasid);
void iotlb_drop(struct unit *unit, unsigned granularity, uint16_t domain, uint64_t address,
		unsigned mask, bool leaf_only, bool drain);
void piotlb_drop(struct unit *unit, uint16_t domain, uint32_t pasid, bool by_page, uint64_t address,
		 unsigned mask, bool leaf_only);
void iotlb_drop_late(struct unit *unit); /* a fault: what was reported done before is done now */
void drop_everything(struct unit *unit);
/* remap.c: the interrupt entry cache, 2^order entries or all of it; interrupts under way are waited for. */
void interrupts_drop(struct unit *unit, bool by_index, uint32_t index, unsigned order);

/* --- what a unit needs of its machine --- */

uint64_t unit_now(void);	      /* ns */
void unit_pause(uint32_t ns);	      /* others may act meanwhile, for up to so long */
void unit_wait(void);		      /* until another has acted */
void unit_is_busy(struct unit *unit); /* there is something for unit_work() */
void unit_obeys(struct unit *unit,
		const uint64_t descriptor[4]); /* it took this one from its queue */
void unit_interrupts(struct unit *unit, uint64_t address, uint32_t data);
/* Have the device forget: its own TLB. False if it does not answer. */
bool unit_invalidate_device(struct unit *unit, uint16_t source_id, bool has_pasid, uint32_t pasid,
			    uint64_t address, bool all);
void unit_answers(struct unit *unit, const struct unit_answer *answer); /* to the device */
uint8_t unit_task(void);						/* the task at work */

#endif
