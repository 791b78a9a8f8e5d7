/* SPDX-License-Identifier: BSD-2-Clause */
/* How every run's log begins and ends. */
#include "kernel/run.h"
#include "kernel/lib/format.h"
#include "kernel/output/log.h"
#include "kernel/output/record.h"
#include "kernel/smp.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"

struct handoff *handoff;
struct options options;
char misunderstood_options[256];

static char config_words[512];

const char *run_config_words(void)
{
	return config_words;
}

static void ignore_complaint(const char *word, const char *accepted)
{
	(void)word;
	(void)accepted;
}

static void print_complaint(const char *word, const char *accepted)
{
	size_t n = strlen(misunderstood_options);

	format_text(misunderstood_options + n, sizeof(misunderstood_options) - n, "%s%s",
		    n ? " " : "", word);
	if (accepted)
		log_note("option %s: not understood (accepted: %s)", word, accepted);
	else
		log_note(
			"option %s: not understood: there is no such option (run=list prints them)",
			word);
}

static void read_options(void (*complain)(const char *, const char *))
{
	options = option_defaults;
	options.seed = handoff->entry_tsc;
	options_parse(&options, handoff->config, complain);
	options_parse(&options, handoff->load_options, complain);
}

void run_start(struct handoff *from_boot)
{
	handoff = from_boot;
	/* In silence: where the console is, is an option too. */
	read_options(ignore_complaint);
	log_printf("\nVTDL-START v1 build=%s seed=%lu tag=%04x\n", handoff->build_id, options.seed,
		   record_tag());
}

void run_print_options(void)
{
	log_text("# options: \"");
	log_text(handoff->load_options);
	log_text("\"; ");
	log_text(handoff->config_path ? "read " : "no vtd-litmus.cfg");
	log_text(handoff->config_path ? handoff->config_path : "");
	log_text("\n");
	options_words(handoff->config, config_words, sizeof(config_words));
	if (handoff->config_path)
		log_note("options of %s: %s", handoff->config_path,
			 config_words[0] ? config_words : "none is active");
	if (handoff->note)
		log_note("boot: %s", handoff->note);
	read_options(print_complaint);
}

void run_record(void)
{
	record_begin();
	record_line("run");
	record_add("log=%u build=%s seed=%lu", RECORD_VERSION, handoff->build_id, options.seed);
	record_add_text("date", handoff->date);
	record_add_text("options", handoff->load_options);
	record_add_text("config", config_words);
}

void run_record_platform(bool x2apic, unsigned paging_levels, uint64_t memory_bytes,
			 unsigned functions)
{
	record_line("platform");
	record_add("processors=%u x2apic=%u levels=%u memory_mib=%lu tsc_hz=%lu functions=%u",
		   smp_count, x2apic, paging_levels, memory_bytes >> 20, time_hz(), functions);
	record_end();
}

void run_close(enum run_result result, char end[RUN_END_BYTES])
{
	static const char *const words[] = {
		[RUN_PASS] = RECORD_PASS, [RUN_FAIL] = RECORD_FAIL, [RUN_SKIP] = RECORD_SKIP
	};

	if (misunderstood_options[0])
		log_note("options that were not understood: %s", misunderstood_options);
	format_text(end, RUN_END_BYTES, "VTDL-END v1 %s", words[result]);
	record_close(words[result]);
	log_printf("%s\n", end);
}
