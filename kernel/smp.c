/* SPDX-License-Identifier: BSD-2-Clause */
/* Application processors: found in the MADT (ACPI 6.5, 5.2.12), started as SDM volume 3, 9.4. */
#include "kernel/smp.h"
#include "kernel/firmware/acpi.h"
#include "kernel/apic.h"
#include "kernel/cpu.h"
#include "kernel/kernel.h"
#include "kernel/output/log.h"
#include "kernel/firmware/madt.h"
#include "kernel/memory.h"
#include "kernel/paging.h"
#include "kernel/lib/string.h"
#include "kernel/time.h"
#include "kernel/traps.h"

#define AP_STACK_PAGES 4
#define MSR_EFER       0xc0000080
#define EFER_LME       (1ull << 8)
#define EFER_NXE       (1ull << 11)

/* CPUID leaves, and of leaf 7, EDX. */
#define CPUID_TOPOLOGY	 0xb
#define CPUID_HYBRID	 0x1a
#define CPUID_TOPOLOGY_2 0x1f
#define FEATURE_HYBRID	 (1u << 15)

/* The fields at the end of boot/ap_trampoline.asm. */
struct ap_start {
	uint64_t cr3, cr4, efer, stack, entry, argument;
};
_Static_assert(sizeof(struct ap_start) == 6 * 8, "the trampoline's fields");

extern const uint8_t ap_trampoline[], ap_trampoline_end[];
__asm__(".section .rodata\n"
	".balign 16\n"
	"ap_trampoline: .incbin \"" TRAMPOLINE_FILE "\"\n"
	"ap_trampoline_end:\n"
	".byte 0\n"
	".text\n");

/* What an idle AP watches: one cache line for each. */
struct mailbox {
	void (*work)(void *);
	void *argument;
	bool alive, waited_for;
} __attribute__((aligned(64)));

struct processor *smp_processors;
unsigned smp_count;
static struct mailbox *mailboxes;
static uint64_t start_page;
static bool x2apic_wanted;
static void (*on_start)(void);

/* Sleep until there is work, and do it; may return without having done any. */
static void serve(struct mailbox *box)
{
	void (*work)(void *) = __atomic_load_n(&box->work, __ATOMIC_ACQUIRE);

	if (!work) {
		/* Interrupts are off until the very hlt: the wake-up cannot fall between. */
		__asm__ volatile("sti; hlt; cli" : : : "memory");
		return;
	}
	work(box->argument);
	__atomic_store_n(&box->work, NULL, __ATOMIC_RELEASE);
	if (__atomic_exchange_n(&box->waited_for, false, __ATOMIC_ACQ_REL))
		apic_send_interrupt(smp_processors[0].apic_id, VECTOR_WAKE);
}

/* Each processor can tell of itself only; CPUID leaf 7 says that there are several kinds. */
static uint8_t own_core_type(void)
{
	bool is_hybrid = cpuid(0, 0).eax >= CPUID_HYBRID && cpuid(7, 0).edx & FEATURE_HYBRID;

	return is_hybrid ? (uint8_t)(cpuid(CPUID_HYBRID, 0).eax >> 24) : CORE_ONLY_KIND;
}

static _Noreturn void ap_main(uint64_t cpu)
{
	struct mailbox *box = &mailboxes[cpu];

	paging_init_cpu();
	traps_init_cpu((unsigned)cpu);
	apic_init_cpu(x2apic_wanted);
	on_start();
	smp_processors[cpu].core_type = own_core_type();
	__atomic_store_n(&box->alive, true, __ATOMIC_RELEASE);
	for (;;)
		serve(box);
}

static void complain(struct table_problem problem)
{
	acpi_complain("MADT", problem);
}

static void ignore(struct table_problem problem)
{
	(void)problem;
}

/* NMIs: a processor that gets one while another panics stops. */
static void stop_others(void)
{
	for (unsigned i = 0; i < smp_count; i++)
		if (smp_processors[i].started && smp_processors[i].apic_id != apic_id())
			apic_send_nmi(smp_processors[i].apic_id);
}

/* It only ends a hlt. */
static bool on_wake(struct trap_frame *frame)
{
	(void)frame;
	return true;
}

