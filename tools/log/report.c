/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vtd-log report: files into runs, runs into sums, sums into a page.
 *
 * Ten thousand logs, a gigabyte, take 7 s of processor time and 14 MiB here (perf, -O2): two fifths of it go
 * into looking for record marks and into CRC-32, in read.c, and less than a tenth into the sums, so it is not
 * worth while to make these cheaper. What keeps memory small is report_fold().
 *
 * The page has nothing in it that depends on when, where, or in what order of files it was made: files are
 * read sorted by name, names are given from the folder that all of them share, and there is no clock.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/log/commands.h"
#include "tools/log/files.h"
#include "tools/log/status.h"
#include "tools/log/report.h"

static const char usage[] =
	"Usage: vtd-log report -o PAGE.html [--title TITLE] [--rows ROWS] FILE|FOLDER...\n"
	"Write one HTML page about all runs in these logs.\n\n"
	"The page loads nothing. The same logs give the same bytes.\n\n"
	"  -o PAGE.html        where to write it; - is standard output\n"
	"  --title TITLE       its title\n"
	"  --rows ROWS         what a row of the maps is: machine, firmware or silicon. By default machines; firmware if\n"
	"                      there are more than 60 machines, silicon if there are more than 100 kinds of firmware\n\n"
	"A machine is named by its file (rack1-07.log, rack1-07-2026-11-25.log). If that is only a date, or a word like\n"
	"serial or console, it is named by its folder.\n";

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/*
 * The files, by the one name that each has, so that a page does not depend on how one got there. False, with
 * a message, if something is none.
 */
static bool resolve(struct files *f)
{
	size_t kept = 0, found = 0;
	bool good = true;

	for (size_t i = 0; i < f->count; i++) {
		char *path = realpath(f->paths[i], NULL);

		if (!path)
			fprintf(stderr, "vtd-log: %s: %s\n", f->paths[i],
				strcmp(f->paths[i], "-") ? strerror(errno)
							 : "standard input cannot be read twice");
		good &= path != NULL;
		free(f->paths[i]);
		if (path)
			f->paths[found++] = path;
	}
	if (found)
		qsort(f->paths, found, sizeof(*f->paths), by_name);
	for (size_t i = 0; i < found; i++)
		if (!kept || strcmp(f->paths[i], f->paths[kept - 1]))
			f->paths[kept++] = f->paths[i];
		else
			free(f->paths[i]);
	f->count = kept;
	return good;
}

/* The bytes of the folder that all share, with its last '/'. */
static size_t common(const struct files *f)
{
	const char *first, *last;
	size_t n = 0;

	if (!f->count)
		return 0;
	first = f->paths[0];
	last = f->paths[f->count - 1];

	/* They are sorted: what the first and the last share, all do. */
	while (first[n] && first[n] == last[n])
		n++;
	while (n && first[n - 1] != '/')
		n--;
	return n;
}

static void note(const struct run *run, const char *text, void *context)
{
	struct report *r = context;

	(void)text;
	distinct_note(&r->distinct, run);
}

static void add_copy(struct report *r, const struct run *run)
{
	const char *of = distinct_path(&r->distinct, run);

	if (r->copy_count == r->copy_room) {
		r->copy_room = r->copy_room ? 2 * r->copy_room : 16;
		r->copies = must_realloc(r->copies, r->copy_room * sizeof(*r->copies));
	}
	r->copies[r->copy_count++] = (struct copy){ report_path(r, r->file), of + r->path_skip };
}

static void add(const struct run *run, const char *text, void *context)
{
	struct report *r = context;

	(void)text;
	if (distinct_counts(&r->distinct, run))
		report_add(r, run);
	else
		add_copy(r, run);
}

static void read_all(struct report *r)
{
	/* Twice: which of the copies of a run counts is known only when all were seen. */
	for (r->file = 0; r->file < r->file_count; r->file++)
		log_read(r->files[r->file], note, r);
	for (r->file = 0; r->file < r->file_count; r->file++) {
		int runs = read_or_say(r->files[r->file], add, r);

		if (runs < 0) {
			table_at(&r->bad_files, report_path(r, r->file))->value = r;
			r->files_bad++;
		} else if (!runs) {
			table_at(&r->empty_files, report_path(r, r->file))->value = r;
			r->files_empty++;
		}
	}
}

