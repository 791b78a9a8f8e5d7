/* SPDX-License-Identifier: BSD-2-Clause */
/* Works out a sequence for one entry: from its steps to stores and invalidations with address and value. */
#include "tests/litmus/program.h"
#include "kernel/time.h"
#include "vtd/regs.h"

static void emit(struct program *p, struct micro micro)
{
	if (p->count < PROGRAM_MAX)
		p->steps[p->count++] = micro;
}

static bool is_store(const struct step *s)
{
	return step_words((enum step_op)s->op) > 0;
}

static bool is_of_old(const struct step *s)
{
	return s->value == VALUE_OLD || s->value == VALUE_OLD_SPARE;
}

static void emit_store(struct program *p, const struct target *t, const struct step *s,
		       const uint64_t *content)
{
	static const uint8_t ops[STEP_OP_COUNT] = {
		[STEP_STORE] = MICRO_STORE,
		[STEP_FIELD] = MICRO_STORE,
		[STEP_CAS] = MICRO_CAS,
		[STEP_EXCHANGE_UNLOCKED] = MICRO_EXCHANGE_UNLOCKED,
		[STEP_STORE128] = MICRO_STORE128,
		[STEP_STORE256] = MICRO_STORE256,
		[STEP_STORE512] = MICRO_STORE512,
		[STEP_SET_POINTER] = MICRO_SET_POINTER,
	};
	unsigned word = step_word(s);
	struct micro m = { .op = ops[s->op], .address = target_word(t, word) };

	for (unsigned i = 0; i < step_words((enum step_op)s->op); i++)
		m.value[i] = content[word + i];
	emit(p, m);
}

/* What legacy mode does not have is nothing to do there. */
static void emit_where_it_is(struct program *p, const struct target *t, struct micro m)
{
	if (t->scalable || (m.op != MICRO_PASID_CACHE && m.op != MICRO_PASID_CACHE_DOMAIN &&
			    m.op != MICRO_PASID_CACHE_GLOBAL && m.op != MICRO_PIOTLB))
		emit(p, m);
}

static void emit_invalidation(struct program *p, const struct target *t, const struct step *s,
			      enum step_op op, unsigned state)
{
	static const uint8_t ops[STEP_OP_COUNT] = {
		[STEP_INVALIDATE_CONTEXT] = MICRO_CONTEXT_CACHE,
		[STEP_INVALIDATE_CONTEXT_DOMAIN] = MICRO_CONTEXT_CACHE_DOMAIN,
		[STEP_INVALIDATE_CONTEXT_OTHER] = MICRO_CONTEXT_CACHE_OTHER,
		[STEP_INVALIDATE_PASID] = MICRO_PASID_CACHE,
		[STEP_INVALIDATE_PASID_DOMAIN] = MICRO_PASID_CACHE_DOMAIN,
		[STEP_INVALIDATE_IOTLB] = MICRO_IOTLB,
		[STEP_INVALIDATE_IOTLB_PAGE] = MICRO_IOTLB_PAGE,
		[STEP_INVALIDATE_IOTLB_LEAF] = MICRO_IOTLB_LEAF,
		[STEP_INVALIDATE_IOTLB_LARGE] = MICRO_IOTLB_LARGE,
		[STEP_INVALIDATE_IOTLB_LARGE_LEAF] = MICRO_IOTLB_LARGE_LEAF,
		[STEP_INVALIDATE_IOTLB_OTHER] = MICRO_IOTLB_OTHER_PAGE,
		[STEP_INVALIDATE_PIOTLB] = MICRO_PIOTLB,
		[STEP_INVALIDATE_CONTEXT_GLOBAL] = MICRO_CONTEXT_CACHE_GLOBAL,
		[STEP_INVALIDATE_PASID_GLOBAL] = MICRO_PASID_CACHE_GLOBAL,
		[STEP_INVALIDATE_IOTLB_GLOBAL] = MICRO_IOTLB_GLOBAL,
		[STEP_INVALIDATE_IEC] = MICRO_INTERRUPT_ENTRY,
		[STEP_INVALIDATE_IEC_GLOBAL] = MICRO_INTERRUPT_ENTRIES,
		[STEP_INVALIDATE_GLOBAL] = MICRO_GLOBAL,
	};
	struct micro m = { .op = ops[op],
			   .domain = s->value == VALUE_ZERO ? 0
				     : step_is_spare(s)	    ? SPARE_DOMAIN
							    : t->domain[state],
			   .pasid = t->pasid[state],
			   .value = { op == STEP_INVALIDATE_IOTLB_OTHER ? target_other_page(t)
									: t->address } };

	if (s->op == STEP_INVALIDATE_TLB) {
		struct model_meaning meaning = target_meaning(t, t->state[0][state]);

		m.op = vtd_stage_is_by_domain(meaning.stage) ? MICRO_IOTLB : MICRO_PIOTLB;
	}
	emit_where_it_is(p, t, m);
}

/*
 * With CAP.CM = 1 an entry that was absent or at fault is cached under domain-id 0, its faulting translations
 * under its own (sections 6.2.2 to 6.2.4).
 */
