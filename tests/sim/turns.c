/* SPDX-License-Identifier: BSD-2-Clause */
/* Who runs when: coroutines that take turns as a seeded generator says, and the clock that counts them. */
#include "tests/sim/sim.h"
#include "kernel/cpu.h"
#include "kernel/lib/random.h"
#include "kernel/traps.h"
#include "tests/sim/machine.h"

#include <sched.h>
#include <setjmp.h>
#include <string.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

#define PAUSE_NS       40ull /* of a waiting loop */
#define STACK_BYTES    (256 << 10)
#define TICKS_PER_SPIN 1 /* ns of an empty loop */
#define SPINS_PER_POINT \
	32 /* of them: a loop that only waits is not worth as many turns as a store */

bool sim_by_turns;

static struct task {
	void *stack_pointer; /* while another runs */
	void (*work)(void *);
	void *argument;
	bool awake;
	uint8_t stack[STACK_BYTES] __attribute__((aligned(64)));
} tasks[TASK_COUNT];

static struct {
	unsigned current, awake[TASK_COUNT], awake_count;
	uint32_t slice; /* points left of this turn */
	uint32_t waits; /* one after the other, by whomever, since anything else was done */
	uint64_t now;	/* ns, and ticks */
} turns = { .awake = { TASK_DRIVER }, .awake_count = 1, .slice = 1, .now = 1000000 };

static __thread uint64_t random_state = 0x123456789abcdef;

/* The driver's: when its work is broken off, and where to. */
static struct {
	uint64_t deadline; /* 0: never */
	jmp_buf out;
} limit;

/* The driver's interrupts. */
static struct {
	bool on, pending, inside;
	uint8_t vector;
} interrupts;

uint32_t sim_random(uint32_t n)
{
	return (uint32_t)((random_next(&random_state) >> 32) * n >> 32);
}

bool sim_chance(uint32_t percent)
{
	return percent && sim_random(100) < percent;
}

void turns_init(uint64_t seed)
{
	random_state = seed * 0x9e3779b97f4a7c15 | 1;
	tasks[TASK_DRIVER].awake = true;
}

/*
 * Keep this task's registers that a call must preserve (System V ABI) on its stack, and go on with
 * another's.
 */
__attribute__((naked, noinline)) static void task_switch(void **from, void *to)
{
	(void)from;
	(void)to;
	__asm__("push %rbp\n	push %rbx\n	push %r12\n"
		"push %r13\n	push %r14\n	push %r15\n"
		"mov %rsp, (%rdi)\n"
		"mov %rsi, %rsp\n"
		"pop %r15\n	pop %r14\n	pop %r13\n"
		"pop %r12\n	pop %rbx\n	pop %rbp\n"
		"ret");
}

static void go_on_with(unsigned next)
{
	unsigned before = turns.current;

	if (next == before)
		return;
	turns.current = next;
	task_switch(&tasks[before].stack_pointer, tasks[next].stack_pointer);
}

static void new_slice(void)
{
	/* Turns of every order of magnitude, so that any two can meet in any way. */
	turns.slice = 1 + sim_random(1u << sim_random(sim.turn));
}

static void fall_asleep(unsigned task)
{
	unsigned i = 0;

	if (!tasks[task].awake)
		return;
	tasks[task].awake = false;
	while (turns.awake[i] != task)
		i++;
	turns.awake[i] = turns.awake[--turns.awake_count];
}

static void first_turn(void)
{
	struct task *t = &tasks[turns.current];

	t->work(t->argument);
	fall_asleep(turns.current);
	new_slice();
	go_on_with(turns.awake[sim_random(turns.awake_count)]);
	__builtin_unreachable();
}

/* Frames that were broken off left their marks on the stack, if AddressSanitizer watches it. */
static void clear_marks(const uint8_t *stack)
{
#ifdef __SANITIZE_ADDRESS__
	__asan_unpoison_memory_region(stack, STACK_BYTES);
#else
	(void)stack;
#endif
}

