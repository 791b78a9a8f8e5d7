/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices that do DMA, their device-TLBs, and how their requests come to a unit. */
#ifndef TESTS_SIM_DEVICE_H
#define TESTS_SIM_DEVICE_H

#include "kernel/dma/dma.h"
#include "tests/sim/unit.h"

/* Units as they are after a reset; every request of this task is gone. */
void units_init(void);
void units_forget_task(uint8_t task);

/*
 * A request through a unit, from or to `data`; it may take a while. False if it was refused. An address
 * where there is no memory swallows writes and reads as nothing.
 */
bool platform_dma(unsigned unit, const struct request *r, void *data, uint64_t bytes);
/* Only its translation: false if it was refused, or does not allow what is asked for; a device-TLB: to write. */
bool platform_ask(unsigned unit, const struct request *r, uint64_t *to);
/* An interrupt message through a unit: false if it was refused. It is at its processor when this returns. */
bool platform_interrupt(unsigned unit, uint16_t source_id, uint64_t address, uint32_t data);
/* What comes out of it, for a processor's APIC (tests/sim/interrupts.c). */
void apic_take(uint32_t destination, uint8_t vector);
/* The same as a pointer, for models of devices; NULL: refused, or no memory. */
void *platform_map(unsigned unit, const struct request *r);

/* The function's device-TLB forgets a page, or everything. False if nobody answers. */
bool device_forget(uint16_t source_id, bool has_pasid, uint32_t pasid, uint64_t address, bool all);

/* Whether a write by what it has forgotten is under way still: its answer comes after that (section 6.5.4). */
bool device_is_writing(uint16_t source_id);

/* Of a plain device: the unit that its requests pass, and its number, from 0. */
unsigned device_unit(unsigned device);
unsigned device_number(const struct dma_device *d);

/* A page request of a device; `sent` is called when the unit has it, and it has done with it when this returns. */
void platform_page_request(unsigned unit, const struct request *r, void (*sent)(void *),
			   void *context);

/* Its hooks of kernel/dma/dma.h, and what a unit answers (tests/sim/page_device.c). */
bool device_request_page(struct dma_device *d, uint64_t at, uint16_t group, bool last);
bool device_page_answer(struct dma_device *d, struct dma_page_answer *answer);
void device_take_answer(const struct unit_answer *answer);

/* By threads: nothing is under way in any unit, nor begins. */
void platform_lock(void);
void platform_unlock(void);

#endif
