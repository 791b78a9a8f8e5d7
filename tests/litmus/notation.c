/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading sequences as text: lines, and the head of a sequence. */
#include "tests/litmus/notation.h"
#include "kernel/lib/format.h"

#define WORDS_MAX 8 /* of the largest entry */

/* What is read of a sequence, and where. */
struct parse {
	struct notation *out;
	unsigned seen; /* bit set of enum notation_key */
	size_t from;   /* characters of the from: lines */
	struct notation_failure failure;
};

void notation_open(struct notation_reader *r, const char *text, size_t length)
{
	/* Some editors begin a file with a byte-order mark. */
	bool mark = length >= 3 && text[0] == '\xef' && text[1] == '\xbb' && text[2] == '\xbf';

	*r = (struct notation_reader){ text, length, mark ? 3 : 0, 1 };
}

/* The line at the reader, without its end; the reader stays. */
static struct notation_words line_at(const struct notation_reader *r)
{
	struct notation_words line = { r->text + r->at, r->text + r->at };

	while (line.end < r->text + r->length && *line.end != '\n')
		line.end++;
	if (line.end > line.at && line.end[-1] == '\r')
		line.end--;
	return line;
}

static void go_on(struct notation_reader *r)
{
	while (r->at < r->length && r->text[r->at] != '\n')
		r->at++;
	r->at += r->at < r->length;
	r->line++;
}

static bool is_empty(struct notation_words line)
{
	struct notation_words word = notation_word(&line);

	return word.at == word.end || *word.at == '#';
}

static bool is_key(struct notation_words line, enum notation_key key)
{
	return notation_is(notation_word(&line), notation_keys[key]);
}

/* Skip comments and empty lines; false at the end of the text. */
static bool find_line(struct notation_reader *r)
{
	while (r->at < r->length && is_empty(line_at(r)))
		go_on(r);
	return r->at < r->length;
}

/* Only what every console shows: a byte that is not is a mistake, perhaps of another encoding. */
static bool is_plain(struct notation_words line, struct notation_failure *f)
{
	for (const char *c = line.at; c < line.end; c++)
		if ((*c < ' ' || *c > '~') && *c != '\t') {
			notation_expect(f, (struct notation_words){ c, c + 1 },
					"printable ASCII characters");
			return false;
		}
	return true;
}

/* Words of the line to `to`, one space between them; false: no room. */
static bool add_words(struct notation_words line, char *to, size_t *n, size_t room)
{
	for (;;) {
		struct notation_words word = notation_word(&line);
		size_t length = (size_t)(word.end - word.at);

		if (!length)
			return true;
		if (*n + (*n > 0) + length + 1 > room)
			return false;
		if (*n && to[*n - 1] != '\n')
			to[(*n)++] = ' ';
		for (size_t i = 0; i < length; i++)
			to[(*n)++] = word.at[i];
		to[*n] = 0;
	}
}

/* A kind of entry is all of its targets; one of them has a name of its own. */
static uint32_t targets_named(struct notation_words name)
{
	for (unsigned k = 0; k < KIND_COUNT; k++)
		if (notation_is(name, kind_name((enum entry_kind)k)))
			return kind_targets((enum entry_kind)k);
	for (unsigned id = 0; id < TARGET_COUNT; id++)
		if (notation_is(name, target_name((enum target_id)id)))
			return 1u << id;
	return 0;
}

static void expect_targets(struct notation_failure *f, struct notation_words word, uint32_t taken)
{
	for (unsigned k = 0; k < KIND_COUNT; k++)
		if (!(taken & kind_targets((enum entry_kind)k)))
			notation_expect(f, word, kind_name((enum entry_kind)k));
	for (unsigned id = 0; id < TARGET_COUNT; id++)
		if (!(taken >> id & 1) && kind_targets(target_kind((enum target_id)id)) != 1u << id)
			notation_expect(f, word, target_name((enum target_id)id));
}

static bool parse_targets(struct parse *p, struct notation_words line)
{
	bool more = true;

	while (more) {
		struct notation_words word = notation_word(&line), name = word;
		uint32_t targets;

		more = word.end > word.at && word.end[-1] == ',';
		name.end -= more;
		targets = targets_named(name);
		if (!targets || p->out->sequence.targets & targets) {
			expect_targets(&p->failure, word, p->out->sequence.targets);
			return false;
		}
		p->out->sequence.targets |= targets;
	}
	if (is_empty(line))
		return true;
	notation_expect(&p->failure, notation_word(&line), "the end of the line");
	return false;
}

