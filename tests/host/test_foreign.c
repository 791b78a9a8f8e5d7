/* SPDX-License-Identifier: BSD-2-Clause */
/* Sequences from outside: what is taken, what it is called, and what is refused with its place. */
#include "tests/host/log_sample.h"

#include "kernel/lib/crc32.h"
#include "tests/litmus/foreign.h"

#define HEAD "target: context\noperation: replace\nname: mine\n\n"
#define ONE  HEAD "store word 0 := new\nstore word 1 := new\n"
#define TWO  HEAD "exchange 128 bits from word 0 := new\n"

static char problem[800];

static bool take(const char *text)
{
	return foreign_read(text, strlen(text), "my.seq", problem, sizeof(problem));
}

/* Refused with this message, and nothing of the text is kept. */
static bool is_refused(const char *text, const char *message)
{
	bool ok = CHECK(!take(text)) && CHECK(!strncmp(problem, message, strlen(message)));

	if (!ok)
		printf("  said: %s\n", problem);
	return ok && CHECK_EQ(foreign_count(), 0) && CHECK_EQ(all_sequences(), sequence_count);
}

TEST(foreign_sequences_come_after_the_catalogue)
{
	CHECK(take(ONE TWO));
	CHECK_EQ(foreign_count(), 2);
	CHECK_EQ(all_sequences(), sequence_count + 2);
	for (size_t i = 0; i < all_sequences(); i++)
		CHECK_EQ(sequence_index(sequence_at(i)), i);
	CHECK_EQ(sequence_at(0), &sequences[0]);
	CHECK_EQ(sequence_at(sequence_count)->count, 2);
	CHECK_EQ(sequence_at(sequence_count + 1)->count, 1);
	CHECK_EQ(sequence_at(sequence_count)->claim, CLAIM_NONE);
	/* No text, and one of comments, hold none, which is no mistake. */
	CHECK(take(""));
	CHECK(take("# nothing yet\n\n"));
	CHECK_EQ(foreign_count(), 0);
}

/* NAME_HASH, where no name of the catalogue has the mark between; the hash is that of the text in the log. */
TEST(foreign_names_are_nobody_elses)
{
	static char text[FOREIGN_TEXT];
	char name[80], first[80];

	for (size_t i = 0; i < sequence_count; i++)
		CHECK(!strchr(sequences[i].name, '_'));
	CHECK(take(ONE TWO));
	for (size_t i = 0; i < 2; i++) {
		foreign_text(i, text);
		CHECK(!strcmp(text, i ? TWO : ONE));
		snprintf(name, sizeof(name), "mine_%08x", crc32_add(0, text, strlen(text)));
		CHECK(!strcmp(sequence_at(sequence_count + i)->name, name));
	}
	snprintf(first, sizeof(first), "%s", sequence_at(sequence_count)->name);
	CHECK(strcmp(first, name));
	/* Comments and blanks are nothing of it. */
	CHECK(take("# a comment\n" HEAD
		   "\n1. store  word 0 := new\n2. store word 1 := new # two\n"));
	CHECK(!strcmp(sequence_at(sequence_count)->name, first));
}

TEST(foreign_mistakes_have_their_place)
{
	is_refused(
		"# comment\ntarget: context\noperation: replace\nname: mine\n\n\nstroe word 0 := new\n",
		"my.seq:7:1: \"stroe\" is not accepted here; accepted: ");
	/* What is right before it is not kept either. */
	is_refused(ONE HEAD "store word 2 := new\n", "my.seq:11:12: \"2\" is not accepted here");
	is_refused(ONE TWO ONE, "my.seq:12:1: the same sequence comes once more");
}

