/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logs of a lab that does not exist, for tests of what reads logs: a real one with other machines, dates
 * and counts in it, its blocks' CRC-32 put right. Verdicts follow from the counts by the rules of
 * tests/verdict.c. The same seed gives the same bytes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "kernel/record.h"
#include "tools/log/synthesize_fleet.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define TESTS_MAX     16384
#define TARGETS	      64

struct text {
	char *at;
	size_t bytes, room;
};

struct log {
	const struct kind *kind;
	uint64_t random;
	char machine[80], date[24];
	bool updated, hostile;
	unsigned fault_factor; /* percent: faults of one reason grow with time */
	uint16_t tag;
	struct text out;
	struct {
		char drive[40];
		uint64_t harm;
	} controls[TARGETS];
	/* Of the block at work. */
	uint32_t crc;
	unsigned sequence, lines;
	/* Of the test at work. */
	char id[160];
	double torn_share;
	uint64_t dmas, torn, stale, mistagged, harm, shown;
	bool unsafe, has_model, has_tally, surprise;
	char verdict;
	struct text words; /* lines for people, held back until its counts are known */
	struct {
		uint64_t number;
		char letter;
	} results[TESTS_MAX];
	unsigned count;
};

static uint64_t next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static unsigned below(struct log *l, unsigned n)
{
	return (unsigned)(next(&l->random) % n);
}

