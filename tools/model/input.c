/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of sequences, kinds of unit and targets, as the commands ask for them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/host/test.h"
#include "tools/model/model.h"

/* tests/host/sim_unit.c checks that it is used rightly. */
bool test_check(bool ok, const char *what, const char *file, int line)
{
	if (!ok) {
		fprintf(stderr, "vtd-model: %s:%d: %s\n", file, line, what);
		abort();
	}
	return ok;
}

bool test_check_equal(unsigned long long a, unsigned long long b, const char *what,
		      const char *file, int line)
{
	return test_check(a == b, what, file, line);
}

static void *grow(void *p, size_t bytes)
{
	p = realloc(p, bytes);
	if (!p)
		abort();
	return p;
}

/* All of it, at `*text`; false: errno says why. */
static bool read_all(const char *path, char **text, size_t *length)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "r") : stdin;
	size_t n;
	bool ok;

	*text = NULL;
	*length = 0;
	if (!file)
		return false;
	do {
		*text = grow(*text, *length + 65536);
		n = fread(*text + *length, 1, 65536, file);
		*length += n;
	} while (n);
	ok = !ferror(file);
	if (file != stdin)
		fclose(file);
	return ok;
}

bool read_files(char **files, int count, struct given **given, size_t *given_count)
{
	*given = NULL;
	*given_count = 0;
	for (int i = 0; i < count; i++) {
		struct notation_reader reader;
		struct notation_error error;
		enum notation_result result;
		size_t before = *given_count, length;
		char *text, message[512];

		if (!read_all(files[i], &text, &length)) {
			fprintf(stderr, "%s: %s\n", files[i], strerror(errno));
			return false;
		}
		notation_open(&reader, text, length);
		for (;;) {
			struct notation *n = grow(NULL, sizeof(*n));

			result = notation_next(&reader, n, &error);
			if (result != NOTATION_SEQUENCE) {
				free(n);
				break;
			}
			*given = grow(*given, (*given_count + 1) * sizeof(**given));
			(*given)[(*given_count)++] = (struct given){ files[i], n };
		}
		free(text);
		if (result == NOTATION_ERROR) {
			fprintf(stderr, "%s\n",
				notation_error_text(&error, files[i], message, sizeof(message)));
			return false;
		}
		if (*given_count == before) {
			fprintf(stderr, "%s: no sequence in it\n", files[i]);
			return false;
		}
	}
	return true;
}

bool is_asked(const struct sequence *s, enum target_id id, const char *target)
{
	enum entry_kind kind = target_kind(id);

	return sequence_is_for(s, id) &&
	       (!target || !strcmp(target, target_name(id)) || !strcmp(target, kind_name(kind)));
}

const char *sequence_id(const struct sequence *s, enum target_id id, char *text, size_t room)
{
	snprintf(text, room, "%s.%s.%s", target_name(id),
		 operation_name((enum operation)s->operation), s->name);
	return text;
}
