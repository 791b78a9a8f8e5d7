/* SPDX-License-Identifier: BSD-2-Clause */
/* The places that the updater comes through, what memory has in each, and in how many ways a part of the entry is seen. */
#include "tests/litmus/model_search.h"

static bool same_words(const uint64_t *a, const uint64_t *b, const uint64_t *mask, unsigned words)
{
	for (unsigned i = 0; i < words; i++)
		if ((a[i] ^ b[i]) & (mask ? mask[i] : ~0ull))
			return false;
	return true;
}

static void copy_words(uint64_t *to, const uint64_t *from, unsigned words)
{
	for (unsigned i = 0; i < 8; i++)
		to[i] = i < words ? from[i] : 0;
}

static bool apply(const struct search *s, const struct step *step, unsigned position,
		  uint64_t *entry)
{
	unsigned to = direction(s, position);

	return step_apply(step, s->q->kind, s->q->state[!to], s->q->state[to], entry);
}

/* What stands in memory before each step, and how long it goes on. */
static void make_images(struct search *s)
{
	unsigned count = (unsigned)s->q->count, round = 2 * count;
	uint64_t entry[8];

	copy_words(entry, s->q->state[0], s->words);
	for (unsigned at = 0; at < 2 * round; at++) {
		s->places[at] = (struct place){ .position = (uint16_t)at };
		copy_words(s->places[at].image, entry, s->words);
		apply(s, step_at(s, at), at, entry);
	}
	if (s->q->one_way) {
		if (!same_words(s->places[count].image, s->q->state[1], NULL, s->words))
			s->answer->harms |= HARM_WRONG_END;
		s->positions = count + 1;
	} else if (same_words(s->places[count].image, s->q->state[1], NULL, s->words) &&
		   same_words(s->places[round].image, s->q->state[0], NULL, s->words)) {
		s->positions = round;
	} else {
		s->answer->harms |= HARM_WRONG_END;
		s->positions = 2 * round;
		s->loop_start = round;
	}
	s->place_count = s->positions;
}

/* Called for all moves on from one place, one after the other. */
static bool add_move(struct search *s, unsigned from, unsigned to, size_t step, unsigned part)
{
	struct place *p = &s->places[from];

	if (s->move_count == MOVES_MAX)
		return false;
	if (!p->count++)
		p->moves = (uint16_t)s->move_count;
	s->moves[s->move_count++] = (struct move){ (uint16_t)to, (uint8_t)step, (uint8_t)part };
	return true;
}

/* Stores to one word, one after the other: what it has then, and by which step. */
struct chain {
	unsigned length;
	uint64_t value[SEQUENCE_STEPS_MAX];
	uint8_t step[SEQUENCE_STEPS_MAX];
};

static void add_store(struct chain *chain, uint64_t before, uint64_t value, size_t step)
{
	unsigned n = chain->length;

	/* What changes nothing is nothing to look at. */
	if (value == (n ? chain->value[n - 1] : before))
		return;
	chain->value[n] = value;
	chain->step[n] = (uint8_t)step;
	chain->length++;
}

/*
 * The chains in any order, from the place `from` to the place `to`: a place for each set of stores that may be done. `parts`: they
 * are the words of one store. `last`: the step to show where none of them changes anything.
 */
static bool add_chains(struct search *s, unsigned from, unsigned to, const struct chain *chain,
		       size_t last, bool parts)
{
	unsigned all = 1, base = s->place_count;

	for (unsigned w = 0; w < s->words; w++) {
		all *= chain[w].length + 1;
		if (all > PLACES_MAX)
			return false;
	}
	if (all == 1)
		return add_move(s, from, to, last, 0);
	if (base + all - 2 > PLACES_MAX)
		return false;
	for (unsigned set = 0; set < all; set++) {
		unsigned here = !set ? from : set == all - 1 ? to : base + set - 1;
		unsigned rest = set, unit = 1;

		if (set && set < all - 1) {
			s->places[here] = (struct place){ .position = s->places[from].position };
			copy_words(s->places[here].image, s->places[from].image, s->words);
			s->place_count++;
		}
		for (unsigned w = 0; w < s->words; w++) {
			unsigned done = rest % (chain[w].length + 1);
			unsigned next = set + unit;

			if (set && set < all - 1 && done)
				s->places[here].image[w] = chain[w].value[done - 1];
			if (done < chain[w].length &&
			    !add_move(s, here, next == all - 1 ? to : base + next - 1,
				      chain[w].step[done], parts ? w + 1 : 0))
				return false;
			rest /= chain[w].length + 1;
			unit *= chain[w].length + 1;
		}
	}
	return true;
}

