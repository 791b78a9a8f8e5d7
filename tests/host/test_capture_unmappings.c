/* SPDX-License-Identifier: BSD-2-Clause */
/* Unmappings that leave the device-TLB of a device out, and those that only look so. */
#include <string.h>

#include "tests/host/capture_guest.h"
#include "tests/host/test.h"
#include "tools/capture/unmappings.h"

#define DEVICE 2 /* source-id */
#define DOMAIN 1

static void pages(struct guest *g)
{
	guest_invalidate(g, 0x32ull | DOMAIN << 16, 0x5000);
}

static void device_tlb(struct guest *g)
{
	guest_invalidate(g, 0x3ull | (uint64_t)DEVICE << 32, 0x5000);
}

/* A domain's pages are unmapped, as always with the device-TLB, so that its ATS is known to be on. */
static void start(struct guest *g)
{
	guest_start(g);
	guest_set_up(g, DEVICE * 16, 0x5005, DOMAIN << 8 | 2);
	pages(g);
	device_tlb(g);
}

#define ATS_CONTROL 0x106

static struct unmappings find(struct guest *g)
{
	struct unmappings u;
	struct records r = guest_end(g);

	unmappings_find(&r, false, &u);
	return u;
}

TEST(capture_unmappings_that_tell_the_device)
{
	struct guest g;
	struct unmappings u;

	start(&g);
	/* Two processors at once: each names it in the next that it queues. */
	pages(&g);
	g.cpu = 1;
	g.call += 0x1000;
	pages(&g);
	device_tlb(&g);
	g.cpu = 0;
	g.call -= 0x1000;
	device_tlb(&g);
	u = find(&g);
	CHECK_EQ(u.invalidations, 3);
	CHECK_EQ(u.count, 0);
	unmappings_free(&u);
	guest_free(&g);
}

TEST(capture_an_unmapping_beside_a_teardown)
{
	struct guest g;
	struct unmappings u;

	start(&g);
	g.cpu = 1; /* the other processor has taken it off the list */
	g.call += 0x1000;
	pages(&g);
	g.cpu = 0;
	g.call += 0x1000;
	guest_store(&g, GUEST_CONTEXT + DEVICE * 16, 0);
	device_tlb(&g);
	g.cpu = 1;
	g.call -= 0x1000;
	pages(&g);
	u = find(&g);
	CHECK_EQ(u.count, 1);
	CHECK_EQ(u.list[0].source, DEVICE);
	CHECK_EQ(u.list[0].domain, DOMAIN);
	CHECK_EQ(u.list[0].queue->cpu, 1);
	CHECK(u.list[0].named->number < u.list[0].queue->number);
	CHECK(u.list[0].gone && u.list[0].gone->number > u.list[0].queue->number);
	CHECK(!u.list[0].named_again);
	unmappings_free(&u);
	/* The same in caching mode: it may have been a mapping. */
	unmappings_find(&g.records, true, &u);
	CHECK(u.unknown);
	CHECK_EQ(u.count, 0);
	CHECK(u.invalidations > 0);
	unmappings_free(&u);
	guest_free(&g);
}

/* Told by the same call, but only after the entry was gone: it was not left out. */
TEST(capture_an_unmapping_that_tells_the_device_late)
{
	struct guest g;
	struct unmappings u;

	start(&g);
	g.cpu = 1;
	g.call += 0x1000;
	pages(&g);
	g.cpu = 0;
	guest_store(&g, GUEST_CONTEXT + DEVICE * 16, 0);
	g.cpu = 1;
	device_tlb(&g);
	u = find(&g);
	CHECK_EQ(u.count, 0);
	unmappings_free(&u);
	guest_free(&g);
}

/* Its ATS was never on, or another domain's pages are unmapped. */
TEST(capture_unmappings_of_others)
{
	struct guest g;
	struct unmappings u;

	guest_start(&g);
	guest_set_up(&g, DEVICE * 16, 0x5005, DOMAIN << 8 | 2);
	pages(&g);
	pages(&g);
	device_tlb(&g); /* now it is */
	guest_invalidate(&g, 0x32ull | 7 << 16, 0x5000);
	guest_invalidate(&g, 0x22ull | DOMAIN << 16, 0);
	u = find(&g);
	CHECK_EQ(u.count, 0);
	CHECK_EQ(u.invalidations, 3);
	unmappings_free(&u);
	guest_free(&g);
}

TEST(capture_an_unmapping_that_forgets_the_device)
{
	struct guest g;
	struct unmappings u;

	start(&g);
	pages(&g);
	g.call += 0x1000;
	pages(&g);
	device_tlb(&g);
	u = find(&g);
	CHECK_EQ(u.count, 1);
	CHECK(u.list[0].named_again);
	CHECK(!u.list[0].gone);
	unmappings_free(&u);
	guest_free(&g);
}

/* After its ATS was turned off it keeps nothing: it may be left out. Another register of the device does not turn it off. */
TEST(capture_an_unmapping_after_ats_was_turned_off)
{
	for (unsigned off = 0; off < 3; off++) {
		struct guest g;
		struct unmappings u;

		guest_start(&g);
		guest_set_up(&g, DEVICE * 16, 0x5005, DOMAIN << 8 | 2);
		guest_config(&g, DEVICE, ATS_CONTROL, 0x8000);
		pages(&g);
		device_tlb(&g);
		guest_config(&g, DEVICE + (off == 2), ATS_CONTROL + 0x20 * (off == 1), 0);
		pages(&g);
		g.call += 0x1000;
		pages(&g);
		u = find(&g);
		CHECK_EQ(u.count, off ? 2 : 0);
		CHECK(!off || (u.list[0].ats_on && u.list[0].ats_on->type == 'C'));
		unmappings_free(&u);
		guest_free(&g);
	}
}

static void checksum(uint8_t *table, uint32_t length)
{
	memcpy(table + 4, &length, 4);
	table[9] = 0;
	for (uint32_t i = 0; i < length; i++)
		table[9] = (uint8_t)(table[9] - (i == 9 ? 0 : table[i]));
}

TEST(capture_configuration_space_by_mcfg)
{
	static uint8_t memory[256];
	uint64_t base = GUEST_CONFIG;
	struct config_space c = { .base = 0 };

	memcpy(memory + 8, "MCFG", 4); /* a word that is no table */
	memcpy(memory + 64, "MCFG", 4);
	memcpy(memory + 64 + 44, &base, 8);
	memory[64 + 44 + 11] = 7; /* the last bus */
	checksum(memory + 64, 60);
	CHECK(config_from_mcfg(&c, memory, sizeof(memory)));
	CHECK_EQ(c.base, GUEST_CONFIG);
	CHECK_EQ(c.bytes, 8 << 20);
	CHECK(config_at(&c, GUEST_CONFIG + (8 << 20) - 1));
	CHECK(!config_at(&c, GUEST_CONFIG + (8 << 20)));
	for (uint64_t bytes = 0; bytes < 64 + 60; bytes++)
		CHECK(!config_from_mcfg(&c, memory, bytes));
	memory[64 + 44] ^= 1;
	CHECK(!config_from_mcfg(&c, memory, sizeof(memory)));
}
