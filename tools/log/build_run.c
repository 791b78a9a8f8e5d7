/* SPDX-License-Identifier: BSD-2-Clause */
/* Records of the run, its machine and its end, put into a run. */
#include <string.h>

#include "tools/log/run_build.h"
#include "tools/log/words.h"

#define DMAR_BYTES_MAX 65536

/* The higher one; what is no number is none that we know. */
static uint64_t version_of(struct span s, uint64_t before)
{
	uint64_t value = word_number(s);

	value = value ? value : UINT64_MAX;
	return value > before ? value : before;
}

void take_run(struct builder *b, struct span line)
{
	/* Of the kinds run, machine, cpu and platform. */
	static const struct field fields[] = {
		TEXT_FIELD("build", run, build),
		NUMBER_FIELD("seed", run, seed),
		TEXT_FIELD("date", run, date),
		TEXT_FIELD("options", run, options),
		TEXT_FIELD("config", run, config),
		TEXT_FIELD("system", run, system),
		TEXT_FIELD("board", run, board),
		TEXT_FIELD("BIOS", run, bios),
		TEXT_FIELD("processor", run, processor),
		TEXT_FIELD("vendor", run, vendor),
		NUMBER_FIELD("family", run, family),
		NUMBER_FIELD("model", run, model),
		NUMBER_FIELD("stepping", run, stepping),
		TEXT_FIELD("microcode", run, microcode),
		TEXT_FIELD("hypervisor", run, hypervisor),
		TEXT_FIELD("brand", run, brand),
		NUMBER_FIELD("processors", run, processors),
		NUMBER_FIELD("memory_mib", run, memory_mib),
		NUMBER_FIELD("tsc_hz", run, tsc_hz),
		NUMBER_FIELD("x2apic", run, x2apic),
		NUMBER_FIELD("simulated", run, simulated),
	};
	struct word w;

	while (word_next(&line, &w))
		if (word_is(w.key, "log"))
			b->run.log_version = version_of(w.value, b->run.log_version);
		else
			word_put(&b->arena, &b->run, fields, COUNT(fields), &w);
}

/* vtd-sim's own record: what it was told to be. */
void take_sim(struct builder *b, struct span line)
{
	static const struct field fields[] = { TEXT_FIELD("options", run, unit_options) };
	struct word w;

	while (word_next(&line, &w))
		word_put(&b->arena, &b->run, fields, COUNT(fields), &w);
	b->run.simulated = 1;
}

/* A line with a name begins one; others go on with its text. */
void take_sequence(struct builder *b, struct span line)
{
	struct run *r = &b->run;
	struct given *g = r->given_count ? &r->given[r->given_count - 1] : NULL;
	struct word w;

	while (word_next(&line, &w))
		if (word_is(w.key, "name")) {
			if (r->given_count == GIVEN_MAX)
				return;
			g = &r->given[r->given_count++];
			g->name = word_text(&b->arena, NULL, w.value);
			g->text = "";
		} else if (word_is(w.key, "text") && g) {
			g->text = word_lines(&b->arena, g->text, w.value);
		}
}

void take_dmar(struct builder *b, struct span line)
{
	struct word w;

	while (word_next(&line, &w)) {
		size_t n = w.value.bytes / 2;
		uint8_t *bytes;

		if (!word_is(w.key, "hex") || b->run.dmar_bytes + n > DMAR_BYTES_MAX)
			continue;
		bytes = arena_alloc(&b->arena, b->run.dmar_bytes + n);
		if (b->run.dmar_bytes)
			memcpy(bytes, b->run.dmar, b->run.dmar_bytes);
		for (size_t i = 0; i < n && word_nibble(w.value.at[2 * i]) >= 0 &&
				   word_nibble(w.value.at[2 * i + 1]) >= 0;
		     i++)
			bytes[b->run.dmar_bytes++] = (uint8_t)(word_nibble(w.value.at[2 * i]) << 4 |
							       word_nibble(w.value.at[2 * i + 1]));
		b->run.dmar = bytes;
	}
}

