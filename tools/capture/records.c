/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/lib/crc32.h"
#include "tools/capture/records.h"

/*
 * What follows the type: x a number, k a kind, s a word, w as many words as an entry of the kind has, d two or four
 * words, * perhaps a stack.
 */
static const struct {
	char type;
	const char *form;
} forms[] = {
	{ 'G', "xs" },	{ 'T', "xkx" },	 { 'E', "xkw" },   { 'U', "xk" },    { 'S', "xxxxxkx*" },
	{ '!', "xkw" }, { 'F', "xsk*" }, { 'W', "" },	   { 'B', "xxxx" },  { 'Q', "xxx*" },
	{ 'A', "xkw" }, { 'I', "d" },	 { 'M', "xxxx*" }, { 'C', "xxxx*" }, { 'Z', "xkx" },
};

bool records_same_call(const struct record *a, const struct record *b)
{
	if (!a->depth || !b->depth)
		return a->cpu == b->cpu;
	for (unsigned i = 0; i < a->depth && i < RECORD_CALLERS; i++)
		for (unsigned j = 0; j < b->depth; j++)
			if (a->stack[i] == b->stack[j] && a->at[i] == b->at[j])
				return true;
	return false;
}

bool records_same_task(const struct record *a, const struct record *b)
{
	if (!a->all || !b->all)
		return a->cpu == b->cpu;
	/* They come from one stack, and both go up on it. */
	for (unsigned i = 0, j = 0; i < a->all && j < b->all;)
		if (a->at[i] == b->at[j]) {
			if (a->stack[i++] == b->stack[j++])
				return true;
		} else if (a->at[i] < b->at[j]) {
			i++;
		} else {
			j++;
		}
	return false;
}

static bool number(const char *text, int base, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, base);
	return end != text && !*end && !errno && *text != '-' && *text != '+';
}

static bool read_kind(const char *text, enum table_kind *kind)
{
	for (unsigned k = 1; k < TABLE_KIND_COUNT; k++)
		if (!strcmp(table_kinds[k].name, text)) {
			*kind = (enum table_kind)k;
			return true;
		}
	return false;
}

static const char *next(char **rest)
{
	return strtok_r(NULL, " ", rest);
}

static bool read_numbers(struct record *r, unsigned count, char **rest)
{
	while (count--) {
		const char *word = next(rest);

		if (!word || r->values == RECORD_VALUES ||
		    !number(word, 16, &r->value[r->values++]))
			return false;
	}
	return true;
}

struct stack {
	uint64_t stack[RECORD_STACK], called[RECORD_STACK], at[RECORD_STACK];
	unsigned depth;
};

/* RETURN/CALLED/WORD */
static bool read_return(struct stack *s, uint64_t base, const char *word)
{
	char text[60], *rest;
	const char *stack, *called, *at;
	uint64_t offset;

	if (s->depth == RECORD_STACK || strlen(word) >= sizeof(text))
		return false;
	strcpy(text, word);
	stack = strtok_r(text, "/", &rest);
	called = strtok_r(NULL, "/", &rest);
	at = strtok_r(NULL, "/", &rest);
	if (!stack || !called || !at || !number(stack, 16, &s->stack[s->depth]) ||
	    !number(called, 16, &s->called[s->depth]) || !number(at, 16, &offset))
		return false;
	s->at[s->depth++] = base + 8 * offset;
	return true;
}

/* Records are many, and most of their stacks are not deep. */
static void keep_stack(struct record *r, const struct stack *s)
{
	uint64_t *kept = malloc((3 * s->depth + 1) * sizeof(*kept));

	if (!kept)
		abort();
	r->depth = r->all = s->depth;
	r->stack = memcpy(kept, s->stack, s->depth * sizeof(*kept));
	r->called = memcpy(kept + s->depth, s->called, s->depth * sizeof(*kept));
	r->at = memcpy(kept + 2 * s->depth, s->at, s->depth * sizeof(*kept));
}

static bool read_stack(struct record *r, char **rest)
{
	struct stack s = { .depth = 0 };
	const char *word = next(rest);
	uint64_t base;

	if (!word)
		return true;
	if (strcmp(word, "stack") || !(word = next(rest)) || !number(word, 16, &base))
		return false;
	while ((word = next(rest)))
		if (!read_return(&s, base, word))
			return false;
	keep_stack(r, &s);
	return true;
}

static bool read_form(struct record *r, const char *form, char **rest)
{
	for (; *form; form++) {
		const char *word;

		switch (*form) {
		case 'x':
			if (!read_numbers(r, 1, rest))
				return false;
			break;
		case 'w':
			if (!read_numbers(r, table_kinds[r->kind].words, rest))
				return false;
			break;
		case 'd':
			if (!read_numbers(r, 2, rest))
				return false;
			if (**rest && !read_numbers(r, 2, rest))
				return false;
			break;
		case 'k':
			word = next(rest);
			if (!word || !read_kind(word, &r->kind))
				return false;
			break;
		case 's':
			word = next(rest);
			if (!word || strlen(word) >= sizeof(r->word))
				return false;
			strcpy(r->word, word);
			break;
		default:
			if (!read_stack(r, rest))
				return false;
		}
	}
	return !next(rest);
}

