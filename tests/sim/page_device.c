/* SPDX-License-Identifier: BSD-2-Clause */
/* The Page Request Interface of the plain DMA generator (PCI Express base specification, 10.4): requests, and responses to them. */
#include "tests/sim/device.h"
#include "tests/sim/machine.h"
#include "tests/sim/sim.h"

#define GROUPS	    512
#define ANSWERS_MAX 16

static struct pages {
	struct request request;
	unsigned number;
	bool sent;
	struct {
		bool waits, has_pasid;
		uint32_t pasid;
	} groups[GROUPS]; /* for a response */
	struct dma_page_answer answers[ANSWERS_MAX];
	unsigned first, count;
} pages[SIM_DEVICES_MAX];

static void is_sent(void *device)
{
	struct pages *p = device;

	p->sent = true;
}

static void send(void *device)
{
	struct pages *p = device;

	platform_page_request(device_unit(p->number), &p->request, is_sent, p);
}

bool device_request_page(struct dma_device *d, uint64_t at, uint16_t group, bool last)
{
	unsigned number = device_number(d);
	struct pages *p = &pages[number];

	if (!(pci_read16(d->function, PCI_COMMAND) & PCI_COMMAND_MASTER) ||
	    !pci_page_requests_enabled(d->function))
		return false;
	while (sim_by_turns && !task_is_asleep(TASK_DEVICE + number))
		sim_wait();
	p->number = number;
	p->sent = false;
	p->request = (struct request){ .source_id = device_requester(number),
				       .has_pasid = d->has_pasid,
				       .pasid = d->pasid,
				       .at = at,
				       .access = ACCESS_PAGE,
				       .is_last = last,
				       .group = group };
	if (last) {
		p->groups[group].waits = true;
		p->groups[group].has_pasid = d->has_pasid;
		p->groups[group].pasid = d->pasid;
	}
	if (sim_by_turns)
		task_begin(TASK_DEVICE + number, send, p);
	else
		send(p);
	while (!p->sent)
		sim_wait();
	return true;
}

bool device_page_answer(struct dma_device *d, struct dma_page_answer *answer)
{
	struct pages *p = &pages[device_number(d)];
	bool any;

	platform_lock();
	any = p->count;
	if (any) {
		*answer = p->answers[p->first];
		p->first = (p->first + 1) % ANSWERS_MAX;
		p->count--;
	}
	platform_unlock();
	if (!any)
		sim_wait();
	return any;
}

void device_take_answer(const struct unit_answer *a)
{
	for (unsigned i = 0; i < sim_device_count(); i++) {
		struct pages *p = &pages[i];
		bool fits = p->groups[a->group].waits &&
			    p->groups[a->group].has_pasid == a->has_pasid &&
			    (!a->has_pasid || p->groups[a->group].pasid == a->pasid);

		if (device_requester(i) != a->source_id)
			continue;
		if (p->count < ANSWERS_MAX)
			p->answers[(p->first + p->count++) % ANSWERS_MAX] =
				(struct dma_page_answer){ a->group, a->code, fits };
		p->groups[a->group].waits &= !fits;
		return;
	}
}
