/* SPDX-License-Identifier: BSD-2-Clause */
/* The invalidation queue: section 6.5.2. Descriptors are done one by one, in order. */
#include "tests/sim/sim.h"
#include "tests/sim/unit.h"

enum descriptor_type {
	TYPE_CONTEXT = 1,
	TYPE_IOTLB,
	TYPE_DEVTLB,
	TYPE_INTERRUPT_ENTRIES,
	TYPE_WAIT,
	TYPE_PIOTLB,
	TYPE_PASID,
	TYPE_PASID_DEVTLB,
	TYPE_PAGE_RESPONSE,
};

// clang-format off
#define DESC_TYPE_HIGH	FIELD(11, 9)
#define DESC_TYPE	FIELD(3, 0)
#define DESC_G		FIELD(5, 4)
#define DESC_DW		FIELD(6, 6)
#define DESC_DID	FIELD(31, 16)
#define DESC_SID	FIELD(47, 32)
#define DESC_FM		FIELD(49, 48)
#define DESC_PASID	FIELD(51, 32)
#define DESC_P_SID	FIELD(31, 16)  /* PASID-based device-TLB */
#define DESC_AM		FIELD(69, 64)
#define DESC_IH		FIELD(70, 70)
#define DESC_S		FIELD(64, 64)  /* device-TLB: more than one page */
#define DESC_P_S	FIELD(75, 75)
#define DESC_IF		FIELD(4, 4)
#define DESC_BY_INDEX	FIELD(4, 4)   /* interrupt entries */
#define DESC_IM		FIELD(31, 27)
#define DESC_IIDX	FIELD(47, 32)
#define DESC_SW		FIELD(5, 5)
#define DESC_PD		FIELD(7, 7)   /* of a wait: page requests first */
#define DESC_STATUS	FIELD(63, 32)
#define IQA_DW		FIELD(11, 11)
#define IQA_QS		FIELD(2, 0)

/* Bits that must be 0 (section 6.5.2, RsvdZ), words 0 and 1. */
static const uint64_t reserved[][2] = {
	[TYPE_CONTEXT]	    = { 0xfffc00000000f1c0, ~0ull },
	[TYPE_IOTLB]	    = { 0xffffffff0000f100, 0xf80 },
	[TYPE_DEVTLB]	    = { 0x000f0000ffe001f0, 0xffe },
	[TYPE_INTERRUPT_ENTRIES] = { 0xffff000007fff1e0, ~0ull },
	[TYPE_WAIT]	    = { 0x00000000fffff100, 0x3 },
	[TYPE_PIOTLB]	    = { 0xfff000000000f1c0, 0xf80 },
	[TYPE_PASID]	    = { 0xfff000000000f1c0, ~0ull },
	[TYPE_PASID_DEVTLB] = { 0, 0x7fe },
	[TYPE_PAGE_RESPONSE] = { 0xfff00000000001e0, 0xfffffffffffff003 },
};
#define DESC_PFSID	0xfff000000000f000 /* reserved where ECAP.DIT is 0 (section 6.5.2.5) */
// clang-format on

/* Which types there are in this mode and width: table 26. */
static bool is_known(const struct unit *u, unsigned type, bool wide)
{
	if (unit_is_scalable(u) && !wide && !sim_has(BUG_QUEUE_NARROW))
		return false;
	switch (type) {
	case TYPE_CONTEXT:
	case TYPE_IOTLB:
	case TYPE_INTERRUPT_ENTRIES:
	case TYPE_WAIT:
		return true;
	case TYPE_DEVTLB:
		return field_of(unit_get64(u, VTD_ECAP), ECAP_DT);
	case TYPE_PASID_DEVTLB:
		return unit_is_scalable(u) && field_of(unit_get64(u, VTD_ECAP), ECAP_DT);
	case TYPE_PAGE_RESPONSE:
		return unit_is_scalable(u) && field_of(unit_get64(u, VTD_ECAP), ECAP_PRS);
	case TYPE_PIOTLB:
	case TYPE_PASID:
		return unit_is_scalable(u);
	}
	return false;
}

