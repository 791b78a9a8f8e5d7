/* SPDX-License-Identifier: BSD-2-Clause */
/* The dialect that Jenkins, GitLab and junitparser read: testsuites, testsuite, testcase. */
#include <libxml/xmlwriter.h>
#include <stdlib.h>
#include <string.h>

#include "tools/log/bits.h"
#include "tools/log/commands.h"
#include "tools/log/files.h"
#include "tools/log/status.h"

static struct {
	struct paths paths;
	const char *out;
} arguments;

struct context {
	xmlTextWriterPtr xml;
	int status;
};

/* What XML 1.0 can hold of bytes from a serial line: printable ASCII. */
static void clean(char *out, size_t room, const char *text)
{
	size_t n = 0;

	for (; *text && n < room - 1; text++)
		out[n++] = *text >= ' ' && *text <= '~' ? *text : '?';
	out[n] = 0;
}

static void attribute(xmlTextWriterPtr xml, const char *name, const char *value)
{
	char text[1024];

	clean(text, sizeof(text), value);
	xmlTextWriterWriteAttribute(xml, BAD_CAST name, BAD_CAST text);
}

static void attribute_number(xmlTextWriterPtr xml, const char *name, uint64_t value)
{
	xmlTextWriterWriteFormatAttribute(xml, BAD_CAST name, "%llu", (unsigned long long)value);
}

static void element(xmlTextWriterPtr xml, const char *name, const char *message)
{
	xmlTextWriterStartElement(xml, BAD_CAST name);
	attribute(xml, "message", message);
	xmlTextWriterEndElement(xml);
}

static void property(xmlTextWriterPtr xml, const char *name, const char *value)
{
	if (!value[0])
		return;
	xmlTextWriterStartElement(xml, BAD_CAST "property");
	attribute(xml, "name", name);
	attribute(xml, "value", value);
	xmlTextWriterEndElement(xml);
}

/* What a test of bits came to, a line each. */
static void write_bits(xmlTextWriterPtr xml, const struct run_test *t)
{
	char what[BIT_TEXT], result[BIT_TEXT], line[2 * BIT_TEXT];

	if (!t->bits && !t->dirty)
		return;
	xmlTextWriterStartElement(xml, BAD_CAST "system-out");
	for (const struct bit *b = t->bits; b; b = b->next) {
		clean(what, sizeof(what), bit_what(b, line));
		clean(result, sizeof(result), bit_result(b, line));
		xmlTextWriterWriteFormatString(xml, "%s: %s\n", what, result);
	}
	for (const struct dirty *d = t->dirty; d; d = d->next) {
		clean(result, sizeof(result), dirty_text(d, line));
		xmlTextWriterWriteFormatString(xml, "%s\n", result);
	}
	xmlTextWriterEndElement(xml);
}

static void write_test(xmlTextWriterPtr xml, const struct run *r, const struct run_test *t,
		       uint64_t before_ms)
{
	char lost[40], class[128];
	struct test_name name;

	snprintf(lost, sizeof(lost), "test-%u-name-lost", t->n);
	if (test_name(t->id, &name))
		snprintf(class, sizeof(class), "vtd-litmus.%s.%s", name.target, name.operation);
	else
		snprintf(class, sizeof(class), "vtd-litmus");
	xmlTextWriterStartElement(xml, BAD_CAST "testcase");
	attribute(xml, "classname", class);
	attribute(xml, "name", t->id ? t->id : lost);
	attribute(xml, "file", r->path);
	if (t->line_from)
		attribute_number(xml, "line", t->line_from);
	if (t->at_ms)
		xmlTextWriterWriteFormatAttribute(
			xml, BAD_CAST "time", "%.3f",
			(double)(t->at_ms > before_ms ? t->at_ms - before_ms : 0) / 1000);
	if (t->verdict == 'f')
		element(xml, t->is_error ? "error" : "failure",
			t->why ? t->why : "its own block did not arrive");
	else if (t->verdict == 's')
		element(xml, "skipped", t->why ? t->why : "its own block did not arrive");
	else if (!t->verdict)
		element(xml, "error", "its verdict did not arrive");
	write_bits(xml, t);
	xmlTextWriterEndElement(xml);
}

/*
 * A run that is not whole, or failed by none of its tests, has one test more, in error: readers that only
 * count see it, too.
 */
static void write_incomplete(xmlTextWriterPtr xml, const struct run *r)
{
	char text[1024];

	xmlTextWriterStartElement(xml, BAD_CAST "testcase");
	attribute(xml, "classname", "vtd-litmus");
	attribute(xml, "name", "the-log-is-whole");
	xmlTextWriterStartElement(xml, BAD_CAST "error");
	attribute(xml, "message",
		  r->problem_count		? r->problems[0]
		  : r->judgement == JUDGED_FAIL ? "the run failed, though no test of it did"
						: "incomplete");
	for (size_t i = 0; i < r->problem_count; i++) {
		clean(text, sizeof(text), r->problems[i]);
		xmlTextWriterWriteFormatString(xml, "%s\n", text);
	}
	xmlTextWriterEndElement(xml);
	xmlTextWriterEndElement(xml);
}

