/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <string.h>

#include "tools/capture/config.h"

#define MCFG_FIXED    44
#define MCFG_ENTRY    16
#define MCFG_MAX      4096
#define FUNCTION_SIZE 4096u
#define EXTENDED      0x100u

bool config_from_mcfg(struct config_space *c, const uint8_t *memory, uint64_t bytes)
{
	const uint8_t *at = memory, *end = memory + bytes;

	for (; (at = memmem(at, (size_t)(end - at), "MCFG", 4)); at += 4) {
		uint32_t length;
		uint8_t sum = 0;

		if (end - at < MCFG_FIXED + MCFG_ENTRY)
			return false;
		memcpy(&length, at + 4, 4);
		if (length < MCFG_FIXED + MCFG_ENTRY || length > MCFG_MAX ||
		    length > (uint64_t)(end - at))
			continue;
		for (uint32_t i = 0; i < length; i++)
			sum = (uint8_t)(sum + at[i]);
		if (sum)
			continue;
		memcpy(&c->base, at + MCFG_FIXED, 8);
		c->bytes = (at[MCFG_FIXED + 11] + 1ull) << 20;
		return c->base != 0;
	}
	return false;
}

void config_store(struct config_space *c, const struct table_store *s, void (*stack)(void *context),
		  void *context)
{
	uint64_t at = s->physical - c->base;
	unsigned offset = (unsigned)(at % FUNCTION_SIZE);

	if (offset < EXTENDED)
		return;
	record_begin(c->recorder, s->cpu, s->pc, 'C');
	fprintf(c->recorder->out, " %" PRIx64 " %x %x %" PRIx64, at / FUNCTION_SIZE, offset,
		s->bytes, s->low);
	if (stack)
		stack(context);
	fprintf(c->recorder->out, "\n");
}
