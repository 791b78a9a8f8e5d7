/* SPDX-License-Identifier: BSD-2-Clause */
/* Reserved bits of entries, one at a time: whoever looks at some of them may have forgotten others. */
#include "tests/litmus/reserved_bits.h"
#include "kernel/lib/format.h"
#include "kernel/lib/random.h"
#include "kernel/lib/string.h"
#include "kernel/output/log.h"
#include "tests/litmus/engine.h"
#include "tests/litmus/known.h"
#include "tests/litmus/ownership.h"
#include "tests/litmus/refused.h"
#include "vtd/entry.h"
#include "vtd/regs.h"

/* Those that are reserved whatever the unit can do (sections 9.1 to 9.6). Bits of an address are none of them. */
static const struct row {
	uint8_t target; /* enum target_id */
	bool not_qemu;	/* KNOWN_PASID_RESERVED */
	uint64_t bits[ENTRY_WORDS_MAX];
	const char *entry, *section;
} rows[] = {
	{ TARGET_ROOT, false, { ROOT_RESERVED, ~0ull }, "root entry", "9.1" },
	{ TARGET_CONTEXT, false, { CONTEXT_RESERVED }, "context entry", "9.3" },
	{ TARGET_SM_ROOT, false, { ROOT_RESERVED }, "scalable-mode root entry", "9.2" },
	{ TARGET_SM_CONTEXT, false, { SM_CONTEXT_RESERVED }, "scalable-mode context entry", "9.4" },
	{ TARGET_PASID_DIR, true, { PASID_DIR_RESERVED }, "PASID-directory entry", "9.5" },
	{ TARGET_PASID_SS, true, { PASID_RESERVED }, "PASID-table entry", "9.6" },
	{ TARGET_PASID_FS, true, { PASID_RESERVED }, "PASID-table entry", "9.6" },
};

/* Of a word that is reserved as a whole: its ends, and one between them, another in each run. */
static uint64_t choose_of(struct bench *b, uint64_t bits)
{
	return bits == ~0ull ? 1 | 1ull << 63 | 1ull << random_next(&b->seed) % 64 : bits;
}

/* Bits of a word that were not reserved once, on a unit that tells of what they turned on: it may be of then. */
static uint64_t once_used(const struct bench *b, uint8_t target, unsigned word)
{
	uint64_t ecap = b->unit->ecap;

	if (target == TARGET_CONTEXT)
		return !word && field_of(ecap, ECAP_CH) ? CONTEXT_OF_CH : 0;
	if (target != TARGET_PASID_SS && target != TARGET_PASID_FS)
		return 0;
	if (word == 1)
		return field_of(ecap, ECAP_MTS) ? PASID_1_OF_MTS : 0;
	return !field_of(ecap, ECAP_ERS) ? 0
	       : word == 0		 ? PASID_0_OF_ERS
	       : word == 2		 ? PASID_2_OF_ERS
					 : 0;
}

static const char *try_bits(struct bench *b, struct tally *t, const struct row *row, unsigned word)
{
	uint64_t bits = choose_of(b, row->bits[word]) & ~once_used(b, row->target, word);
	uint64_t entry[ENTRY_WORDS_MAX];
	const char *problem = NULL;
	char what[80];

	for (unsigned bit = 0; bit < 64 && !problem; bit++) {
		if (!(bits >> bit & 1))
			continue;
		memcpy(entry, b->target->state[0][0], sizeof(entry));
		entry[word] |= 1ull << bit;
		format_text(what, sizeof(what), "bit %u of the %s set", 64 * word + bit,
			    row->entry);
		problem = refused_entry(b, t, entry, word, 1, what, row->section);
	}
	return problem;
}

const char *reserved_bits_find(struct bench *b, struct tally *t)
{
	const char *problem = NULL;

	if (vtd_unit_is_newer(b->unit)) {
		log_note(
			"  reserved bits of entries: not tried: CAP or ECAP has bits that revision 5.10 does not know, so the unit is newer");
		return NULL;
	}
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]) && !problem; i++) {
		if (b->lacks[rows[i].target] ||
		    (rows[i].not_qemu && known_of_qemu(b, KNOWN_PASID_RESERVED)))
			continue;
		problem = ownership_settle(b, &b->targets[rows[i].target], t);
		for (unsigned word = 0; word < ENTRY_WORDS_MAX && !problem; word++)
			if (rows[i].bits[word])
				problem = try_bits(b, t, &rows[i], word);
		if (!problem && !engine_put(b, b->target->state[0][0], t))
			problem = t->stopped;
	}
	return problem;
}
