/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page requests: the queue that a unit puts them into, and the responses that software gives through the invalidation queue (sections
 * 7.4 to 7.8 and 11.4.11). For units with ECAP.PRS, in scalable mode.
 */
#ifndef VTD_PAGE_REQUEST_H
#define VTD_PAGE_REQUEST_H

#include "vtd/unit.h"

#define VTD_PAGE_REQUEST_BYTES 32
#define VTD_PAGE_REQUESTS      128 /* slots of one page; one less can be filled */
#define VTD_PAGE_GROUPS	       512

/* One of the queue. */
struct vtd_page_request {
	uint64_t raw[2];
	uint8_t type; /* 1 */
	uint16_t source_id;
	bool has_pasid;
	uint32_t pasid;	    /* without one: not defined */
	uint64_t address;   /* of the page */
	bool reads, writes; /* what the device wants to do there */
	bool execute, privileged;
	bool last;	/* of its group: it needs a response */
	uint16_t group; /* below VTD_PAGE_GROUPS */
};

/* Table 32. */
enum vtd_page_response { VTD_PAGE_SUCCESS = 0, VTD_PAGE_INVALID = 1, VTD_PAGE_FAILURE = 15 };

struct vtd_page_queue {
	struct vtd_unit *unit;
	volatile uint64_t *slots;
	uint32_t head, bytes; /* bytes: one page, but for a self-check */
};

/*
 * Give the unit this page as its queue, empty, its event masked, nothing pending. No entry may have PRE set meanwhile. Off again:
 * the page is nobody's then.
 */
void vtd_page_queue_open(struct vtd_page_queue *queue, struct vtd_unit *unit, void *page);
/* The same with 2^order pages: PQA.PQS. */
void vtd_page_queue_open_pages(struct vtd_page_queue *queue, struct vtd_unit *unit, void *pages,
			       unsigned order);
void vtd_page_queue_close(struct vtd_page_queue *queue);

/* How many are in it; the oldest of them, which leaves it; false: it is empty. */
unsigned vtd_page_queue_count(const struct vtd_page_queue *queue);
bool vtd_page_queue_take(struct vtd_page_queue *queue, struct vtd_page_request *request);

/* PRS.PPR and PRS.PRO; cleared again, each by itself. */
bool vtd_page_pending(const struct vtd_unit *unit);
bool vtd_page_overflowed(const struct vtd_unit *unit);
void vtd_page_pending_clear(struct vtd_unit *unit);
void vtd_page_overflow_clear(struct vtd_unit *unit);

/* Send the page request event as an MSI to one APIC (id 0 to 255), or mask it; whether one is pending (PECTL.IP). */
void vtd_page_event(struct vtd_unit *unit, bool on, uint8_t apic_id, uint8_t vector);
bool vtd_page_event_pending(const struct vtd_unit *unit);

/* Respond to the group that this one is the last of; it has left the unit when this returns. */
enum vtd_status vtd_page_respond(struct vtd_unit *unit, const struct vtd_page_request *request,
				 enum vtd_page_response code);

/* "Success", ...; NULL: it is a reserved one. */
const char *vtd_page_response_name(unsigned code);

struct vtd_page_request vtd_page_request_decode(uint64_t low, uint64_t high);

#endif
