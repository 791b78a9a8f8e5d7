/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory, what of it a unit sees that does not snoop the processors' caches, and the write buffer
 * of chipsets that have one.
 */
#define _GNU_SOURCE
#include "kernel/cpu.h"
#include "kernel/memory.h"
#include "kernel/paging.h"
#include "kernel/traps.h"
#include "tests/sim/sim.h"
#include "tests/sim/unit.h"

#include <immintrin.h>
#include <string.h>
#include <sys/mman.h>

#define STORE_LOOPS 200 /* by threads, after each store of the updater */
#define LINE	    64ull
#define LINE_WORDS  8
#define VERSIONS    8192 /* of lines of the shadow, by address: odd while one is written */
#define HELD_MAX    16	 /* lines whose stores may be in the write buffer */

bool page_zero_is_empty = true;

static uint32_t versions[VERSIONS];

/*
 * RWBF: what units still see of lines that were written to. With snooping a store goes into the buffer, without
 * it a line that leaves the processor's cache does.
 */
enum view { SNOOPING, SHADOW, VIEWS };
static struct {
	uint64_t line, seen[VIEWS][LINE_WORDS];
	bool buffered[VIEWS];
} held[HELD_MAX];
static unsigned held_count;

const uint8_t memory_high_bits[SIM_HIGH_COUNT] = SIM_HIGH_BITS;
bool memory_is_high[SIM_HIGH_COUNT];

