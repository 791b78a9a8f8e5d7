/* SPDX-License-Identifier: BSD-2-Clause */
/* Page requests of devices: their queue, what is answered without it, and responses: sections 7.4 to 7.8 and 11.4.11. */
#include "tests/sim/sim.h"
#include "tests/sim/walk.h"

#define SLOT_BYTES 32ull

// clang-format off
/* Page request descriptor: word 0 and 1. */
#define REQUEST_TYPE	FIELD(7, 0)
#define REQUEST_PP	FIELD(8, 8)
#define REQUEST_RID	FIELD(31, 16)
#define REQUEST_PASID	FIELD(51, 32)
#define REQUEST_WRR	FIELD(65, 65)
#define REQUEST_LPIG	FIELD(66, 66)
#define REQUEST_PRGI	FIELD(75, 67)
/* Page group response descriptor. */
#define RESPONSE_PP	FIELD(4, 4)
#define RESPONSE_RC	FIELD(15, 12)
#define RESPONSE_RID	FIELD(31, 16)
#define RESPONSE_PASID	FIELD(51, 32)
#define RESPONSE_PRGI	FIELD(75, 67)
// clang-format on

enum { CODE_SUCCESS, CODE_INVALID };

static uint64_t queue_bytes(const struct unit *u)
{
	return 4096ull << (sim_has(BUG_PRQ_SIZE) ? 0 : field_of(unit_get64(u, VTD_PQA), PQA_PQS));
}

static uint64_t next_slot(const struct unit *u, uint64_t at)
{
	at = (at + SLOT_BYTES) % queue_bytes(u);
	return sim_has(BUG_PRQ_WRAP) && at == queue_bytes(u) - SLOT_BYTES ? 0 : at;
}

static bool is_full(const struct unit *u)
{
	uint64_t head = unit_get64(u, VTD_PQH) & (queue_bytes(u) - 1);

	return (unit_get64(u, VTD_PQT) + SLOT_BYTES) % queue_bytes(u) == head;
}

static void send_event(struct unit *u)
{
	if (!sim_has(BUG_PRQ_EVENT_LOST))
		unit_interrupts(
			u, unit_get32(u, VTD_PEADDR) | (uint64_t)unit_get32(u, VTD_PEUADDR) << 32,
			unit_get32(u, VTD_PEDATA));
}

/* Section 7.5: an event where nothing was pending before. */
static void set_status(struct unit *u, uint32_t bit)
{
	uint32_t before = unit_get32(u, VTD_PRS), control = unit_get32(u, VTD_PECTL);

	if (!(sim_has(BUG_PRQ_PPR) && bit == PRS_PPR))
		unit_set32(u, VTD_PRS, before | bit);
	if (before)
		return;
	if (control & FECTL_IM && !sim_has(BUG_PRQ_EVENT_MASK))
		unit_set32(u, VTD_PECTL, control | FECTL_IP);
	else
		send_event(u);
}

void pages_acknowledge(struct unit *u, uint32_t value)
{
	uint32_t left = unit_get32(u, VTD_PRS) & ~value;

	unit_set32(u, VTD_PRS, left);
	if (!left)
		unit_set32(u, VTD_PECTL, unit_get32(u, VTD_PECTL) & ~FECTL_IP);
}

void pages_event_control(struct unit *u, uint32_t value)
{
	uint32_t pending = unit_get32(u, VTD_PECTL) & FECTL_IP;
	bool goes = pending && !(value & FECTL_IM);

	unit_set32(u, VTD_PECTL,
		   (value & FECTL_IM) | (goes && !sim_has(BUG_PRQ_IP_STAYS) ? 0 : pending));
	if (goes && !sim_has(BUG_PRQ_EVENT_HELD))
		send_event(u);
}

static void answer(struct unit *u, const struct request *r, uint8_t code)
{
	if (!r->is_last && !sim_has(BUG_PRQ_ALWAYS))
		return;
	unit_answers(u, &(struct unit_answer){ .source_id = r->source_id,
					       .group = r->group,
					       .has_pasid = r->has_pasid,
					       .pasid = r->pasid,
					       .code = code });
}

/* Section 6.5.3.1: the translations of its page, as by an invalidation of that page alone. */
static void drop_page(struct unit *u, const struct request *r)
{
	if (sim_has(BUG_PRQ_KEEPS))
		return;
	if (r->stage == UNIT_FIRST)
		piotlb_drop(u, r->domain, r->uses_pasid, true, r->at & ~PAGE_MASK, 0, false);
	else
		iotlb_drop(u, r->stage == UNIT_NESTED ? GRANULARITY_DOMAIN : GRANULARITY_FINE,
			   r->domain, r->at & ~PAGE_MASK, 0, false, false);
}

