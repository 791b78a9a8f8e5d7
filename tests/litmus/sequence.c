/* SPDX-License-Identifier: BSD-2-Clause */
/* Kinds of entries, steps of sequences, what a step does to an entry, and mutants. */
#include "tests/litmus/sequence.h"
#include "vtd/entry.h"

static const struct {
	const char *name, *title;
	uint8_t words;
	uint8_t present;
} kinds[KIND_COUNT] = {
	[KIND_ROOT_TABLE] = { "root-table", "pointer to the root table, legacy mode (RTADDR)", 1,
			      0 },
	[KIND_ROOT] = { "root", "root entry, legacy mode", 1, 1 },
	[KIND_CONTEXT] = { "context", "context entry, legacy mode", 2, 1 },
	[KIND_SM_ROOT_TABLE] = { "sm-root-table",
				 "pointer to the root table, scalable mode (RTADDR)", 1, 0 },
	[KIND_SM_ROOT] = { "sm-root", "root entry, scalable mode (the half that the device uses)",
			   1, 1 },
	[KIND_SM_CONTEXT] = { "sm-context", "context entry, scalable mode", 4, 1 },
	[KIND_PASID_DIR] = { "pasid-dir", "PASID-directory entry", 1, 1 },
	[KIND_PASID_DIR_TABLE] = { "pasid-dir-table",
				   "PASID-directory entry, with the tables that it leads to", 3,
				   1 },
	[KIND_PASID] = { "pasid", "PASID-table entry", 8, 1 },
	[KIND_TABLE] = { "table", "paging entry that leads to a table", 1, 3 },
	[KIND_LEAF] = { "leaf", "paging entry that leads to a page", 1, 3 },
	[KIND_LARGE] = { "large", "paging entry that leads to a table, or is a 2-MiB page", 1, 3 },
	[KIND_FREED_TABLE] = { "freed-table",
			       "paging entry, with the tables that it leads to, freed and used again",
			       3, 3 },
	[KIND_INTERRUPT_TABLE] = { "interrupt-table",
				   "pointer to the interrupt-remapping table (IRTA)", 1, 0 },
	[KIND_IRTE] = { "irte", "interrupt-remapping table entry", 2, 1 },
};

static const struct {
	const char *name;
	uint8_t kind;
	bool scalable;
} targets[TARGET_COUNT] = {
#define T(identifier, word, kind, scalable, place) [TARGET_##identifier] = { word, kind, scalable },
	TARGET_WORDS(T)
#undef T
};

const char *target_name(enum target_id id)
{
	return targets[id].name;
}

enum entry_kind target_kind(enum target_id id)
{
	return (enum entry_kind)targets[id].kind;
}

bool target_is_scalable(enum target_id id)
{
	return targets[id].scalable;
}

/* Its states are made for one question, so the kind's sequences are not for it: only what names it. */
static bool is_named_alone(enum target_id id)
{
	return id == TARGET_CONTEXT_PT || id == TARGET_CONTEXT_DID || id == TARGET_PASID_DID ||
	       id == TARGET_FS_LARGE;
}

uint32_t kind_targets(enum entry_kind kind)
{
	uint32_t set = 0;

	for (unsigned id = 0; id < TARGET_COUNT; id++)
		set |= (uint32_t)(targets[id].kind == kind && !is_named_alone((enum target_id)id))
		       << id;
	return set;
}

unsigned sequence_kinds(const struct sequence *s)
{
	unsigned set = 0;

	for (unsigned id = 0; id < TARGET_COUNT; id++)
		if (sequence_is_for(s, (enum target_id)id))
			set |= 1u << targets[id].kind;
	return set;
}

const char *kind_name(enum entry_kind kind)
{
	return kinds[kind].name;
}

const char *kind_title(enum entry_kind kind)
{
	return kinds[kind].title;
}

unsigned kind_words(enum entry_kind kind)
{
	return kinds[kind].words;
}

uint64_t kind_present(enum entry_kind kind)
{
	return kinds[kind].present;
}

struct vtd_field kind_domain(enum entry_kind kind)
{
	return kind == KIND_CONTEXT ? CONTEXT_DID
	       : kind == KIND_PASID ? PASID_DID
				    : (struct vtd_field){ 0, 0 };
}

bool step_is_spare(const struct step *step)
{
	return step->value == VALUE_OLD_SPARE || step->value == VALUE_NEW_SPARE;
}

/* A word of a state with the spare domain-id in place of its own. */
static uint64_t with_spare(const uint64_t *state, unsigned word, enum entry_kind kind)
{
	struct vtd_field domain = kind_domain(kind);
	uint64_t entry[8] = { 0 };

	entry[word] = state[word];
	if (domain.high && domain.low / 64 == word)
		field_set(entry, domain, SPARE_DOMAIN);
	return entry[word];
}

static uint64_t value_of(const struct step *step, unsigned word, enum entry_kind kind,
			 const uint64_t *old, const uint64_t *new)
{
	uint64_t present = word ? 0 : kind_present(kind);

	switch (step->value) {
	case VALUE_OLD:
		return old[word];
	case VALUE_NEW:
		return new[word];
	case VALUE_OLD_NOT_PRESENT:
		return old[word] & ~present;
	case VALUE_NEW_NOT_PRESENT:
		return new[word] & ~present;
	case VALUE_OLD_SPARE:
		return with_spare(old, word, kind);
	case VALUE_NEW_SPARE:
		return with_spare(new, word, kind);
	default:
		return 0;
	}
}

unsigned step_words(enum step_op op)
{
	switch (op) {
	case STEP_STORE:
	case STEP_FIELD:
	case STEP_SET_POINTER:
		return 1;
	case STEP_CAS:
	case STEP_EXCHANGE_UNLOCKED:
	case STEP_STORE128:
		return 2;
	case STEP_STORE256:
		return 4;
	case STEP_STORE512:
		return 8;
	default:
		return 0;
	}
}

