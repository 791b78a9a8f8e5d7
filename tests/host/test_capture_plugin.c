/* SPDX-License-Identifier: BSD-2-Clause */
/* What the plugin of vtd-capture makes of instructions, of the guest's page tables and of stores. */
#include <stdlib.h>
#include <string.h>

#include "tests/host/capture_guest.h"
#include "tests/host/test.h"
#include "tools/capture/insn.h"
#include "vtd/regs.h"

static struct insn decode(const char *bytes, size_t length)
{
	return insn_decode((const uint8_t *)bytes, length);
}

#define DECODE(text) decode(text, sizeof(text) - 1)

TEST(capture_insn_fences_and_flushes)
{
	struct insn i;

	CHECK_EQ(DECODE("\x0f\xae\xf8").is, INSN_SFENCE);
	CHECK_EQ(DECODE("\x0f\xae\xf0").is, INSN_MFENCE);
	CHECK_EQ(DECODE("\x0f\xae\xe8").is, INSN_LFENCE);
	CHECK_EQ(DECODE("\x0f\x09").is, INSN_WBINVD);
	CHECK_EQ(DECODE("\xf3\x0f\x09").is, INSN_WBINVD); /* wbnoinvd: writes back as well */
	i = DECODE("\x66\x41\x0f\xae\x3c\xf4");		  /* clflushopt [r12 + rsi * 8] */
	CHECK_EQ(i.is, INSN_CLFLUSHOPT);
	CHECK(i.has_base && i.has_index);
	CHECK_EQ(i.base, 12);
	CHECK_EQ(i.index, 6);
	CHECK_EQ(i.scale, 3);
	i = DECODE("\x0f\xae\x7b\x40"); /* clflush [rbx + 64] */
	CHECK_EQ(i.is, INSN_CLFLUSH);
	CHECK_EQ(i.base, 3);
	CHECK_EQ(i.displacement, 64);
	CHECK(!i.has_index);
	i = DECODE("\x66\x0f\xae\x35\x00\x01\x00\x00"); /* clwb [rip + 256] */
	CHECK_EQ(i.is, INSN_CLWB);
	CHECK(i.relative && !i.has_base);
	CHECK_EQ(i.displacement, 256);
	CHECK_EQ(DECODE("\x66\x0f\xae\xf0").is, INSN_OTHER); /* tpause */
	CHECK_EQ(DECODE("\x0f\xae\x00").is, INSN_OTHER);     /* fxsave */
	CHECK_EQ(DECODE("\x90").is, INSN_OTHER);
}

TEST(capture_insn_calls_locks_and_the_stack)
{
	struct insn i;

	CHECK_EQ(DECODE("\xe8\x00\x00\x00\x00").is, INSN_CALL);
	CHECK_EQ(DECODE("\xff\xd0").is, INSN_CALL);   /* call rax */
	CHECK_EQ(DECODE("\xff\x10").is, INSN_CALL);   /* call [rax] */
	CHECK(DECODE("\x55").stack);		      /* push rbp */
	CHECK(DECODE("\x41\x57").stack);	      /* push r15 */
	CHECK(DECODE("\x48\x89\x44\x24\x08").stack);  /* mov [rsp + 8], rax */
	CHECK(!DECODE("\x48\x89\x03").stack);	      /* mov [rbx], rax */
	CHECK(!DECODE("\x49\x89\x04\x24").stack);     /* mov [r12], rax */
	CHECK(!DECODE("\x48\x89\x45\x08").stack);     /* mov [rbp + 8], rax: may point anywhere */
	CHECK(DECODE("\xf0\x48\x0f\xc7\x0f").locked); /* lock cmpxchg16b [rdi] */
	CHECK(DECODE("\x48\x87\x07").locked);	      /* xchg [rdi], rax */
	CHECK(!DECODE("\x48\x87\xc7").locked);	      /* xchg rdi, rax */
	CHECK(!DECODE("\xf0\x48\x09\x04\x24")
		       .stack);	    /* lock or [rsp], rax: a locked store is looked at */
	i = DECODE("\x0f\x22\xd8"); /* mov cr3, rax */
	CHECK_EQ(i.is, INSN_MOV_TO_CR);
	CHECK_EQ(i.number, 3);
	CHECK_EQ(i.base, 0);
	i = DECODE("\x41\x0f\x22\xe5"); /* mov cr4, r13 */
	CHECK_EQ(i.number, 4);
	CHECK_EQ(i.base, 13);
}

TEST(capture_insn_takes_any_bytes)
{
	uint8_t bytes[15];
	unsigned random = 1;

	for (unsigned n = 0; n < 200000; n++) {
		size_t length = n % 15 + 1;
		uint8_t *exact = malloc(length);

		for (size_t i = 0; i < length; i++) {
			random = random * 1103515245 + 12345;
			bytes[i] = (uint8_t)(random >> 16);
		}
		if (n & 1)
			bytes[0] = 0x0f;
		if (n & 2)
			bytes[length / 2] = 0xae;
		memcpy(exact, bytes, length);
		insn_decode(exact, length);
		free(exact);
	}
	CHECK(true);
}