/* The stores at the position, `count` of them, in any order. */
static bool add_any_order(struct search *s, unsigned position, size_t count, unsigned to)
{
	struct chain chain[8] = { 0 };
	unsigned first = position % (unsigned)s->q->count;
	uint64_t entry[8];

	copy_words(entry, s->places[position].image, s->words);
	for (unsigned i = 0; i < count; i++) {
		const struct step *step = step_at(s, position + i);
		unsigned word = step_word(step);

		apply(s, step, position + i, entry);
		add_store(&chain[word], s->places[position].image[word], entry[word], first + i);
	}
	return add_chains(s, position, to, chain, first + count - 1, false);
}

/* One store, of which others see a word at a time. */
static bool add_words(struct search *s, unsigned position, unsigned to)
{
	struct chain chain[8] = { 0 };
	size_t step = position % s->q->count;
	uint64_t entry[8];

	copy_words(entry, s->places[position].image, s->words);
	apply(s, step_at(s, position), position, entry);
	for (unsigned w = 0; w < s->words; w++)
		add_store(&chain[w], s->places[position].image[w], entry[w], step);
	return add_chains(s, position, to, chain, step, true);
}

static bool make_moves(struct search *s)
{
	unsigned end = s->q->one_way ? (unsigned)s->q->count : s->positions;

	for (unsigned at = 0; at < end; at++) {
		const struct step *step = step_at(s, at);
		enum step_op op = (enum step_op)step->op;
		size_t in_half = at % s->q->count, n;
		bool ok;

		if (op == STEP_ANY_ORDER) {
			n = steps_in_any_order(s->q->steps, s->q->count, in_half);
			ok = add_move(s, at, after(s, at), in_half, 0) &&
			     (!n || add_any_order(s, at + 1, n, after(s, at + (unsigned)n)));
			at += (unsigned)n;
		} else if (step_words(op) > step_words_at_once(op, s->q->splits_vectors)) {
			ok = add_words(s, at, after(s, at));
		} else {
			ok = add_move(s, at, after(s, at), in_half, 0);
		}
		if (!ok)
			return false;
	}
	return true;
}

/* What each part of the entry can be. */
static bool make_versions(struct search *s)
{
	unsigned bits = 0;

	for (unsigned p = 0; p < s->q->fetch->parts; p++) {
		unsigned room = 0;

		for (unsigned at = 0; at < s->place_count; at++) {
			const uint64_t *image = s->places[at].image;
			unsigned v = 0;

			while (v < s->versions[p] &&
			       !same_words(s->places[s->version_of[p][v]].image, image,
					   s->q->fetch->mask[p], s->words))
				v++;
			if (v == s->versions[p])
				s->version_of[p][s->versions[p]++] = (uint16_t)at;
			s->version_at[p][at] = (uint16_t)v;
		}
		while (s->versions[p] >> room)
			room++;
		s->version_shift[p] = (uint8_t)bits;
		s->version_bits[p] = (uint8_t)room;
		bits += room;
		if (bits > VERSION_BITS)
			return false;
	}
	return true;
}

/* What can be visible of each line: of the first word, and of the others. */
static bool make_lines(struct search *s)
{
	for (unsigned line = 0; line < LINES && is_apart(s); line++)
		for (unsigned at = 0; at < s->place_count; at++) {
			const uint64_t *image = s->places[at].image;
			unsigned first = line ? 1 : 0, words = line ? s->words - 1 : 1, v = 0;

			while (v < s->line_count[line] &&
			       !same_words(s->places[s->line_of[line][v]].image + first,
					   image + first, NULL, words))
				v++;
			if (v == 1u << LINE_BITS)
				return false;
			if (v == s->line_count[line])
				s->line_of[line][s->line_count[line]++] = (uint16_t)at;
			s->line_at[line][at] = (uint8_t)v;
		}
	return true;
}

bool search_make_places(struct search *s)
{
	make_images(s);
	return make_moves(s) && make_versions(s) && make_lines(s);
}