static void write_descriptor(struct unit *u, const struct request *r, uint64_t at)
{
	uint64_t base = unit_get64(u, VTD_PQA) & ~PAGE_MASK, d[4] = { 0 };
	uint16_t source_id = r->source_id, group = r->group;
	uint64_t address = r->at & ~PAGE_MASK;

	if (sim_has(BUG_PRQ_QUEUE_CUT))
		base &= 0xffffffff;
	if (sim_has(BUG_PRQ_SOURCE))
		source_id ^= 1;
	if (sim_has(BUG_PRQ_GROUP))
		group &= 0xff;
	if (sim_has(BUG_PRQ_ADDRESS))
		address &= (1ull << 48) - 1;
	d[0] = field_bits(REQUEST_TYPE, 1) | field_bits(REQUEST_PP, r->has_pasid) |
	       field_bits(REQUEST_RID, source_id);
	if (r->has_pasid)
		field_set(d, REQUEST_PASID, r->pasid + (sim_has(BUG_PRQ_PASID) ? 1 : 0));
	d[1] = address;
	field_set(d, REQUEST_WRR, 1);
	field_set(d, REQUEST_LPIG, r->is_last || sim_has(BUG_PRQ_LPIG));
	field_set(d, REQUEST_PRGI, group);
	for (unsigned i = 0; i < SLOT_BYTES / 4; i++)
		memory_store32(base + at + 4 * i, (uint32_t)(d[i / 2] >> 32 * (i % 2)));
}

static void put(struct unit *u, const struct request *r)
{
	uint64_t at = unit_get64(u, VTD_PQT) & (queue_bytes(u) - 1);

	if (sim_has(BUG_PRQ_LOST) && r->number % 16 == 0)
		return;
	if (sim_has(BUG_PRQ_TAIL)) {
		unit_set64(u, VTD_PQT, next_slot(u, at));
		unit_pause(20000);
	}
	write_descriptor(u, r, at);
	unit_set64(u, VTD_PQT, next_slot(u, at));
	set_status(u, PRS_PPR);
}

void unit_page_request(struct unit *u, struct request *r)
{
	uint8_t reason;

	unit_pause(sim.page_ns);
	reason = unit_look_up(u, r);
	if (reason) {
		if (!sim_has(BUG_PRQ_SILENT))
			answer(u, r, sim_has(BUG_PRQ_CODE) ? CODE_SUCCESS : CODE_INVALID);
		return;
	}
	if ((unit_get32(u, VTD_PRS) & PRS_PRO && !sim_has(BUG_PRQ_PRO_PASSES)) || u->pages_ended) {
		answer(u, r, CODE_SUCCESS);
		return;
	}
	if (is_full(u) && !sim_has(BUG_PRQ_OVERWRITES)) {
		if (!sim_has(BUG_PRQ_NO_PRO))
			set_status(u, PRS_PRO);
		u->pages_ended = sim_has(BUG_PRQ_ENDS);
		if (!sim_has(BUG_PRQ_FULL_SILENT))
			answer(u, r, sim_has(BUG_PRQ_FULL_CODE) ? CODE_INVALID : CODE_SUCCESS);
		return;
	}
	drop_page(u, r);
	put(u, r);
	if (sim_has(BUG_PRQ_TWICE) && r->number % 16 == 0 && !is_full(u))
		put(u, r);
}

void pages_respond(struct unit *u, const uint64_t d[4])
{
	struct unit_answer a = { .source_id = (uint16_t)field_get(d, RESPONSE_RID),
				 .group = (uint16_t)field_get(d, RESPONSE_PRGI),
				 .has_pasid = field_get(d, RESPONSE_PP),
				 .pasid = (uint32_t)field_get(d, RESPONSE_PASID),
				 .code = (uint8_t)field_get(d, RESPONSE_RC) };

	if (sim_has(BUG_RESPONSE_LOST))
		return;
	if (sim_has(BUG_RESPONSE_SOURCE))
		a.source_id = (uint16_t)(a.source_id + 8);
	if (sim_has(BUG_RESPONSE_GROUP))
		a.group &= 0xff;
	if (sim_has(BUG_RESPONSE_CODE))
		a.code = CODE_SUCCESS;
	unit_answers(u, &a);
}

void pages_drain(struct unit *u)
{
	uint64_t before = u->arrivals;

	for (uint32_t left = u->under_way; left; left = unit_rest_of(left)) {
		struct request **r = &u->requests[unit_first_of(left)];

		while (*r && (*r)->access == ACCESS_PAGE && (*r)->number <= before)
			unit_wait();
	}
}
