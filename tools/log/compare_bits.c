/* SPDX-License-Identifier: BSD-2-Clause */
/* What two sides say of bits of live entries: who tried them, and whether the controls show that the unit keeps them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/log/arena.h"
#include "tools/log/compare.h"

/* A bit, both ways. */
struct bit_row {
	struct bit_row *next;
	char *name;
	struct bit_side {
		unsigned lines, tried; /* records of it; of them, those of changes that were made */
		unsigned runs, controlled; /* of 0 to 1 alone: in so many runs, and with controls */
		unsigned kept; /* of these, where the old value held in one of the controls */
		uint64_t changes, failed, controls, none;
		char *why;
	} sides[2];
};

static struct bit_row *row_for(struct row *r, const struct bit *b)
{
	struct bit_row **at = &r->bits;

	while (*at && strcmp((*at)->name, b->name))
		at = &(*at)->next;
	if (!*at) {
		*at = must_realloc(NULL, sizeof(**at));
		**at = (struct bit_row){ .name = strdup(b->name) };
	}
	return *at;
}

void bits_add(struct row *r, unsigned side, const struct run_test *t)
{
	for (const struct bit *b = t->bits; b; b = b->next) {
		struct bit_side *s = &row_for(r, b)->sides[side];

		s->lines++;
		if (b->why) {
			free(s->why);
			s->why = strdup(b->why);
			continue;
		}
		s->tried++;
		s->changes += b->changes;
		s->failed += b->failed;
		s->controls += b->controls;
		s->none += b->none;
		if (!b->to || b->absent)
			continue;
		s->runs++;
		s->controlled += b->controls != 0;
		s->kept += b->controls && (b->none || b->context || b->pasid || b->iotlb);
	}
}

/* That a unit cannot show it is sure by one run; that it keeps a bit or does not takes as many as a rate. */
static const char *difference(const struct bit_side *a, const struct bit_side *b)
{
	if (!a->lines || !b->lines)
		return NULL;
	if (!a->tried != !b->tried)
		return a->tried ? "tried in A only" : "tried in B only";
	if (!a->failed != !b->failed)
		return a->failed ? "the old value held in A only" : "the old value held in B only";
	if (a->controlled < MANY_RUNS || b->controlled < MANY_RUNS)
		return NULL;
	if (a->kept == a->controlled && !b->kept)
		return "kept in A only, by the controls";
	if (b->kept == b->controlled && !a->kept)
		return "kept in B only, by the controls";
	return NULL;
}

bool bits_differ(const struct row *r)
{
	for (const struct bit_row *b = r->bits; b; b = b->next)
		if (difference(&b->sides[0], &b->sides[1]))
			return true;
	return false;
}

static void print_side(const struct bit_side *s)
{
	if (!s->tried)
		printf("not tried (%s)", s->why ? s->why : "no record");
	else if (!s->controls)
		printf("held in %" PRIu64 " of %" PRIu64, s->failed, s->changes);
	else
		printf("held in %" PRIu64 " of %" PRIu64 "; with nothing invalidated in %" PRIu64
		       " of %" PRIu64,
		       s->failed, s->changes, s->none, s->controls);
}

void bits_print(const struct row *r, bool all)
{
	for (const struct bit_row *b = r->bits; b; b = b->next) {
		const char *what = difference(&b->sides[0], &b->sides[1]);

		if (!what && !all)
			continue;
		printf("    %s: A ", b->name);
		print_side(&b->sides[0]);
		printf("; B ");
		print_side(&b->sides[1]);
		printf(": %s\n", what ? what : "no sure difference");
	}
}

void bits_free(struct row *r)
{
	while (r->bits) {
		struct bit_row *next = r->bits->next;

		free(r->bits->name);
		free(r->bits->sides[0].why);
		free(r->bits->sides[1].why);
		free(r->bits);
		r->bits = next;
	}
}
