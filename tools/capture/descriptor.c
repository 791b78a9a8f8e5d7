/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "tools/capture/descriptor.h"

static uint64_t bits(uint64_t word, unsigned high, unsigned low)
{
	return word >> low & (~0ull >> (63 - (high - low)));
}

/* Section 6.5.2.3: 2 ^ AM pages of 4 KiB. */
static void pages_by_mask(uint64_t word, struct descriptor *out)
{
	out->bytes = 4096ull << bits(word, 5, 0) % 52;
	out->address = word & ~0xfffull & ~(out->bytes - 1);
	out->leaves_alone = bits(word, 6, 6);
}

/* Section 6.5.2.5: where S is set, the lowest bit that is 0 says how many. */
static void pages_by_size(uint64_t word, bool size, struct descriptor *out)
{
	unsigned low = 12;

	while (size && low < 63 && word >> low & 1)
		low++;
	out->bytes = size ? 2ull << low : 4096;
	out->address = word & ~0xfffull & ~(out->bytes - 1);
}

bool descriptor_read(const uint64_t *w, struct descriptor *out)
{
	static const uint8_t by_granularity[9][4] = {
		[INVALIDATES_CONTEXT] = { SCOPE_GLOBAL, SCOPE_GLOBAL, SCOPE_DOMAIN, SCOPE_ONE },
		[INVALIDATES_IOTLB] = { SCOPE_GLOBAL, SCOPE_GLOBAL, SCOPE_DOMAIN, SCOPE_PAGE },
		[INVALIDATES_PIOTLB] = { SCOPE_PAGE, SCOPE_PAGE, SCOPE_ONE, SCOPE_PAGE },
		[INVALIDATES_PASID] = { SCOPE_DOMAIN, SCOPE_ONE, SCOPE_GLOBAL, SCOPE_GLOBAL },
	};
	uint64_t type = bits(w[0], 3, 0) | bits(w[0], 11, 9) << 4;

	memset(out, 0, sizeof(*out));
	if (!type || type > INVALIDATES_PDEVTLB)
		return false;
	out->type = (enum descriptor_type)type;
	out->scope = (enum descriptor_scope)by_granularity[type][bits(w[0], 5, 4)];
	out->domain = (uint16_t)bits(w[0], 31, 16);
	out->pasid = (uint32_t)bits(w[0], 51, 32);
	switch (out->type) {
	case INVALIDATES_CONTEXT:
		out->source = (uint16_t)bits(w[0], 47, 32);
		out->mask = (uint8_t)bits(w[0], 49, 48);
		break;
	case INVALIDATES_IOTLB:
	case INVALIDATES_PIOTLB:
		pages_by_mask(w[1], out);
		break;
	case INVALIDATES_DEVTLB: /* the whole of it: an address of all ones and S; else some pages */
		out->source = (uint16_t)bits(w[0], 47, 32);
		out->scope = w[1] & 1 && bits(w[1], 62, 12) == ~0ull >> 13 ? SCOPE_ONE : SCOPE_PAGE;
		pages_by_size(w[1], w[1] & 1, out);
		break;
	case INVALIDATES_PDEVTLB:
		out->source = (uint16_t)bits(w[0], 31, 16);
		out->scope = w[1] & 1u << 11 && bits(w[1], 62, 12) == ~0ull >> 13 ? SCOPE_ONE
										  : SCOPE_PAGE;
		pages_by_size(w[1], w[1] & 1u << 11, out);
		break;
	case INVALIDATES_IEC:
		out->scope = bits(w[0], 4, 4) ? SCOPE_ONE : SCOPE_GLOBAL;
		out->index = (uint32_t)bits(w[0], 47, 32);
		out->index_bits = (uint8_t)bits(w[0], 31, 27);
		break;
	default:
		break;
	}
	return true;
}

bool descriptor_of_ccmd(uint64_t value, struct descriptor *out)
{
	static const enum descriptor_scope scopes[4] = { SCOPE_GLOBAL, SCOPE_GLOBAL, SCOPE_DOMAIN,
							 SCOPE_ONE };

	*out = (struct descriptor){ .type = INVALIDATES_CONTEXT,
				    .scope = scopes[bits(value, 62, 61)],
				    .domain = (uint16_t)bits(value, 15, 0),
				    .source = (uint16_t)bits(value, 31, 16),
				    .mask = (uint8_t)bits(value, 33, 32) };
	return value >> 63;
}

bool descriptor_names(const struct descriptor *d, unsigned source)
{
	static const unsigned masks[4] = { 0, 4, 6, 7 };

	return ((d->source ^ source) & ~masks[d->mask]) == 0;
}
