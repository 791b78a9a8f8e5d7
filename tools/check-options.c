/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the kernel takes each argument as an option, by its own parser: tools/check-options. */
#include "kernel/options.h"

#include <stdio.h>

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

int main(int count, char **words)
{
	for (int i = 1; i < count; i++) {
		struct options options = option_defaults;

		options_parse(&options, words[i], complain);
	}
	return any_bad;
}
