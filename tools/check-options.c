/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the kernel takes each argument as an option, by its own parser, and tests= names tests; and the sequences from outside: tools/check-options. */
#define _GNU_SOURCE
#include "kernel/options.h"
#include "tests/litmus/foreign.h"
#include "kernel/handoff.h"
#include "tests/litmus/target.h"

#include <stdio.h>
#include <string.h>

static bool any_bad;

static void complain(const char *word, const char *accepted)
{
	const char *name, *ignored;

	any_bad = true;
	if (accepted) {
		fprintf(stderr, "option %s: accepted is %s\n", word, accepted);
		return;
	}
	fprintf(stderr, "option %s: there is no such option; there are:", word);
	for (size_t i = 0; option_help(i, &name, &ignored); i++)
		fprintf(stderr, " %s", name);
	fprintf(stderr, "\n");
}

static bool is_refused;

static void refuse(const char *word, const char *accepted)
{
	(void)word;
	(void)accepted;
	is_refused = true;
}

/* Whether dma= takes this word: then it is a kind of device, or a glob. */
static bool is_device(const char *word)
{
	struct options options = option_defaults;
	char text[64];

	is_refused = false;
	snprintf(text, sizeof(text), "dma=%s", word);
	options_parse(&options, text, refuse);
	return !is_refused && !strpbrk(word, "*?,@");
}

static bool names_check(const char *glob, const char *device)
{
	char id[200];

	for (unsigned c = 0; c < CHECK_COUNT; c++) {
		snprintf(id, sizeof(id), "%s.%s", check_word(c), device);
		if (option_list_matches(glob, id))
			return true;
	}
	return false;
}

/* What may follow a sequence's name, and its test's. */
static bool names_sequence(const char *glob, const char *target, const struct sequence *s,
			   const char *device)
{
	char id[200];

	for (unsigned w = 0; w < WITHOUT_COUNT; w++)
		for (unsigned d = 0; d < REGIME_COUNT; d++) {
			snprintf(id, sizeof(id), "%s.%s.%s%s%s.%s.%s", target,
				 operation_name(s->operation), s->name, w ? ".without-" : "",
				 w ? without_word((enum without)w) : "", device, regime_word(d));
			if (option_list_matches(glob, id))
				return true;
		}
	return false;
}

static bool names_test(const char *glob, const char *device)
{
	char id[200];

	if (names_check(glob, device))
		return true;
	for (unsigned t = 0; t < TARGET_COUNT; t++) {
		const char *target = target_name((enum target_id)t);

		for (unsigned mutants = 0; mutants < 2; mutants++) {
			snprintf(id, sizeof(id), "%s.%s.%s", mutants ? "mutants" : "witness",
				 target, device);
			if (option_list_matches(glob, id))
				return true;
		}
		for (size_t i = 0; i < all_sequences(); i++)
			if (sequence_is_for(sequence_at(i), (enum target_id)t) &&
			    names_sequence(glob, target, sequence_at(i), device))
				return true;
	}
	return false;
}

/* Whether any test of any device that vtd-litmus knows has such a name. */
static bool names_anything(const char *glob)
{
	static const char separators[] = " ,;:()";
	const char *name, *accepted;
	char words[1024];

	/* How long to wait is part of a name where dwell= is given: it is not looked at here. */
	if (strstr(glob, "dwell") || names_test(glob, "sim"))
		return true;
	for (size_t i = 0; option_help(i, &name, &accepted); i++) {
		if (strcmp(name, "dma"))
			continue;
		snprintf(words, sizeof(words), "%s", accepted);
		for (char *w = strtok(words, separators); w; w = strtok(NULL, separators))
			if (is_device(w) && names_test(glob, w))
				return true;
	}
	return false;
}

static void check_tests(char *globs)
{
	for (char *glob = strtok_r(globs, ",", &globs); glob; glob = strtok_r(NULL, ",", &globs)) {
		/* The mark of sequences from outside, which may come to the medium later. */
		if (names_anything(glob) || (!foreign_count() && strchr(glob, '_')))
			continue;
		any_bad = true;
		fprintf(stderr,
			"option tests=: no test is named %s; names are target.operation.sequence.device.regime or check.device, and * stands for any text: make run OPTIONS=run=list prints the sequences\n",
			glob);
	}
}

/* As the kernel will, when it finds the file beside the image. */
static bool take_sequences(const char *path)
{
	static char text[sizeof(((struct handoff *)0)->sequences)];
	char problem[800];
	FILE *file = fopen(path, "r");
	size_t bytes = file ? fread(text, 1, sizeof(text), file) : 0;

	if (!file || ferror(file)) {
		fprintf(stderr, "%s: it cannot be read\n", path);
		return false;
	}
	fclose(file);
	if (bytes >= sizeof(text) - 1) {
		fprintf(stderr, "%s: it is too long: accepted are fewer than %zu bytes\n", path,
			sizeof(text) - 1);
		return false;
	}
	if (!foreign_read(text, bytes, path, problem, sizeof(problem))) {
		fprintf(stderr, "%s\n", problem);
		return false;
	}
	if (!foreign_count())
		fprintf(stderr, "%s: no sequence in it\n", path);
	return foreign_count();
}

int main(int count, char **words)
{
	int first = 1;

	if (count > 2 && !strcmp(words[1], "--sequences")) {
		if (!take_sequences(words[2]))
			return 1;
		first = 3;
	}
	for (int i = first; i < count; i++) {
		struct options options = option_defaults;

		options_parse(&options, words[i], complain);
		check_tests(options.tests);
	}
	return any_bad;
}
