/* SPDX-License-Identifier: BSD-2-Clause */
/* Progress: on the screen, and as heartbeats in the log. */
#include "tests/litmus/progress.h"
#include "kernel/lib/format.h"
#include "kernel/output/log.h"
#include "kernel/output/screen.h"
#include "kernel/time.h"
#include "kernel/watchdog.h"

#define HEARTBEAT_US 10000000

static struct {
	unsigned tests, number; /* in all; the one at work, from 1 */
	uint64_t ms, done_ms;
	uint64_t begin_us, beat_us; /* of the run; of the last heartbeat */
	const char *id;
	uint64_t test_ms, test_begin_us;
	bool counts; /* what the test at work calls torn is of a sequence, and no self-check's */
	uint64_t torn, dmas;		   /* of the test at work */
	uint64_t torn_before, dmas_before; /* of those before it */
} p;

void progress_plan(unsigned tests, uint64_t ms)
{
	p.tests = tests;
	p.ms = ms ? ms : 1;
	p.begin_us = p.beat_us = time_us();
}

static void show(void)
{
	uint64_t now = time_us(), in_test = (now - p.test_begin_us) / 1000, done;
	char text[160], left[32] = "";
	bool beat = now - p.beat_us >= HEARTBEAT_US;

	watchdog_alive();
	if (!p.ms)
		return; /* nothing is planned yet: set-up */
	done = p.done_ms + (in_test < p.test_ms ? in_test : p.test_ms);
	done = done < p.ms ? done : p.ms;
	/*
	 * What is left goes at the pace of what is done: resets and printing are no part of the plan. The self-checks
	 * come first and have little in it, so their pace foretells nothing.
	 */
	if (done * 10 >= p.ms)
		format_text(left, sizeof(left), "%lu s left, ",
			    (now - p.begin_us) / 1000 * (p.ms - done) / done / 1000);
	format_text(text, sizeof(text),
		    "%lu %%, %s%lu torn so far; test %u of %u, %lu torn of %lu DMAs: %s",
		    done * 100 / p.ms, left, p.torn_before + p.torn, p.number, p.tests, p.torn,
		    p.dmas, p.id);
	screen_progress(text, (unsigned)(done * 1000 / p.ms));
	if (beat) {
		log_note("heartbeat: %lu s, %s", (now - p.begin_us) / 1000000, text);
		p.beat_us = now;
	}
}

void progress_begin(const char *id, uint64_t ms, bool counts)
{
	p.counts = counts;
	p.number++;
	p.id = id;
	p.test_ms = ms;
	p.test_begin_us = time_us();
	p.torn = p.dmas = 0;
	show();
}

void progress_during(const struct tally *t)
{
	p.torn = p.counts ? t->torn : 0;
	p.dmas = t->dmas;
	show();
}

void progress_end(void)
{
	p.done_ms += p.test_ms;
	p.dmas_before += p.dmas;
	p.torn_before += p.torn;
}

uint64_t progress_dmas(void)
{
	return p.dmas_before;
}
