/* SPDX-License-Identifier: BSD-2-Clause */
/* The sequences that logs name, each once: what the columns of the maps are. */
#include <stdio.h>
#include <string.h>

#include "tools/log/report.h"
#include "tests/litmus/sequence.h"

static const struct {
	const char *name;
	unsigned place;
} targets[TARGET_COUNT] = {
#define T(identifier, word, kind, scalable, place) { word, place },
	TARGET_WORDS(T)
#undef T
};

/* TARGET_COUNT: this tool does not know it. */
static size_t find_target(const char *name)
{
	size_t t = 0;

	while (t < TARGET_COUNT && strcmp(targets[t].name, name))
		t++;
	return t;
}

static const struct sequence *find_sequence(const struct test_name *name)
{
	size_t t = find_target(name->target);

	for (size_t i = 0; t < TARGET_COUNT && i < sequence_count; i++)
		if (sequence_is_for(&sequences[i], (enum target_id)t) &&
		    !strcmp(sequences[i].name, name->sequence) &&
		    !strcmp(operation_name(sequences[i].operation), name->operation))
			return &sequences[i];
	return NULL;
}

/* Unknown ones stand last. */
static unsigned target_rank(const char *name)
{
	size_t t = find_target(name);

	return t < TARGET_COUNT ? targets[t].place : TARGET_COUNT;
}

/* In the table its number is one higher: NULL is "new". */
size_t report_subject(struct report *r, const struct test_name *name)
{
	char key[160];
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
