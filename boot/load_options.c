/* SPDX-License-Identifier: BSD-2-Clause */
/* The option text of a boot entry, in every shape in which firmware and loaders pass it. */
#include "boot/load_options.h"

static bool is_text(unsigned c)
{
	return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\r' || c == '\n';
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Characters before the NUL or the end, read `width` bytes each; false at one that is no text. */
static bool decode(const uint8_t *data, size_t bytes, size_t width, char *out, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i + width <= bytes; i += width) {
		unsigned c = width == 2 ? data[i] | data[i + 1] << 8 : data[i];

		if (!c)
			break;
		if (!is_text(c) || n + 1 >= room) {
			out[0] = 0;
			return false;
		}
		out[n++] = (char)c;
	}
	out[n] = 0;
	return true;
}

/* A path, or a file name that ends in .efi; an option has its '=' before anything like that. */
static bool is_image_name(const char *word, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (word[i] == '\\' || word[i] == '/' || word[i] == ':')
			return true;
		if (word[i] == '=')
			return false;
	}
	return length > 4 && word[length - 4] == '.' && (word[length - 3] | 32) == 'e' &&
	       (word[length - 2] | 32) == 'f' && (word[length - 1] | 32) == 'i';
}

bool load_options_text(const void *data, size_t bytes, char *out, size_t room)
{
	size_t start = 0, end, to = 0;

	out[0] = 0;
	if (!data || !bytes)
		return true;
	/* ASCII text never has a zero second byte unless it is one character long. */
	if (!decode(data, bytes, 2, out, room) && !decode(data, bytes, 1, out, room))
		return false;
	while (is_space(out[start]))
		start++;
	for (end = start; out[end] && !is_space(out[end]); end++)
		;
	if (is_image_name(out + start, end - start))
		start = end;
	while (is_space(out[start]))
		start++;
	while (out[start])
		out[to++] = out[start++];
	out[to] = 0;
	return true;
}
