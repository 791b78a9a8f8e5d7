/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading sequences from outside: the parser's word, and how many a run has room for. */
#include "tests/litmus/foreign.h"
#include "kernel/lib/crc32.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"

#define HASH_DIGITS 8

static struct foreign {
	struct notation notation;
	struct sequence sequence; /* the same, under its name in tests */
	char name[NOTATION_NAME + 1 + HASH_DIGITS];
} foreign[FOREIGN_MAX];
static size_t count;

/* Called NAME_HASH from here on. False: there is one of this name. */
static bool name(struct foreign *f, const char *text, size_t bytes)
{
	f->sequence = f->notation.sequence;
	f->sequence.name = f->name;
	format_text(f->name, sizeof(f->name), "%s_%08x", f->notation.name,
		    crc32_add(0, text, bytes));
	for (size_t i = 0; i < count; i++)
		if (!strcmp(foreign[i].name, f->name))
			return false;
	return true;
}

/* One more, which the parser has read into foreign[count]. */
static bool add(const char *file, char *problem, size_t room)
{
	static char printed[FOREIGN_TEXT];
	struct foreign *f = &foreign[count];
	size_t length;

	length = notation_print(&f->notation.sequence, printed, sizeof(printed));
	if (length >= sizeof(printed)) {
		format_text(problem, room,
			    "%s:%u:1: the sequence is too long: accepted are %u characters", file,
			    f->notation.line, FOREIGN_TEXT - 1);
		return false;
	}
	if (!name(f, printed, length)) {
		format_text(problem, room, "%s:%u:1: the same sequence comes once more", file,
			    f->notation.line);
		return false;
	}
	count++;
	return true;
}

bool foreign_read(const char *text, size_t bytes, const char *file, char *problem, size_t room)
{
	static struct notation none_left;
	struct notation_reader reader;
	struct notation_error error;
	enum notation_result result;

	count = 0;
	problem[0] = 0;
	notation_open(&reader, text, bytes);
	do {
		struct notation *to = count < FOREIGN_MAX ? &foreign[count].notation : &none_left;

		result = notation_next(&reader, to, &error);
		if (result == NOTATION_ERROR)
			notation_error_text(&error, file, problem, room);
		else if (result == NOTATION_SEQUENCE && count == FOREIGN_MAX)
			format_text(problem, room, "%s:%u:1: accepted are %u sequences", file,
				    to->line, FOREIGN_MAX);
		else if (result == NOTATION_SEQUENCE)
			add(file, problem, room);
	} while (result == NOTATION_SEQUENCE && !problem[0]);
	if (problem[0])
		count = 0;
	return !problem[0];
}

size_t foreign_count(void)
{
	return count;
}

const char *foreign_text(size_t index, char text[FOREIGN_TEXT])
{
	notation_print(&foreign[index].notation.sequence, text, FOREIGN_TEXT);
	return text;
}

size_t all_sequences(void)
{
	return sequence_count + count;
}

const struct sequence *sequence_at(size_t index)
{
	return index < sequence_count ? &sequences[index]
				      : &foreign[index - sequence_count].sequence;
}

size_t sequence_index(const struct sequence *s)
{
	for (size_t i = 0; i < count; i++)
		if (s == &foreign[i].sequence)
			return sequence_count + i;
	return (size_t)(s - sequences);
}
