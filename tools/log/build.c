/* SPDX-License-Identifier: BSD-2-Clause */
/* What the lines of intact blocks say, put into a run. Kinds and keys that are not known are passed over. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "kernel/record.h"
#include "tools/log/run_build.h"

#define PROBLEMS_MAX   64
#define DMAR_BYTES_MAX 65536

/* Room for one more element at the end of a growing array. */
#define GROW(array, count, room)                                      \
	((count) < (room) ? (void)0                                   \
			  : (void)((room) = (room) ? 2 * (room) : 16, \
				   (array) = must_realloc((array), (room) * sizeof(*(array)))))

void build_begin(struct builder *b, const char *path, unsigned number)
{
	static const char empty[] = "";

	memset(b, 0, sizeof(*b));
	b->run.path = path;
	b->run.number = number;
	b->run.build = b->run.date = b->run.options = b->run.config = b->run.system = empty;
	b->run.board = b->run.bios = b->run.processor = b->run.vendor = empty;
	b->run.microcode = b->run.hypervisor = b->run.brand = b->run.fetches = empty;
}

void build_free(struct builder *b)
{
	free(b->blocks);
	free(b->tests);
	free(b->sums);
	free(b->said);
	free(b->gaps);
	free(b->bad);
	free(b->run.problems);
	arena_free(&b->arena);
}