/* One of the texts is all that the line has; its number, or `count` and a failure. */
static uint8_t parse_one_of(struct parse *p, struct notation_words line, const char *const *texts,
			    size_t count)
{
	char text[64] = "";
	size_t n = 0;
	struct notation_words rest = line, word = notation_word(&rest);

	add_words(line, text, &n, sizeof(text));
	for (uint8_t i = 0; i < count; i++)
		if (notation_is((struct notation_words){ text, text + n }, texts[i]))
			return i;
	for (uint8_t i = 0; i < count; i++)
		notation_expect(&p->failure, word, texts[i]);
	return (uint8_t)count;
}

static bool parse_name(struct parse *p, struct notation_words line)
{
	struct notation_words word = notation_word(&line), more = notation_word(&line);
	size_t n = 0;

	for (const char *c = word.at; c < word.end && n + 1 < NOTATION_NAME; c++) {
		if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '-' ||
		      *c == '.'))
			break;
		p->out->name[n++] = *c;
	}
	if (n && word.at + n == word.end && more.at == more.end)
		return true;
	notation_expect(&p->failure, word.at + n == word.end && n ? more : word,
			n && word.at + n == word.end
				? "the end of the line"
				: "a name of up to 39 small letters, digits, \"-\" and \".\"");
	return false;
}

/* A text may go on in lines that begin with a space. */
static bool parse_text(struct parse *p, struct notation_reader *r, struct notation_words line,
		       char *to, size_t *n, size_t room)
{
	size_t start = *n;

	for (;;) {
		struct notation_words rest = line;

		if (!is_plain(line, &p->failure))
			return false;
		if (!add_words(line, to, n, room)) {
			notation_expect(&p->failure, notation_word(&rest), "a shorter text");
			return false;
		}
		if (*n == start) {
			notation_expect(&p->failure, notation_word(&rest), "a text");
			return false;
		}
		go_on(r);
		line = line_at(r);
		if (r->at == r->length || line.at == line.end ||
		    (*line.at != ' ' && *line.at != '\t') || notation_word(&line).at == line.end)
			return true;
		line = line_at(r);
	}
}

/* The line of a key; the reader is after it. */
static bool parse_key(struct parse *p, struct notation_reader *r, enum notation_key key)
{
	struct notation_words line = line_at(r), head = notation_word(&line);
	struct sequence *s = &p->out->sequence;
	size_t n = 0;

	if (p->seen & 1u << key && key != NOTATION_KEY_FROM) {
		for (unsigned k = 0; k < NOTATION_KEYS; k++)
			if (k == NOTATION_KEY_FROM || !(p->seen & 1u << k))
				notation_expect(&p->failure, head, notation_keys[k]);
		notation_expect(&p->failure, head, "a step");
		return false;
	}
	p->seen |= 1u << key;
	switch (key) {
	case NOTATION_KEY_TITLE:
		s->title = p->out->title;
		return parse_text(p, r, line, p->out->title, &n, NOTATION_TITLE);
	case NOTATION_KEY_FROM:
		s->citation = p->out->from;
		if (p->from && p->from + 2 < NOTATION_FROM)
			p->out->from[p->from++] = '\n';
		return parse_text(p, r, line, p->out->from, &p->from, NOTATION_FROM);
	case NOTATION_KEY_TARGET:
		if (!parse_targets(p, line))
			return false;
		break;
	case NOTATION_KEY_OPERATION:
		s->operation = parse_one_of(p, line, notation_operations, NOTATION_OPERATIONS);
		if (s->operation == NOTATION_OPERATIONS)
			return false;
		break;
	case NOTATION_KEY_CLAIM:
		s->claim = parse_one_of(p, line, notation_claims, NOTATION_CLAIMS);
		if (s->claim == NOTATION_CLAIMS)
			return false;
		break;
	case NOTATION_KEY_PROMISE:
		s->never_blocks = !parse_one_of(p, line,
						(const char *const[]){ NOTATION_NEVER_BLOCKS }, 1);
		if (!s->never_blocks)
			return false;
		break;
	default:
		if (!parse_name(p, line))
			return false;
	}
	go_on(r);
	return true;
}

static unsigned words_of(const struct sequence *s)
{
	unsigned words = WORDS_MAX, kinds = sequence_kinds(s);

	for (unsigned k = 0; k < KIND_COUNT; k++)
		if (kinds & 1u << k && kind_words((enum entry_kind)k) < words)
			words = kind_words((enum entry_kind)k);
	return words;
}