static void emit_settling(struct program *p, const struct target *t, unsigned state)
{
	static const uint8_t ops[] = { MICRO_CONTEXT_CACHE, MICRO_PASID_CACHE_DOMAIN, MICRO_IOTLB };

	if (target_is_of_interrupts(t)) {
		emit(p, (struct micro){ .op = MICRO_INTERRUPT_ENTRY });
		return;
	}

	for (unsigned i = 0; i < sizeof(ops); i++) {
		emit_where_it_is(p, t, (struct micro){ .op = ops[i] });
		emit_where_it_is(p, t, (struct micro){ .op = ops[i], .domain = t->domain[state] });
	}
}

/* How much of the program they are: where it dwells between stores, each is two, but for the last of all. */
static uint64_t stores_in_any_order(const struct trial *trial, size_t at, size_t last_store)
{
	size_t n = steps_in_any_order(trial->steps, trial->count, at);

	return trial->dwell_ns ? 2 * n - (at + n == last_store) : n;
}

/* `content`: the entry as it is before; afterwards as the steps leave it. */
static void compile(struct program *p, const struct bench *b, const struct trial *trial,
		    unsigned phase, unsigned from, uint64_t *content)
{
	const struct target *t = b->target;
	const uint64_t *old = t->state[phase][from];
	const uint64_t *new = t->state[phase][!from];
	size_t last_store = 0;

	p->count = 0;
	for (size_t i = 0; i < trial->count; i++)
		if (is_store(&trial->steps[i]))
			last_store = i;
	for (size_t i = 0; i < trial->count; i++) {
		const struct step *s = &trial->steps[i];

		if (step_apply(s, (enum entry_kind)t->kind, old, new, content))
			emit_store(p, t, s, content);
		else if (s->op == STEP_ANY_ORDER)
			emit(p, (struct micro){
					.op = MICRO_ANY_ORDER,
					.value = { stores_in_any_order(trial, i, last_store) } });
		else if (s->op == STEP_FLUSH && !t->coherent)
			emit(p, (struct micro){ .op = MICRO_FLUSH, .address = t->entry });
		else if (s->op == STEP_FLUSH_TABLES && !t->coherent)
			for (unsigned w = 1; w < t->words; w++)
				emit(p, (struct micro){ .op = MICRO_FLUSH,
							.address = target_word(t, w) });
		else if (trial->regime != REGIME_FAITHFUL)
			; /* the driver invalidates */
		else if (s->op == STEP_SETTLE_NEW && field_of(b->unit->cap, CAP_CM))
			emit_settling(p, t, !from);
		else if (step_settles(s) && field_of(b->unit->cap, CAP_CM))
			emit_invalidation(p, t, s, step_settles_by(s), is_of_old(s) ? from : !from);
		else if (step_settles(s))
			emit(p, (struct micro){ .op = MICRO_WRITE_BUFFER });
		else if (s->op == STEP_INVALIDATE_DEVTLB && b->ats.on)
			emit(p, (struct micro){ .op = MICRO_DEVICE_TLB });
		else if (step_invalidates(s) && s->op != STEP_INVALIDATE_DEVTLB)
			emit_invalidation(p, t, s, (enum step_op)s->op,
					  is_of_old(s) ? from : !from);
		/* x86 keeps stores in order, and so does the updater: no barrier here. */
		if (trial->dwell_ns && is_store(s) && i != last_store)
			emit(p, (struct micro){ .op = MICRO_DWELL,
						.value = { time_ns_to_ticks(trial->dwell_ns) } });
	}
}

void program_compile(struct program p[2], const struct bench *b, const struct trial *trial,
		     unsigned phase)
{
	uint64_t content[ENTRY_WORDS_MAX];

	/* Twice round: a mutant may leave something behind that only the second round meets. */
	for (unsigned i = 0; i < b->target->words; i++)
		content[i] = b->target->state[phase][0][i];
	for (unsigned half = 0; half < 4; half++)
		compile(&p[half & 1], b, trial, phase, half & 1, content);
}

static void emit_leaf(struct program *p, const struct bench *b, uint64_t *leaf, uint64_t value)
{
	emit(p, (struct micro){ .op = MICRO_STORE, .address = leaf, .value = { value } });
	if (!b->unit->coherent)
		emit(p, (struct micro){ .op = MICRO_FLUSH, .address = leaf });
}

static void emit_state(struct program *p, const struct bench *b, unsigned state)
{
	const struct target *t = b->target;

	emit(p, (struct micro){ .op = MICRO_CAS,
				.address = t->entry,
				.value = { t->state[0][state][0], t->state[0][state][1] } });
	if (!t->coherent)
		emit(p, (struct micro){ .op = MICRO_FLUSH, .address = t->entry });
}

void program_compile_walk(struct program p[2], const struct bench *b, enum regime regime,
			  uint64_t *leaf, uint64_t good, uint64_t trap)
{
	p[0].count = p[1].count = 0;
	if (regime == REGIME_FAITHFUL)
		emit(&p[0], (struct micro){ .op = MICRO_GLOBAL });
	emit_state(&p[0], b, 1);
	emit_leaf(&p[0], b, leaf, trap);
	emit_leaf(&p[1], b, leaf, good);
	emit_state(&p[1], b, 0);
}
