/* SPDX-License-Identifier: BSD-2-Clause */
/* The processor that rewrites the entry: execute() does the stores that may tear, rewrite() repeats it. */
#include "tests/litmus/updater.h"
#include "tests/litmus/breakage.h"
#include "tests/litmus/stores.h"
#include "kernel/cpu.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "kernel/lib/random.h"
#include "kernel/lib/string.h"
#include "kernel/smp.h"
#include "kernel/time.h"
#include "vtd/interrupts.h"
#include "vtd/invalidate.h"
#include "vtd/queue.h"
#include "vtd/regs.h"
#include "vtd/switch.h"

#define HANG_AT	     512  /* break=: the rewriting that never ends */
#define OTHER_DEVICE 0x08 /* bits of a source-id: the device number beside */
#define REST_SCALES  7 /* rests of up to 64 << 0 .. 64 << 6 loops: of nanoseconds to microseconds */

/* Each processor writes to cache lines of its own. */
static struct {
	struct program program[2]; /* from A to B, from B to A */
	struct vtd_unit *unit;
	uint16_t source_id, index;
	struct vtd_device_tlb device_tlb;
	unsigned cpu;
	bool rests; /* between two updates */
	bool uses_vectors;
	bool sets_interrupts; /* a pointer to a table of them */
	bool hangs;	      /* break=spin-updater or hang */

	/*
	 * The driver's: number << 2 | enum updater_order. The number makes every hold a new one,
	 * which the updater answers by name: were it told only "hold", a processor that is slow to
	 * leave the last hold (a preempted virtual one) could be taken for one that has entered the
	 * next, because each of the two may read the other's word before it sees its own store
	 * arrive.
	 */
	uint32_t order __attribute__((aligned(64)));

	uint32_t held __attribute__((aligned(64))); /* the updater's: number << 2 | state */
	uint64_t stores; /* ever done: two readings tell how many fell into a DMA */
	uint64_t rewrites, seed;
	enum vtd_status status;
	struct update_times times; /* of the last update, where they are taken */

	/* The driver's again: updates that it allows, where times are taken; each begins within so many ticks. */
	uint64_t allowed __attribute__((aligned(64))), within;
} updater __attribute__((aligned(64)));

void updater_exchange(volatile uint64_t *chunk, uint64_t low, uint64_t high)
{
	uint64_t old_low = chunk[0], old_high = chunk[1];
	bool done;

	do
		__asm__ volatile("lock cmpxchg16b %1"
				 : "=@ccz"(done), "+m"(*(volatile unsigned __int128 *)chunk),
				   "+a"(old_low), "+d"(old_high)
				 : "b"(low), "c"(high)
				 : "memory");
	while (!done);
}

/* After each store to an entry. */
static void stored(volatile uint64_t *address)
{
	__atomic_store_n(&updater.stores, updater.stores + 1, __ATOMIC_RELAXED);
	cpu_stored(address);
}

static void dwell(const struct micro *m)
{
	for (uint64_t end = rdtsc() + m->value[0]; rdtsc() < end;)
		compiler_barrier();
}

/* Whether it is a store, and none of those to the same word before it is yet to be done. */
static bool is_next(const struct micro *m, uint64_t done, unsigned k)
{
	for (unsigned i = 0; i < k; i++)
		if (!(done >> i & 1) && m[i].op == MICRO_STORE && m[i].address == m[k].address)
			return false;
	return m[k].op == MICRO_STORE && !(done >> k & 1);
}

/*
 * The stores among so many steps in an order that is drawn anew each time, those to one word in theirs. Where it dwells
 * between stores, the step after each says how long.
 */
static void store_in_any_order(const struct micro *m, unsigned count)
{
	uint64_t done = 0;

	for (;;) {
		unsigned eligible = 0, k = 0, chosen;

		for (unsigned i = 0; i < count; i++)
			eligible += is_next(m, done, i);
		if (!eligible)
			return;
		chosen = (unsigned)((random_next(&updater.seed) >> 32) % eligible);
		while (!is_next(m, done, k) || chosen--)
			k++;
		done |= 1ull << k;
		*m[k].address = m[k].value[0];
		stored(m[k].address);
		if (k + 1 < count && m[k + 1].op == MICRO_DWELL)
			dwell(&m[k + 1]);
	}
}

