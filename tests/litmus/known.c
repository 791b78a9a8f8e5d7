/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/known.h"
#include "kernel/firmware/identity.h"
#include "tests/litmus/bench.h"
#include "vtd/fault.h"

bool known_of_qemu(const struct bench *b, enum known what)
{
#define MENDED(identifier, version, text) version,
	static const uint16_t mended[KNOWN_COUNT] = { KNOWN_WORDS(MENDED) };
#undef MENDED
	unsigned version = identity_qemu_version();

	return b->traits.is_qemu && (!mended[what] || !version || version < mended[what]);
}

/* The reason that legacy mode has for the same. */
static uint8_t in_legacy_mode(uint8_t reason)
{
	switch (reason) {
	case FAULT_SM_ROOT_NOT_PRESENT:
		return FAULT_ROOT_NOT_PRESENT;
	case FAULT_SM_ROOT_RESERVED:
		return FAULT_ROOT_RESERVED;
	case FAULT_SM_CONTEXT_NOT_PRESENT:
		return FAULT_CONTEXT_NOT_PRESENT;
	case FAULT_SM_CONTEXT_RESERVED:
		return FAULT_CONTEXT_RESERVED;
	case FAULT_SM_CONTEXT_INVALID:
		return FAULT_CONTEXT_INVALID;
	case FAULT_SM_BEYOND_WIDTH:
		return FAULT_BEYOND_WIDTH;
	case FAULT_SM_WRITE_DENIED:
	case FAULT_SM_SS_NOT_PRESENT:
		return FAULT_WRITE_DENIED;
	case FAULT_SM_READ_DENIED:
		return FAULT_READ_DENIED;
	case FAULT_SM_SS_RESERVED:
		return FAULT_SS_RESERVED;
	}
	return 0;
}

bool known_reason(const struct bench *b, uint8_t reason, uint8_t seen)
{
	bool of_pasid = reason >= FAULT_PASID_DIR_NOT_PRESENT && reason <= FAULT_PASID_INVALID;

	if (of_pasid && seen >= FAULT_PASID_DIR_NOT_PRESENT && seen <= FAULT_PASID_INVALID)
		return known_of_qemu(b, KNOWN_ABSENT_PASID);
	return seen && seen == in_legacy_mode(reason) && known_of_qemu(b, KNOWN_LEGACY_REASONS);
}