const char *smp_init(bool want_x2apic, void (*started)(void))
{
	uint32_t ids[SMP_MAX];
	struct madt_processors found;
	struct acpi_table madt;

	on_start = started;
	panic_stops_others_by(stop_others);
	trap_on_interrupt(VECTOR_WAKE, on_wake);
	/* Not in the image, which has to carry its zeros. */
	smp_processors = memory_alloc_bytes(SMP_MAX * sizeof(*smp_processors));
	mailboxes = memory_alloc_bytes(SMP_MAX * sizeof(*mailboxes));
	if (!smp_processors || !mailboxes)
		panic("no memory for the list of processors");
	acpi_open(&madt, "APIC", "MADT", MADT_FIXED_BYTES);
	/* The boot processor's id is known for sure once its APIC is up; the mode depends on all. */
	x2apic_wanted = want_x2apic || madt_list(&madt, 0, ids, SMP_MAX, ignore).beyond_xapic;
	if (!apic_init_cpu(x2apic_wanted))
		return "this processor has no usable local APIC";
	/* Firmware may have it on here only. */
	x2apic_wanted |= apic_is_x2apic();
	found = madt_list(&madt, apic_id(), ids, SMP_MAX, complain);
	smp_count = found.count;
	for (unsigned i = 0; i < smp_count; i++)
		smp_processors[i] = (struct processor){ .apic_id = ids[i], .started = !i };
	smp_processors[0].core_type = own_core_type();
	if (found.online_capable || found.left_out)
		log_note(
			"processors: besides those below, the MADT lists %u that are only to come and %u too many",
			found.online_capable, found.left_out);
	return madt.length ? NULL : "there is no MADT: other processors cannot be found";
}

static bool wait_alive(unsigned cpu, uint64_t us)
{
	uint64_t deadline = time_us() + us;

	while (!__atomic_load_n(&mailboxes[cpu].alive, __ATOMIC_ACQUIRE)) {
		if (time_us() > deadline)
			return false;
		cpu_pause();
	}
	return true;
}

static bool start(unsigned cpu)
{
	size_t bytes = ap_trampoline_end - ap_trampoline;
	uint32_t id = smp_processors[cpu].apic_id;
	struct ap_start *start;
	uint8_t *stack;

	if (smp_processors[cpu].started)
		return true;
	if (!start_page)
		start_page = handoff->low_page && !memory_is_kept(handoff->low_page, PAGE_SIZE)
				     ? handoff->low_page
				     : memory_low_page();
	stack = memory_alloc(AP_STACK_PAGES);
	if (!start_page || !stack || (id > 254 && !apic_is_x2apic()))
		return false;
	memcpy((void *)start_page, ap_trampoline, bytes);
	start = (struct ap_start *)(start_page + bytes) - 1;
	*start = (struct ap_start){
		.cr3 = read_cr3(),
		.cr4 = read_cr4(),
		.efer = rdmsr(MSR_EFER) & (EFER_LME | EFER_NXE),
		.stack = (uint64_t)stack + AP_STACK_PAGES * PAGE_SIZE,
		.entry = (uint64_t)ap_main,
		.argument = cpu,
	};
	if (options.breakage == BREAK_DEAD_AP || !apic_send_init(id))
		return false;
	time_delay_us(10000);
	apic_send_startup(id, (uint8_t)(start_page >> 12));
	if (!wait_alive(cpu, 1000)) {
		/* The second SIPI is for processors that missed the first; one that did not ignores
		 * it. */
		apic_send_startup(id, (uint8_t)(start_page >> 12));
		if (!wait_alive(cpu, 5000000))
			return false;
	}
	smp_processors[cpu].started = true;
	return true;
}

bool smp_start(unsigned cpu)
{
	if (!smp_processors[cpu].failed)
		smp_processors[cpu].failed = !start(cpu);
	return !smp_processors[cpu].failed;
}

bool smp_restart(unsigned cpu)
{
	if (!cpu) /* INIT would take the boot processor back into firmware */
		return false;
	smp_processors[cpu].started = smp_processors[cpu].failed = false;
	mailboxes[cpu] = (struct mailbox){ 0 };
	return smp_start(cpu);
}

void smp_run(unsigned cpu, void (*work)(void *), void *argument)
{
	mailboxes[cpu].argument = argument;
	__atomic_store_n(&mailboxes[cpu].work, work, __ATOMIC_RELEASE);
	apic_send_interrupt(smp_processors[cpu].apic_id, VECTOR_WAKE);
}

void smp_call(unsigned cpu, void (*work)(void *), void *argument)
{
	__atomic_store_n(&mailboxes[cpu].waited_for, true, __ATOMIC_RELEASE);
	smp_run(cpu, work, argument);
	while (!smp_idle(cpu))
		serve(&mailboxes[0]);
}

bool smp_idle(unsigned cpu)
{
	return !__atomic_load_n(&mailboxes[cpu].work, __ATOMIC_ACQUIRE);
}

const char *smp_core_name(unsigned cpu)
{
	uint8_t type = smp_processors[cpu].core_type;

	return type == CORE_CORE ? ", a P-core" : type == CORE_ATOM ? ", an E-core" : "";
}

bool smp_same_core(unsigned a, unsigned b)
{
	uint32_t leaf = cpuid(0, 0).eax >= CPUID_TOPOLOGY_2 && cpuid(CPUID_TOPOLOGY_2, 0).ebx
				? CPUID_TOPOLOGY_2
				: CPUID_TOPOLOGY;
	uint32_t shift;

	if (cpuid(0, 0).eax < leaf || !cpuid(leaf, 0).ebx)
		return false;
	shift = cpuid(leaf, 0).eax & 31; /* sub-leaf 0: bits of the id that tell threads apart */
	return smp_processors[a].apic_id >> shift == smp_processors[b].apic_id >> shift;
}
