/* SPDX-License-Identifier: BSD-2-Clause */
/* What verdicts, harms and traits are called, and the parts of a test's name. */
#include <string.h>

#include "tools/log/run.h"

const char *judgement_word(enum judgement judgement)
{
	static const char *const words[] = { "pass", "fail", "skip", "incomplete" };

	return words[judgement];
}

const char *verdict_word(char verdict)
{
	return verdict == 'p' ? "pass" : verdict == 'f' ? "fail" : verdict == 's' ? "skip" : "lost";
}

const char *harm_word(unsigned bit)
{
	static const char *const words[] = { "mixture", "stale", "mis-tagged", "blocked",
					     "wrong end" };

	return bit < sizeof(words) / sizeof(words[0]) ? words[bit] : NULL;
}

const char *class_word(const struct run_test *t)
{
	return !t->has_block ? "failure or error" : t->is_error ? "error" : "failure";
}

static const struct {
	const char *key, *text;
} traits[TRAITS] = {
	{ "rid_pasid", "uses RID_PASID" },
	{ "absence", "keeps absent entries" },
	{ "snoops", "sees stores that were not flushed" },
	{ "pasid_cache", "has a PASID cache" },
	{ "pass_through", "goes on passing through after an entry says otherwise" },
	{ "rereads", "reads a chunk of a PASID-table entry more than once" },
};

const char *trait_key(unsigned i)
{
	return traits[i].key;
}

const char *trait_text(unsigned i)
{
	return traits[i].text;
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
		      { name->drive, sizeof(name->drive) } };
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
		if (!strncmp(p, ".hammer", 7) || !strncmp(p, ".faithful", 9)) {
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