/* What is stored lies within its entry, the entry within its page. */
static bool is_sound(const struct record *r)
{
	uint64_t size = 8 * table_kinds[r->kind].words, bytes = r->value[1];

	if (r->type == 'S')
		return r->value[5] % size == 0 && bytes && bytes <= 16 &&
		       r->value[0] >= r->value[5] &&
		       r->value[0] + bytes <= r->value[5] + (size < 16 ? 24 : size) &&
		       r->value[0] % 4096 + bytes <= 4096;
	if (r->type == 'E' || r->type == 'A' || r->type == '!')
		return r->value[0] % size == 0;
	return true;
}

static bool read_record(char *line, struct record *r)
{
	char *rest;
	const char *word = strtok_r(line, " ", &rest);
	uint64_t cpu;

	memset(r, 0, sizeof(*r));
	if (!word || !number(word, 10, &r->number) || !(word = next(&rest)) ||
	    !number(word, 10, &r->ms) || !(word = next(&rest)) || !number(word, 10, &cpu) ||
	    cpu > 255 || !(word = next(&rest)) || !number(word, 16, &r->pc) ||
	    !(word = next(&rest)) || word[1])
		return false;
	r->cpu = (unsigned)cpu;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i].type == *word) {
			r->type = *word;
			return read_form(r, forms[i].form, &rest) && is_sound(r);
		}
	return false;
}

static bool read_end(char *line, struct records *out)
{
	uint64_t *to[] = { NULL,	&out->seen,   &out->recorded, &out->missed,
			   &out->walks, &out->failed, &out->ms };
	uint64_t records;
	char *rest;
	const char *word;

	strtok_r(line, " ", &rest);
	to[0] = &records;
	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		word = next(&rest);
		if (!word || !number(word, 10, to[i]))
			return false;
	}
	out->ended = records == out->count;
	return !next(&rest);
}

bool records_read(FILE *file, struct records *out, char *error, size_t room)
{
	char *line = NULL, expected[64];
	size_t size = 0, number_of = 0, have = 0;
	ssize_t length;
	bool ok = true;

	memset(out, 0, sizeof(*out));
	*error = 0;
	snprintf(expected, sizeof(expected), RECORD_FIRST " %d", CAPTURE_VERSION);
	while (ok && (length = getline(&line, &size, file)) > 0) {
		if (line[length - 1] != '\n')
			break; /* cut in the middle */
		line[length - 1] = 0;
		number_of++;
		if (number_of == 1) {
			ok = !strcmp(line, expected);
			if (!ok)
				snprintf(error, room,
					 "it does not begin with \"%s\": no record of this version",
					 expected);
			continue;
		}
		if (!strncmp(line, "end ", 4) && !out->ended) {
			ok = read_end(line, out);
		} else {
			if (out->count == have) {
				have = have ? 2 * have : 1024;
				out->list = realloc(out->list, have * sizeof(*out->list));
				if (!out->list)
					abort();
			}
			ok = read_record(line, &out->list[out->count]);
			if (!ok)
				free(out->list[out->count].stack);
			out->count += ok;
		}
		if (!ok)
			snprintf(error, room, "line %zu is no record", number_of);
	}
	if (ok && !number_of) {
		ok = false;
		snprintf(error, room, "it is empty");
	}
	free(line);
	return ok;
}

void records_free(struct records *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->list[i].stack);
	free(r->list);
	memset(r, 0, sizeof(*r));
}

void records_apply(struct shadow *s, const struct record *r)
{
	switch (r->type) {
	case 'T':
		shadow_add(s, r->value[0], r->kind, r->value[1]);
		break;
	case 'E':
	case 'A':
	case '!':
		shadow_write(s, r->value[0], r->value + 1, 8 * table_kinds[r->kind].words);
		break;
	case 'U':
		shadow_remove(s, r->value[0]);
		break;
	case 'S':
		shadow_write(s, r->value[0], r->value + 2, (unsigned)r->value[1]);
		break;
	}
}

static bool replay(const struct records *r, char *text, size_t room)
{
	struct shadow s = { 0 };
	bool ok = true;
	uint64_t stores = 0;

	for (size_t i = 0; i < r->count && ok; i++) {
		const struct record *record = &r->list[i];
		const struct shadow_page *page;

		records_apply(&s, record);
		stores += record->type == 'S';
		if (record->type == 'S' && !shadow_find(&s, record->value[0])) {
			ok = false;
			snprintf(text, room,
				 "record %" PRIu64 " is a store to a page that was never a table",
				 record->number);
		}
		if (record->type != 'Z')
			continue;
		page = shadow_find(&s, record->value[0]);
		if (!page || crc32_add(0, page->bytes, 4096) != record->value[1]) {
			ok = false;
			snprintf(text, room,
				 "the stores do not lead to what was in the %s table at 0x%" PRIx64
				 " at the end: one is missing or was changed",
				 table_kinds[record->kind].name, record->value[0]);
		}
	}
	if (ok && stores != r->recorded) {
		ok = false;
		snprintf(text, room, "%" PRIu64 " stores are in it, %" PRIu64 " were recorded",
			 stores, r->recorded);
	}
	shadow_free(&s);
	return ok;
}

const char *records_incomplete(const struct records *r, char *text, size_t room)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->list[i].number != i) {
			snprintf(text, room, "record %zu is missing: %" PRIu64 " is in its place",
				 i, r->list[i].number);
			return text;
		}
	if (!r->ended) {
		snprintf(text, room,
			 "it has no end: the guest or QEMU was killed, or the disk is full");
		return text;
	}
	if (r->missed) {
		snprintf(text, room,
			 "%" PRIu64
			 " stores to tables were missed: memory differs from what was recorded",
			 r->missed);
		return text;
	}
	return replay(r, text, room) ? NULL : text;
}
