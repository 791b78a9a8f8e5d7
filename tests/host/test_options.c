/* SPDX-License-Identifier: BSD-2-Clause */
/* Options, as words of whatever file or variable they come in. */
#include <stdio.h>
#include <string.h>

#include "tests/host/test.h"
#include "kernel/lib/format.h"
#include "kernel/handoff.h"
#include "kernel/dma/choice.h"
#include "kernel/dma/dma.h"
#include "kernel/options.h"
#include "kernel/lib/string.h"

static unsigned complaints;
static char complained[256];

static void complain(const char *word, const char *accepted)
{
	complaints++;
	format_text(complained, sizeof(complained), "%s", word);
	CHECK(!accepted || accepted[0] != 0);
}

static struct options parse(const char *text)
{
	struct options o = option_defaults;

	complaints = 0;
	options_parse(&o, text, complain);
	return o;
}

TEST(options_all)
{
	struct options o = parse(
		"run=list tests=a*,b dma=nvme seconds=2.5 dwell=0,100,20000 "
		"seed=0xdeadbeefcafe driver-cpu=3 updater-cpu=auto console=0x2f8 "
		"on-done=off invalidation=register fault-interrupt=1 x2apic=1 nvme-read=1 nvme-cmb=0 "
		"without=present break=lost-dma passes=3 until-fail deadline=2 "
		"save=never baud=9600 screen=0 watchdog=nmi");

	CHECK_EQ(complaints, 0);
	CHECK_EQ(o.run, RUN_LIST);
	CHECK(!strcmp(o.tests, "a*,b") && !strcmp(o.dma, "nvme"));
	CHECK_EQ(o.test_ms, 2500);
	CHECK(o.dwell_count == 3 && o.dwell_ns[1] == 100 && o.dwell_ns[2] == 20000);
	CHECK_EQ(o.seed, 0xdeadbeefcafe);
	CHECK(o.driver_cpu == 3 && o.updater_cpu == -1);
	CHECK(o.console_count == 1 && o.consoles[0].source == CONSOLE_PORT &&
	      o.consoles[0].base == 0x2f8);
	CHECK(o.passes == 3 && o.until_fail && o.deadline_ms == 2000 && o.save == SAVE_NEVER);
	CHECK(o.baud == 9600 && !o.screen && o.watchdog == WATCHDOG_NMI && !o.refused);
	CHECK_EQ(o.on_done, ON_DONE_OFF);
	CHECK_EQ(o.invalidation, INVALIDATION_REGISTER);
	CHECK(o.fault_interrupt && o.x2apic && o.nvme_read && !o.nvme_cmb);
	CHECK_EQ(o.without, WITHOUT_PRESENT);
	CHECK_EQ(o.breakage, BREAK_LOST_DMA);
}

TEST(options_run_modes)
{
	CHECK_EQ(parse("").run, RUN_TESTS);
	CHECK_EQ(parse("run=mutants").run, RUN_MUTANTS);
	CHECK_EQ(parse("run=inventory").run, RUN_INVENTORY);
	CHECK_EQ(complaints, 0);
	CHECK_EQ(parse("run=inventories").run, RUN_TESTS);
	CHECK_EQ(complaints, 1);
}

TEST(options_comments_lines_and_quotes)
{
	struct options o = parse("# run=list\r\n\tseconds=1 # seconds=2\r\n\"tests=x\"\n\n");

	CHECK_EQ(complaints, 0);
	CHECK(o.run == RUN_TESTS && o.test_ms == 1000 && !strcmp(o.tests, "x"));
}

TEST(options_after_a_byte_order_mark)
{
	struct options o = parse("\xef\xbb\xbf# run=list\r\nseconds=1\r\n");

	CHECK_EQ(complaints, 0);
	CHECK_EQ(o.test_ms, 1000);
	parse("\xef\xbb");
	CHECK_EQ(complaints, 1);
}

/* Every example of boot/vtd-litmus.cfg, as it is when its # is taken away. */
TEST(options_examples_of_the_config_file)
{
	const size_t room = sizeof(((struct handoff *)0)->config);
	char line[256];
	FILE *file = fopen("boot/vtd-litmus.cfg", "r");
	size_t examples = 0, bytes = 0;

	if (!CHECK(file))
		return;
	while (fgets(line, sizeof(line), file)) {
		bytes += strlen(line) + 1; /* CRLF on the media */
		if (line[0] != '#' || line[1] < 'a' || line[1] > 'z')
			continue;
		parse(line + 1);
		CHECK_EQ(complaints, 0);
		examples++;
	}
	fclose(file);
	CHECK(examples >= 12);
	CHECK(bytes < room);
}

TEST(options_later_ones_win)
{
	CHECK_EQ(parse("seconds=1 seconds=0.25").test_ms, 250);
	CHECK_EQ(parse("console=none").console_count, 0);
}

