/* SPDX-License-Identifier: BSD-2-Clause */
/* A log says what was run: each sequence from outside is in it whole, as a record of its own (docs/log-format.md). */
#include "tests/litmus/foreign_log.h"
#include "kernel/kernel.h"
#include "kernel/lib/format.h"
#include "kernel/output/log.h"
#include "kernel/output/record.h"
#include "tests/litmus/foreign.h"

static void write_down(void)
{
	static char text[FOREIGN_TEXT];

	for (size_t i = 0; i < foreign_count(); i++) {
		const struct sequence *s = sequence_at(sequence_count + i);

		for (unsigned t = 0; t < TARGET_COUNT; t++)
			if (sequence_is_for(s, (enum target_id)t))
				log_note("given: %s.%s.%s%s%s", target_name((enum target_id)t),
					 operation_name((enum operation)s->operation), s->name,
					 s->title[0] ? ": " : "", s->title);
		record_begin();
		record_line("sequence");
		record_add("name=%s", s->name);
		record_add_text("text", foreign_text(i, text));
		record_end();
	}
}

const char *foreign_take(void)
{
	static char problem[800];

	if (handoff->sequences_problem)
		return handoff->sequences_problem;
	if (!handoff->sequences_path)
		return NULL;
	if (!foreign_read(handoff->sequences, handoff->sequences_bytes, handoff->sequences_path,
			  problem, sizeof(problem)))
		return problem;
	log_note("sequences of %s: %lu", handoff->sequences_path, foreign_count());
	write_down();
	return NULL;
}
