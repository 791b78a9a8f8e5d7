/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts fault records, and holds each against what the device asked for. */
#include "tests/litmus/fault_log.h"
#include "kernel/memory.h"

enum { TYPE_WRITE = 0, TYPE_READ = 2, TYPE_ATOMIC = 3 };
enum { UNTRANSLATED, TRANSLATION, TRANSLATED }; /* AT */

/* Which private page a record's address is in; private_pages if in none. */
static uint64_t private_page(const struct requester *r, uint64_t address)
{
	uint64_t page = (address - r->private_at) / PAGE_SIZE;

	return address >= r->private_at && page < r->device->private_pages
		       ? page
		       : r->device->private_pages;
}

/* Whether it is the page that the device writes to: at its bus address, or where a translation led to. */
static bool is_page(const struct requester *r, const struct vtd_fault *f)
{
	bool any = false;

	if (f->address_type != TRANSLATED || !r->translates)
		return f->address == (r->address & ~(PAGE_SIZE - 1));
	for (unsigned i = 0; i < sizeof(r->pages) / sizeof(r->pages[0]); i++)
		any |= r->pages[i] && f->address == r->pages[i];
	return any;
}

static enum fault_fit fit_of_pages(const struct requester *r, const struct vtd_fault *f)
{
	uint64_t page = private_page(r, f->address);
	uint8_t mask;

	/* Where writing counts, a translation request may be told as an atomic one (section 4.2.3.1). */
	if (r->translates && f->address_type == TRANSLATION) {
		if (!is_page(r, f) && page >= r->device->private_pages)
			return FAULT_BAD_ADDRESS;
		return f->type == TYPE_READ || f->type == TYPE_ATOMIC ? FAULT_FITS : FAULT_BAD_TYPE;
	}
	if (is_page(r, f))
		return f->type == TYPE_WRITE ? FAULT_FITS : FAULT_BAD_TYPE;
	if (page >= r->device->private_pages)
		return FAULT_BAD_ADDRESS;
	mask = f->type == TYPE_WRITE  ? r->device->writes
	       : f->type == TYPE_READ ? r->device->reads
				      : 0;
	return mask >> page & 1 ? FAULT_FITS : FAULT_BAD_TYPE;
}

bool fault_is_of_pages(const struct requester *r, const struct vtd_fault *f)
{
	return fit_of_pages(r, f) == FAULT_FITS;
}

enum fault_fit fault_fit(const struct requester *r, const struct vtd_fault *f)
{
	/* Translated requests carry no PASID (section 4.2.1). */
	bool has_pasid = r->has_pasid && f->address_type != TRANSLATED;
	enum fault_fit fit;

	if (f->source_id != r->source_id)
		return FAULT_OF_OTHERS;
	if (vtd_fault_is_of_interrupt(f->reason))
		return r->interrupts && f->index == r->index ? FAULT_FITS : FAULT_BAD_INDEX;
	fit = fit_of_pages(r, f);
	if (fit != FAULT_FITS)
		return fit;
	if ((f->address_type && !r->translates) || f->address_type > TRANSLATED || f->execute ||
	    f->privileged)
		return FAULT_BAD_FLAGS;
	if (f->address_type == TRANSLATION && vtd_fault_is_recoverable(f->reason))
		return FAULT_FOR_DEVICE;
	if (!r->is_scalable)
		return f->has_pasid && r->device->tagging == DMA_TAGS_NEVER ? FAULT_BAD_PASID
									    : FAULT_FITS;
	if (!f->has_pasid)
		return has_pasid ? FAULT_BAD_PASID : FAULT_FITS;
	if (!has_pasid && !r->shows_rid_pasid)
		return FAULT_BAD_PASID;
	for (unsigned i = 0; i < sizeof(r->pasids) / sizeof(r->pasids[0]); i++)
		if (f->pasid == r->pasids[i])
			return FAULT_FITS;
	return FAULT_BAD_PASID;
}

const char *fault_fit_text(enum fault_fit fit)
{
	switch (fit) {
	case FAULT_FITS:
		return "a fault record fits";
	case FAULT_OF_OTHERS:
		return "a fault record has another source-id than the device (section 7.2, FRCD.SID)";
	case FAULT_BAD_ADDRESS:
		return "a fault record of the device has an address that the device was not given (FRCD.FI)";
	case FAULT_BAD_TYPE:
		return "a fault record of the device is of no access that it makes: a read of a page that it only writes, or the reverse (FRCD.FI, T1, T2)";
	case FAULT_BAD_INDEX:
		return "a fault record of the device is of an interrupt that it was not told to send, or has another index (FRCD.FI, section 11.4.7.6)";
	case FAULT_FOR_DEVICE:
		return "a fault record tells of a translation request that was refused for a reason that only the device is told of (section 7.1.2, table 30)";
	case FAULT_BAD_FLAGS:
		return "a fault record of the device says translated, execute or privileged, which its request was not (FRCD.AT, EXE, PRIV)";
	case FAULT_BAD_PASID:
		return "a fault record of the device has another PASID than its request (FRCD.PP, PV)";
	}
	return "?";
}

static void sort(struct fault_log *log, const struct vtd_fault *f)
{
	unsigned k = 0;

	while (k < log->kind_count &&
	       (log->kinds[k].reason != f->reason || log->kinds[k].type != f->type))
		k++;
	if (k == FAULT_KINDS) {
		log->unsorted++;
		return;
	}
	if (k == log->kind_count) {
		log->kind_count++;
		log->kinds[k].reason = f->reason;
		log->kinds[k].type = f->type;
		log->kinds[k].count = 0;
	}
	if (log->kinds[k].count < FAULT_SHOWN)
		log->kinds[k].first[log->kinds[k].count] = *f;
	log->kinds[k].count++;
}

bool fault_log_add(struct fault_log *log, const struct requester *r, const struct vtd_fault *f)
{
	enum fault_fit fit = fault_fit(r, f);

	log->recorded++;
	if (fit == FAULT_FITS) {
		log->ours++;
		sort(log, f);
		return true;
	}
	if (!log->odd && (!log->foreign || fit != FAULT_OF_OTHERS)) {
		log->first_odd = *f;
		log->odd_fit = (uint8_t)fit;
	}
	log->foreign += fit == FAULT_OF_OTHERS;
	log->odd += fit != FAULT_OF_OTHERS;
	return false;
}