TEST(options_of_consoles)
{
	struct options o = parse("console=spcr,mmio32:0xfe034000,mmio:0x1000000000,pci baud=keep");

	CHECK_EQ(complaints, 0);
	CHECK(o.console_count == 4 && o.baud == 0);
	CHECK(o.consoles[0].source == CONSOLE_SPCR && o.consoles[3].source == CONSOLE_PCI);
	CHECK(o.consoles[1].source == CONSOLE_MMIO32 && o.consoles[1].base == 0xfe034000);
	CHECK(o.consoles[2].source == CONSOLE_MMIO && o.consoles[2].base == 0x1000000000);
	CHECK(option_defaults.console_count == 1 &&
	      option_defaults.consoles[0].source == CONSOLE_AUTO);
}

/* Where the default could do what was not asked for, the run must not go on. */
TEST(options_that_cannot_be_guessed_refuse)
{
	CHECK(parse("run=inventry").refused && parse("rnu=list").refused && parse("run").refused);
	CHECK(parse("tests=").refused && parse("dma=").refused);
	parse("tests= dma=nvme run=list");
	CHECK_EQ(complaints, 1); /* what is good is not blamed with it */
	CHECK(!parse("quiet").refused);
}

TEST(options_that_change_what_is_measured_refuse)
{
	static const char *const measured[] = {
		"nvme-read=2",	"companion=2",	  "seconds=x",	    "dwell=",
		"without=",	"break=",	  "model=",	    "invalidation=",
		"passes=",	"driver-cpu=",	  "updater-cpu=-1", "until-fail=2",
		"graphics=yes", "x2apic=2",	  "seed=x",	    "fault-interrupt=on",
		"dma=NVMe",	"dma=nvme,e1000",
	};
	static const char *const harmless[] = {
		"screen=2", "console=none3", "baud=fast",  "save=",
		"on-done=", "watchdog=x",    "deadline=0",
	};

	for (size_t i = 0; i < sizeof(measured) / sizeof(measured[0]); i++) {
		CHECK(parse(measured[i]).refused);
		CHECK_EQ(complaints, 1);
	}
	CHECK(!parse("nvme-read").refused); /* a flag may stand alone */
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		CHECK(!parse(harmless[i]).refused);
		CHECK_EQ(complaints, 1);
	}
}

TEST(options_of_devices)
{
	static const char *const good[] = {
		"nvme",	       "*", "ig*,nvme", "igb@03:00.1", "igb@0000:03:00.1,dsa-shared",
		"e1000e@1:2.7"
	};
	static const char *const bad[] = { "NVMe",
					   "e1000",
					   "nvme,e1000",
					   "usb*",
					   "nvme,",
					   "igb@",
					   "igb@03:00",
					   "igb@03:00.8",
					   "igb@03:20.0",
					   "igb@100:00.0",
					   "@03:00.0",
					   "igb@03:00.1x",
					   "igb@1:2:03:0.0",
					   "igb@-1:0.0",
					   "igb@03:00.1@",
					   "usb@03:00.1",
					   "igb@10000:03:00.1" };
	char word[64];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		format_text(word, sizeof(word), "dma=%s", good[i]);
		CHECK(!parse(word).refused && !strcmp(parse(word).dma, good[i]));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		format_text(word, sizeof(word), "dma=%s", bad[i]);
		CHECK(parse(word).refused && !parse(word).dma[0]);
	}
}

static bool allowed(const char *list, const char *kind, unsigned bus, unsigned function, bool named)
{
	struct pci_function f = { .bus = (uint8_t)bus, .devfn = (uint8_t)function };
	bool is_named, allows = dma_choice_allows(list, kind, &f, &is_named);

	CHECK_EQ(is_named, named);
	return allows;
}

TEST(options_name_one_device)
{
	struct pci_function other = { .segment = 1, .bus = 3, .devfn = 1 };
	bool named;

	CHECK(allowed("", "igb", 3, 1, false) && allowed("ig*", "igb", 3, 1, false));
	CHECK(!allowed("nvme", "igb", 3, 1, false) &&
	      !allowed("igbvf@03:00.1", "igb", 3, 1, false));
	CHECK(allowed("igb@03:00.1", "igb", 3, 1, true));
	CHECK(allowed("nvme,igb@0000:3:0.1", "igb", 3, 1, true));
	CHECK(!dma_choice_allows("igb@03:00.1", "igb", &other, &named) && !named);
	CHECK(dma_choice_allows("igb@1:03:00.1", "igb", &other, &named) && named);
	/* No other of its kind; other kinds as they are. */
	CHECK(!allowed("igb@03:00.1", "igb", 3, 0, false) &&
	      !allowed("*,igb@03:00.1", "igb", 3, 0, false));
	CHECK(allowed("*,igb@03:00.1", "nvme", 3, 0, false));
	CHECK(dma_choice_names("nvme,igc@03:00.1", "igc") && !dma_choice_names("ig*", "igc"));
	CHECK(!dma_choice_names("", "igc") && !dma_choice_names("igc", "igb"));
}

