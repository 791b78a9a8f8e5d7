/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plain DMA generator: a device that writes a page when told to. It may have a device-TLB (ATS), tag its
 * requests with a PASID, or be under a bridge that gives them its own requester-id.
 */
#include "tests/sim/device.h"
#include "kernel/dma/dma.h"
#include "kernel/memory.h"
#include "kernel/lib/string.h"
#include "tests/sim/machine.h"
#include "tests/sim/sim.h"

#define DEVICE_TLB_LINES 4
#define DISCARDS_MOST	 3    /* answers in a row that an invalidation overtook */
#define RETRY_NS	 1000 /* before a refused write is tried again, at most */

static struct device {
	unsigned number;
	struct dma_device *d;
	bool asked;
	enum dma_state state;
	uint64_t at;
	uint8_t page[PAGE_SIZE]; /* what it writes */
	bool reads;		 /* the DMA under way does */
	uint64_t was_read[DMA_READ_BYTES / 8];
	uint32_t generation; /* of its TLB: how often it was told to forget */
	bool writing;	     /* a translated request of this generation is under way */
	uint32_t writes_by;
	struct {
		bool valid, has_pasid;
		uint32_t pasid;
		uint64_t page, frame;
	} tlb[DEVICE_TLB_LINES];
	unsigned next_line;
	uint64_t message; /* its interrupt; 0: off */
	uint32_t message_data;
	bool raised;
} devices[SIM_DEVICES_MAX];

/* The unit that the device's DMA goes through; what the DMAR table says is another matter. */
unsigned device_unit(unsigned device)
{
	return (device + sim.wrong_owner) % sim.units;
}

static unsigned unit_of(const struct device *x)
{
	return device_unit(x->number);
}

uint16_t device_requester(unsigned device)
{
	/* A bridge to conventional PCI: its secondary bus, device 0 (PCI Express to PCI bridge, 2.3). */
	return sim.alias ? 1 << 8 : device_devfn(device);
}

uint8_t device_devfn(unsigned device)
{
	return (uint8_t)((sim.slot + device) << 3);
}

static bool uses_ats(const struct device *x)
{
	return pci_ats_enabled(x->d->function);
}

static struct request request_of(const struct device *x, uint8_t access)
{
	return (struct request){ .source_id = device_requester(x->number),
				 .has_pasid = x->d->has_pasid,
				 .pasid = x->d->pasid,
				 .at = x->at,
				 .access = access };
}

static int find_line(struct device *x)
{
	for (unsigned i = 0; i < DEVICE_TLB_LINES; i++) {
		if (!x->tlb[i].valid || x->tlb[i].page != x->at / PAGE_SIZE ||
		    x->tlb[i].has_pasid != x->d->has_pasid ||
		    (x->d->has_pasid && x->tlb[i].pasid != x->d->pasid))
			continue;
		if (!sim_chance(sim.forget))
			return (int)i;
		x->tlb[i].valid = false;
	}
	return -1;
}

static void keep_line(struct device *x, uint64_t to)
{
	unsigned k = x->next_line++ % DEVICE_TLB_LINES;

	if (!sim_chance(sim.device_tlb))
		return;
	x->tlb[k].valid = true;
	x->tlb[k].has_pasid = x->d->has_pasid;
	x->tlb[k].pasid = x->d->pasid;
	x->tlb[k].page = x->at / PAGE_SIZE;
	x->tlb[k].frame = to / PAGE_SIZE;
}

/* An answer travels while others act. */
static void await_answer(void)
{
	uint64_t until = unit_now() + sim_random(sim.answer_ns + 1);

	while (sim_by_turns && unit_now() < until)
		sim_wait();
}

/*
 * What the device knows, or what it is told: false if it gets no leave to write. An answer that an invalidation
 * overtook is discarded, or the invalidation waits for it and for what is written by it: both are permitted (PCI
 * Express base specification, 10.3.2). Where rewriting is faster than asking, only the second ends.
 */
