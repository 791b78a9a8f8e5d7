/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps that vtd-model find makes sequences of. */
#include <stdlib.h>
#include <string.h>

#include "tools/model/find.h"

static void choose(struct find *f, unsigned op, unsigned word, unsigned value)
{
	if (f->step_count == FIND_STEPS_MAX)
		abort();
	f->steps[f->step_count++] =
		(struct step){ .op = (uint8_t)op, .word = (uint8_t)word, .value = (uint8_t)value };
}

/* What an entry is after a store, in each direction; words that are not stored, or are 0 in both states, are ~0. */
static void stored(const struct find *f, const struct step *step, uint64_t words[2][8])
{
	const struct target *t = f->target;
	enum entry_kind kind = (enum entry_kind)t->kind;

	memset(words, 0xff, 2 * sizeof(words[0]));
	for (unsigned from = 0; from < 2; from++) {
		step_apply(step, kind, t->state[0][from], t->state[0][!from], words[from]);
		for (unsigned i = 0; i < kind_words(kind); i++)
			if (!(t->state[0][0][i] | t->state[0][1][i]))
				words[from][i] = ~0ull;
	}
}

/* Stores of this width, also of these values; not those that do what one before them does, or nothing. */
static void choose_stores(struct find *f, unsigned op, unsigned width)
{
	static const uint8_t values[] = { VALUE_NEW,	  VALUE_NEW_NOT_PRESENT, VALUE_ZERO,
					  VALUE_OLD,	  VALUE_OLD_NOT_PRESENT, VALUE_OLD_SPARE,
					  VALUE_NEW_SPARE };
	const size_t count = f->spare ? sizeof(values) : sizeof(values) - 2;
	unsigned words = kind_words((enum entry_kind)f->target->kind);

	for (unsigned word = 0; word + width <= words; word += width)
		for (size_t v = 0; v < count; v++) {
			struct step step = { .op = (uint8_t)op,
					     .word = (uint8_t)word,
					     .value = values[v] };
			uint64_t now[2][8], other[2][8];
			bool is_new;

			stored(f, &step, now);
			memset(other, 0xff, sizeof(other));
			is_new = memcmp(now, other, sizeof(now)) != 0;
			for (size_t i = 0; i < f->step_count; i++) {
				stored(f, &f->steps[i], other);
				is_new = is_new && memcmp(now, other, sizeof(now)) != 0;
			}
			if (is_new)
				choose(f, op, word, values[v]);
		}
}

/* By the domain-id of old; if that is another, of new; and the spare one. */
static void choose_invalidation(struct find *f, unsigned op)
{
	choose(f, op, 0, VALUE_OLD);
	if (f->target->domain[0] != f->target->domain[1])
		choose(f, op, 0, VALUE_NEW);
	if (f->spare)
		choose(f, op, 0, VALUE_OLD_SPARE);
}

static void choose_invalidations(struct find *f, bool global)
{
	enum entry_kind kind = (enum entry_kind)f->target->kind;
	bool scalable = f->target->scalable, context = false, pasid = false;

	switch (kind) {
	case KIND_INTERRUPT_TABLE: /* section 6.7: of all of them */
		choose(f, STEP_INVALIDATE_IEC_GLOBAL, 0, VALUE_ZERO);
		return;
	case KIND_IRTE:
		choose(f, STEP_INVALIDATE_IEC, 0, VALUE_ZERO);
		return;
	case KIND_ROOT_TABLE: /* section 6.6: likewise */
	case KIND_SM_ROOT_TABLE:
		choose(f, STEP_INVALIDATE_CONTEXT_GLOBAL, 0, VALUE_ZERO);
		if (scalable)
			choose(f, STEP_INVALIDATE_PASID_GLOBAL, 0, VALUE_ZERO);
		choose(f, STEP_INVALIDATE_IOTLB_GLOBAL, 0, VALUE_ZERO);
		return;
	case KIND_SM_ROOT:
	case KIND_SM_CONTEXT:
		/* It leads to many PASIDs: section 6.5.2.1. */
		choose(f, STEP_INVALIDATE_CONTEXT, 0, VALUE_OLD);
		choose_invalidation(f, STEP_INVALIDATE_PASID_DOMAIN);
		context = pasid = true;
		break;
	case KIND_PASID_DIR:
	case KIND_PASID_DIR_TABLE:
	case KIND_PASID:
		choose_invalidation(f, STEP_INVALIDATE_PASID);
		pasid = true;
		break;
	case KIND_TABLE:
	case KIND_LEAF:
	case KIND_LARGE:
		break;
	default:
		choose_invalidation(f, STEP_INVALIDATE_CONTEXT);
		context = true;
	}
	choose_invalidation(f, STEP_INVALIDATE_IOTLB);
	if (scalable)
		choose_invalidation(f, STEP_INVALIDATE_PIOTLB);
	/* Where one PGTT is both states', it is one of these two. */
	if (target_meaning(f->target, f->target->state[0][0]).stage !=
	    target_meaning(f->target, f->target->state[0][1]).stage)
		choose_invalidation(f, STEP_INVALIDATE_TLB);
	if (global && context)
		choose(f, STEP_INVALIDATE_CONTEXT_GLOBAL, 0, VALUE_ZERO);
	if (global && pasid)
		choose(f, STEP_INVALIDATE_PASID_GLOBAL, 0, VALUE_ZERO);
	if (global)
		choose(f, STEP_INVALIDATE_IOTLB_GLOBAL, 0, VALUE_ZERO);
}