TEST(capture_walk_of_four_and_five_levels)
{
	static uint64_t ram[8 * 512];
	struct guest_ram guest = { (uint8_t *)ram, sizeof(ram) };
	struct walk_state state = { .cr0 = 1u << 31, .cr3 = 0x1000 };
	struct walk_found found;

	memset(ram, 0, sizeof(ram));
	ram[512 + 511] = 0x2003;      /* of 0xffff8... */
	ram[1024 + 510] = 0x40000083; /* a page of 1 GiB */
	ram[1024 + 511] = 0x3003;
	ram[1536 + 0] = 0x00200083; /* of 2 MiB */
	ram[1536 + 1] = 0x4003;
	ram[2048 + 5] = 0x8000000000007003ull; /* of 4 KiB, not executable */
	found = walk(&guest, &state, 0xffffff8000000000ull | 510ull << 30 | 0x123456);
	CHECK(found.ok);
	CHECK_EQ(found.physical, 0x40123000);
	found = walk(&guest, &state, 0xffffff8000000000ull | 511ull << 30 | 0x12345);
	CHECK(found.ok);
	CHECK_EQ(found.physical, 0x212000);
	found = walk(&guest, &state,
		     0xffffff8000000000ull | 511ull << 30 | 1 << 21 | 5 << 12 | 0x88);
	CHECK(found.ok);
	CHECK_EQ(found.physical, 0x7000);
	CHECK_EQ(found.entry_at, 0x4028);
	CHECK(!walk(&guest, &state, 0xffffff8000000000ull | 511ull << 30 | 1 << 21 | 6 << 12).ok);
	CHECK(!walk(&guest, &state, 0x1000).ok);
	/* Five levels: the table above. */
	ram[5 * 512 + 511] = 0x1003;
	state.cr3 = 0x5000 | 0x18; /* and PWT, PCD */
	state.cr4 = 1 << 12;
	found = walk(&guest, &state, 0xffffff8000000000ull | 510ull << 30);
	CHECK(found.ok);
	CHECK_EQ(found.physical, 0x40000000);
	/* No paging: the address itself. */
	state.cr0 = 0;
	found = walk(&guest, &state, 0x12345678);
	CHECK(found.ok);
	CHECK_EQ(found.physical, 0x12345000);
}

TEST(capture_unit_is_found_by_the_dmar_table)
{
	static const uint8_t header[48] = "DMAR";
	struct guest g;
	uint8_t memory[256] = { 0 }, *table = memory + 100, sum = 0;

	guest_start(&g);
	memcpy(memory + 20, "DMAR", 4); /* not one: its length is 0 */
	memcpy(table, header, sizeof(header));
	table[4] = 64;
	table[36] = 38; /* address width */
	table[50] = 16; /* a DRHD of 16 bytes */
	table[52] = 1;	/* for all devices */
	table[57] = 0x10;
	table[58] = 0xd9;
	table[59] = 0xfe;
	for (unsigned i = 0; i < 64; i++)
		sum = (uint8_t)(sum + table[i]);
	CHECK_EQ(units_from_dmar(&g.units, memory, sizeof(memory)), 0); /* the checksum is wrong */
	table[9] = (uint8_t)-sum;
	CHECK_EQ(units_from_dmar(&g.units, memory, sizeof(memory)), 1);
	CHECK(units_at(&g.units, 0xfed91018));
	CHECK(!units_at(&g.units, 0xfed92000));
	CHECK_EQ(units_from_dmar(&g.units, memory, 120), 0);
	guest_free(&g);
}

TEST(capture_a_page_is_given_up_when_others_use_it)
{
	struct guest g;

	guest_start(&g);
	guest_set_up(&g, 0x20, 0x5001, 0x102);
	CHECK_EQ(tables_kind(&g.tables, GUEST_CONTEXT), TABLE_CONTEXT);
	guest_store(&g, GUEST_ROOT, 0); /* the root entry of the bus goes */
	guest_store(&g, GUEST_CONTEXT + 0x40,
		    7); /* the unit may still be there: nothing was invalidated */
	CHECK_EQ(tables_kind(&g.tables, GUEST_CONTEXT), TABLE_CONTEXT);
	guest_invalidate(&g, 0x11, 0);
	guest_store(&g, GUEST_CONTEXT + 0x40, 8);
	CHECK_EQ(tables_kind(&g.tables, GUEST_CONTEXT), TABLE_NONE);
	CHECK_EQ(guest_end(&g).count > 8, true);
	CHECK_EQ(g.tables.missed, 0);
	guest_free(&g);
}
