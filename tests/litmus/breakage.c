/* SPDX-License-Identifier: BSD-2-Clause */
/* break=: each spoils one thing, at a DMA or a rewriting of a fixed number. */
#include "tests/litmus/breakage.h"
#include "kernel/cpu.h"
#include "kernel/kernel.h"
#include "vtd/invalidate.h"

#define BREAK_AT    512 /* which DMA is never started */
#define BREAK_EARLY 64

bool break_hangs_updater(void)
{
	return options.breakage == BREAK_SPIN_UPDATER || options.breakage == BREAK_HANG;
}

void break_hang(void)
{
	static bool done;

	if (__atomic_exchange_n(&done, true, __ATOMIC_SEQ_CST))
		return;
	interrupts_off();
	for (;;)
		cpu_pause();
}

void break_hang_at(uint64_t number)
{
	static bool done;

	if (done || !number ||
	    number != (options.breakage == BREAK_SPIN	? BREAK_EARLY
		       : options.breakage == BREAK_HANG ? 1
							: 0))
		return;
	done = true;
	for (;;)
		cpu_pause();
}

bool break_drops(uint64_t number)
{
	return (options.breakage == BREAK_LOST_DMA && number && number % BREAK_AT == 0) ||
	       (options.breakage == BREAK_DEAD_DEVICE && number >= BREAK_AT);
}

bool break_unplugs(uint64_t number)
{
	return options.breakage == BREAK_UNPLUG && number == BREAK_AT;
}

enum vtd_status break_or_invalidate(struct bench *b, uint64_t number)
{
	static bool done;

	if (options.breakage != BREAK_QUEUE || number != BREAK_EARLY || done)
		return bench_invalidate_all(b);
	done = true;
	return vtd_queue_submit(b->unit, (const uint64_t[4]){ 0 });
}
