/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/litmus/stores.h"
#include "kernel/cpu.h"

static bool has(const struct step *steps, size_t count, enum step_op op)
{
	for (size_t i = 0; i < count; i++)
		if (steps[i].op == op)
			return true;
	return false;
}

bool stores_have_256(void)
{
	return cpu_has_avx();
}

const char *stores_lack(const struct step *steps, size_t count)
{
	if (has(steps, count, STEP_STORE256) && !cpu_has_avx())
		return "the processor has no AVX for its 256-bit stores";
	if (has(steps, count, STEP_STORE512) && !cpu_has_movdir64b())
		return "the processor has no MOVDIR64B for its 512-bit stores";
	return NULL;
}

static bool is_tcg(void)
{
	return cpuid(1, 0).ecx & 1u << 31 && cpuid(0x40000000, 0).ebx == 0x54474354; /* "TCGT" */
}

bool stores_split_vectors(void)
{
	return !cpu_has_avx() || is_tcg();
}

bool stores_use_vectors(const struct step *steps, size_t count)
{
	return has(steps, count, STEP_STORE128) || has(steps, count, STEP_STORE256);
}