TEST(foreign_sequences_have_room_for_so_many)
{
	static char text[(FOREIGN_MAX + 1) * 200];
	size_t n = 0;

	for (unsigned i = 0; i < FOREIGN_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "target: leaf\noperation: replace\nname: n%u\n"
				      "store word 0 := new\n",
				      i);
	CHECK(take(text));
	CHECK_EQ(foreign_count(), FOREIGN_MAX);
	snprintf(text + n, sizeof(text) - n, "%s", ONE);
	is_refused(text, "my.seq:129:1: accepted are 32 sequences");
}

/* A part of a pointer leads to memory that is nobody's: no DMA may be let through that. */
TEST(foreign_steps_cut_no_field)
{
	static const struct {
		const char *target, *step;
		const char *field; /* NULL: accepted */
	} steps[] = {
		{ "context", "store word 0: bits 63:12 := new", NULL },
		{ "context", "store word 0: bits 63:20 := new", "63:12" },
		{ "context", "store word 0: bits 30:12 := new", "63:12" },
		{ "context", "store word 0: bits 11:0 := new", NULL },
		{ "context", "store word 0: bits 2:0 := new", "3:2" },
		{ "context", "store word 1: bits 65:64 := new", "66:64" },
		{ "context", "store word 1: bits 79:72 := new", "87:72" },
		{ "context", "store word 1: bits 127:64 := new", NULL },
		{ "sm-context", "store word 0: bits 63:9 := new", NULL },
		{ "sm-context", "store word 0: bits 63:10 := new", "11:9" },
		{ "sm-context", "store word 1: bits 82:64 := new", "83:64" },
		{ "pasid", "store word 0: bits 8:7 := new", "8:6" },
		{ "pasid", "store word 2: bits 191:140 := new", NULL },
		{ "pasid", "store word 2: bits 191:131 := new", "131:130" },
		{ "root, leaf", "store word 0: bits 51:12 := new", "63:12" },
		{ "leaf", "store word 0: bits 51:12 := new", NULL },
		{ "table", "store word 0: bits 12:12 := new", "51:12" },
	};
	char text[300], message[200];

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		unsigned high, low;

		snprintf(text, sizeof(text), "target: %s\noperation: replace\nname: n\n%s\n",
			 steps[i].target, steps[i].step);
		if (!steps[i].field) {
			if (!CHECK(take(text)))
				printf("  %s: %s\n", steps[i].step, problem);
			continue;
		}
		sscanf(strstr(steps[i].step, "bits "), "bits %u:%u", &high, &low);
		snprintf(
			message, sizeof(message),
			"my.seq:4:20: \"%u:%u\" is not accepted here; accepted: bits that hold all of the field %s,",
			high, low, steps[i].field);
		is_refused(text, message);
	}
}

/* The catalogue's own sequences pass for foreign ones: nothing in them is refused. */
TEST(foreign_rules_are_kept_by_the_catalogue)
{
	static char text[FOREIGN_TEXT];

	for (size_t i = 0; i < sequence_count; i++) {
		CHECK(notation_print(&sequences[i], text, sizeof(text)) < sizeof(text));
		if (!CHECK(take(text)))
			printf("  %s\n", problem);
	}
	take("");
}

static unsigned given;

static void look_at_given(const struct run *r, const char *text, void *context)
{
	char name[80];

	(void)text;
	(void)context;
	CHECK_EQ(r->judgement, JUDGED_PASS);
	for (unsigned i = 0; i < r->given_count; i++) {
		const struct given *g = &r->given[i];

		/* As the log has it, it can be read again, as the same. */
		snprintf(name, sizeof(name), "mine_%08x", crc32_add(0, g->text, strlen(g->text)));
		CHECK(!strcmp(g->name, name));
		CHECK(take(g->text));
		CHECK(!strcmp(sequence_at(sequence_count)->name, name));
		given++;
	}
	take("");
}

TEST(foreign_sequences_come_back_from_the_log)
{
	struct log log = load("given.log");

	given = 0;
	CHECK_EQ(log_parse("given.log", log.text, log.bytes, look_at_given, NULL), 1);
	CHECK_EQ(given, 2);
	free(log.text);
}
