/* SPDX-License-Identifier: BSD-2-Clause */
/* Harm of a test, each kind counted among the DMAs that could show it. */
#include "tools/log/share.h"

#include <string.h>

#include "tests/litmus/model.h"

static uint64_t blocked(const struct run_test *t)
{
	if (t->harms == HARMS_UNKNOWN || !(t->harms & HARM_BLOCKED))
		return 0;
	for (unsigned i = 0; i < t->outcome_count; i++)
		if (!strcmp(t->outcomes[i].name, outcome_word(OUT_NP)))
			return t->outcomes[i].count;
	return 0;
}

struct share share_of(const struct run_test *t, enum share_kind kind)
{
	switch (kind) {
	case SHARE_TORN:
		if (t->has_exposure)
			return (struct share){ t->exposed_torn, t->exposed };
		return (struct share){ t->torn, t->rewrites ? t->dmas : 0 };
	case SHARE_TORN_ALL:
		return (struct share){ t->torn, t->dmas };
	case SHARE_STALE:
		return (struct share){ t->stale, t->held };
	case SHARE_MISTAGGED:
		return (struct share){ t->mistagged, t->tags };
	default:
		return (struct share){ blocked(t), t->dmas };
	}
}

void share_add(struct share to[SHARES], const struct share from[SHARES])
{
	for (unsigned i = 0; i < SHARES; i++) {
		to[i].harm += from[i].harm;
		to[i].trials += from[i].trials;
	}
}

enum share_kind share_telling(const struct share shares[SHARES])
{
	for (unsigned i = 0; i < SHARES; i++)
		if (shares[i].harm)
			return (enum share_kind)i;
	return SHARE_TORN;
}

const char *share_word(enum share_kind kind)
{
	switch (kind) {
	case SHARE_STALE:
		return harm_word(HARM_BIT_STALE);
	case SHARE_MISTAGGED:
		return harm_word(HARM_BIT_MISTAGGED);
	case SHARE_BLOCKED:
		return harm_word(HARM_BIT_BLOCKED);
	default:
		return "torn";
	}
}

const char *share_among(enum share_kind kind)
{
	static const char *const words[SHARES] = {
		[SHARE_TORN] = "DMAs that met stores",
		[SHARE_TORN_ALL] = "DMAs in all",
		[SHARE_STALE] = "DMAs while held still",
		[SHARE_MISTAGGED] = "DMAs with tags looked at",
		[SHARE_BLOCKED] = "DMAs",
	};

	return words[kind];
}
