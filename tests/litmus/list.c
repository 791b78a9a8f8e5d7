/* SPDX-License-Identifier: BSD-2-Clause */
/* run=list: prints every sequence with its steps, every option, and every device that a generator knows. */
#include "tests/litmus/list.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "tests/litmus/benches.h"
#include "tests/litmus/foreign.h"
#include "tests/litmus/selection.h"

void list_everything(void)
{
	const char *name, *accepted;
	char text[96];

	for (size_t i = 0; i < all_sequences(); i++) {
		const struct sequence *s = sequence_at(i);
		bool has_claim = s->claim != CLAIM_NONE;

		for (unsigned t = 0; t < TARGET_COUNT; t++)
			if (sequence_is_for(s, (enum target_id)t))
				log_note("sequence %s.%s.%s (%s%s): %s",
					 target_name((enum target_id)t),
					 operation_name(s->operation), s->name,
					 has_claim ? "said to be " : "no claim",
					 has_claim ? notation_claims[s->claim] : "", s->title);
		if (s->citation)
			log_note("  from: %s", s->citation);
		for (size_t k = 0; k < s->count; k++)
			log_note("  %lu. %s", k + 1, step_text(&s->steps[k], text, sizeof(text)));
	}
	for (size_t i = 0; option_help(i, &name, &accepted); i++)
		log_note("option %s: %s", name, accepted);
	benches_list(selection_names_device);
}
