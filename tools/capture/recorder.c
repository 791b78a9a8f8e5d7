/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "tools/capture/recorder.h"

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t recorder_ms(const struct recorder *r)
{
	return now() - r->start;
}

static void head(struct recorder *r, unsigned cpu, uint64_t pc, char type)
{
	fprintf(r->out, "%" PRIu64 " %" PRIu64 " %u %" PRIx64 " %c", r->records++, recorder_ms(r),
		cpu, pc, type);
}

void record_begin(struct recorder *r, unsigned cpu, uint64_t pc, char type)
{
	struct barriers *b = &r->since[cpu % RECORDER_CPUS];

	if (b->sfence | b->mfence | b->lfence | b->locked) {
		head(r, cpu, 0, 'B');
		fprintf(r->out, " %x %x %x %x\n", b->sfence, b->mfence, b->lfence, b->locked);
		memset(b, 0, sizeof(*b));
	}
	head(r, cpu, pc, type);
}

void record_note(struct recorder *r, char type)
{
	head(r, 0, 0, type);
}
