/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of options, and how a text of them is read. */
#include "kernel/options.h"
#include "kernel/dma/choice.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"

const struct options option_defaults = {
	.console_count = 1, /* CONSOLE_AUTO */
	.baud = BAUD_AUTO,
	.screen = true,
	.nvme_cmb = true,
	.passes = 1,
	.deadline_ms = 30000,
	.driver_cpu = -1,
	.updater_cpu = -1,
	.dwell_count = 1,
};

#define DWELL_NS_MAX  1000000000
#define PASSES_MAX    1000000
#define PROCESSOR_MAX 65535
#define PORT_MAX      0xfff8 /* a UART has eight ports */
#define BAUD_CLOCK    115200 /* rates are this, divided */
#define BAUD_MIN      300

static bool set_text(char *to, const char *text)
{
	size_t n = strlen(text);

	if (!n || n >= OPTION_TEXT)
		return false;
	memcpy(to, text, n + 1);
	return true;
}

static bool one_console(struct console_choice *to, const char *text)
{
	static const char names[] = "auto\0spcr\0dbg2\0pci\0";
	const char *address;
	int named = parse_choice(text, names);

	*to = (struct console_choice){ .source = named < 0 ? CONSOLE_PORT : (uint8_t)named };
	if (named >= 0)
		return true;
	if ((address = parse_after(text, "mmio32:")))
		to->source = CONSOLE_MMIO32;
	else if ((address = parse_after(text, "mmio:")))
		to->source = CONSOLE_MMIO;
	return parse_number(address ? address : text, address ? UINT64_MAX : PORT_MAX, &to->base) &&
	       to->base;
}

static bool take_console(struct options *o, const char *v)
{
	struct console_choice found[CONSOLES_MAX];
	uint8_t count = 0;
	char one[32];

	if (!strcmp(v, "none")) {
		o->console_count = 0;
		return true;
	}
	while (parse_item(&v, one, sizeof(one)))
		if (count == CONSOLES_MAX || !one_console(&found[count++], one))
			return false;
	memcpy(o->consoles, found, sizeof(found));
	o->console_count = count;
	return count > 0;
}

static bool take_baud(struct options *o, const char *v)
{
	uint64_t n;

	if (!strcmp(v, "auto"))
		o->baud = BAUD_AUTO;
	else if (!strcmp(v, "keep"))
		o->baud = 0;
	else if (parse_number(v, BAUD_CLOCK, &n) && n >= BAUD_MIN && BAUD_CLOCK % n == 0)
		o->baud = (uint32_t)n;
	else
		return false;
	return true;
}

static bool take_dwell(struct options *o, const char *v)
{
	uint32_t values[DWELL_VALUES], count = 0;
	uint64_t ns;
	char one[16];

	while (parse_item(&v, one, sizeof(one))) {
		if (count == DWELL_VALUES || !parse_number(one, DWELL_NS_MAX, &ns))
			return false;
		values[count++] = (uint32_t)ns;
	}
	if (!count)
		return false;
	memcpy(o->dwell_ns, values, count * sizeof(values[0]));
	o->dwell_count = count;
	return true;
}

static bool take_tests(struct options *o, const char *v)
{
	return set_text(o->tests, v);
}

static bool take_dma(struct options *o, const char *v)
{
	return dma_choice_is_valid(v) && set_text(o->dma, v);
}

enum kind {
	KIND_WORD,	/* uint8_t: the word's number in `words` */
	KIND_FLAG,	/* bool; the bare name is 1 */
	KIND_NUMBER,	/* uint32_t or uint64_t, by `bytes`: from `least` to `most` */
	KIND_SECONDS,	/* uint32_t, in ms */
	KIND_PROCESSOR, /* int32_t; -1: auto */
	KIND_OTHER,	/* `take` reads it */
};

