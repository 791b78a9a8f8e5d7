/* SPDX-License-Identifier: BSD-2-Clause */
/* Text formatting without floating point. */
#include "kernel/lib/format.h"

#include <stdbool.h>
#include <stdint.h>

#include "kernel/lib/muldiv.h"

struct sink {
	char *out;
	size_t room, length;
};

static void put(struct sink *sink, char c)
{
	if (sink->length + 1 < sink->room)
		sink->out[sink->length] = c;
	sink->length++;
}

static void put_padded(struct sink *sink, const char *text, size_t length, int width, bool left,
		       char fill)
{
	int pad = width > (int)length ? width - (int)length : 0;

	for (int i = 0; !left && i < pad; i++)
		put(sink, fill);
	for (size_t i = 0; i < length; i++)
		put(sink, text[i]);
	for (int i = 0; left && i < pad; i++)
		put(sink, ' ');
}

static size_t digits(char *end, unsigned long long value, unsigned base)
{
	size_t n = 0;

	do {
		*--end = "0123456789abcdef"[value % base];
		value /= base;
		n++;
	} while (value);
	return n;
}

static unsigned long long take_unsigned(va_list *arguments, int longs)
{
	return longs ? va_arg(*arguments, unsigned long) : va_arg(*arguments, unsigned);
}

static long long take_signed(va_list *arguments, int longs)
{
	return longs ? va_arg(*arguments, long) : va_arg(*arguments, int);
}

static void put_number(struct sink *sink, char kind, va_list *arguments, int longs, int width,
		       bool left, char fill)
{
	char text[24];
	char *end = text + sizeof(text);
	bool negative = false;
	unsigned long long value;
	size_t n;

	if (kind == 'd' || kind == 'i') {
		long long number = take_signed(arguments, longs);

		negative = number < 0;
		value = negative ? 0 - (unsigned long long)number : (unsigned long long)number;
	} else {
		value = take_unsigned(arguments, longs);
	}
	n = digits(end, value, kind == 'x' ? 16 : 10);
	if (negative && fill == '0') {
		put(sink, '-');
		width--;
	} else if (negative) {
		end[-(long)++n] = '-';
	}
	put_padded(sink, end - n, n, width, left, fill);
}

size_t format_v(char *out, size_t room, const char *format, va_list given)
{
	struct sink sink = { out, room, 0 };
	va_list arguments;

	va_copy(arguments, given);
	for (; *format; format++) {
		bool left = false;
		char fill = ' ';
		int width = 0, longs = 0;

		if (*format != '%') {
			put(&sink, *format);
			continue;
		}
		for (format++; *format == '-' || *format == '0'; format++) {
			left |= *format == '-';
			fill = *format == '0' ? '0' : fill;
		}
		if (*format == '*') {
			width = va_arg(arguments, int);
			format++;
		}
		for (; *format >= '0' && *format <= '9'; format++)
			width = width * 10 + *format - '0';
		for (; *format == 'l' || *format == 'z'; format++)
			longs++;
		switch (*format) {
		case 's': {
			const char *text = va_arg(arguments, const char *);
			size_t n = 0;

			if (!text)
				text = "(null)";
			while (text[n])
				n++;
			put_padded(&sink, text, n, width, left, ' ');
			break;
		}
		case 'c':
			put(&sink, (char)va_arg(arguments, int));
			break;
		case 'p':
			put(&sink, '0');
			put(&sink, 'x');
			put_number(&sink, 'x', &arguments, 1, 0, false, ' ');
			break;
		case 'd':
		case 'i':
		case 'u':
		case 'x':
			put_number(&sink, *format, &arguments, longs, width, left,
				   left ? ' ' : fill);
			break;
		case 0:
			format--;
			break;
		default:
			put(&sink, *format);
		}
	}
	va_end(arguments);
	if (room)
		out[sink.length < room ? sink.length : room - 1] = 0;
	return sink.length;
}

size_t format_text(char *out, size_t room, const char *format, ...)
{
	va_list arguments;
	size_t n;

	va_start(arguments, format);
	n = format_v(out, room, format, arguments);
	va_end(arguments);
	return n;
}

/* 10^n, n at most 19. */
static uint64_t power10(int n)
{
	uint64_t p = 1;

	while (n-- > 0)
		p *= 10;
	return p;
}

char *format_ratio(char out[16], unsigned long long numerator, unsigned long long denominator)
{
	int exponent = 0;
	unsigned long long whole;
	unsigned mantissa; /* three digits: the value is mantissa * 10^(exponent - 2) */

	if (!numerator || !denominator) {
		format_text(out, 16, "%s", numerator ? "inf" : "0");
		return out;
	}
	while (exponent < 18 && numerator / denominator >= power10(exponent + 1))
		exponent++;
	while (exponent > -17 && (unsigned __int128)numerator * power10(-exponent) < denominator)
		exponent--;
	whole = numerator / denominator;
	whole += numerator % denominator >= denominator - numerator % denominator;
	if (exponent >= 2)
		mantissa = (unsigned)((whole + power10(exponent - 2) / 2) / power10(exponent - 2));
	else
		mantissa = (unsigned)(mul_div(2 * numerator, power10(2 - exponent), denominator) +
				      1) /
			   2;
	if (mantissa == 1000) {
		mantissa = 100;
		exponent++;
	}
	if (exponent >= 5 || exponent < -3)
		format_text(out, 16, "%u.%02ue%d", mantissa / 100, mantissa % 100, exponent);
	else if (exponent >= 2)
		format_text(out, 16, "%llu", whole);
	else if (exponent == 1)
		format_text(out, 16, "%u.%u", mantissa / 10, mantissa % 10);
	else if (exponent == 0)
		format_text(out, 16, "%u.%02u", mantissa / 100, mantissa % 100);
	else
		format_text(out, 16, "0.%0*u", 2 - exponent, mantissa);
	return out;
}
