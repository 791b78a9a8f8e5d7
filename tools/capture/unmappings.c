/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Only a device whose device-TLB was named before, since its entry is present, counts: its ATS was on; and it counts no more
 * once its ATS was turned off. A driver may name it in the same descriptors as the pages, or in the next that the same call
 * queues.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/capture/descriptor.h"
#include "tools/capture/place.h"
#include "tools/capture/recorder.h"
#include "tools/capture/unmappings.h"

#define ATS_ENABLE \
	(1u        \
	 << 15) /* of its control register (PCI Express base specification 6.0, section 10.5.1.3) */
#define ATS_STU	   0x1fu
#define ATS_MAX	   256
#define PLACES_MAX 1024
#define BATCH_MAX  256

/* A present entry that translates requests without PASID of one device. */
struct place {
	uint64_t entry;
	int source;
	uint16_t domain;
	const struct record *named, *present, *gone;
	bool is_gone; /* but whether what is pending names it is still to be seen */
	/* Of each processor: pages were invalidated, and the device was not named yet. */
	const struct record *pending[RECORDER_CPUS], *ats_on[RECORDER_CPUS];
};

struct batch {
	const struct record *queue;
	struct descriptor list[BATCH_MAX];
	unsigned count;
};

/* A device whose ATS was turned on, and by which register of it. */
struct ats {
	unsigned source, offset;
	const struct record *on; /* NULL: it is off */
};

struct finder {
	struct shadow shadow;
	struct ats ats[ATS_MAX];
	unsigned ats_count;
	struct place *places;
	unsigned place_count;
	struct unmappings *out;
	size_t room;
};

static bool of_device(const struct batch *b, int source)
{
	for (unsigned i = 0; i < b->count; i++)
		if ((b->list[i].type == INVALIDATES_DEVTLB ||
		     b->list[i].type == INVALIDATES_PDEVTLB) &&
		    b->list[i].source == source)
			return true;
	return false;
}

static bool of_pages(const struct batch *b, uint16_t domain)
{
	for (unsigned i = 0; i < b->count; i++)
		if ((b->list[i].type == INVALIDATES_IOTLB ||
		     b->list[i].type == INVALIDATES_PIOTLB) &&
		    b->list[i].scope == SCOPE_PAGE && b->list[i].domain == domain)
			return true;
	return false;
}

static struct ats *ats_of(struct finder *f, unsigned source)
{
	for (unsigned i = 0; i < f->ats_count; i++)
		if (f->ats[i].source == source)
			return &f->ats[i];
	return NULL;
}

/* Where the capability is the record does not say: a 16-bit store of the enable bit and a smallest unit shows it. */
static void config_store(struct finder *f, const struct record *r)
{
	unsigned source = (unsigned)r->value[0], offset = (unsigned)r->value[1];
	uint64_t value = r->value[3];
	struct ats *ats = ats_of(f, source);

	if (r->value[2] != 2 || value & ~(uint64_t)(ATS_ENABLE | ATS_STU))
		return;
	if (!ats && value & ATS_ENABLE && f->ats_count < ATS_MAX) {
		ats = &f->ats[f->ats_count++];
		*ats = (struct ats){ .source = source, .offset = offset };
	}
	if (ats && ats->offset == offset)
		ats->on = value & ATS_ENABLE ? r : NULL;
}

/* The processor went on to something else: what was to name the device did not. */
static void confirm(struct finder *f, struct place *p, unsigned cpu)
{
	const struct record *queue = p->pending[cpu];
	struct unmappings *u = f->out;

	p->pending[cpu] = NULL;
	if (!queue || !p->named)
		return;
	if (u->count == f->room) {
		f->room = f->room ? 2 * f->room : 64;
		u->list = realloc(u->list, f->room * sizeof(*u->list));
		if (!u->list)
			abort();
	}
	u->list[u->count++] = (struct left_out){ .source = p->source,
						 .domain = p->domain,
						 .entry = p->entry,
						 .queue = queue,
						 .named = p->named,
						 .present = p->present,
						 .ats_on = p->ats_on[cpu] };
}

/* Nothing more will be said of it. */
static void forget(struct finder *f, unsigned at)
{
	struct place *p = &f->places[at];

	for (unsigned cpu = 0; cpu < RECORDER_CPUS; cpu++)
		confirm(f, p, cpu);
	for (size_t i = 0; i < f->out->count; i++) {
		struct left_out *l = &f->out->list[i];

		if (l->entry != p->entry || l->present != p->present || l->gone)
			continue;
		l->gone = p->gone;
		l->named_again = p->named->number > l->queue->number;
	}
	f->places[at] = f->places[--f->place_count];
}