static bool is_valid(const struct unit *u, const uint64_t d[4], bool wide)
{
	unsigned type = (unsigned)field_get(d, DESC_TYPE), g = (unsigned)field_get(d, DESC_G);

	if (type == u->refuses && type)
		return false;
	if ((field_get(d, DESC_TYPE_HIGH) && !sim_has(BUG_TYPE_LOW)) || !is_known(u, type, wide))
		return false;
	if (type < sizeof(reserved) / sizeof(reserved[0]) && !sim.newer &&
	    !sim_has(BUG_DESCRIPTOR_RESERVED) &&
	    (d[0] & reserved[type][0] || d[1] & reserved[type][1]))
		return false;
	if ((type == TYPE_DEVTLB || type == TYPE_PASID_DEVTLB) && d[0] & DESC_PFSID &&
	    !field_of(unit_get64(u, VTD_ECAP), ECAP_DIT))
		return false;
	if (type == TYPE_WAIT && field_get(d, DESC_PD) &&
	    !field_of(unit_get64(u, VTD_ECAP), ECAP_PDS))
		return false;
	if (wide && (d[2] || d[3]) && !sim.newer && !sim_has(BUG_QUEUE_WORDS))
		return false;
	switch (type) {
	case TYPE_CONTEXT:
		return g != 0;
	case TYPE_IOTLB:
		return g != 0 && !(g == 3 && !field_of(unit_get64(u, VTD_CAP), CAP_PSI));
	case TYPE_PIOTLB:
		return g >= 2 || sim_has(BUG_PASID_GRANULARITY);
	case TYPE_PASID:
		return g != 2 || sim_has(BUG_PASID_GRANULARITY);
	}
	return true;
}

static void send_event(struct unit *u)
{
	unit_interrupts(u, unit_get32(u, VTD_IEADDR) | (uint64_t)unit_get32(u, VTD_IEUADDR) << 32,
			unit_get32(u, VTD_IEDATA));
}

void queue_event_control(struct unit *u, uint32_t value)
{
	bool pending = unit_get32(u, VTD_IECTL) & FECTL_IP;

	if (pending && !(value & FECTL_IM)) {
		pending = sim_has(BUG_EVENT_IP_STAYS);
		if (!sim_has(BUG_EVENT_LOST) && !sim_has(BUG_EVENT_HELD))
			send_event(u);
	}
	unit_set32(u, VTD_IECTL, (value & FECTL_IM) | (pending ? FECTL_IP : 0));
}

/* Section 6.5.2.9: ICS.IWC, and the event where it was not set before; that may be masked. */
static void completion_event(struct unit *u)
{
	uint32_t control = unit_get32(u, VTD_IECTL);
	bool was_set = unit_get32(u, VTD_ICS) & ICS_IWC;

	unit_set32(u, VTD_ICS, ICS_IWC);
	if ((was_set && !sim_has(BUG_EVENT_AGAIN)) ||
	    (control & FECTL_IM && sim_has(BUG_EVENT_PENDING)))
		return;
	if (control & FECTL_IM && !sim_has(BUG_EVENT_MASK))
		unit_set32(u, VTD_IECTL, control | FECTL_IP);
	else if (!sim_has(BUG_EVENT_LOST))
		send_event(u);
}

static void complete_wait(struct unit *u, const uint64_t d[4])
{
	uint32_t data = (uint32_t)field_get(d, DESC_STATUS);

	if (sim_has(BUG_WAIT_NEVER) && ++u->count % 1024 == 0)
		return;
	if (field_get(d, DESC_PD) && !sim_has(BUG_PRQ_NO_DRAIN))
		pages_drain(u);
	if (field_get(d, DESC_SW))
		memory_store32(((d[1] & ~3ull) & (sim_has(BUG_WAIT_CUT) ? 0xffffffff : ~0ull)) +
				       (sim_has(BUG_WAIT_ADDRESS) ? 4 : 0),
			       data + (sim_has(BUG_WAIT_DATA) ? 1 : 0));
	if (sim_has(BUG_WAIT_TWICE) && ++u->count % 256 == 0)
		memory_store32(d[1] & ~3ull, data - 1);
	if ((field_get(d, DESC_IF) && !sim_has(BUG_IWC_LOST)) || sim_has(BUG_IWC_ALWAYS))
		completion_event(u);
	if (field_get(d, DESC_SW) && sim_has(BUG_WAIT_WIDE))
		memory_store32((d[1] & ~3ull) + 4, 0);
}

