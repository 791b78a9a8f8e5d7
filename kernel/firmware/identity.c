/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose machine this is: by SMBIOS, CPUID and microcode. */
#include "kernel/firmware/identity.h"
#include "kernel/firmware/acpi.h"
#include "kernel/cpu.h"
#include "kernel/lib/format.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "kernel/paging.h"
#include "kernel/output/record.h"
#include "kernel/firmware/smbios.h"
#include "kernel/lib/string.h"

#define STRING_ROOM	    64 /* what vendors write is free text of any length */
#define MSR_BIOS_SIGN_ID    0x8b
#define CPUID_HYPERVISOR    (1u << 31) /* leaf 1, ECX */
#define CPUID_HYPERVISOR_ID 0x40000000

/* What is wanted of the first structure of a type: numbers of strings, by their fields' offsets. */
static const struct wanted {
	uint8_t type, fields[3];
	char name[12];
} wanted[] = {
	{ SMBIOS_SYSTEM, { 4, 5, 6 }, "system" },	 /* manufacturer, product, version; 7.2 */
	{ SMBIOS_BASEBOARD, { 4, 5, 6 }, "board" },	 /* the same; 7.3 */
	{ SMBIOS_BIOS, { 4, 5, 8 }, "BIOS" },		 /* vendor, version, date; 7.1 */
	{ SMBIOS_PROCESSOR, { 16, 0, 0 }, "processor" }, /* version; 7.5 */
};
#define WANTED (sizeof(wanted) / sizeof(wanted[0]))

static unsigned qemu_version;

/* The table of the newer entry point, else of the older one; false: neither leads to one. */
static bool find_table(struct smbios_entry *entry)
{
	const void *entries[] = { handoff->smbios3, handoff->smbios };
	struct table_problem problem;

	for (unsigned i = 0; i < 2; i++) {
		if (!entries[i] || !paging_map_mmio((uint64_t)entries[i], SMBIOS_ENTRY_BYTES))
			continue;
		problem = smbios_read_entry(entry, entries[i], SMBIOS_ENTRY_BYTES);
		if (entry->doubt.text)
			acpi_complain("SMBIOS entry point", entry->doubt);
		if (problem.text)
			acpi_complain("SMBIOS entry point", problem);
		else if (paging_map_mmio(entry->address, entry->bytes))
			return true;
	}
	return false;
}

static void read_strings(const struct smbios_structure *s, const struct wanted *w, char *text,
			 size_t room)
{
	char string[STRING_ROOM];
	size_t n = 0;

	for (unsigned i = 0; i < 3; i++)
		if (w->fields[i] && smbios_string(s, w->fields[i], string, sizeof(string)))
			n += format_text(text + n, room - n, "%s%s", n ? " " : "", string);
}

static void describe_system(void)
{
	char texts[WANTED][3 * STRING_ROOM] = { { 0 } };
	struct smbios_structure s;
	struct smbios_entry entry;
	struct smbios_walk walk;
	bool seen[WANTED] = { false };

	if (!find_table(&entry)) {
		log_note("system: unknown: firmware gives no SMBIOS table");
		return;
	}
	smbios_first(&walk, (const void *)entry.address, entry.bytes);
	while (smbios_next(&walk, &s)) {
		if (s.problem.text)
			acpi_complain("SMBIOS", s.problem);
		for (unsigned i = 0; i < WANTED && !s.problem.text; i++) {
			if (s.type != wanted[i].type || seen[i])
				continue;
			seen[i] = true;
			read_strings(&s, &wanted[i], texts[i], sizeof(texts[i]));
		}
	}
	qemu_version = smbios_qemu_version(texts[0]);
	log_printf("# ");
	for (unsigned i = 0; i < WANTED; i++)
		log_printf("%s: %s%s", wanted[i].name, texts[i][0] ? texts[i] : "unknown",
			   i + 1 < WANTED ? "; " : "\n");
	record_line("machine");
	for (unsigned i = 0; i < WANTED; i++)
		record_add_text(wanted[i].name, texts[i]);
}

