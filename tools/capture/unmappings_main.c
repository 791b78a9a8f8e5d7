/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-capture unmappings: whether unmapping told the device-TLB of every device. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/capture/arguments.h"
#include "tools/capture/capture.h"
#include "tools/capture/unmappings.h"
#include "tools/capture/view.h"

#define SHOWN 8

static struct arguments arguments = { .wanted = 1 };

static const struct argp_option option_list[] = { ARGUMENT_SYMBOLS, { 0 } };

/* "record 123 (processor 1, 4.567 s): a < b < c" */
static void print_record(const char *what, const struct record *r, const struct symbols *symbols)
{
	const char *last = symbols_name(symbols, r->pc);

	printf("  %s record %" PRIu64 ", processor %u, %" PRIu64 ".%03" PRIu64 " s: %s", what,
	       r->number, r->cpu, r->ms / 1000, r->ms % 1000, last);
	for (unsigned i = 0, shown = 0; i < r->depth && shown < 7; i++) {
		const char *name = symbols_name(symbols, r->stack[i] - 1);

		if (strcmp(name, last)) {
			printf(" < %s", name);
			shown++;
		}
		last = name;
	}
	printf("\n");
}

static void print_one(const struct left_out *l, const struct symbols *symbols)
{
	printf("device %02x:%02x.%u left out, domain-id %u, entry at 0x%" PRIx64 "%s\n",
	       (unsigned)l->source >> 8, (unsigned)l->source >> 3 & 31, (unsigned)l->source & 7,
	       l->domain, l->entry,
	       l->named_again ? "; named again later, with the entry still there" : "");
	if (l->ats_on)
		print_record("ATS on since: ", l->ats_on, symbols);
	print_record("named last:   ", l->named, symbols);
	print_record("left out:     ", l->queue, symbols);
	if (l->gone)
		print_record("entry changed:", l->gone, symbols);
	else
		printf("  the entry stayed to the end\n");
}

int unmappings_main(int argc, char **argv)
{
	static const struct argp argp = {
		option_list,
		arguments_parse,
		"CAPTURE",
		"Find invalidations of pages that name no device-TLB of a device whose entry is present and leads to the "
		"domain, though they did before, and whose ATS was not turned off meanwhile.\v"
		"Exit status: 0 there is none, 1 there are some, 4 the capture is incomplete, 5 there is nothing to look at.",
		NULL,
		NULL,
		NULL
	};
	struct view v;
	struct unmappings u;

	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	view_open(&v, arguments.paths[0], arguments.symbols);
	unmappings_find(&v.folder.records, v.folder.caching_mode, &u);
	if (u.unknown) {
		printf("%s\n\n%u invalidations of pages, %u of them with device-TLBs\n"
		       "With CAP.CM = 1 pages are invalidated when they are mapped, too: whether a device was left out cannot be said.\n",
		       v.title, u.invalidations, u.with_devices);
		return v.status ? v.status : NOTHING;
	}
	printf("%s\n\n%u invalidations of pages, %u of them with device-TLBs; a device was left out %zu times\n",
	       v.title, u.invalidations, u.with_devices, u.count);
	for (size_t i = 0; i < u.count && i < SHOWN; i++)
		print_one(&u.list[i], &v.folder.symbols);
	if (u.count > SHOWN)
		printf("and %zu more\n", u.count - SHOWN);
	if (!u.with_devices && !v.status)
		printf("No device-TLB was invalidated with pages: nothing could be left out.\n");
	return v.status ? v.status : u.count ? SOME_UNSAFE : u.with_devices ? ALL_SAFE : NOTHING;
}
