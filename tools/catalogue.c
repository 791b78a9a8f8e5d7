/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes the catalogue as C: the sequences of tests/catalogue/, read by the parser that the image has, too.
 * So a mistake in one stops the build, with its line and column, and nothing is left to fail at boot.
 *
 * usage: catalogue FILE.seq... > sequences.c
 */
#include "tests/litmus/notation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (1u << 20)

static struct {
	unsigned targets, operation;
	char name[NOTATION_NAME];
} rows[SEQUENCES_MAX];
static size_t row_count;

static void put_text(const char *field, const char *text)
{
	printf("\t\t.%s = \"", field);
	for (; *text; text++)
		if (*text == '\n')
			printf("\\n");
		else
			printf("%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
	printf("\",\n");
}

static void refuse(const char *file, unsigned line, const char *name, const char *why)
{
	fprintf(stderr, "%s:%u: %s: %s\n", file, line, name, why);
	exit(1);
}

static void add(const char *file, const struct notation *n)
{
	const struct sequence *s = &n->sequence;

	if (s->claim == CLAIM_NONE)
		refuse(file, n->line, s->name, "a sequence of the catalogue has a claim:");
	if (!s->title[0])
		refuse(file, n->line, s->name, "a sequence of the catalogue has a title:");
	for (size_t i = 0; i < row_count; i++)
		if (rows[i].targets & s->targets && rows[i].operation == s->operation &&
		    !strcmp(rows[i].name, s->name))
			refuse(file, n->line, s->name,
			       "the catalogue has this name for this target and operation already");
	if (row_count == SEQUENCES_MAX)
		refuse(file, n->line, s->name, "too many sequences");
	rows[row_count].targets = s->targets;
	rows[row_count].operation = s->operation;
	strcpy(rows[row_count].name, s->name);
	printf("\t{\n");
	put_text("name", s->name);
	put_text("title", s->title);
	if (s->citation)
		put_text("citation", s->citation);
	printf("\t\t.targets = 0x%x,\n\t\t.operation = %u,\n\t\t.claim = %u,\n\t\t.never_blocks = %u,\n"
	       "\t\t.count = %zu,\n\t\t.steps = (const struct step[]){\n",
	       s->targets, s->operation, s->claim, s->never_blocks, s->count);
	for (size_t i = 0; i < s->count; i++)
		printf("\t\t\t{ %u, %u, %u, { %u, %u } },\n", s->steps[i].op, s->steps[i].word,
		       s->steps[i].value, s->steps[i].field.high, s->steps[i].field.low);
	printf("\t\t},\n\t},\n");
	row_count++;
}

int main(int argc, char **argv)
{
	static char text[FILE_MAX], message[512];
	static struct notation n;

	printf("/* Written by tools/catalogue.c from tests/catalogue/; do not edit. */\n"
	       "#include \"tests/litmus/sequence.h\"\n\nconst struct sequence sequences[] = {\n");
	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "r");
		size_t length = file ? fread(text, 1, sizeof(text), file) : 0;
		struct notation_reader reader;
		struct notation_error error;
		enum notation_result result;

		if (!file || ferror(file) || length == sizeof(text)) {
			fprintf(stderr, "%s: cannot be read\n", argv[i]);
			return 1;
		}
		fclose(file);
		notation_open(&reader, text, length);
		while ((result = notation_next(&reader, &n, &error)) == NOTATION_SEQUENCE)
			add(argv[i], &n);
		if (result == NOTATION_ERROR) {
			fprintf(stderr, "%s\n",
				notation_error_text(&error, argv[i], message, sizeof(message)));
			return 1;
		}
	}
	printf("};\nconst size_t sequence_count = sizeof(sequences) / sizeof(sequences[0]);\n");
	return 0;
}
