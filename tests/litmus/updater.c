/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/updater.h"
#include "tests/litmus/breakage.h"
#include "kernel/cpu.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "kernel/lib/random.h"
#include "kernel/smp.h"
#include "kernel/time.h"
#include "vtd/invalidate.h"
#include "vtd/regs.h"

#define BREAK_AT    512			     /* break=: which rewriting never ends */
#define PROGRAM_MAX (2 * SEQUENCE_STEPS_MAX) /* with the dwelling in between */
#define REST_SCALES \
	7 /* rests of up to 64 << 0 .. 64 << 6 loops: of nanoseconds to microseconds \
	   */

enum micro_op {
	MICRO_STORE,
	MICRO_CAS,
	MICRO_STORE256,
	MICRO_FLUSH,
	MICRO_CONTEXT_CACHE,
	MICRO_CONTEXT_CACHE_DOMAIN,
	MICRO_PASID_CACHE,
	MICRO_PASID_CACHE_DOMAIN,
	MICRO_IOTLB,
	MICRO_PIOTLB,
	MICRO_CONTEXT_CACHE_GLOBAL,
	MICRO_PASID_CACHE_GLOBAL,
	MICRO_IOTLB_GLOBAL,
	MICRO_GLOBAL,
	MICRO_DEVICE_TLB,
	MICRO_WRITE_BUFFER,
	MICRO_DWELL
};

/* A step with everything worked out: what is left is to do it. */
struct micro {
	uint8_t op;
	uint16_t domain;
	uint32_t pasid;
	volatile uint64_t *address;
	uint64_t value[4]; /* dwell: ticks in value[0] */
};

struct program {
	struct micro steps[PROGRAM_MAX];
	unsigned count;
};

/* Each processor writes to cache lines of its own. */
static struct {
	struct program program[2]; /* from A to B, from B to A */
	struct vtd_unit *unit;
	uint16_t source_id;
	struct vtd_device_tlb device_tlb;
	unsigned cpu;
	bool rests; /* between two updates */
	bool needs_avx;
	bool hangs; /* break=spin-updater or hang */

	/*
	 * The driver's: number << 2 | enum updater_order. The number makes every hold a new one,
	 * which the updater answers by name: were it told only "hold", a processor that is slow to
	 * leave the last hold (a preempted virtual one) could be taken for one that has entered the
	 * next, because each of the two may read the other's word before it sees its own store
	 * arrive.
	 */
	uint32_t order __attribute__((aligned(64)));

	uint32_t held __attribute__((aligned(64))); /* the updater's: number << 2 | state */
	uint64_t
		stores; /* ever done, of all programs: the driver counts by it what passed during a DMA */
	uint64_t rewrites, seed;
	enum vtd_status status;
} x __attribute__((aligned(64)));

static void emit(struct program *p, struct micro micro)
{
	if (p->count < PROGRAM_MAX)
		p->steps[p->count++] = micro;
}

static bool is_store(const struct step *s)
{
	return s->op == STEP_STORE || s->op == STEP_FIELD || s->op == STEP_CAS ||
	       s->op == STEP_STORE256;
}

static void emit_store(struct program *p, volatile uint64_t *entry, const struct step *s,
		       const uint64_t *content)
{
	unsigned word = s->op == STEP_FIELD ? s->field.low / 64 : s->word;
	unsigned words = s->op == STEP_CAS ? 2 : s->op == STEP_STORE256 ? 4 : 1;
	struct micro m = { .op = words == 1   ? MICRO_STORE
				 : words == 2 ? MICRO_CAS
					      : MICRO_STORE256,
			   .address = entry + word };

	for (unsigned i = 0; i < words; i++)
		m.value[i] = content[word + i];
	emit(p, m);
}

/* What legacy mode does not have is nothing to do there. */
static void emit_where_it_is(struct program *p, const struct target *t, struct micro m)
{
	if (t->scalable || (m.op != MICRO_PASID_CACHE && m.op != MICRO_PASID_CACHE_DOMAIN &&
			    m.op != MICRO_PASID_CACHE_GLOBAL && m.op != MICRO_PIOTLB))
		emit(p, m);
}