/* Steps of one program, done once. The stores that may tear are the first seven cases. */
static inline __attribute__((always_inline)) enum vtd_status execute(const struct program *p,
								     unsigned from, unsigned to)
{
	enum vtd_status status = VTD_OK;

	for (unsigned i = from; i < to && status == VTD_OK; i++) {
		const struct micro *m = &p->steps[i];

		switch (m->op) {
		case MICRO_STORE:
			*m->address = m->value[0];
			stored(m->address);
			break;
		case MICRO_CAS:
			updater_exchange(m->address, m->value[0], m->value[1]);
			stored(m->address);
			break;
		case MICRO_EXCHANGE_UNLOCKED:
			cpu_exchange_unlocked(m->address, m->value);
			stored(m->address);
			break;
		case MICRO_STORE128:
			cpu_store_128(m->address, m->value);
			stored(m->address);
			break;
		case MICRO_STORE256:
			cpu_store_256(m->address, m->value);
			stored(m->address);
			break;
		case MICRO_STORE512:
			cpu_store_512(m->address, m->value);
			stored(m->address);
			break;
		case MICRO_SET_POINTER:
			*m->address = m->value[0];
			status = updater.sets_interrupts
					 ? vtd_interrupts_set_register(updater.unit, m->value[0])
					 : vtd_unit_set_root_register(updater.unit, m->value[0]);
			stored(m->address);
			break;
		case MICRO_ANY_ORDER:
			store_in_any_order(m + 1, (unsigned)m->value[0]);
			i += (unsigned)m->value[0];
			break;
		case MICRO_FLUSH:
			cpu_flush_line(m->address);
			break;
		case MICRO_CONTEXT_CACHE:
			status = vtd_invalidate_context_cache(updater.unit, m->domain,
							      updater.source_id);
			break;
		case MICRO_CONTEXT_CACHE_OTHER:
			status = vtd_invalidate_context_cache(updater.unit, m->domain,
							      updater.source_id ^ OTHER_DEVICE);
			break;
		case MICRO_CONTEXT_CACHE_DOMAIN:
			status = vtd_invalidate_context_domain(updater.unit, m->domain);
			break;
		case MICRO_PASID_CACHE:
			status = vtd_invalidate_pasid_cache(updater.unit, m->domain, m->pasid);
			break;
		case MICRO_PASID_CACHE_DOMAIN:
			status = vtd_invalidate_pasid_cache_domain(updater.unit, m->domain);
			break;
		case MICRO_IOTLB:
			status = vtd_invalidate_iotlb_domain(updater.unit, m->domain);
			break;
		case MICRO_IOTLB_PAGE:
		case MICRO_IOTLB_LEAF:
			status = vtd_invalidate_iotlb_pages(updater.unit, m->domain, m->value[0], 0,
							    m->op == MICRO_IOTLB_LEAF);
			break;
		case MICRO_IOTLB_LARGE:
		case MICRO_IOTLB_LARGE_LEAF:
			status = vtd_invalidate_iotlb_pages(updater.unit, m->domain, m->value[0],
							    LARGE_ORDER,
							    m->op == MICRO_IOTLB_LARGE_LEAF);
			break;
		case MICRO_IOTLB_OTHER_PAGE:
			status = vtd_invalidate_iotlb_pages(updater.unit, m->domain, m->value[0], 0,
							    false);
			break;
		case MICRO_PIOTLB:
			status = vtd_invalidate_piotlb(updater.unit, m->domain, m->pasid);
			break;
		case MICRO_CONTEXT_CACHE_GLOBAL:
			status = vtd_invalidate_context_all(updater.unit);
			break;
		case MICRO_PASID_CACHE_GLOBAL:
			status = vtd_invalidate_pasid_cache_all(updater.unit);
			break;
		case MICRO_IOTLB_GLOBAL:
			status = vtd_invalidate_iotlb_all(updater.unit);
			break;
		case MICRO_INTERRUPT_ENTRY:
			status = vtd_invalidate_interrupts(updater.unit, updater.index, 0);
			break;
		case MICRO_INTERRUPT_ENTRIES:
			status = vtd_invalidate_interrupts_all(updater.unit);
			break;
		case MICRO_GLOBAL:
			status = vtd_invalidate_all(updater.unit);
			break;
		case MICRO_DEVICE_TLB:
			status = vtd_invalidate_device_tlb(updater.unit, &updater.device_tlb);
			break;
		case MICRO_WRITE_BUFFER:
			status = vtd_flush_write_buffer(updater.unit);
			break;
		case MICRO_DWELL:
			dwell(m);
			break;
		}
	}
	return status;
}

