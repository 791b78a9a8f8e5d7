/* SPDX-License-Identifier: BSD-2-Clause */
/* What the checks of oddities.c and oddities_units.c share. */
#ifndef VTD_ODDITIES_SEARCH_H
#define VTD_ODDITIES_SEARCH_H

#include "vtd/oddities.h"

struct oddity_search {
	const struct oddity_machine *m;
	void (*found)(void *context, const struct oddity *oddity);
	void *context;
};

static inline void oddity_report(const struct oddity_search *s, struct oddity o)
{
	s->found(s->context, &o);
}

void oddities_of_units(const struct oddity_search *search);

#endif