static void tell_error(struct unit *u, uint32_t error)
{
	uint32_t before = unit_get32(u, VTD_FSTS);

	unit_set32(u, VTD_FSTS, before | error);
	if (!(before & (FSTS_PFO | FSTS_PPF | FSTS_IQE | FSTS_ICE | FSTS_ITE)) &&
	    !(sim_has(BUG_IQE_EVENT) && error == FSTS_IQE))
		fault_event(u);
}

/* False: the device did not answer in time. */
static bool forget_in_device(struct unit *u, const uint64_t d[4])
{
	bool by_pasid = field_get(d, DESC_TYPE) == TYPE_PASID_DEVTLB;

	if (sim_has(BUG_DEVTLB_LOST) || (sim_has(BUG_PASID_DEVTLB_LOST) && by_pasid))
		return true;
	if (sim_has(BUG_DEVTLB_TIMEOUT) && ++u->count % 64 == 0)
		return false;
	if (sim_has(BUG_DEVTLB_ANSWER) && ++u->count % 64 == 0)
		tell_error(u, FSTS_ICE);
	return unit_invalidate_device(
		u, (uint16_t)(by_pasid ? field_get(d, DESC_P_SID) : field_get(d, DESC_SID)),
		by_pasid, (uint32_t)field_get(d, DESC_PASID), d[1] & ~0xfffull,
		(by_pasid ? field_get(d, DESC_P_S) : field_get(d, DESC_S)) &&
			!sim_has(BUG_DEVTLB_PAGE));
}

/* False: it timed out. */
static bool obey(struct unit *u, const uint64_t d[4])
{
	static const uint8_t pasid_granularity[] = { GRANULARITY_DOMAIN, GRANULARITY_FINE, 0,
						     GRANULARITY_GLOBAL };
	unsigned g = (unsigned)field_get(d, DESC_G), mask = (unsigned)field_get(d, DESC_AM);
	uint16_t domain = (uint16_t)field_get(d, DESC_DID);
	uint32_t pasid = (uint32_t)field_get(d, DESC_PASID);
	bool always_drains = field_of(unit_get32(u, VTD_VER), VER_MAX) >= 2;

	/* An implicit flush of the write buffer comes first (section 6.8). */
	if (!sim_has(BUG_WBF_LOST))
		memory_drain_write_buffer();
	switch (field_get(d, DESC_TYPE)) {
	case TYPE_CONTEXT:
		context_drop(u, g, domain, (uint16_t)field_get(d, DESC_SID),
			     (unsigned)field_get(d, DESC_FM));
		break;
	case TYPE_IOTLB:
		iotlb_drop(u, g, domain, d[1] & ~0xfffull, mask, field_get(d, DESC_IH),
			   always_drains || field_get(d, DESC_DW));
		break;
	case TYPE_PIOTLB:
		piotlb_drop(u, domain, pasid, g == 3, d[1] & ~0xfffull, mask,
			    field_get(d, DESC_IH));
		break;
	case TYPE_PASID:
		pasid_drop(u, pasid_granularity[g], domain, pasid);
		break;
	case TYPE_INTERRUPT_ENTRIES:
		interrupts_drop(u, field_get(d, DESC_BY_INDEX), (uint32_t)field_get(d, DESC_IIDX),
				(unsigned)field_get(d, DESC_IM));
		break;
	case TYPE_DEVTLB:
	case TYPE_PASID_DEVTLB:
		return forget_in_device(u, d);
	case TYPE_PAGE_RESPONSE:
		pages_respond(u, d);
		break;
	case TYPE_WAIT:
		complete_wait(u, d);
		break;
	}
	return true;
}