static bool ask(struct device *x, uint64_t *to)
{
	struct request r = request_of(x, ACCESS_TRANSLATION);
	uint32_t generation;
	int line;

	for (unsigned discarded = 0;; discarded++) {
		bool is_waited_for = discarded >= DISCARDS_MOST;

		platform_lock();
		line = find_line(x);
		if (line >= 0) {
			*to = x->tlb[line].frame * PAGE_SIZE;
			x->writes_by = x->generation;
			x->writing = true;
		}
		generation = x->generation;
		if (is_waited_for && line < 0) {
			x->writes_by = generation;
			x->writing = true;
		}
		platform_unlock();
		if (line >= 0)
			return true;
		if (!platform_ask(unit_of(x), &r, to)) {
			x->writing = false;
			return false;
		}
		await_answer();
		platform_lock();
		if (generation == x->generation || sim_has(BUG_ATS_OUTLIVES)) {
			keep_line(x, *to);
			x->writes_by = x->generation;
			x->writing = true;
		}
		platform_unlock();
		if (x->writing)
			return true;
	}
}

/* By its own TLB, filled by translation requests (PCI Express base specification, chapter 10). */
static bool write_translated(struct device *x, bool *is_told)
{
	struct request write = request_of(x, ACCESS_TRANSLATED);
	bool done;

	x->writing = false;
	*is_told = !ask(x, &write.at);
	if (*is_told)
		return false;
	write.has_pasid = false; /* section 4.2.1 */
	done = platform_dma(unit_of(x), &write, x->page, x->d->bytes);
	x->writing = false;
	return done;
}

bool device_is_writing(uint16_t source_id)
{
	for (unsigned i = 0; i < sim.devices; i++)
		if (device_requester(i) == source_id && devices[i].writing &&
		    devices[i].writes_by != devices[i].generation)
			return true;
	return false;
}

static void do_dma(void *device)
{
	struct device *x = device;
	struct request r;
	bool done, is_told = false;

	if (sim.stall_ns && sim_chance(12))
		unit_pause(sim.stall_ns);
	if (x->reads) {
		r = request_of(x, ACCESS_READ);
		r.no_snoop = x->d->skips_snooping;
		done = platform_dma(unit_of(x), &r, x->was_read, DMA_READ_BYTES);
		if (x->asked)
			x->state = done ? DMA_DONE : DMA_FAILED;
		x->asked = false;
		return;
	}
	r = request_of(x, ACCESS_WRITE);
	done = uses_ats(x) ? write_translated(x, &is_told)
			   : platform_dma(unit_of(x), &r, x->page, x->d->bytes);
	if (!done && !uses_ats(x) && sim_chance(sim.retries)) {
		unit_pause(RETRY_NS);
		done = platform_dma(unit_of(x), &r, x->page, x->d->bytes);
	}
	/*
	 * A refused write may be dropped without a word: memory writes are posted. Where it got no translation, the
	 * device knows.
	 */
	if (x->asked)
		x->state = done || (!is_told && sim_chance(sim.posted)) ? DMA_DONE : DMA_FAILED;
	x->asked = false;
}

bool device_forget(uint16_t source_id, bool has_pasid, uint32_t pasid, uint64_t address, bool all)
{
	for (unsigned i = 0; i < sim_device_count(); i++) {
		struct device *x = &devices[i];

		/* Also with its ATS off: section 4.5.2. */
		if (device_requester(i) != source_id || !x->d || !sim.ats)
			continue;
		x->generation++;
		for (unsigned k = 0; k < DEVICE_TLB_LINES; k++)
			if (x->tlb[k].has_pasid == has_pasid &&
			    (!has_pasid || x->tlb[k].pasid == pasid) &&
			    (all || x->tlb[k].page == address / PAGE_SIZE))
				x->tlb[k].valid = false;
		return true;
	}
	return false;
}

/* --- the generator --- */

static bool matches(const struct pci_function *f, unsigned number)
{
	return f->vendor == SIM_VENDOR && f->device == SIM_DEVICE_ID + number;
}

static struct device *device_of(const struct dma_device *d)
{
	return &devices[d->function->device - SIM_DEVICE_ID];
}

unsigned device_number(const struct dma_device *d)
{
	return (unsigned)(device_of(d) - devices);
}

