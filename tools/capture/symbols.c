/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tools/capture/capture.h"
#include "tools/capture/symbols.h"

/* "__softirqentry_text_end": where a part of the kernel begins or ends, which is no function. */
static bool is_mark(const char *name)
{
	const char *end = strrchr(name, '_');

	return !strncmp(name, "__", 2) && end && (!strcmp(end, "_end") || !strcmp(end, "_start"));
}

/* Of several names for one address the last is taken: marks come first. */
static int in_order(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	if (is_mark(x->name) != is_mark(y->name))
		return is_mark(x->name) ? -1 : 1;
	return strcmp(x->name, y->name);
}

void symbols_parse(struct symbols *s, char *text)
{
	size_t room = 0;

	memset(s, 0, sizeof(*s));
	for (char *line = text, *next; line && *line; line = next) {
		unsigned long address;
		char type, whole[200], *name;

		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		if (sscanf(line, "%lx %c %199s", &address, &type, whole) != 3 || !address ||
		    (tolower(type) != 't' && tolower(type) != 'w'))
			continue;
		name = strchr(whole, '#'); /* Xen: "drivers/passthrough/pci.c#pci_add" */
		name = name ? name + 1 : whole;
		name[strcspn(name, ".")] = 0; /* .isra.0, .constprop.0, .cold, .part.0 */
		if (s->count == room) {
			room = room ? 2 * room : 4096;
			s->list = realloc(s->list, room * sizeof(*s->list));
			if (!s->list)
				abort();
		}
		s->list[s->count++] = (struct symbol){ address, strdup(name) };
	}
	qsort(s->list, s->count, sizeof(*s->list), in_order);
}

bool symbols_read(struct symbols *s, const char *path)
{
	gzFile file = gzopen(path, "r"); /* what is not compressed is read as it is */
	size_t length = 0, room = 1 << 20;
	char *text;
	int n;

	memset(s, 0, sizeof(*s));
	if (!file)
		return false;
	text = malloc(room);
	while (text && (n = gzread(file, text + length, (unsigned)(room - length - 1))) > 0) {
		length += (size_t)n;
		if (room - length < 2)
			text = realloc(text, room *= 2);
	}
	gzclose(file);
	if (!text)
		abort();
	text[length] = 0;
	symbols_parse(s, text);
	free(text);
	return s->count != 0;
}

static const struct symbol *find(const struct symbols *s, uint64_t address)
{
	size_t low = 0, high = s->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (s->list[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low && address - s->list[low - 1].address < 1 << 20 ? &s->list[low - 1] : NULL;
}

/* Of addresses without a name: each once, as long as the program runs. */
static const char *address_text(uint64_t address)
{
	static struct unnamed {
		struct unnamed *next;
		uint64_t address;
		char text[24];
	} * lists[1024];
	struct unnamed **list = &lists[address % 1024], *u;

	for (u = *list; u; u = u->next)
		if (u->address == address)
			return u->text;
	u = need(malloc(sizeof(*u)));
	*u = (struct unnamed){ .next = *list, .address = address };
	snprintf(u->text, sizeof(u->text), "0x%lx", address);
	*list = u;
	return u->text;
}

const char *symbols_name(const struct symbols *s, uint64_t address)
{
	const struct symbol *found = find(s, address);

	return found ? found->name : address_text(address);
}

uint64_t symbols_start(const struct symbols *s, uint64_t address)
{
	const struct symbol *found = find(s, address);

	return found ? found->address : 0;
}