static void write_run(const struct run *r, const char *log, void *context)
{
	struct context *c = context;
	xmlTextWriterPtr xml = c->xml;
	bool whole = run_is_whole(r) && (r->judgement != JUDGED_FAIL || r->failed);
	char name[300];
	uint64_t before = 0;

	(void)log;
	c->status = graver(c->status, exit_status(r->judgement));
	snprintf(name, sizeof(name), "%.200s, run %u", r->path, r->number);
	xmlTextWriterStartElement(xml, BAD_CAST "testsuite");
	attribute(xml, "name", name);
	attribute_number(xml, "tests", r->test_count + !whole);
	attribute_number(xml, "failures", r->failed - r->errors);
	attribute_number(xml, "errors", r->errors + !whole);
	attribute_number(xml, "skipped", r->skipped);
	xmlTextWriterWriteFormatAttribute(xml, BAD_CAST "time", "%.3f", (double)r->ms / 1000);
	if (strlen(r->date) == 19) {
		char stamp[20];

		memcpy(stamp, r->date, 20);
		stamp[10] = 'T';
		attribute(xml, "timestamp", stamp);
	}
	xmlTextWriterStartElement(xml, BAD_CAST "properties");
	property(xml, "verdict", judgement_word(r->judgement));
	property(xml, "simulated", r->simulated ? "yes" : "");
	property(xml, "build", r->build);
	property(xml, "options", r->options);
	property(xml, "system", r->system);
	property(xml, "bios", r->bios);
	property(xml, "cpu", r->brand);
	property(xml, "microcode", r->microcode);
	snprintf(name, sizeof(name), "%llu", (unsigned long long)r->seed);
	property(xml, "seed", name);
	xmlTextWriterEndElement(xml);
	for (size_t i = 0; i < r->test_count; i++) {
		write_test(xml, r, &r->tests[i], before);
		before = r->tests[i].at_ms ? r->tests[i].at_ms : before;
	}
	if (!whole)
		write_incomplete(xml, r);
	xmlTextWriterEndElement(xml);
}

/* A machine that never began is no run that passed. */
static void write_none(const char *path, void *context)
{
	struct context *c = context;

	xmlTextWriterStartElement(c->xml, BAD_CAST "testsuite");
	attribute(c->xml, "name", path);
	attribute_number(c->xml, "tests", 1);
	attribute_number(c->xml, "failures", 0);
	attribute_number(c->xml, "errors", 1);
	xmlTextWriterStartElement(c->xml, BAD_CAST "testcase");
	attribute(c->xml, "classname", "vtd-litmus");
	attribute(c->xml, "name", "there-is-a-run");
	element(c->xml, "error", "no run of vtd-litmus in this log");
	xmlTextWriterEndElement(c->xml);
	xmlTextWriterEndElement(c->xml);
}

static error_t on_option(int key, char *argument, struct argp_state *state)
{
	switch (key) {
	case 'o':
		arguments.out = argument;
		return 0;
	}
	return take_paths(key, state, &arguments.paths);
}

int junit_main(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "output", 'o', "FILE", 0, "write there, not to standard output", 0 }, { 0 }
	};
	static const struct argp argp = {
		.options = options,
		.parser = on_option,
		.args_doc = "FILE|FOLDER...",
		.doc = "Print JUnit XML: a testsuite for each run, a testcase for each test; a failure of what was tested is a <failure>, an error of device, machine or tool an <error>. A run that is not whole has the testcase 'the-log-is-whole' in error."
	};
	struct context c = { .status = EXIT_RUN_PASS };
	int status;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	c.xml = xmlNewTextWriterFilename(arguments.out ? arguments.out : "-", 0);
	if (!c.xml) {
		fprintf(stderr, "vtd-log: cannot write %s\n", arguments.out);
		return EXIT_INPUT;
	}
	xmlTextWriterSetIndent(c.xml, 1);
	xmlTextWriterStartDocument(c.xml, NULL, "UTF-8", NULL);
	xmlTextWriterStartElement(c.xml, BAD_CAST "testsuites");
	status = each_run(&arguments.paths, write_run, write_none, &c);
	c.status = graver(c.status, status);
	if (xmlTextWriterEndDocument(c.xml) < 0) {
		fprintf(stderr, "vtd-log: cannot write %s\n",
			arguments.out ? arguments.out : "to standard output");
		c.status = EXIT_INPUT;
	}
	xmlFreeTextWriter(c.xml);
	xmlCleanupParser();
	return c.status;
}
