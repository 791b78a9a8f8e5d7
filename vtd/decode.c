/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers in words: which fields a unit has, and what their values mean. */
#include "vtd/decode.h"
#include "vtd/decode_table.h"
#include "vtd/fault.h"
#include "vtd/regs.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static bool is_there(const struct vtd_unit *u, enum condition condition)
{
	static const struct vtd_field afl = { 3, 3 }, prs = { 29, 29 }, mts = { 25, 25 },
				      ecmds = { 61, 61 }, pms = { 51, 51 };

	switch (condition) {
	case ALWAYS:
		return true;
	case IF_AFL:
		return field_of(u->cap, afl);
	case IF_PMR:
		return field_of(u->cap, CAP_PLMR) || field_of(u->cap, CAP_PHMR);
	case IF_PLMR:
		return field_of(u->cap, CAP_PLMR);
	case IF_PHMR:
		return field_of(u->cap, CAP_PHMR);
	case IF_QI:
		return field_of(u->ecap, ECAP_QI);
	case IF_IR:
		return field_of(u->ecap, ECAP_IR);
	case IF_PRS:
		return field_of(u->ecap, prs);
	case IF_MTS:
		return field_of(u->ecap, mts);
	case IF_ECMDS:
		return field_of(u->cap, ecmds);
	case IF_PMS:
		return field_of(u->ecap, pms);
	}
	return false;
}

void vtd_register_first(struct vtd_register_walk *walk, const struct vtd_unit *unit)
{
	*walk = (struct vtd_register_walk){ .unit = unit };
}

static unsigned count_of(const struct vtd_unit *unit, const struct decode_register *p)
{
	return p->place == FROM_FRO ? (unsigned)field_of(unit->cap, CAP_NFR) + 1 : p->count;
}

static uint32_t offset_of(const struct vtd_unit *unit, const struct decode_register *p)
{
	switch (p->place) {
	case FROM_IRO:
		return (uint32_t)field_of(unit->ecap, ECAP_IRO) * 16 + p->offset;
	case FROM_FRO:
		return (uint32_t)field_of(unit->cap, CAP_FRO) * 16 + p->offset;
	}
	return p->offset;
}

/* Both halves of a fault recording register stand together: the last two rows take turns. */
static void advance(struct vtd_register_walk *walk)
{
	const struct decode_register *p = &decode_registers[walk->row];
	unsigned count = count_of(walk->unit, p);

	if (p->list == FRCD_LOW) {
		walk->row++;
	} else if (p->list == FRCD_HIGH && walk->index + 1 < count) {
		walk->index++;
		walk->row--;
	} else if (p->list != FRCD_HIGH && walk->index + 1 < count) {
		walk->index++;
	} else {
		walk->row++;
		walk->index = 0;
	}
}

bool vtd_register_next(struct vtd_register_walk *walk, struct vtd_register *out)
{
	const struct vtd_unit *unit = walk->unit;

	for (; walk->row < decode_register_count; advance(walk)) {
		const struct decode_register *p = &decode_registers[walk->row];
		uint32_t at = offset_of(unit, p) + walk->index * p->stride;

		if (!is_there(unit, p->condition) || at + p->bytes > unit->bytes)
			continue;
		*out = (struct vtd_register){
			.name = p->name,
			.index = p->count ? (int)walk->index : -1,
			.offset = at,
			.bytes = p->bytes,
			.fields = p->list,
			.value = p->bytes == 8 ? vtd_read64(unit, at) : vtd_read32(unit, at),
		};
		advance(walk);
		return true;
	}
	return false;
}

bool vtd_field_next(const struct vtd_register *reg, unsigned *at, struct vtd_register_field *out)
{
	for (; *at < decode_field_count; ++*at) {
		const struct decode_field *row = &decode_fields[*at];

		if (row->list != reg->fields)
			continue;
		*out = (struct vtd_register_field){
			.name = row->name,
			.bits = row->bits,
			.meaning = row->meaning,
			.value = field_of(reg->value, row->bits),
			.how = row->how,
		};
		++*at;
		return true;
	}
	return false;
}

uint64_t vtd_unknown_bits(const struct vtd_register *reg)
{
	uint64_t known = 0;

	for (size_t i = 0; i < decode_field_count; i++)
		if (decode_fields[i].list == reg->fields)
			known |= field_mask(decode_fields[i].bits);
	return reg->fields == RAW ? 0 : reg->value & ~known;
}

