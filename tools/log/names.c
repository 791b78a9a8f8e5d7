/* SPDX-License-Identifier: BSD-2-Clause */
/* What verdicts, harms and traits are called, and the parts of a test's name. */
#include <string.h>

#include "kernel/output/record.h"
#include "tests/litmus/sequence.h"
#include "tools/log/run.h"

const char *judgement_word(enum judgement judgement)
{
	static const char *const words[JUDGED_COUNT] = { [JUDGED_PASS] = RECORD_PASS,
							 [JUDGED_FAIL] = RECORD_FAIL,
							 [JUDGED_SKIP] = RECORD_SKIP,
							 [JUDGED_INCOMPLETE] = "incomplete" };

	return words[judgement];
}

const char *verdict_word(char verdict)
{
	return verdict == 'p'	? RECORD_PASS
	       : verdict == 'f' ? RECORD_FAIL
	       : verdict == 's' ? RECORD_SKIP
				: "lost";
}

const char *class_word(const struct run_test *t)
{
	return !t->has_block ? "failure or error" : t->is_error ? RECORD_ERROR : "failure";
}

const char *claim_word(unsigned claim)
{
	static const char *const words[] = {
		[CLAIM_SAFE] = "safe",
		[CLAIM_UNSAFE] = "unsafe",
		[CLAIM_ONE_CHUNK] = "safe where one 128-bit chunk changes"
	};

	return words[claim];
}

static const struct {
	const char *key, *text;
} traits[TRAITS] = {
#define T(key, text) { #key, text },
	TRAIT_WORDS(T)
#undef T
};

const char *trait_key(unsigned i)
{
	return traits[i].key;
}

const char *trait_text(unsigned i)
{
	return traits[i].text;
}

/* Whether ".hammer" or ".faithful" begins here. */
static bool is_regime(const char *at)
{
	for (unsigned d = 0; *at == '.' && d < REGIME_COUNT; d++)
		if (!strncmp(at + 1, regime_word(d), strlen(regime_word(d))))
			return true;
	return false;
}

bool test_name(const char *id, struct test_name *name)
{
	struct {
		char *to;
		size_t room;
	} parts[] = { { name->target, sizeof(name->target) },
		      { name->operation, sizeof(name->operation) },
		      { name->sequence, sizeof(name->sequence) },
		      { name->device, sizeof(name->device) },
		      { name->regime, sizeof(name->regime) } };
	const char *from[5], *at = id;
	unsigned n = 0;

	/* A sequence's name has points, too ("linux-7.0"): two parts before it, two after. */
	memset(name, 0, sizeof(*name));
	if (!id)
		return false;
	for (n = 0; n < 2; n++) {
		const char *point = strchr(at, '.');

		if (!point)
			return false;
		from[n] = at;
		at = point + 1;
	}
	from[2] = at;
	for (const char *p = at; *p; p++)
		if (is_regime(p)) {
			const char *device = p - 1;

			while (device > at && *device != '.')
				device--;
			if (device == at)
				return false;
			from[3] = device + 1;
			from[4] = p + 1;
			for (unsigned i = 0; i < 5; i++) {
				size_t bytes = i == 4 ? strlen(from[4])
						      : (size_t)(from[i + 1] - from[i]) - 1;

				if (bytes >= parts[i].room)
					return false;
				memcpy(parts[i].to, from[i], bytes);
			}
			return true;
		}
	return false;
}

enum regime regime_of(const char *name)
{
	unsigned d = REGIME_COUNT - 1;

	/* "hammer.pass-2" of later passes. */
	while (d && strncmp(name, regime_word(d), strlen(regime_word(d))))
		d--;
	return (enum regime)d;
}