void take_unit(struct builder *b, struct span line)
{
	static const struct field fields[] = {
		NUMBER_FIELD("n", unit, n),	    NUMBER_FIELD("base", unit, base),
		NUMBER_FIELD("ver", unit, version), NUMBER_FIELD("cap", unit, cap),
		NUMBER_FIELD("ecap", unit, ecap),   NUMBER_FIELD("gsts", unit, gsts),
		NUMBER_FIELD("pmen", unit, pmen),
	};
	struct word w;

	if (b->run.unit_count == UNITS_MAX)
		return;
	while (word_next(&line, &w))
		word_put(&b->arena, &b->run.units[b->run.unit_count], fields, COUNT(fields), &w);
	b->run.unit_count++;
}

void take_device(struct builder *b, struct span line)
{
	struct device *d = &b->run.devices[b->run.device_count];
	struct word w;

	if (b->run.device_count == DEVICES_MAX)
		return;
	b->run.device_count++;
	d->name = d->at = d->id = "";
	while (word_next(&line, &w))
		if (word_is(w.key, "name"))
			d->name = word_text(&b->arena, NULL, w.value);
		else if (word_is(w.key, "at"))
			d->at = word_text(&b->arena, NULL, w.value);
		else if (word_is(w.key, "id"))
			d->id = word_text(&b->arena, NULL, w.value);
		else if (word_is(w.key, "why"))
			d->why = word_text(&b->arena, d->why, w.value);
		else if (word_is(w.key, "unit"))
			d->unit = (unsigned)word_number(w.value);
}

void take_pair(struct builder *b, struct span line)
{
	struct word w;

	while (word_next(&line, &w))
		if (word_is(w.key, "model"))
			b->run.fetches = word_text(&b->arena, NULL, w.value);
}

void take_traits(struct builder *b, struct span line)
{
	struct traits *t = &b->run.traits[b->run.traits_count];
	struct word w;

	if (b->run.traits_count == DEVICES_MAX)
		return;
	b->run.traits_count++;
	t->device = "";
	while (word_next(&line, &w)) {
		uint64_t value = word_number(w.value);

		if (word_is(w.key, "unit"))
			t->unit = value;
		else if (word_is(w.key, "device"))
			t->device = word_text(&b->arena, NULL, w.value);
		else if (word_is(w.key, "absent_pasid"))
			t->absent_pasid = value < 256 ? (uint8_t)value : 0;
		else if (word_is(w.key, "mixtures"))
			t->mixtures = value;
		else if (word_is(w.key, "of"))
			t->of = value;
		for (unsigned i = 0; i < TRAITS; i++)
			if (word_is(w.key, trait_key(i)) && value < TRAIT_ANSWERS)
				t->answers[i] = (uint8_t)value;
	}
}

void take_plan(struct builder *b, struct span line)
{
	struct word w;

	b->run.has_plan = true;
	while (word_next(&line, &w))
		if (word_is(w.key, "tests"))
			b->run.planned = word_number(w.value);
		else if (word_is(w.key, "open"))
			b->run.plan_open = word_number(w.value);
}

void take_end(struct builder *b, struct span line)
{
	static const struct field fields[] = {
		NUMBER_FIELD("tests", run, end_tests),
		NUMBER_FIELD("planned", run, end_planned),
		NUMBER_FIELD("checks", run, end_checks),
		NUMBER_FIELD("ms", run, ms),
		NUMBER_FIELD("printed", run, printed),
		NUMBER_FIELD("printing_ms", run, printing_ms),
		NUMBER_FIELD("blocks", run, blocks),
	};
	struct run *r = &b->run;
	bool had_end = r->has_end;
	char verdict = r->end_verdict;
	uint64_t tests = r->end_tests;
	struct word w;

	r->has_end = true;
	while (word_next(&line, &w))
		if (word_is(w.key, "v"))
			r->end_verdict = word_letter(w.value);
		else if (word_is(w.key, "open"))
			r->plan_open = word_number(w.value);
		else if (word_is(w.key, "log"))
			r->log_version = version_of(w.value, r->log_version);
		else
			word_put(&b->arena, r, fields, COUNT(fields), &w);
	if (!had_end)
		return;
	r->ends_differ |= verdict != r->end_verdict || tests != r->end_tests;
	/* A failure stays one. */
	if (verdict == 'f')
		r->end_verdict = 'f';
}