unsigned identity_qemu_version(void)
{
	return qemu_version;
}

/* Registers of a CPUID leaf as the text that they are. */
static void put_leaf(char *to, const struct cpuid *leaf)
{
	memcpy(to, &leaf->eax, 4);
	memcpy(to + 4, &leaf->ebx, 4);
	memcpy(to + 8, &leaf->ecx, 4);
	memcpy(to + 12, &leaf->edx, 4);
}

/*
 * SDM volume 3, 9.11.7.1: after a write of 0, CPUID leaf 1 has the processor put the revision into
 * the upper half. AMD's has it in the lower half, always (PPR, "Patch Level").
 */
static uint32_t microcode(bool is_intel)
{
	if (!is_intel)
		return (uint32_t)rdmsr(MSR_BIOS_SIGN_ID);
	wrmsr(MSR_BIOS_SIGN_ID, 0);
	cpuid(1, 0);
	return (uint32_t)(rdmsr(MSR_BIOS_SIGN_ID) >> 32);
}

static void describe_hypervisor(char *out, size_t room)
{
	struct cpuid leaf;
	char name[16];

	format_text(out, room, "none");
	if (!(cpuid(1, 0).ecx & CPUID_HYPERVISOR))
		return;
	leaf = cpuid(CPUID_HYPERVISOR_ID, 0);
	put_leaf(name, &leaf);
	/* The name is in EBX, ECX, EDX. */
	if (!memcmp(name + 4, "TCGTCGTCGTCG", 12))
		format_text(out, room, "QEMU (TCG)");
	else if (!memcmp(name + 4, "KVMKVMKVM", 9))
		format_text(out, room, "KVM");
	else if (!smbios_clean(name + 4, 12, out, room))
		format_text(out, room, "without a name");
}

static void describe_cpu(void)
{
	struct cpuid zero = cpuid(0, 0), one = cpuid(1, 0), leaf;
	uint32_t family = one.eax >> 8 & 15, model = one.eax >> 4 & 15;
	char raw[48], vendor[16], brand[52], hypervisor[20], revision[24] = "unknown";
	bool is_intel, is_amd;

	/* SDM volume 2, CPUID: the extended fields count for these families. */
	if (family == 6 || family == 15)
		model |= one.eax >> 12 & 0xf0;
	if (family == 15)
		family += one.eax >> 20 & 0xff;
	memcpy(raw, &zero.ebx, 4);
	memcpy(raw + 4, &zero.edx, 4);
	memcpy(raw + 8, &zero.ecx, 4);
	smbios_clean(raw, 12, vendor, sizeof(vendor));
	is_intel = !strcmp(vendor, "GenuineIntel");
	is_amd = !strcmp(vendor, "AuthenticAMD");
	if (is_intel || is_amd)
		format_text(revision, sizeof(revision), "0x%x", microcode(is_intel));
	brand[0] = 0;
	if (cpuid(0x80000000, 0).eax >= 0x80000004) {
		for (unsigned i = 0; i < 3; i++) {
			leaf = cpuid(0x80000002 + i, 0);
			put_leaf(raw + 16 * i, &leaf);
		}
		smbios_clean(raw, sizeof(raw), brand, sizeof(brand));
	}
	describe_hypervisor(hypervisor, sizeof(hypervisor));
	log_note("cpu: %s family %u model 0x%x stepping %u, microcode %s, hypervisor %s; %s",
		 vendor, family, model, one.eax & 15, revision, hypervisor,
		 brand[0] ? brand : "no brand string");
	record_line("cpu");
	record_add_text("vendor", vendor);
	record_add("family=%u model=0x%x stepping=%u", family, model, one.eax & 15);
	record_add_text("microcode", revision);
	record_add_text("hypervisor", hypervisor);
	record_add_text("brand", brand);
}

void identity_describe(void)
{
	describe_system();
	describe_cpu();
}