void task_begin(unsigned task, void (*work)(void *), void *argument)
{
	struct task *t = &tasks[task];
	uint64_t *top = (uint64_t *)(t->stack + STACK_BYTES) - 2;

	clear_marks(t->stack);
	t->work = work;
	t->argument = argument;
	/* A call leaves its return address at 8 below a multiple of 16 (System V ABI, 3.2.2). */
	*top = (uint64_t)first_turn;
	t->stack_pointer = top - 6;
	if (!t->awake)
		turns.awake[turns.awake_count++] = task;
	t->awake = true;
}

bool task_is_asleep(unsigned task)
{
	return !tasks[task].awake;
}

unsigned task_current(void)
{
	return turns.current;
}

void task_end(unsigned task)
{
	fall_asleep(task);
}

static void take_interrupt(void)
{
	if (interrupts.pending && interrupts.on && !interrupts.inside) {
		interrupts.pending = false;
		interrupts.inside = true;
		machine_interrupt(interrupts.vector);
		interrupts.inside = false;
	}
}

/* What the driver's processor does of itself at any point: take an interrupt, or be stopped. */
static void look_after_driver(void)
{
	take_interrupt();
	if (limit.deadline && sim_clock() > limit.deadline) {
		limit.deadline = 0;
		longjmp(limit.out, 1);
	}
}

static void spend(uint32_t points, bool may_stay)
{
	if (turns.current == TASK_DRIVER &&
	    (interrupts.pending || (limit.deadline && limit.deadline < turns.now)))
		look_after_driver();
	if (may_stay && turns.slice > points) {
		turns.slice -= points;
		return;
	}
	new_slice();
	if (turns.awake_count > 1)
		go_on_with(turns.awake[sim_random(turns.awake_count)]);
}

void sim_point(uint32_t ns)
{
	if (!sim_by_turns)
		return;
	turns.now += ns;
	turns.waits = 0;
	spend(1, true);
}

/* Where all that are awake wait, they wait for the clock: steps double, so that a second's time-out is over soon. */
static unsigned time_flies(void)
{
	turns.waits += turns.waits < 640;
	return turns.waits / 64;
}

void sim_wait(void)
{
	static __thread unsigned pauses;

	if (sim_by_turns) {
		turns.now += PAUSE_NS << time_flies();
		spend(1, false);
		return;
	}
	__builtin_ia32_pause();
	/* Where there are fewer processors than threads, the other must get one. */
	if (++pauses % 4096 == 0) {
		sched_yield();
		if (machine_is_driver())
			look_after_driver();
	}
}

void sim_spin(uint64_t loops)
{
	static uint64_t spent;

	if (!sim_by_turns) {
		/* A DMA takes a fraction of a microsecond here, and so do the pauses around it. */
		for (loops /= 16; loops; loops--)
			__asm__ volatile("" : : : "memory");
		return;
	}
	turns.now += loops * TICKS_PER_SPIN;
	turns.waits = 0;
	spent += loops;
	if (spent >= SPINS_PER_POINT) {
		spend((uint32_t)(spent / SPINS_PER_POINT), true);
		spent %= SPINS_PER_POINT;
	}
}

uint64_t sim_clock(void)
{
	if (!sim_by_turns)
		return __builtin_ia32_rdtsc();
	return turns.now += 10;
}

bool sim_run_until(uint64_t deadline, void (*work)(void *), void *argument)
{
	if (setjmp(limit.out)) {
		interrupts.inside = false;
		return false;
	}
	limit.deadline = deadline;
	work(argument);
	limit.deadline = 0;
	return true;
}

void sim_interrupt(uint8_t vector)
{
	interrupts.vector = vector;
	interrupts.pending = true;
}

void sim_interrupts(bool on)
{
	if (!(sim_by_turns ? turns.current == TASK_DRIVER : machine_is_driver()))
		return;
	/* By threads it looks for one now and then only; a processor would have taken it by now. */
	if (!on && !sim_by_turns)
		take_interrupt();
	interrupts.on = on;
}
