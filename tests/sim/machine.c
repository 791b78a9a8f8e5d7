/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's interfaces, of two processors in a process: time, processors, watchdog, outputs. */
#define _GNU_SOURCE
#include "tests/sim/machine.h"
#include "kernel/output/console.h"
#include "kernel/cpu.h"
#include "kernel/output/saved.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "kernel/lib/muldiv.h"
#include "kernel/run.h"
#include "kernel/output/screen.h"
#include "kernel/smp.h"
#include "kernel/time.h"
#include "kernel/traps.h"
#include "kernel/watchdog.h"
#include "tests/sim/device.h"
#include "tests/sim/sim.h"

#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CALIBRATION_NS 20000000ull

/* --- time --- */

static uint64_t host_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

/* By turns a tick is a nanosecond; by threads the host's TSC is measured. */
uint64_t sim_clock_hz(void)
{
	static uint64_t hz;
	uint64_t begin, ticks;

	if (sim_by_turns)
		return 1000000000;
	if (hz)
		return hz;
	begin = host_ns();
	ticks = rdtsc();
	while (host_ns() - begin < CALIBRATION_NS)
		;
	hz = mul_div(rdtsc() - ticks, 1000000000, host_ns() - begin);
	return hz;
}

uint64_t time_hz(void)
{
	return sim_clock_hz();
}

uint64_t time_us(void)
{
	return mul_div(rdtsc(), 1000000, time_hz());
}

uint64_t time_ticks_to_ns(uint64_t ticks)
{
	return mul_div(ticks, 1000000000, time_hz());
}

uint64_t time_ns_to_ticks(uint64_t ns)
{
	return mul_div(ns, time_hz(), 1000000000);
}

void time_delay_us(uint64_t us)
{
	uint64_t end = time_us() + us;

	while (time_us() < end)
		cpu_pause();
}

/* --- processors: the driver is the main thread, or task; the updater another --- */

static struct processor processors[2] = { { .apic_id = 5, .started = true }, { .apic_id = 2 } };
struct processor *smp_processors = processors;
unsigned smp_count = 2;

static struct {
	pthread_t thread;
	void (*work)(void *);
	void *argument;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
} updater = { .mutex = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER };

static __thread bool is_driver;

bool machine_is_driver(void)
{
	return is_driver;
}

/* Where there are two processors, each has its own. */
static void pin(unsigned cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void *second_processor(void *unused)
{
	(void)unused;
	pin(1);
	for (;;) {
		pthread_mutex_lock(&updater.mutex);
		while (!updater.work)
			pthread_cond_wait(&updater.wake, &updater.mutex);
		pthread_mutex_unlock(&updater.mutex);
		updater.work(updater.argument);
		__atomic_store_n(&updater.work, NULL, __ATOMIC_RELEASE);
	}
	return NULL;
}

void machine_start(void)
{
	is_driver = true;
	/* One that needs more than xAPIC mode has, and is not the same in both places of an entry. */
	if (sim.x2apic)
		processors[0].apic_id = 0x10305;
	if (sim_by_turns)
		return;
	pin(0);
	if (pthread_create(&updater.thread, NULL, second_processor, NULL))
		panic("the host gives no second thread");
}

bool smp_start(unsigned cpu)
{
	processors[cpu].failed = cpu && options.breakage == BREAK_DEAD_AP;
	processors[cpu].started = !processors[cpu].failed;
	return processors[cpu].started;
}

bool smp_restart(unsigned cpu)
{
	(void)cpu;
	if (!sim_by_turns)
		return false;
	task_end(TASK_UPDATER);
	return true;
}

void smp_run(unsigned cpu, void (*work)(void *), void *argument)
{
	(void)cpu;
	if (sim_by_turns) {
		task_begin(TASK_UPDATER, work, argument);
		return;
	}
	pthread_mutex_lock(&updater.mutex);
	updater.argument = argument;
	__atomic_store_n(&updater.work, work, __ATOMIC_RELEASE);
	pthread_cond_signal(&updater.wake);
	pthread_mutex_unlock(&updater.mutex);
}

bool smp_idle(unsigned cpu)
{
	(void)cpu;
	return sim_by_turns ? task_is_asleep(TASK_UPDATER)
			    : !__atomic_load_n(&updater.work, __ATOMIC_ACQUIRE);
}

void smp_call(unsigned cpu, void (*work)(void *), void *argument)
{
	(void)cpu;
	work(argument);
}

const char *smp_core_name(unsigned cpu)
{
	(void)cpu;
	return "";
}

bool smp_same_core(unsigned a, unsigned b)
{
	return a == b;
}

/* --- traps and watchdog --- */

static bool (*handlers[256])(struct trap_frame *);
unsigned trap_foreign_nmis;

void trap_on_interrupt(uint8_t vector, bool (*handler)(struct trap_frame *))
{
	handlers[vector] = handler;
}

void machine_interrupt(uint8_t vector)
{
	if (handlers[vector])
		handlers[vector](NULL);
}

void panic(const char *format, ...)
{
	char text[256], end[RUN_END_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	fflush(stdout);
	fprintf(stderr, "vtd-sim: %s\n", text);
	if (handoff) {
		log_note("panic: %s", text);
		run_close(RUN_FAIL, end);
	}
	fflush(stdout);
	_Exit(1);
}

void watchdog_tick_here(void)
{
}

void watchdog_alive(void)
{
}

/* The image's stops both processors by NMI; here the driver looks at the clock wherever it waits. */
bool watchdog_run(const char *what, uint64_t ms, void (*work)(void *), void *argument)
{
	if (sim_run_until(rdtsc() + time_ns_to_ticks(ms * 1000000), work, argument))
		return true;
	units_forget_task(TASK_DRIVER);
	log_note("watchdog: %s: %lu ms have passed", what, ms);
	return false;
}

/* --- outputs: the log alone --- */

static uint64_t written;

void console_write(const char *text)
{
	fputs(text, stdout);
	written += strlen(text);
}

uint64_t console_bytes(void)
{
	return written;
}

uint64_t console_ticks(void)
{
	return 0;
}

void screen_log(const char *text)
{
	(void)text;
}

void screen_results_only(bool on)
{
	(void)on;
}

void screen_progress(const char *text, unsigned permille)
{
	(void)text;
	(void)permille;
}

void saved_line(bool is_failure, const char *format, ...)
{
	(void)is_failure;
	(void)format;
}

void kernel_summary(const char *text)
{
	(void)text;
}