/* "nvme, ioat": the generators, in their order; before the last stands `last`. */
static const char *generator_list(bool defaults_only, const char *last)
{
	static char text[128];
	size_t n = 0, count = 0, total = 0;

	for (size_t i = 0; i < dma_generator_count; i++)
		total += !defaults_only || !dma_generators[i]->only_named;
	for (size_t i = 0; i < dma_generator_count; i++) {
		if (defaults_only && dma_generators[i]->only_named)
			continue;
		n += format_text(text + n, sizeof(text) - n, "%s%s",
				 !count		      ? ""
				 : count + 1 == total ? last
						      : ", ",
				 dma_generators[i]->name);
		count++;
	}
	return text;
}

TEST(options_know_every_generator)
{
	const char *name, *accepted = "";
	char word[32];

	for (size_t i = 0; i < dma_generator_count; i++) {
		format_text(word, sizeof(word), "dma=%s", dma_generators[i]->name);
		CHECK(!parse(word).refused);
	}
	for (size_t i = 0; option_help(i, &name, &accepted) && strcmp(name, "dma");)
		i++;
	CHECK(strstr(accepted, generator_list(false, ", ")) != NULL);
}

/* A file's text with one blank for each run of blanks, newlines and comment signs. */
static const char *words_of(const char *path)
{
	static char text[64 * 1024];
	FILE *file = fopen(path, "r");
	size_t n = 0;

	for (int c; file && (c = fgetc(file)) != EOF && n + 1 < sizeof(text);) {
		if (c == '\n' || c == '#')
			c = ' ';
		if (c != ' ' || (n && text[n - 1] != ' '))
			text[n++] = (char)c;
	}
	text[n] = 0;
	if (file)
		fclose(file);
	return text;
}

/* Who is to lose a device for the run must have read so, whichever way the image came. */
TEST(every_way_to_boot_says_which_devices_are_taken)
{
	static const char *const paths[] = { "README.md", "boot/vtd-litmus.cfg",
					     "docs/boot-media.md", "docs/rack.md" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const char *text = words_of(paths[i]);

		if (!CHECK(strstr(text, generator_list(true, " and ")) != NULL) ||
		    !CHECK(strstr(text, "the first of each kind that is not refused") != NULL) ||
		    !CHECK(strstr(text, "its link is down during the run") != NULL))
			printf("  in %s\n", paths[i]);
	}
}

TEST(options_malformed_are_named_and_change_nothing)
{
	static const char *const bad[] = {
		"run=",
		"run=lists",
		"seconds=0",
		"seconds=1e3",
		"seconds=.",
		"seconds=99999999",
		"dwell=",
		"dwell=1,",
		"dwell=1,2,3,4,5,6,7,8,9",
		"dwell=2000000000",
		"seed=x",
		"seed=0x",
		"seed=99999999999999999999",
		"driver-cpu=-1",
		"console=0",
		"console=0x10000",
		"console=",
		"console=auto,",
		"console=mmio:",
		"console=1,2,3,4,5",
		"baud=100",
		"passes=0",
		"until-fail=yes",
		"on-done",
		"colour=green",
		"x2apic=2",
		"nvme-read=2",
		"=",
		"run =list",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct options o = parse(bad[i]);

		CHECK(complaints >= 1);
		o.refused = false;
		CHECK(!memcmp(&o, &option_defaults, sizeof(o)));
	}
	parse("colour=green");
	CHECK(!strcmp(complained, "colour=green"));
}

TEST(options_words_without_comments)
{
	char out[32];

	options_words("# a\r\n a=1\t b=2 # c\r\n\n#d\nuntil-fail", out, sizeof(out));
	CHECK(!strcmp(out, "a=1 b=2 until-fail"));
	options_words("a=1234567890 b=1234567890 c=1234567890", out, 12);
	CHECK_EQ(strlen(out), 10);
	options_words("#", out, sizeof(out));
	CHECK(!out[0]);
}

TEST(options_of_any_length)
{
	char text[2048];
	struct options o;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	memcpy(text, "tests=", 6);
	o = parse(text);
	CHECK(complaints == 1 && !o.tests[0] && o.refused);
	memcpy(text + 1000, " run=list ", 10);
	o = parse(text);
	CHECK_EQ(o.run, RUN_LIST);
}

TEST(options_help_names_every_option)
{
	const char *name, *accepted;
	size_t n = 0;

	while (option_help(n, &name, &accepted)) {
		CHECK(name[0] && accepted[0]);
		n++;
	}
	CHECK(n >= 15);
}

TEST(options_lists_of_globs)
{
	CHECK(option_list_matches("", "anything"));
	CHECK(option_list_matches("a*,*.hammer", "context.x.hammer"));
	CHECK(!option_list_matches("a*,*.hammer", "context.x.faithful"));
	CHECK(option_list_matches("?b?", "abc") && !option_list_matches("?b?", "abcd"));
	CHECK(glob_match("*a*b*", "xxaxxbxx") && !glob_match("*a*b", "ab.") &&
	      glob_match("**", ""));
}