/* 1 + enum invalidation_kind; 0: no invalidation. */
static unsigned kind_of(const struct micro *m)
{
#define KIND(identifier, word, text) [MICRO_##identifier] = 1 + INVALIDATION_OF_##identifier,
	static const uint8_t kinds[] = { INVALIDATION_KIND_WORDS(KIND) };
#undef KIND

	return m->op < sizeof(kinds) ? kinds[m->op] : 0;
}

/* All of a program, each invalidation with its time. */
static enum vtd_status execute_timed(const struct program *p, struct update_times *times)
{
	enum vtd_status status = VTD_OK;

	memset(times, 0, sizeof(*times));
	times->begin = rdtsc();
	for (unsigned i = 0, to; i < p->count && status == VTD_OK; i = to) {
		unsigned kind = kind_of(&p->steps[i]);
		uint64_t start;

		for (to = i + 1; !kind && to < p->count && !kind_of(&p->steps[to]); to++)
			;
		start = kind ? rdtsc() : 0;
		status = execute(p, i, to);
		if (!kind)
			continue;
		times->ticks[kind - 1] += rdtsc() - start;
		times->count[kind - 1]++;
	}
	times->end = rdtsc();
	return status;
}

static uint32_t ordered(void)
{
	return __atomic_load_n(&updater.order, __ATOMIC_ACQUIRE);
}

/*
 * A driver does something else between two updates. Without this the faithful regime would spend
 * nearly all its time in invalidation requests; under QEMU, which serves those and the devices' DMA
 * under one lock, no DMA could then ever fall between two stores. How long is best differs from
 * machine to machine by orders of magnitude, so every order of magnitude gets its turn.
 */
static void rest(void)
{
	uint64_t random = random_next(&updater.seed);

	cpu_spin(random & ((64u << (random >> 32) % REST_SCALES) - 1));
}

/* From A to B, from B to A, and so on until UPDATER_STOP. */
static void rewrite(void *unused)
{
	unsigned state = 0;

	(void)unused;
	interrupts_on(); /* for the watchdog's tick, four times a second */
	if (updater.uses_vectors)
		cpu_enable_vectors();
	for (;;) {
		uint32_t order = ordered();

		compiler_barrier(); /* a mutant may leave no step: vtd-sim must get its turn */
		if ((order & 3) == UPDATER_STOP)
			break;
		if ((order & 3) == UPDATER_HOLD) {
			__atomic_store_n(&updater.held, (order & ~3u) | state, __ATOMIC_RELEASE);
			while (ordered() == order)
				cpu_pause();
			continue;
		}
		if (updater.rests)
			rest();
		updater.status = execute(&updater.program[state], 0, updater.program[state].count);
		if (updater.status != VTD_OK)
			break;
		state ^= 1;
		updater.rewrites++;
		if (updater.hangs && updater.rewrites == HANG_AT)
			break_hang();
	}
	interrupts_off();
}

/* One update for each that the driver allows, with its times, at a moment that the driver cannot foresee. */
static void rewrite_timed(void *unused)
{
	unsigned state = 0;

	(void)unused;
	interrupts_on();
	if (updater.uses_vectors)
		cpu_enable_vectors();
	for (;;) {
		uint32_t order = ordered();
		uint64_t start, wait;

		if ((order & 3) == UPDATER_STOP)
			break;
		if ((order & 3) == UPDATER_HOLD) {
			__atomic_store_n(&updater.held, (order & ~3u) | state, __ATOMIC_RELEASE);
			while (ordered() == order)
				cpu_pause();
			continue;
		}
		if (__atomic_load_n(&updater.allowed, __ATOMIC_ACQUIRE) == updater.rewrites) {
			cpu_pause();
			continue;
		}
		start = rdtsc();
		wait = random_next(&updater.seed) % (updater.within + 1);
		while (rdtsc() - start < wait)
			cpu_pause();
		updater.status = execute_timed(&updater.program[state], &updater.times);
		if (updater.status != VTD_OK)
			break;
		state ^= 1;
		__atomic_store_n(&updater.rewrites, updater.rewrites + 1, __ATOMIC_RELEASE);
	}
	interrupts_off();
}

