/* SPDX-License-Identifier: BSD-2-Clause */
/* Sequences as text: what is printed is what is parsed, and what is refused is named. */
#include "tests/host/test.h"
#include "tests/litmus/notation.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Unless the environment says NOTATION_ROUNDS=. */
#define ROUNDS 20000

static struct notation n, again;
static char text[65536], printed[65536];
static struct notation_error error;

static enum notation_result read_one(const char *from)
{
	struct notation_reader reader;

	notation_open(&reader, from, strlen(from));
	return notation_next(&reader, &n, &error);
}

static size_t read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t length;

	if (!CHECK(file))
		return 0;
	length = fread(text, 1, sizeof(text) - 1, file);
	CHECK(feof(file));
	fclose(file);
	text[length] = 0;
	return length;
}

static bool same_sequence(const struct sequence *a, const struct sequence *b)
{
	bool same = !strcmp(a->name, b->name) && !strcmp(a->title, b->title) &&
		    a->targets == b->targets && a->operation == b->operation &&
		    a->claim == b->claim && a->never_blocks == b->never_blocks &&
		    a->count == b->count && !a->citation == !b->citation &&
		    (!a->citation || !strcmp(a->citation, b->citation));

	for (size_t i = 0; same && i < a->count; i++)
		same = !memcmp(&a->steps[i], &b->steps[i], sizeof(a->steps[i]));
	return same;
}

static const struct sequence *in_catalogue(const struct sequence *s)
{
	for (size_t i = 0; i < sequence_count; i++)
		if (same_sequence(&sequences[i], s))
			return &sequences[i];
	return NULL;
}