static void emit_invalidation(struct program *p, const struct target *t, const struct step *s,
			      enum step_op op, unsigned state)
{
	static const uint8_t ops[STEP_OP_COUNT] = {
		[STEP_INVALIDATE_CONTEXT] = MICRO_CONTEXT_CACHE,
		[STEP_INVALIDATE_CONTEXT_DOMAIN] = MICRO_CONTEXT_CACHE_DOMAIN,
		[STEP_INVALIDATE_PASID] = MICRO_PASID_CACHE,
		[STEP_INVALIDATE_PASID_DOMAIN] = MICRO_PASID_CACHE_DOMAIN,
		[STEP_INVALIDATE_IOTLB] = MICRO_IOTLB,
		[STEP_INVALIDATE_PIOTLB] = MICRO_PIOTLB,
		[STEP_INVALIDATE_CONTEXT_GLOBAL] = MICRO_CONTEXT_CACHE_GLOBAL,
		[STEP_INVALIDATE_PASID_GLOBAL] = MICRO_PASID_CACHE_GLOBAL,
		[STEP_INVALIDATE_IOTLB_GLOBAL] = MICRO_IOTLB_GLOBAL,
		[STEP_INVALIDATE_GLOBAL] = MICRO_GLOBAL,
	};
	struct micro m = { .op = ops[op],
			   .domain = s->value == VALUE_ZERO ? 0 : t->domain[state],
			   .pasid = t->pasid[state] };
	struct model_meaning meaning;

	if (s->op == STEP_INVALIDATE_TLB) {
		target_meaning((void *)t, t->state[0][state], &meaning);
		m.op = vtd_stage_is_by_domain(meaning.stage) ? MICRO_IOTLB : MICRO_PIOTLB;
	}
	emit_where_it_is(p, t, m);
}

/*
 * With CAP.CM = 1 an entry that was absent or at fault is cached under domain-id 0, its faulting translations
 * under its own (sections 6.2.2 to 6.2.4).
 */
static void emit_settling(struct program *p, const struct target *t, unsigned state)
{
	static const uint8_t ops[] = { MICRO_CONTEXT_CACHE, MICRO_PASID_CACHE_DOMAIN, MICRO_IOTLB };

	for (unsigned i = 0; i < sizeof(ops); i++) {
		emit_where_it_is(p, t, (struct micro){ .op = ops[i] });
		emit_where_it_is(p, t, (struct micro){ .op = ops[i], .domain = t->domain[state] });
	}
}

/* `content`: the entry as it stands before; afterwards as the steps leave it. */
static void translate(struct program *p, struct bench *b, const struct trial *trial, unsigned phase,
		      unsigned from, uint64_t *content)
{
	const struct target *t = b->target;
	const uint64_t *old = t->state[phase][from];
	const uint64_t *new = t->state[phase][!from];
	size_t last_store = 0;

	p->count = 0;
	for (size_t i = 0; i < trial->count; i++)
		if (is_store(&trial->steps[i]))
			last_store = i;
	for (size_t i = 0; i < trial->count; i++) {
		const struct step *s = &trial->steps[i];

		if (step_apply(s, (enum entry_kind)t->kind, old, new, content))
			emit_store(p, t->entry, s, content);
		else if (s->op == STEP_FLUSH && !t->coherent)
			emit(p, (struct micro){ .op = MICRO_FLUSH, .address = t->entry });
		else if (trial->drive != DRIVE_FAITHFUL)
			; /* the driver invalidates */
		else if (s->op == STEP_SETTLE_NEW && field_of(b->unit->cap, CAP_CM))
			emit_settling(p, t, !from);
		else if (step_settles(s) && field_of(b->unit->cap, CAP_CM))
			emit_invalidation(p, t, s, step_settles_by(s),
					  s->value == VALUE_OLD ? from : !from);
		else if (step_settles(s))
			emit(p, (struct micro){ .op = MICRO_WRITE_BUFFER });
		else if (s->op == STEP_INVALIDATE_DEVTLB && b->ats.on)
			emit(p, (struct micro){ .op = MICRO_DEVICE_TLB });
		else if (step_invalidates(s) && s->op != STEP_INVALIDATE_DEVTLB)
			emit_invalidation(p, t, s, (enum step_op)s->op,
					  s->value == VALUE_OLD ? from : !from);
		/* x86 keeps stores in order, and so does the interpreter below: no barrier here. */
		if (trial->dwell_ns && is_store(s) && i != last_store)
			emit(p, (struct micro){ .op = MICRO_DWELL,
						.value = { time_ns_to_ticks(trial->dwell_ns) } });
	}
}

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

bool updater_can_store_256(void)
{
	uint32_t ecx = cpuid(1, 0).ecx;

	return ecx & 1u << 28 && ecx & 1u << 26; /* AVX, XSAVE */
}

