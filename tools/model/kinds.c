/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/model/kinds.h"
#include "kernel/lib/format.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct unit_kind unit_kinds[UNIT_KINDS] = {
	{ "128",
	  "128 bits",
	  "fetches 128-bit chunks, the one with P first; does not snoop",
	  { .bits = 128 } },
	{ "coherent",
	  "coherent",
	  "the same, but snoops (ECAP.C = 1)",
	  { .bits = 128, .coherent = true } },
	{ "caching-mode",
	  "caching mode",
	  "the same, with CAP.CM = 1: emulated units (section 6.1)",
	  { .bits = 128, .caching_mode = true } },
	{ "device-tlb",
	  "device-TLB",
	  "the same, and a device with ATS on, which keeps translations itself",
	  { .bits = 128, .device_tlb = true } },
	{ "64", "64 bits", "fetches 64-bit words", { .bits = 64 } },
	{ "256", "256 bits", "fetches 256 bits at once", { .bits = 256 } },
	{ "512", "512 bits", "fetches 512 bits at once", { .bits = 512 } },
	{ "any-order",
	  "any order",
	  "fetches 128-bit chunks in any order",
	  { .bits = 128, .any_order = true } },
	{ "qemu",
	  "QEMU",
	  "QEMU 7.2 and 10.0: a PASID-table entry is read anew for each field, all else in one copy",
	  { .bits = 0 } },
};

const char *harm_words(unsigned harms, char *text, size_t room)
{
	static const struct {
		unsigned harm;
		const char *word;
	} words[] = {
		{ HARM_MIXTURE, "mixture" },	  { HARM_STALE, "stale" },
		{ HARM_MISTAGGED, "mis-tagged" }, { HARM_BLOCKED, "blocked" },
		{ HARM_WRONG_END, "wrong-end" },
	};
	size_t n = format_text(text, room, harms ? "" : "safe");

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (harms & words[i].harm && n < room)
			n += format_text(text + n, room - n, "%s%s", n ? " " : "", words[i].word);
	return text;
}

unsigned parse_units(const char *list)
{
	unsigned units = 0;

	if (!strcmp(list, "all"))
		return (1u << UNIT_KINDS) - 1;
	for (;;) {
		size_t length = strcspn(list, ","), i = 0;

		while (i < UNIT_KINDS && (strlen(unit_kinds[i].name) != length ||
					  strncmp(unit_kinds[i].name, list, length)))
			i++;
		if (i == UNIT_KINDS) {
			fprintf(stderr, "\"%.*s\" is no kind of unit; there are: all", (int)length,
				list);
			for (i = 0; i < UNIT_KINDS; i++)
				fprintf(stderr, ", %s", unit_kinds[i].name);
			fprintf(stderr, "\n");
			exit(argp_err_exit_status);
		}
		units |= 1u << i;
		if (!list[length])
			return units;
		list += length + 1;
	}
}
