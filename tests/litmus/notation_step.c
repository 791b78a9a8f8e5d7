/* SPDX-License-Identifier: BSD-2-Clause */
/* One step as text: the same templates are printed and parsed. */
#include "tests/litmus/notation.h"
#include "kernel/lib/format.h"

/*
 * %w: a word of the entry; %b: bits of it, high:low; %v: a value; %d: which domain-id is meant.
 * Words are separated by one space; %v and %d end the line.
 */
static const char *const templates[STEP_OP_COUNT] = {
	[STEP_STORE] = "store word %w := %v",
	[STEP_FIELD] = "store word %w: bits %b := new",
	[STEP_CAS] = "exchange 128 bits from word %w := %v",
	[STEP_EXCHANGE_UNLOCKED] = "exchange 128 bits without LOCK from word %w := %v",
	[STEP_STORE128] = "store 128 bits from word %w := %v",
	[STEP_STORE256] = "store 256 bits from word %w := %v",
	[STEP_STORE512] = "store 512 bits from word %w := %v",
	[STEP_SET_POINTER] = "set the table pointer := new",
	[STEP_ANY_ORDER] = "any order of these stores",
	[STEP_BARRIER] = "barrier",
	[STEP_FLUSH] = "flush the line if ECAP.C = 0",
	[STEP_FLUSH_TABLES] = "flush the tables if ECAP.C = 0",
	[STEP_INVALIDATE_CONTEXT] = "invalidate the context cache (device), DID %d",
	[STEP_INVALIDATE_CONTEXT_DOMAIN] = "invalidate the context cache (domain), DID %d",
	[STEP_INVALIDATE_CONTEXT_OTHER] =
		"invalidate the context cache (device) by another source-id, DID %d",
	[STEP_INVALIDATE_PASID] = "invalidate the PASID cache (PASID), DID %d",
	[STEP_INVALIDATE_PASID_DOMAIN] = "invalidate the PASID cache (domain), DID %d",
	[STEP_INVALIDATE_IOTLB] = "invalidate the IOTLB (domain), DID %d",
	[STEP_INVALIDATE_IOTLB_PAGE] = "invalidate the IOTLB (page), DID %d",
	[STEP_INVALIDATE_IOTLB_LEAF] = "invalidate the IOTLB (page, IH = 1), DID %d",
	[STEP_INVALIDATE_IOTLB_LARGE] = "invalidate the IOTLB (2 MiB), DID %d",
	[STEP_INVALIDATE_IOTLB_LARGE_LEAF] = "invalidate the IOTLB (2 MiB, IH = 1), DID %d",
	[STEP_INVALIDATE_IOTLB_OTHER] = "invalidate the IOTLB (another page), DID %d",
	[STEP_INVALIDATE_PIOTLB] = "invalidate the PASID-based IOTLB, DID %d",
	[STEP_INVALIDATE_TLB] = "invalidate the IOTLB as the PGTT asks, DID %d",
	[STEP_INVALIDATE_DEVTLB] = "invalidate the device-TLB if the device has ATS on",
	[STEP_INVALIDATE_CONTEXT_GLOBAL] = "invalidate the context cache (global)",
	[STEP_INVALIDATE_PASID_GLOBAL] = "invalidate the PASID cache (global)",
	[STEP_INVALIDATE_IOTLB_GLOBAL] = "invalidate the IOTLB (global)",
	[STEP_INVALIDATE_IEC] = "invalidate the interrupt entry cache (index)",
	[STEP_INVALIDATE_IEC_GLOBAL] = "invalidate the interrupt entry cache (global)",
	[STEP_INVALIDATE_GLOBAL] = "invalidate all caches globally",
	[STEP_SETTLE_NEW] = "if CAP.CM = 1, invalidate all of it, DID 0 and DID of new",
	[STEP_SETTLE_CONTEXT] = "if CAP.CM = 1, invalidate the context cache (device), DID %d",
	[STEP_SETTLE_PASID] = "if CAP.CM = 1, invalidate the PASID cache (PASID), DID %d",
	[STEP_SETTLE_IOTLB] = "if CAP.CM = 1, invalidate the IOTLB (domain), DID %d",
	[STEP_SETTLE_PIOTLB] = "if CAP.CM = 1, invalidate the PASID-based IOTLB, DID %d",
};

