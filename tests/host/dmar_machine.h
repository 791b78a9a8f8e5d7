/* SPDX-License-Identifier: BSD-2-Clause */
/* A machine with bridges of every kind, for tests of which unit owns a function. */
#ifndef TESTS_HOST_DMAR_MACHINE_H
#define TESTS_HOST_DMAR_MACHINE_H

#include "tests/host/dmar_builder.h"

/*
 * A machine:
 *   segment 0  00:01.0 -> 01-04   01:00.0 -> 02-03   02:03.1 -> 03   01:01.0 -> 04
 *              00:05.0 -> 05-05   00:1c.0 -> not configured   06:00.0 -> 00-ff, a cycle
 *              00:06.0 -> 06-06   00:1d.0 -> 09-08, upside down
 *   segment 1  00:01.0 -> 40-4f
 */
static const struct {
	uint16_t segment;
	uint8_t bus, devfn, secondary, subordinate;
} bridges[] = {
	{ 0, 0x00, DEVFN(0x01, 0), 0x01, 0x04 }, { 0, 0x01, DEVFN(0x00, 0), 0x02, 0x03 },
	{ 0, 0x02, DEVFN(0x03, 1), 0x03, 0x03 }, { 0, 0x01, DEVFN(0x01, 0), 0x04, 0x04 },
	{ 0, 0x00, DEVFN(0x05, 0), 0x05, 0x05 }, { 0, 0x00, DEVFN(0x1c, 0), 0x00, 0x00 },
	{ 0, 0x06, DEVFN(0x00, 0), 0x00, 0xff }, { 0, 0x00, DEVFN(0x06, 0), 0x06, 0x06 },
	{ 0, 0x00, DEVFN(0x1d, 0), 0x09, 0x08 }, { 1, 0x00, DEVFN(0x01, 0), 0x40, 0x4f },
};

static unsigned bridge_calls __attribute__((unused));

static inline bool bridge(void *context, uint16_t segment, uint8_t bus, uint8_t devfn,
			  uint8_t *secondary, uint8_t *subordinate)
{
	CHECK(context == &bridge_calls);
	bridge_calls++;
	for (size_t i = 0; i < LENGTH(bridges); i++)
		if (bridges[i].segment == segment && bridges[i].bus == bus &&
		    bridges[i].devfn == devfn) {
			*secondary = bridges[i].secondary;
			*subordinate = bridges[i].subordinate;
			return true;
		}
	return false;
}

static const struct dmar_pci pci = { bridge, &bridge_calls };

static inline bool covers(uint8_t type, uint16_t segment, uint8_t start, const uint8_t *path,
			  unsigned hops, uint8_t bus, uint8_t devfn)
{
	struct dmar_scope scope = { .type = type, .start_bus = start, .hops = (uint8_t)hops };

	scope.path = exact(path, 2 * hops);
	return dmar_scope_covers(&scope, segment, bus, devfn, &pci);
}

#define COVERS(type, segment, start, bus, devfn, ...)                  \
	covers(type, segment, start, (const uint8_t[]){ __VA_ARGS__ }, \
	       sizeof((const uint8_t[]){ __VA_ARGS__ }) / 2, bus, devfn)

enum { E = DMAR_SCOPE_ENDPOINT, B = DMAR_SCOPE_BRIDGE };

/* register_base of the unit found, or minus the error. */
static inline uint64_t unit_of(const struct dmar *dmar, uint16_t segment, uint8_t bus,
			       uint8_t devfn)
{
	struct dmar_structure s;
	enum dmar_error error = dmar_find_unit(dmar, segment, bus, devfn, &pci, &s);

	if (error != DMAR_OK)
		return -(uint64_t)error;
	CHECK_EQ(s.type, DMAR_DRHD);
	CHECK_EQ(s.segment, segment);
	return s.register_base;
}

#define NO_UNIT (-(uint64_t)DMAR_END)

#endif
