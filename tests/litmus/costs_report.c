/* SPDX-License-Identifier: BSD-2-Clause */
/* What a sequence costs, for people and as records (docs/log-format.md). */
#include "kernel/lib/format.h"
#include "kernel/output/log.h"
#include "tests/litmus/costs.h"
#include "tests/litmus/report.h"

#define MEDIAN	   500 /* permille */
#define NEARLY_ALL 990
#define A_LINE	   5 /* kinds of invalidations to a line of a record */

static const char *us(char text[16], uint64_t ns)
{
	return format_ratio(text, ns, 1000);
}

/* "1.2 us (99 %: 1.9, at most 4.1)" */
static const char *times(char text[80], const struct quantiles *q)
{
	char median[16], nearly[16], most[16];

	format_text(text, 80, "%s us (99 %%: %s, at most %s)", us(median, quantiles_at(q, MEDIAN)),
		    us(nearly, quantiles_at(q, NEARLY_ALL)), us(most, q->most));
	return text;
}

static void report_update(const struct costs *c)
{
	char text[80], parts[60 * INVALIDATION_KINDS] = "";
	size_t n = 0;

	for (unsigned i = 0; i < INVALIDATION_KINDS; i++)
		if (c->times[i]) {
			n += format_text(parts + n, sizeof(parts) - n, "%s%s",
					 n ? ", " : "; of that ", invalidation_word(i));
			if (c->times[i] > 1)
				n += format_text(parts + n, sizeof(parts) - n, " (%u of them)",
						 c->times[i]);
			n += format_text(parts + n, sizeof(parts) - n, " %s us",
					 us(text, quantiles_at(&c->invalidation[i], MEDIAN)));
		}
	log_note("  Costs: an update takes %s%s", times(text, &c->update), parts);
}

static void report_blackout(const struct costs *c)
{
	char text[80], dma[16];

	us(dma, quantiles_at(&c->dma, MEDIAN));
	if (!c->blocking)
		log_note("  Refused: none of %lu DMAs, in %lu updates; a DMA takes %s us", c->dmas,
			 c->updates, dma);
	else
		log_note(
			"  Refused: %lu of %lu DMAs, in %lu of %lu updates; from the first to the last of an update %s; a DMA takes %s us",
			c->refused, c->dmas, c->blocking, c->updates, times(text, &c->blackout),
			dma);
	if (c->unended)
		log_note("    after %lu updates DMA stayed refused", c->unended);
}

static const char *record(char text[48], const struct quantiles *q)
{
	format_text(text, 48, "%lu/%lu/%lu", quantiles_at(q, MEDIAN), quantiles_at(q, NEARLY_ALL),
		    q->most);
	return text;
}

static void record_costs(const struct costs *c)
{
	char update[48], blackout[48], dma[48], text[80 * A_LINE] = "";
	unsigned on_line = 0;
	size_t n = 0;

	report_extra(
		"costs updates=%lu blocking=%lu dmas=%lu refused=%lu unended=%lu update=%s dma=%s%s%s",
		c->updates, c->blocking, c->dmas, c->refused, c->unended,
		record(update, &c->update), record(dma, &c->dma), c->blocking ? " blackout=" : "",
		c->blocking ? record(blackout, &c->blackout) : "");
	for (unsigned i = 0; i <= INVALIDATION_KINDS; i++) {
		if (i < INVALIDATION_KINDS && c->times[i]) {
			n += format_text(text + n, sizeof(text) - n, " %s=%u/%s",
					 invalidation_word(i), c->times[i],
					 record(update, &c->invalidation[i]));
			on_line++;
		}
		if (on_line == A_LINE || (i == INVALIDATION_KINDS && on_line)) {
			report_extra("invalidations%s", text);
			on_line = 0;
			n = 0;
		}
	}
}

void costs_report(const struct costs *c)
{
	if (c->tally.stopped)
		log_note("  Costs: not measured to the end: %s", c->tally.stopped);
	if (!c->updates)
		return;
	report_update(c);
	report_blackout(c);
	record_costs(c);
}