struct row {
	const char *name, *accepted;
	uint8_t kind, bytes;
	uint16_t offset; /* in struct options */
	const char *words;
	uint64_t least, most;
	bool (*take)(struct options *options, const char *value);
	/*
	 * Most options change what is measured, or on what: with a value that is not understood their default
	 * would run something else, and pass. Of these the default is taken.
	 */
	bool harmless;
};

#define AT(member) \
	.bytes = sizeof(option_defaults.member), .offset = offsetof(struct options, member)

/* "one, two (more)" of a list of words: each brings ", ", and the first one is skipped. */
#define HELP_OF(enumerator, word, more) ", " word more
#define WORD_OF(enumerator, word, more) word "\0"
#define WORDS(list)			&list(HELP_OF)[2], .kind = KIND_WORD, .words = list(WORD_OF)
#define FLAG(more)			"0, 1" more, .kind = KIND_FLAG
#define SECONDS				.kind = KIND_SECONDS
#define PROCESSOR			"auto, or the number of a processor", .kind = KIND_PROCESSOR
#define OTHER(function)			.kind = KIND_OTHER, .take = (function)

// clang-format off
static const struct row table[] = {
	{ "run", WORDS(RUN_WORDS), AT(run) },
	{ "tests", "globs of test names, with commas, under 1024 characters", OTHER(take_tests) },
	{ "dma", DMA_CHOICE_HELP, OTHER(take_dma) },
	{ "nvme-read", FLAG(" (an NVMe controller reads the first page of namespace 1)"), AT(nvme_read) },
	{ "nvme-cmb", FLAG(" (an NVMe controller has its commands in its own memory, if it has some)"), AT(nvme_cmb) },
	{ "seconds", "0.001 to 86400, measured time of each test", SECONDS, AT(test_ms) },
	{ "companion", FLAG(" (another device behind the unit does DMA all the while)"), AT(companion) },
	{ "dwell", "up to 8 times in ns between the stores of a sequence, 0 to 1000000000, with commas",
	  OTHER(take_dwell) },
	{ "passes", "1 to 1000000, times that everything is run",
	  .kind = KIND_NUMBER, .least = 1, .most = PASSES_MAX, AT(passes) },
	{ "until-fail", FLAG(" (passes go on until a test fails)"), AT(until_fail) },
	{ "deadline", "0.001 to 86400, seconds of patience with a test that does not end",
	  SECONDS, AT(deadline_ms), .harmless = true },
	{ "watchdog", WORDS(WATCHDOG_WORDS), AT(watchdog), .harmless = true },
	{ "seed", "a number", .kind = KIND_NUMBER, .most = UINT64_MAX, AT(seed) },
	{ "driver-cpu", PROCESSOR, AT(driver_cpu) },
	{ "updater-cpu", PROCESSOR, AT(updater_cpu) },
	{ "console",
	  "auto, none, or up to 4 of spcr, dbg2, pci, an I/O port such as 0x3f8, mmio:ADDRESS, mmio32:ADDRESS, with commas",
	  OTHER(take_console), .harmless = true },
	{ "baud", "auto, keep, or a rate that divides 115200", OTHER(take_baud), .harmless = true },
	{ "screen", FLAG(""), AT(screen), .harmless = true },
	{ "graphics", FLAG(" (take over units that only graphics is behind)"), AT(graphics) },
	{ "save", WORDS(SAVE_WORDS), AT(save), .harmless = true },
	{ "on-done", WORDS(ON_DONE_WORDS), AT(on_done), .harmless = true },
	{ "invalidation", WORDS(INVALIDATION_WORDS), AT(invalidation) },
	{ "ats", FLAG(" (a device that has a TLB of its own uses it in the tests of sequences)"), AT(ats) },
	{ "fault-interrupt", FLAG(""), AT(fault_interrupt) },
	{ "x2apic", FLAG(""), AT(x2apic) },
	{ "model", WORDS(MODEL_WORDS), AT(model) },
	{ "without", WORDS(WITHOUT_WORDS), AT(without) },
	{ "break", WORDS(BREAK_WORDS), AT(breakage) },
};
// clang-format on
#define ROWS (sizeof(table) / sizeof(table[0]))

