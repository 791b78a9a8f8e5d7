/* SPDX-License-Identifier: BSD-2-Clause */
/* Stops a test that does not end: ticks, NMIs, and where each processor was. */
#include "kernel/watchdog.h"
#include "kernel/apic.h"
#include "kernel/cpu.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "kernel/memory.h"
#include "kernel/smp.h"
#include "kernel/tco.h"
#include "kernel/time.h"
#include "kernel/traps.h"

#define TICKS_PER_SECOND 4
#define NMI_PATIENCE_MS	 2000

enum { WATCHING, STOPPING, STOPPED };

static struct {
	const char *what; /* NULL: nothing is watched */
	uint64_t begin, deadline;
	uint32_t driver; /* APIC id */
	uint8_t stage;
} watch;

/* Where a processor was when it was stopped. */
static struct place {
	uint64_t rip, rsp;
	bool known;
	bool nmi_sent; /* an NMI is on its way to it, ours */
} * places;

static unsigned this_cpu(void)
{
	uint32_t id = apic_id();
	unsigned i = 0;

	while (i < smp_count - 1 && smp_processors[i].apic_id != id)
		i++;
	return i;
}

static void note_place(const struct trap_frame *frame)
{
	struct place *p = &places[this_cpu()];

	p->rip = frame->rip;
	p->rsp = frame->rsp;
	__atomic_store_n(&p->known, true, __ATOMIC_RELEASE);
}

static void print_places(void)
{
	log_printf("\n");
	log_note(LOG_WATCHDOG ": %s has run for %lu s and does not end; it is stopped", watch.what,
		 time_ticks_to_ns(rdtsc() - watch.begin) / 1000000000);
	for (unsigned i = 0; i < smp_count; i++) {
		uint64_t at = places[i].rip - handoff->image_base;
		bool is_driver = smp_processors[i].apic_id == watch.driver;

		if (!smp_processors[i].started || (smp_idle(i) && !is_driver))
			continue;
		if (!__atomic_load_n(&places[i].known, __ATOMIC_ACQUIRE))
			log_note(LOG_WATCHDOG
				 ": processor %u (APIC id %u) does not even take an NMI",
				 i, smp_processors[i].apic_id);
		else
			log_note(LOG_WATCHDOG
				 ": processor %u (APIC id %u%s): rip %016lx = %s0x%lx, rsp %016lx",
				 i, smp_processors[i].apic_id, is_driver ? ", the driver" : "",
				 places[i].rip,
				 at < handoff->image_bytes ? "vtd-litmus.efi+" : "outside, ",
				 at < handoff->image_bytes ? at : places[i].rip, places[i].rsp);
	}
}

/* The driver comes here out of whatever it was doing. */
static void be_stopped(void)
{
	time_delay_us(50000); /* for the others' NMIs */
	print_places();
	watch.what = NULL;
	apic_end_all_interrupts();
	trap_escape();
}

static bool on_nmi(struct trap_frame *frame)
{
	uint8_t stopping = STOPPING;

	if (!__atomic_exchange_n(&places[this_cpu()].nmi_sent, false, __ATOMIC_ACQ_REL))
		return false;
	note_place(frame);
	if (apic_id() == watch.driver &&
	    __atomic_compare_exchange_n(&watch.stage, &stopping, STOPPED, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		trap_divert(frame, be_stopped);
	return true;
}

static bool on_tick(struct trap_frame *frame)
{
	const char *what = __atomic_load_n(&watch.what, __ATOMIC_ACQUIRE);
	uint8_t watching = WATCHING;
	uint64_t late = rdtsc() - watch.deadline;

	if (!what || apic_id() == watch.driver || (int64_t)late < 0) {
		tco_reload();
		return true;
	}
	if (__atomic_compare_exchange_n(&watch.stage, &watching, STOPPING, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE)) {
		note_place(frame);
		for (unsigned i = 0; i < smp_count; i++)
			if (smp_processors[i].started && i != this_cpu()) {
				__atomic_store_n(&places[i].nmi_sent, true, __ATOMIC_RELEASE);
				apic_send_nmi(smp_processors[i].apic_id);
			}
	} else if (watching == STOPPING && late > time_ns_to_ticks(NMI_PATIENCE_MS * 1000000ull)) {
		print_places();
		log_note(LOG_WATCHDOG ": the driver does not come back: the run ends here");
		kernel_end(RUN_FAIL);
	}
	return true;
}

void watchdog_init(void)
{
	places = memory_alloc_bytes(SMP_MAX * sizeof(*places));
	if (!places) {
		options.watchdog = WATCHDOG_NONE;
		return;
	}
	trap_on_interrupt(VECTOR_NMI, on_nmi);
	trap_on_interrupt(VECTOR_TICK, on_tick);
	if (options.watchdog == WATCHDOG_AUTO)
		log_note("hang safety: %s", tco_start(options.deadline_ms));
}

void watchdog_tick_here(void)
{
	if (options.watchdog != WATCHDOG_NONE)
		apic_start_timer(VECTOR_TICK, TICKS_PER_SECOND);
}

bool watchdog_run(const char *what, uint64_t ms, void (*work)(void *), void *argument)
{
	bool ended;

	for (unsigned i = 0; places && i < smp_count; i++)
		places[i].known = false;
	watch.stage = WATCHING;
	watch.driver = apic_id();
	watch.begin = rdtsc();
	watch.deadline = watch.begin + time_ns_to_ticks(ms * 1000000);
	__atomic_store_n(&watch.what, what, __ATOMIC_RELEASE);
	ended = trap_guard(work, argument, false);
	__atomic_store_n(&watch.what, NULL, __ATOMIC_RELEASE);
	return ended;
}

void watchdog_alive(void)
{
	tco_reload();
}

void watchdog_stop(void)
{
	__atomic_store_n(&watch.what, NULL, __ATOMIC_RELEASE);
	tco_stop();
}
