/* SPDX-License-Identifier: BSD-2-Clause */
/* vtd-capture: names of functions, and what of a stack are return addresses. */
#include <stdlib.h>
#include <string.h>

#include "tests/host/test.h"
#include "tools/capture/records.h"
#include "tools/capture/symbols.h"
#include "tools/capture/unwind.h"

TEST(capture_symbols_and_the_stack)
{
	char text[] =
		"ffffffff81000300 T __some_text_end\nffffffff81000100 t outer\nffffffff81000200 t drivers/pci.c#middle.isra.0\nffffffff81000300 t inner\n"
		"ffffffff81000400 d data\nffffffff81000500 t other\n";
	struct symbols s;
	const char *unnamed;
	uint64_t stack[] = { 0xffffffff81000150, 0xffffffff81000220, 0xffffffff81000120,
			     0xffffffff81000560, 0xffffffff81000570 },
		 called[] = { 0xffffffff81000500, 0xffffffff81000300, 0, 0xffffffff81000500,
			      0xffffffff81000500 },
		 at[] = { 0x7000, 0x7008, 0x7010, 0x7030, 0x7040 };
	uint64_t jumped_stack[] = { 0xffffffff81000520, 0xffffffff81000120 },
		 jumped_called[] = { 0xffffffff81000300, 0xffffffff81000200 },
		 jumped_at[] = { 0x7000, 0x7010 };
	struct record r = { .pc = 0xffffffff81000310,
			    .depth = 5,
			    .all = 5,
			    .stack = stack,
			    .called = called,
			    .at = at };
	struct records records = { .list = &r, .count = 1 };

	symbols_parse(&s, text);
	CHECK_EQ(s.count, 5);
	CHECK(!strcmp(symbols_name(&s, 0xffffffff81000210), "middle"));
	CHECK(!strcmp(symbols_name(&s, 0xffffffff81000410), "inner"));
	CHECK(!strcmp(symbols_name(&s, 0x1000), "0x1000"));
	unnamed = symbols_name(&s, 0x1000);
	for (unsigned i = 1; i < 100; i++)
		symbols_name(&s, 0x1000 * i);
	CHECK(!strcmp(unnamed, "0x1000"));
	unwind(&records, &s); /* the first called another function: a left-over */
	CHECK_EQ(r.stack[0], 0xffffffff81000220);
	CHECK_EQ(r.stack[1], 0xffffffff81000120);
	/* Nobody says who called outer: one more stands for that, what is farther up stays after it. */
	CHECK_EQ(r.depth, 3);
	CHECK_EQ(r.all, 4);
	CHECK_EQ(r.stack[3], 0xffffffff81000570);
	CHECK_EQ(r.at[3], 0x7040);
	/* What was called jumped to where it is now: its caller is kept, though it called another. */
	r = (struct record){ .pc = 0xffffffff81000310,
			     .depth = 2,
			     .all = 2,
			     .stack = jumped_stack,
			     .called = jumped_called,
			     .at = jumped_at };
	unwind(&records, &s);
	CHECK_EQ(r.depth, 2);
	CHECK_EQ(r.stack[1], 0xffffffff81000120);
	CHECK_EQ(r.at[1], 0x7010);
	for (size_t i = 0; i < s.count; i++)
		free(s.list[i].name);
	free(s.list);
}