/* Words. */

struct words {
	char *text;
	size_t room, length;
};

static void say(struct words *w, const char *text)
{
	for (; *text && w->length + 1 < w->room; text++)
		w->text[w->length++] = *text;
	w->text[w->length] = 0;
}

static void say_number(struct words *w, uint64_t value, unsigned base, unsigned least)
{
	char digits[24];
	char *p = digits + sizeof(digits);

	*--p = 0;
	do {
		*--p = "0123456789abcdef"[value % base];
		value /= base;
	} while (value || (size_t)(digits + sizeof(digits) - 1 - p) < least);
	say(w, p);
}

static void say_list(struct words *w, uint64_t bits, const char *const *names, unsigned count)
{
	size_t start = w->length;

	for (unsigned i = 0; i < count; i++)
		if (bits >> i & 1) {
			say(w, w->length > start ? ", " : "");
			say(w, names[i]);
		}
	if (w->length == start)
		say(w, "none");
}

static void say_choice(struct words *w, uint64_t value, const char *const *names, unsigned count)
{
	say(w, value < count && names[value] ? names[value] : "reserved");
}

#define SAY_CHOICE(w, value, ...)                                   \
	do {                                                        \
		static const char *const names[] = { __VA_ARGS__ }; \
		say_choice(w, value, names, LENGTH(names));         \
	} while (0)

static void say_source(struct words *w, uint64_t id)
{
	say_number(w, id >> 8, 16, 2);
	say(w, ":");
	say_number(w, id >> 3 & 31, 16, 2);
	say(w, ".");
	say_number(w, id & 7, 16, 1);
}

char *vtd_field_words(const struct vtd_register_field *f, char *text, size_t room)
{
	static const char *const widths[] = { "30", "39", "48", "57", "64" };
	static const char *const sizes[] = { "2 MiB", "1 GiB", "512 GiB", "256 TiB" };
	struct words w = { text, room, 0 };
	uint64_t v = f->value;

	text[0] = 0;
	switch ((enum how)f->how) {
	case PLAIN:
		break;
	case PLUS_ONE:
		say_number(&w, v + 1, 10, 1);
		break;
	case DOMAINS:
		if (v == 7)
			say(&w, "reserved");
		else
			say_number(&w, 1ull << (4 + 2 * v), 10, 1);
		break;
	case DEPTHS:
		say_list(&w, v, widths, LENGTH(widths));
		break;
	case LARGE_PAGES:
		say_list(&w, v, sizes, LENGTH(sizes));
		break;
	case TIMES_16:
		say(&w, "0x");
		say_number(&w, v * 16, 16, 1);
		break;
	case TABLE_MODE:
		SAY_CHOICE(&w, v, "legacy", "scalable", NULL, "abort DMA");
		break;
	case GRANULARITY:
		SAY_CHOICE(&w, v, "none", "global", "domain", "device or page");
		break;
	case MEMORY_TYPE:
		SAY_CHOICE(&w, v, "uncached", "write combining", NULL, NULL, "write through",
			   "write protected", "write back");
		break;
	case PAGE:
		say(&w, "0x");
		say_number(&w, v << 12, 16, 1);
		break;
	case DWORD:
		say(&w, "0x");
		say_number(&w, v << 2, 16, 1);
		break;
	case ENTRIES:
		say_number(&w, 1ull << (v + 8), 10, 1);
		break;
	case LOG_PAGES:
		say_number(&w, 1ull << v, 10, 1);
		break;
	case REMAPPINGS:
		say_number(&w, 2ull << v, 10, 1);
		break;
	case QUEUE_ERROR:
		SAY_CHOICE(&w, v, "no information", "invalid tail", "descriptor unreadable",
			   "invalid descriptor type", "reserved field", "descriptor width",
			   "tail not aligned", "table mode");
		break;
	case SOURCE:
		say_source(&w, v);
		break;
	case REASON:
		say(&w, v ? vtd_fault_reason_name((uint8_t)v) : "none");
		break;
	case ADDRESS_TYPE:
		SAY_CHOICE(&w, v, "untranslated", "translation", "translated");
		break;
	}
	return text;
}