static void store_256(volatile uint64_t *to, const uint64_t *value)
{
	__asm__ volatile("vmovdqu (%1), %%ymm0\n\tvmovdqa %%ymm0, (%0)"
			 :
			 : "r"(to), "r"(value)
			 : "memory");
}

/* After each store to an entry. */
static void stored(volatile uint64_t *address)
{
	__atomic_store_n(&x.stores, x.stores + 1, __ATOMIC_RELAXED);
	cpu_stored(address);
}

static enum vtd_status execute(const struct program *p)
{
	enum vtd_status status = VTD_OK;

	for (unsigned i = 0; i < p->count && status == VTD_OK; i++) {
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
		case MICRO_STORE256:
			store_256(m->address, m->value);
			stored(m->address);
			break;
		case MICRO_FLUSH:
			cpu_flush_line(m->address);
			break;
		case MICRO_CONTEXT_CACHE:
			status = vtd_invalidate_context_cache(x.unit, m->domain, x.source_id);
			break;
		case MICRO_CONTEXT_CACHE_DOMAIN:
			status = vtd_invalidate_context_domain(x.unit, m->domain);
			break;
		case MICRO_PASID_CACHE:
			status = vtd_invalidate_pasid_cache(x.unit, m->domain, m->pasid);
			break;
		case MICRO_PASID_CACHE_DOMAIN:
			status = vtd_invalidate_pasid_cache_domain(x.unit, m->domain);
			break;
		case MICRO_IOTLB:
			status = vtd_invalidate_iotlb_domain(x.unit, m->domain);
			break;
		case MICRO_PIOTLB:
			status = vtd_invalidate_piotlb(x.unit, m->domain, m->pasid);
			break;
		case MICRO_CONTEXT_CACHE_GLOBAL:
			status = vtd_invalidate_context_all(x.unit);
			break;
		case MICRO_PASID_CACHE_GLOBAL:
			status = vtd_invalidate_pasid_cache_all(x.unit);
			break;
		case MICRO_IOTLB_GLOBAL:
			status = vtd_invalidate_iotlb_all(x.unit);
			break;
		case MICRO_GLOBAL:
			status = vtd_invalidate_all(x.unit);
			break;
		case MICRO_DEVICE_TLB:
			status = vtd_invalidate_device_tlb(x.unit, &x.device_tlb);
			break;
		case MICRO_WRITE_BUFFER:
			status = vtd_flush_write_buffer(x.unit);
			break;
		case MICRO_DWELL:
			for (uint64_t end = rdtsc() + m->value[0]; rdtsc() < end;)
				compiler_barrier();
			break;
		}
	}
	return status;
}

static uint32_t ordered(void)
{
	return __atomic_load_n(&x.order, __ATOMIC_ACQUIRE);
}

/*
 * A driver does something else between two updates. Without this the faithful drive would spend
 * nearly all its time in invalidation requests; under QEMU, which serves those and the devices' DMA
 * under one lock, no DMA could then ever fall between two stores. How long is best differs from
 * machine to machine by orders of magnitude, so every order of magnitude gets its turn.
 */
static void rest(void)
{
	uint64_t random = random_next(&x.seed);

	cpu_spin(random & ((64u << (random >> 32) % REST_SCALES) - 1));
}

/* Asked to break something: not even the watchdog's tick is served, once in the run. */
static void hang(void)
{
	static bool done;

	if (__atomic_exchange_n(&done, true, __ATOMIC_SEQ_CST))
		return;
	interrupts_off();
	for (;;)
		cpu_pause();
}

static void updater(void *unused)
{
	unsigned state = 0;

	(void)unused;
	interrupts_on(); /* for the watchdog's tick, four times a second */
	if (x.needs_avx)
		cpu_enable_avx();
	for (;;) {
		uint32_t order = ordered();

		compiler_barrier(); /* a mutant may leave no step: vtd-sim must get its turn */
		if ((order & 3) == UPDATER_STOP)
			break;
		if ((order & 3) == UPDATER_HOLD) {
			__atomic_store_n(&x.held, (order & ~3u) | state, __ATOMIC_RELEASE);
			while (ordered() == order)
				cpu_pause();
			continue;
		}
		if (x.rests)
			rest();
		x.status = execute(&x.program[state]);
		if (x.status != VTD_OK)
			break;
		state ^= 1;
		x.rewrites++;
		if (x.hangs && x.rewrites == BREAK_AT)
			hang();
	}
	interrupts_off();
}

