/* SPDX-License-Identifier: BSD-2-Clause */
/* The sequences that logs name, each once: what the columns of the maps are. */
#include <stdio.h>
#include <string.h>

#include "tools/log/report.h"
#include "tests/litmus/sequence.h"

static const struct sequence *find_sequence(const struct test_name *name)
{
	static const struct {
		const char *target;
		uint16_t kind;
	} targets[] = {
		{ "context", KIND_CONTEXT },   { "root", KIND_ROOT },
		{ "table", KIND_TABLE },       { "leaf", KIND_LEAF },
		{ "fs-leaf", KIND_LEAF },      { "sm-context", KIND_SM_CONTEXT },
		{ "sm-root", KIND_SM_ROOT },   { "pasid-dir", KIND_PASID_DIR },
		{ "pasid-ss", KIND_PASID },    { "pasid-fs", KIND_PASID },
		{ "pasid-fs-pt", KIND_PASID }, { "pasid-nested", KIND_PASID },
	};

	for (size_t t = 0; t < sizeof(targets) / sizeof(targets[0]); t++)
		for (size_t i = 0; i < sequence_count; i++)
			if (!strcmp(name->target, targets[t].target) &&
			    sequences[i].kinds >> targets[t].kind & 1 &&
			    !strcmp(sequences[i].name, name->sequence) &&
			    !strcmp(operation_name(sequences[i].operation), name->operation))
				return &sequences[i];
	return NULL;
}

/* Those of several words first: they are what can tear. */
static unsigned target_rank(const char *target)
{
	static const char *const order[] = {
		"context",   "sm-context", "pasid-ss", "pasid-fs", "pasid-fs-pt", "pasid-nested",
		"pasid-dir", "root",	   "sm-root",  "table",	   "leaf",	  "fs-leaf"
	};
	unsigned i = 0;

	while (i < sizeof(order) / sizeof(order[0]) && strcmp(order[i], target))
		i++;
	return i;
}

/* In the table its number is one higher: NULL is "new". */
size_t report_subject(struct report *r, const struct test_name *name)
{
	char key[128];
	struct subject *s;
	struct entry *e;

	snprintf(key, sizeof(key), "%s.%s.%s", name->target, name->operation, name->sequence);
	e = table_of(r, &r->subjects, key);
	if (e->value)
		return (size_t)e->value - 1;
	if (r->subject_count == r->subject_room) {
		r->subject_room = r->subject_room ? 2 * r->subject_room : 128;
		r->subject = must_realloc(r->subject, r->subject_room * sizeof(*r->subject));
	}
	s = arena_alloc(&r->arena, sizeof(*s));
	s->name = e->key;
	s->target = report_intern(r, name->target);
	s->operation = report_intern(r, name->operation);
	s->sequence = report_intern(r, name->sequence);
	s->target_rank = target_rank(name->target);
	s->known = find_sequence(name);
	r->subject[r->subject_count++] = s;
	e->value = (void *)r->subject_count;
	return r->subject_count - 1;
}