static bool any_unit(const struct find *f, bool (*has)(const struct bench_question *))
{
	for (unsigned u = 0; u < UNIT_KINDS; u++)
		if (f->units & 1u << u && has(&unit_kinds[u].how))
			return true;
	return false;
}

static bool does_not_snoop(const struct bench_question *how)
{
	return !how->coherent;
}

static bool has_caching_mode(const struct bench_question *how)
{
	return how->caching_mode;
}

static bool has_device_tlb(const struct bench_question *how)
{
	return how->device_tlb;
}

/* An entry with its tables: it goes away, the tables are filled, it comes back. More would be too many to try. */
static void choose_apart(struct find *f)
{
	choose(f, STEP_STORE, 0, VALUE_ZERO);
	for (unsigned word = 0; word < 3; word++)
		choose(f, STEP_STORE, word, VALUE_NEW);
	if (any_unit(f, does_not_snoop)) {
		choose(f, STEP_FLUSH, 0, VALUE_ZERO);
		choose(f, STEP_FLUSH_TABLES, 0, VALUE_ZERO);
	}
	if (f->target->kind == KIND_PASID_DIR_TABLE)
		choose(f, STEP_INVALIDATE_PASID, 0, VALUE_OLD);
	choose(f, STEP_INVALIDATE_IOTLB, 0, VALUE_OLD);
	if (any_unit(f, has_caching_mode))
		choose(f, STEP_SETTLE_NEW, 0, VALUE_ZERO);
	if (any_unit(f, has_device_tlb))
		choose(f, STEP_INVALIDATE_DEVTLB, 0, VALUE_ZERO);
}

void find_choose_steps(struct find *f, unsigned stores, bool global, bool spare)
{
	f->spare = spare && kind_domain((enum entry_kind)f->target->kind).high;
	if (kind_is_apart((enum entry_kind)f->target->kind)) {
		choose_apart(f);
		return;
	}
	if (target_is_pointer(f->target)) {
		choose(f, STEP_SET_POINTER, 0, VALUE_NEW);
		choose_invalidations(f, global);
		if (any_unit(f, has_device_tlb))
			choose(f, STEP_INVALIDATE_DEVTLB, 0, VALUE_ZERO);
		return;
	}
	if (stores & 64)
		choose_stores(f, STEP_STORE, 1);
	if (stores & 128)
		choose_stores(f, STEP_CAS, 2);
	if (stores & 256)
		choose_stores(f, STEP_STORE256, 4);
	if (stores & 512)
		choose_stores(f, STEP_STORE512, 8);
	if (any_unit(f, does_not_snoop))
		choose(f, STEP_FLUSH, 0, VALUE_ZERO);
	choose_invalidations(f, global);
	if (any_unit(f, has_caching_mode))
		choose(f, STEP_SETTLE_NEW, 0, VALUE_ZERO);
	if (any_unit(f, has_device_tlb))
		choose(f, STEP_INVALIDATE_DEVTLB, 0, VALUE_ZERO);
}