/* What a step may not be where it is, though it is one. */
static bool check_step(struct parse *p, struct notation_words line, size_t n)
{
	const struct step *step = &p->out->steps[n];
	const struct vtd_field *field = notation_cut_field(step, sequence_kinds(&p->out->sequence));
	const char *misfit = notation_misfit(step, sequence_kinds(&p->out->sequence));
	struct notation_words word = notation_word(&line);
	char text[80];

	p->failure = (struct notation_failure){ 0 };
	if (misfit) {
		notation_expect(&p->failure, word, misfit);
		return false;
	}
	if (n && step[-1].op == STEP_ANY_ORDER && !step_is_plain(step)) {
		notation_expect(&p->failure, word, "a 64-bit store");
		return false;
	}
	if (!field)
		return true;
	/* The word after "bits". */
	while (!notation_is(word, "bits"))
		word = notation_word(&line);
	format_text(text, sizeof(text), "bits that hold all of the field %u:%u, or nothing of it",
		    field->high, field->low);
	notation_expect(&p->failure, notation_word(&line), text);
	return false;
}

static bool parse_step(struct parse *p, struct notation_reader *r)
{
	const unsigned needed = 1 << NOTATION_KEY_TARGET | 1 << NOTATION_KEY_OPERATION |
				1 << NOTATION_KEY_NAME;
	struct notation_words line = line_at(r), rest = line, word = notation_word(&rest);
	struct notation *out = p->out;
	size_t n = out->sequence.count;

	for (unsigned k = 0; k < NOTATION_KEYS && !n; k++)
		if (k == NOTATION_KEY_FROM || !(p->seen & 1u << k))
			notation_expect(&p->failure, word, notation_keys[k]);
	if ((p->seen & needed) != needed)
		return false;
	if (n == SEQUENCE_STEPS_MAX) {
		notation_expect(&p->failure, word, "no more steps than 48");
		return false;
	}
	if (!notation_parse_step(line, words_of(&out->sequence), &out->steps[n], &p->failure)) {
		if (n)
			notation_expect(&p->failure, word, notation_keys[NOTATION_KEY_TARGET]);
		return false;
	}
	if (!check_step(p, line, n))
		return false;
	out->step_line[n] = r->line;
	out->sequence.count++;
	go_on(r);
	return true;
}

/* Whether the sequence may end before this word. */
static bool ends_well(struct parse *p, struct notation_words word)
{
	size_t count = p->out->sequence.count;
	bool is_open = count && p->out->steps[count - 1].op == STEP_ANY_ORDER;

	if (count && !is_open)
		return true;
	p->failure = (struct notation_failure){ 0 };
	notation_expect(&p->failure, word, is_open ? "a 64-bit store" : "a step");
	return false;
}

static bool parse(struct parse *p, struct notation_reader *r)
{
	while (find_line(r)) {
		struct notation_words line = line_at(r);
		unsigned key = 0;

		if (!is_plain(line, &p->failure))
			return false;
		while (key < NOTATION_KEYS && !is_key(line, (enum notation_key)key))
			key++;
		if (!p->seen && key != NOTATION_KEY_TARGET) {
			notation_expect(&p->failure, notation_word(&line),
					notation_keys[NOTATION_KEY_TARGET]);
			return false;
		}
		if (p->out->sequence.count && key == NOTATION_KEY_TARGET)
			return ends_well(p, notation_word(&line));
		if (key < NOTATION_KEYS && !p->out->sequence.count
			    ? !parse_key(p, r, (enum notation_key)key)
			    : !parse_step(p, r))
			return false;
	}
	return ends_well(p, (struct notation_words){ r->text + r->at, r->text + r->at });
}

static void tell(const struct notation_reader *r, const struct notation_failure *f,
		 struct notation_error *error)
{
	const char *c = f->word.at;
	size_t n = 0;

	*error = (struct notation_error){ .line = 1, .column = 1 };
	for (const char *at = r->text; at < c; at++) {
		error->line += *at == '\n';
		error->column = *at == '\n' ? 1 : error->column + 1;
	}
	for (; c < f->word.end && n + 5 < sizeof(error->word); c++)
		if (*c >= ' ' && *c <= '~')
			error->word[n++] = *c;
		else
			n += format_text(error->word + n, 5, "\\x%02x", (unsigned)(uint8_t)*c);
	format_text(error->accepted, sizeof(error->accepted), "%s", f->accepted);
}

enum notation_result notation_next(struct notation_reader *r, struct notation *out,
				   struct notation_error *error)
{
	struct parse p = { .out = out };

	if (!find_line(r))
		return NOTATION_END;
	*out = (struct notation){ .line = r->line };
	out->sequence.name = out->name;
	out->sequence.title = out->title;
	out->sequence.steps = out->steps;
	out->sequence.claim = CLAIM_NONE;
	if (parse(&p, r))
		return NOTATION_SEQUENCE;
	tell(r, &p.failure, error);
	r->at = r->length;
	return NOTATION_ERROR;
}
