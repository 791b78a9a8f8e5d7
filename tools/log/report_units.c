/* SPDX-License-Identifier: BSD-2-Clause */
/* What the remapping units can do: fields of VER, CAP and ECAP, those first in which units differ. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/log/report.h"
#include "vtd/decode.h"
#include "vtd/regs.h"

#define FIELDS_MAX 96
#define SHOWN	   150

struct decoded {
	unsigned count;
	struct {
		const char *reg;
		struct vtd_register_field field;
	} fields[FIELDS_MAX];
	uint64_t unknown[3];
};

/* vtd/unit.c, which would touch a unit, goes unlinked: here one is an image of its registers. */
uint32_t vtd_read32(const struct vtd_unit *unit, uint32_t offset)
{
	uint32_t value;

	memcpy(&value, (const uint8_t *)unit->registers + offset, sizeof(value));
	return value;
}

uint64_t vtd_read64(const struct vtd_unit *unit, uint32_t offset)
{
	uint64_t value;

	memcpy(&value, (const uint8_t *)unit->registers + offset, sizeof(value));
	return value;
}

/* Through vtd/decode.h, from an image of the register set: it alone knows the fields. */
static void decode(const struct unit_kind *k, struct decoded *d)
{
	static _Alignas(16) uint8_t image[4096];
	struct vtd_unit unit = { .registers = image,
				 .bytes = sizeof(image),
				 .version = (uint32_t)k->version,
				 .cap = k->cap,
				 .ecap = k->ecap };
	uint32_t version = (uint32_t)k->version;
	struct vtd_register_walk walk;
	struct vtd_register reg;
	unsigned n = 0;

	memcpy(image + VTD_VER, &version, sizeof(version));
	memcpy(image + VTD_CAP, &k->cap, sizeof(k->cap));
	memcpy(image + VTD_ECAP, &k->ecap, sizeof(k->ecap));
	d->count = 0;
	vtd_register_first(&walk, &unit);
	while (n < 3 && vtd_register_next(&walk, &reg)) {
		unsigned at = 0;

		if (strcmp(reg.name, "VER") && strcmp(reg.name, "CAP") && strcmp(reg.name, "ECAP"))
			continue;
		d->unknown[n++] = vtd_unknown_bits(&reg);
		while (d->count < FIELDS_MAX &&
		       vtd_field_next(&reg, &at, &d->fields[d->count].field))
			d->fields[d->count++].reg = reg.name;
	}
}

static int kind_order(const void *a, const void *b)
{
	const struct unit_kind *x = *(struct unit_kind *const *)a,
			       *y = *(struct unit_kind *const *)b;
	int order = strcmp(x->silicon->key, y->silicon->key);

	return order ? order : strcmp(x->key, y->key);
}

static void value(struct out *o, const struct vtd_register_field *f)
{
	char words[120];

	vtd_field_words(f, words, sizeof(words));
	if (words[0])
		out(o, "%s", words);
	else if (f->bits.high == f->bits.low)
		out_raw(o, f->value ? "yes" : "no");
	else
		out(o, "%" PRIu64, f->value);
}

static void unit_head(struct out *o, const struct report *r, const struct unit_kind *k)
{
	char name[1000];
	unsigned n = 0;

	out(o, "<tr data-f=\"%s %s\"><th scope=\"row\" title=\"%s\">%s<small>unit",
	    k->silicon->silicon, k->silicon->brand, row_name(r, k->firmware, name, sizeof(name)),
	    k->silicon->code);
	for (unsigned i = 0; i < 64; i++)
		if (k->units >> i & 1)
			out(o, "%s%u", n++ ? ", " : " ", i);
	if (k->firmwares == 1)
		out(o, " \u00b7 %s", k->firmware->bios[0] ? k->firmware->bios : "BIOS unknown");
	else
		out(o, " \u00b7 %u firmwares", k->firmwares);
	out(o,
	    "</small></th><td class=\"n\">%u</td><td><code>%016" PRIx64
	    "</code></td><td><code>%016" PRIx64 "</code></td>",
	    k->runs, k->cap, k->ecap);
}

