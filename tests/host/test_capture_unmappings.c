/* SPDX-License-Identifier: BSD-2-Clause */
/* Unmappings that leave the device-TLB of a device out, and those that only look so. */
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

static struct unmappings find(struct guest *g)
{
	struct unmappings u;
	struct records r = guest_end(g);

	unmappings_find(&r, &u);
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
