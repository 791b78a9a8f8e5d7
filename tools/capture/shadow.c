/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "tools/capture/shadow.h"

#define PAGE 4096u

/* Where it is, or would be. */
static size_t place(const struct shadow *s, uint64_t page)
{
	size_t low = 0, high = s->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (s->pages[middle]->address < page)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct shadow_page *shadow_find(const struct shadow *s, uint64_t address)
{
	uint64_t page = address & ~(uint64_t)(PAGE - 1);
	size_t at = place(s, page);

	return at < s->count && s->pages[at]->address == page ? s->pages[at] : NULL;
}

struct shadow_page *shadow_add(struct shadow *s, uint64_t address, enum table_kind kind,
			       uint64_t parent)
{
	uint64_t page = address & ~(uint64_t)(PAGE - 1);
	struct shadow_page *p = shadow_find(s, page);
	size_t at = place(s, page);

	if (!p) {
		if (s->count == s->room) {
			s->room = s->room ? 2 * s->room : 64;
			s->pages = realloc(s->pages, s->room * sizeof(*s->pages));
		}
		p = calloc(1, sizeof(*p));
		if (!p || !s->pages)
			abort();
		memmove(s->pages + at + 1, s->pages + at, (s->count - at) * sizeof(*s->pages));
		s->pages[at] = p;
		s->count++;
	}
	free(p->notes);
	memset(p, 0, sizeof(*p));
	p->address = page;
	p->kind = kind;
	p->parent = parent;
	return p;
}

void shadow_remove(struct shadow *s, uint64_t address)
{
	uint64_t page = address & ~(uint64_t)(PAGE - 1);
	size_t at = place(s, page);

	if (at == s->count || s->pages[at]->address != page)
		return;
	free(s->pages[at]->notes);
	free(s->pages[at]);
	s->count--;
	memmove(s->pages + at, s->pages + at + 1, (s->count - at) * sizeof(*s->pages));
}

void shadow_free(struct shadow *s)
{
	for (size_t i = 0; i < s->count; i++) {
		free(s->pages[i]->notes);
		free(s->pages[i]);
	}
	free(s->pages);
	memset(s, 0, sizeof(*s));
}

void shadow_read(const struct shadow *s, uint64_t address, unsigned words, uint64_t *to)
{
	const struct shadow_page *p = shadow_find(s, address);
	size_t at = address % PAGE;

	memset(to, 0, words * sizeof(*to));
	if (p)
		memcpy(to, p->bytes + at, PAGE - at < 8 * words ? PAGE - at : 8 * words);
}

void shadow_write(struct shadow *s, uint64_t address, const void *from, unsigned bytes)
{
	struct shadow_page *p = shadow_find(s, address);
	size_t at = address % PAGE;

	if (p)
		memcpy(p->bytes + at, from, PAGE - at < bytes ? PAGE - at : bytes);
}
