/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"

#define MS_PER_SECOND	1000
#define SECONDS_PER_DAY 86400

bool parse_number(const char *text, uint64_t max, uint64_t *out)
{
	unsigned base = 10;
	uint64_t value = 0;

	if (text[0] == '0' && (text[1] | 32) == 'x') {
		base = 16;
		text += 2;
	}
	if (!*text)
		return false;
	for (; *text; text++) {
		char c = *text | 32;
		unsigned digit = c >= 'a' && c <= 'f'		? c - 'a' + 10u
				 : *text >= '0' && *text <= '9' ? (unsigned)(*text - '0')
								: 99;

		if (digit >= base || digit > max || value > (max - digit) / base)
			return false;
		value = value * base + digit;
	}
	*out = value;
	return true;
}

bool parse_seconds(const char *text, uint32_t *ms)
{
	char whole[8];
	uint64_t seconds, fraction = 0;
	size_t n = 0, scale = MS_PER_SECOND / 10;

	while (text[n] && text[n] != '.' && n < sizeof(whole) - 1) {
		whole[n] = text[n];
		n++;
	}
	whole[n] = 0;
	if (!parse_number(whole, SECONDS_PER_DAY, &seconds) || (text[n] && text[n] != '.'))
		return false;
	for (text += n + (text[n] == '.'); *text; text++, scale /= 10) {
		if (*text < '0' || *text > '9')
			return false;
		fraction += (size_t)(*text - '0') * scale;
	}
	if (!(seconds * MS_PER_SECOND + fraction))
		return false;
	*ms = (uint32_t)(seconds * MS_PER_SECOND + fraction);
	return true;
}

int parse_choice(const char *text, const char *words)
{
	for (int i = 0; *words; i++, words += strlen(words) + 1)
		if (!strcmp(text, words))
			return i;
	return -1;
}

bool parse_item(const char **list, char *item, size_t room)
{
	const char *at = *list;
	size_t n = 0;

	if (!at)
		return false;
	for (; *at && *at != ','; at++)
		if (n + 1 < room)
			item[n++] = *at;
	item[n] = 0;
	if (n + 1 == room)
		item[0] = 0;
	*list = *at ? at + 1 : NULL;
	return true;
}

const char *parse_after(const char *text, const char *prefix)
{
	size_t n = strlen(prefix);

	for (size_t i = 0; i < n; i++)
		if (text[i] != prefix[i])
			return NULL;
	return text + n;
}