unsigned step_word(const struct step *step)
{
	return step->op == STEP_FIELD ? step->field.low / 64 : step->word;
}

bool step_is_plain(const struct step *step)
{
	return step->op == STEP_STORE || step->op == STEP_FIELD;
}

unsigned step_words_at_once(enum step_op op, bool splits_vectors)
{
	if (op == STEP_EXCHANGE_UNLOCKED || op == STEP_STORE256 ||
	    (op == STEP_STORE128 && splits_vectors))
		return 1;
	return step_words(op);
}

size_t steps_in_any_order(const struct step *steps, size_t count, size_t at)
{
	size_t n = 0;

	while (at + 1 + n < count && step_is_plain(&steps[at + 1 + n]))
		n++;
	return n;
}

bool step_apply(const struct step *step, enum entry_kind kind, const uint64_t *old,
		const uint64_t *new, uint64_t *entry)
{
	unsigned words = step_words((enum step_op)step->op);

	if (step->op == STEP_FIELD)
		field_set(entry, step->field, field_get(new, step->field));
	else
		for (unsigned i = step->word; i < step->word + words; i++)
			entry[i] = value_of(step, i, kind, old, new);
	return words > 0;
}

bool step_invalidates(const struct step *step)
{
	return step->op >= STEP_INVALIDATE_CONTEXT && step->op <= STEP_INVALIDATE_GLOBAL;
}

int step_page_order(const struct step *step)
{
	switch (step->op) {
	case STEP_INVALIDATE_IOTLB_PAGE:
	case STEP_INVALIDATE_IOTLB_LEAF:
	case STEP_INVALIDATE_IOTLB_OTHER:
		return 0;
	case STEP_INVALIDATE_IOTLB_LARGE:
	case STEP_INVALIDATE_IOTLB_LARGE_LEAF:
		return LARGE_ORDER;
	default:
		return -1;
	}
}

bool step_settles(const struct step *step)
{
	return step->op >= STEP_SETTLE_NEW && step->op <= STEP_SETTLE_PIOTLB;
}

enum step_op step_settles_by(const struct step *step)
{
	switch (step->op) {
	case STEP_SETTLE_CONTEXT:
		return STEP_INVALIDATE_CONTEXT;
	case STEP_SETTLE_PASID:
		return STEP_INVALIDATE_PASID;
	case STEP_SETTLE_IOTLB:
		return STEP_INVALIDATE_IOTLB;
	default:
		return STEP_INVALIDATE_PIOTLB;
	}
}

/* What a compiler may do where no barrier stands before steps[at]: see sequence_mutate(). */
static size_t append_early(const struct step *after, struct step *to, size_t n)
{
	size_t start = n, kept;

	while (start > 0 && step_is_plain(&to[start - 1]))
		start--;
	kept = start;
	for (size_t k = start; k < n; k++)
		if (after->op == STEP_FIELD || step_word(&to[k]) != step_word(after))
			to[kept++] = to[k];
	for (size_t k = kept; k > start; k--)
		to[k] = to[k - 1];
	to[start] = *after;
	return kept + 1;
}

static bool same_step(const struct step *a, const struct step *b)
{
	return a->op == b->op && a->word == b->word && a->value == b->value &&
	       a->field.high == b->field.high && a->field.low == b->field.low;
}

size_t sequence_mutate(const struct step *steps, size_t count, enum mutation mutation, size_t at,
		       struct step *to)
{
	size_t n = 0;

	if (mutation == MUTATION_SWAP && (at + 1 >= count || same_step(&steps[at], &steps[at + 1])))
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (i != at) {
			to[n++] = steps[i];
		} else if (mutation == MUTATION_SWAP) {
			to[n++] = steps[i + 1];
			to[n++] = steps[i];
			i++;
		} else if (steps[i].op == STEP_BARRIER) {
			if (i + 1 == count || !step_is_plain(&steps[i + 1]) || !n ||
			    !step_is_plain(&to[n - 1]))
				continue;
			n = append_early(&steps[i + 1], to, n);
			i++;
		}
	}
	return n;
}

size_t sequence_without_invalidations(const struct sequence *from, struct step *to)
{
	size_t n = 0;

	for (size_t i = 0; i < from->count; i++)
		if (!step_invalidates(&from->steps[i]))
			to[n++] = from->steps[i];
	return n == from->count ? 0 : n;
}

size_t sequence_without_present(const struct sequence *from, struct step *to)
{
	size_t n = 0;
	bool taken = false;

	for (size_t i = 0; i < from->count; i++) {
		const struct step *s = &from->steps[i];

		if (s->value == VALUE_OLD_NOT_PRESENT) {
			taken = true;
			continue;
		}
		to[n++] = *s;
		/* Word 0 no longer absent first: its zeroing may come after word 1's. */
		if (taken && s->op == STEP_STORE && s->value == VALUE_ZERO && s->word == 1 &&
		    n > 1 && to[n - 2].op == STEP_STORE && to[n - 2].word == 0) {
			to[n - 1] = to[n - 2];
			to[n - 2] = *s;
		}
	}
	return taken ? n : 0;
}

size_t sequence_without_barrier(const struct sequence *from, struct step *to)
{
	size_t n = 0;
	bool taken = false;

	for (size_t i = 0; i < from->count; i++) {
		if (from->steps[i].op == STEP_BARRIER && i + 1 < from->count &&
		    step_is_plain(&from->steps[i + 1])) {
			n = append_early(&from->steps[++i], to, n);
			taken = true;
		} else {
			to[n++] = from->steps[i];
		}
	}
	return taken ? n : 0;
}
