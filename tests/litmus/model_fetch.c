/* SPDX-License-Identifier: BSD-2-Clause */
/* How units fetch entries, and the words for what the model finds. */
#include "vtd/entry.h"
#include "tests/litmus/model.h"

void model_fetch_chunks(struct model_fetch *fetch, enum entry_kind kind, unsigned bits,
			bool present_first)
{
	static const char *const names[] = { "64-bit fetches", "128-bit fetches", "256-bit fetches",
					     "512-bit fetches" };
	unsigned words = kind_words(kind), step = kind_is_apart(kind) ? 1 : bits / 64;

	*fetch = (struct model_fetch){
		.name = names[bits == 64    ? 0
			      : bits == 128 ? 1
			      : bits == 256 ? 2
					    : 3],
		/* What the directory entry leads to is read after it. */
		.present_first = present_first || kind_is_apart(kind),
	};
	for (unsigned at = 0; at < words; at += step, fetch->parts++)
		for (unsigned i = at; i < at + step && i < words; i++)
			fetch->mask[fetch->parts][i] = ~0ull;
}

void model_fetch_qemu(struct model_fetch *fetch, enum entry_kind kind)
{
	if (kind != KIND_PASID) {
		model_fetch_chunks(fetch, kind, 512, true);
		if (kind == KIND_PASID_DIR) {
			fetch->domain_apart = true;
			fetch->present_first = false;
			fetch->mask[fetch->parts++][0] = ~0ull;
		}
		fetch->name = fetch->domain_apart ? "QEMU: read anew for the domain-id"
						  : "QEMU: one copy";
		return;
	}
	*fetch = (struct model_fetch){
		.name = "QEMU: field by field",
		.parts = 5,
		.ignores_present = true,
	};
	fetch->mask[0][0] = 0xfff & ~field_mask(PASID_AW); /* P, PGTT */
	fetch->mask[1][0] = field_mask(PASID_AW);
	fetch->mask[2][0] = field_mask(PASID_SSPTPTR);
	fetch->mask[3][1] = ~0ull; /* DID */
	fetch->mask[4][2] = ~0ull; /* first-stage pointer and mode */
}

const char *model_harm_text(enum model_harm harm)
{
	switch (harm) {
#define TEXT(identifier, word, text) \
	case HARM_##identifier:      \
		return word ": " text;
		HARM_WORDS(TEXT)
#undef TEXT
	}
	return "?";
}
