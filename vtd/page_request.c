/* SPDX-License-Identifier: BSD-2-Clause */
/* The page request queue and page group responses. */
#include "vtd/page_request.h"
#include "vtd/descriptor.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"

#include <stddef.h>

#define PAGE_BYTES (VTD_PAGE_REQUESTS * VTD_PAGE_REQUEST_BYTES)
_Static_assert(PAGE_BYTES == 4096, "one page");

// clang-format off
/* A page request descriptor, figure 7-1. Of its low word: */
#define REQ_TYPE	FIELD(7, 0)
#define REQ_PP		FIELD(8, 8)
#define REQ_RID		FIELD(31, 16)
#define REQ_PASID	FIELD(51, 32)
#define REQ_EXR		FIELD(52, 52)
#define REQ_PMR		FIELD(53, 53)
/* Of its high word: */
#define REQ_RDR		FIELD(0, 0)
#define REQ_WRR		FIELD(1, 1)
#define REQ_LPIG	FIELD(2, 2)
#define REQ_PRGI	FIELD(11, 3)
/* A page group response descriptor, figure 7-2: the low word, and the high one. */
#define RESP_PP		FIELD(4, 4)
#define RESP_RC		FIELD(15, 12)
#define RESP_RID	FIELD(31, 16)
#define RESP_PASID	FIELD(51, 32)
#define RESP_PRGI	FIELD(11, 3)
// clang-format on

void vtd_page_queue_open_pages(struct vtd_page_queue *q, struct vtd_unit *unit, void *pages,
			       unsigned order)
{
	*q = (struct vtd_page_queue){ .unit = unit, .slots = pages, .bytes = PAGE_BYTES << order };
	for (size_t i = 0; i < q->bytes / sizeof(uint64_t); i++)
		q->slots[i] = 0;
	vtd_flush(unit, pages, q->bytes);
	vtd_write32(unit, VTD_PECTL, FECTL_IM);
	vtd_write64(unit, VTD_PQT, 0);
	vtd_write64(unit, VTD_PQH, 0);
	vtd_write64(unit, VTD_PQA, (uint64_t)pages | field_bits(PQA_PQS, order));
	vtd_write32(unit, VTD_PRS, PRS_PPR | PRS_PRO);
}

void vtd_page_queue_open(struct vtd_page_queue *q, struct vtd_unit *unit, void *page)
{
	vtd_page_queue_open_pages(q, unit, page, 0);
}

void vtd_page_queue_close(struct vtd_page_queue *q)
{
	vtd_write32(q->unit, VTD_PECTL, FECTL_IM);
	vtd_write64(q->unit, VTD_PQT, 0);
	vtd_write64(q->unit, VTD_PQH, 0);
	vtd_write64(q->unit, VTD_PQA, 0);
	vtd_write32(q->unit, VTD_PRS, PRS_PPR | PRS_PRO);
}

unsigned vtd_page_queue_count(const struct vtd_page_queue *q)
{
	uint32_t tail = (uint32_t)(vtd_read64(q->unit, VTD_PQT) & PQT_QT);

	return (tail + q->bytes - q->head) % q->bytes / VTD_PAGE_REQUEST_BYTES;
}

struct vtd_page_request vtd_page_request_decode(uint64_t low, uint64_t high)
{
	return (struct vtd_page_request){
		.raw = { low, high },
		.type = (uint8_t)field_of(low, REQ_TYPE),
		.source_id = (uint16_t)field_of(low, REQ_RID),
		.has_pasid = field_of(low, REQ_PP),
		.pasid = (uint32_t)field_of(low, REQ_PASID),
		.execute = field_of(low, REQ_EXR),
		.privileged = field_of(low, REQ_PMR),
		.address = high & ~0xfffull,
		.reads = field_of(high, REQ_RDR),
		.writes = field_of(high, REQ_WRR),
		.last = field_of(high, REQ_LPIG),
		.group = (uint16_t)field_of(high, REQ_PRGI),
	};
}

bool vtd_page_queue_take(struct vtd_page_queue *q, struct vtd_page_request *request)
{
	volatile uint64_t *slot = q->slots + q->head / sizeof(uint64_t);

	if (!vtd_page_queue_count(q))
		return false;
	vtd_flush(q->unit, slot, VTD_PAGE_REQUEST_BYTES);
	*request = vtd_page_request_decode(slot[0], slot[1]);
	q->head = (q->head + VTD_PAGE_REQUEST_BYTES) % q->bytes;
	vtd_write64(q->unit, VTD_PQH, q->head);
	return true;
}

bool vtd_page_pending(const struct vtd_unit *unit)
{
	return vtd_read32(unit, VTD_PRS) & PRS_PPR;
}

bool vtd_page_overflowed(const struct vtd_unit *unit)
{
	return vtd_read32(unit, VTD_PRS) & PRS_PRO;
}

void vtd_page_pending_clear(struct vtd_unit *unit)
{
	vtd_write32(unit, VTD_PRS, PRS_PPR);
}

void vtd_page_overflow_clear(struct vtd_unit *unit)
{
	vtd_write32(unit, VTD_PRS, PRS_PRO);
}

void vtd_page_event(struct vtd_unit *unit, bool on, uint8_t apic_id, uint8_t vector)
{
	vtd_write32(unit, VTD_PECTL, FECTL_IM);
	if (!on)
		return;
	vtd_write32(unit, VTD_PEDATA, vector);
	vtd_write32(unit, VTD_PEADDR, MESSAGE_ADDRESS | (uint32_t)apic_id << MESSAGE_APIC_ID_SHIFT);
	vtd_write32(unit, VTD_PEUADDR, 0);
	vtd_write32(unit, VTD_PECTL, 0);
}

bool vtd_page_event_pending(const struct vtd_unit *unit)
{
	return vtd_read32(unit, VTD_PECTL) & FECTL_IP;
}

enum vtd_status vtd_page_respond(struct vtd_unit *unit, const struct vtd_page_request *r,
				 enum vtd_page_response code)
{
	const uint64_t words[4] = {
		field_bits(DESC_TYPE, TYPE_PAGE_RESPONSE) | field_bits(RESP_PP, r->has_pasid) |
			field_bits(RESP_RC, code) | field_bits(RESP_RID, r->source_id) |
			(r->has_pasid ? field_bits(RESP_PASID, r->pasid) : 0),
		field_bits(RESP_PRGI, r->group),
	};

	return vtd_queue_submit(unit, words);
}

const char *vtd_page_response_name(unsigned code)
{
	switch (code) {
	case VTD_PAGE_SUCCESS:
		return "Success";
	case VTD_PAGE_INVALID:
		return "Invalid Request";
	case VTD_PAGE_FAILURE:
		return "Response Failure";
	}
	return NULL;
}
