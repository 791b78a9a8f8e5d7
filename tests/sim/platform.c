/* SPDX-License-Identifier: BSD-2-Clause */
/* Between processors, devices and units: vtd/platform.h, and what tests/sim/unit.h asks of the machine. */
#include "kernel/cpu.h"
#include "kernel/memory.h"
#include "kernel/time.h"
#include "tests/sim/device.h"
#include "tests/sim/machine.h"
#include "tests/sim/sim.h"
#include "tests/sim/unit.h"
#include "vtd/platform.h"

#include <sched.h>

#define UNIT_SPACING 0x10000ull
#define READ_NS	     250 /* of a register, which no cache holds; a write is posted */

static struct unit units[SIM_UNITS_MAX];

/*
 * By threads: one lock, held through a walk, so that nothing is under way while a unit invalidates. The struct
 * fills its line: whatever the linker put beside the word was read at half the speed.
 */
static struct {
	int taken __attribute__((aligned(64)));
} lock;

void platform_lock(void)
{
	if (sim_by_turns)
		return;
	for (unsigned spins = 1; __atomic_exchange_n(&lock.taken, 1, __ATOMIC_ACQUIRE); spins++)
		while (__atomic_load_n(&lock.taken, __ATOMIC_RELAXED)) {
			__builtin_ia32_pause();
			if (spins++ % 2048 == 0)
				sched_yield();
		}
}

void platform_unlock(void)
{
	if (!sim_by_turns)
		__atomic_store_n(&lock.taken, 0, __ATOMIC_RELEASE);
}

void units_init(void)
{
	for (unsigned i = 0; i < SIM_UNITS_MAX; i++)
		unit_reset(&units[i], i);
}

void units_forget_task(uint8_t task)
{
	for (unsigned i = 0; i < sim.units; i++)
		unit_forget_task(&units[i], task);
}

static struct unit *unit_at(const volatile void *address, uint32_t *offset)
{
	uint64_t at = (uint64_t)address - SIM_REGISTERS;

	*offset = (uint32_t)(at % UNIT_SPACING);
	return at / UNIT_SPACING < sim.units ? &units[at / UNIT_SPACING] : NULL;
}

static uint64_t read_register(const volatile void *address, unsigned bytes)
{
	uint32_t offset;
	struct unit *u = unit_at(address, &offset);
	uint64_t value;

	if (!u)
		return ~0ull;
	sim_point(READ_NS);
	platform_lock();
	value = unit_read(u, offset, bytes);
	platform_unlock();
	return value;
}

static void write_register(volatile void *address, unsigned bytes, uint64_t value)
{
	uint32_t offset;
	struct unit *u = unit_at(address, &offset);

	if (!u)
		return;
	sim_point(40);
	platform_lock();
	unit_write(u, offset, bytes, value);
	platform_unlock();
}

uint32_t platform_read32(const volatile void *address)
{
	return (uint32_t)read_register(address, 4);
}

uint64_t platform_read64(const volatile void *address)
{
	return read_register(address, 8);
}

void platform_write32(volatile void *address, uint32_t value)
{
	write_register(address, 4, value);
}

void platform_write64(volatile void *address, uint64_t value)
{
	write_register(address, 8, value);
}

void platform_flush_line(const volatile void *address)
{
	cpu_flush_line(address);
}

void *platform_alloc_page(void)
{
	return memory_alloc(1);
}

uint64_t platform_time_us(void)
{
	return time_us();
}

void platform_relax(void)
{
	sim_wait();
}

/* --- what units ask --- */

uint64_t unit_now(void)
{
	return sim_by_turns ? sim_clock() : time_ticks_to_ns(sim_clock());
}

void unit_pause(uint32_t ns)
{
	if (sim_by_turns)
		sim_point(sim_random(ns + 1));
}

void unit_wait(void)
{
	sim_wait();
}

uint8_t unit_task(void)
{
	return (uint8_t)task_current();
}

static void work_until_done(void *unit)
{
	struct unit *u = unit;

	/* Where nothing is to be done but wait, for a record to be due, the others go on. */
	while (unit_work(u))
		sim_wait();
}

void unit_is_busy(struct unit *u)
{
	if (!sim_by_turns) {
		while (unit_work(u))
			;
		return;
	}
	if (task_is_asleep(TASK_UNIT + u->number))
		task_begin(TASK_UNIT + u->number, work_until_done, u);
}

void unit_interrupts(struct unit *u, uint64_t address, uint32_t data)
{
	(void)u;
	/* An MSI to some processor's APIC; only the driver asks for one. */
	if (address >> 20 == 0xfee)
		sim_interrupt((uint8_t)data);
}

void unit_obeys(struct unit *u, const uint64_t descriptor[4])
{
	(void)u;
	(void)descriptor;
}

void unit_answers(struct unit *u, const struct unit_answer *answer)
{
	(void)u;
	device_take_answer(answer);
}