static const char *open(struct dma_device *d)
{
	struct device *x = device_of(d);

	x->number = (unsigned)(x - devices);
	x->d = d;
	d->registers = (volatile uint8_t *)x;
	d->private = memory_alloc_window(1);
	d->private_pages = 1;
	d->address_mask = ~0ull;
	d->bytes = sim.bytes;
	memset(x->page, 0xda, sizeof(x->page));
	d->one_request = !sim.retries;
	d->may_skip_snooping = true;
	d->only_beside = x->number >= sim.devices;
	d->timeout_us = 1000000;
	d->typical_us = 1;
	d->tagging = sim.tags ? DMA_TAGS_AS_TOLD : DMA_TAGS_NEVER;
	return d->private ? NULL : "no memory for its private page";
}

static const char *reset(struct dma_device *d, uint64_t private_at)
{
	struct device *x = device_of(d);

	d->private_at = private_at;
	x->asked = false;
	x->state = DMA_BUSY;
	while (sim_by_turns && !task_is_asleep(TASK_DEVICE + x->number))
		sim_wait(); /* for the transfer under way */
	return NULL;
}

static void begin(struct dma_device *d, uint64_t at, bool reads)
{
	struct device *x = device_of(d);

	if (!(pci_read16(d->function, PCI_COMMAND) & PCI_COMMAND_MASTER)) {
		x->state = DMA_FAILED;
		return;
	}
	/* For a page request that has left it, and is under way. */
	while (sim_by_turns && !task_is_asleep(TASK_DEVICE + x->number))
		sim_wait();
	x->at = at;
	x->reads = reads;
	x->state = DMA_BUSY;
	x->asked = true;
	if (sim_by_turns)
		task_begin(TASK_DEVICE + x->number, do_dma, x);
	else
		do_dma(x);
	sim_point(20);
}

static void start(struct dma_device *d, uint64_t at)
{
	begin(d, at, false);
}

static void start_read(struct dma_device *d, uint64_t at)
{
	begin(d, at, true);
}

static volatile uint64_t *was_read(const struct dma_device *d)
{
	return device_of(d)->was_read;
}

static enum dma_state poll(struct dma_device *d)
{
	struct device *x = device_of(d);
	enum dma_state state = x->state;

	if (state == DMA_BUSY)
		sim_wait();
	/* Done is said once: a start that the device never hears of must not look like one that is over. */
	else
		x->state = DMA_BUSY;
	return state;
}

/* --- its interrupt --- */

static const char *interrupt_open(struct dma_device *d, uint64_t address, uint32_t data)
{
	struct device *x = device_of(d);

	x->message = address;
	x->message_data = data;
	return NULL;
}

static void do_interrupt(void *device)
{
	struct device *x = device;

	platform_interrupt(unit_of(x), device_requester(x->number), x->message, x->message_data);
	x->raised = true;
}

static bool interrupt_raise(struct dma_device *d)
{
	struct device *x = device_of(d);

	if (!x->message || !(pci_read16(d->function, PCI_COMMAND) & PCI_COMMAND_MASTER))
		return false;
	x->raised = false;
	sim_point(20);
	if (!sim_by_turns)
		do_interrupt(x);
	else
		task_begin(TASK_DEVICE + x->number, do_interrupt, x);
	while (!x->raised)
		sim_wait();
	return true;
}

static void interrupt_close(struct dma_device *d)
{
	device_of(d)->message = 0;
}

static void stop(struct dma_device *d)
{
	interrupt_close(d);
	reset(d, d->private_at);
	pci_bus_master(d->function, false);
}

// clang-format off
#define PLAIN(n)                                                                             \
	static bool matches_##n(const struct pci_function *f) { return matches(f, n); }      \
	const struct dma_generator sim_generator_##n = {                                     \
		.name = n ? "sim" #n : "sim", .matches = matches_##n, .open = open,         \
		.reset = reset, .start = start, .poll = poll, .stop = stop,                  \
		.start_read = start_read, .was_read = was_read,                              \
		.interrupt_open = interrupt_open, .interrupt_raise = interrupt_raise,        \
		.interrupt_close = interrupt_close,                                          \
		.request_page = device_request_page, .page_answer = device_page_answer,      \
	}
PLAIN(0);
PLAIN(1);
PLAIN(2);
PLAIN(3);
// clang-format on