static void page(struct out *o, const struct report *r)
{
	out_raw(o,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		/* Nothing is loaded; should something of a log get past the escaping, it can load nothing. */
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n");
	out(o, "<title>%s</title>\n<style>\n", r->title);
	out_raw(o, report_css);
	out_raw(o, "</style>\n</head>\n<body>\n");
	report_head(o, r);
	out_raw(o, "<main>\n");
	report_answer(o, r);
	report_overview(o, r);
	report_failures(o, r);
	report_maps(o, r);
	report_outcomes(o, r);
	report_costs(o, r);
	report_faults(o, r);
	report_units(o, r);
	report_traits(o, r);
	report_bits(o, r);
	report_incomplete(o, r);
	report_sequences(o, r);
	report_quotes(o, r);
	out_raw(o, "</main>\n<script>\n");
	out_raw(o, report_js);
	out_raw(o, "</script>\n</body>\n</html>\n");
}

static bool write_page(const char *path, const struct out *o)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "wb") : stdout;
	bool good;

	if (!file) {
		fprintf(stderr, "vtd-log: %s: %s\n", path, strerror(errno));
		return false;
	}
	good = fwrite(o->text, 1, o->bytes, file) == o->bytes;
	good &= (file == stdout ? fflush(file) : fclose(file)) == 0;
	if (!good)
		fprintf(stderr, "vtd-log: %s: %s\n", path, strerror(errno));
	return good;
}

static bool take_rows(struct report *r, const char *word)
{
	static const char *const words[] = { "machine", "firmware", "silicon" };
	_Static_assert(sizeof(words) / sizeof(words[0]) == LEVELS, "a word for each level");

	for (unsigned i = 0; i < LEVELS; i++)
		if (!strcmp(word, words[i])) {
			r->level = (enum level)i;
			r->level_fixed = true;
			return true;
		}
	return false;
}

static int status_of(const struct report *r, bool good)
{
	int status = r->runs ? EXIT_RUN_PASS : EXIT_NO_RUN;

	for (unsigned i = 0; i < JUDGED_COUNT; i++)
		if (r->any_judgement >> i & 1)
			status = graver(status, exit_status((enum judgement)i));
	return good && !r->files_bad ? status : EXIT_INPUT;
}

/* The exit status is that of the gravest run; the page is written whatever it is. */
int report_main(int argc, char **argv)
{
	static struct report r;
	char **words = must_realloc(NULL, (size_t)argc * sizeof(*words));
	size_t named = 0;
	struct files files;
	const char *to = NULL;
	struct out o = { 0 };
	bool good, only_paths = false;

	r.title = "vtd-litmus report";
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;

		if (only_paths || word[0] != '-' || !word[1]) {
			words[named++] = argv[i];
		} else if (!strcmp(word, "--")) {
			only_paths = true;
		} else if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
			fputs(usage, stdout);
			return 0;
		} else if (value && (!strcmp(word, "-o") || !strcmp(word, "--output"))) {
			to = argv[++i];
		} else if (value && !strcmp(word, "--title")) {
			r.title = argv[++i];
		} else if (value && !strcmp(word, "--rows") && take_rows(&r, value)) {
			i++;
		} else {
			fprintf(stderr, "vtd-log: report: %s is not understood\n%s", word, usage);
			return EXIT_USAGE;
		}
	}
	if (!to || !named) {
		fprintf(stderr, "vtd-log: report: %s\n%s",
			to ? "no file or folder is named" : "-o PAGE.html is missing", usage);
		return EXIT_USAGE;
	}
	if (!find_files(&files, words, named, true))
		return EXIT_INPUT;
	free(words);
	good = resolve(&files);
	r.files = files.paths;
	r.file_count = files.count;
	r.path_skip = common(&files);
	read_all(&r);
	report_arrange(&r);
	report_choose_quotes(&r);
	page(&o, &r);
	if (!write_page(to, &o))
		return EXIT_INPUT;
	if (r.broken_runs)
		fprintf(stderr,
			"vtd-log: report: %u run%s with without= or break= left out of the page's maps, but not of the exit status\n",
			r.broken_runs, r.broken_runs == 1 ? "" : "s");
	if (r.simulated_runs)
		fprintf(stderr,
			"vtd-log: report: %u run%s of simulated units left out of the page (no hardware), but not of the exit status\n",
			r.simulated_runs, r.simulated_runs == 1 ? "" : "s");
	return graver(status_of(&r, good), files.status);
}