/* The files are in the form that is printed, comments apart, and the catalogue is what they say. */
TEST(notation_prints_what_the_catalogue_says)
{
	size_t rows = 0;
	glob_t files;

	CHECK_EQ(glob("tests/catalogue/*.seq", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		struct notation_reader reader;
		enum notation_result result;
		size_t length = read_file(files.gl_pathv[i]);

		notation_open(&reader, text, length);
		while ((result = notation_next(&reader, &n, &error)) == NOTATION_SEQUENCE) {
			notation_print(&n.sequence, printed, sizeof(printed));
			if (!CHECK(strstr(text, printed)))
				printf("  %s: is printed otherwise:\n%s", files.gl_pathv[i],
				       printed);
			CHECK(in_catalogue(&n.sequence));
			rows++;
		}
		CHECK_EQ(result, NOTATION_END);
	}
	CHECK_EQ(rows, sequence_count);
	globfree(&files);
}

static uint64_t seed;

static unsigned below(unsigned limit)
{
	seed = seed * 6364136223846793005 + 1442695040888963407;
	return (unsigned)(seed >> 33) % limit;
}

static void random_text(char *to, size_t room)
{
	size_t length = 1 + below((unsigned)room - 2);

	for (size_t i = 0; i < length; i++) {
		bool inside = i && i + 1 < length && to[i - 1] != ' ';

		to[i] = inside && !below(6) ? ' ' : (char)('!' + below('~' - '!' + 1));
	}
	to[length] = 0;
}

static void random_step(struct step *s, unsigned words, unsigned kinds)
{
	unsigned width;

	do
		s->op = (uint8_t)below(STEP_OP_COUNT);
	while (step_words((enum step_op)s->op) > words || notation_misfit(s, kinds));
	width = step_words((enum step_op)s->op);
	switch (s->op) {
	case STEP_FIELD: {
		unsigned a = below(64), b = below(64);

		s->word = (uint8_t)below(words);
		s->value = VALUE_NEW;
		s->field.high = (uint16_t)(s->word * 64 + (a > b ? a : b));
		s->field.low = (uint16_t)(s->word * 64 + (a > b ? b : a));
		/* Not half a field: then the whole word. */
		if (notation_cut_field(s, kinds))
			s->field = (struct vtd_field){ (uint16_t)(s->word * 64 + 63),
						       (uint16_t)(s->word * 64) };
		break;
	}
	case STEP_STORE:
	case STEP_CAS:
	case STEP_EXCHANGE_UNLOCKED:
	case STEP_STORE128:
	case STEP_STORE256:
	case STEP_STORE512:
		s->word = (uint8_t)(below(words / width) * width);
		s->value = (uint8_t)below(VALUE_COUNT);
		if (notation_misfit(s, kinds)) /* a spare DID, where there is none */
			s->value = VALUE_NEW;
		break;
	case STEP_INVALIDATE_CONTEXT:
	case STEP_INVALIDATE_CONTEXT_DOMAIN:
	case STEP_INVALIDATE_CONTEXT_OTHER:
	case STEP_INVALIDATE_PASID:
	case STEP_INVALIDATE_PASID_DOMAIN:
	case STEP_INVALIDATE_IOTLB:
	case STEP_INVALIDATE_IOTLB_PAGE:
	case STEP_INVALIDATE_IOTLB_LEAF:
	case STEP_INVALIDATE_IOTLB_LARGE:
	case STEP_INVALIDATE_IOTLB_LARGE_LEAF:
	case STEP_INVALIDATE_IOTLB_OTHER:
	case STEP_INVALIDATE_PIOTLB:
	case STEP_INVALIDATE_TLB:
	case STEP_SETTLE_CONTEXT:
	case STEP_SETTLE_PASID:
	case STEP_SETTLE_IOTLB:
	case STEP_SETTLE_PIOTLB:
		s->value = (uint8_t)below(VALUE_NEW + 1);
		if (!below(4))
			s->value = VALUE_OLD_SPARE;
		if (notation_misfit(s, kinds))
			s->value = VALUE_OLD;
		break;
	case STEP_SETTLE_NEW:
	case STEP_SET_POINTER:
		s->value = VALUE_NEW;
		break;
	}
}

/* Most of what is tried is for entries of any words: pointers and what is apart have one kind of store. */
static uint32_t random_targets(void)
{
	uint32_t targets = 1 + below((1u << TARGET_COUNT) - 1), pointers = 0, apart = 0;

	for (unsigned id = 0; id < TARGET_COUNT; id++) {
		pointers |= (uint32_t)kind_is_pointer(target_kind((enum target_id)id)) << id;
		apart |= (uint32_t)kind_is_apart(target_kind((enum target_id)id)) << id;
	}
	switch (below(8)) {
	case 0:
		return pointers;
	case 1:
		return apart;
	}
	targets &= ~(pointers | apart);
	return targets ? targets : 1;
}

static void random_sequence(struct notation *to)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
	struct sequence *s = &to->sequence;
	unsigned words = 8, length = 1 + below(NOTATION_NAME - 1), kinds;

	*to = (struct notation){ .sequence = { .targets = random_targets(),
					       .operation = (uint8_t)below(2),
					       .claim = (uint8_t)below(CLAIM_NONE + 1),
					       .never_blocks = below(2),
					       .count = 1 + below(SEQUENCE_STEPS_MAX) } };
	s->name = to->name;
	s->title = to->title;
	s->steps = to->steps;
	for (unsigned i = 0; i < length; i++)
		to->name[i] = letters[below(sizeof(letters) - 1)];
	if (below(4))
		random_text(to->title, sizeof(to->title));
	for (unsigned lines = below(4), at = 0; lines; lines--) {
		s->citation = to->from;
		if (at)
			to->from[at++] = '\n';
		random_text(to->from + at, sizeof(to->from) / 4);
		at += strlen(to->from + at);
	}
	/* One that has the name of its kind cannot be named alone. */
	for (unsigned id = 0; id < TARGET_COUNT; id++)
		if (sequence_is_for(s, (enum target_id)id) &&
		    !strcmp(target_name((enum target_id)id),
			    kind_name(target_kind((enum target_id)id))))
			s->targets |= kind_targets(target_kind((enum target_id)id));
	kinds = sequence_kinds(s);
	for (unsigned k = 0; k < KIND_COUNT; k++)
		if (kinds & 1u << k && kind_words((enum entry_kind)k) < words)
			words = kind_words((enum entry_kind)k);
	for (size_t i = 0; i < s->count; i++)
		random_step(&to->steps[i], words, kinds);
	/* They must be stores. */
	for (size_t i = 0; i < s->count; i++)
		if (to->steps[i].op == STEP_ANY_ORDER &&
		    !steps_in_any_order(to->steps, s->count, i))
			to->steps[i].op = STEP_BARRIER;
}

TEST(notation_of_random_sequences_is_read_as_it_was_printed)
{
	const char *rounds = getenv("NOTATION_ROUNDS");

	seed = 1;
	for (long i = rounds ? atol(rounds) : ROUNDS; i > 0; i--) {
		struct notation_reader reader;
		size_t length;

		random_sequence(&n);
		length = notation_print(&n.sequence, printed, sizeof(printed));
		notation_open(&reader, printed, length);
		if (!CHECK_EQ(notation_next(&reader, &again, &error), NOTATION_SEQUENCE)) {
			printf("  %s\n%s", notation_error_text(&error, "", text, sizeof(text)),
			       printed);
			return;
		}
		if (!CHECK(same_sequence(&n.sequence, &again.sequence))) {
			printf("%s", printed);
			return;
		}
		CHECK_EQ(notation_print(&again.sequence, text, sizeof(text)), length);
		CHECK(!strcmp(text, printed));
		CHECK_EQ(notation_next(&reader, &again, &error), NOTATION_END);
	}
}