/* BUG_WAIT_EARLY: what is put off until the queue has gone on. */
static void obey_out_of_order(struct unit *u, uint64_t base, uint64_t head, uint64_t tail,
			      uint64_t size, unsigned bytes)
{
	for (unsigned pass = 0; pass < 2; pass++)
		for (uint64_t at = head; at != tail; at = (at + bytes) % size) {
			uint64_t d[4] = { 0 };

			for (unsigned i = 0; i < bytes / 8; i += 2)
				memory_load(base + at + 8 * i, 2, d + i, sim.coherent);
			if ((field_get(d, DESC_TYPE) == TYPE_WAIT) == !pass) {
				obey(u, d);
				unit_pause(pass ? 0 : 20000);
			}
		}
	unit_set64(u, VTD_IQH, tail);
}

static uint64_t queue_base(const struct unit *u)
{
	uint64_t base = unit_get64(u, VTD_IQA) & ~0xfffull;

	if (sim_has(BUG_QUEUE_CUT))
		base &= 0xffffffff;
	return sim_has(BUG_QUEUE_BASE) && u->first_queue ? u->first_queue : base;
}

static uint64_t queue_bytes(uint64_t iqa)
{
	unsigned order = (unsigned)field_of(iqa, IQA_QS);

	if (sim_has(BUG_QUEUE_SIZE))
		order = 0;
	if (order)
		order += sim_has(BUG_QUEUE_SIZE_MORE) - sim_has(BUG_QUEUE_SIZE_LESS);
	return 4096ull << order;
}

bool queue_work(struct unit *u)
{
	uint64_t iqa = unit_get64(u, VTD_IQA), base = queue_base(u);
	uint64_t size = queue_bytes(iqa), head = unit_get64(u, VTD_IQH);
	uint64_t tail = unit_get64(u, VTD_IQT) & IQT_QT & (size - 1);
	bool wide = field_of(iqa, IQA_DW), fresh;
	unsigned bytes = wide ? 32 : 16;
	uint64_t d[4] = { 0 };

	if (u->stuck || !(unit_get32(u, VTD_GSTS) & GCMD_QIE) || head == tail ||
	    unit_get32(u, VTD_FSTS) & (FSTS_IQE | FSTS_ITE) ||
	    (sim_has(BUG_QUEUE_DEAD) && u->count))
		return false;
	if (sim_has(BUG_WAIT_EARLY)) {
		obey_out_of_order(u, base, head, tail, size, bytes);
		return true;
	}
	for (unsigned i = 0; i < bytes / 8; i += 2)
		memory_load(base + head + 8 * i, 2, d + i, sim.coherent);
	if ((!is_valid(u, d, wide) && !sim_has(BUG_INVALID_TAKEN)) ||
	    (sim_has(BUG_IQE_SPURIOUS) && ++u->count % 1024 == 0)) {
		tell_error(u, FSTS_IQE);
		u->count = sim_has(BUG_QUEUE_DEAD) ? 1 : u->count;
		return true;
	}
	unit_obeys(u, d);
	unit_pause(sim.invalidate_ns);
	if (sim_has(BUG_MERGED) && field_get(d, DESC_TYPE) == u->last_type &&
	    u->last_type != TYPE_WAIT) {
		u->last_type = 0;
		unit_set64(u, VTD_IQH, (head + bytes) % size);
		return true;
	}
	u->last_type = (uint8_t)field_get(d, DESC_TYPE);
	fresh = u->fresh;
	u->fresh = false;
	if ((sim_has(BUG_QUEUE_FIRST) && fresh && field_get(d, DESC_TYPE) != TYPE_WAIT) ||
	    (sim_has(BUG_QUEUE_LAST) && head + bytes == size &&
	     field_get(d, DESC_TYPE) != TYPE_WAIT) ||
	    (sim_has(BUG_QUEUE_BATCH) && (tail - head) % size >= 3 * bytes)) {
		unit_set64(u, VTD_IQH, (head + bytes) % size);
		return true;
	}
	if (!obey(u, d)) {
		tell_error(u, FSTS_ITE);
		return true;
	}
	/* The head goes on once the descriptor was found to be valid; here: when it is done. */
	head = (head + bytes) % size;
	if (sim_has(BUG_QUEUE_WRAP) && head == size - bytes)
		head = 0;
	unit_set64(u, VTD_IQH, head);
	return true;
}
