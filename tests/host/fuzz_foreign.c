/* SPDX-License-Identifier: BSD-2-Clause */
/* needs: tests/litmus/foreign.c tests/litmus/notation.c tests/litmus/notation_field.c tests/litmus/notation_print.c tests/litmus/notation_step.c tests/litmus/sequence.c kernel/lib/format.c kernel/lib/crc32.c */
/* libFuzzer: sequences from outside, of any bytes. What is taken can be read from the log again, under the same name. */
#include "tests/host/fuzz.h"
#include "tests/litmus/foreign.h"

#ifndef LLVMFuzzerTestOneInput /* among the unit tests there is the catalogue itself */
const struct sequence sequences[1];
const size_t sequence_count = 0;
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char texts[FOREIGN_MAX][FOREIGN_TEXT], names[FOREIGN_MAX][80], problem[800];
	uint8_t *bytes = exact(data, size);
	bool taken = foreign_read((const char *)bytes, size, "file", problem, sizeof(problem));
	size_t count = foreign_count();

	require(taken == !problem[0] && memchr(problem, 0, sizeof(problem)));
	require(count <= FOREIGN_MAX && (taken || !count));
	for (size_t i = 0; i < count; i++) {
		const struct sequence *s = sequence_at(sequence_count + i);

		require(sequence_index(s) == sequence_count + i && s->count);
		require(strlen(s->name) < sizeof(names[i]));
		strcpy(names[i], s->name);
		foreign_text(i, texts[i]);
		for (size_t k = 0; k < i; k++)
			require(strcmp(names[k], names[i]));
	}
	free(bytes);
	for (size_t i = 0; i < count; i++) {
		require(foreign_read(texts[i], strlen(texts[i]), "log", problem, sizeof(problem)));
		require(foreign_count() == 1);
		require(!strcmp(sequence_at(sequence_count)->name, names[i]));
	}
	foreign_read("", 0, "", problem, sizeof(problem));
	return 0;
}
