/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of the simulated machine: parsing, printing. */
#include "tests/sim/options.h"
#include "kernel/lib/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *key, *meaning;
	uint32_t value, most;
} knobs[] = {
#define K(key, value, most, meaning) { #key, meaning, value, most },
	SIM_KNOBS(K)
#undef K
};
#define FIRST_FREE 0x0f /* 16 bytes each: below are registers whose place is fixed (section 11.4) */
#define KNOBS	   (sizeof(knobs) / sizeof(knobs[0]))

static const char *const models[] = { [SIM_PLAIN] = "plain",
#define M(identifier, name, model) [SIM_##identifier] = name,
				      SIM_DRIVERS(M)
#undef M
};

static const struct {
	const char *name, *meaning;
} bugs[BUG_COUNT] = { { "none", "none" },
#define B(identifier, name, meaning) { name, meaning },
		      SIM_BUGS(B)
#undef B
};

struct sim_options sim = {
#define K(key, value, most, meaning) .key = value,
	SIM_KNOBS(K)
#undef K
};

/* The knobs come first in the structure, in the order of the list. */
static uint32_t *value_of(size_t knob)
{
	return (uint32_t *)&sim + knob;
}

/* "key" of "key=value", whose '-' are '_' in the list. */
static bool is_key(const char *word, size_t length, const char *key)
{
	if (strlen(key) != length)
		return false;
	for (size_t i = 0; i < length; i++)
		if (word[i] != key[i] && !(word[i] == '-' && key[i] == '_'))
			return false;
	return true;
}

static const char *set_bug(const char *name)
{
	for (unsigned b = 0; b < BUG_COUNT; b++)
		if (!strcmp(bugs[b].name, name)) {
			sim.bug = (enum sim_bug)b;
			return NULL;
		}
	return "there is no such fault to plant (sim.help lists them)";
}

/* Where sim.model= has a name, or a number; false: neither. */
static bool set_model(const char *name)
{
	for (uint32_t m = 0; m < SIM_MODELS; m++)
		if (!strcmp(models[m], name)) {
			sim.model = m;
			return true;
		}
	return false;
}

const char *sim_option(const char *word)
{
	const char *key = word + strlen("sim."), *equals = strchr(word, '=');
	size_t length = equals ? (size_t)(equals - key) : 0;
	unsigned long value;
	char *end;

	if (!equals || !equals[1])
		return "it is no sim.KEY=VALUE";
	if (is_key(key, length, "bug"))
		return set_bug(equals + 1);
	if (is_key(key, length, "model") && set_model(equals + 1))
		return NULL;
	value = strtoul(equals + 1, &end, 0);
	if (is_key(key, length, "random") && !*end) {
		sim_options_draw(value);
		return NULL;
	}
	for (size_t k = 0; k < KNOBS; k++) {
		if (!is_key(key, length, knobs[k].key))
			continue;
		if (*end || value > knobs[k].most)
			return value_of(k) == &sim.model
				       ? "there is no such driver (sim.help lists them)"
				       : "its value is no number, or too large";
		*value_of(k) = (uint32_t)value;
		return NULL;
	}
	return "there is no such key (vtd-sim sim.help lists them)";
}

bool sim_registers_overlap(void)
{
	/* CAP.FRO and ECAP.IRO are of 16 bytes, as a record is, and as both invalidation registers are. */
	return sim.iro < FIRST_FREE || sim.fro < FIRST_FREE ||
	       (sim.iro >= sim.fro && sim.iro < sim.fro + sim.nfr);
}

/* The key as it is written in options. */
static const char *spelt(const char *key, char text[32])
{
	size_t i = 0;

	for (; key[i]; i++)
		text[i] = key[i] == '_' ? '-' : key[i];
	text[i] = 0;
	return text;
}

/* The value as it is written in options. */
static const char *valued(size_t knob, uint32_t value, char text[32])
{
	if (value_of(knob) == &sim.model)
		return models[value];
	format_text(text, 32, "%u", value);
	return text;
}

void sim_options_text(char *text, size_t room)
{
	char key[32], value[32];
	size_t n = 0;

	text[0] = 0;
	for (size_t k = 0; k < KNOBS; k++)
		if (*value_of(k) != knobs[k].value && n < room)
			n += format_text(text + n, room - n, "%ssim.%s=%s", n ? " " : "",
					 spelt(knobs[k].key, key), valued(k, *value_of(k), value));
	if (sim.bug && n < room)
		format_text(text + n, room - n, "%ssim.bug=%s", n ? " " : "", bugs[sim.bug].name);
}

void sim_options_help(void)
{
	char key[32], value[32];

	printf("Usage: vtd-sim [--sequences=FILE] [sim.KEY=VALUE ...] [OPTION=VALUE ...]\n"
	       "Run the tests of vtd-litmus on a remapping unit in software.\n\n"
	       "--sequences=FILE adds sequences of your own (docs/notation.md); a mistake in one, and nothing is tested.\n"
	       "OPTION=VALUE is an option of vtd-litmus (docs/options.md). Exit status: 0 pass, 1 fail, 2 skip\n"
	       "(nothing was learned; but run=list exits with 0), 3 wrong usage.\n\n"
	       "What the unit is and does, with the default of each:\n\n");
	for (size_t k = 0; k < KNOBS; k++)
		printf("  sim.%-14s %6s  %s\n", spelt(knobs[k].key, key),
		       valued(k, knobs[k].value, value), knobs[k].meaning);
	printf("\nsim.model=NAME is one of:");
	for (uint32_t m = 0; m < SIM_MODELS; m++)
		printf(" %s", models[m]);
	printf("\n\nsim.random=SEED draws a unit that the specification permits.\n\n"
	       "sim.bug=NAME plants a fault, which breaks the specification:\n\n");
	for (unsigned b = 1; b < BUG_COUNT; b++)
		printf("  %-26s %s\n", bugs[b].name, bugs[b].meaning);
}