static bool take_processor(int32_t *to, const char *text)
{
	uint64_t n;

	if (!strcmp(text, "auto"))
		*to = -1;
	else if (parse_number(text, PROCESSOR_MAX, &n))
		*to = (int32_t)n;
	else
		return false;
	return true;
}

/* Whether the value is accepted; else the option stays as it was. */
static bool take(const struct row *row, struct options *o, const char *value)
{
	char *at = (char *)o + row->offset;
	uint64_t n;
	int word;

	switch (row->kind) {
	case KIND_WORD:
		word = parse_choice(value, row->words);
		if (word >= 0)
			*(uint8_t *)at = (uint8_t)word;
		return word >= 0;
	case KIND_FLAG:
		word = parse_choice(value, "0\0001\0");
		if (word >= 0)
			*(bool *)at = word;
		return word >= 0;
	case KIND_NUMBER:
		if (!parse_number(value, row->most, &n) || n < row->least)
			return false;
		memcpy(at, &n, row->bytes);
		return true;
	case KIND_SECONDS:
		return parse_seconds(value, (uint32_t *)(void *)at);
	case KIND_PROCESSOR:
		return take_processor((int32_t *)(void *)at, value);
	}
	return row->take(o, value);
}

static void take_word(struct options *options, const char *word,
		      void (*complain)(const char *word, const char *accepted))
{
	bool has_value = false;

	for (const char *at = word; *at; at++)
		has_value |= *at == '=';
	for (const struct row *row = table; row < table + ROWS; row++) {
		const char *value = parse_after(word, row->name);

		if (!value || (*value && *value != '='))
			continue;
		/* A flag may stand alone; "" is no value of anything. */
		if (!take(row, options, *value ? value + 1 : row->kind == KIND_FLAG ? "1" : "")) {
			options->refused |= !row->harmless;
			complain(word, row->accepted);
		}
		return;
	}
	/* What loaders add is seldom of this form; a misspelt run=inventory is. */
	options->refused |= has_value;
	complain(word, NULL);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void options_parse(struct options *options, const char *text,
		   void (*complain)(const char *word, const char *accepted))
{
	char word[OPTION_TEXT + 16];

	/* Editors may put a byte-order mark before UTF-8 text. */
	if (text[0] == '\xef' && text[1] == '\xbb' && text[2] == '\xbf')
		text += 3;
	while (*text) {
		size_t n = 0;

		if (is_space(*text)) {
			text++;
			continue;
		}
		if (*text == '#') {
			while (*text && *text != '\n')
				text++;
			continue;
		}
		memset(word, 0, sizeof(word));
		for (; *text && !is_space(*text); text++)
			if (n + 1 < sizeof(word) && *text != '"')
				word[n++] = *text;
		take_word(options, word, complain);
	}
}

void options_words(const char *text, char *out, size_t room)
{
	size_t n = 0;
	bool blank = false;

	while (*text) {
		if (*text == '#') {
			while (*text && *text != '\n')
				text++;
			continue;
		}
		blank |= is_space(*text);
		if (!is_space(*text) && n + 2 < room) {
			if (blank && n)
				out[n++] = ' ';
			blank = false;
			out[n++] = *text;
		}
		text++;
	}
	out[n] = 0;
}

bool option_help(size_t index, const char **name, const char **accepted)
{
	if (index >= ROWS)
		return false;
	*name = table[index].name;
	*accepted = table[index].accepted;
	return true;
}

const char *option_words(size_t index)
{
	return table[index].words;
}

bool option_list_matches(const char *list, const char *name)
{
	char glob[OPTION_TEXT];

	if (!*list)
		return true;
	for (;;) {
		size_t n = 0;

		while (*list && *list != ',') {
			if (n + 1 < sizeof(glob))
				glob[n++] = *list;
			list++;
		}
		glob[n] = 0;
		if (glob_match(glob, name))
			return true;
		if (!*list++)
			return false;
	}
}
