/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of sequences, kinds of unit and targets, as the commands ask for them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/model/model.h"

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

error_t asked_parse(int key, char *argument, struct argp_state *state)
{
	struct asked *a = state->input;

	switch (key) {
	case 'u':
		a->units = parse_units(argument);
		a->only = true;
		return 0;
	case 't':
		a->target = argument;
		return 0;
	case ARGP_KEY_ARGS:
		a->first = state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool is_asked(const struct sequence *s, enum target_id id, const char *target)
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

bool judge_files(const struct asked *a, int argc, char **argv,
		 void (*judge)(const struct given *given, enum target_id id))
{
	struct given *given;
	size_t count;
	unsigned judged = 0;

	if (!read_files(argv + a->first, argc - a->first, &given, &count))
		return false;
	for (size_t i = 0; i < count; i++)
		for (unsigned id = 0; id < TARGET_COUNT; id++)
			if (is_asked(&given[i].notation->sequence, (enum target_id)id, a->target)) {
				judge(&given[i], (enum target_id)id);
				judged++;
			}
	if (!judged)
		fprintf(stderr, "vtd-model: no sequence is for --target=%s\n",
			a->target ? a->target : "");
	return judged;
}
