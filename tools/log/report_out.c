/* SPDX-License-Identifier: BSD-2-Clause */
/* The page's text. What comes from a log is escaped by default: out() knows no other %s. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tools/log/report.h"

static void put(struct out *o, const char *text, size_t bytes)
{
	if (o->room - o->bytes < bytes) {
		o->room = 2 * o->room + bytes + (1 << 16);
		o->text = must_realloc(o->text, o->room);
	}
	memcpy(o->text + o->bytes, text, bytes);
	o->bytes += bytes;
}

void out_raw(struct out *o, const char *text)
{
	put(o, text, strlen(text));
}

void out_out(struct out *o, const struct out *other)
{
	put(o, other->text, other->bytes);
}

/*
 * The length of the UTF-8 character at `at`; *plain: whether it may stand in the page. What is none, or turns
 * writing around, or cannot be seen, may not.
 */
static size_t character(const unsigned char *at, size_t left, bool *plain)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = at[0] < 0x80		    ? 1
		   : (at[0] & 0xe0) == 0xc0 ? 2
		   : (at[0] & 0xf0) == 0xe0 ? 3
		   : (at[0] & 0xf8) == 0xf0 ? 4
					    : 0;
	uint32_t c = n == 1 ? at[0] : at[0] & (0x7fu >> n);

	*plain = false;
	if (!n || n > left)
		return 1;
	for (size_t i = 1; i < n; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 1;
		c = c << 6 | (at[i] & 0x3f);
	}
	*plain = !(c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ||
		   (c >= 0x80 && c <= 0x9f) || (c >= 0x200b && c <= 0x200f) ||
		   (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
		   (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef));
	return n;
}

void out_bytes(struct out *o, const char *text, size_t bytes)
{
	for (size_t i = 0, n; i < bytes; i += n) {
		char c = text[i];
		bool plain;

		n = 1;
		if (c == '&')
			out_raw(o, "&amp;");
		else if (c == '<')
			out_raw(o, "&lt;");
		else if (c == '>')
			out_raw(o, "&gt;");
		else if (c == '"')
			out_raw(o, "&quot;");
		else if (c == '\'')
			out_raw(o, "&#39;");
		else if (c == '\n' || c == '\t')
			put(o, &c, 1);
		else if ((unsigned char)c < ' ' || c == 0x7f)
			out_raw(o, "\xef\xbf\xbd");
		else {
			n = character((const unsigned char *)text + i, bytes - i, &plain);
			if (plain)
				put(o, text + i, n);
			else
				out_raw(o, "\xef\xbf\xbd");
		}
	}
}

/* %s, %c, %%, and integers and floating-point numbers with flags, width and precision. */
void out(struct out *o, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	while (*format) {
		const char *percent = strchr(format, '%');
		char spec[16], number[64];
		size_t n;

		if (!percent) {
			out_raw(o, format);
			break;
		}
		put(o, format, (size_t)(percent - format));
		n = 1 + strspn(percent + 1, "0123456789.-+ #lz");
		if (n + 2 > sizeof(spec))
			break;
		memcpy(spec, percent, n + 1);
		spec[n + 1] = 0;
		format = percent + n + 1;
		number[0] = 0;
		switch (spec[n]) {
		case '%':
			put(o, "%", 1);
			continue;
		case 's': {
			const char *text = va_arg(arguments, const char *);

			out_bytes(o, text, strlen(text));
			continue;
		}
		case 'e':
		case 'f':
		case 'g':
			snprintf(number, sizeof(number), spec, va_arg(arguments, double));
			break;
		default:
			if (strchr(spec, 'l') || strchr(spec, 'z'))
				snprintf(number, sizeof(number), spec,
					 va_arg(arguments, unsigned long));
			else
				snprintf(number, sizeof(number), spec,
					 va_arg(arguments, unsigned int));
		}
		out_bytes(o, number, strlen(number));
	}
	va_end(arguments);
}

/* "13.9 %", "2.1e-4". */
char *rate_text(double rate, char text[24])
{
	int exponent;
	double mantissa;

	if (rate >= 0.0995) {
		snprintf(text, 24, rate >= 0.995 ? "%.0f %%" : "%.1f %%", rate * 100);
		return text;
	}
	if (rate >= 0.00995) {
		snprintf(text, 24, "%.2f %%", rate * 100);
		return text;
	}
	if (rate <= 0) {
		snprintf(text, 24, "0");
		return text;
	}
	exponent = (int)floor(log10(rate));
	mantissa = rate / pow(10, exponent);
	if (mantissa >= 9.95) {
		mantissa /= 10;
		exponent++;
	}
	snprintf(text, 24, "%.1fe%d", mantissa, exponent);
	return text;
}

/* "12.9–14.9 %", "1.8–2.4e-4". */
char *bounds_text(double low, double high, char text[40])
{
	int exponent;
	double scale;

	if (high >= 0.00995) {
		snprintf(text, 40, high >= 0.0995 ? "%.1f\u2013%.1f %%" : "%.2f\u2013%.2f %%",
			 low * 100, high * 100);
		return text;
	}
	exponent = high > 0 ? (int)floor(log10(high)) : 0;
	scale = pow(10, exponent);
	snprintf(text, 40, "%.1f\u2013%.1fe%d", low / scale, high / scale, exponent);
	return text;
}

/* "812", "18.0k", "2.13M". */
char *count_text(uint64_t count, char text[24])
{
	static const char units[] = "kMGTP";
	double value = (double)count;
	unsigned i = 0;

	if (count < 10000) {
		snprintf(text, 24, "%u", (unsigned)count);
		return text;
	}
	for (value /= 1000; value >= 999.5 && i < 4; i++)
		value /= 1000;
	snprintf(text, 24, "%.*f%c", value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2, value, units[i]);
	return text;
}

void out_anchor(struct out *o, const struct subject *s)
{
	out_raw(o, "s-");
	for (const char *at = s->name; *at; at++) {
		char c = *at;
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
			     c == '-';

		if (plain)
			put(o, &c, 1);
		else
			out(o, "_%02x", (unsigned char)c);
	}
}