/* Settings that all programs share. */
static void prepare(struct bench *b, enum regime regime)
{
	updater.unit = b->unit;
	updater.source_id = b->source_id;
	updater.index = b->target->index;
	updater.sets_interrupts = target_is_of_interrupts(b->target);
	updater.device_tlb = b->ats.tlb;
	updater.held = updater.order; /* not the number of any hold to come */
	updater.rewrites = updater.allowed = 0;
	updater.status = VTD_OK;
	updater.uses_vectors = false;
	updater.rests = regime == REGIME_FAITHFUL;
	updater.hangs = false;
	updater.seed = b->seed ^ 0x9e3779b97f4a7c15;
}

void updater_load(struct bench *b, const struct trial *trial, unsigned phase)
{
	prepare(b, (enum regime)trial->regime);
	updater.uses_vectors = stores_use_vectors(trial->steps, trial->count);
	updater.hangs = trial->may_break && break_hangs_updater();
	program_compile(updater.program, b, trial, phase);
}

void updater_load_walk(struct bench *b, enum regime regime, uint64_t *leaf, uint64_t good,
		       uint64_t trap)
{
	prepare(b, regime);
	updater.hangs = false; /* break= is for the trials of sequences */
	program_compile_walk(updater.program, b, regime, leaf, good, trap);
}

void updater_begin(unsigned cpu)
{
	updater.cpu = cpu;
	updater_command(UPDATER_RUN);
	smp_run(cpu, rewrite, NULL);
}

void updater_begin_timed(unsigned cpu)
{
	updater.cpu = cpu;
	updater_command(UPDATER_RUN);
	smp_run(cpu, rewrite_timed, NULL);
}

void updater_allow(uint64_t within)
{
	updater.within = within;
	__atomic_store_n(&updater.allowed, updater.allowed + 1, __ATOMIC_RELEASE);
}

bool updater_is_done(void)
{
	return __atomic_load_n(&updater.rewrites, __ATOMIC_ACQUIRE) == updater.allowed;
}

bool updater_gave_up(void)
{
	return smp_idle(updater.cpu);
}

const struct update_times *updater_times(void)
{
	return &updater.times;
}

bool updater_end(uint64_t us)
{
	uint64_t deadline = time_us() + us;

	updater_command(UPDATER_STOP);
	while (!smp_idle(updater.cpu)) {
		if (time_us() > deadline) {
			log_note("the updater, processor %u, does not answer: %s", updater.cpu,
				 smp_restart(updater.cpu) ? "started anew"
							  : "it does not start anew either");
			return false;
		}
		cpu_pause();
	}
	return updater.status == VTD_OK;
}

void updater_command(enum updater_order order)
{
	__atomic_store_n(&updater.order, (updater.order & ~3u) + 4 + order, __ATOMIC_RELEASE);
}

bool updater_is_to_hold(void)
{
	return (updater.order & 3) == UPDATER_HOLD;
}

int updater_wait_held(uint64_t us)
{
	uint64_t deadline = 0;

	for (uint32_t spins = 1;; spins++) {
		uint32_t held = __atomic_load_n(&updater.held, __ATOMIC_ACQUIRE);

		if (held >> 2 == updater.order >> 2)
			return (int)(held & 3);
		if (spins % 4096 == 0) {
			deadline = deadline ? deadline : time_us() + us;
			if (smp_idle(updater.cpu) || time_us() > deadline)
				return -1;
		}
		cpu_pause();
	}
}

uint64_t updater_stores(void)
{
	return __atomic_load_n(&updater.stores, __ATOMIC_RELAXED);
}

uint64_t updater_rewrites(void)
{
	return updater.rewrites;
}

const char *updater_problem(void)
{
	return updater.status == VTD_QUEUE_ERROR ? vtd_queue_error_text(updater.unit)
	       : updater.status != VTD_OK	 ? vtd_status_text(updater.status)
						 : "the updater processor does not answer";
}