void build_problem(struct builder *b, const char *format, ...)
{
	char text[400];
	va_list arguments;

	if (b->run.problem_count == PROBLEMS_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	GROW(b->run.problems, b->run.problem_count, b->problem_room);
	b->run.problems[b->run.problem_count++] = arena_text(&b->arena, text, strlen(text));
}

/* Words. */

struct word {
	struct span key, value;
};

/* The next "key=value" of a line; a word without '=' has an empty value. */
static bool next_word(struct span *line, struct word *w)
{
	const char *blank, *equals;

	while (line->bytes && *line->at == ' ') {
		line->at++;
		line->bytes--;
	}
	if (!line->bytes)
		return false;
	blank = memchr(line->at, ' ', line->bytes);
	w->key = (struct span){ line->at, blank ? (size_t)(blank - line->at) : line->bytes };
	line->at += w->key.bytes;
	line->bytes -= w->key.bytes;
	equals = memchr(w->key.at, '=', w->key.bytes);
	w->value = (struct span){ w->key.at + w->key.bytes, 0 };
	if (equals) {
		w->value.bytes = (size_t)(w->value.at - equals) - 1;
		w->value.at = equals + 1;
		w->key.bytes = (size_t)(equals - w->key.at);
	}
	return true;
}

static bool is(struct span s, const char *text)
{
	return s.bytes == strlen(text) && !memcmp(s.at, text, s.bytes);
}

/* Decimal, or hexadecimal behind "0x"; 0 for what is neither or does not fit. */
static uint64_t number_of(struct span s)
{
	bool is_hex = s.bytes > 2 && s.at[0] == '0' && s.at[1] == 'x';
	uint64_t value = 0;

	if (s.bytes > 20)
		return 0;
	for (size_t i = is_hex ? 2 : 0; i < s.bytes; i++) {
		unsigned digit = (unsigned char)s.at[i];

		if (digit >= '0' && digit <= '9')
			digit -= '0';
		else if (is_hex && digit >= 'a' && digit <= 'f')
			digit -= 'a' - 10;
		else
			return 0;
		if (__builtin_mul_overflow(value, is_hex ? 16 : 10, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return 0;
	}
	return value;
}

static int nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* record_add_text() undone, behind `before` (NULL: nothing): a long text comes in several lines. */
static const char *text_of(struct builder *b, const char *before, struct span s)
{
	size_t n = before ? strlen(before) : 0;
	char *out = arena_alloc(&b->arena, n + s.bytes + 1);

	if (n)
		memcpy(out, before, n);
	for (size_t i = 0; i < s.bytes; i++) {
		char c = s.at[i];

		if (c == '+')
			c = ' ';
		else if (c == '%' && i + 2 < s.bytes && nibble(s.at[i + 1]) >= 0 &&
			 nibble(s.at[i + 2]) >= 0) {
			c = (char)(nibble(s.at[i + 1]) << 4 | nibble(s.at[i + 2]));
			i += 2;
		}
		/* A NUL or a control character would end, or break, what we print. */
		out[n++] = (unsigned char)c < ' ' || c == 0x7f ? '?' : c;
	}
	return out;
}

static void copy(char *to, size_t room, struct span s)
{
	size_t n = s.bytes < room - 1 ? s.bytes : room - 1;

	memcpy(to, s.at, n);
	to[n] = 0;
}

/* A table of keys: where a number or a text goes. */
struct field {
	const char *key;
	size_t offset;
	bool is_text;
};

static bool put(struct builder *b, void *into, const struct field *fields, size_t count,
		const struct word *w)
{
	for (size_t i = 0; i < count; i++) {
		char *at = (char *)into + fields[i].offset;

		if (!is(w->key, fields[i].key))
			continue;
		if (fields[i].is_text) {
			const char **text = (const char **)(void *)at;

			*text = text_of(b, *text, w->value);
		} else {
			uint64_t value = number_of(w->value);

			memcpy(at, &value, sizeof(value));
		}
		return true;
	}
	return false;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The kinds. */

/* The higher one; what is no number is none that we know. */
static uint64_t version_of(struct span s, uint64_t before)
{
	uint64_t value = number_of(s);

	value = value ? value : UINT64_MAX;
	return value > before ? value : before;
}

static void take_run(struct builder *b, struct span line)
{
#define TEXT(key, member)                               \
	{                                               \
		key, offsetof(struct run, member), true \
	}
#define NUMBER(key, member)                              \
	{                                                \
		key, offsetof(struct run, member), false \
	}
	/* Of the kinds run, machine, cpu and platform. */
	static const struct field fields[] = {
		TEXT("build", build),
		NUMBER("seed", seed),
		TEXT("date", date),
		TEXT("options", options),
		TEXT("config", config),
		TEXT("system", system),
		TEXT("board", board),
		TEXT("BIOS", bios),
		TEXT("processor", processor),
		TEXT("vendor", vendor),
		NUMBER("family", family),
		NUMBER("model", model),
		NUMBER("stepping", stepping),
		TEXT("microcode", microcode),
		TEXT("hypervisor", hypervisor),
		TEXT("brand", brand),
		NUMBER("processors", processors),
		NUMBER("memory_mib", memory_mib),
		NUMBER("tsc_hz", tsc_hz),
		NUMBER("x2apic", x2apic),
	};
#undef TEXT
#undef NUMBER
	struct word w;

	while (next_word(&line, &w))
		if (is(w.key, "log"))
			b->run.log_version = version_of(w.value, b->run.log_version);
		else
			put(b, &b->run, fields, COUNT(fields), &w);
}

static void take_dmar(struct builder *b, struct span line)
{
	struct word w;

	while (next_word(&line, &w)) {
		size_t n = w.value.bytes / 2;
		uint8_t *bytes;

		if (!is(w.key, "hex") || b->run.dmar_bytes + n > DMAR_BYTES_MAX)
			continue;
		bytes = arena_alloc(&b->arena, b->run.dmar_bytes + n);
		if (b->run.dmar_bytes)
			memcpy(bytes, b->run.dmar, b->run.dmar_bytes);
		for (size_t i = 0;
		     i < n && nibble(w.value.at[2 * i]) >= 0 && nibble(w.value.at[2 * i + 1]) >= 0;
		     i++)
			bytes[b->run.dmar_bytes++] = (uint8_t)(nibble(w.value.at[2 * i]) << 4 |
							       nibble(w.value.at[2 * i + 1]));
		b->run.dmar = bytes;
	}
}

static void take_unit(struct builder *b, struct span line)
{
	struct unit *u = &b->run.units[b->run.unit_count];
	struct word w;

	if (b->run.unit_count == UNITS_MAX)
		return;
	b->run.unit_count++;
	while (next_word(&line, &w)) {
		uint64_t value = number_of(w.value);

		if (is(w.key, "n"))
			u->n = (unsigned)value;
		else if (is(w.key, "base"))
			u->base = value;
		else if (is(w.key, "ver"))
			u->version = value;
		else if (is(w.key, "cap"))
			u->cap = value;
		else if (is(w.key, "ecap"))
			u->ecap = value;
		else if (is(w.key, "gsts"))
			u->gsts = value;
		else if (is(w.key, "pmen"))
			u->pmen = value;
	}
}

static void take_device(struct builder *b, struct span line)
{
	struct device *d = &b->run.devices[b->run.device_count];
	struct word w;

	if (b->run.device_count == DEVICES_MAX)
		return;
	b->run.device_count++;
	d->name = d->at = d->id = "";
	while (next_word(&line, &w))
		if (is(w.key, "name"))
			d->name = text_of(b, NULL, w.value);
		else if (is(w.key, "at"))
			d->at = text_of(b, NULL, w.value);
		else if (is(w.key, "id"))
			d->id = text_of(b, NULL, w.value);
		else if (is(w.key, "why"))
			d->why = text_of(b, d->why, w.value);
		else if (is(w.key, "unit"))
			d->unit = (unsigned)number_of(w.value);
}

static void take_pair(struct builder *b, struct span line)
{
	struct word w;

	while (next_word(&line, &w))
		if (is(w.key, "model"))
			b->run.fetches = text_of(b, NULL, w.value);
}

static void take_plan(struct builder *b, struct span line)
{
	struct word w;

	b->run.has_plan = true;
	while (next_word(&line, &w))
		if (is(w.key, "tests"))
			b->run.planned = number_of(w.value);
		else if (is(w.key, "open"))
			b->run.plan_open = number_of(w.value);
}

static char letter_of(struct span s)
{
	return is(s, "pass") ? 'p' : is(s, "fail") ? 'f' : is(s, "skip") ? 's' : 0;
}

/* "mixture,stale"; the words with '+' for their blanks. */
static uint8_t harms_of(struct builder *b, struct span s)
{
	uint8_t harms = 0;

	while (s.bytes) {
		const char *comma = memchr(s.at, ',', s.bytes);
		struct span word = { s.at, comma ? (size_t)(comma - s.at) : s.bytes };
		const char *text = text_of(b, NULL, word);

		for (unsigned i = 0; harm_word(i); i++)
			if (!strcmp(text, harm_word(i)))
				harms |= (uint8_t)(1u << i);
		s.at += word.bytes + (comma ? 1 : 0);
		s.bytes -= word.bytes + (comma ? 1 : 0);
	}
	return harms;
}

static void take_test(struct builder *b, struct span line)
{
	struct run_test *t = b->open;
	struct word w;

	if (!t) {
		GROW(b->tests, b->test_count, b->test_room);
		t = b->open = &b->tests[b->test_count++];
		memset(t, 0, sizeof(*t));
		t->has_block = true;
		t->harms = t->spec_harms = HARMS_UNKNOWN;
		t->unit = RECORD_UNIT;
		t->line_from = b->words_from;
		t->line_to = b->words_to;
		t->at = b->words_at;
		t->bytes = b->words_bytes;
	}
	while (next_word(&line, &w))
		if (is(w.key, "n"))
			t->n = (uint32_t)number_of(w.value);
		else if (is(w.key, "v"))
			t->verdict = letter_of(w.value);
		else if (is(w.key, "num"))
			t->number = number_of(w.value);
		else if (is(w.key, "unit"))
			t->unit = text_of(b, NULL, w.value);
		else if (is(w.key, "id"))
			t->id = text_of(b, NULL, w.value);
		else if (is(w.key, "check"))
			t->check = true;
		else if (is(w.key, "at"))
			t->at_ms = number_of(w.value);
		else if (is(w.key, "harms"))
			t->harms = t->spec_harms = harms_of(b, w.value);
		else if (is(w.key, "spec"))
			t->spec_harms = harms_of(b, w.value);
		else if (is(w.key, "controls"))
			t->controls = number_of(w.value);
		else if (is(w.key, "why"))
			t->why = text_of(b, t->why, w.value);
}

static void take_outcomes(struct builder *b, struct span line)
{
	struct run_test *t = b->open;
	struct word w;

	while (t->outcome_count < OUTCOMES_MAX && next_word(&line, &w)) {
		struct outcome_count *o = &t->outcomes[t->outcome_count++];

		for (; w.key.bytes; w.key.bytes--) {
			char mark = w.key.at[w.key.bytes - 1];

			o->torn |= mark == '*';
			o->unpredicted |= mark == '!';
			if (mark != '*' && mark != '!')
				break;
		}
		copy(o->name, sizeof(o->name), w.key);
		o->count = number_of(w.value);
	}
}

static void take_tally(struct builder *b, struct span line)
{
#define NUMBER(key, member)                                   \
	{                                                     \
		key, offsetof(struct run_test, member), false \
	}
	static const struct field fields[] = {
		NUMBER("us", us),
		NUMBER("dmas", dmas),
		NUMBER("torn", torn),
		NUMBER("first", first_torn_us),
		NUMBER("rewrites", rewrites),
		NUMBER("held", held),
		NUMBER("stale", stale),
		NUMBER("tags", tags),
		NUMBER("mistagged", mistagged),
		NUMBER("inv", invalidate_us),
		NUMBER("dev", dma_us),
		NUMBER("reset", reset_us),
		NUMBER("resets", resets),
		NUMBER("timeouts", timeouts),
		NUMBER("foreign", foreign),
		NUMBER("overflows", overflows),
	};
#undef NUMBER
	struct word w;

	b->open->has_tally = true;
	while (next_word(&line, &w))
		if (is(w.key, "out"))
			take_outcomes(b, line);
		else
			put(b, b->open, fields, COUNT(fields), &w);
}

static void take_fault(struct builder *b, struct span line)
{
	struct run_test *t = b->open;
	struct fault_count *f = &t->faults[t->fault_count];
	struct word w;

	if (t->fault_count == FAULTS_MAX)
		return;
	t->fault_count++;
	while (next_word(&line, &w))
		if (is(w.key, "reason"))
			f->reason = (uint8_t)number_of(w.value);
		else if (is(w.key, "type"))
			copy(f->type, sizeof(f->type), w.value);
		else if (is(w.key, "n"))
			f->count = number_of(w.value);
		else if (is(w.key, "raw") && !f->raw[0])
			copy(f->raw, sizeof(f->raw), w.value);
}

/* "from=1 p36984.aef9 c0.3c5c": results one after the other. */
static void take_sum(struct builder *b, struct span line)
{
	uint64_t n = 0;
	struct word w;

	while (next_word(&line, &w)) {
		const char *point;
		struct sum *s;

		if (is(w.key, "from")) {
			n = number_of(w.value);
			continue;
		}
		point = memchr(w.key.at, '.', w.key.bytes);
		if (!n || n > UINT32_MAX || !point || w.key.at + w.key.bytes - point != 5)
			return;
		GROW(b->sums, b->sum_count, b->sum_room);
		s = &b->sums[b->sum_count++];
		*s = (struct sum){ .n = (uint32_t)n++, .letter = w.key.at[0] };
		s->number = number_of(
			(struct span){ w.key.at + 1, (size_t)(point - w.key.at) - 1 });
		for (unsigned i = 1; i <= 4; i++)
			s->id = (uint16_t)(s->id << 4 | (nibble(point[i]) & 15));
	}
}

static void take_end(struct builder *b, struct span line)
{
	struct run *r = &b->run;
	bool had_end = r->has_end;
	char verdict = r->end_verdict;
	uint64_t tests = r->end_tests;
	struct word w;

	r->has_end = true;
	while (next_word(&line, &w)) {
		uint64_t value = number_of(w.value);

		if (is(w.key, "v"))
			r->end_verdict = letter_of(w.value);
		else if (is(w.key, "tests"))
			r->end_tests = value;
		else if (is(w.key, "planned"))
			r->end_planned = value;
		else if (is(w.key, "checks"))
			r->end_checks = value;
		else if (is(w.key, "open"))
			r->plan_open = value;
		else if (is(w.key, "log"))
			r->log_version = version_of(w.value, r->log_version);
		else if (is(w.key, "ms"))
			r->ms = value;
		else if (is(w.key, "printed"))
			r->printed = value;
		else if (is(w.key, "printing_ms"))
			r->printing_ms = value;
		else if (is(w.key, "blocks"))
			r->blocks = value;
	}
	if (!had_end)
		return;
	r->ends_differ |= verdict != r->end_verdict || tests != r->end_tests;
	/* A failure stays one. */
	if (verdict == 'f')
		r->end_verdict = 'f';
}

void build_line(struct builder *b, struct span line)
{
	static const struct {
		const char *kind;
		void (*take)(struct builder *, struct span);
		bool of_test;
	} kinds[] = {
		{ "test", take_test, false },	  { "tally", take_tally, true },
		{ "fault", take_fault, true },	  { "sum", take_sum, false },
		{ "run", take_run, false },	  { "machine", take_run, false },
		{ "cpu", take_run, false },	  { "platform", take_run, false },
		{ "dmar", take_dmar, false },	  { "unit", take_unit, false },
		{ "device", take_device, false }, { "plan", take_plan, false },
		{ "pair", take_pair, false },	  { "end", take_end, false },
	};
	const char *blank = memchr(line.at, ' ', line.bytes);
	struct span kind = { line.at, blank ? (size_t)(blank - line.at) : line.bytes };

	line.at += kind.bytes;
	line.bytes -= kind.bytes;
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (is(kind, kinds[i].kind)) {
			if (!kinds[i].of_test || b->open)
				kinds[i].take(b, line);
			return;
		}
}

/* Blocks, and what did not become one. */

static void add_lines(struct lines **array, size_t *count, size_t *room, struct lines l)
{
	GROW(*array, *count, *room);
	(*array)[(*count)++] = l;
}

void build_words(struct builder *b, uint32_t from, size_t at, uint32_t to, size_t bytes)
{
	b->words_from = from;
	b->words_at = at;
	b->words_to = to;
	b->words_bytes = bytes;
}

bool blocks_have(const struct seen_block *blocks, size_t count, uint32_t sequence, uint32_t crc)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (blocks[middle].sequence < sequence)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && blocks[low].sequence == sequence && blocks[low].crc == crc;
}

bool build_has_block(const struct builder *b, uint16_t tag, uint32_t sequence, uint32_t crc)
{
	return b->run.has_tag && b->run.tag == tag &&
	       blocks_have(b->blocks, b->run.blocks_good, sequence, crc);
}

void build_block(struct builder *b, uint16_t tag, uint32_t sequence, uint32_t crc)
{
	b->run.has_tag = true;
	b->run.tag = tag;
	if (sequence > b->next_block)
		add_lines(&b->gaps, &b->gap_count, &b->gap_room,
			  (struct lines){ .from = b->next_block, .to = sequence - 1 });
	b->next_block = sequence + 1;
	GROW(b->blocks, b->run.blocks_good, b->block_room);
	b->blocks[b->run.blocks_good++] = (struct seen_block){ sequence, crc };
	b->open = NULL;
}

void build_bad_block(struct builder *b, uint32_t sequence, uint32_t from, uint32_t to)
{
	b->run.blocks_bad++;
	add_lines(&b->bad, &b->bad_count, &b->bad_room,
		  (struct lines){ .block = sequence, .from = from, .to = to });
}

/* "VTDL-RESULT id pass 12 torn" */
void build_flat(struct builder *b, struct span line)
{
	struct word w;
	struct said s = { 0 };

	next_word(&line, &w);
	if (!next_word(&line, &w))
		return;
	s.id = w.key;
	if (!next_word(&line, &w))
		return;
	s.verdict = letter_of(w.key);
	if (!s.verdict)
		return;
	GROW(b->said, b->said_count, b->said_room);
	b->said[b->said_count++] = s;
}

/* "ok 5 id", "not ok 5 id", "ok 5 id # SKIP why" */
void build_ktap(struct builder *b, struct span line)
{
	struct said s = { .verdict = 'p' };
	struct word w;

	next_word(&line, &w);
	if (is(w.key, "not")) {
		s.verdict = 'f';
		next_word(&line, &w);
	}
	if (!next_word(&line, &w))
		return;
	s.n = (uint32_t)number_of(w.key);
	if (!s.n || !next_word(&line, &w))
		return;
	s.id = w.key;
	if (s.verdict == 'p' && next_word(&line, &w) && is(w.key, "#") && next_word(&line, &w) &&
	    is(w.key, "SKIP"))
		s.verdict = 's';
	GROW(b->said, b->said_count, b->said_room);
	b->said[b->said_count++] = s;
}

void build_measure(struct builder *b, size_t characters)
{
	if (characters > b->longest) {
		b->longest = characters;
		b->so_long = 0;
	}
	b->so_long += characters == b->longest;
}

void build_end_line(struct builder *b, struct span line)
{
	struct word w;

	for (unsigned i = 0; i < 3; i++)
		if (!next_word(&line, &w))
			return;
	b->end_line = letter_of(w.key);
	b->run.has_end_line = b->end_line != 0;
}

void build_finish(struct builder *b)
{
	judge(b);
	b->run.tests = b->tests;
	b->run.test_count = b->test_count;
}