static const char *const values[] = {
	[VALUE_ZERO] = "0",
	[VALUE_OLD] = "old",
	[VALUE_NEW] = "new",
	[VALUE_OLD_NOT_PRESENT] = "old with P clear",
	[VALUE_NEW_NOT_PRESENT] = "new with P clear",
	[VALUE_OLD_SPARE] = "old with a spare DID",
	[VALUE_NEW_SPARE] = "new with a spare DID",
};

/* After "DID". */
static const char *const domains[] = {
	[VALUE_ZERO] = "0",
	[VALUE_OLD] = "of old",
	[VALUE_NEW] = "of new",
	[VALUE_OLD_SPARE] = "spare",
};

char *step_text(const struct step *step, char *text, size_t room)
{
	size_t n = 0;

	for (const char *t = templates[step->op]; *t && n + 1 < room; t++) {
		char *to = text + n;

		if (*t != '%') {
			text[n++] = *t;
			continue;
		}
		t++;
		if (*t == 'w')
			n += format_text(to, room - n, "%u", step_word(step));
		else if (*t == 'b')
			n += format_text(to, room - n, "%u:%u", step->field.high, step->field.low);
		else
			n += format_text(to, room - n, "%s",
					 (*t == 'd' ? domains : values)[step->value]);
	}
	text[n < room ? n : room - 1] = 0;
	return text;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

struct notation_words notation_word(struct notation_words *line)
{
	struct notation_words word;

	while (line->at < line->end && is_space(*line->at))
		line->at++;
	word.at = line->at;
	while (line->at < line->end && !is_space(*line->at))
		line->at++;
	word.end = line->at;
	return word;
}

bool notation_is(struct notation_words word, const char *text)
{
	const char *at = word.at;

	while (at < word.end && *text && *at == *text) {
		at++;
		text++;
	}
	return at == word.end && !*text;
}

/* Whether `list`, whose items are separated by " | ", has the item. */
static bool has_item(const char *list, const char *item)
{
	while (*list) {
		const char *a = list, *b = item;

		while (*b && *a == *b) {
			a++;
			b++;
		}
		if (!*b && (!*a || (a[0] == ' ' && a[1] == '|')))
			return true;
		while (*list && *list != '|')
			list++;
		if (*list)
			list += 2;
	}
	return false;
}

void notation_expect(struct notation_failure *f, struct notation_words word, const char *accepted)
{
	size_t n = 0;

	if (f->word.at && word.at < f->word.at)
		return;
	if (!f->word.at || word.at > f->word.at) {
		f->word = word;
		f->accepted[0] = 0;
	}
	if (has_item(f->accepted, accepted))
		return;
	while (f->accepted[n])
		n++;
	format_text(f->accepted + n, sizeof(f->accepted) - n, "%s%s", n ? " | " : "", accepted);
}

/* A decimal number of up to three digits, without needless zeros; `at` goes behind it. */
static bool number(const char **at, const char *end, unsigned *value)
{
	const char *start = *at;

	*value = 0;
	while (*at < end && **at >= '0' && **at <= '9' && *at - start < 3)
		*value = *value * 10 + (unsigned)(*(*at)++ - '0');
	return *at > start && (*start != '0' || *at == start + 1);
}

static bool parse_word(const char **at, const char *end, unsigned op, unsigned words,
		       unsigned *value)
{
	unsigned width = step_words((enum step_op)op); /* it begins at a multiple of it */

	return number(at, end, value) && *value % width == 0 && *value + width <= words;
}

static void expect_words(struct notation_failure *f, struct notation_words word, unsigned op,
			 unsigned words, const char *after)
{
	unsigned width = step_words((enum step_op)op);
	char text[4];

	for (unsigned w = 0; w + width <= words; w += width) {
		format_text(text, sizeof(text), "%u%s", w, after);
		notation_expect(f, word, text);
	}
	if (width > words)
		notation_expect(f, word, "no word: the entry is smaller");
}

static bool parse_bits(struct notation_words word, unsigned of, struct step *step,
		       struct notation_failure *f)
{
	unsigned high, low;
	const char *at = word.at;
	char text[64];

	if (number(&at, word.end, &high) && at < word.end && *at++ == ':' &&
	    number(&at, word.end, &low) && at == word.end && high >= low && low / 64 == of &&
	    high / 64 == of) {
		step->field = (struct vtd_field){ (uint16_t)high, (uint16_t)low };
		return true;
	}
	format_text(text, sizeof(text), "HIGH:LOW within %u:%u", of * 64 + 63, of * 64);
	notation_expect(f, word, text);
	return false;
}

static bool parse_end(struct notation_words line, struct notation_failure *f)
{
	struct notation_words word = notation_word(&line);

	if (word.at == word.end || *word.at == '#')
		return true;
	notation_expect(f, word, "the end of the line");
	return false;
}

/* Words of `text`, and the end of the line. */
static bool parse_words(struct notation_words line, const char *text, struct notation_failure *f)
{
	while (*text) {
		struct notation_words word = notation_word(&line);
		char wanted[16];
		size_t n = 0;

		while (*text && *text != ' ' && n + 1 < sizeof(wanted))
			wanted[n++] = *text++;
		wanted[n] = 0;
		text += *text == ' ';
		if (!notation_is(word, wanted)) {
			notation_expect(f, word, wanted);
			return false;
		}
	}
	return parse_end(line, f);
}

static bool parse_value(struct notation_words line, const char *const *texts, size_t count,
			struct step *step, struct notation_failure *f)
{
	for (uint8_t v = 0; v < count; v++)
		if (texts[v] && parse_words(line, texts[v], f)) {
			step->value = v;
			return true;
		}
	return false;
}

static bool parse_template(struct notation_words line, unsigned op, unsigned words,
			   struct step *step, struct notation_failure *f)
{
	const char *t = templates[op];

	*step = (struct step){ .op = (uint8_t)op };
	if (op == STEP_FIELD || op == STEP_SET_POINTER || op == STEP_SETTLE_NEW)
		step->value = VALUE_NEW;
	while (*t) {
		struct notation_words at = line, word = notation_word(&line);
		char wanted[24];
		size_t n = 0;

		if (t[0] == '%' && t[1] == 'v')
			return parse_value(at, values, sizeof(values) / sizeof(values[0]), step, f);
		if (t[0] == '%' && t[1] == 'd')
			return parse_value(at, domains, sizeof(domains) / sizeof(domains[0]), step,
					   f);
		if (t[0] == '%' && t[1] == 'w') {
			const char *c = word.at, *after = t[2] == ':' ? ":" : "";
			unsigned value;

			if (!parse_word(&c, word.end, op, words, &value) ||
			    !notation_is((struct notation_words){ c, word.end }, after)) {
				expect_words(f, word, op, words, after);
				return false;
			}
			step->word = (uint8_t)value;
			t += 2 + (t[2] == ':');
		} else if (t[0] == '%' && t[1] == 'b') {
			if (!parse_bits(word, step->word, step, f))
				return false;
			t += 2;
		} else {
			while (*t && *t != ' ' && n + 1 < sizeof(wanted))
				wanted[n++] = *t++;
			wanted[n] = 0;
			if (!notation_is(word, wanted)) {
				notation_expect(f, word, wanted);
				return false;
			}
		}
		t += *t == ' ';
	}
	return parse_end(line, f);
}

bool notation_parse_step(struct notation_words line, unsigned words, struct step *step,
			 struct notation_failure *f)
{
	struct notation_words rest = line, word = notation_word(&rest);
	const char *at = word.at;
	unsigned n;

	/* "12." before a step, as lists of steps are printed. */
	if (number(&at, word.end, &n) && at + 1 == word.end && *at == '.')
		line = rest;
	for (unsigned op = 0; op < STEP_OP_COUNT; op++)
		if (parse_template(line, op, words, step, f))
			return true;
	return false;
}
