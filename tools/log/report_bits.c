/* SPDX-License-Identifier: BSD-2-Clause */
/* Bits of live entries (flips.*, page-requests.*): which units were seen to go by them, and what the controls showed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/log/report.h"

/* The unit that the device of a test is behind: "flips.nvme", "flips.nvme.pass-2". NULL: the log does not say. */
static const struct unit *unit_of(const struct run *run, const char *id, char device[24])
{
	const char *dot = strchr(id, '.');

	snprintf(device, 24, "%.*s", dot ? (int)strcspn(dot + 1, ".") : 0, dot ? dot + 1 : "");
	for (unsigned d = 0; d < run->device_count; d++)
		for (unsigned u = 0; u < run->unit_count; u++)
			if (!strcmp(run->devices[d].name, device) && !run->devices[d].why &&
			    run->units[u].n == run->devices[d].unit)
				return &run->units[u];
	return NULL;
}

static struct bit_kind *kind_of(struct report *r, const struct unit_kind *unit, const char *device,
				const struct bit *b)
{
	char key[4600];
	struct entry *e;
	struct bit_kind *k;

	snprintf(key, sizeof(key), "%s\x1f%s\x1f%.100s\x1f%s\x1f%u%u", unit->key, device, b->name,
		 b->target, b->absent != 0, b->to != 0);
	e = table_of(r, &r->bit_kinds, key);
	k = e->value;
	if (k)
		return k;
	k = e->value = arena_alloc(&r->arena, sizeof(*k));
	*k = (struct bit_kind){ .key = e->key,
				.device = report_intern(r, device),
				.name = report_intern(r, b->name),
				.target = report_intern(r, b->target),
				.by = report_intern(r, b->by),
				.unit = unit,
				.to = b->to,
				.absent = b->absent };
	return k;
}

static void add_bit(struct report *r, struct bit_kind *k, const struct bit *b)
{
	const bool has[] = { b->has_context, b->has_pasid, b->has_iotlb };
	const uint64_t held[] = { b->context, b->pasid, b->iotlb };

	k->runs++;
	if (b->why) {
		k->untried++;
		/* Not the one that was read first: the order of files must not count. */
		if (!k->why || strcmp(b->why, k->why) < 0)
			k->why = report_intern(r, b->why);
		return;
	}
	k->changes += b->changes;
	k->failed += b->failed;
	k->known += b->known ? b->failed : 0;
	k->controls += b->controls;
	k->none += b->none;
	for (unsigned i = 0; i < 3; i++) {
		k->of[i] += has[i] ? b->controls : 0;
		k->without[i] += held[i];
	}
}

void report_add_bits(struct report *r, const struct run *run, struct row *silicon)
{
	for (size_t i = 0; i < run->test_count; i++) {
		const struct run_test *t = &run->tests[i];
		const struct unit *u;
		char device[24];

		if (!t->id || !t->bits)
			continue;
		u = unit_of(run, t->id, device);
		for (const struct bit *b = t->bits; b && u; b = b->next)
			add_bit(r, kind_of(r, report_unit_kind(r, u, silicon), device, b), b);
	}
}

static int kind_order(const void *a, const void *b)
{
	const struct bit_kind *x = *(struct bit_kind *const *)a, *y = *(struct bit_kind *const *)b;

	return strcmp(x->key, y->key);
}

static void share(struct out *o, uint64_t held, uint64_t of, bool is_bad)
{
	if (of)
		out(o, "<td class=\"n%s\">%" PRIu64 " of %" PRIu64 "</td>",
		    held && is_bad ? " bad" : "", held, of);
	else
		out_raw(o, "<td class=\"n\">\u2013</td>");
}

static void row(struct out *o, const struct bit_kind *k)
{
	out(o,
	    "<tr data-f=\"%s %s\"><th scope=\"row\">%s<small>CAP %016" PRIx64 ", ECAP %016" PRIx64
	    "</small></th><td>%s</td><td>%s<small>%s</small></td>",
	    k->unit->silicon->silicon, k->name, k->unit->silicon->code, k->unit->cap, k->unit->ecap,
	    k->device, k->name, k->target);
	out(o, "<td>%s</td><td class=\"n\">%u</td>",
	    !k->changes && k->untried ? "\u2013"
	    : k->absent		      ? "set, P clear"
	    : k->to		      ? "0 to 1"
				      : "1 to 0",
	    k->runs);
	if (!k->changes && k->untried) {
		out(o, "<td colspan=\"5\">not tried: %s</td></tr>\n", k->why);
		return;
	}
	if (k->known)
		out(o,
		    "<td class=\"n\">%" PRIu64 " of %" PRIu64
		    "<small>known of QEMU: %s</small></td>",
		    k->failed, k->changes, k->known == k->failed ? "all" : "some");
	else
		share(o, k->failed, k->changes, true);
	share(o, k->none, k->controls, false);
	for (unsigned i = 0; i < 3; i++)
		share(o, k->without[i], k->of[i], false);
	out_raw(o, "</tr>\n");
}

void report_bits(struct out *o, const struct report *r)
{
	struct bit_kind **list = must_realloc(NULL, (r->bit_kinds.count + 1) * sizeof(*list));
	size_t count = 0;

	for (size_t i = 0; i < r->bit_kinds.room; i++)
		if (r->bit_kinds.entries[i].value)
			list[count++] = r->bit_kinds.entries[i].value;
	out_raw(o, "<section id=\"bits\"><h2>Bits of live entries</h2>\n");
	if (!count) {
		out_raw(o,
			"<p class=\"empty\">No run says: it takes <code>flips.*</code>, and a build that records it.</p></section>\n");
		free(list);
		return;
	}
	if (count > 1)
		qsort(list, count, sizeof(*list), kind_order);
	out_raw(o,
		"<p>One bit of an entry was changed while the device did DMA. <em>Old value held</em>: changes after whose invalidations the unit still went by the old one, which it must not; where P is clear, refused DMAs for which the bit did not count, though it must. <em>Known of QEMU</em>: its own reading, for which no test fails. The controls leave invalidations out: what they show is permitted, and says that the unit keeps the bit.</p>\n"
		"<div class=\"wide\"><table class=\"list units sortable\"><thead><tr><th scope=\"col\">Silicon</th><th scope=\"col\">By</th><th scope=\"col\">Bit</th><th scope=\"col\">Change</th><th scope=\"col\">Runs</th><th scope=\"col\">Old value held</th><th scope=\"col\">Control: nothing invalidated</th><th scope=\"col\">no context cache</th><th scope=\"col\">no PASID cache</th><th scope=\"col\">no IOTLB</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < count; i++)
		row(o, list[i]);
	out_raw(o, "</tbody></table></div>\n</section>\n");
	free(list);
}
