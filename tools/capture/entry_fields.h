/* SPDX-License-Identifier: BSD-2-Clause */
/* The fields of entries by name, for people; and to which bits a store is widened that changed some bits of a field. */
#ifndef TOOLS_CAPTURE_ENTRY_FIELDS_H
#define TOOLS_CAPTURE_ENTRY_FIELDS_H

#include <stddef.h>

#include "tools/capture/kinds.h"
#include "vtd/field.h"

struct entry_field {
	enum table_kind kind;
	struct vtd_field bits;
	const char *name;
};

/* The names of the fields of word `word` that have bits of `mask`: "P, AW". Returns text. */
const char *entry_fields(enum table_kind kind, unsigned word, uint64_t mask, char *text,
			 size_t room);

/* The smallest range of whole fields of a word that has all bits of `mask`, which is not 0. */
struct vtd_field entry_range(enum table_kind kind, unsigned word, uint64_t mask);

#endif
