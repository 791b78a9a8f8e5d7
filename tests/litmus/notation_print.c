/* SPDX-License-Identifier: BSD-2-Clause */
/* Sequences and errors as text. */
#include "tests/litmus/notation.h"
#include "kernel/lib/format.h"

#define LINE_COLUMNS 100 /* lines are broken before */

const char *const notation_keys[NOTATION_KEYS] = {
	"target:", "operation:", "name:", "title:", "from:", "claim:", "promise:",
};

const char *const notation_operations[NOTATION_OPERATIONS] = {
	[OPERATION_REPLACE] = "replace",
	[OPERATION_TEARDOWN_SETUP] = "teardown-setup",
};

const char *const notation_claims[NOTATION_CLAIMS] = {
	[CLAIM_SAFE] = "safe",
	[CLAIM_UNSAFE] = "unsafe",
	[CLAIM_ONE_CHUNK] = "safe where one chunk changes",
};

const char *operation_name(enum operation operation)
{
	return notation_operations[operation];
}

struct print {
	char *text;
	size_t n, room;
};

static void put(struct print *p, const char *text)
{
	for (; *text; text++, p->n++)
		if (p->n + 1 < p->room)
			p->text[p->n] = *text;
}

/* A text after its key; what does not fit goes on in the next line, after two spaces. */
static const char *put_text(struct print *p, enum notation_key key, const char *text)
{
	size_t column = 0;
	bool first = true;

	put(p, notation_keys[key]);
	while (notation_keys[key][column])
		column++;
	while (*text && *text != '\n') {
		char c[2] = { *text, 0 };
		size_t word = 0;

		if (*text == ' ') {
			text++;
			continue;
		}
		while (text[word] && text[word] != ' ' && text[word] != '\n')
			word++;
		if (column + 1 + word > LINE_COLUMNS && !first) {
			put(p, "\n ");
			column = 1;
		}
		first = false;
		put(p, " ");
		column += 1 + word;
		for (; word; word--) {
			c[0] = *text++;
			put(p, c);
		}
	}
	put(p, "\n");
	return *text ? text + 1 : text;
}

static const char *put_name(struct print *p, const char *separator, const char *name)
{
	put(p, separator);
	put(p, name);
	return ", ";
}

/* A kind of entry where all that its name stands for is meant, else each target by itself. */
static void put_targets(struct print *p, uint32_t targets)
{
	const char *separator = " ";

	for (unsigned k = 0; k < KIND_COUNT; k++) {
		uint32_t all = kind_targets((enum entry_kind)k), left = targets;

		if ((targets & all) == all) {
			separator = put_name(p, separator, kind_name((enum entry_kind)k));
			left &= ~all;
		}
		for (unsigned id = 0; id < TARGET_COUNT; id++)
			if (left >> id & 1 && target_kind((enum target_id)id) == k)
				separator = put_name(p, separator, target_name((enum target_id)id));
	}
}

size_t notation_print(const struct sequence *s, char *text, size_t room)
{
	struct print p = { text, 0, room };
	const char *from = s->citation ? s->citation : "";
	char step[96];

	put(&p, notation_keys[NOTATION_KEY_TARGET]);
	put_targets(&p, s->targets);
	put(&p, "\n");
	put_text(&p, NOTATION_KEY_OPERATION, notation_operations[s->operation]);
	put_text(&p, NOTATION_KEY_NAME, s->name);
	if (s->title && s->title[0])
		put_text(&p, NOTATION_KEY_TITLE, s->title);
	while (*from)
		from = put_text(&p, NOTATION_KEY_FROM, from);
	if (s->claim != CLAIM_NONE)
		put_text(&p, NOTATION_KEY_CLAIM, notation_claims[s->claim]);
	if (s->never_blocks)
		put_text(&p, NOTATION_KEY_PROMISE, NOTATION_NEVER_BLOCKS);
	put(&p, "\n");
	for (size_t i = 0; i < s->count; i++) {
		put(&p, step_text(&s->steps[i], step, sizeof(step)));
		put(&p, "\n");
	}
	if (room)
		text[p.n < room ? p.n : room - 1] = 0;
	return p.n;
}

char *notation_error_text(const struct notation_error *e, const char *file, char *text, size_t room)
{
	if (e->word[0])
		format_text(text, room, "%s:%u:%u: \"%s\" is not accepted here; accepted: %s", file,
			    e->line, e->column, e->word, e->accepted);
	else
		format_text(text, room, "%s:%u:%u: the line ends here; accepted: %s", file, e->line,
			    e->column, e->accepted);
	return text;
}
