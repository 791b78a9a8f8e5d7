/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading sequences from outside: the parser's word, and what a run asks for besides. */
#include "tests/litmus/foreign.h"
#include "kernel/lib/crc32.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "vtd/entry.h"

#define HASH_DIGITS 8

static struct foreign {
	struct notation notation;
	struct sequence sequence; /* the same, under its name in tests */
	char name[NOTATION_NAME + 1 + HASH_DIGITS];
} foreign[FOREIGN_MAX];
static size_t count;

/*
 * Fields of which a part says nothing of its own: half a pointer leads to memory that is nobody's, half a width to
 * more levels than there are tables, half a PASID to no entry that was made. No DMA may be let through those.
 */
static const struct {
	uint8_t kind; /* enum entry_kind */
	struct vtd_field field;
} whole[] = {
	{ KIND_ROOT, ROOT_CTP },
	{ KIND_SM_ROOT, ROOT_CTP },
	{ KIND_CONTEXT, CONTEXT_TT },
	{ KIND_CONTEXT, CONTEXT_SSPTPTR },
	{ KIND_CONTEXT, CONTEXT_AW },
	{ KIND_CONTEXT, CONTEXT_DID },
	{ KIND_SM_CONTEXT, SM_CONTEXT_PDTS },
	{ KIND_SM_CONTEXT, SM_CONTEXT_PASIDDIRPTR },
	{ KIND_SM_CONTEXT, SM_CONTEXT_RID_PASID },
	{ KIND_PASID_DIR, PASID_DIR_SMPTBLPTR },
	{ KIND_PASID, PASID_AW },
	{ KIND_PASID, PASID_PGTT },
	{ KIND_PASID, PASID_SSPTPTR },
	{ KIND_PASID, PASID_DID },
	{ KIND_PASID, PASID_FSPM },
	{ KIND_PASID, PASID_FSPTPTR },
	{ KIND_TABLE, SS_ADDR },
	{ KIND_LEAF, SS_ADDR },
	/* Half of where it goes to is another processor, or memory that is nobody's. */
	{ KIND_IRTE, { 63, 2 } },
	{ KIND_IRTE, IRTE_SID },
	{ KIND_IRTE, IRTE_SQ },
	{ KIND_IRTE, IRTE_SVT },
	{ KIND_IRTE, IRTE_PDAH },
};

/* The field that the step stores a part of; NULL: none. */
static const struct vtd_field *cut_field(const struct step *step, uint16_t kinds)
{
	if (step->op != STEP_FIELD)
		return NULL;
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		const struct vtd_field *f = &whole[i].field;
		bool overlaps = step->field.low <= f->high && f->low <= step->field.high;
		bool covers = step->field.low <= f->low && f->high <= step->field.high;

		if (kinds & 1u << whole[i].kind && overlaps && !covers)
			return f;
	}
	return NULL;
}

/* 1 for the first column; of the bits in a step's line. */
static unsigned column_of_bits(const char *text, size_t bytes, unsigned line)
{
	size_t at = 0, start;

	for (; line > 1 && at < bytes; at++)
		line -= text[at] == '\n';
	for (start = at; at + 5 < bytes && text[at] != '\n'; at++)
		if (!memcmp(text + at, "bits ", 5))
			return (unsigned)(at - start) + 6;
	return 1;
}

/* What of a sequence that was read cannot be run. False: nothing. */
static bool is_refused(const struct notation *n, const char *text, size_t bytes,
		       struct notation_error *error)
{
	for (size_t i = 0; i < n->sequence.count; i++) {
		const struct step *step = &n->steps[i];
		const struct vtd_field *field = cut_field(step, n->sequence.kinds);

		if (!field)
			continue;
		*error = (struct notation_error){
			.line = n->step_line[i],
			.column = column_of_bits(text, bytes, n->step_line[i]),
		};
		format_text(error->word, sizeof(error->word), "%u:%u", step->field.high,
			    step->field.low);
		format_text(error->accepted, sizeof(error->accepted),
			    "bits that hold all of the field %u:%u, or nothing of it", field->high,
			    field->low);
		return true;
	}
	return false;
}

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
static bool add(const char *text, size_t bytes, const char *file, char *problem, size_t room)
{
	static char printed[FOREIGN_TEXT];
	struct foreign *f = &foreign[count];
	struct notation_error error;
	size_t length;

	if (is_refused(&f->notation, text, bytes, &error)) {
		notation_error_text(&error, file, problem, room);
		return false;
	}
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
			add(text, bytes, file, problem, room);
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
