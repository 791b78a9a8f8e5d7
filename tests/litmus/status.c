/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a command to a unit failed, with what the queue and its registers show. */
#include "tests/litmus/status.h"
#include "kernel/lib/format.h"
#include "kernel/memory.h"
#include "vtd/invalidate.h"
#include "vtd/queue.h"
#include "vtd/regs.h"

static const char *stopped_queue(const struct vtd_unit *u)
{
	static char text[320];
	uint64_t head = vtd_queue_where(u).head;
	const uint64_t *d = u->queue.descriptors + head / 8;

	/* The queue is one page. */
	if (head >= PAGE_SIZE || !(u->queue.errors & FSTS_IQE))
		return vtd_queue_error_text(u);
	format_text(
		text, sizeof(text), "%s: IQH is 0x%lx, where memory has 0x%016lx 0x%016lx%s",
		vtd_queue_error_text(u), head, d[1], d[0],
		d[0] ? ", which is valid: the unit read something else (it does not snoop?), or refuses what it must take (section 6.5.2)"
		     : "");
	return text;
}

/* Another place in the page of the status that has what the wait should have written: its offset; 0: none. */
static unsigned elsewhere(const struct vtd_unit *u)
{
	for (unsigned i = 1; i < PAGE_SIZE / 4; i++)
		if (u->queue.status[i] == u->queue.sequence)
			return 4 * i;
	return 0;
}

static const char *what_instead(const struct vtd_unit *u)
{
	static char text[160];

	if (elsewhere(u))
		format_text(text, sizeof(text),
			    "the unit is done, and wrote the status %u bytes after its address",
			    elsewhere(u));
	else if (*u->queue.status == u->queue.sequence - 1)
		return "the unit is done, and memory has what the wait before asked for: this one was not written, or that one once more";
	else
		return "the unit is done, and the status was not written, or wrongly";
	return text;
}

static const char *unanswered(const struct vtd_unit *u)
{
	static char text[400];
	struct vtd_queue_place at = vtd_queue_where(u);

	if (*u->queue.status == u->queue.sequence)
		return vtd_status_text(VTD_TIMEOUT);
	format_text(
		text, sizeof(text),
		"%s: the wait descriptor asks for status 0x%x, memory has 0x%x; IQH is 0x%lx, IQT 0x%lx: %s (section 6.5.2.9)",
		vtd_status_text(VTD_TIMEOUT), u->queue.sequence, *u->queue.status, at.head, at.tail,
		at.head != at.tail ? "the queue does not go on" : what_instead(u));
	return text;
}

const char *status_text(const struct vtd_unit *unit, enum vtd_status status)
{
	if (!unit->queue.descriptors)
		return vtd_status_text(status);
	return status == VTD_QUEUE_ERROR ? stopped_queue(unit)
	       : status == VTD_TIMEOUT	 ? unanswered(unit)
					 : vtd_status_text(status);
}
