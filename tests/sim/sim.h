/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vtd-sim: tests/ and vtd/ on a machine in software, whose remapping unit does whatever the specification
 * permits. By turns, every processor, device and unit is a coroutine of one thread, and a seeded generator
 * decides at each point who goes on: the same seed gives the same log. By threads, driver and updater are
 * real processors, and devices and units work inside the calls that reach them.
 */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/sim/options.h"

/* Physical memory, at fixed low addresses: a pointer is a physical address, as in the image. */
#define SIM_MEMORY 0x10000000ull
#define SIM_BYTES  0x08000000ull
#define SIM_SHADOW 0x20000000ull /* the same as a unit without snooping sees it */
/* Above 4 GiB: as much again for each of these bits, at the same addresses with that bit set. */
#define SIM_HIGH_BITS                  \
	{                              \
		32, 36, 39, 42, 45, 46 \
	}
#define SIM_HIGH_COUNT 6
#define SIM_ECAM       0x40000000ull
#define SIM_REGISTERS  0xfed90000ull /* of unit 0; of the next 64 KiB on */

/* --- time and turns: tests/sim/turns.c --- */

enum {
	TASK_DRIVER,
	TASK_UPDATER,
	TASK_UNIT,
	TASK_DEVICE = TASK_UNIT + SIM_UNITS_MAX,
	TASK_WALKER = TASK_DEVICE + SIM_DEVICES_MAX,
	TASK_COUNT = TASK_WALKER + SIM_UNITS_MAX
};

/* Whether everything is a coroutine of one thread. */
extern bool sim_by_turns;

void turns_init(uint64_t seed);

/* Begin a task, or begin it anew; it sleeps when `work` returns. It runs from the next turn on. */
void task_begin(unsigned task, void (*work)(void *), void *argument);
bool task_is_asleep(unsigned task);
unsigned task_current(void);
void task_end(unsigned task); /* wherever it is */

/* `ns` pass here, and whoever is awake may go on first. */
void sim_point(uint32_t ns);
/* The same where nothing can be done but wait for another. */
void sim_wait(void);

uint64_t sim_clock(void); /* ticks */
uint64_t sim_clock_hz(void);

/* Break off the driver's work when the clock comes to `deadline` (ticks; 0: never). */
bool sim_run_until(uint64_t deadline, void (*work)(void *), void *argument);

/* An interrupt for the driver's processor. */
void sim_interrupt(uint8_t vector);

/* A number below `n`, from the one generator that decides everything. */
uint32_t sim_random(uint32_t n);
/* True in `percent` of 100. */
bool sim_chance(uint32_t percent);

/* --- memory: tests/sim/memory.c --- */

/* Have the host give addresses to all of it. */
void memory_map(void);
bool memory_has(uint64_t at, uint64_t bytes);
/* Of each of SIM_HIGH_BITS whether there is any. */
extern bool memory_is_high[SIM_HIGH_COUNT];
extern const uint8_t memory_high_bits[SIM_HIGH_COUNT];

/* `words` at once (1, or an even number) as a device reads them, snooping the processors' caches or not. */
void memory_load(uint64_t at, unsigned words, uint64_t *out, bool snoop);
void memory_store32(uint64_t at, uint32_t value);
bool memory_set_bits(uint64_t at, uint64_t before, uint64_t bits); /* false: no longer `before` */

/* RWBF: what is in the chipset's write buffer becomes visible to units. */
void memory_drain_write_buffer(void);

#endif
