/* SPDX-License-Identifier: BSD-2-Clause */
/* UEFI specification 2.10, section 8.2: SetVariable. */
#include "kernel/output/saved.h"
#include "kernel/lib/format.h"
#include "kernel/kernel.h"
#include "kernel/memory.h"
#include "kernel/lib/string.h"
#include "kernel/traps.h"

#define TEXT_BYTES (SAVED_VARIABLES * SAVED_BYTES)
#define ATTRIBUTES 7 /* non-volatile, boot services, runtime */
#define LEFT_FREE \
	5120 /* some firmware does not start with less in its store (Linux: EFI_MIN_RESERVE) */

static struct {
	char *text;
	size_t bytes;
	unsigned left_out;
} kept[2]; /* failures, others */

void saved_line(bool is_failure, const char *format, ...)
{
	size_t room;
	va_list arguments;
	unsigned i = !is_failure;

	if (!kept[i].text)
		kept[i].text = memory_alloc_bytes(TEXT_BYTES);
	room = kept[i].text ? TEXT_BYTES - kept[i].bytes : 0;
	if (room < 200) {
		kept[i].left_out++;
		return;
	}
	va_start(arguments, format);
	kept[i].bytes += format_v(kept[i].text + kept[i].bytes, 199, format, arguments);
	va_end(arguments);
	kept[i].text[kept[i].bytes++] = '\n';
}

struct call {
	const uint16_t *name;
	const void *data;
	uint64_t bytes, status;
};

static void set(void *argument)
{
	static const struct {
		uint32_t a;
		uint16_t b, c;
		uint8_t d[8];
	} guid = SAVED_GUID;
	struct call *c = argument;

	c->status = handoff->firmware.set_variable(c->name, &guid, c->bytes ? ATTRIBUTES : 0,
						   c->bytes, c->data);
}

/* 0 bytes delete it. Firmware that traps in there has failed, no more. */
static bool set_variable(unsigned index, const void *data, uint64_t bytes)
{
	uint16_t name[] = SAVED_NAME u"0";
	struct call call = { name, data, bytes, 0 };

	name[sizeof(name) / 2 - 2] = (uint16_t) "0123456789ABCDEF"[index];
	return trap_guard(set, &call, true) && !call.status;
}

static void query(void *argument)
{
	uint64_t all, largest;
	struct call *c = argument;

	c->status = handoff->firmware.query_variable_info(ATTRIBUTES, &all, &c->bytes, &largest);
}

/* How much may be stored; firmware that does not say is taken to have room. */
static size_t room_in_store(void)
{
	struct call call = { 0 };

	if (!handoff->firmware.query_variable_info || !trap_guard(query, &call, true) ||
	    call.status)
		return TEXT_BYTES;
	return call.bytes > LEFT_FREE ? call.bytes - LEFT_FREE : 0;
}

static void clear_from(unsigned index)
{
	while (index < SAVED_VARIABLES && set_variable(index, NULL, 0))
		index++;
}

void saved_clear(void)
{
	if (handoff->firmware.set_variable)
		clear_from(0);
}

const char *saved_write(const char *verdict)
{
	static char *whole;
	size_t n, from = 0, room;
	unsigned index = 0;
	bool cut;

	if (!handoff->firmware.set_variable)
		return "firmware has no SetVariable";
	if (!whole)
		whole = memory_alloc_bytes(TEXT_BYTES);
	if (!whole)
		return "no memory";
	n = format_text(whole, TEXT_BYTES, "%s build=%s seed=%lu %s\n", handoff->date,
			handoff->build_id, options.seed, verdict);
	for (unsigned i = 0; i < 2; i++) {
		size_t bytes = kept[i].bytes < TEXT_BYTES - n ? kept[i].bytes : TEXT_BYTES - n;

		memcpy(whole + n, kept[i].text, bytes);
		n += bytes;
	}
	/* What an earlier result takes is given back first, but for the first, which is overwritten. */
	clear_from(1);
	room = room_in_store();
	if (room < SAVED_BYTES)
		return "firmware's variable store is nearly full: nothing is kept";
	cut = n == TEXT_BYTES || n > room || kept[0].left_out || kept[1].left_out;
	n = n < room ? n : room;
	for (; from < n; from += SAVED_BYTES, index++)
		if (!set_variable(index, whole + from,
				  n - from < SAVED_BYTES ? n - from : SAVED_BYTES))
			break;
	return !index	  ? "firmware does not store UEFI variables"
	       : from < n ? "firmware's variable store is full: only the beginning is kept"
	       : cut	  ? "there were more results than are kept: the last are left out"
			  : NULL;
}
