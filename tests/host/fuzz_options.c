/* SPDX-License-Identifier: BSD-2-Clause */
/* needs: boot/load_options.c kernel/options.c kernel/dma/choice.c kernel/lib/glob.c kernel/lib/parse.c */
/* libFuzzer: load options and the configuration file, of any bytes. */
#include "boot/load_options.h"
#include "kernel/dma/choice.h"
#include "kernel/options.h"
#include "kernel/pci.h"
#include "tests/host/fuzz.h"

static void complain(const char *word, const char *accepted)
{
	touch(word, strlen(word));
	require(!accepted || accepted[0]);
}

static void parse(const char *text)
{
	struct options o = option_defaults;
	struct pci_function f = { .bus = 3, .devfn = 1 };
	bool named;

	options_parse(&o, text, complain);
	require(o.run <= RUN_INVENTORY && o.on_done <= ON_DONE_EXIT && o.model <= MODEL_QEMU);
	require(o.breakage <= BREAK_HANG && o.without <= WITHOUT_INVALIDATE);
	require(o.watchdog <= WATCHDOG_NONE && o.save <= SAVE_NEVER);
	require(o.invalidation <= INVALIDATION_REGISTER);
	require(o.passes >= 1 && o.passes <= 1000000 && o.deadline_ms >= 1);
	require(o.console_count <= CONSOLES_MAX);
	require(o.dwell_count >= 1 && o.dwell_count <= DWELL_VALUES);
	for (unsigned i = 0; i < o.dwell_count; i++)
		require(o.dwell_ns[i] <= 1000000000);
	for (unsigned i = 0; i < o.console_count; i++)
		require(o.consoles[i].source <= CONSOLE_MMIO32);
	require(memchr(o.tests, 0, sizeof(o.tests)) && memchr(o.dma, 0, sizeof(o.dma)));
	option_list_matches(o.tests, "context.replace.linux.nvme.hammer");
	dma_choice_names(o.dma, "igb");
	if (dma_choice_allows(o.dma, "igb", &f, &named))
		require(!o.dma[0] || strchr(o.dma, 'i') || strchr(o.dma, '*') ||
			strchr(o.dma, '?'));
}

static void load(const uint8_t *bytes, size_t size, size_t room)
{
	char *out = malloc(room); /* exactly */
	bool ok = load_options_text(bytes, size, out, room);

	require(strlen(out) < room && (ok || !out[0]));
	for (const char *c = out; *c; c++)
		require((*c >= ' ' && *c < 0x7f) || *c == '\t' || *c == '\r' || *c == '\n');
	parse(out);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = exact(data, size);
	char *text = malloc(size + 1);

	load(bytes, size, 4096);
	load(bytes, size, 16);
	if (size)
		memcpy(text, bytes, size);
	text[size] = 0;
	parse(text);
	free(text);
	free(bytes);
	return 0;
}