static bool map(uint64_t at, uint64_t bytes)
{
	void *got = mmap((void *)at, bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

	return got == (void *)at;
}

static void must_map(uint64_t at, uint64_t bytes)
{
	if (!map(at, bytes))
		panic("the host has no free addresses at 0x%lx", at);
}

void memory_map(void)
{
	must_map(SIM_MEMORY, SIM_BYTES);
	must_map(SIM_SHADOW, SIM_BYTES);
	must_map(SIM_ECAM, 256ull << 20);
	/* Under AddressSanitizer some of these addresses are its own. */
	for (unsigned i = 0; i < SIM_HIGH_COUNT && sim.high; i++)
		memory_is_high[i] = map(SIM_MEMORY | 1ull << memory_high_bits[i], SIM_BYTES) &&
				    map(SIM_SHADOW | 1ull << memory_high_bits[i], SIM_BYTES);
}

bool memory_has(uint64_t at, uint64_t bytes)
{
	uint64_t high = at >> 32 << 32;

	at -= high;
	if (at < SIM_MEMORY || bytes > SIM_BYTES || at - SIM_MEMORY > SIM_BYTES - bytes)
		return false;
	for (unsigned i = 0; i < SIM_HIGH_COUNT && high; i++)
		if (high == 1ull << memory_high_bits[i])
			return memory_is_high[i];
	return !high;
}

volatile void *paging_map_mmio(uint64_t physical, uint64_t bytes)
{
	return physical && physical + bytes <= 1ull << 47 ? (volatile void *)physical : NULL;
}

unsigned paging_physical(void)
{
	return memory_high_bits[SIM_HIGH_COUNT - 1] + 1u;
}

static const void *line_in(uint64_t line, enum view view)
{
	return (const void *)(view == SHADOW ? line - SIM_MEMORY + SIM_SHADOW : line);
}

/* A write of this line stays in the buffer until it is drained. Once a line was not known: from then on. */
static void buffer(uint64_t line, enum view view)
{
	unsigned i = 0, idle = HELD_MAX;

	if (!sim.rwbf || !sim_by_turns)
		return;
	for (; i < held_count && held[i].line != line; i++)
		if (!held[i].buffered[SNOOPING] && !held[i].buffered[SHADOW])
			idle = i;
	if (i < held_count) {
		held[i].buffered[view] = true;
		return;
	}
	if (i == HELD_MAX)
		i = idle;
	else
		held_count++;
	if (i == HELD_MAX)
		return;
	held[i].line = line;
	for (unsigned v = 0; v < VIEWS; v++)
		memcpy(held[i].seen[v], line_in(line, (enum view)v), LINE);
}

static void drain(unsigned i)
{
	for (unsigned v = 0; v < VIEWS; v++) {
		memcpy(held[i].seen[v], line_in(held[i].line, (enum view)v), LINE);
		held[i].buffered[v] = false;
	}
}

void memory_drain_write_buffer(void)
{
	for (unsigned i = 0; i < held_count; i++)
		drain(i);
}

/* By itself; one line before another, for all that section 6.8 says. */
static void maybe_drain(void)
{
	if (!sim.rwbf || !sim.evict || sim_random(sim.evict) || !held_count)
		return;
	if (sim_random(2))
		drain(sim_random(held_count));
	else
		memory_drain_write_buffer();
}

/*
 * The storing processor's own stores are in order for itself, so this is a moment of its program order; a
 * line leaves the cache whole.
 */
static void write_back(uint64_t line)
{
	uint32_t *version = &versions[line / LINE % VERSIONS], before;
	volatile uint64_t *from = (volatile uint64_t *)line;
	uint64_t *to = (uint64_t *)line_in(line, SHADOW), copy[LINE_WORDS];

	for (unsigned i = 0; i < LINE_WORDS; i++)
		copy[i] = from[i];
	buffer(line, SHADOW);
	if (sim_by_turns) {
		memcpy(to, copy, LINE);
		return;
	}
	do
		before = __atomic_load_n(version, __ATOMIC_RELAXED) & ~1u;
	while (!__atomic_compare_exchange_n(version, &before, before + 1, false, __ATOMIC_ACQUIRE,
					    __ATOMIC_RELAXED));
	for (unsigned i = 0; i < LINE_WORDS; i++)
		__atomic_store_n(to + i, copy[i], __ATOMIC_RELAXED);
	__atomic_add_fetch(version, 1, __ATOMIC_RELEASE);
}

void sim_flush(const volatile void *address)
{
	uint64_t line = (uint64_t)address & ~(LINE - 1);

	sim_point(20);
	if (memory_has(line, LINE))
		write_back(line);
	maybe_drain();
}

void sim_stored(const volatile void *address)
{
	uint64_t line = (uint64_t)address & ~(LINE - 1);

	/* Stores without a pause would keep the line on the updater's core, and walks waiting for it. */
	for (unsigned i = 0; !sim_by_turns && i < STORE_LOOPS; i++)
		__asm__ volatile("" : : : "memory");
	if (!memory_has(line, LINE))
		return;
	buffer(line, SNOOPING);
	maybe_drain();
	if ((!sim.coherent || !sim.smpwc || sim_has(BUG_NO_SNOOP)) && sim.evict &&
	    !sim_random(sim.evict))
		write_back(line);
	sim_point(10);
}

static void store_16(volatile uint64_t *to, const uint64_t *value)
{
	__m128i both = _mm_loadu_si128((const __m128i *)value);

	__asm__ volatile("vmovdqa %1, (%0)" : : "r"(to), "x"(both) : "memory");
}

/* By threads a unit sees 16 bytes at once, at most. */
void sim_store(volatile uint64_t *to, const uint64_t *value, unsigned words, unsigned at_once)
{
	unsigned left = (1u << words) - 1;

	if (at_once == words) {
		for (unsigned i = 0; i < words; i += 2)
			store_16(to + i, value + i);
		return;
	}
	while (left) {
		unsigned word = sim_random(words);

		if (!(left >> word & 1))
			continue;
		to[word] = value[word];
		left &= ~(1u << word);
		if (left)
			sim_stored(to + word);
	}
}

/* 16 bytes in one load: x86 processors with AVX promise that it is one access (SDM volume 3, 9.1.1). */
static void load_16(const void *from, uint64_t *to)
{
	__m128i value;

	__asm__ volatile("vmovdqa (%1), %0" : "=x"(value) : "r"(from) : "memory");
	_mm_storeu_si128((__m128i *)to, value);
}

static void load(uint64_t from, unsigned words, uint64_t *out)
{
	if (words == 1)
		*out = *(volatile uint64_t *)from;
	else
		for (unsigned i = 0; i < words; i += 2)
			load_16((const void *)(from + 8 * i), out + i);
}

static void load_shadow(uint64_t at, unsigned words, uint64_t *out)
{
	uint32_t *version = &versions[at / LINE % VERSIONS], before;

	do {
		do
			before = __atomic_load_n(version, __ATOMIC_ACQUIRE);
		while (before & 1);
		load(at - SIM_MEMORY + SIM_SHADOW, words, out);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (__atomic_load_n(version, __ATOMIC_RELAXED) != before);
}

void memory_load(uint64_t at, unsigned words, uint64_t *out, bool snoop)
{
	/* Nothing is there. Page 0 is memory that nobody wrote to. */
	if (!memory_has(at, 8 * words)) {
		memset(out, 0, 8 * words);
		return;
	}
	if (sim_has(BUG_NO_SNOOP))
		snoop = false;
	for (unsigned i = 0; i < held_count; i++)
		if (held[i].line == (at & ~(LINE - 1)) &&
		    held[i].buffered[snoop ? SNOOPING : SHADOW]) {
			memcpy(out, held[i].seen[snoop ? SNOOPING : SHADOW] + at % LINE / 8,
			       8 * words);
			return;
		}
	if (snoop)
		load(at, words, out);
	else
		load_shadow(at, words, out);
}

void memory_store32(uint64_t at, uint32_t value)
{
	if (memory_has(at, 4))
		__atomic_store_n((uint32_t *)at, value, __ATOMIC_RELEASE);
}

bool memory_set_bits(uint64_t at, uint64_t before, uint64_t bits)
{
	/* It is done where memory is: writes that are on their way there come first. */
	memory_drain_write_buffer();
	if (sim_has(BUG_DIRTY_UNLOCKED) && memory_has(at, 8)) {
		unit_pause(2000);
		*(volatile uint64_t *)at = before | bits;
		return true;
	}
	return memory_has(at, 8) &&
	       __atomic_compare_exchange_n((uint64_t *)at, &before, before | bits, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}
