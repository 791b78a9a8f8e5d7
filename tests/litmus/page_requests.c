/* SPDX-License-Identifier: BSD-2-Clause */
/* The check page-requests: its targets, and what is the same for all parts. The device asks for pages; nobody rewrites. */
#include "tests/litmus/page_requests.h"
#include "kernel/lib/string.h"
#include "kernel/memory.h"
#include "kernel/output/log.h"
#include "tests/litmus/ats.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/page_asking.h"
#include "tests/litmus/report.h"
#include "vtd/fault.h"
#include "vtd/regs.h"

static const uint8_t targets[] = { TARGET_PASID_SS, TARGET_PASID_FS, TARGET_PASID_NESTED };

static struct tally t;
static struct asking asking;

bool page_requests_are_sent_by(const struct bench *b)
{
	return b->device->generator->request_page;
}

static const char *lacks(const struct bench *b)
{
	if (!b->ats.usable)
		return b->ats.lacks ? b->ats.lacks : "its ATS is not used";
	if (!pci_extended_capability(b->device->function, PCI_EXT_PRI))
		return "the device has no page requests (PRI)";
	if (!field_of(b->unit->ecap, ECAP_PRS))
		return "the unit takes no page requests (ECAP.PRS = 0)";
	if (b->has_interrupt)
		return "with fault-interrupt=1 its fault records are read elsewhere";
	for (unsigned i = 0; i < sizeof(targets); i++)
		if (!b->lacks[targets[i]] && b->targets[targets[i]].phases == 1)
			return NULL;
	return "page requests are of scalable mode (section 7.4), and the unit has no target there";
}

static const char *settle(struct bench *b, enum target_id id)
{
	const char *problem = ownership_settle(b, &b->targets[id], &t);

	if (!problem)
		problem = ats_on(b);
	if (problem)
		t.stopped = problem;
	return problem;
}

/* Of the first target everything, of the others what their kind of translation makes different. */
static const char *try_target(struct bench *b, struct bench *other, void *page, enum target_id id,
			      bool is_first)
{
	const char *problem = settle(b, id), *end;

	if (!problem) {
		asking_begin(&asking, b, other, &t, page);
		if (!asking_set_pre(&asking, true))
			problem = t.stopped;
		if (!problem && is_first)
			problem = page_queue_find(&asking);
		if (!problem && is_first)
			problem = page_overflow_find(&asking);
		if (!problem)
			problem = page_flips_find(&asking);
		asking_end(&asking);
	}
	end = ats_off(b);
	if (!problem && (end || t.stopped))
		problem = t.stopped = end ? end : t.stopped;
	return problem;
}

/* Section 7.4: they are of scalable mode. */
static const char *try_legacy(struct bench *b, struct bench *other, void *page)
{
	const char *problem = settle(b, TARGET_CONTEXT), *end;
	struct asked s;

	if (!problem) {
		asking_begin(&asking, b, other, &t, page);
		for (unsigned last = 0; last < 2 && !problem; last++) {
			asking_forget(&asking);
			problem =
				asking_ask(&asking, b->target->address, last, true, &s)
					? asking_judge_blocked(
						  &asking, &s, FAULT_PAGE_REQUEST_IN_LEGACY_MODE,
						  "RTADDR.TTM is 00b: legacy mode takes none (section 7.4, RTA.3)")
					: t.stopped;
		}
		asking_end(&asking);
	}
	end = ats_off(b);
	if (!problem && end)
		problem = t.stopped = end;
	return problem;
}

void check_page_requests(struct bench *b, struct bench *other, const char *id)
{
	const char *problem = lacks(b), *lack = problem;
	static void *page;
	unsigned tried = 0;

	log_note("%s: pages that the device asks for", id);
	memset(&t, 0, sizeof(t));
	memset(&asking, 0, sizeof(asking));
	if (!page)
		page = memory_alloc(1);
	if (!page && !lack)
		problem = lack = "there is no memory for a page request queue";
	for (unsigned i = 0; i < sizeof(targets) && !problem; i++) {
		if (b->lacks[targets[i]] || b->targets[targets[i]].phases > 1)
			continue;
		problem = try_target(b, other, page, (enum target_id)targets[i], !tried);
		tried++;
	}
	if (!problem && !b->lacks[TARGET_CONTEXT] && b->targets[TARGET_CONTEXT].phases == 1)
		problem = try_legacy(b, other, page);
	if (!lack)
		log_note("  %u targets%s", tried,
			 field_of(b->unit->ecap, ECAP_PDS)
				 ? ""
				 : "; the unit cannot be asked to drain them (ECAP.PDS = 0)");
	report_result(id,
		      lack	  ? VERDICT_SKIP
		      : !problem  ? VERDICT_SELF_CHECK
		      : t.stopped ? VERDICT_ERROR
				  : VERDICT_FAIL,
		      problem, tried, "targets");
}