bool unit_invalidate_device(struct unit *u, uint16_t source_id, bool has_pasid, uint32_t pasid,
			    uint64_t address, bool all)
{
	bool answers = device_forget(source_id, has_pasid, pasid, address, all);

	(void)u;
	/* By threads the lock is held, and a translated write has begun before or begins after. */
	while (answers && sim_by_turns && device_is_writing(source_id))
		sim_wait();
	return answers;
}

/* --- what devices ask --- */

static void copy(uint64_t to, void *data, uint64_t bytes, bool write)
{
	uint8_t *at = (uint8_t *)to;

	if (write)
		__builtin_memcpy(at, data, bytes);
	else
		__builtin_memcpy(data, at, bytes);
}

/* What memory has, not the processors' caches: of a request that does not snoop. */
static void read_unsnooped(uint64_t from, void *data, uint64_t bytes)
{
	uint64_t *to = data;

	for (uint64_t i = 0; i < bytes / 8; i++)
		memory_load(from + 8 * i, 1, to + i, false);
}

/* A walk of the unit's own for a request that came: it may fill caches, and says nothing. */
static struct request prefetches[SIM_UNITS_MAX];

static void prefetch(void *unit)
{
	struct unit *u = unit;
	struct request *r = &prefetches[u->number];
	uint64_t ignored;

	unit_take(u, r);
	unit_translate(u, r, &ignored);
	unit_leave(u, r);
}

static void maybe_prefetch(struct unit *u, const struct request *r)
{
	if (!sim_by_turns || !sim_chance(sim.prefetch) || r->access == ACCESS_TRANSLATED ||
	    !task_is_asleep(TASK_WALKER + u->number))
		return;
	prefetches[u->number] = (struct request){ .source_id = r->source_id,
						  .has_pasid = r->has_pasid,
						  .pasid = r->pasid,
						  .at = r->at,
						  .access = r->access,
						  .is_prefetch = true };
	task_begin(TASK_WALKER + u->number, prefetch, u);
}

/* Requests that were translated and are queued on their way to memory (section 6.5.4); others act meanwhile. */
static void await_commit(void)
{
	uint64_t until = sim.commit_ns ? unit_now() + sim_random(sim.commit_ns + 1) : 0;

	while (sim_by_turns && until && unit_now() < until)
		unit_wait();
}

bool platform_dma(unsigned unit, const struct request *asked, void *data, uint64_t bytes)
{
	struct unit *u = &units[unit];
	bool write = asked->access == ACCESS_WRITE || asked->access == ACCESS_TRANSLATED;
	struct request r = *asked;
	uint64_t to;
	uint8_t reason;

	platform_lock();
	unit_take(u, &r);
	maybe_prefetch(u, &r);
	reason = unit_translate(u, &r, &to);
	if (sim_has(BUG_WRITE_ANYWAY) && reason && u->old_frame)
		copy(u->old_frame, data, bytes, write);
	unit_pause(sim.use_ns);
	await_commit();
	if (!reason && memory_has(to, bytes)) {
		if (!write && r.no_snoop && !r.forces_snoop)
			read_unsnooped(to, data, bytes);
		else
			copy(to, data, bytes, write);
		u->old_frame = to;
	}
	unit_leave(u, &r);
	platform_unlock();
	return !reason;
}

bool platform_ask(unsigned unit, const struct request *asked, uint64_t *to)
{
	struct unit *u = &units[unit];
	struct request r = *asked;
	uint8_t reason;

	platform_lock();
	unit_take(u, &r);
	maybe_prefetch(u, &r);
	reason = unit_translate(u, &r, to);
	unit_leave(u, &r);
	platform_unlock();
	return !reason && (r.access != ACCESS_TRANSLATION || r.may_write || sim_has(BUG_ATS_W));
}

void platform_page_request(unsigned unit, const struct request *asked, void (*sent)(void *),
			   void *context)
{
	struct unit *u = &units[unit];
	struct request r = *asked;

	platform_lock();
	unit_take(u, &r);
	sent(context);
	unit_page_request(u, &r);
	unit_leave(u, &r);
	platform_unlock();
}

static void deliver(struct unit *u, const struct unit_message *m)
{
	if (m->is_posted || (sim_has(BUG_INTERRUPT_LOST) && ++u->count % 256 == 0))
		return;
	apic_take(m->destination, m->vector);
	if (sim_has(BUG_INTERRUPT_TWICE) && ++u->count % 256 == 0)
		apic_take(m->destination, m->vector);
}

bool platform_interrupt(unsigned unit, uint16_t source_id, uint64_t address, uint32_t data)
{
	struct unit *u = &units[unit];
	struct request r = {
		.source_id = source_id, .is_interrupt = true, .at = address, .data = data
	};
	struct unit_message message;
	uint8_t reason;

	platform_lock();
	unit_take(u, &r);
	reason = unit_remap(u, &r, &message);
	unit_pause(sim.use_ns);
	if (!reason)
		deliver(u, &message);
	unit_leave(u, &r);
	platform_unlock();
	return !reason;
}

void *platform_map(unsigned unit, const struct request *asked)
{
	uint64_t to;

	return platform_ask(unit, asked, &to) && memory_has(to, 1) ? (void *)to : NULL;
}
