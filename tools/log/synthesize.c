/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logs of a lab that does not exist, for tests of what reads logs: a real one with other machines, dates
 * and counts in it, its blocks' CRC-32 put right. The same seed gives the same bytes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "tools/log/synthesize.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void record(struct log *l, const char *line)
{
	char text[4200];

	snprintf(text, sizeof(text), RECORD_MARK "%04x %u %s\n", l->tag, l->sequence, line);
	l->crc = (uint32_t)crc32(l->crc, (const Bytef *)text, (uInt)strlen(text));
	l->lines++;
	add(&l->out, "%s", text);
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
			return RECORD_FAIL;
		passed |= l->results[i].letter == 'p';
	}
	return passed ? RECORD_PASS : RECORD_SKIP;
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
		 !strncmp(line, "#   Never", 9) || !strncmp(line, "#   Not torn", 12) ||
		 !strncmp(line, "#   Stale", 9) || !strncmp(line, "#   Mis-tagged", 14) ||
		 !strncmp(line, "#   Safe", 8) || !strncmp(line, "#   Control", 11) ||
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
		} else if (count < COUNT(lines) && n < sizeof(lines[0])) {
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
		unsigned machine = i % machines, days, hour, minute;
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
		l.kind = &fleet[next(&of_machine) % COUNT(fleet)];
		days = below(&l, 45);
		l.updated = days > next(&of_machine) % 60;
		l.fault_factor = 60 + days * 3 + below(&l, 30);
		l.tag = (uint16_t)next(&l.random);
		snprintf(l.machine, sizeof(l.machine),
			 l.hostile ? "rack%02u-\"><b onclick=x>&'-%02u" : "rack%02u-u%02u",
			 machine / 40 + 1, machine % 40 + 1);
		/* One after the other: the order of arguments is the compiler's. */
		hour = below(&l, 24);
		minute = below(&l, 60);
		snprintf(l.date, sizeof(l.date), "2026-%02u-%02u %02u:%02u:%02u",
			 days < 30 ? 10 : 11, days < 30 ? days + 1 : days - 29, hour, minute,
			 below(&l, 60));
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