static void differing(struct out *o, const struct report *r, struct unit_kind **list, size_t count,
		      const struct decoded *all, const bool *differs)
{
	size_t shown = count < SHOWN ? count : SHOWN;

	out_raw(o,
		"<div class=\"wide\"><table class=\"list units sortable\"><thead><tr><th scope=\"col\">Silicon</th><th scope=\"col\">Runs</th><th scope=\"col\">CAP</th><th scope=\"col\">ECAP</th>");
	for (unsigned f = 0; f < all[0].count; f++)
		if (differs[f])
			out(o,
			    "<th scope=\"col\" class=\"up\" title=\"%s\"><span>%s.%s</span></th>",
			    all[0].fields[f].field.meaning, all[0].fields[f].reg,
			    all[0].fields[f].field.name);
	out_raw(o, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < shown; i++) {
		unit_head(o, r, list[i]);
		for (unsigned f = 0; f < all[i].count; f++) {
			const struct vtd_register_field *field = &all[i].fields[f].field;

			if (!differs[f])
				continue;
			out(o, "<td class=\"%s\">",
			    field->bits.high != field->bits.low ? "v"
			    : field->value			? "yes"
								: "no");
			value(o, field);
			out_raw(o, "</td>");
		}
		out_raw(o, "</tr>\n");
	}
	out_raw(o, "</tbody></table></div>\n");
	if (shown < count)
		out(o, "<p class=\"note\">%zu more kinds of units are not shown.</p>\n",
		    count - shown);
}

static void the_same(struct out *o, size_t count, const struct decoded *all, const bool *differs)
{
	out(o,
	    "<details%s><summary>%s</summary><div class=\"columns\"><table class=\"list\"><thead><tr><th scope=\"col\">Field</th><th scope=\"col\">Value</th><th scope=\"col\">Meaning</th></tr></thead><tbody>\n",
	    count == 1 ? " open" : "",
	    count == 1 ? "All fields" : "Fields that are the same on every unit");
	for (unsigned f = 0; f < all[0].count; f++) {
		if (differs[f])
			continue;
		out(o, "<tr><th scope=\"row\">%s.%s</th><td>", all[0].fields[f].reg,
		    all[0].fields[f].field.name);
		value(o, &all[0].fields[f].field);
		out(o, "</td><td>%s</td></tr>\n", all[0].fields[f].field.meaning);
	}
	out_raw(o, "</tbody></table></div></details>\n");
}

static void unknown(struct out *o, struct unit_kind **list, size_t count, const struct decoded *all)
{
	static const char *const regs[] = { "VER", "CAP", "ECAP" };
	unsigned told = 0;

	for (size_t i = 0; i < count; i++)
		for (unsigned k = 0; k < 3; k++)
			if (all[i].unknown[k] && told++ < 20)
				out(o,
				    "<p class=\"note\">%s: bits %#" PRIx64
				    " of %s are set, and no field is known for them.</p>\n",
				    list[i]->silicon->code, all[i].unknown[k], regs[k]);
}

void report_units(struct out *o, const struct report *r)
{
	struct unit_kind **list = must_realloc(NULL, (r->unit_kinds.count + 1) * sizeof(*list));
	bool differs[FIELDS_MAX] = { false };
	struct decoded *all;
	size_t count = 0;

	out_raw(o, "<section id=\"units\"><h2>Remapping units</h2>\n");
	for (size_t i = 0; i < r->unit_kinds.room; i++)
		if (r->unit_kinds.entries[i].value)
			list[count++] = r->unit_kinds.entries[i].value;
	if (!count) {
		out_raw(o, "<p class=\"empty\">No unit's registers arrived.</p></section>\n");
		free(list);
		return;
	}
	if (count > 1)
		qsort(list, count, sizeof(*list), kind_order);
	all = must_realloc(NULL, count * sizeof(*all));
	for (size_t i = 0; i < count; i++) {
		decode(list[i], &all[i]);
		for (unsigned f = 0; f < all[i].count; f++)
			differs[f] |= all[i].fields[f].field.value != all[0].fields[f].field.value;
	}
	if (count > 1)
		out_raw(o, "<p>Units by VER, CAP and ECAP: the fields in which they differ.</p>\n");
	differing(o, r, list, count, all, differs);
	the_same(o, count, all, differs);
	unknown(o, list, count, all);
	out_raw(o, "</section>\n");
	free(all);
	free(list);
}
