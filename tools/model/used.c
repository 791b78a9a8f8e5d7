/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "tools/model/used.h"
#include "vtd/entry.h"
#include "vtd/translate.h"

static void use(uint64_t *used, struct vtd_field field)
{
	used[field.low / 64] |= field_mask(field);
}

/* Section 9.3. */
static void use_context(const uint64_t *entry, uint64_t *used)
{
	use(used, CONTEXT_FPD);
	use(used, CONTEXT_TT);
	use(used, CONTEXT_AW);
	use(used, CONTEXT_DID);
	if (field_get(entry, CONTEXT_TT) != TT_PASS)
		use(used, CONTEXT_SSPTPTR);
}

/* Section 9.4: up to RID_PRIV, bit 84. */
static void use_sm_context(uint64_t *used)
{
	use(used, FIELD(4, 1)); /* PRE, PASIDE, DTE, FPD */
	use(used, SM_CONTEXT_PDTS);
	use(used, SM_CONTEXT_PASIDDIRPTR);
	use(used, FIELD(84, 64));
}

/* Section 9.6; of memory types nothing. */
static void use_pasid(const uint64_t *entry, uint64_t *used)
{
	uint64_t pgtt = field_get(entry, PASID_PGTT);

	use(used, FIELD(1, 1)); /* FPD */
	use(used, PASID_PGTT);
	use(used, PASID_DID);
	use(used, PASID_PWSNP);
	use(used, FIELD(88, 88)); /* PGSNP */
	if (pgtt != PGTT_FIRST)
		use(used, PASID_AW);
	if (pgtt == PGTT_SECOND || pgtt == PGTT_NESTED) {
		use(used, PASID_SSPTPTR);
		use(used, FIELD(9, 9)); /* SSADE */
	}
	if (pgtt == PGTT_FIRST || pgtt == PGTT_NESTED) {
		use(used, FIELD(132, 128)); /* WPE, FSPM, SRE */
		use(used, FIELD(135, 135)); /* EAFE */
		use(used, PASID_FSPTPTR);
	}
}

static bool is_present(enum entry_kind kind, const uint64_t *entry)
{
	return kind_is_pointer(kind) || entry[0] & kind_present(kind);
}

void used_bits(enum entry_kind kind, const uint64_t *entry, uint64_t *used)
{
	for (unsigned i = 0; i < kind_words(kind); i++)
		used[i] = 0;
	used[0] = kind_present(kind);
	if (!is_present(kind, entry))
		return;
	switch (kind) {
	case KIND_CONTEXT:
		use_context(entry, used);
		break;
	case KIND_SM_CONTEXT:
		use_sm_context(used);
		break;
	case KIND_PASID:
		use_pasid(entry, used);
		break;
	case KIND_IRTE: /* sections 9.9 and 9.10: all but AVAIL */
		used[0] = ~field_mask(FIELD(11, 8));
		used[1] = ~0ull;
		break;
	default:
		for (unsigned i = 0; i < kind_words(kind); i++)
			used[i] = ~0ull;
	}
}

/*
 * Whether an entry means what `state` does: the same bits are used of both, and they are the same. A spare domain-id is as
 * good as its own.
 */
static bool means(enum entry_kind kind, const uint64_t *given, const uint64_t *state)
{
	struct vtd_field domain = kind_domain(kind);
	uint64_t entry[8] = { 0 }, of_entry[8], of_state[8];
	bool same = true;

	for (unsigned i = 0; i < kind_words(kind); i++)
		entry[i] = given[i];
	if (domain.high && field_get(entry, domain) == SPARE_DOMAIN)
		field_set(entry, domain, field_get(state, domain));
	used_bits(kind, entry, of_entry);
	used_bits(kind, state, of_state);
	for (unsigned i = 0; i < kind_words(kind); i++)
		same = same && of_entry[i] == of_state[i] && !((entry[i] ^ state[i]) & of_state[i]);
	return same;
}

void used_meaning(void *context, const uint64_t *entry, struct model_meaning *out)
{
	static const uint8_t stages[8] = { STAGE_NONE, STAGE_FIRST, STAGE_SECOND, STAGE_NESTED,
					   STAGE_NONE, STAGE_NONE,  STAGE_NONE,	  STAGE_NONE };
	const struct used_pair *pair = context;

	*out = (struct model_meaning){ .outcome = USED_NOT_PRESENT, .stage = STAGE_NONE };
	if (!is_present(pair->kind, entry))
		return;
	*out = (struct model_meaning){ .outcome = means(pair->kind, entry, pair->state[0])
							  ? USED_OLD
						  : means(pair->kind, entry, pair->state[1])
							  ? USED_NEW
							  : USED_MIXTURE,
				       .translated = true,
				       .good = true,
				       .stage = STAGE_SECOND,
				       .domain = 1 };
	if (pair->kind == KIND_CONTEXT) {
		out->domain = (uint16_t)field_get(entry, CONTEXT_DID);
		if (field_get(entry, CONTEXT_TT) == TT_PASS)
			out->stage = STAGE_NONE;
	}
	if (pair->kind == KIND_PASID) {
		out->domain = (uint16_t)field_get(entry, PASID_DID);
		out->stage = stages[field_get(entry, PASID_PGTT)];
	}
}

unsigned used_critical_chunks(const struct used_pair *pair)
{
	uint64_t a[8], b[8];
	unsigned chunks = 0;

	used_bits(pair->kind, pair->state[0], a);
	used_bits(pair->kind, pair->state[1], b);
	for (unsigned i = 0; i < kind_words(pair->kind); i++)
		if (a[i] & b[i] & (pair->state[0][i] ^ pair->state[1][i]))
			chunks |= 1u << i / 2;
	return chunks;
}

struct model_answer used_ask(struct used_pair *pair, const struct step *steps, size_t count,
			     bool never_blocks, struct bench_question how)
{
	static void *workspace;
	struct model_fetch fetch;
	struct model_answer answer;
	struct model_question q = bench_question_of(how, pair->kind, &fetch);

	q.steps = steps;
	q.count = count;
	q.state[0] = pair->state[0];
	q.state[1] = pair->state[1];
	q.legacy = pair->kind <= KIND_CONTEXT;
	q.one_way = true;
	q.never_blocks = never_blocks;
	q.blocked = USED_NOT_PRESENT;
	q.meaning = used_meaning;
	q.context = pair;
	if (!workspace && !(workspace = malloc(MODEL_WORKSPACE)))
		abort();
	model_run(&q, workspace, MODEL_WORKSPACE, &answer);
	return answer;
}