#define HEAD "target: context\noperation: replace\nname: mine\n"

TEST(notation_takes_what_people_write)
{
	CHECK_EQ(read_one("\xef\xbb\xbf# a comment\r\n\r\n" HEAD "title: one\r\n  two\n\n"
			  "  1. store   word 0 := new\t# why\r\n\n# more\n"
			  "12. invalidate all caches globally"),
		 NOTATION_SEQUENCE);
	CHECK_EQ(n.sequence.count, 2);
	CHECK(!strcmp(n.title, "one two"));
	CHECK(!n.sequence.citation && n.sequence.claim == CLAIM_NONE && !n.sequence.never_blocks);
	CHECK_EQ(n.line, 3);
	CHECK_EQ(n.step_line[0], 9);
	CHECK_EQ(n.step_line[1], 12);
	CHECK_EQ(read_one(""), NOTATION_END);
	CHECK_EQ(read_one("\n# nothing\n"), NOTATION_END);
}

TEST(notation_reads_several_sequences)
{
	static const char two[] = HEAD "store word 0 := new\n" HEAD "store word 1 := 0\n";
	struct notation_reader reader;

	notation_open(&reader, two, sizeof(two) - 1);
	CHECK_EQ(notation_next(&reader, &n, &error), NOTATION_SEQUENCE);
	CHECK_EQ(notation_next(&reader, &n, &error), NOTATION_SEQUENCE);
	CHECK_EQ(n.sequence.count, 1);
	CHECK_EQ(n.steps[0].word, 1);
	CHECK_EQ(n.line, 5);
	CHECK_EQ(notation_next(&reader, &n, &error), NOTATION_END);
}