static void add_bytes(struct text *t, const char *bytes, size_t n)
{
	if (t->bytes + n + 1 > t->room) {
		t->room = 2 * t->room + n + 4096;
		t->at = realloc(t->at, t->room);
		if (!t->at)
			exit(70);
	}
	memcpy(t->at + t->bytes, bytes, n);
	t->bytes += n;
	t->at[t->bytes] = 0;
}

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *format, ...)
{
	char line[4096];
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	add_bytes(t, line, n < (int)sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

/* A key's value in a line " key=value ...": where it begins; NULL: it has none. */
static const char *value_of(const char *line, const char *key)
{
	size_t n = strlen(key);

	for (const char *at = line; (at = strstr(at, key)) != NULL; at++)
		if (at[-1] == ' ' && at[n] == '=')
			return at + n + 1;
	return NULL;
}

static uint64_t number_in(const char *line, const char *key)
{
	const char *value = value_of(line, key);

	return value ? strtoull(value, NULL, 0) : 0;
}

/* The line with another value for a key that it has. */
static void set(char *line, size_t room, const char *key, const char *value)
{
	char *at = (char *)value_of(line, key);
	char rest[RECORD_LINE * 2];

	if (!at)
		return;
	snprintf(rest, sizeof(rest), "%s", at + strcspn(at, " "));
	snprintf(at, room - (size_t)(at - line), "%s%s", value, rest);
}

static void set_number(char *line, size_t room, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	set(line, room, key, text);
}

/* The same of a key that may have been left out, as 0. What stands behind the word "out" is no key. */
static void put_number(char *line, size_t room, const char *key, uint64_t value)
{
	char rest[RECORD_LINE * 2], *out = strstr(line, " out ");
	size_t at = out ? (size_t)(out - line) : strlen(line);

	if (value_of(line, key)) {
		set_number(line, room, key, value);
	} else if (value) {
		snprintf(rest, sizeof(rest), "%s", line + at);
		snprintf(line + at, room - at, " %s=%" PRIu64 "%s", key, value, rest);
	}
}

/* The key and its value go away. */
static void cut(char *line, const char *key)
{
	char *at = (char *)value_of(line, key);
	const char *end;

	if (!at)
		return;
	end = at + strcspn(at, " ");
	at -= strlen(key) + 2;
	memmove(at, end, strlen(end) + 1);
}

/* As record_add_text() writes it. */
static void set_text(char *line, size_t room, const char *key, const char *value)
{
	char text[RECORD_LINE];
	size_t n = 0;

	for (; *value && n + 4 < sizeof(text) / 2; value++)
		if (*value == ' ')
			text[n++] = '+';
		else if (*value > ' ' && *value <= '~' && *value != '+' && *value != '%')
			text[n++] = *value;
		else
			n += (size_t)sprintf(text + n, "%%%02x", (unsigned char)*value);
	text[n] = 0;
	set(line, room, key, text);
}

static void record(struct log *l, const char *line)
{
	char text[4200];

	snprintf(text, sizeof(text), RECORD_MARK "%04x %u %s\n", l->tag, l->sequence, line);
	l->crc = (uint32_t)crc32(l->crc, (const Bytef *)text, (uInt)strlen(text));
	l->lines++;
	add(&l->out, "%s", text);
}

static const char *hostile(const struct log *l, const char *text)
{
	return l->hostile ? "<script>alert(1)</script>\"'><img src=http://example.com/x "
			    "onerror=alert(2)>&amp;\xe2\x80\xae"
			  : text;
}

static bool is_multi_word(const char *id)
{
	return !strncmp(id, "context.", 8) || !strncmp(id, "sm-context.", 11) ||
	       (!strncmp(id, "pasid-", 6) && strncmp(id, "pasid-dir.", 10));
}

/* What this machine makes of it: times that of the log at hand. */
static double torn_factor(struct log *l)
{
	double jitter = 0.7 + below(l, 601) / 1000.0;

	if (l->kind->temper == NEVER_TEARS)
		return 0;
	if (l->kind->temper == TEARS_RARELY && below(l, 3))
		return 0;
	return l->kind->rate * jitter;
}

static uint64_t scaled(struct log *l, uint64_t count, double factor)
{
	double exact = (double)count * factor;
	uint64_t whole = (uint64_t)exact;

	return whole + (below(l, 1000) < (exact - (double)whole) * 1000);
}

/* Sets up the test's counts from its tally line. */
static void tally(struct log *l, char *line, size_t room)
{
	double speed = l->kind->speed * (10 + below(l, 4000) / 1000.0), factor = torn_factor(l);
	uint64_t dmas = number_in(line, "dmas"), torn = number_in(line, "torn");

	l->has_tally = true;
	l->torn_share = dmas ? (double)torn / (double)dmas : 0;
	l->dmas = scaled(l, dmas, speed);
	l->torn = scaled(l, torn, speed * factor);
	l->stale = scaled(l, number_in(line, "stale"), speed * (factor > 0 ? sqrt(factor) : 0));
	l->mistagged = scaled(l, number_in(line, "mistagged"),
			      speed * (factor > 0 ? sqrt(factor) : 0));
	l->surprise = l->kind->temper == TEARS_OLD && !l->updated && l->has_model && !l->unsafe &&
		      is_multi_word(l->id) && strstr(l->id, ".cmpxchg16b.") && below(l, 4);
	if (l->surprise)
		l->torn = 1 + below(l, 12);
	if (l->torn > l->dmas / 2)
		l->torn = l->dmas / 2;
	put_number(line, room, "dmas", l->dmas);
	put_number(line, room, "torn", l->torn);
	cut(line, "first");
	put_number(line, room, "first", l->torn ? 1 + below(l, 300000) : 0);
	put_number(line, room, "stale", l->stale);
	put_number(line, room, "mistagged", l->mistagged);
	put_number(line, room, "held", scaled(l, number_in(line, "held"), speed));
	put_number(line, room, "tags", scaled(l, number_in(line, "tags"), speed));
}

/* name=count words: torn ones share the torn DMAs, the others the rest, as they did. */
static void outcomes(struct log *l, char *line, size_t room)
{
	char to[RECORD_LINE * 2] = "", word[80], *out = strstr(line, " out ");
	uint64_t sum[2] = { 0, 0 }, left[2] = { l->dmas - l->torn, l->torn };
	unsigned kinds[2] = { 0, 0 };
	bool any = false;

	if (!out)
		return;
	out += 4;
	for (unsigned pass = 0; pass < 2; pass++)
		for (const char *at = out; *at; at += strcspn(at, " ")) {
			const char *equals;
			uint64_t count, now;
			bool torn;

			at += strspn(at, " ");
			equals = strchr(at, '=');
			if (!equals)
				break;
			torn = memchr(at, '*', (size_t)(equals - at)) != NULL;
			count = strtoull(equals + 1, NULL, 10);
			if (!pass) {
				sum[torn] += count;
				kinds[torn]++;
				continue;
			}
			kinds[torn]--;
			now = !kinds[torn] ? left[torn]
			      : sum[torn]
				      ? (uint64_t)((double)(torn ? l->torn : l->dmas - l->torn) *
						   (double)count / (double)sum[torn])
				      : left[torn];
			left[torn] -= now;
			any |= torn;
			snprintf(word, sizeof(word), " %.*s=%" PRIu64, (int)(equals - at), at, now);
			strcat(to, word);
			if (now || torn)
				add(&l->words, "#   %9" PRIu64 "  %.*s%s\r\n", now,
				    (int)(equals - at), at, torn ? " a mixture" : "");
		}
	if (l->surprise && !any) {
		snprintf(word, sizeof(word), " AB*!=%" PRIu64, l->torn);
		strcat(to, word);
		add(&l->words,
		    "#   %9" PRIu64
		    "  AB    * NOT PREDICTED: pointer of A read with the width of B\r\n",
		    l->torn);
	}
	snprintf(out, room - (size_t)(out - line), "%s", to);
}

static uint64_t *controls_of(struct log *l)
{
	const char *dot = strchr(l->id, '.');
	const char *drive = strstr(l->id, ".faithful") ? "faithful" : "hammer";
	char key[40];

	snprintf(key, sizeof(key), "%.*s %s", dot ? (int)(dot - l->id) : 0, l->id, drive);
	for (unsigned i = 0; i < TARGETS; i++) {
		if (!l->controls[i].drive[0])
			snprintf(l->controls[i].drive, sizeof(key), "%s", key);
		if (!strcmp(l->controls[i].drive, key))
			return &l->controls[i].harm;
	}
	return &l->controls[0].harm;
}

/* The lines of a test's block, all of them: counts first, the verdict from them. */
static void test_block(struct log *l, char lines[][RECORD_LINE * 2], unsigned count)
{
	static const char *const words[] = { "pass", "skip", "fail" };
	char *test = lines[0], was = value_of(test, "v") ? *value_of(test, "v") : 's';
	size_t room = sizeof(lines[0]);
	const char *id = value_of(test, "id"), *why = NULL, *unit;
	char unit_text[32] = RECORD_UNIT;
	uint64_t harm, blocked = 0;
	unsigned n = (unsigned)number_in(test, "n");
	bool is_check = value_of(test, "check") != NULL, may_block;
	const char *harms = value_of(test, "harms");

	snprintf(l->id, sizeof(l->id), "%.*s", id ? (int)strcspn(id, " ") : 0, id ? id : "");
	l->has_model = value_of(test, "model") != NULL;
	l->has_tally = l->surprise = false;
	l->unsafe = harms && strncmp(harms, "none", 4);
	may_block = harms && memmem(harms, strcspn(harms, " "), "blocked", 7);
	l->dmas = l->torn = l->stale = l->mistagged = 0;
	if (l->has_model) {
		set_text(test, room, "model", "specification");
		cut(test, "controls");
		put_number(test, room, "controls", *controls_of(l));
	}
	/* Of a check the counts stay. */
	for (unsigned i = 1; l->has_model && i < count; i++) {
		if (!strncmp(lines[i], "tally ", 6)) {
			tally(l, lines[i], room);
			outcomes(l, lines[i], room);
			blocked = may_block ? number_in(lines[i], "np") : 0;
		} else if (!strncmp(lines[i], "fault ", 6)) {
			uint64_t faults = scaled(l, number_in(lines[i], "n"), 10 * l->kind->speed);

			faults = faults * l->fault_factor / 100 + 1;
			set_number(lines[i], room, "n", faults);
			add(&l->words, "#     %" PRIu64 " of reason 0x%" PRIx64 "\r\n", faults,
			    number_in(lines[i], "reason"));
		}
	}
	harm = l->torn + l->stale + l->mistagged + blocked;
	l->verdict = was;
	unit = l->torn ? "torn" : l->stale ? "stale" : l->mistagged ? "mistagged" : "torn";
	if (l->has_model && l->has_tally) {
		uint64_t *controls = controls_of(l);

		if (l->surprise) {
			l->verdict = 'f';
			why = "outside the specification: an outcome that the model does not allow";
		} else if (l->unsafe) {
			l->verdict = harm ? 'p' : 's';
			why = harm ? NULL : "unsafe by the model; not seen in this run";
			*controls += harm;
		} else {
			l->verdict = *controls ? 'p' : 's';
			why = *controls ? NULL
					: "inconclusive: no control of this drive showed anything "
					  "in this run";
			harm = 0;
		}
		/* Now and then a device hangs. */
		if (!below(l, 3000)) {
			l->verdict = 'f';
			why = hostile(l, "the device did not answer in time, and was reset");
		}
		cut(test, "why");
		cut(test, "unit");
		set(test, room, "v", words[l->verdict == 'p' ? 0 : l->verdict == 's' ? 1 : 2]);
		cut(test, "num");
		put_number(test, room, "num", harm);
		if (strcmp(unit, RECORD_UNIT)) {
			strcat(test, " unit=");
			strcat(test, unit);
		}
		if (why) {
			strcat(test, " why=x");
			set_text(test, room, "why", why);
		}
	} else {
		harm = number_in(test, "num");
		unit = NULL;
		if (value_of(test, "unit"))
			snprintf(unit_text, sizeof(unit_text), "%.*s",
				 (int)strcspn(value_of(test, "unit"), " "), value_of(test, "unit"));
	}
	if (n && n < TESTS_MAX) {
		l->results[n].letter = is_check && l->verdict == 'p' ? 'c' : l->verdict;
		l->results[n].number = harm;
	}
	if (l->has_model && l->has_tally && l->torn)
		add(&l->words, "#   Sometimes: %" PRIu64 " of %" PRIu64 " DMAs torn\r\n", l->torn,
		    l->dmas);
	else if (l->has_model && l->has_tally)
		add(&l->words, "#   Never: 0 of %" PRIu64 " DMAs torn, below %.3g at 95 %%\r\n",
		    l->dmas, l->dmas ? 3.0 / (double)l->dmas : 1.0);
	if (l->has_model && l->verdict == 'f')
		add(&l->words, "#   FAIL: %s\r\n", why ? why : "");
	add_bytes(&l->out, l->words.at ? l->words.at : "", l->words.bytes);
	add(&l->out, "%sok %u %s%s%s\r\n", l->verdict == 'f' ? "not " : "", n, l->id,
	    l->verdict == 's' ? " # SKIP " : "", l->verdict == 's' && why ? why : "");
	add(&l->out, "VTDL-RESULT %s %s %" PRIu64 " %s\r\n", l->id,
	    words[l->verdict == 'p'   ? 0
		  : l->verdict == 's' ? 1
				      : 2],
	    harm, unit ? unit : unit_text);
	l->words.bytes = 0;
}

static void sums(struct log *l, char *line)
{
	char to[RECORD_LINE * 2], word[40];
	unsigned n = (unsigned)number_in(line, "from");
	const char *at = strstr(line, "from=");

	snprintf(to, sizeof(to), "sum from=%u", n);
	while ((at = strchr(at, ' ')) != NULL) {
		const char *dot = strchr(++at, '.');

		if (!dot || n >= TESTS_MAX)
			break;
		snprintf(word, sizeof(word), " %c%" PRIu64 "%.5s",
			 l->results[n].letter ? l->results[n].letter : *at,
			 l->results[n].letter ? l->results[n].number
					      : (uint64_t)strtoull(at + 1, NULL, 10),
			 dot);
		strcat(to, word);
		l->count = n++;
	}
	memcpy(line, to, strlen(to) + 1);
}

static const char *end_verdict(const struct log *l)
{
	bool passed = false;

	for (unsigned i = 1; i <= l->count; i++) {
		if (l->results[i].letter == 'f')
			return "fail";
		passed |= l->results[i].letter == 'p';
	}
	return passed ? "pass" : "skip";
}

static void block(struct log *l, char lines[][RECORD_LINE * 2], unsigned count)
{
	const struct kind *k = l->kind;
	size_t room = sizeof(lines[0]);
	char text[40];

	l->crc = l->lines = 0;
	if (!strncmp(lines[0], "test ", 5)) {
		test_block(l, lines, count);
	} else {
		add_bytes(&l->out, l->words.at ? l->words.at : "", l->words.bytes);
		l->words.bytes = 0;
	}
	for (unsigned i = 0; i < count; i++) {
		char *line = lines[i];

		if (!strncmp(line, "run ", 4)) {
			set_text(line, room, "date", l->date);
			set_number(line, room, "seed", l->random >> 24);
			set_text(line, room, "options", "on-done=reboot");
		} else if (!strncmp(line, "machine ", 8)) {
			set_text(line, room, "system", hostile(l, k->system));
			set_text(line, room, "BIOS", k->bios[l->updated]);
			set_text(line, room, "processor", k->processor);
		} else if (!strncmp(line, "cpu ", 4)) {
			set_text(line, room, "vendor", k->vendor);
			set_number(line, room, "family", k->family);
			snprintf(text, sizeof(text), "0x%x", k->model);
			set(line, room, "model", text);
			set_number(line, room, "stepping", k->stepping);
			set_text(line, room, "microcode", k->microcode[l->updated]);
			set_text(line, room, "brand", hostile(l, k->brand));
			/* No emulator: the word goes away. */
			for (char *at = strstr(line, " hypervisor="); at;) {
				memmove(at, at + 1 + strcspn(at + 1, " "),
					strlen(at + 1 + strcspn(at + 1, " ")) + 1);
				break;
			}
		} else if (!strncmp(line, "unit ", 5)) {
			snprintf(text, sizeof(text), "0x%" PRIx64,
				 k->cap & ~((uint64_t)!l->updated << 59));
			set(line, room, "cap", text);
			snprintf(text, sizeof(text), "0x%" PRIx64, k->ecap);
			set(line, room, "ecap", text);
			set(line, room, "ver", k->cap >> 60 ? "0x60" : "0x10");
		} else if (!strncmp(line, "sum ", 4)) {
			sums(l, line);
		} else if (!strncmp(line, "end ", 4)) {
			set(line, room, "v", end_verdict(l));
		}
		record(l, line);
	}
	add(&l->out, RECORD_MARK "%04x %u . %u %08x\n", l->tag, l->sequence, l->lines, l->crc);
}

/* A line for people: what is said of the machine is said anew, of counts in test_block(). */
static void words(struct log *l, const char *line, size_t n)
{
	const struct kind *k = l->kind;

	if (!strncmp(line, "VTDL-START ", 11))
		add(&l->words, "VTDL-START v1 build=synthetic seed=%" PRIu64 " tag=%04x\r\n",
		    l->random >> 24, l->tag);
	else if (!strncmp(line, "# started ", 10))
		add(&l->words, "# started %s\r\n", l->date);
	else if (!strncmp(line, "# system: ", 10))
		add(&l->words, "# system: %s; board: unknown; BIOS: %s; processor: %s\r\n",
		    hostile(l, k->system), k->bios[l->updated], k->processor);
	else if (!strncmp(line, "# cpu: ", 7))
		add(&l->words, "# cpu: %s family %u model 0x%x stepping %u, microcode %s; %s\r\n",
		    k->vendor, k->family, k->model, k->stepping, k->microcode[l->updated],
		    hostile(l, k->brand));
	else if (!strncmp(line, "VTDL-END ", 9))
		add(&l->words, "VTDL-END v1 %s\r\n", end_verdict(l));
	else if (!strncmp(line, "ok ", 3) || !strncmp(line, "not ok ", 7) ||
		 !strncmp(line, "VTDL-RESULT ", 12) || !strncmp(line, "#   Sometimes", 13) ||
		 !strncmp(line, "#   Never", 9) || !strncmp(line, "#   Safe", 8) ||
		 (!strncmp(line, "#   ", 4) && strspn(line + 1, " 0123456789") > 11) ||
		 (!strncmp(line, "#     ", 6) && memmem(line, n, " of reason ", 11)))
		return;
	else
		add_bytes(&l->words, line, n);
}

static void rewrite(struct log *l, const char *text, size_t bytes)
{
	static char lines[64][RECORD_LINE * 2];
	unsigned count = 0;

	for (const char *at = text, *next_line; at < text + bytes; at = next_line) {
		const char *newline = memchr(at, '\n', (size_t)(text + bytes - at));
		const char *mark = at;
		size_t n;
		int used = 0;

		next_line = newline ? newline + 1 : text + bytes;
		n = (size_t)(next_line - at);
		if (n < 8 || memcmp(mark, RECORD_MARK, 2)) {
			words(l, at, n);
			continue;
		}
		sscanf(at + 6, " %u %n", &l->sequence, &used);
		at += 6 + used;
		n = strcspn(at, "\r\n");
		if (at[0] == '.') {
			if (count)
				block(l, lines, count);
			count = 0;
		} else if (count < LENGTH(lines) && n < sizeof(lines[0])) {
			memcpy(lines[count], at, n);
			lines[count++][n] = 0;
		}
	}
	add_bytes(&l->out, l->words.at ? l->words.at : "", l->words.bytes);
	l->words.bytes = 0;
}

/* Three in a hundred end early, three lose or garble lines. */
static void damage(struct log *l)
{
	unsigned how = below(l, 100);

	if (how < 3) {
		l->out.bytes = l->out.bytes / 10 + next(&l->random) % (l->out.bytes * 8 / 10);
	} else if (how < 6) {
		for (unsigned i = 1 + below(l, 6); i; i--) {
			size_t at = next(&l->random) % (l->out.bytes - 100);

			if (below(l, 2))
				memset(l->out.at + at, '\xff', 1 + below(l, 40));
			else
				memmove(l->out.at + at, l->out.at + at + 40,
					l->out.bytes - at - 40),
					l->out.bytes -= 40;
		}
	}
}

static bool save(const struct log *l, const char *folder, unsigned number)
{
	char path[512];
	FILE *file;
	bool good;

	snprintf(path, sizeof(path), "%s/%s", folder, l->machine);
	if (mkdir(path, 0777) && errno != EEXIST)
		return false;
	snprintf(path, sizeof(path), "%s/%s/%.10s-%05u.log", folder, l->machine, l->date, number);
	file = fopen(path, "wb");
	if (!file)
		return false;
	good = fwrite(l->out.at, 1, l->out.bytes, file) == l->out.bytes;
	return fclose(file) == 0 && good;
}

static char *read_file(const char *path, size_t *bytes)
{
	FILE *file = fopen(path, "rb");
	char *text = malloc(64 << 20);

	if (!file || !text)
		return NULL;
	*bytes = fread(text, 1, 64 << 20, file);
	fclose(file);
	return text;
}

int main(int argc, char **argv)
{
	static struct log l;
	uint64_t seed = 1;
	unsigned count = 20, machines, at = 1;
	struct text out = { 0 }, held = { 0 };
	bool is_hostile = false;

	for (; at < (unsigned)argc && argv[at][0] == '-'; at++)
		if (!strcmp(argv[at], "--seed") && at + 1 < (unsigned)argc)
			seed = strtoull(argv[++at], NULL, 0);
		else if (!strcmp(argv[at], "--count") && at + 1 < (unsigned)argc)
			count = (unsigned)strtoul(argv[++at], NULL, 0);
		else if (!strcmp(argv[at], "--hostile"))
			is_hostile = true;
		else
			at = (unsigned)argc;
	if (at + 2 > (unsigned)argc) {
		fputs("usage: synthesize [--seed N] [--count N] [--hostile] OUTDIR LOG...\n",
		      stderr);
		return 64;
	}
	mkdir(argv[at], 0777);
	machines = count / 6 + 1;
	for (unsigned i = 0; i < count; i++) {
		unsigned machine = i % machines, days;
		size_t bytes;
		char *text = read_file(argv[at + 1 + i % ((unsigned)argc - at - 1)], &bytes);
		uint64_t of_machine = seed * 1000003 + machine;

		if (!text) {
			perror(argv[at + 1]);
			return 66;
		}
		memset(&l, 0, sizeof(l));
		l.out = (struct text){ out.at, 0, out.room };
		l.words = (struct text){ held.at, 0, held.room };
		l.random = seed << 32 ^ i * (uint64_t)0x632be59bd9b4e019;
		l.hostile = is_hostile && i % 5 == 0;
		l.kind = &fleet[next(&of_machine) % LENGTH(fleet)];
		days = below(&l, 45);
		l.updated = days > next(&of_machine) % 60;
		l.fault_factor = 60 + days * 3 + below(&l, 30);
		l.tag = (uint16_t)next(&l.random);
		snprintf(l.machine, sizeof(l.machine),
			 l.hostile ? "rack%02u-\"><b onclick=x>&'-%02u" : "rack%02u-u%02u",
			 machine / 40 + 1, machine % 40 + 1);
		snprintf(l.date, sizeof(l.date), "2026-%02u-%02u %02u:%02u:%02u",
			 days < 30 ? 10 : 11, days < 30 ? days + 1 : days - 29, below(&l, 24),
			 below(&l, 60), below(&l, 60));
		rewrite(&l, text, bytes);
		damage(&l);
		out = l.out;
		held = l.words;
		free(text);
		if (!save(&l, argv[at], i)) {
			perror(argv[at]);
			return 73;
		}
	}
	return 0;
}
