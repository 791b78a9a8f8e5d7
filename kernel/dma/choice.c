/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/dma/choice.h"
#include "kernel/pci.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"

#define ITEM_TEXT 64

struct item {
	char kind[ITEM_TEXT]; /* a glob */
	bool has_address;
	uint64_t segment, bus, device, function;
};

/* `count` hexadecimal digits at most, then `end`; what follows that, or NULL. */
static const char *hexadecimal(const char *at, unsigned count, char end, uint64_t max,
			       uint64_t *out)
{
	char text[8] = "0x";
	unsigned n = 0;

	for (; at && *at && *at != end && n < count; at++)
		text[2 + n++] = *at;
	return at && *at == end && parse_number(text, max, out) ? at + 1 : NULL;
}

/* [SEGMENT:]BUS:DEVICE.FUNCTION, as pci_name() has it. */
static bool take_address(struct item *item, const char *at)
{
	unsigned colons = 0;

	for (const char *c = at; *c; c++)
		colons += *c == ':';
	if (colons == 2)
		at = hexadecimal(at, 4, ':', 0xffff, &item->segment);
	at = hexadecimal(at, 2, ':', 0xff, &item->bus);
	at = hexadecimal(at, 2, '.', 0x1f, &item->device);
	return hexadecimal(at, 1, 0, 7, &item->function);
}

/* Take the next item; false after the last. *bad: it is not of this form. */
static bool next(const char **list, struct item *item, bool *bad)
{
	char text[ITEM_TEXT];
	size_t n = 0;

	*item = (struct item){ .has_address = false };
	*bad = false;
	if (!parse_item(list, text, sizeof(text)))
		return false;
	for (; text[n] && text[n] != '@'; n++)
		item->kind[n] = text[n];
	item->has_address = text[n];
	*bad = !n || (text[n] && !take_address(item, text + n + 1));
	return true;
}

static bool is_a_kind(const char *glob)
{
#define G(identifier, name) name,
	static const char *const names[] = { DMA_GENERATORS(G, ) };
#undef G

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (glob_match(glob, names[i]))
			return true;
	return false;
}

bool dma_choice_is_valid(const char *list)
{
	struct item item;
	bool bad;

	while (next(&list, &item, &bad))
		if (bad || !is_a_kind(item.kind))
			return false;
	return true;
}

bool dma_choice_names(const char *list, const char *kind)
{
	const char *at = *list ? list : NULL;
	struct item item;
	bool bad;

	while (next(&at, &item, &bad))
		if (!strcmp(item.kind, kind))
			return true;
	return false;
}

bool dma_choice_allows(const char *list, const char *kind, const struct pci_function *f,
		       bool *named)
{
	const char *at = *list ? list : NULL;
	bool any_kind = !at, any_address = false, bad;
	struct item item;

	*named = false;
	while (next(&at, &item, &bad)) {
		if (bad || !glob_match(item.kind, kind))
			continue;
		any_kind |= !item.has_address;
		any_address |= item.has_address;
		*named |= item.has_address && item.segment == f->segment && item.bus == f->bus &&
			  (item.device << 3 | item.function) == f->devfn;
	}
	return any_address ? *named : any_kind;
}
