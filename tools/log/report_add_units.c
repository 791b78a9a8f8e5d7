/* SPDX-License-Identifier: BSD-2-Clause */
/* The remapping units of a run, and what they were seen to do, into the sums of the page. */
#include <stdio.h>
#include <string.h>

#include "tools/log/report.h"

struct unit_kind *report_unit_kind(struct report *r, const struct unit *u, struct row *silicon)
{
	char key[4096];
	struct entry *e;

	snprintf(key, sizeof(key), "%s\x1f%llx\x1f%llx\x1f%llx", silicon->key,
		 (unsigned long long)u->version, (unsigned long long)u->cap,
		 (unsigned long long)u->ecap);
	e = table_of(r, &r->unit_kinds, key);
	if (!e->value) {
		struct unit_kind *k = e->value = arena_alloc(&r->arena, sizeof(*k));

		*k = (struct unit_kind){ .key = e->key,
					 .silicon = silicon,
					 .version = u->version,
					 .cap = u->cap,
					 .ecap = u->ecap };
	}
	return e->value;
}

void report_add_units(struct report *r, const struct run *run, struct row *machine)
{
	struct row *firmware = machine->parent;

	for (unsigned i = 0; i < run->unit_count; i++) {
		const struct unit *u = &run->units[i];
		struct unit_kind *k = report_unit_kind(r, u, firmware->parent);
		char key[4096];
		struct entry *e;

		k->runs++;
		k->units |= 1ull << (u->n & 63);
		if (!k->firmware || strcmp(firmware->key, k->firmware->key) < 0)
			k->firmware = firmware;
		snprintf(key, sizeof(key), "%s\x1f%s", k->key, firmware->key);
		e = table_of(r, &r->machines_of, key);
		if (!e->value) {
			e->value = k;
			k->firmwares++;
		}
	}
}

/* Walks that met a change under way, by the concurrency check of this device. */
static void add_walks(struct trait_kind *k, const struct run *run)
{
	char id[64];

	snprintf(id, sizeof(id), "concurrency.%.40s", k->device);
	for (size_t i = 0; i < run->test_count; i++) {
		const struct run_test *t = &run->tests[i];

		/* Of later passes, too: ".pass-2". */
		if (!t->id || strncmp(t->id, id, strlen(id)) ||
		    (t->id[strlen(id)] && t->id[strlen(id)] != '.'))
			continue;
		for (unsigned w = 0; w < t->walks_count; w++) {
			struct share *met = &k->met[regime_of(t->walks[w].regime)];

			met->harm += t->walks[w].met;
			met->trials += t->walks[w].dmas;
		}
	}
}

void report_add_traits(struct report *r, const struct run *run, struct row *silicon)
{
	for (unsigned i = 0; i < run->traits_count; i++) {
		const struct traits *t = &run->traits[i];
		const struct unit *u = NULL;
		struct trait_kind *k;
		struct entry *e;
		char key[4200];

		for (unsigned n = 0; n < run->unit_count; n++)
			if (run->units[n].n == t->unit)
				u = &run->units[n];
		if (!u)
			continue;
		snprintf(key, sizeof(key), "%s\x1f%.40s", report_unit_kind(r, u, silicon)->key,
			 t->device);
		e = table_of(r, &r->trait_kinds, key);
		k = e->value;
		if (!k) {
			k = e->value = arena_alloc(&r->arena, sizeof(*k));
			k->key = e->key;
			k->device = strrchr(e->key, '\x1f') + 1;
			k->unit = report_unit_kind(r, u, silicon);
		}
		k->runs++;
		for (unsigned n = 0; n < TRAITS; n++)
			k->answers[n][t->answers[n]]++;
		k->mixtures += t->mixtures;
		k->of += t->of;
		if (t->absent_pasid) {
			k->reasons_differ |= k->absent_pasid && k->absent_pasid != t->absent_pasid;
			if (!k->absent_pasid || t->absent_pasid < k->absent_pasid)
				k->absent_pasid = t->absent_pasid;
		}
		add_walks(k, run);
	}
}
