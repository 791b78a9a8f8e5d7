/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/bit_record.h"
#include "kernel/lib/format.h"
#include "kernel/output/log.h"
#include "kernel/output/record.h"
#include "tests/litmus/report.h"
#include "tests/litmus/target.h"

/* What is seen of a unit that goes by the old bit, where it went to 0 and to 1. */
static const char *const harms[BIT_BYS][2] = {
	[BIT_BY_FLAGS] = { "marked all the same", "not marked" },
	[BIT_BY_RECORDS] = { "not recorded", "recorded all the same" },
	[BIT_BY_ARRIVAL] = { "not in its page", "not in its page" },
	[BIT_BY_SNOOPING] = { "not in its page", "not snooped" },
	[BIT_BY_PAGE_REQUESTS] = { "queued all the same", "not queued" },
};

static const char *const caches[BIT_CACHES] = { "context cache", "PASID cache", "IOTLB" };
static const char *const keys[BIT_CACHES] = { "context", "pasid", "iotlb" };

void bit_change_tell(const struct bit_change *c)
{
	char line[240] = "", record[160] = "", name[96];
	size_t n = 0, k = 0;

	if (c->absent)
		log_note("  %s, P clear: %s in %u of %u", c->name, harms[c->by][c->to], c->failed,
			 c->changes);
	if (c->controls) {
		n = format_text(line, sizeof(line), "; controls: %u of %u with nothing invalidated",
				c->none, c->controls);
		k = format_text(record, sizeof(record), " controls=%u none=%u", c->controls,
				c->none);
	}
	for (unsigned i = 0; i < BIT_CACHES && c->controls; i++) {
		if (!c->has[i])
			continue;
		n += format_text(line + n, sizeof(line) - n, ", %u without the %s", c->without[i],
				 caches[i]);
		k += format_text(record + k, sizeof(record) - k, " %s=%u", keys[i], c->without[i]);
	}
	if (!c->absent)
		log_note("  %s, %d to %d: %s after its invalidations in %u of %u%s", c->name,
			 !c->to, c->to, harms[c->by][c->to], c->failed, c->changes, line);
	record_encode(name, sizeof(name), c->name);
	report_extra("bit name=%s target=%s by=%s to=%d%s%s changes=%u failed=%u%s", name,
		     target_name(c->target), bit_by_word(c->by), c->to,
		     c->absent ? " absent=1" : "", c->known ? " known=1" : "", c->changes,
		     c->failed, record);
}

void bit_untried_tell(const char *name, enum target_id target, enum bit_by by, const char *why)
{
	char encoded[96], reason[200];

	log_note("  %s: not tried: %s", name, why);
	record_encode(encoded, sizeof(encoded), name);
	record_encode(reason, sizeof(reason), why);
	report_extra("bit name=%s target=%s by=%s why=%s", encoded, target_name(target),
		     bit_by_word(by), reason);
}