/* Settings that all programs share. */
static void prepare(struct bench *b, enum drive drive)
{
	x.unit = b->unit;
	x.source_id = b->source_id;
	x.device_tlb = b->ats.tlb;
	x.held = x.order; /* an old number */
	x.rewrites = 0;
	x.status = VTD_OK;
	x.needs_avx = false;
	x.rests = drive == DRIVE_FAITHFUL;
	x.hangs = false;
	x.seed = b->seed ^ 0x9e3779b97f4a7c15;
}

void updater_load(struct bench *b, const struct trial *trial, unsigned phase)
{
	uint64_t content[ENTRY_WORDS_MAX];

	prepare(b, (enum drive)trial->drive);
	x.needs_avx = trial->steps[0].op == STEP_STORE256;
	x.hangs = trial->may_break && break_hangs_updater();
	/* Twice round: a mutant may leave something behind that only the second round meets. */
	for (unsigned i = 0; i < b->target->words; i++)
		content[i] = b->target->state[phase][0][i];
	for (unsigned half = 0; half < 4; half++)
		translate(&x.program[half & 1], b, trial, phase, half & 1, content);
}

static void emit_leaf(struct program *p, const struct bench *b, uint64_t *leaf, uint64_t value)
{
	emit(p, (struct micro){ .op = MICRO_STORE, .address = leaf, .value = { value } });
	if (!b->unit->coherent)
		emit(p, (struct micro){ .op = MICRO_FLUSH, .address = leaf });
}

static void emit_state(struct program *p, const struct bench *b, unsigned state)
{
	const struct target *t = b->target;

	emit(p, (struct micro){ .op = MICRO_CAS,
				.address = t->entry,
				.value = { t->state[0][state][0], t->state[0][state][1] } });
	if (!t->coherent)
		emit(p, (struct micro){ .op = MICRO_FLUSH, .address = t->entry });
}

void updater_load_walk(struct bench *b, enum drive drive, uint64_t *leaf, uint64_t good,
		       uint64_t trap)
{
	prepare(b, drive);
	x.hangs = false; /* break= is for the trials of sequences */
	for (unsigned half = 0; half < 2; half++)
		x.program[half].count = 0;
	if (drive == DRIVE_FAITHFUL)
		emit(&x.program[0], (struct micro){ .op = MICRO_GLOBAL });
	emit_state(&x.program[0], b, 1);
	emit_leaf(&x.program[0], b, leaf, trap);
	emit_leaf(&x.program[1], b, leaf, good);
	emit_state(&x.program[1], b, 0);
}

void updater_begin(unsigned cpu)
{
	x.cpu = cpu;
	updater_command(UPDATER_RUN);
	smp_run(cpu, updater, NULL);
}

bool updater_end(uint64_t us)
{
	uint64_t deadline = time_us() + us;

	updater_command(UPDATER_STOP);
	while (!smp_idle(x.cpu)) {
		if (time_us() > deadline) {
			log_note("the updater, processor %u, does not answer: %s", x.cpu,
				 smp_restart(x.cpu) ? "started anew"
						    : "it does not start anew either");
			return false;
		}
		cpu_pause();
	}
	return x.status == VTD_OK;
}

void updater_command(enum updater_order order)
{
	__atomic_store_n(&x.order, (x.order & ~3u) + 4 + order, __ATOMIC_RELEASE);
}

bool updater_is_to_hold(void)
{
	return (x.order & 3) == UPDATER_HOLD;
}

int updater_wait_held(uint64_t us)
{
	uint64_t deadline = 0;

	for (uint32_t spins = 1;; spins++) {
		uint32_t held = __atomic_load_n(&x.held, __ATOMIC_ACQUIRE);

		if (held >> 2 == x.order >> 2)
			return (int)(held & 3);
		if (spins % 4096 == 0) {
			deadline = deadline ? deadline : time_us() + us;
			if (smp_idle(x.cpu) || time_us() > deadline)
				return -1;
		}
		cpu_pause();
	}
}

uint64_t updater_stores(void)
{
	return __atomic_load_n(&x.stores, __ATOMIC_RELAXED);
}

uint64_t updater_rewrites(void)
{
	return x.rewrites;
}

const char *updater_problem(void)
{
	return x.status == VTD_QUEUE_ERROR ? vtd_queue_error_text(x.unit)
	       : x.status != VTD_OK	   ? vtd_status_text(x.status)
					   : "the updater processor does not answer";
}