TEST(notation_names_what_it_does_not_take)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "name: x\n", "f:1:1: \"name:\" is not accepted here; accepted: target:" },
		{ HEAD "stor word 0 := new\n",
		  "f:4:1: \"stor\" is not accepted here; accepted: title: | from: | claim: | promise: | "
		  "store | exchange | set | any | barrier | flush | invalidate | if" },
		{ HEAD "barrier\nstore word 2 := new\n",
		  "f:5:12: \"2\" is not accepted here; accepted: 0 | 1 | 0: | 1:" },
		{ HEAD "store word 1: bits 63:0 := new\n",
		  "f:4:20: \"63:0\" is not accepted here; accepted: HIGH:LOW within 127:64" },
		{ HEAD "store word 0 := newer\n",
		  "f:4:17: \"newer\" is not accepted here; accepted: 0 | old | new" },
		{ HEAD "store word 0 := new now\n",
		  "f:4:21: \"now\" is not accepted here; accepted: the end of the line | with" },
		{ HEAD "  exchange 128 bits from word 1 := new\n",
		  "f:4:31: \"1\" is not accepted here; accepted: 0" },
		{ HEAD "store 256 bits from word 0 := new\n",
		  "f:4:26: \"0\" is not accepted here; accepted: no word: the entry is smaller" },
		{ HEAD "invalidate the IOTLB (domain), DID of 0\n",
		  "f:4:39: \"0\" is not accepted here; accepted: old | new" },
		{ HEAD "if CAP.CM = 1, invalidate the IOTLB (domain), DID old\n",
		  "f:4:51: \"old\" is not accepted here; accepted: 0 | of | spare" },
		{ HEAD "invalidate the cache\n",
		  "f:4:16: \"cache\" is not accepted here; accepted: context | PASID | IOTLB | "
		  "PASID-based | device-TLB | interrupt" },
		{ HEAD "flush the line\n", "f:4:15: the line ends here; accepted: if" },
		{ HEAD, "f:4:1: the line ends here; accepted: a step" },
		{ HEAD "name: y\n",
		  "f:4:1: \"name:\" is not accepted here; accepted: title: | from: | claim: | promise: | "
		  "a step" },
		{ HEAD "barrier\nclaim: safe\n",
		  "f:5:1: \"claim:\" is not accepted here; accepted: store | exchange | set | any | barrier | "
		  "flush | invalidate | if | target:" },
		{ "target: context, contxt\n",
		  "f:1:18: \"contxt\" is not accepted here; accepted: root-table | root | sm-root-table | "
		  "sm-root | sm-context | pasid-dir | pasid-dir-table | pasid | table | leaf | "
		  "large | freed-table | interrupt-table | irte | context-pt | context-did | pasid-ss | pasid-fs | pasid-fs-pt | "
		  "pasid-nested | fs-leaf | fs-large | pasid-did | irte-posted" },
		{ "target: pasid-ss, pasid\n",
		  "f:1:19: \"pasid\" is not accepted here; accepted: root-table | root | context | "
		  "sm-root-table | sm-root | sm-context | pasid-dir | pasid-dir-table | table | leaf | "
		  "large | freed-table | interrupt-table | irte | context-pt | context-did | pasid-fs | "
		  "pasid-fs-pt | pasid-nested | fs-leaf | fs-large | pasid-did | irte-posted" },
		{ HEAD "store word 0: bits 30:12 := new\n",
		  "f:4:20: \"30:12\" is not accepted here; accepted: bits that hold all of the field 63:12, or "
		  "nothing of it" },
		{ HEAD "store 512 bits from word 0 := new\n",
		  "f:4:26: \"0\" is not accepted here; accepted: no word: the entry is smaller" },
		{ "target: root\noperation: replace\nname: x\nstore word 0 := old with a spare DID\n",
		  "f:4:1: \"store\" is not accepted here; accepted: no spare DID: the entry has none" },
		{ HEAD "any order of these stores\n",
		  "f:5:1: the line ends here; accepted: a 64-bit store" },
		{ HEAD "any order of these stores\n# none\nbarrier\n",
		  "f:6:1: \"barrier\" is not accepted here; accepted: a 64-bit store" },
		{ HEAD "any order of these stores\n" HEAD,
		  "f:5:1: \"target:\" is not accepted here; accepted: a 64-bit store" },
		{ HEAD "exchange 128 bits without lock from word 0 := new\n",
		  "f:4:27: \"lock\" is not accepted here; accepted: LOCK" },
		{ "target: root\noperation: change\n",
		  "f:2:12: \"change\" is not accepted here; accepted: replace | teardown-setup" },
		{ "target: root\nbarrier\n",
		  "f:2:1: \"barrier\" is not accepted here; accepted: operation: | name: | title: | "
		  "from: | claim: | promise:" },
		{ "target: root\nname: A\n",
		  "f:2:7: \"A\" is not accepted here; accepted: a name of up to 39 small letters, digits, "
		  "\"-\" and \".\"" },
		{ "target: root\nname: a b\n",
		  "f:2:9: \"b\" is not accepted here; accepted: the end of the line" },
		{ "target: root\nclaim: good\n",
		  "f:2:8: \"good\" is not accepted here; accepted: safe | unsafe | safe where one chunk "
		  "changes" },
		{ "target: root\npromise: fast\n",
		  "f:2:10: \"fast\" is not accepted here; accepted: never blocks" },
		{ "target: root\ntitle:\n", "f:2:7: the line ends here; accepted: a text" },
		{ "target: root\ntitle: caf\xc3\xa9\n",
		  "f:2:11: \"\\xc3\" is not accepted here; accepted: printable ASCII characters" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CHECK_EQ(read_one(cases[i].text), NOTATION_ERROR);
		notation_error_text(&error, "f", text, sizeof(text));
		if (!CHECK(!strcmp(text, cases[i].message)))
			printf("  is:     %s\n  wanted: %s\n", text, cases[i].message);
	}
}

TEST(notation_has_room_for_so_many_steps)
{
	size_t at = (size_t)snprintf(text, sizeof(text), HEAD);

	for (unsigned i = 0; i < SEQUENCE_STEPS_MAX; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "barrier\n");
	CHECK_EQ(read_one(text), NOTATION_SEQUENCE);
	CHECK_EQ(n.sequence.count, SEQUENCE_STEPS_MAX);
	snprintf(text + at, sizeof(text) - at, "barrier\n");
	CHECK_EQ(read_one(text), NOTATION_ERROR);
	CHECK_EQ(error.line, 4 + SEQUENCE_STEPS_MAX);
	CHECK(!strcmp(error.accepted, "no more steps than 48"));
}

/* As snprintf() does: what fits, and how much there is. */
TEST(notation_prints_no_more_than_there_is_room_for)
{
	size_t length = notation_print(&sequences[0], printed, sizeof(printed));

	for (size_t room = 0; room <= length + 1; room++) {
		memset(text, '#', length + 2);
		CHECK_EQ(notation_print(&sequences[0], text, room), length);
		CHECK_EQ(text[room], '#');
		if (room)
			CHECK(!strncmp(text, printed, room - 1) && !text[room - 1]);
	}
}