static void take_away(struct finder *f, unsigned at, const struct record *gone)
{
	struct place *p = &f->places[at];
	bool pending = false;

	p->gone = gone;
	p->is_gone = true;
	for (unsigned cpu = 0; cpu < RECORDER_CPUS; cpu++)
		pending |= p->pending[cpu] != NULL;
	if (!pending)
		forget(f, at);
}

/* Unless what the same call queues next names it. */
static void leave_out(struct finder *f, struct place *p, const struct record *q)
{
	const struct ats *ats = ats_of(f, (unsigned)p->source);

	if (ats && !ats->on)
		return;
	p->pending[q->cpu % RECORDER_CPUS] = q;
	p->ats_on[q->cpu % RECORDER_CPUS] = ats ? ats->on : NULL;
}

static void take_batch(struct finder *f, struct batch *b)
{
	const struct record *q = b->queue;
	unsigned cpu;
	bool pages = false, devices = false;

	if (!q)
		return;
	cpu = q->cpu % RECORDER_CPUS;
	for (unsigned i = 0; i < b->count; i++) {
		pages |= b->list[i].scope == SCOPE_PAGE && (b->list[i].type == INVALIDATES_IOTLB ||
							    b->list[i].type == INVALIDATES_PIOTLB);
		devices |= b->list[i].type == INVALIDATES_DEVTLB ||
			   b->list[i].type == INVALIDATES_PDEVTLB;
	}
	f->out->invalidations += pages;
	f->out->with_devices += pages && devices;
	for (unsigned i = f->place_count; i--;) {
		struct place *p = &f->places[i];
		bool named = of_device(b, p->source);

		if (p->pending[cpu] && named && records_same_call(p->pending[cpu], q)) {
			p->pending[cpu] = NULL;
			p->named = q;
		}
		confirm(f, p, cpu);
		if (p->is_gone) {
			take_away(f, i, p->gone);
			continue;
		}
		if (!of_pages(b, p->domain))
			continue;
		if (named)
			p->named = q;
		else
			leave_out(f, p, q);
	}
	b->queue = NULL;
}

/* An entry as it is now: after record `r`. */
static void look_at(struct finder *f, enum table_kind kind, uint64_t entry, const struct record *r)
{
	uint64_t words[TABLE_WORDS_MAX];
	unsigned at = 0;
	int source;
	int64_t pasid;
	uint16_t domain;

	if (kind != TABLE_CONTEXT && kind != TABLE_PASID)
		return;
	shadow_read(&f->shadow, entry, table_kinds[kind].words, words);
	domain = (uint16_t)(kind == TABLE_CONTEXT ? words[1] >> 8 : words[1]);
	while (at < f->place_count && (f->places[at].entry != entry || f->places[at].is_gone))
		at++;
	if (at < f->place_count && words[0] & 1 && f->places[at].domain == domain)
		return;
	if (at < f->place_count)
		take_away(f, at, r);
	if (!(words[0] & 1) || f->place_count == PLACES_MAX)
		return;
	place_of(&f->shadow, kind, entry, &source, &pasid);
	if (source < 0 || pasid > 0)
		return;
	f->places[f->place_count++] = (struct place){ .entry = entry,
						      .source = source,
						      .domain = domain,
						      .present = r->type == 'S' ? r : NULL };
}

void unmappings_find(const struct records *records, bool caching_mode, struct unmappings *out)
{
	struct finder f = { .out = out };
	struct batch batch = { .queue = NULL };

	memset(out, 0, sizeof(*out));
	f.places = calloc(PLACES_MAX, sizeof(*f.places));
	if (!f.places)
		abort();
	for (size_t i = 0; i < records->count; i++) {
		const struct record *r = &records->list[i];

		if (r->type != 'I')
			take_batch(&f, &batch);
		if (r->type == 'Q') {
			batch.queue = r;
			batch.count = 0;
		}
		if (r->type == 'I' && batch.count < BATCH_MAX &&
		    descriptor_read(r->value, &batch.list[batch.count]))
			batch.count++;
		records_apply(&f.shadow, r);
		if (r->type == 'C')
			config_store(&f, r);
		if (r->type == 'S')
			look_at(&f, r->kind, r->value[5], r);
		if (r->type == 'E')
			look_at(&f, r->kind, r->value[0], r);
		for (unsigned p = f.place_count; r->type == 'U' && p--;)
			if (f.places[p].entry >> 12 == r->value[0] >> 12 && !f.places[p].is_gone)
				take_away(&f, p, r);
	}
	take_batch(&f, &batch);
	while (f.place_count)
		forget(&f, f.place_count - 1);
	free(f.places);
	shadow_free(&f.shadow);
	if (caching_mode) {
		free(out->list);
		*out = (struct unmappings){ .invalidations = out->invalidations,
					    .with_devices = out->with_devices,
					    .unknown = true };
	}
}

void unmappings_free(struct unmappings *u)
{
	free(u->list);
	memset(u, 0, sizeof(*u));
}
